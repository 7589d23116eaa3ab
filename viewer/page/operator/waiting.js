/** When an asset comes back, in words: what is waited for and where, the stages of the repair, what was reported. */

import {OPEN} from '../enums.js';
import {make, paragraph} from '../parts/dom.js';
import {capital, listed, say, told} from '../words/speech.js';
import {duration, roughly, times} from '../words/time.js';
import {Delays} from './delays.js';

/** @import {Stage} from '../enums.js' */
/** @import {Waiting} from '../pack/waits.js' */
/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Declared} from '../types.js' */
/** @import {Names} from './names.js' */

export class WaitingLines {
  /**
   * @param {OperatorModel} model
   * @param {Names} names
   * @param {Declared[]} facts
   */
  constructor(model, names, facts) {
    this.model = model;
    this.names = names;
    this.facts = facts;
    this.delays = new Delays(model, names);
  }

  /**
   * Give the asset that the outage of an interval waits for at a moment: of what holds it longest, its root, itself,
   * what tipped the balance and whose return it waits for the first that is down by itself (`twin.results.holders`).
   *
   * @param {number} u
   * @param {number} i
   * @param {number} t
   */
  holder(u, i, t) {
    const {iv, waits} = this.model;
    const held = iv.held[i] ? iv.held[i] - 1 : u;
    const root = iv.root[i] ? iv.root[i] - 1 : u;
    const cause = iv.cause[i] ? iv.cause[i] - 1 : u;
    return [held, root, u, cause, waits.unfedBy(u, t)].find((one) => waits.at(one, t)) ?? root;
  }

  /**
   * Give what the panel says of the way back into service: of what holds the outage and, apart, of the asset itself.
   *
   * @param {number} u
   * @param {number} i
   * @param {number} t
   */
  lines(u, i, t) {
    const {iv, waits} = this.model;
    const held = this.holder(u, i, t);
    const back = iv.until[i];
    /** @type {HTMLElement[]} */
    const parts = [make('h3', {}, say('back_in_service'))];
    parts.push(make('p', {class: 'soft'}, back === OPEN ? say('not_back') : this.back(back, t)));
    const unfed = this.repaired(u, t);
    if (unfed) parts.push(make('p', {class: 'work'}, `${capital(unfed)}.`));
    const [holding, own] = [waits.at(held, t), held === u ? null : waits.at(u, t)];
    if (holding) parts.push(...this.work(holding, u, t));
    else parts.push(paragraph(say('waits_supply_lost', {id: this.names.name(held)})));
    if (own) parts.push(...this.work(own, u, t));
    return parts;
  }

  /**
   * Say when something comes back: where crews are unlimited, at the earliest.
   *
   * @param {number} back
   * @param {number} t
   */
  back(back, t) {
    const key = this.model.crews.all.length ? 'back_about_crews' : 'back_about';
    return say(key, roughly(back, t));
  }

  /**
   * Say of what is repaired and still without power whose return it waits for; empty of all else.
   *
   * @param {number} u
   * @param {number} t
   */
  repaired(u, t) {
    const holder = this.model.waits.unfedBy(u, t);
    return holder < 0 ? '' : say(`repaired_unfed${this.names.gender(u)}`, {id: this.names.id(holder)});
  }

  /**
   * Say what one asset waits for, under its name where it is not the one asked about.
   *
   * @param {Waiting} waiting
   * @param {number} u the asset asked about
   * @param {number} t
   */
  work(waiting, u, t) {
    const {names} = this;
    const {what, stages} = waiting;
    const whose = names.kind(waiting.u).isGrid ? 'work_grid' : 'work_city';
    const key = waiting.u === u ? 'work_own' : 'work_held';
    const title = say(key, {id: names.name(waiting.u), whose: say(whose)});
    const steps = stages.length ? [/** @type {const} */ ('recede'), ...stages] : [];
    const at = steps.findIndex((step) => step === what);
    const of = at < 0 ? '' : say('stage_of', {k: at + 1, total: steps.length, stage: say(`stage_${steps[at]}`)});
    return [
      make('p', {class: 'work'}, title),
      ...(at >= 0 ? [bar(steps, at, of), make('p', {class: 'soft'}, of)] : []),
      ...this.said(waiting, t),
      ...this.owner(waiting)
    ];
  }

  /**
   * Say whose it is where no crew of the run mends it.
   *
   * @param {Waiting} waiting
   */
  owner({what, u}) {
    const isRepair = what !== 'reset' && what !== 'declared' && what !== 'reported';
    const said = isRepair && this.delays.owner(u);
    return said ? [make('p', {class: 'soft'}, said)] : [];
  }

  /**
   * @param {Waiting} waiting
   * @param {number} t
   */
  said(waiting, t) {
    const {what, ends, begins, work, u} = waiting;
    const delay = what === 'crew' ? this.model.crews.delay(u, t) : null;
    if (delay) return this.delays.lines(delay, t).map(paragraph);
    const id = this.names.name(u);
    if (what === 'reported') return this.reported(waiting, t);
    if (what === 'reset' || what === 'declared' || what === 'crew') return [paragraph(say(`waits_${what}`, {id}))];
    if (what === 'recede') {
      if (begins === OPEN) return [paragraph(say('waits_water_beyond'))];
      return [paragraph(say('waits_water', {...times(begins, t), work: duration(work)}))];
    }
    return [paragraph(say('waits_stage', {stage: say(`stage_long_${what}`), ...roughly(ends, t)}))];
  }

  /**
   * Say who keeps an asset out of service: a fact beats the computation until it ends.
   *
   * @param {Waiting} waiting
   * @param {number} t
   */
  reported({u, until}, t) {
    const fact = this.facts.filter((one) => one.u === u && one.action === 'fact_out' && one.at <= t).pop();
    const who = fact ? listed(told(fact.by), times(fact.at, t).at) : this.names.name(u);
    return [
      paragraph(say(`held_fact${this.names.gender(u)}`, {who})),
      make('p', {class: 'soft'}, until === OPEN ? say('held_fact_open') : say('held_fact_end', times(until, t)))
    ];
  }
}

/**
 * Draw a segment for each step: the water must leave, then the stages that this repair has.
 *
 * @param {(Stage | 'recede')[]} steps
 * @param {number} at
 * @param {string} of
 */
function bar(steps, at, of) {
  const segments = steps.map((name, k) =>
    make(
      'li',
      {class: k < at ? 'done' : k === at ? 'now' : false, 'aria-current': k === at ? 'step' : false},
      make('span', {class: 'hidden'}, say(`stage_${name}`))
    )
  );
  return make('ol', {class: 'stages', 'aria-label': of}, ...segments);
}
