/** Who gets where in the water: from which base, by which streets, until when, and what is cut off. */

import {OPEN} from '../enums.js';
import {make, paragraph} from '../parts/dom.js';
import {listed, say} from '../words/speech.js';
import {duration, moment, times} from '../words/time.js';

/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Act, Point, SymbolName} from '../types.js' */
/** @import {Names} from './names.js' */

export class Access {
  /**
   * @param {object} parts
   * @param {OperatorModel} parts.model
   * @param {Act[]} parts.acts
   * @param {Names} parts.names
   */
  constructor({model, acts, names}) {
    this.model = model;
    this.acts = acts;
    this.names = names;
  }

  /**
   * Give gear and sites that are dry and cut off.
   *
   * @param {number} t
   */
  islandsAt(t) {
    const {model} = this;
    const found = [];
    for (let u = 0; u < model.nodes; u++) if (model.familyOf(u) && model.roads.isIsland(u, t)) found.push(u);
    return found;
  }

  /**
   * Give the panel's lines on the way to an asset: from which base, by which streets, until when, and when again.
   *
   * @param {number} u
   * @param {number} t
   * @returns {HTMLElement[]}
   */
  lines(u, t) {
    const {roads} = this.model;
    if (!roads.bases.length || !this.model.placed[u]) return [];
    const title = make('h3', {}, say('access'));
    if (roads.bases.includes(u)) return [title, paragraph(say('access_base'))];
    if (!roads.onStreet?.[u]) return [title, paragraph(say('access_off'))];
    return [title, ...roads.bases.flatMap((base, place) => this.from(u, base, place, t)), ...this.leave(u, t)];
  }

  /**
   * @param {number} u
   * @param {number} base the asset that help sets out from
   * @param {number} place its place among the bases
   * @param {number} t
   */
  from(u, base, place, t) {
    const {model} = this;
    const {roads} = model;
    const {reach} = roads;
    const name = this.baseName(base);
    const windows = roads.windows(u, place);
    if (!windows.length) return [paragraph(say('access_never', {base: name}))];
    const now = windows.find((i) => reach.start[i] <= t && t < reach.end[i]);
    if (now !== undefined) {
      const way = roads.way(u, place, t);
      const streets = way ? roads.streetsOf(way.roads).map((street) => model.streets[street]) : [];
      const told = way && streets.length ? {trip: duration(way.trip), streets: streets.join(', ')} : null;
      const end = reach.end[now];
      return [
        paragraph(told ? say('access_now', {base: name, ...told}) : say('access_now_short', {base: name})),
        make('p', {class: 'soft'}, end === OPEN ? say('access_always') : say('access_until', times(end - 1, t)))
      ];
    }
    const before = windows.filter((i) => reach.end[i] <= t).pop();
    const next = windows.find((i) => reach.start[i] > t);
    const lost =
      before === undefined
        ? say('access_not_yet', {base: name})
        : say('access_lost', {base: name, since: moment(reach.end[before] - 1, t)});
    const back = next === undefined ? say('access_gone') : say('access_back', times(reach.start[next], t));
    return [paragraph(lost), make('p', {class: 'soft'}, back)];
  }

  /**
   * Say until when somebody can leave to act, and which of water and way binds it.
   *
   * @param {number} u
   * @param {number} t
   */
  leave(u, t) {
    const act = this.acts.find((one) => one.u === u);
    if (!act?.leave) return [];
    const {base, binds, trip, work} = act.leave;
    const title = make('h3', {}, say('leave_title'));
    if (binds === 'none') return [title, paragraph(say('leave_none'))];
    const said = say(`leave_${binds}`, {base: this.baseName(base), ...times(act.at, t)});
    const sum = say('leave_sum', {trip: duration(trip), work: duration(work)});
    return [title, paragraph(said), make('p', {class: 'soft'}, act.at <= t ? `${sum} ${say('leave_past')}` : sum)];
  }

  /** @param {number} base */
  baseName(base) {
    const {names} = this;
    const [label, id] = [names.label(base), names.id(base)];
    return label === id ? id : `${label} (${id})`;
  }

  /**
   * Give the lines of the ways to an asset at a moment, from each base that reaches it.
   *
   * @param {number} u
   * @param {number} t
   * @returns {Point[][]}
   */
  ways(u, t) {
    const {model} = this;
    return model.roads.bases.flatMap((base, place) => {
      const way = model.roads.way(u, place, t);
      return way ? [model.roads.line(way.roads, [model.x[base], model.y[base]], [model.x[u], model.y[u]])] : [];
    });
  }

  /**
   * Count what the layers of streets show.
   *
   * @param {number} t
   * @returns {Partial<Record<SymbolName, number>>}
   */
  counts(t) {
    const {roads} = this.model;
    if (!roads.about) return {};
    return {street_closed: roads.closedStreets(t).length, island: this.islandsAt(t).length};
  }
}

/**
 * Say what a last moment to act says of the way there; nothing where the run has no bases.
 *
 * @param {Act} act
 * @param {(base: number) => string} name
 */
export function leaveWords({leave}, name) {
  if (!leave) return '';
  if (leave.binds === 'none') return say('binds_none');
  return listed(say('leave_from', {base: name(leave.base), trip: duration(leave.trip)}), say(`binds_${leave.binds}`));
}
