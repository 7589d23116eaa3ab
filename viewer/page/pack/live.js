/** What stands in water and may be live, by the place where it is cut. */

import {OPEN} from '../enums.js';

/** @import {OperatorColumns} from '../types.js' */

/**
 * A place to cut at a moment: its number in the list of places, what stands in water behind it, and since when.
 *
 * @typedef {{place: number, us: number[], from: number}} Danger
 */

export class Live {
  /** @param {OperatorColumns} columns */
  constructor(columns) {
    this.place = columns['live.place'];
    this.asset = columns['live.asset'];
    this.from = columns['live.from'];
    this.to = columns['live.to'];
  }

  /**
   * Give since when an asset itself stands in water at live parts; OPEN where it does not.
   *
   * @param {number} u
   * @param {number} t
   */
  since(u, t) {
    for (let k = this.asset.indexOf(u); k >= 0; k = this.asset.indexOf(u, k + 1)) {
      if (this.from[k] <= t && t < this.to[k]) return this.from[k];
    }
    return OPEN;
  }

  /**
   * Give the places to cut at a moment, in the order of the list; each thing stands once in each.
   *
   * @param {number} t
   * @returns {Danger[]}
   */
  at(t) {
    /** @type {Danger[]} */
    const found = [];
    for (let k = 0; k < this.place.length; k++) {
      if (t < this.from[k] || t >= this.to[k]) continue;
      let last = found[found.length - 1];
      if (last?.place !== this.place[k]) found.push((last = {place: this.place[k], us: [], from: this.from[k]}));
      if (!last.us.includes(this.asset[k])) last.us.push(this.asset[k]);
      last.from = Math.min(last.from, this.from[k]);
    }
    return found;
  }
}
