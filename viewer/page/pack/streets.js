/** Lamps by street and pattern, so that counting by street costs a few thousand additions. */

import {State} from '../enums.js';

/** @import {Model} from './model.js' */

/**
 * A street at a moment.
 *
 * @typedef {object} StreetRow
 * @property {number} street
 * @property {number} out lamps out
 * @property {number} may lamps in doubt
 * @property {number} total
 * @property {number} since when the first of those out went out; Infinity where none is
 * @property {number} maySince when the first of those in doubt came into doubt; Infinity where none is
 * @property {number} wet blocks in water
 */

export class StreetTable {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    /** Lamps of each street. */
    this.total = new Uint32Array(model.streets.length);
    /** @type {Map<number, Map<number, number>>} */
    const counts = new Map();
    for (let u = model.lamps[0]; u < model.lamps[1]; u++) {
      const [street, pattern] = [model.street[u], model.pattern[u]];
      this.total[street]++;
      const ofStreet = counts.get(street) ?? new Map();
      ofStreet.set(pattern, (ofStreet.get(pattern) ?? 0) + 1);
      counts.set(street, ofStreet);
    }
    /**
     * [pattern, lamps] of each street.
     *
     * @type {Map<number, [number, number][]>}
     */
    this.patterns = new Map([...counts].map(([street, ofStreet]) => [street, [...ofStreet]]));
  }

  /**
   * Give the streets with lamps out or in doubt at a moment, the worst first.
   *
   * @param {number} t
   * @returns {StreetRow[]}
   */
  rows(t) {
    const {model} = this;
    /** @type {Map<number, StreetRow>} */
    const rows = new Map();
    for (const street of this.patterns.keys()) {
      const row = this.row(street, t);
      if (row.out || row.may) rows.set(street, row);
    }
    model.blockStreet.forEach((street, block) => {
      const row = street ? rows.get(street) : undefined;
      if (row && model.blocks.stateAt(model.blocks.members[block], t)) row.wet++;
    });
    /** @type {(row: StreetRow) => string} */
    const name = (row) => model.streets[row.street];
    return [...rows.values()].sort((a, b) => b.out - a.out || b.may - a.may || (name(a) < name(b) ? -1 : 1));
  }

  /**
   * @param {number} street
   * @param {number} t
   * @returns {StreetRow}
   */
  row(street, t) {
    const {iv} = this.model;
    const row = {street, out: 0, may: 0, total: this.total[street], since: Infinity, maySince: Infinity, wet: 0};
    for (const [pattern, n] of this.patterns.get(street) ?? []) {
      const i = iv.at(pattern, t);
      if (i >= 0 && iv.state[i] === State.MAY) {
        row.may += n;
        row.maySince = Math.min(row.maySince, iv.start[i]);
      }
      if (i < 0 || iv.state[i] !== State.OUT) continue;
      row.out += n;
      row.since = Math.min(row.since, iv.start[i]);
    }
    return row;
  }

  /**
   * Give the tenths and the word of the lamps of a street in doubt that are the likeliest out at a moment.
   *
   * @param {number} street
   * @param {number} t
   * @returns {[number, number]}
   */
  likeliest(street, t) {
    const {iv} = this.model;
    /** @type {[number, number]} */
    let most = [0, 0];
    for (const [pattern] of this.patterns.get(street) ?? []) {
      const i = iv.at(pattern, t);
      if (i < 0 || iv.state[i] !== State.MAY || iv.wordOf(i) < most[1]) continue;
      most = [Math.max(most[0], iv.tenths[i] ?? 0), iv.wordOf(i)];
    }
    return most;
  }

  /**
   * Give what happens to a street over the run: lamps that are out at some moment, else may be; from when they are out,
   * and until when they may be.
   *
   * @param {number} street
   */
  night(street) {
    const {iv} = this.model;
    const night = {out: 0, may: 0, first: Infinity, lastMay: 0};
    for (const [pattern, n] of this.patterns.get(street) ?? []) {
      const outages = iv.rows(pattern).filter((k) => iv.state[k] === State.OUT);
      for (const k of outages) night.first = Math.min(night.first, iv.start[k]);
      const doubts = iv.rows(pattern).filter((k) => iv.state[k] === State.MAY);
      for (const k of doubts) night.lastMay = Math.max(night.lastMay, iv.end[k]);
      if (outages.length) night.out += n;
      else if (doubts.length) night.may += n;
    }
    return night;
  }

  /**
   * Give the blocks of a street that stand in water at a moment.
   *
   * @param {number} street
   * @param {number} t
   */
  wetBlocks(street, t) {
    const {blockStreet, blocks} = this.model;
    let wet = 0;
    blockStreet.forEach((of, block) => {
      if (of === street && blocks.stateAt(blocks.members[block], t)) wet++;
    });
    return wet;
  }

  /**
   * Give blocks in water and their houses by street, most blocks first.
   *
   * @param {number} t
   * @returns {{street: number, blocks: number, houses: number}[]}
   */
  wetRows(t) {
    const {blockStreet, blockHouses, blocks} = this.model;
    const rows = new Map();
    blockStreet.forEach((street, block) => {
      if (!blocks.stateAt(blocks.members[block], t)) return;
      const row = rows.get(street) ?? {street, blocks: 0, houses: 0};
      row.blocks++;
      row.houses += blockHouses[block];
      rows.set(street, row);
    });
    return [...rows.values()].sort((a, b) => b.blocks - a.blocks || a.street - b.street);
  }

  /**
   * Give lamps by pattern of a street, as weights for a series.
   *
   * @param {number} street
   */
  weights(street) {
    const weights = new Float64Array(this.model.iv.count);
    for (const [pattern, n] of this.patterns.get(street) ?? []) weights[pattern] = n;
    return weights;
  }
}
