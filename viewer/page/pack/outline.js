/** Outlines of cells on a raster: smoothed, cut at one half (marching squares) and bent at their points, no corners. */

/** @import {Point, WaterFrame} from '../types.js' */

/** Empty cells around the raster, so that every outline closes. */
const MARGIN = 2;
/** Edges of a cell: they are numbered 2k (from cell k to its right) and 2k + 1 (from cell k down). */
const TOP = 0;
const RIGHT = 1;
const BOTTOM = 2;
const LEFT = 3;
/** Where the outline goes through a cell, edge to edge, by its wet corners (bits: clockwise from the upper left). */
const THROUGH = [
  [],
  [LEFT, TOP],
  [TOP, RIGHT],
  [LEFT, RIGHT],
  [RIGHT, BOTTOM],
  [LEFT, TOP, RIGHT, BOTTOM],
  [TOP, BOTTOM],
  [LEFT, BOTTOM],
  [BOTTOM, LEFT],
  [BOTTOM, TOP],
  [TOP, RIGHT, BOTTOM, LEFT],
  [BOTTOM, RIGHT],
  [RIGHT, LEFT],
  [RIGHT, TOP],
  [TOP, LEFT],
  []
];

/**
 * Give the smoothed outline, in page metres, of the cells that pass a test.
 *
 * @param {WaterFrame} about
 * @param {(k: number) => boolean} isInside by the cell's number in its raster
 */
export function outline(about, isInside) {
  const path = new Path2D();
  const field = smoothed(about, isInside);
  if (!field) return path;
  const width = about.width + 2 * MARGIN;
  const next = crossings(field, width);
  while (next.size) {
    const loop = [];
    for (let [edge] = next.keys(); next.has(edge);) {
      loop.push(place(field, about, edge));
      const to = /** @type {number} */ (next.get(edge));
      next.delete(edge);
      edge = to;
    }
    if (loop.length >= 4) bend(path, loop);
  }
  return path;
}

/**
 * Give the share of wetness at each cell, averaged with its neighbours (1 2 1) along both axes; null where none is wet.
 *
 * @param {WaterFrame} about
 * @param {(k: number) => boolean} isInside
 */
function smoothed({width, height}, isInside) {
  const w = width + 2 * MARGIN;
  const h = height + 2 * MARGIN;
  const field = new Float32Array(w * h);
  let any = false;
  for (let row = 0; row < height; row++) {
    for (let column = 0, k = row * width, to = (row + MARGIN) * w + MARGIN; column < width; column++, k++, to++) {
      if (isInside(k)) {
        field[to] = 1;
        any = true;
      }
    }
  }
  if (!any) return null;
  const across = new Float32Array(w * h);
  for (let k = 1; k < w * h - 1; k++) across[k] = (field[k - 1] + 2 * field[k] + field[k + 1]) / 4;
  for (let k = w; k < w * h - w; k++) field[k] = (across[k - w] + 2 * across[k] + across[k + w]) / 4;
  return field;
}

/**
 * Give, for each edge that an outline crosses, the edge that it crosses next.
 *
 * @param {Float32Array} field
 * @param {number} w cells of a row
 */
function crossings(field, w) {
  const next = new Map();
  const rows = field.length / w;
  for (let row = 0; row < rows - 1; row++) {
    for (let k = row * w, end = k + w - 1; k < end; k++) {
      const above = (field[k] > 0.5 ? 1 : 0) | (field[k + 1] > 0.5 ? 2 : 0);
      const code = above | (field[k + w + 1] > 0.5 ? 4 : 0) | (field[k + w] > 0.5 ? 8 : 0);
      if (code === 0 || code === 15) continue;
      const edges = [2 * k, 2 * (k + 1) + 1, 2 * (k + w), 2 * k + 1];
      const through = THROUGH[code];
      for (let i = 0; i < through.length; i += 2) next.set(edges[through[i]], edges[through[i + 1]]);
    }
  }
  return next;
}

/**
 * Give the point on an edge where the field is one half [m].
 *
 * @param {Float32Array} field
 * @param {WaterFrame} about
 * @param {number} edge
 * @returns {Point}
 */
function place(field, {x, y, cell, width}, edge) {
  const w = width + 2 * MARGIN;
  const k = edge >> 1;
  const isDown = edge & 1;
  const other = isDown ? k + w : k + 1;
  const share = (0.5 - field[k]) / (field[other] - field[k]);
  const column = (k % w) + (isDown ? 0 : share);
  const row = Math.floor(k / w) + (isDown ? share : 0);
  return [x + (column - MARGIN + 0.5) * cell, y + (row - MARGIN + 0.5) * cell];
}

/**
 * Add a closed line through the middles of its sides, bent at its points.
 *
 * @param {Path2D} path
 * @param {Point[]} loop
 */
function bend(path, loop) {
  const n = loop.length;
  for (let i = 0; i <= n; i++) {
    const [[ax, ay], [bx, by]] = [loop[i % n], loop[(i + 1) % n]];
    if (i) path.quadraticCurveTo(ax, ay, (ax + bx) / 2, (ay + by) / 2);
    else path.moveTo((ax + bx) / 2, (ay + by) / 2);
  }
  path.closePath();
}
