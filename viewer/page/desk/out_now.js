/** What is out at a moment of a run at the desk: which assets, and in words. */

import {MECHANISMS, State} from '../enums.js';
import {t} from './start.js';

/** @import {OperatorModel} from '../pack/model.js' */

/**
 * Give the assets on the map that are out at a moment, by id; as computed: those too whose outage is in doubt.
 *
 * @param {OperatorModel} model
 * @param {number} moment
 * @param {boolean} isComputed
 * @returns {Map<string, number>}
 */
export function outAt(model, moment, isComputed) {
  const {iv, pattern, state} = model;
  const ids = model.ids();
  iv.states(moment, state, model.word);
  /** @param {number} p a pattern in doubt: out by the run, or near it */
  const isOutage = (p) => MECHANISMS[iv.mech[iv.at(p, moment)]] !== 'near';
  /** @type {Map<string, number>} */
  const out = new Map();
  for (let u = 0; u < pattern.length; u++) {
    const p = pattern[u];
    if (!model.placed[u]) continue;
    if (state[p] === State.OUT || (isComputed && state[p] === State.MAY && isOutage(p))) out.set(ids[u], u);
  }
  return out;
}

/**
 * Say how many lamps are out, and apart from them how many more may be.
 *
 * @param {{out: number, may: number}} counts
 */
export function outWords({out, may}) {
  const said = t('n_out_now', {n: out});
  return may ? `${said}, ${t('n_more_may', {n: may})}` : said;
}
