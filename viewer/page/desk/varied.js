/** Other outages for some assets of a map: patterns beside those of the run, which stays as it is. */

/** @import {Intervals} from '../pack/intervals.js' */
/** @import {Numbers} from '../types.js' */

/** @typedef {{assets: number[], spans: [number, number, number][]}[]} Groups intervals of the assets that share them */
/** @typedef {{pattern: Numbers, iv: Intervals, state: Uint8Array}} Patterns */

const COLUMNS = /** @type {const} */ (['start', 'end', 'cause', 'root', 'held', 'state', 'mech', 'heldmech']);

/**
 * Give the patterns of a model with other intervals for some assets.
 *
 * @param {Patterns} plain
 * @param {Groups} groups
 * @returns {Patterns}
 */
export function varied({pattern, iv}, groups) {
  const rows = iv.start.length;
  const more = groups.reduce((sum, {spans}) => sum + spans.length, 0);
  /** @type {Intervals} */
  const next = Object.assign(Object.create(Object.getPrototypeOf(iv)), iv);
  next.offsets = new Uint32Array(iv.offsets.length + groups.length);
  next.offsets.set(iv.offsets);
  for (const name of COLUMNS) {
    const wide = /** @type {any} */ (iv[name]).constructor;
    const column = new wide(rows + more);
    column.set(iv[name]);
    /** @type {any} */ (next)[name] = column;
  }
  const own = Uint32Array.from(pattern);
  let at = rows;
  groups.forEach(({assets, spans}, k) => {
    for (const [start, end, state] of spans) {
      next.start[at] = start;
      next.end[at] = end;
      next.state[at] = state;
      at += 1;
    }
    next.offsets[iv.offsets.length + k] = at;
    for (const u of assets) own[u] = iv.count + k;
  });
  next.count = iv.count + groups.length;
  next.members = own;
  next.weight = new Float64Array(next.count);
  for (let i = 0; i < own.length; i++) next.weight[own[i]]++;
  return {pattern: own, iv: next, state: new Uint8Array(next.count)};
}
