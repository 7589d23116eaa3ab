/** The irrigated zones: what their ground holds, what locks them, how they start again. Said, and given to the map. */

import {LOCKS, RESTART_STEPS, WATERINGS} from '../enums.js';
import {groundStep} from '../pack/model.js';
import {byId, make, paragraph} from '../parts/dom.js';
import {listed, number, say} from '../words/speech.js';
import {day, isSameDay, moment, weekday} from '../words/time.js';
import {row} from './rows.js';

/** @import {GardenZone, GardensText, GroundState} from '../types.js' */
/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Names} from './names.js' */

/** Steps of the scale of depletion: shares of what plants can take [%]. */
const STEPS = [0, 20, 40, 60, 80, 100];
/** Beyond so many days a weekday alone would mislead. */
const WEEK_S = 6 * 86_400;

export class Gardens {
  /**
   * @param {OperatorModel} model
   * @param {Names} names
   * @param {(u: number) => void} choose
   */
  constructor(model, names, choose) {
    this.told = model.gardens;
    this.of = model.zones;
    this.names = names;
    this.choose = choose;
  }

  /**
   * Give the number of the season's day, among those of the run.
   *
   * @param {number} t
   */
  day(t) {
    const {days} = /** @type {GardensText} */ (this.told);
    let d = 0;
    while (d + 1 < days.length && days[d + 1] <= t) d++;
    return d;
  }

  /**
   * Give the lock of a zone in force at a moment.
   *
   * @param {GardenZone} zone
   * @param {number} t
   */
  lock(zone, t) {
    return zone.locks.find(([from, to]) => from <= t && (to < 0 || t < to));
  }

  /**
   * Give what the map shows of each zone at a moment: the step of its ground, and what locks it.
   *
   * @param {number} t
   * @returns {GroundState[]}
   */
  state(t) {
    if (!this.told) return [];
    const d = this.day(t);
    return this.told.zones.map((zone) => {
      const lock = this.lock(zone, t);
      return {u: zone.u, step: groundStep(zone, d), lock: lock ? `lock_${LOCKS[lock[2]]}` : null};
    });
  }

  /**
   * Say the section of the left rail: the scale, the locks by reason, the figures of the season.
   *
   * @param {number} t
   */
  say(t) {
    if (!this.told) return;
    const states = this.state(t);
    byId('gardens-season').textContent = say('gardens_season', {season: this.told.season});
    byId('gardens-at').textContent = day(t, false);
    STEPS.slice(0, -1).forEach((from, k) => {
      const said = say('gardens_class', {from, to: STEPS[k + 1]});
      byId(`ground-word-${k}`).textContent = said;
      byId(`ground-count-${k}`).textContent = number(states.filter(({step}) => step === k).length);
    });
    for (const reason of LOCKS) {
      const n = states.filter(({lock}) => lock === `lock_${reason}`).length;
      byId(`lock-count-${reason}`).textContent = number(n);
    }
    byId('gardens-figures').replaceChildren(...this.figures());
    const {soil, vegetation, area_m2: area} = this.told.defaults;
    byId('gardens-defaults').textContent =
      soil + vegetation + area ? say('gardens_defaults', {soil, vegetation, area}) : '';
  }

  figures() {
    const {figures} = /** @type {GardensText} */ (this.told);
    /** @param {number} value */
    const m3 = (value) => `${number(value, 1)}\u00a0m³`;
    const lines = [
      [say('figure_applied'), m3(figures.applied_m3)],
      [say('figure_needed'), m3(figures.needed_m3)],
      [say('figure_saved'), m3(figures.saved_m3)],
      [say('figure_wasted'), m3(figures.wasted_m3)],
      [say('figure_stress'), number(figures.stress_zone_days)],
      [say('figure_ran_wet'), number(figures.zones_watered_while_flooded)]
    ];
    if (figures.cost_eur !== undefined && figures.cost_needed_eur !== undefined) {
      const euros = [figures.cost_eur, figures.cost_needed_eur].map((value) => `${number(value)}\u00a0€`);
      lines.push([say('figure_cost'), euros.join(' / ')]);
    }
    return lines.map(([term, value]) => make('div', {}, make('dt', {}, term), make('dd', {}, value)));
  }

  /**
   * Give what the panel adds of a zone or a controller; nothing of any other asset.
   *
   * @param {number} u
   * @param {number} t
   * @returns {HTMLElement[]}
   */
  panel(u, t) {
    if (!this.told) return [];
    const zone = this.of.get(u);
    return zone ? this.zone(zone, t) : this.controller(u, t);
  }

