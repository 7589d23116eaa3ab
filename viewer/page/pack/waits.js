/** What an asset that is down by itself waits for, and since when it is untested: read, never worked out. */

import {OPEN, STAGES, WAITS} from '../enums.js';

/** @import {Stage, Wait} from '../enums.js' */
/** @import {WaitColumns} from '../types.js' */

/**
 * A wait that is in force.
 *
 * @typedef {object} Waiting
 * @property {number} u the asset
 * @property {Wait} what
 * @property {number} until when it is over; OPEN where that is beyond the run
 * @property {number} ends when a stage that runs is to end; OPEN for all else
 * @property {number} begins when the repair begins, or began; OPEN where none is computed
 * @property {number} work seconds of all its stages
 * @property {Stage[]} stages that the repair has
 */

export class Waits {
  /** @param {WaitColumns} columns */
  constructor(columns) {
    this.columns = columns;
    /** Place of each asset that is ever down by itself. */
    this.place = new Map([...columns['wait.asset']].map((u, place) => [u, place]));
  }

  /**
   * Give what keeps an asset down by itself at a moment; null where nothing does.
   *
   * @param {number} u
   * @param {number} t
   * @returns {Waiting | null}
   */
  at(u, t) {
    const {columns} = this;
    const place = this.place.get(u);
    if (place === undefined) return null;
    for (let k = columns['wait.offsets'][place]; k < columns['wait.offsets'][place + 1]; k++) {
      if (columns['wait.start'][k] <= t && t < columns['wait.end'][k]) return this.row(u, k);
    }
    return null;
  }

  /**
   * Give all that ever keeps an asset down by itself, in order of time, with when each begins.
   *
   * @param {number} u
   */
  all(u) {
    const {columns} = this;
    const place = this.place.get(u);
    const found = [];
    if (place === undefined) return [];
    for (let k = columns['wait.offsets'][place]; k < columns['wait.offsets'][place + 1]; k++) {
      found.push({...this.row(u, k), start: columns['wait.start'][k]});
    }
    return found;
  }

  /**
   * @param {number} u
   * @param {number} k
   * @returns {Waiting}
   */
  row(u, k) {
    const {columns} = this;
    const has = columns['wait.stages'][k];
    return {
      u,
      what: WAITS[columns['wait.what'][k]],
      until: columns['wait.end'][k],
      ends: columns['wait.ends'][k],
      begins: columns['wait.begins'][k],
      work: columns['wait.work'][k],
      stages: STAGES.filter((_, bit) => (has >> bit) & 1)
    };
  }

  /**
   * Give whose return an asset waits for that is repaired and still without power; -1 where it is neither.
   *
   * @param {number} u
   * @param {number} t
   */
  unfedBy(u, t) {
    const {columns} = this;
    const assets = columns['unfed.asset'];
    for (let k = assets.indexOf(u); k >= 0 && assets[k] === u; k++) {
      if (columns['unfed.start'][k] <= t && t < columns['unfed.end'][k]) return columns['unfed.holder'][k];
    }
    return -1;
  }

  /**
   * Give since when water has reached the live parts of an asset that nobody has tested since; OPEN where it has not.
   *
   * @param {number} u
   * @param {number} t
   */
  untestedSince(u, t) {
    const {columns} = this;
    return since(columns['untested.asset'], columns['untested.start'], columns['untested.end'], u, t);
  }

  /**
   * Give since when water has come to an asset, short of live parts or not, that nobody has tested since; OPEN where it
   * has not, and for what is not tested.
   *
   * @param {number} u
   * @param {number} t
   */
  touchedSince(u, t) {
    const {columns} = this;
    return since(columns['touched.asset'], columns['touched.start'], columns['touched.end'], u, t);
  }
}

/**
 * Give the start of the period of an asset that a moment lies in; OPEN where it lies in none.
 *
 * @param {Uint32Array} assets
 * @param {Uint32Array} start
 * @param {Uint32Array} end
 * @param {number} u
 * @param {number} t
 */
function since(assets, start, end, u, t) {
  for (let k = assets.indexOf(u); k >= 0 && assets[k] === u; k++) if (start[k] <= t && t < end[k]) return start[k];
  return OPEN;
}
