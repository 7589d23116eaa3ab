/** Crews over the run: what each does at a moment, where it is, the way that it drives, and what waits for what. */

import {Doing, REASONS} from '../enums.js';

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
/**
 * A time in which a repair waits.
 *
 * @typedef {object} Delay
 * @property {number} u
 * @property {number} start
 * @property {Reason} reason
 * @property {number} until when a delivery, the sun, a shift or a street ends it, as far as known; OPEN else
 * @property {number} next when a crew next sets out for it, by the run; OPEN not within it
 * @property {string} lacks the part or the skill that is missing
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
    this.lacks = texts.lacks ?? [];
    /** Whether crews mend a kind, by its number; empty where there are none. */
    this.mends = texts.mends ?? [];
    const [of, since] = [columns['delay.of'], columns['delay.since']];
    /** What each asset that ever waits waits for, and since when: those of one street wait together. */
    this.waiting = new Map(
      [...(columns['delay.asset'] ?? [])].map((u, k) => [u, {pattern: of?.[k] ?? 0, since: since?.[k] ?? 0}])
    );
    /** @type {Piece[]} */
    this.pieces = [];
    const rows = columns['crew.of']?.length ?? 0;
    for (let row = 0; row < rows; row++) this.pieces.push(this.piece(row));
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

  /**
   * Give the place where a crew is shut in, or where it begins its next shift; since when, and when a way opens: OPEN
   * not within the run; null where it is not shut in.
   *
   * @param {Piece} piece
   * @param {number} t
   */
  shut({row, end}, t) {
    const {columns} = this;
    const of = columns['shut.of'] ?? new Uint32Array(0);
    /** @param {'start' | 'end' | 'asset' | 'since' | 'until'} name @param {number} k */
    const at = (name, k) => columns[`shut.${name}`]?.[k] ?? 0;
    const k = of.findIndex(
      (one, i) => one === row && at('start', i) <= t && (t < at('end', i) || (t === end && t === at('end', i)))
    );
    return k < 0 ? null : {u: at('asset', k), since: at('since', k), until: at('until', k)};
  }

  /** Give the trips and the work, in order of time: what bars, table and CSV show. */
  work() {
    const rows = this.pieces.filter(({doing}) => doing === Doing.DRIVING || doing === Doing.WORKING);
    return rows.sort((a, b) => a.start - b.start || a.crew - b.crew);
  }

  /**
   * Give what an asset waits for at a moment; null where nothing delays its repair.
   *
   * @param {number} u
   * @param {number} t
   */
  delay(u, t) {
    const waits = this.waiting.get(u);
    if (!waits || t < waits.since) return null;
    const row = this.delayRow(waits.pattern, t);
    return row < 0 ? null : this.delayed(u, waits.since, row);
  }

  /**
   * Give all that waits at a moment, by asset.
   *
   * @param {number} t
   */
  delays(t) {
    /** @type {Map<number, number>} */
    const rows = new Map();
    const found = [];
    for (const [u, {pattern, since}] of this.waiting) {
      if (t < since) continue;
      let row = rows.get(pattern);
      if (row === undefined) rows.set(pattern, (row = this.delayRow(pattern, t)));
      if (row >= 0) found.push(this.delayed(u, since, row));
    }
    return found;
  }

  /**
   * Give the row of a list of delays that is in force; -1 none.
   *
   * @param {number} pattern
   * @param {number} t
   */
  delayRow(pattern, t) {
    const {columns} = this;
    const [offsets, start, end] = [columns['delay.offsets'], columns['delay.start'], columns['delay.end']];
    if (!offsets || !start || !end) return -1;
    for (let k = offsets[pattern]; k < offsets[pattern + 1]; k++) if (start[k] <= t && t < end[k]) return k;
    return -1;
  }

  /**
   * @param {number} u
   * @param {number} since
   * @param {number} k
   * @returns {Delay}
   */
  delayed(u, since, k) {
    const {columns} = this;
    /** @param {'start' | 'until' | 'next'} name */
    const of = (name) => columns[`delay.${name}`]?.[k] ?? 0;
    return {
      u,
      start: Math.max(of('start'), since),
      reason: REASONS[columns['delay.state']?.[k] ?? 0],
      until: of('until'),
      next: of('next'),
      lacks: this.lacks[columns['delay.lacks']?.[k] ?? 0]
    };
  }

  /**
   * Tell whether an asset is for others to mend: there are crews, and it is none of theirs.
   *
   * @param {number} kind
   */
  isOthers(kind) {
    return this.mends.length > 0 && !this.mends[kind];
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
