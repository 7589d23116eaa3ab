/** The operator's screen: map, causes, lists and timeline around one clock and one selection. */

import {State} from './enums.js';
import {CityMap} from './map/city_map.js';
import {drawForPrint} from './map/print.js';
import {Symbols} from './map/symbols.js';
import {streetsAndCrews} from './map/ways.js';
import {Access} from './operator/access.js';
import {AccessLists} from './operator/access_lists.js';
import {Beside} from './operator/beside.js';
import {Causes} from './operator/causes.js';
import {crewsOnMap} from './operator/crew_marks.js';
import {CrewPanel} from './operator/crews.js';
import {nightsOf, sayFigures} from './operator/figures.js';
import {sayEdges} from './operator/edges.js';
import {Finder} from './operator/finder.js';
import {Gardens} from './operator/gardens.js';
import {Layers} from './operator/layers.js';
import {LikelyPanel} from './operator/likely.js';
import {Names} from './operator/names.js';
import {rootLines} from './operator/roots.js';
import {streetLines} from './operator/street_lines.js';
import {closedStreets, Lists} from './operator/lists.js';
import {icon, markRows, row} from './operator/rows.js';
import {Timeline} from './operator/timeline.js';
import {WaitingLines} from './operator/waiting.js';
import {WhyPanel} from './operator/why.js';
import {Chain} from './pack/chain.js';
import {OperatorModel} from './pack/model.js';
import {all, byId, inputById, make, paragraph, rich} from './parts/dom.js';
import {Page} from './parts/page.js';
import {opening, Player} from './parts/player.js';
import {configuration, other, packed, useGpu} from './parts/start.js';
import {language, learn, listed, number, say, told} from './words/speech.js';
import {clock, day, isIssueTold, moment} from './words/time.js';

/** @import {Found, Mark, OperatorConfig, OperatorPack, SymbolName} from './types.js' */

/** Scale that the map goes near with to show what was chosen [px per m]. */
const NEAR = 0.9;
/** Up to this width all stands in one column: see operator.css. */
const ONE_COLUMN = '(max-width: 1020px)';
/** Lamps that the panel names. */
const LAMPS = 8;

/** @extends {Page<OperatorConfig>} */
class OperatorPage extends Page {
  /**
   * @param {OperatorConfig} config
   * @param {OperatorPack} pack
   * @param {{config: OperatorConfig, pack: OperatorPack} | null} second the run that this one is compared with
   */
  constructor(config, pack, second) {
    super(config, pack.texts.words);
    for (const one of second ? [config, second.config] : [config]) learn(one.texts);
    this.model = new OperatorModel(pack, config);
    this.symbols = new Symbols(pack.texts.states);
    this.chain = new Chain(this.model);
    this.names = new Names(this.model);
    this.causes = new Causes(this.model, this.chain, this.names, config.facts, config.staleAfter);
    this.gardens = new Gardens(this.model, this.names, (u) => this.choose(u, true));
    byId('gardens').hidden = !this.gardens.told;
    const {ensemble} = config;
    /** Of an ensemble: how likely each asset goes out. */
    this.likely =
      ensemble && new LikelyPanel(this.model, {ensemble, start: config.start}, this.names, (u) => this.choose(u, true));
    /**
     * The asset or the street that was chosen, and how deep the ground that was clicked stands in water.
     *
     * @type {{u: number} | {street: number} | null}
     */
    this.chosen = null;
    this.depth = 0;
    this.night = false;
    /** @param {number} u */
    const choose = (u) => this.choose(u, true);
    const {model, names, symbols} = this;
    this.access = new Access({model, acts: config.lastMoments, names});
    this.accessLists = new AccessLists({model, access: this.access, names, symbols}, (u, street) =>
      street === undefined ? this.choose(u, true) : this.chooseStreet(street)
    );
    this.why = this.whyPanel();
    this.crews = new CrewPanel({model, config, names}, symbols.colors, this);
    this.lists = new Lists({model, config, names, symbols}, choose);
    this.layers = new Layers(model, symbols.names, Boolean(config.ensemble), () => this.scene());
    this.beside = second ? this.second(second.config, second.pack) : null;
    this.timeline = new Timeline(this.model, config, this.names, this.symbols.colors, this.beside?.model);
    this.timeline.onPick = (t) => {
      this.player.pause();
      this.player.to(t);
      // The keys of the slider go on from where the curve was clicked.
      byId('time').focus({preventScroll: true});
    };
    this.finder = new Finder(this.model, this.names, {
      choose: (u) => this.choose(u, true),
      chooseStreet: (street) => this.chooseStreet(street)
    });
    this.map = new CityMap(byId('map'), this.model, this.symbols, {
      onPick: (found) => this.picked(found),
      onDraw: (view) => this.beside?.follow(view),
      more: streetsAndCrews
    });
    this.player = new Player(
      {slider: inputById('time'), play: byId('play'), back: byId('back'), forward: byId('forward')},
      {duration: config.duration, step: config.step, start: opening(config), onMove: (t) => this.move(t)}
    );
    this.switchLanguages();
    this.keys();
    addEventListener('beforeprint', () => this.print());
    addEventListener('afterprint', () => {
      this.lists.print(false);
      this.accessLists.print(false);
      this.crews.print(false);
      this.lists.show(this.t);
    });
    this.speak();
  }

