/** Lists of streets that are closed, and of what is dry and cut off, at the moment. */

import {OPEN} from '../enums.js';
import {byId} from '../parts/dom.js';
import {capital, listed, metres, say} from '../words/speech.js';
import {times} from '../words/time.js';
import {List} from './rows.js';

/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Symbols} from '../map/symbols.js' */
/** @import {Access} from './access.js' */
/** @import {Names} from './names.js' */

export class AccessLists {
  /**
   * @param {object} parts
   * @param {OperatorModel} parts.model
   * @param {Access} parts.access
   * @param {Names} parts.names
   * @param {Symbols} parts.symbols
   * @param {(u: number, street?: number) => void} choose
   */
  constructor({model, access, names, symbols}, choose) {
    this.model = model;
    this.access = access;
    this.names = names;
    this.symbols = symbols;
    this.closed = new List('closed', choose);
    this.islands = new List('islands', choose);
    byId('closed-section').hidden = !model.roads.about;
    byId('islands-section').hidden = !model.roads.bases.length;
  }

  /**
   * Show both lists at a moment.
   *
   * @param {number} t
   */
  show(t) {
    const {about, bases} = this.model.roads;
    if (!about) return;
    const limits = {day: metres(about.day), night: metres(about.night)};
    byId('closed-limits').textContent = say('closed_limits', limits);
    this.closed.show(this.closedLines(t));
    if (bases.length) this.cutOff(t);
  }

  /** @param {boolean} isPrinting */
  print(isPrinting) {
    for (const list of [this.closed, this.islands]) list.print(isPrinting);
  }

  /** @param {number} t */
  closedLines(t) {
    const {roads, streets} = this.model;
    return roads.closedStreets(t).map(({street, depth, head, ordered, end}) => {
      const key = head > depth ? 'closed_flow' : 'closed_water';
      const water = depth ? say(key, {depth: metres(depth), head: metres(head)}) : '';
      const why = listed(water, ordered ? say('closed_order') : '');
      const until = end === OPEN ? say('closed_stays') : say('closed_opens', times(end, t));
      return {u: -1, street, title: streets[street], detail: listed(why, until)};
    });
  }

  /**
   * What is dry and cut off: gear and sites one by one, lamps and buildings by their number.
   *
   * @param {number} t
   */
  cutOff(t) {
    const {model, names} = this;
    const {islands} = model.roads;
    const lines = this.access.islandsAt(t).map((u) => {
      const end = islands.end[islands.at(islands.members[u], t)];
      const back = end === OPEN ? say('islands_never') : say('islands_back', times(end, t));
      const family = model.familyOf(u);
      const state = model.iv.stateAt(model.pattern[u], t);
      const symbol = family && family !== 'lamp' ? this.symbols.of(family, state) : null;
      const isVital = family === 'site';
      return {
        u,
        symbol,
        title: names.label(u),
        detail: listed(capital(names.words(u).one), names.street(u), back),
        isVital
      };
    });
    this.islands.show(lines.sort((a, b) => Number(b.isVital) - Number(a.isVital) || a.u - b.u));
    byId('islands-rest').textContent = this.rest(t);
  }

  /**
   * Say how many lamps and buildings are cut off beside what is listed.
   *
   * @param {number} t
   */
  rest(t) {
    const {model} = this;
    let [lamps, buildings] = [0, 0];
    for (let u = model.lamps[0]; u < model.pattern.length; u++) {
      if (!model.roads.isIsland(u, t)) continue;
      if (model.isLamp(u)) lamps++;
      else buildings++;
    }
    const things = [lamps && say('n_lamps', {n: lamps}), buildings && say('n_buildings', {n: buildings})];
    const said = things.filter(Boolean).join(', ');
    return said ? say('islands_rest', {things: said}) : '';
  }
}
