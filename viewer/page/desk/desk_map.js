/** A map of a run at the desk: the maps' own modules on a run that the server packed. */

import {CityMap} from '../map/city_map.js';
import {Symbols} from '../map/symbols.js';
import {OperatorModel} from '../pack/model.js';
import {unpack} from '../pack/unpack.js';
import {byId} from '../parts/dom.js';
import {useGpu} from '../parts/start.js';
import {Access} from '../operator/access.js';
import {Gardens} from '../operator/gardens.js';
import {State} from '../enums.js';
import {closedStreets} from '../operator/lists.js';
import {Names} from '../operator/names.js';
import {language, learn} from '../words/speech.js';
import {get} from './net.js';
import {DeskOverlay} from './desk_overlay.js';
import {t} from './start.js';
import {varied} from './varied.js';

/** @import {Found, Mark, OperatorConfig, OperatorPack, Show} from '../types.js' */
/** @import {Drawings} from './desk_overlay.js' */
/** @import {Groups} from './varied.js' */

/**
 * Run a script of the desk's own assets.
 *
 * @param {string} id
 * @returns {Promise<void>}
 */
function run(id) {
  /** @type {Promise<void>} */
  const ends = new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = `/assets/${id}.js`;
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', reject);
    document.head.append(script);
  });
  return ends;
}

globalThis.twinRun = run;
globalThis.twinStarted = performance.now();

/** @type {Map<string, Promise<{config: OperatorConfig, pack: OperatorPack}>>} */
const packs = new Map();

/** @param {string} name of a run */
function loaded(name) {
  let found = packs.get(name);
  if (!found) {
    found = load(name);
    packs.set(name, found);
    found.catch(() => packs.delete(name));
  }
  return found;
}

/** @param {string} name of a run */
async function load(name) {
  const [config, response] = await Promise.all([get(`/api/runs/${name}/config`), fetch(`/api/runs/${name}/pack`)]);
  if (!response.ok || !response.body) throw new Error(`no map of ${name}`);
  const stream = response.body.pipeThrough(new DecompressionStream('gzip'));
  const pack = unpack(await new Response(stream).arrayBuffer());
  return {config, pack: /** @type {OperatorPack} */ (/** @type {unknown} */ (pack))};
}

/** Families that are drawn from afar, in service or not. */
const FAR = ['site', 'substation'];
/** What is in service and not drawn from afar: light is for what is out. */
const QUIET = ['lamp_lit', 'lamp_day', 'cabinet_in', 'zone_in', 'other_in'];

/** A press that travels farther moves the map [px]. */
const STILL = 6;

export class DeskMap {
  /**
   * @param {string} id of its holder
   * @param {(found: Found) => void} [onPick]
   */
  constructor(id, onPick) {
    this.holder = byId(id);
    this.onPick = onPick;
    /** @type {string | null} */
    this.run = null;
    this.t = 0;
    /** @type {OperatorModel | null} */
    this.model = null;
    /** @type {CityMap | null} */
    this.map = null;
    /** @type {OperatorConfig | null} */
    this.config = null;
    this.night = false;
    /** @type {number | null} */
    this.chosen = null;
    /**
     * Told where somebody presses, in the city's metres; null: a press picks.
     *
     * @type {((at: [number, number]) => void) | null}
     */
    this.onPoint = null;
    /** @type {Access | null} */
    this.access = null;
    /** @type {Gardens | null} */
    this.gardens = null;
    this.isQuiet = false;
    /** The street that is shown by its lamps; 0: none. */
    this.street = 0;
    this.showing = Promise.resolve();
    /** Streets that a variant closes. @type {string[]} */
    this.shut = [];
    /** @type {Drawings} */
    this.drawings = {marks: [], lines: []};
    this.describe(t('map_drawing'));
  }

  /**
   * Show a run; the same run again keeps its view, and is waited for while it is on its way.
   *
   * @param {string} name of the run
   */
  show(name) {
    if (name !== this.run) {
      this.run = name;
      this.showing = this.fetch(name);
    }
    return this.showing;
  }

  /** @param {string} name of the run */
  async fetch(name) {
    if (!name) {
      this.tell('map_none');
      return;
    }
    try {
      const {config, pack} = await loaded(name);
      if (name !== this.run) return;
      this.put(config, pack);
    } catch (error) {
      console.warn(error);
      this.run = null;
      this.tell('map_failed');
    }
  }

  /** Say a text of the catalogue, in either language from now on. @param {string} key */
  tell(key) {
    this.say(t(key));
    this.holder.querySelector('.drawing')?.setAttribute('data-t', key);
  }

