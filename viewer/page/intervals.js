/** Reading intervals: which assets are out at a moment, how many, and since when. Nothing is computed anew. */

export const OUT = 1;
export const MAY = 2;
export const WET = 3;
export const INSIDE = 4;
export const OPEN = 0xffffffff;

export class Intervals {
  /** @param columns unpacked columns; name their prefix; members the pattern of each asset. */
  constructor(columns, name, members) {
    this.offsets = columns[`${name}.offsets`] ?? new Uint32Array([0, 0]);
    for (const column of ['start', 'end', 'state', 'mech', 'cause', 'root', 'held', 'heldmech']) {
      this[column] = columns[`${name}.${column}`] ?? new Uint32Array(0);
    }
    this.members = members;
    this.count = this.offsets.length - 1;
    this.weight = new Float64Array(this.count);
    for (let i = 0; i < members.length; i++) this.weight[members[i]]++;
  }

  /** Give the interval of a pattern at a moment: the strongest state wins; -1 none. */
  at(pattern, t) {
    let found = -1;
    for (let i = this.offsets[pattern]; i < this.offsets[pattern + 1]; i++) {
      if (this.start[i] <= t && t < this.end[i] && (found < 0 || rank(this.state[i]) > rank(this.state[found]))) found = i;
    }
    return found;
  }

  stateAt(pattern, t) {
    const i = this.at(pattern, t);
    return i < 0 ? 0 : this.state[i];
  }

  /** Give the state of each pattern at a moment, into `out`. */
  states(t, out) {
    for (let p = 0; p < this.count; p++) out[p] = this.stateAt(p, t);
    return out;
  }

  /** Give, for each of `times`, how many of `weights` (per pattern) are in a state. */
  series(state, times, weights = this.weight) {
    const counts = new Float64Array(times.length);
    for (let p = 1; p < this.count; p++) {
      if (!weights[p]) continue;
      for (let k = 0; k < times.length; k++) if (this.stateAt(p, times[k]) === state) counts[k] += weights[p];
    }
    return counts;
  }

  rows(pattern) {
    const rows = [];
    for (let i = this.offsets[pattern]; i < this.offsets[pattern + 1]; i++) rows.push(i);
    return rows;
  }
}

function rank(state) {
  return state === MAY ? 0.5 : state;
}