  /**
   * @param {GardenZone} zone
   * @param {number} t
   */
  zone(zone, t) {
    const d = this.day(t);
    const [lost, total, allowed] = [zone.lost[d], zone.total, zone.allowed[d]];
    const held = {held: mm(total - lost), total: mm(total), lost: mm(lost), allowed: mm(allowed)};
    const parts = [make('h3', {}, say('gardens_title')), paragraph(say('ground_holds', held))];
    if (zone.stress[d] < 100) parts.push(paragraph(say('ground_stress', {percent: zone.stress[d]})));
    if (zone.probe[d] >= 0) parts.push(paragraph(say('ground_probe', {n: zone.probe[d]})));
    const said = {mm: mm(zone.given[d]), order: zone.orders[d]};
    parts.push(paragraph(say(`watering_${WATERINGS[zone.action[d]]}`, said)));
    return [...parts, ...this.locked(zone, t), ...this.restart(zone, t)];
  }

  /**
   * @param {GardenZone} zone
   * @param {number} t
   */
  locked(zone, t) {
    const lock = this.lock(zone, t);
    if (!lock) return [];
    const span = lock[1] < 0 ? say('locked_from', {from: when(lock[0], t)}) : '';
    const between = span || say('locked_span', {from: when(lock[0], t), to: when(lock[1], t)});
    return [make('h3', {}, say('locked_title')), paragraph(`${this.reason(lock)} ${between}`)];
  }

  /** @param {GardenZone['locks'][number]} lock */
  reason([, , reason, asset, controller]) {
    const said = {
      asset: asset < 0 ? '' : this.names.name(asset),
      controller: controller < 0 ? '' : this.names.name(controller)
    };
    return say(`locked_${LOCKS[reason]}`, said);
  }

  /**
   * Give the steps of a restart in their order: what is done, what is awaited, who must come.
   *
   * @param {GardenZone} zone
   * @param {number} t
   */
  restart(zone, t) {
    if (!zone.steps.length) return [];
    const {restarts} = /** @type {GardensText} */ (this.told);
    const items = zone.steps.map(([step, done, u, who]) => {
      const isOfDays = RESTART_STEPS[step] === 'water';
      const time =
        done === null ? say('step_unknown') : listed(done <= t ? say('step_done') : '', when(done, t, isOfDays));
      const detail = listed(time, u < 0 ? '' : this.names.name(u), who);
      const words = make('span', {class: 'words'}, make('span', {class: 'head'}, say(`step_${RESTART_STEPS[step]}`)));
      words.append(make('span', {class: 'soft'}, detail));
      return make('li', {class: done !== null && done <= t ? 'done' : false}, words);
    });
    const title = make('h3', {}, say('restart_title', {rank: zone.rank, total: restarts}));
    return [title, make('ol', {class: 'restart'}, ...items)];
  }

  /**
   * Give the zones that a controller waters, each with what locks it.
   *
   * @param {number} u
   * @param {number} t
   */
  controller(u, t) {
    const zones = /** @type {GardensText} */ (this.told).zones.filter((zone) => zone.controller === u);
    if (!zones.length) return [];
    const lines = zones.map((zone) => {
      const lock = this.lock(zone, t);
      const detail = lock ? this.reason(lock) : say('zone_free');
      const symbol = lock ? /** @type {const} */ (`lock_${LOCKS[lock[2]]}`) : /** @type {const} */ ('zone_in');
      return row({u: zone.u, title: this.names.label(zone.u), detail, symbol}, this.choose);
    });
    return [make('h3', {}, say('controls_title', {n: zones.length})), make('ul', {class: 'rows'}, ...lines)];
  }
}

/** @param {number} tenths */
function mm(tenths) {
  return `${number(tenths / 10, 1)}\u00a0mm`;
}

/**
 * Give a moment: its weekday within a week, else its date.
 *
 * @param {number} seconds
 * @param {number} t
 * @param {boolean} [isOfDays] the day alone is known
 */
function when(seconds, t, isOfDays = false) {
  const isNear = isSameDay(seconds, t) || Math.abs(seconds - t) < WEEK_S;
  if (isOfDays) return isNear ? weekday(seconds) : day(seconds, false);
  return isNear ? moment(seconds, t) : day(seconds, false);
}