  /**
   * @param {OperatorConfig} config
   * @param {OperatorPack} pack of a run that this one is compared with
   */
  second(config, pack) {
    return this.crews.beside(new Beside(config, pack, this.symbols, (id) => this.chooseId(id)));
  }

  /**
   * Compare with another run.
   *
   * @param {OperatorConfig} config
   * @param {OperatorPack} pack
   */
  compareWith(config, pack) {
    this.beside = this.second(config, pack);
    this.timeline.other = this.beside.model;
    this.timeline.build();
    this.move(this.t);
    this.map.later();
  }

  /** The panel that tells one asset. */
  whyPanel() {
    const {model, chain, names, causes} = this;
    return new WhyPanel({
      model,
      chain,
      names,
      causes,
      waiting: new WaitingLines(model, names, this.config.facts),
      gardens: this.gardens,
      access: this.access,
      symbolOf: (u) => this.symbolOf(u),
      page: {icon, choose: (u) => this.choose(u, true)}
    });
  }

  /** @override */
  speak() {
    const {name, city, issued, validUntil, nextUpdate, defaults, doubtful, status, ensemble} = this.config;
    super.speak();
    document.title = say('operator_title', {name: told(name), city});
    for (const one of all('[data-fr]')) one.textContent = one.dataset[language()] ?? '';
    const key = isIssueTold(this.config) ? 'made_valid' : 'begins_valid';
    const made = say(key, {issued: moment(issued, 0), until: moment(validUntil, issued)});
    const next = nextUpdate === null ? '' : say('at_clock', {clock: moment(nextUpdate, issued)});
    byId('made').textContent = listed(made, next && say('next_update', {when: next}));
    byId('doubt').textContent = [say('n_defaults', {n: defaults}), say('n_in_doubt', {n: doubtful})].join(', ');
    if (ensemble) for (const id of ['doubt', 'nights']) byId(id).textContent = nightsOf(ensemble);
    byId('status').textContent = say(`status_${status}`);
    if (this.expire()) {
      byId('status').textContent = say('expired');
      byId('made').textContent = say('expired_since', {when: moment(validUntil, issued)});
    }
    sayFigures(this.model, this.config, this.names);
    this.timeline.build();
    this.player.label();
    this.move(this.player.t);
  }

  /**
   * Show a moment.
   *
   * @param {number} t
   */
  move(t) {
    const {city} = this.config;
    const counts = this.model.counts(t);
    this.t = t;
    this.night = counts.night;
    byId('clock').textContent = clock(t);
    byId('date').textContent = day(t);
    this.timeline.move(t);
    const nodes = this.layers.nodes();
    const cabinetsOut = nodes.cabinet_out ?? 0;
    /** @param {number} n */
    const more = (n) => (n ? `, ${say('more_may', {n})}` : '');
    rich(byId('figure-out'), say('figure_out', {n: counts.out}) + more(counts.may));
    const cabinets = say('figure_cabinets', {n: cabinetsOut, total: nodes.cabinet ?? 0});
    rich(byId('figure-cabinets'), cabinets + more(this.likely ? 0 : (nodes.cabinet_may ?? 0)));
    rich(byId('figure-wet'), say('figure_wet', {n: counts.wet}));
    byId('lamps-now').textContent = number(counts.out);
    byId('wet-now').textContent = number(counts.wet);
    const {out: lamp_dark, may: lamp_may, lit: lamp_lit, wet, unknown} = counts;
    const {likely: lamp_likely, possible: lamp_possible, unlikely: lamp_unlikely} = counts;
    const words = {lamp_likely, lamp_possible, lamp_unlikely};
    const live = new Set(this.model.live.at(t).flatMap(({us}) => us)).size;
    const streets = {...this.access.counts(t), crew: this.model.crews.all.length};
    this.layers.say(
      {lamp_dark, lamp_may, ...words, lamp_lit, wet, unknown, live, ...nodes, ...streets},
      counts.night,
      t
    );
    const said = {
      city,
      clock: clock(t),
      lamps: say('count_out', {n: counts.out}),
      cabinets: say('count_cabinets', {n: cabinetsOut}),
      wet: say('count_wet', {n: counts.wet})
    };
    const valueText = say('valuetext_operator', said);
    byId('time').setAttribute('aria-valuetext', valueText);
    this.map.describe(say('map_name_operator', said));
    this.announce(valueText);
    this.lists.show(t);
    this.gardens.say(t);
    this.accessLists.show(t);
    this.crews.show(t);
    this.beside?.say(t, counts, cabinetsOut);
    this.panel();
    this.scene();
  }