  /** Say a text in the place of the one that stood there. @param {string} text */
  say(text) {
    const says = this.holder.querySelector('.drawing');
    if (says) {
      says.textContent = text;
      says.removeAttribute('data-t');
    }
    this.describe(text);
  }

  /**
   * @param {OperatorConfig} config
   * @param {OperatorPack} pack
   */
  put(config, pack) {
    const view = this.map?.isHome === false ? this.map.view : null;
    this.config = config;
    learn(config.texts);
    this.model = new OperatorModel(pack, config);
    this.plain = {pattern: this.model.pattern, iv: this.model.iv, state: this.model.state};
    const symbols = new Symbols(pack.texts.states);
    this.symbols = symbols;
    this.fresh();
    const names = new Names(this.model);
    this.access = new Access({model: this.model, acts: config.lastMoments, names});
    this.gardens = new Gardens(this.model, names, () => {});
    this.map = new CityMap(this.holder, this.model, symbols, {
      calm: true,
      onPick: (found) => this.picked(found),
      onDraw: ({isQuiet}) => {
        if (isQuiet !== this.isQuiet) this.move(this.t);
      }
    });
    this.points();
    this.map.overlay = new DeskOverlay(this.model, symbols, () => this.drawings);
    if (view) {
      const {x, y, scale} = view;
      Object.assign(this.map.view, {x, y, scale});
      this.map.isHome = false;
    }
    useGpu(this.map, this.model, symbols, pack.texts.spec);
    this.spec = pack.texts.spec;
    this.move(this.t);
    this.holder.dataset.run = this.run ?? '';
  }

  /** Put canvases in place of those that another map drew on and listens to. */
  fresh() {
    if (!this.map) return;
    for (const gpu of this.holder.querySelectorAll('canvas.gpu')) gpu.remove();
    const copy = /** @type {HTMLElement} */ (this.holder.cloneNode(true));
    this.holder.replaceWith(copy);
    this.holder = copy;
  }

