/** When an asset comes back, in words: the stage of the repair, what is waited for, what was reported against it. */

import {OPEN, STAGES} from '../enums.js';
import {make, paragraph} from '../parts/dom.js';
import {RECEDE} from '../pack/repair.js';
import {listed, say} from '../words/speech.js';
import {duration, times} from '../words/time.js';

/** @import {Progress, Repairs, Told} from '../pack/repair.js' */
/** @import {Names} from './names.js' */

export class RepairLines {
  /**
   * @param {Repairs} repairs
   * @param {Names} names
   */
  constructor(repairs, names) {
    this.repairs = repairs;
    this.names = names;
  }

  /**
   * Give what the panel says of the way back into service.
   *
   * @param {number} u
   * @param {number} i
   * @param {number} t
   */
  lines(u, i, t) {
    const {repairs} = this;
    const held = repairs.holder(u, i);
    const told = repairs.told(u, i);
    if (told && told.fact.at <= t) return [make('h3', {}, say('back_in_service')), ...this.toldLines(told, u, t)];
    const progress = repairs.progress(held, t);
    const mechanism = repairs.heldBy(i);
    /** @type {HTMLElement[]} */
    const parts = [];
    if (progress && progress.stage >= RECEDE) {
      parts.push(...stages(progress.stage), paragraph(waits(progress, t)));
      if (held !== u) parts.push(make('p', {class: 'soft'}, say('held_by', {id: this.names.name(held)})));
    } else if (mechanism) {
      parts.push(make('h3', {}, say('back_in_service')), make('p', {}, this.waitsFor(mechanism, held)));
    }
    if (told) return [...parts, ...this.toldLines(told, u, t)];
    const end = repairs.model.iv.end[i];
    const back = end === OPEN ? say('not_back') : say('computed_back', times(end, t));
    return [...parts, make('p', {class: 'soft'}, back)];
  }

  /**
   * @param {import('../types.js').Mechanism} mechanism
   * @param {number} held
   */
  waitsFor(mechanism, held) {
    // what is only near the water, or stands in it, was never out: nothing holds it
    if (mechanism === 'near' || mechanism === 'touched') return '';
    return say(`waits_${mechanism}`, {id: this.names.name(held)});
  }

  /**
   * Say what was reported: a fact beats the computation, so no computed return is said beside it.
   *
   * @param {Told} told
   * @param {number} u
   * @param {number} t
   */
  toldLines({held, fact, end}, u, t) {
    const who = listed(held === u ? '' : this.names.name(held), fact.by, times(fact.at, t).at);
    const later = fact.at <= t ? '' : '_later';
    return [
      paragraph(say(`held_fact${later}${this.names.gender(u)}`, {who})),
      make('p', {class: 'soft'}, end ? say('held_fact_end', times(end.at, t)) : say('held_fact_open'))
    ];
  }
}

/**
 * Draw six segments: the water must leave, then reach, inspect, clean and dry, replace, re-energise.
 *
 * @param {number} stage
 */
function stages(stage) {
  const of = say('stage_of', {k: stage + 1, total: STAGES.length});
  const segments = STAGES.map((name, k) =>
    make(
      'li',
      {class: k < stage ? 'done' : k === stage ? 'now' : false, 'aria-current': k === stage ? 'step' : false},
      say(`stage_${name}`)
    )
  );
  return [
    make('div', {class: 'title'}, make('h3', {}, say('back_in_service')), make('span', {class: 'soft'}, of)),
    make('ol', {class: 'stages', 'aria-label': of}, ...segments)
  ];
}

/**
 * @param {Progress} progress
 * @param {number} t
 */
function waits({stage, next, work}, t) {
  if (next === null) return say('waits_water_beyond');
  if (stage === RECEDE) return say('waits_water', {...times(next, t), work: duration(work)});
  return say('waits_stage', {stage: say(`stage_long_${STAGES[stage]}`), ...times(next, t)});
}
