/** The list of layers: it counts what is in each state at the moment, and shows or hides it on the map. */

import {State} from '../enums.js';
import {WORDS} from '../map/symbols.js';
import {all, byId} from '../parts/dom.js';
import {number, say} from '../words/speech.js';
import {clock} from '../words/time.js';

/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Show, SymbolName} from '../types.js' */

/** Families that a city may lack: their lines are hidden then. */
const OPTIONAL = ['cabinet', 'substation', 'site', 'zone', 'other'];
/** Layers that only a run with access or crews has. */
const ASKED = ['street_closed', 'island', 'crew'];
/** Families whose line of doubt is shown even where nothing is in doubt. */
const ALWAYS = ['lamp', 'cabinet'];

export class Layers {
  /**
   * @param {OperatorModel} model
   * @param {SymbolName[]} symbols
   * @param {boolean} isEnsemble
   * @param {() => void} onChange
   */
  constructor(model, symbols, isEnsemble, onChange) {
    this.model = model;
    this.isEnsemble = isEnsemble;
    /** @type {Show} */
    this.show = {water: true, wet: true, zone: true, ground: true, live: true};
    for (const name of symbols) this.show[name] = true;
    const present = new Set(Array.from(model.kindOf, (kind) => model.families[kind]));
    const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (
      document.querySelectorAll('#layers input, #gardens input')
    );
    for (const box of boxes) {
      const shows = /** @type {(keyof Show)[]} */ ((box.dataset.shows ?? '').split(' '));
      const line = box.closest('li');
      if (line && !this.isNeeded(shows[0], present)) line.hidden = true;
      box.addEventListener('change', () => {
        for (const key of shows) this.show[key] = box.checked;
        onChange();
      });
    }
  }

  /**
   * Tell whether the run can ever have something to say in a line.
   *
   * @param {string} shows
   * @param {Set<string>} present families of this city
   */
  isNeeded(shows, present) {
    const [family, state] = shows.split('_');
    const word = Object.keys(WORDS).find((code) => WORDS[Number(code)] === state);
    if (shows === 'unknown') return this.model.unknown.includes(1);
    if (ASKED.includes(shows)) return this.isAsked(shows);
    if (OPTIONAL.includes(family) && !present.has(family)) return false;
    if (word) return ALWAYS.includes(family) || this.model.everMay(family, Number(word));
    return state !== 'may' || ALWAYS.includes(family) || this.model.everMay(family);
  }

  /** @param {string} shows */
  isAsked(shows) {
    const {roads, crews} = this.model;
    if (shows === 'crew') return crews.all.length > 0;
    return shows === 'island' ? roads.bases.length > 0 : roads.about !== null;
  }

  /** Count what is no lamp, by family and state: {cabinet, cabinet_out, cabinet_may, cabinet_in, ...}. */
  nodes() {
    const {model} = this;
    /** @type {Record<string, number>} */
    const counts = {};
    for (let u = 0; u < model.nodes; u++) {
      const name = model.familyOf(u);
      if (!name) continue;
      const now = model.state[model.pattern[u]];
      const may = WORDS[model.word[model.pattern[u]]] ?? 'may';
      const state = now === State.OUT ? 'out' : now === State.MAY ? may : 'in';
      for (const key of [name, `${name}_${state}`]) counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  }

  /**
   * Say the counts at a moment.
   *
   * @param {Record<string, number>} counts by line
   * @param {boolean} isNight
   * @param {number} t
   */
  say(counts, isNight, t) {
    for (const item of all('[data-count]')) {
      const key = item.dataset.count ?? '';
      item.textContent = key === 'water' ? say('three_steps') : number(counts[key] ?? 0);
    }
    for (const item of all('[data-name=lamp_lit]')) {
      item.textContent = say(!isNight ? 'layer_lamp_day' : this.isEnsemble ? 'layer_lamp_spared' : 'layer_lamp_lit');
    }
    byId('layers-at').textContent = say('at_time', {clock: clock(t)});
  }
}
