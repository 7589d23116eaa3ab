/** The public page: answer, then map; one clock; three sentences; the table is the same data at the same moment. */

import {CityMap} from './map/city_map.js';
import {drawForPrint} from './map/print.js';
import {Symbols} from './map/symbols.js';
import {PublicModel} from './pack/model.js';
import {Chart} from './parts/chart.js';
import {all, byId, inputById, make} from './parts/dom.js';
import {Page} from './parts/page.js';
import {Player} from './parts/player.js';
import {configuration, packed, useGpu} from './parts/start.js';
import {Answer} from './public/answer.js';
import {Finder} from './public/finder.js';
import {sayExpired, sayHeading} from './public/heading.js';
import {sayLegend} from './public/legend.js';
import {reportAddress} from './public/report.js';
import {Stories} from './public/stories.js';
import {Tables} from './public/tables.js';
import {language, number, say} from './words/speech.js';
import {clock, day} from './words/time.js';

/** @import {Found, PublicConfig, PublicPack, Scene, Show} from './types.js' */
/** @import {Series} from './parts/chart.js' */

/** Scale that the map goes near with to show what was chosen [px per m]. */
const NEAR = 1.1;
/** How long a screen reader is left in peace after a choice [ms]; how often the page looks whether it has expired. */
const SOON_MS = 150;
const EXPIRY_MS = 30_000;
/** Below this width the chart is drawn higher [px]. */
const NARROW = 480;
/** The public map shows everything that it has. */
const SHOW = /** @type {Show} */ ({
  water: true,
  wet: true,
  lamp_lit: true,
  lamp_dark: true,
  lamp_may: true,
  lamp_likely: true,
  lamp_possible: true,
  lamp_unlikely: true,
  unknown: true
});

/** @extends {Page<PublicConfig>} */
class PublicPage extends Page {
  /**
   * @param {PublicConfig} config
   * @param {PublicPack} pack
   */
  constructor(config, pack) {
    super(config, pack.texts.words);
    this.street = 0;
    this.lamp = -1;
    this.model = new PublicModel(pack, config);
    this.symbols = new Symbols(pack.texts.states);
    this.stories = new Stories(this.model);
    this.answer = new Answer(this.model, this.stories, this.symbols.colors, config);
    this.tables = new Tables(this.model, config, this.stories, (street) => this.choose(street, -1, true));
    this.finder = new Finder(this.model, config, {
      choose: (street, lamp) => this.choose(street, lamp, true),
      clear: () => this.choose(0, -1, false),
      announce: (text) => this.announce(text, SOON_MS),
      spoken: () => this.answer.spoken()
    });
    this.map = this.cityMap();
    this.player = new Player(
      {slider: inputById('time'), play: byId('play')},
      {duration: config.duration, step: config.step, start: this.model.worst(config), onMove: (t) => this.move(t)}
    );
    this.counts = this.model.counts(this.player.t);
    this.lackings();
    this.reports();
    this.switchLanguages();
    byId('anyway').addEventListener('click', () => {
      document.body.classList.add('anyway');
      byId('streets').focus();
    });
    this.speak();
    new ResizeObserver(() => this.drawChart()).observe(byId('chart'));
    addEventListener('hashchange', () => this.fromHash());
    addEventListener('beforeprint', () => this.print());
    setInterval(() => this.sayExpiry(), EXPIRY_MS);
  }

  /** Make the map; the page tells the night without it where this device cannot draw one. */
  cityMap() {
    const holder = byId('map');
    if (!matchMedia('(min-width: 900px)').matches) holder.classList.add('sketch');
    try {
      const options = {gentle: true, near: true, onPick: (/** @type {Found} */ found) => this.picked(found)};
      return new CityMap(holder, this.model, this.symbols, options);
    } catch (error) {
      console.warn(error);
      holder.replaceChildren(make('p', {class: 'failed'}, say('map_failed')));
      return null;
    }
  }

  /** Hide what the run has nothing to say of. */
  lackings() {
    const {model, config} = this;
    const lacks = {
      'no-blocks': !config.blocks,
      'all-covered': !model.unknown.includes(1),
      'all-known': !model.water?.about.unknown,
      'no-water': !model.water,
      'no-lamps': !model.total
    };
    for (const [name, isSo] of Object.entries(lacks)) document.body.classList.toggle(name, isSo);
  }

  /** @override */
  speak() {
    super.speak();
    sayHeading(this.config);
    byId('live-region').textContent = '';
    this.player.label();
    this.drawChart();
    this.sayExpiry();
    this.move(this.player.t);
  }

  /** Past its time by the device's clock the page says so, and nothing in the present tense. */
  sayExpiry() {
    const isLate = this.expire();
    byId('late').hidden = !isLate;
    byId('status').textContent = isLate ? say('expired') : say(`status_${this.config.status}`);
    if (!isLate) return;
    this.player.pause();
    sayExpired(this.config);
  }

  /** Lead every link of a report to where the city takes them, with what is shown filled in. */
  reports() {
    for (const link of all('.report')) {
      link.hidden = !this.config.report;
      link.addEventListener('click', () => this.addressReports());
    }
  }