  /** @param {Found} found */
  picked(found) {
    if (found.kind === 'asset') this.choose(found.u, false);
    else if (found.kind === 'street') this.chooseStreet(found.street);
    else this.choose(null, false, found.depth);
  }

  /**
   * Choose an asset, or nothing.
   *
   * @param {number | null} u
   * @param {boolean} fly
   * @param {number} [depth] of the ground that was clicked, as a step
   */
  choose(u, fly, depth = 0) {
    const {model} = this;
    this.chosen = u === null ? null : {u};
    this.depth = depth;
    if (fly && u !== null && model.placed[u]) this.map.go(model.x[u], model.y[u], NEAR);
    markRows(u);
    this.panel();
    this.toPanel();
    this.scene();
  }

  /**
   * Bring the panel into sight: its rail may stand further down, at a list that was read before; on a narrow page,
   * where all stands in one column, the page itself goes to it.
   */
  toPanel() {
    const panel = byId('why');
    panel.parentElement?.scrollTo({top: 0});
    if (this.chosen && matchMedia(ONE_COLUMN).matches) panel.scrollIntoView({block: 'start'});
  }

  /** @param {string} id of an asset, as the second run of a comparison calls it too */
  chooseId(id) {
    const u = this.model.ids().indexOf(id);
    if (u >= 0) this.choose(u, true);
  }

  /** @param {number} street */
  chooseStreet(street) {
    this.chosen = {street};
    const lines = this.model.shapes.street;
    /** @param {number} i */
    const vertices = (i) => lines.starts[i + 1] - lines.starts[i];
    const [longest] = lines.numbers((i) => lines.of[i] === street).sort((a, b) => vertices(b) - vertices(a));
    if (longest !== undefined) this.map.go(...lines.middle(longest), NEAR);
    this.panel();
    this.toPanel();
    this.scene();
  }

  /** Show the moment and the selection on the map. */
  scene() {
    const {model, chosen, t} = this;
    const u = chosen && 'u' in chosen && model.placed[chosen.u] ? chosen.u : null;
    const live = model.live.at(t).map(({us}) => us.filter((one) => model.placed[one]));
    const {show} = this.layers;
    const {crews, ways} = crewsOnMap(model, t);
    const chosenWays = u === null ? [] : this.access.ways(u, t);
    const scene = {
      t,
      night: this.night,
      show,
      links: u === null ? [] : this.chain.links(u, t, (one) => this.symbolOf(one)),
      chosen: u === null ? null : this.mark(u),
      street: chosen && 'street' in chosen ? chosen.street : 0,
      closed: closedStreets(this.config.notes, t).map((note) => model.streets.indexOf(note.street)),
      live: live.filter((us) => us.length),
      ground: this.gardens.state(t),
      roads: show.street_closed ? model.roads.closedAt(t) : [],
      islands: show.island ? this.access.islandsAt(t).filter((one) => model.placed[one]) : [],
      ways: [...chosenWays, ...(show.crew ? ways : [])],
      crews: show.crew ? crews : [],
      lang: language()
    };
    this.map.show(scene);
    this.beside?.show(scene, u === null ? null : this.names.id(u));
  }

  /**
   * @param {number} u
   * @returns {Mark}
   */
  mark(u) {
    return {x: this.model.x[u], y: this.model.y[u], symbol: this.symbolOf(u), label: this.names.id(u)};
  }

