/** The depth of water at an asset at the page's moments, and whether it rises or falls. */

/** @import {OperatorColumns} from '../types.js' */

/** @typedef {'falling' | 'steady' | 'rising'} Trend */

/** @type {Trend[]} */
const TRENDS = ['falling', 'steady', 'rising'];

export class Depths {
  /**
   * @param {OperatorColumns} columns
   * @param {number} step
   */
  constructor(columns, step) {
    this.columns = columns;
    this.step = step;
    /** Place of each asset whose depths are known. */
    this.place = new Map([...columns['depth.asset']].map((u, place) => [u, place]));
  }

  /**
   * Give depth [cm] and trend at a moment; null where they are not kept.
   *
   * @param {number} u
   * @param {number} t
   * @returns {{cm: number, trend: Trend} | null}
   */
  at(u, t) {
    const {columns} = this;
    const place = this.place.get(u);
    if (place === undefined) return null;
    const [from, to] = [columns['depth.offsets'][place], columns['depth.offsets'][place + 1]];
    const k = from + Math.floor(t / this.step) - columns['depth.first'][place];
    if (k < from || k >= to) return {cm: 0, trend: 'steady'};
    return {cm: columns['depth.cm'][k], trend: TRENDS[columns['depth.trend'][k]]};
  }

  /**
   * Give the highest depth [cm] up to a moment; null where depths are not kept.
   *
   * @param {number} u
   * @param {number} t
   */
  highest(u, t) {
    const {columns} = this;
    const place = this.place.get(u);
    if (place === undefined) return null;
    const [from, to] = [columns['depth.offsets'][place], columns['depth.offsets'][place + 1]];
    const end = Math.min(to, from + Math.floor(t / this.step) - columns['depth.first'][place] + 1);
    let highest = 0;
    for (let k = from; k < end; k++) highest = Math.max(highest, columns['depth.cm'][k]);
    return highest;
  }
}