  /** Tell of points that are set on the map: by a press, or by Enter at the middle of the view. */
  points() {
    const {holder} = this;
    let [downX, downY] = [0, 0];
    /** @param {number} px @param {number} py */
    const put = (px, py) => {
      if (!this.map || !this.onPoint) return;
      const [x, y] = this.map.view.toMetres(px, py);
      this.onPoint(this.inCity(x, y));
    };
    holder.addEventListener('pointerdown', (event) => ([downX, downY] = [event.clientX, event.clientY]));
    holder.addEventListener('click', (event) => {
      if (event.target instanceof Element && event.target.closest('button, summary')) return;
      if (Math.hypot(event.clientX - downX, event.clientY - downY) > STILL) return;
      const around = holder.getBoundingClientRect();
      put(event.clientX - around.left, event.clientY - around.top);
    });
    holder.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.target !== holder || !this.onPoint) return;
      event.preventDefault();
      put(holder.clientWidth / 2, holder.clientHeight / 2);
    });
  }

  /**
   * Give a point of the page in the city's metres, to the decimetre.
   *
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]}
   */
  inCity(x, y) {
    const [west, north] = this.corner;
    return [Math.round((west + x) * 10) / 10, Math.round((north - y) * 10) / 10];
  }

  /**
   * Give a point of the city in the page's metres.
   *
   * @param {[number, number]} point
   * @returns {[number, number]}
   */
  onPage([x, y]) {
    const [west, north] = this.corner;
    return [x - west, north - y];
  }

  /** West and north of the page's plane in the city's CRS [m]. @returns {[number, number]} */
  get corner() {
    return /** @type {any} */ (this.config)?.corner ?? [0, 0];
  }

  /** @param {Found} found */
  picked(found) {
    if (this.onPoint) return;
    this.chosen = found.kind === 'asset' ? found.u : null;
    this.move(this.t);
    this.onPick?.(found);
  }

  /**
   * Draw other outages for some assets: those of a variant; none: those of the run.
   *
   * @param {Groups} groups
   */
  vary(groups) {
    const {model, plain} = this;
    if (!model || !plain) return;
    Object.assign(model, groups.length ? varied(plain, groups) : plain);
    model.weigh();
    // The GPU's tables are of the run as it is: a variant is drawn on the canvas.
    this.holder.querySelector('canvas.gpu')?.dispatchEvent(new Event('gpufailed'));
    this.move(this.t);
  }

  /**
   * Show a moment.
   *
   * @param {number} moment [s from the run's start]
   */
  move(moment) {
    this.t = moment;
    const {model, map} = this;
    if (!model || !map) return;
    this.counts = model.counts(moment);
    this.night = this.counts.night;
    this.isQuiet = map.view.isQuiet;
    const chosen = this.chosen !== null && model.placed[this.chosen] ? this.mark(this.chosen) : null;
    const show = this.shown();
    const named = [...closedStreets(this.config?.notes ?? [], moment).map(({street}) => street), ...this.shut];
    const closed = named.map((street) => model.streets.indexOf(street));
    const scene = {
      t: moment,
      night: this.night,
      show,
      links: [],
      chosen,
      street: this.street,
      closed,
      live: this.live()
    };
    const islands = (this.access?.islandsAt(moment) ?? []).filter((u) => model.placed[u] && this.isNamed(u));
    const ground = this.gardens?.state(moment) ?? [];
    map.show({...scene, ground, roads: model.roads.closedAt(moment), islands, lang: language()});
  }

  /**
   * From afar what is dry and cut off is ringed where it is drawn: sites and substations.
   *
   * @param {number} u
   */
  isNamed(u) {
    return !this.isQuiet || FAR.includes(this.model?.familyOf(u) ?? '');
  }

  /** @returns {Show} */
  shown() {
    /** @type {Show} */
    const show = {water: true, wet: true, zone: false, ground: true, live: true, unknown: true};
    for (const name of this.symbols?.names ?? []) show[name] = !this.isQuiet || !QUIET.includes(name);
    return show;
  }

  /** Places that may be live in water at the moment. */
  live() {
    const {model} = this;
    if (!model) return [];
    return model.live
      .at(this.t)
      .map(({us}) => us.filter((u) => model.placed[u]))
      .filter((us) => us.length);
  }

  /**
   * @param {number} u
   * @returns {Mark}
   */
  mark(u) {
    const {model} = this;
    if (!model) return {x: 0, y: 0, symbol: null};
    return {x: model.x[u], y: model.y[u], symbol: null, label: model.ids()[u]};
  }

  /**
   * Show where an asset stands.
   *
   * @param {string} id
   */
  find(id) {
    const {model, map} = this;
    const u = model?.ids().indexOf(id) ?? -1;
    if (!model || !map || u < 0 || !model.placed[u]) return;
    this.chosen = u;
    map.go(model.x[u], model.y[u], 0.9);
    this.move(this.t);
  }

  /**
   * Show the middle of a line of the city.
   *
   * @param {[number, number][] | undefined} line
   */
  goTo(line) {
    if (!line?.length || !this.map) return;
    const [x, y] = this.onPage(line[Math.floor(line.length / 2)]);
    this.map.go(x, y, 0.9);
  }

  /**
   * Draw marks and lines above the map, in place of the last ones.
   *
   * @param {Drawings} drawings
   */
  drawn(drawings) {
    this.drawings = drawings;
    if (!this.map) return;
    this.map.overlayKey = '';
    this.map.later();
  }

  /**
   * Give where an asset stands [page metres]; null for none.
   *
   * @param {string} id
   * @returns {[number, number] | null}
   */
  place(id) {
    const {model} = this;
    const u = id ? (model?.ids().indexOf(id) ?? -1) : -1;
    return model && u >= 0 && model.placed[u] ? [model.x[u], model.y[u]] : null;
  }

  /**
   * Give the assets that are out at the moment shown, by id.
   *
   * @returns {Map<string, number>}
   */
  outNow() {
    /** @type {Map<string, number>} */
    const out = new Map();
    const {model} = this;
    if (!model) return out;
    const ids = model.ids();
    model.iv.states(this.t, model.state, model.word);
    for (let u = 0; u < model.pattern.length; u++) {
      if (model.placed[u] && model.state[model.pattern[u]] === State.OUT) out.set(ids[u], u);
    }
    return out;
  }

  /** Give what is out in the run as it is, whatever variant is drawn. */
  outPlain() {
    const {model, plain} = this;
    if (!model || !plain) return new Map();
    const {pattern, iv, state} = model;
    Object.assign(model, plain);
    const out = this.outNow();
    Object.assign(model, {pattern, iv, state});
    return out;
  }

  /**
   * Mark what is out here and not among others; give how many lamps are among it.
   *
   * @param {Map<string, number>} others
   * @param {Map<string, number>} [own]
   */
  only(others, own = this.outNow()) {
    const {model} = this;
    if (!model) return 0;
    const mine = [...own].filter(([id]) => !others.has(id)).map(([, u]) => u);
    this.drawn({...this.drawings, only: mine.map((u) => [model.x[u], model.y[u]])});
    return mine.filter((u) => model.familyOf(u) === 'lamp').length;
  }

  /** @param {string} text */
  describe(text) {
    this.holder.querySelector('canvas.top')?.setAttribute('aria-label', text);
  }
}