  /**
   * Give the symbol of an asset at the moment; null where it has none.
   *
   * @param {number} u
   * @returns {SymbolName | null}
   */
  symbolOf(u) {
    const {model} = this;
    const now = model.iv.stateAt(model.pattern[u], this.t);
    const word = model.iv.wordAt(model.pattern[u], this.t);
    if (model.isLamp(u)) return this.symbols.ofLamp(now, word);
    const family = model.familyOf(u);
    return family && family !== 'lamp' ? this.symbols.of(family, now, word) : null;
  }

  /** Draw the map for paper, and open every list. */
  print() {
    const {scene} = this.map;
    this.lists.print(true);
    sayEdges(this.config, this.t);
    this.accessLists.print(true);
    this.crews.print(true);
    if (scene) drawForPrint(/** @type {HTMLCanvasElement} */ (byId('print-map')), this.map, scene);
  }

  /** Say why: of the asset or the street that was chosen, else what explains most of the darkness. */
  panel() {
    const {chosen} = this;
    const parts = !chosen ? this.roots() : 'u' in chosen ? this.asset(chosen.u) : this.street(chosen.street);
    byId('why').replaceChildren(...parts);
  }

  /**
   * Tell an asset: how likely it is out, where that is known, then the run; of both runs where two are compared.
   *
   * @param {number} u
   */
  asset(u) {
    const [title, ...parts] = this.why.panel(u, this.t);
    if (this.likely) return [title, ...this.likely.lines(u, this.t), make('h3', {}, say('likely_plan')), ...parts];
    if (!this.beside) return [title, ...parts];
    const others = this.beside.panel(this.names.id(u), this.t);
    return [
      title,
      make('h3', {class: 'which'}, say('run_a')),
      ...parts,
      make('h3', {class: 'which'}, say('run_b')),
      ...others
    ];
  }

  /** What puts out most of the lamps that are out at this moment; else what to choose. */
  roots() {
    const depth = /** @type {0 | 1 | 2 | 3} */ (this.depth);
    return [
      make('h2', {}, say('why')),
      make('p', {class: 'soft'}, depth ? say(`depth_step_${depth}`) : say('choose_something')),
      ...rootLines(this, this.t, {symbolOf: (u) => this.symbolOf(u), rows: (lines) => this.rows(lines)})
    ];
  }

  /** @param {number} street */
  street(street) {
    const {model, t} = this;
    const lines = streetLines(model, street, t, Boolean(this.likely));
    const out = [];
    for (let u = model.lamps[0]; u < model.lamps[1] && out.length < LAMPS; u++) {
      if (model.street[u] === street && model.state[model.pattern[u]] === State.OUT) out.push(u);
    }
    const lamps = out.map((u) => ({
      u,
      symbol: /** @type {const} */ ('lamp_dark'),
      title: this.names.id(u),
      detail: this.causes.short(u, t)
    }));
    return [make('h2', {}, model.streets[street]), ...lines.map(paragraph), this.rows(lamps)];
  }

  /** @param {import('./operator/rows.js').Line[]} lines */
  rows(lines) {
    return make('ul', {class: 'rows'}, ...lines.map((line) => row(line, (u) => this.choose(u, true))));
  }

  keys() {
    /** @type {Record<string, () => void>} */
    const actions = {
      ' ': () => byId('play').click(),
      ',': () => this.player.by(-1),
      '.': () => this.player.by(1),
      '/': () => byId('search').focus(),
      Escape: () => this.choose(null, false)
    };
    document.addEventListener('keydown', (event) => {
      const isTyping = event.target instanceof Element && event.target.matches('input, button, textarea, select');
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !actions[event.key]) return;
      event.preventDefault();
      actions[event.key]();
    });
  }
}

async function start() {
  /** @type {OperatorConfig} */
  const config = configuration();
  /** @type {OperatorPack} */
  const pack = await packed();
  const page = new OperatorPage(config, pack, await other('0'));
  globalThis.twinPage = page;
  document.body.classList.add('ready');
  await useGpu(page.map, page.model, page.symbols, pack.texts.spec);
  const {beside} = page;
  if (!beside) return;
  await useGpu(beside.map, beside.model, page.symbols, pack.texts.spec);
  document.getElementById('which')?.addEventListener('change', async (event) => {
    const which = /** @type {HTMLSelectElement} */ (event.target).value;
    const next = await other(which);
    if (!next) return;
    for (const part of all('.compared .other')) part.hidden = part.dataset.which !== which;
    page.compareWith(next.config, next.pack);
    if (page.beside) await useGpu(page.beside.map, page.beside.model, page.symbols, pack.texts.spec);
  });
}

start().catch((error) => {
  console.error(error);
  document.body.classList.add('failed');
});
