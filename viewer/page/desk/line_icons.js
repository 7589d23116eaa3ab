/** An icon for each sort of line of a variant: drawn on its button, on its row, and nowhere without its word. */

import {path, svg} from '../parts/svg.js';

/** Paths in a square of 24. @type {Record<string, string>} */
const PATHS = {
  level: 'M3 9c3 0 3-3 6-3s3 3 6 3 3-3 6-3M3 16c3 0 3-3 6-3s3 3 6 3 3-3 6-3',
  cut: 'M5 5h14v14H5zM3 21L21 3',
  fail: 'M5 5h14v14H5zM9 9l6 6M15 9l-6 6',
  raise: 'M6 20h12v-8H6zM12 9V3M9 6l3-3 3 3',
  protect: 'M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM9 12l2 2 4-4',
  fact: 'M6 3c-3 3-2 8 3 13s10 6 13 3l-4-4-3 1c-2-1-4-3-5-5l1-3z',
  add_supplier: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4',
  remove_supplier: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4M3 21L21 3',
  barrier: 'M3 19V8l4 3 4-3 4 3 4-3v11zM3 14h16',
  pump: 'M3 18h10a5 5 0 1 0-5-5M13 13h8M18 10l3 3-3 3M8 13h.01',
  generator: 'M4 7h16v11H4zM7 18v2M17 18v2M13 9l-3 4h4l-3 4',
  close_street: 'M8 3L5 21M16 3l3 18M4 10h16v4H4z',
  crew:
    'M8 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM16 11a2.6 2.6 0 1 0 0-5 2.6 2.6 0 0 0 0 5z' +
    'M2 20c0-5 2-7 6-7s6 2 6 7M15 14c4 0 6 1 6 6'
};

/** @param {string} sort of a line */
export function sortIcon(sort) {
  const icon = svg('svg', {viewBox: '0 0 24 24', class: 'ti', 'aria-hidden': 'true', focusable: 'false'});
  icon.append(path(PATHS[sort] ?? PATHS.fact, {}));
  return icon;
}
