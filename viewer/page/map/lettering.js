/** Letters along a line: centred on the longest part of it that is seen, where that is long and straight enough. */

/** @import {Point} from '../types.js' */
/** @import {View} from './view.js' */

/**
 * A place that is taken [px].
 *
 * @typedef {{x: number, y: number, r: number}} Disc
 */
/**
 * A letter's place and turn.
 *
 * @typedef {{letter: string, x: number, y: number, angle: number}} Spot
 */
/**
 * A letter and the width that it takes [px].
 *
 * @typedef {{letter: string, width: number}} Letter
 */

/** Letters keep this far from the edge of the map, and a line is followed in pieces no longer than this [px]. */
const EDGE = 24;
const PIECE = 24;
/** A line must be longer than its name by this [px]. */
const SPARE = 12;
/** Turns from a letter to the next, and from the first to the last, at most [rad]. */
const BEND = 0.6;
const TURN = 1.6;

/**
 * Give a spot per letter, or null where the visible line is too short or bends too much.
 *
 * @param {View} view
 * @param {Float32Array} points the line in metres
 * @param {number} length of the line [m]
 * @param {Letter[]} letters
 * @returns {Spot[] | null}
 */
export function placed(view, points, length, letters) {
  const wide = letters.reduce((sum, {width}) => sum + width, 0);
  if (length * view.scale < wide + 16) return null;
  const run = longestRun(view, points);
  if (run.length < wide + SPARE) return null;
  // read from left to right
  const line = run.points[0][0] > run.points[run.points.length - 1][0] ? run.points.reverse() : run.points;
  const spots = along(line, letters, (run.length - wide) / 2);
  return isStraight(spots) ? spots : null;
}

/**
 * Give the longest visible run of a line, in pixels.
 *
 * @param {View} view
 * @param {Float32Array} points
 */
function longestRun(view, points) {
  /** @type {{points: Point[], length: number}} */
  let best = {points: [], length: 0};
  /** @type {{points: Point[], length: number}} */
  let run = {points: [], length: 0};
  for (const [x, y] of followed(view, points)) {
    if (x < EDGE || y < EDGE || x > view.width - EDGE || y > view.height - EDGE) {
      if (run.length > best.length) best = run;
      run = {points: [], length: 0};
      continue;
    }
    const last = run.points[run.points.length - 1];
    if (last) run.length += Math.hypot(x - last[0], y - last[1]);
    run.points.push([x, y]);
  }
  return run.length > best.length ? run : best;
}

/**
 * Give a line in pixels, its vertices and points between them.
 *
 * @param {View} view
 * @param {Float32Array} points
 * @returns {Point[]}
 */
function followed(view, points) {
  /** @type {Point[]} */
  const found = [[view.px(points[0]), view.py(points[1])]];
  for (let k = 2; k < points.length; k += 2) {
    const [ax, ay] = found[found.length - 1];
    const [bx, by] = [view.px(points[k]), view.py(points[k + 1])];
    const pieces = Math.max(1, Math.ceil(Math.hypot(bx - ax, by - ay) / PIECE));
    for (let j = 1; j < pieces; j++) found.push([ax + ((bx - ax) * j) / pieces, ay + ((by - ay) * j) / pieces]);
    found.push([bx, by]);
  }
  return found;
}

/**
 * Place letters along a line, from a distance on.
 *
 * @param {Point[]} line
 * @param {Letter[]} letters
 * @param {number} from [px]
 * @returns {Spot[]}
 */
function along(line, letters, from) {
  let at = from;
  let i = 0;
  let behind = 0;
  /** @param {number} k */
  const piece = (k) => Math.hypot(line[k + 1][0] - line[k][0], line[k + 1][1] - line[k][1]);
  return letters.map(({letter, width}) => {
    const middle = at + width / 2;
    at += width;
    while (behind + piece(i) < middle && i + 2 < line.length) behind += piece(i++);
    const share = piece(i) ? (middle - behind) / piece(i) : 0;
    const [[ax, ay], [bx, by]] = [line[i], line[i + 1]];
    const [[cx, cy], [dx, dy]] = [line[Math.max(0, i - 1)], line[Math.min(line.length - 1, i + 2)]];
    return {letter, x: ax + (bx - ax) * share, y: ay + (by - ay) * share, angle: Math.atan2(dy - cy, dx - cx)};
  });
}

/** @param {Spot[]} spots */
function isStraight(spots) {
  let turn = 0;
  for (let n = 1; n < spots.length; n++) {
    const between = spots[n].angle - spots[n - 1].angle;
    const bend = Math.abs(Math.atan2(Math.sin(between), Math.cos(between)));
    if (bend > BEND) return false;
    turn += bend;
  }
  return turn <= TURN;
}