  addressReports() {
    const {report, runId} = this.config;
    if (!report) return;
    const address = reportAddress(report, this.model.streets[this.street], this.player.t, runId);
    for (const link of all('.report')) link.setAttribute('href', address);
  }

  /** Choose the street that the address names: …#rue=Rue du Lac. */
  fromHash() {
    const wanted = /rue=([^&]+)/.exec(decodeURIComponent(location.hash))?.[1];
    if (wanted) this.finder.search(wanted);
  }

  /** @param {Found} found */
  picked(found) {
    if (found.kind === 'asset') this.choose(this.model.street[found.u], found.u, false);
    else if (found.kind === 'street') this.choose(found.street, -1, false);
    const depth = found.kind === 'ground' ? /** @type {0 | 1 | 2 | 3} */ (found.depth) : 0;
    const tip = depth ? say(`depth_step_${depth}`) : '';
    byId('tip').textContent = tip;
    if (tip) this.announce(tip, SOON_MS);
  }

  /**
   * Choose a street, and a lamp of it.
   *
   * @param {number} street its number; 0 chooses nothing
   * @param {number} lamp -1 where the page picks one that stands for the street
   * @param {boolean} fly
   */
  choose(street, lamp, fly) {
    const {model} = this;
    this.street = street;
    this.lamp = lamp < 0 ? this.stories.lampOf(street, this.t) : lamp;
    if (fly && street && this.map) {
      inputById('search').value = model.streets[street];
      const at = this.lamp >= 0 ? this.lamp : model.lampsWhere((u) => model.street[u] === street)[0];
      if (at !== undefined) this.map.go(model.x[at], model.y[at], NEAR);
    }
    this.show();
    this.announce(this.answer.spoken(), SOON_MS);
  }

  /**
   * Show a moment.
   *
   * @param {number} t
   */
  move(t) {
    const {model, config} = this;
    const counts = model.counts(t);
    const dark = counts.night ? counts.out : 0;
    this.t = t;
    this.counts = counts;
    byId('clock').textContent = clock(t);
    byId('date').textContent = day(t, false);
    const out = say(counts.night ? 'out_short' : 'out_by_day', {n: counts.out});
    byId('now-out').textContent = model.total ? out : say('count_blocks', {n: counts.wet});
    this.chart?.move(t);
    byId('chart-out').textContent = number(dark);
    byId('chart-wet').textContent = number(counts.wet);
    for (const key of all('[data-t=chart_out]')) key.textContent = say('chart_out', {n: dark});
    for (const key of all('[data-t=chart_wet]')) key.textContent = say('chart_wet', {n: counts.wet});
    sayLegend(this.symbols.table, counts, t);
    const values = {
      city: config.city,
      clock: clock(t),
      lamps: say('count_out', {n: counts.out}),
      blocks: say('count_blocks', {n: counts.wet})
    };
    const spoken = say(model.total ? 'valuetext' : 'valuetext_no_lamps', values);
    byId('time').setAttribute('aria-valuetext', spoken);
    this.map?.describe(say(model.total ? 'map_name' : 'map_name_no_lamps', values));
    this.announce(spoken);
    this.show();
  }

  /** Show the moment and the chosen street: answer, tables, map. */
  show() {
    this.answer.show(this.street, this.t);
    this.tables.show(this.street, this.t);
    this.addressReports();
    this.map?.show(this.scene());
  }

  /** @returns {Scene} */
  scene() {
    const {stories, street, lamp, t} = this;
    return {
      t,
      night: this.counts.night,
      show: SHOW,
      links: [],
      chosen: stories.mark(lamp, street, t),
      street,
      closed: [],
      ground: [],
      live: [],
      lang: language()
    };
  }

  /** Draw the chart again: at the start, in another width, in another language. */
  drawChart() {
    const {model, config} = this;
    const {colors} = this.symbols;
    const holder = byId('chart');
    const isNarrow = holder.clientWidth < NARROW;
    /** @param {number} n */
    const peak = (n) => say('at_most', {n});
    /** @type {Series[]} */
    const series = [];
    if (model.total) series.push({values: model.darkSeries, color: colors.dark, height: isNarrow ? 64 : 44, peak});
    if (config.blocks) series.push({values: model.wetSeries, color: colors.wet, height: isNarrow ? 60 : 40, peak});
    /** @type {(from: number, to: number) => string} */
    const nightWords = (from, to) => say('night_from_to', {from: clock(from), to: clock(to)});
    const {times, nights} = model;
    this.chart = new Chart(holder, {times, nights, duration: config.duration, nightWords, series}, colors);
    this.chart.move(this.t);
  }

  print() {
    const canvas = /** @type {HTMLCanvasElement} */ (byId('print-map'));
    if (this.map) drawForPrint(canvas, this.map, this.scene());
  }
}

async function start() {
  /** @type {PublicConfig} */
  const config = configuration();
  /** @type {PublicPack} */
  const pack = await packed();
  const page = new PublicPage(config, pack);
  globalThis.twinPage = page;
  document.body.classList.add('ready');
  page.fromHash();
  if (page.map) await useGpu(page.map, page.model, page.symbols, pack.texts.spec);
}

start().catch((error) => {
  console.error(error);
  byId('map').replaceChildren(make('p', {class: 'failed'}, say('map_failed')));
  document.body.classList.add('failed');
});
