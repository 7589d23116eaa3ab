/** When something may be lost, in the words that lists, report and explanations have for it too. */

import {OPEN} from '../enums.js';
import {lossOf} from '../pack/losses.js';
import {listed, say} from '../words/speech.js';
import {moment} from '../words/time.js';

/** @import {Loss} from '../pack/losses.js' */
/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Names} from './names.js' */

export class Losses {
  /**
   * @param {OperatorModel} model
   * @param {Names} names
   */
  constructor(model, names) {
    this.model = model;
    this.names = names;
  }

  /**
   * Give the loss of an asset that is in force at a moment, else the next to come; null where none is.
   *
   * @param {number} u
   * @param {number} t
   */
  of(u, t) {
    return lossOf(this.model, u, t);
  }

  /**
   * Say when an asset that is not surely out is, or may be, without service; empty where it never is from a moment on.
   *
   * @param {number} u
   * @param {number} t
   */
  words(u, t) {
    const loss = this.of(u, t);
    return loss ? lostWords(loss, this.state(u), t) : '';
  }

  /**
   * Say the same with why at the earliest: water inside, or what feeds it.
   *
   * @param {number} u
   * @param {number} t
   */
  andWhy(u, t) {
    const loss = this.of(u, t);
    if (!loss) return '';
    const {names} = this;
    const why = loss.root !== u ? names.id(loss.root) : names.kind(u).hasRooms ? say('loss_inside') : '';
    return listed(lostWords(loss, this.state(u), t), why);
  }

  /**
   * Say of what stands in water at live parts since when it does: whoever cuts it takes what it feeds with it.
   *
   * @param {number} u
   * @param {number} t
   */
  inWater(u, t) {
    const since = this.model.live.since(u, t);
    return since === OPEN ? '' : say('feed_in_water', {time: moment(since, t)});
  }

  /**
   * Give the word for being out: a lamp is out, a site or building without power, all else out of service.
   *
   * @param {number} u
   */
  state(u) {
    if (this.model.isLamp(u)) return say('loss_lamp');
    const {hasRooms, family} = this.names.kind(u);
    return say(hasRooms || family === 'site' ? 'loss_power' : 'loss_service');
  }
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
