/** What of a variant has a place on the map: a barrier along its points, a number at all else. */

/** @import {DeskMap} from './desk_map.js' */
/** @import {Drawings} from './desk_overlay.js' */

/**
 * @param {any[]} lines that count
 * @param {[number, number][]} drawn points of a barrier that is being drawn, in the city's metres
 * @param {DeskMap} map
 * @param {(line: any) => string} name
 * @returns {Drawings}
 */
export function drawingsOf(lines, drawn, map, name) {
  /** @type {Drawings} */
  const drawings = {marks: [], lines: []};
  lines.forEach((line, k) => {
    if (line.sort === 'barrier') {
      const points = line.line.map((/** @type {[number, number]} */ one) => map.onPage(one));
      drawings.lines.push({points, text: name(line)});
      return;
    }
    const asset = line.asset ?? line.consumer ?? line.assets?.[0] ?? '';
    const place = line.sort === 'pump' ? map.onPage(line.place) : map.place(asset);
    if (!place) return;
    const shape = line.sort === 'crew' ? 'disc' : 'circle';
    drawings.marks.push({x: place[0], y: place[1], text: String(k + 1), shape});
  });
  if (drawn.length) drawings.lines.push({points: drawn.map((one) => map.onPage(one)), isDraft: true});
  return drawings;
}
