/** Repairs of what holds an outage: the stage at a moment, and the facts that stand against the computation. */

import {MECHANISMS, STAGES} from '../enums.js';

/** @import {Declared, HoldColumns, Kind} from '../types.js' */
/** @import {OperatorModel} from './model.js' */

/** Waits for the water to leave: the first of the stages. */
export const RECEDE = 0;

/**
 * @typedef {object} Progress
 * @property {number} stage place in STAGES; -1 where the repair is over and yet something holds
 * @property {number | null} next when the stage ends; null beyond the run
 * @property {number} work seconds of all stages after the water has left
 */

/**
 * Give how far a repair is at a moment.
 *
 * @param {HoldColumns} columns
 * @param {Kind[]} kinds
 * @param {number} hold
 * @param {number} t
 * @returns {Progress}
 */
export function progress(columns, kinds, hold, t) {
  const [from, to] = [columns['hold.offsets'][hold], columns['hold.offsets'][hold + 1]];
  const {'hold.start': starts, 'hold.end': ends} = columns;
  const {stages} = kinds[columns['hold.kind'][hold]];
  const work = stages.reduce((sum, seconds) => sum + seconds, 0);
  /** @type {number | null} */
  let next = null;
  for (let k = from; k < to; k++) {
    if (starts[k] > t && (next === null || starts[k] < next)) next = starts[k];
    if (t < starts[k] || t >= ends[k]) continue;
    let end = starts[k];
    for (let s = 0; s < stages.length; s++) {
      end += stages[s];
      if (t < end) return {stage: s + 1, next: end, work};
    }
    return {stage: stages.length, next: ends[k], work};
  }
  const isOver = next === null && to > from && ends[to - 1] <= t;
  return {stage: isOver ? -1 : RECEDE, next, work};
}

/**
 * Give the word of a stage.
 *
 * @param {number} stage
 */
export function stageWord(stage) {
  return STAGES[stage];
}

/**
 * A fact that holds an asset out of service, and the fact that ends it where there is one.
 *
 * @typedef {object} Told
 * @property {number} held
 * @property {Declared} fact
 * @property {Declared | undefined} end
 */

/** Repairs and facts of the operator's page. */
export class Repairs {
  /**
   * @param {OperatorModel} model
   * @param {Declared[]} facts
   */
  constructor(model, facts) {
    this.model = model;
    this.facts = facts;
    /** Number of the repair of each flooded asset. */
    this.holds = new Map([...model.columns['hold.asset']].map((u, hold) => [u, hold]));
  }

  /**
   * Give the asset that holds an outage open.
   *
   * @param {number} u
   * @param {number} i
   */
  holder(u, i) {
    const {held} = this.model.iv;
    return held[i] ? held[i] - 1 : u;
  }

  /**
   * Give how far the repair of an asset is; null where none is known.
   *
   * @param {number} u
   * @param {number} t
   */
  progress(u, t) {
    const hold = this.holds.get(u);
    return hold === undefined ? null : progress(this.model.columns, this.model.kinds, hold, t);
  }

  /**
   * Give what keeps an outage open.
   *
   * @param {number} i
   */
  heldBy(i) {
    return MECHANISMS[this.model.iv.heldmech[i]];
  }

  /**
   * Give the fact that holds an asset out of service while the outage of interval i lasts; null where none does.
   *
   * @param {number} u
   * @param {number} i
   * @returns {Told | null}
   */
  told(u, i) {
    const {iv, pattern} = this.model;
    const held = this.holder(u, i);
    /** @param {number} k */
    const isDuring = (k) => iv.start[k] < iv.end[i] && iv.end[k] > iv.start[i];
    const own = held === u ? i : iv.rows(pattern[held]).find(isDuring);
    if (own === undefined || this.heldBy(own) !== 'failed') return null;
    const here = this.facts.filter((one) => one.u === held && one.fact && one.at <= iv.end[own]);
    const fact = here.filter((one) => one.action === 'fact_out' && one.at < iv.end[own]).pop();
    return fact ? {held, fact, end: here.find((one) => one.at > fact.at)} : null;
  }
}
