/** Reading intervals: which assets are out at a moment, how many, and since when. Nothing is computed anew. */

/** @import {GroundColumns, Numbers} from '../types.js' */

/** No interval at a moment: the asset is in service, or dry. */
export const NONE = 0;

/** The lists of intervals of a family of assets, each stored once as a pattern. */
export class Intervals {
  /**
   * @param {GroundColumns} columns
   * @param {'iv' | 'cond' | 'feet' | 'wet' | 'reach' | 'island'} name prefix of the columns
   * @param {Numbers} members the pattern of each asset
   */
  constructor(columns, name, members) {
    const whole = new Uint32Array(0);
    const bytes = new Uint8Array(0);
    this.offsets = columns[`${name}.offsets`] ?? new Uint32Array([0, 0]);
    this.start = columns[`${name}.start`] ?? whole;
    this.end = columns[`${name}.end`] ?? whole;
    this.state = columns[`${name}.state`] ?? bytes;
    this.mech = columns[`${name}.mech`] ?? bytes;
    this.cause = columns[`${name}.cause`] ?? whole;
    this.root = columns[`${name}.root`] ?? whole;
    this.held = columns[`${name}.held`] ?? whole;
    this.heldmech = columns[`${name}.heldmech`] ?? bytes;
    this.also = columns[`${name}.also`] ?? new Uint16Array(0);
    this.since = columns[`${name}.since`] ?? whole;
    this.until = columns[`${name}.until`] ?? whole;
    /** Of an ensemble: tenths of the nights in which it is out, and the word of it; empty for a run by itself. */
    this.tenths = columns[`${name}.tenths`] ?? bytes;
    this.word = columns[`${name}.word`] ?? bytes;
    this.members = members;
    this.count = this.offsets.length - 1;
    this.weight = new Float64Array(this.count);
    for (let i = 0; i < members.length; i++) this.weight[members[i]]++;
  }

  /**
   * Give the interval of a pattern at a moment, -1 none: those of a pattern do not overlap.
   *
   * @param {number} pattern
   * @param {number} t
   */
  at(pattern, t) {
    for (let i = this.offsets[pattern]; i < this.offsets[pattern + 1]; i++) {
      if (this.start[i] <= t && t < this.end[i]) return i;
    }
    return -1;
  }

  /**
   * @param {number} pattern
   * @param {number} t
   */
  stateAt(pattern, t) {
    const i = this.at(pattern, t);
    return i < 0 ? NONE : this.state[i];
  }

  /**
   * Give the state of each pattern at a moment, into `out`, and its word, into `words`.
   *
   * @param {number} t
   * @param {Uint8Array} out
   * @param {Uint8Array} [words]
   */
  states(t, out, words) {
    for (let p = 0; p < this.count; p++) {
      const i = this.at(p, t);
      out[p] = i < 0 ? NONE : this.state[i];
      if (words) words[p] = i < 0 ? NONE : this.wordOf(i);
    }
    return out;
  }

  /**
   * Give the word of an interval, a code of `Likely`; 0 where it has none.
   *
   * @param {number} i
   */
  wordOf(i) {
    return i < this.word.length ? this.word[i] : NONE;
  }

  /**
   * @param {number} pattern
   * @param {number} t
   */
  wordAt(pattern, t) {
    const i = this.at(pattern, t);
    return i < 0 ? NONE : this.wordOf(i);
  }

  /**
   * Give, for each of `times`, how many of `weights` (per pattern) are in a state.
   *
   * @param {number} state
   * @param {number[]} times
   * @param {Float64Array} [weights]
   */
  series(state, times, weights = this.weight) {
    const counts = new Float64Array(times.length);
    for (let p = 1; p < this.count; p++) {
      if (!weights[p]) continue;
      for (let k = 0; k < times.length; k++) if (this.stateAt(p, times[k]) === state) counts[k] += weights[p];
    }
    return counts;
  }

  /**
   * Give the intervals of a pattern.
   *
   * @param {number} pattern
   */
  rows(pattern) {
    const rows = [];
    for (let i = this.offsets[pattern]; i < this.offsets[pattern + 1]; i++) rows.push(i);
    return rows;
  }
}
