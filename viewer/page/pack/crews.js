/** Crews over the run: what each does at a moment, where it is, the way that it drives, and what waits for what. */

import {Doing} from '../enums.js';

/** @import {Reason} from '../enums.js' */
/** @import {OperatorColumns, OperatorTexts, Point} from '../types.js' */

/**
 * A time in which a crew does one thing.
 *
 * @typedef {object} Piece
 * @property {number} row
 * @property {number} crew
 * @property {number} start
 * @property {number} end
 * @property {number} doing
 * @property {number} u where it is; while it drives, where it goes
 * @property {number} origin where it set out from
 * @property {number} count assets of one visit
 * @property {number} stage place in STAGES
 * @property {number} until when it was planned to be free
 * @property {number[]} streets
 */

export class Crews {
  /**
   * @param {OperatorColumns} columns
   * @param {OperatorTexts} texts
   */
  constructor(columns, texts) {
    this.columns = columns;
    this.step = texts.frame.step;
    this.all = texts.crews ?? [];
    this.reasons = texts.queue ?? [];
    /** @type {Piece[]} */
    this.pieces = [];
    const of = columns['crew.of'] ?? new Uint16Array(0);
    for (let row = 0; row < of.length; row++) this.pieces.push(this.piece(row));
  }

  /**
   * @param {number} row
   * @returns {Piece}
   */
  piece(row) {
    const {columns} = this;
    /** @param {'of' | 'start' | 'end' | 'doing' | 'asset' | 'origin' | 'count' | 'stage' | 'until'} name */
    const of = (name) => columns[`crew.${name}`]?.[row] ?? 0;
    const [from, to] = [columns['crew.by.offsets']?.[row] ?? 0, columns['crew.by.offsets']?.[row + 1] ?? 0];
    return {
      row,
      crew: of('of'),
      start: of('start'),
      end: of('end'),
      doing: of('doing'),
      u: of('asset'),
      origin: of('origin'),
      count: of('count'),
      stage: of('stage'),
      until: of('until'),
      streets: [...(columns['crew.by']?.subarray(from, to) ?? [])]
    };
  }

  /**
   * Give what each crew does at a moment.
   *
   * @param {number} t
   */
  at(t) {
    return this.pieces.filter(({start, end}, i) => {
      // At the end of the run the last piece of each crew holds.
      const isLast = this.pieces[i + 1]?.crew !== this.pieces[i].crew;
      return start <= t && (t < end || (isLast && t === end));
    });
  }

  /** Give the trips and the work, in order of time: what bars, table and CSV show. */
  work() {
    const rows = this.pieces.filter(({doing}) => doing === Doing.DRIVING || doing === Doing.WORKING);
    return rows.sort((a, b) => a.start - b.start || a.crew - b.crew);
  }

  /**
   * Give how many wait for what at a moment, the most first.
   *
   * @param {number} t
   * @param {number} step of the page [s]
   * @returns {{reason: Reason, n: number}[]}
   */
  queue(t, step) {
    return this.reasons
      .map((reason, k) => ({reason, n: this.columns[`queue.${k}`]?.[Math.floor(t / step)] ?? 0}))
      .filter(({n}) => n)
      .sort((a, b) => b.n - a.n);
  }

  /**
   * Give the line of a trip and where on it the crew is at a moment; null where nobody has to move.
   *
   * @param {Piece} piece
   * @param {number} t
   * @returns {{line: Point[], at: Point} | null}
   */
  trip({row}, t) {
    const {columns, step} = this;
    const [offsets, x, y, passed] = [columns['trip.offsets'], columns['trip.x'], columns['trip.y'], columns['trip.t']];
    if (!offsets || !x || !y || !passed || offsets[row] === offsets[row + 1]) return null;
    /** @type {Point[]} */
    const line = [];
    for (let k = offsets[row]; k < offsets[row + 1]; k++) line.push([x[k] * step, y[k] * step]);
    let k = offsets[row];
    while (k + 1 < offsets[row + 1] && passed[k + 1] <= t) k++;
    const next = Math.min(k + 1, offsets[row + 1] - 1);
    const lasts = passed[next] - passed[k];
    const share = lasts ? Math.max(0, Math.min(1, (t - passed[k]) / lasts)) : 0;
    const [a, b] = [line[k - offsets[row]], line[next - offsets[row]]];
    return {line, at: [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]};
  }
}
