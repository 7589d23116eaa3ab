/** When something may be lost, in the words that lists, report and explanations have for it too. */

import {OPEN} from '../enums.js';
import {listed, say} from '../words/speech.js';
import {moment} from '../words/time.js';
import {lossOf} from '../pack/losses.js';

/** @import {Loss} from '../pack/losses.js' */
/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Names} from './names.js' */

/**
 * Give the word for being out: a lamp is out, a site or building without power, all else out of service.
 *
 * @param {OperatorModel} model
 * @param {Names} names
 * @param {number} u
 */
function stateWord(model, names, u) {
  if (model.isLamp(u)) return say('loss_lamp');
  return say(names.kind(u).hasRooms || names.kind(u).family === 'site' ? 'loss_power' : 'loss_service');
}

/**
 * Say when an asset that is not surely out is, or may be, without service; empty where it never is from a moment on.
 *
 * @param {OperatorModel} model
 * @param {Names} names
 * @param {number} u
 * @param {number} t
 */
export function lossWords(model, names, u, t) {
  const loss = lossOf(model, u, t);
  return loss ? lostWords(loss, stateWord(model, names, u), t) : '';
}

/**
 * @param {Loss} loss
 * @param {string} state
 * @param {number} t
 */
function lostWords({may, computed, sure}, state, t) {
  if (sure === may && may > t) return say('loss_from', {state, time: moment(may, t)});
  const head = say(may <= t ? 'loss_may_since' : 'loss_may_from', {state, time: moment(may, t)});
  if (sure !== OPEN && sure > t) return say('loss_sure', {may: head, time: moment(sure, t)});
  if (sure !== OPEN || computed === OPEN || computed === may) return head;
  return say('loss_computed', {may: head, time: moment(computed, t)});
}

/**
 * Say the same with why at the earliest: water inside, or what feeds it.
 *
 * @param {OperatorModel} model
 * @param {Names} names
 * @param {number} u
 * @param {number} t
 */
export function lossAndWhy(model, names, u, t) {
  const loss = lossOf(model, u, t);
  if (!loss) return '';
  const why = loss.root !== u ? names.id(loss.root) : names.kind(u).hasRooms ? say('loss_inside') : '';
  return listed(lossWords(model, names, u, t), why);
}

/**
 * Say of what stands in water at live parts since when it does: whoever cuts it takes what it feeds with it.
 *
 * @param {OperatorModel} model
 * @param {number} u
 * @param {number} t
 */
export function wetFeed(model, u, t) {
  const since = model.live.since(u, t);
  return since === OPEN ? '' : say('feed_in_water', {time: moment(since, t)});
}
