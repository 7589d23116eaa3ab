/** When an asset may be without service first, when the run computes it so, and when it is sure: read from its rows. */

import {MECHANISMS, OPEN, State} from '../enums.js';

/** @import {OperatorModel} from './model.js' */

/**
 * One time in which an asset is, or may be, without service: rows that follow on one another without a gap.
 *
 * @typedef {object} Loss
 * @property {number} may from when it may be without service: nothing is earlier
 * @property {number} computed from when the run computes it so, in doubt or not; OPEN for never
 * @property {number} sure from when nothing within the errors says otherwise; OPEN for never
 * @property {number} end when it is over for certain; OPEN where that is beyond the run
 * @property {number} root the asset at which the chain of causes ends at the earliest
 */

/**
 * Give the loss of an asset that is in force at a moment, else the next to come; null where none is.
 *
 * @param {OperatorModel} model
 * @param {number} u
 * @param {number} t
 * @returns {Loss | null}
 */
export function lossOf({iv, pattern}, u, t) {
  /** @type {Loss | null} */
  let loss = null;
  for (const i of iv.rows(pattern[u]).sort((a, b) => iv.start[a] - iv.start[b])) {
    const mechanism = MECHANISMS[iv.mech[i]];
    // A zone under water is suspended, whatever its supply does: that is no loss of its service.
    if (mechanism === 'touched') continue;
    if (loss && loss.end !== iv.start[i]) {
      if (loss.end > t) return loss;
      loss = null;
    }
    loss ??= {may: iv.start[i], computed: OPEN, sure: OPEN, end: OPEN, root: iv.root[i] ? iv.root[i] - 1 : u};
    loss.end = iv.end[i];
    if (mechanism !== 'near' && loss.computed === OPEN) loss.computed = iv.start[i];
    if (iv.state[i] === State.OUT && loss.sure === OPEN) loss.sure = iv.start[i];
  }
  return loss && loss.end > t ? loss : null;
}
