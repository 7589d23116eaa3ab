/** The second run of a comparison: its map under the same view, seen to the right of a slider, and its answers. */

import {CityMap} from '../map/city_map.js';
import {streetsAndCrews} from '../map/ways.js';
import {Chain} from '../pack/chain.js';
import {OperatorModel} from '../pack/model.js';
import {byId, inputById} from '../parts/dom.js';
import {listed, say} from '../words/speech.js';
import {State} from '../enums.js';
import {Access} from './access.js';
import {Causes} from './causes.js';
import {crewsOnMap} from './crew_marks.js';
import {Gardens} from './gardens.js';
import {closedStreets} from './lists.js';
import {Names} from './names.js';
import {icon} from './rows.js';
import {WaitingLines} from './waiting.js';
import {WhyPanel} from './why.js';

/** @import {Symbols} from '../map/symbols.js' */
/** @import {View} from '../map/view.js' */
/** @import {OperatorConfig, OperatorPack, Scene, SymbolName} from '../types.js' */

export class Beside {
  /**
   * @param {OperatorConfig} config
   * @param {OperatorPack} pack
   * @param {Symbols} symbols
   * @param {(id: string) => void} choose
   */
  constructor(config, pack, symbols, choose) {
    this.choose = choose;
    this.config = config;
    this.symbols = symbols;
    this.t = 0;
    this.model = new OperatorModel(pack, config);
    this.chain = new Chain(this.model);
    this.names = new Names(this.model);
    this.access = new Access({model: this.model, acts: config.lastMoments, names: this.names});
    const {model, chain, names, access} = this;
    const causes = new Causes(model, chain, names, config.facts, config.staleAfter);
    const waiting = new WaitingLines(model, names, config.facts);
    const page = {icon, choose: (/** @type {number} */ u) => this.choose(names.id(u))};
    const symbolOf = (/** @type {number} */ u) => this.symbolOf(u);
    this.gardens = new Gardens(model, names, page.choose);
    const {gardens} = this;
    this.why = new WhyPanel({model, chain, names, causes, waiting, access, gardens, symbolOf, page});
    this.map = new CityMap(fresh(byId('map-b')), model, symbols, {onPick: () => {}, more: streetsAndCrews});
    this.swipe = inputById('swipe');
    this.swipe.oninput = () => this.part();
    /** Number of each asset by its id: the two runs need not number alike. */
    this.number = new Map(model.ids().map((id, u) => [id, u]));
    this.part();
  }

  /** Show the first run up to the slider, the second from there on. */
  part() {
    const share = Number(this.swipe.value);
    byId('map-b').style.clipPath = `inset(0 0 0 ${share}%)`;
    byId('divider').style.left = `${share}%`;
    this.swipe.setAttribute('aria-valuetext', say('swipe_at', {share}));
  }

  /**
   * Look where the first map looks.
   *
   * @param {View} view
   */
  follow({x, y, scale}) {
    Object.assign(this.map.view, {x, y, scale});
    this.map.isHome = false;
    if (this.map.scene) this.map.draw();
  }

  /**
   * Show the same moment, layers and choice.
   *
   * @param {Scene} scene of the first run
   * @param {string | null} id of the asset that is chosen
   */
  show(scene, id) {
    const {model, config, access} = this;
    const {t, show} = scene;
    this.t = t;
    const u = id === null ? undefined : this.number.get(id);
    const live = model.live.at(t).map(({us}) => us.filter((one) => model.placed[one]));
    const {crews, ways} = crewsOnMap(model, t);
    const chosenWays = u === undefined || !model.placed[u] ? [] : access.ways(u, t);
    this.map.show({
      ...scene,
      links: u === undefined ? [] : this.chain.links(u, t, (one) => this.symbolOf(one)),
      chosen: scene.chosen && u !== undefined ? {...scene.chosen, symbol: this.symbolOf(u)} : null,
      closed: closedStreets(config.notes, t).map((note) => model.streets.indexOf(note.street)),
      live: live.filter((us) => us.length),
      roads: show.street_closed ? model.roads.closedAt(t) : [],
      islands: show.island ? access.islandsAt(t).filter((one) => model.placed[one]) : [],
      ways: [...chosenWays, ...(show.crew ? ways : [])],
      ground: this.gardens.state(t),
      crews: show.crew ? crews : []
    });
  }

  /**
   * Say how many are out in both.
   *
   * @param {number} t
   * @param {{out: number}} first counts of the first run
   * @param {number} cabinets out in it
   */
  say(t, first, cabinets) {
    const {model} = this;
    const {out} = model.counts(t);
    let mine = 0;
    for (let u = 0; u < model.nodes; u++) {
      if (model.familyOf(u) === 'cabinet' && model.state[model.pattern[u]] === State.OUT) mine++;
    }
    /** @param {number} n @param {number} k */
    const words = (n, k) => listed(say('count_out', {n}), say('count_cabinets', {n: k}));
    byId('swipe-a').textContent = words(first.out, cabinets);
    byId('swipe-b').textContent = words(out, mine);
    byId('map-b')
      .querySelector('canvas.top')
      ?.setAttribute('aria-label', `${say('run_b')} ${words(out, mine)}`);
    this.part();
  }

  /**
   * Give what the panel says of an asset in the second run.
   *
   * @param {string} id
   * @param {number} t
   */
  panel(id, t) {
    const u = this.number.get(id);
    return u === undefined ? [] : this.why.panel(u, t).slice(1);
  }

  /**
   * @param {number} u
   * @returns {SymbolName | null}
   */
  symbolOf(u) {
    const {model, t} = this;
    const now = model.iv.stateAt(model.pattern[u], t);
    if (model.isLamp(u)) return now === State.OUT ? 'lamp_dark' : now === State.MAY ? 'lamp_may' : 'lamp_lit';
    const family = model.familyOf(u);
    return family && family !== 'lamp' ? this.symbols.of(family, now) : null;
  }
}

/**
 * Give the holder with canvases that nothing was drawn on, in place of those of the run before.
 *
 * @param {HTMLElement} holder
 */
function fresh(holder) {
  const copy = /** @type {HTMLElement} */ (holder.cloneNode(true));
  for (const gpu of copy.querySelectorAll('canvas.gpu')) gpu.remove();
  for (const canvas of copy.querySelectorAll('canvas')) canvas.hidden = false;
  holder.replaceWith(copy);
  return copy;
}
