/** The operator's screen: map, causes, lists and timeline around one clock and one selection. */

import {Chart} from './chart.js';
import {CityMap} from './map.js';
import {MAY, OUT} from './intervals.js';
import {Player} from './player.js';
import {clock, day, duration, make, metres, moment, number, rich, say, times} from './format.js';
import {family} from './ground.js';
import {open, setLanguage, useGpu} from './start.js';
import {Chain} from './chain.js';

const $ = (id) => document.getElementById(id);
const config = JSON.parse($('config').textContent);

class Operator {
  constructor(model, symbols) {
    Object.assign(this, {model, symbols});
    this.colors = symbols.colors;
    this.chain = new Chain(model);
    this.show = {water: true, wet: true, zone: true, live: true};
    for (const name of Object.keys(symbols.shapes)) this.show[name] = true;
    this.chosen = null;
    this.map = new CityMap($('map'), model, symbols, {onPick: (found) => this.picked(found)});
    this.player = new Player({slider: $('time'), play: $('play'), back: $('back'), forward: $('forward')},
      {duration: config.duration, step: config.step, start: this.worst(), onMove: (t) => this.move(t)});
    this.searchBox();
    this.legend();
    this.build();
    this.keys();
    new ResizeObserver(() => this.timeline()).observe($('chart'));
  }

  worst() {
    const {darkSeries, outSeries, times} = this.model;
    const series = Math.max(...darkSeries) ? darkSeries : outSeries;
    // a town whose lamps all stay lit, or that knows of none, opens when the water stands highest
    return Math.max(...series) ? times[series.indexOf(Math.max(...series))] : Math.floor(config.peakAt / config.step) * config.step;
  }

  /** Everything that speaks: once at the start and again when the language changes. */
  build() {
    for (const element of document.querySelectorAll('[data-t]')) rich(element, say(element.dataset.t));
    for (const element of document.querySelectorAll('[data-label]')) element.setAttribute('aria-label', say(element.dataset.label));
    for (const element of document.querySelectorAll('[data-hint]')) element.setAttribute('placeholder', say(element.dataset.hint));
    document.title = say('operator_title', {name: config.name, city: config.city});
    const issued = config.issued;
    $('made').textContent = say('made_valid', {issued: moment(issued, 0), until: moment(config.validUntil, issued)})
      + (config.nextUpdate === null ? '' : `, ${say('next_update', {when: say('at_clock', {clock: moment(config.nextUpdate, issued)})})}`);
    $('doubt').textContent = say('defaults_doubt', {defaults: config.defaults, doubtful: config.doubtful});
    $('status').textContent = say(`status_${config.status}`);
    this.expiry();
    this.figures();
    this.moments();
    this.timeline();
    this.player.label();
    this.move(this.player.t);
  }

  expiry() {
    const late = Date.now() / 1000 > config.start + config.validUntil;
    document.body.classList.toggle('expired', late);
    if (late) {
      $('status').textContent = say('expired');
      $('made').textContent = say('expired_since', {when: moment(config.validUntil, config.issued)});
    }
  }

  figures() {
    const {model} = this;
    const rows = [];
    const [most, doubtful] = config.most;
    const wet = Math.max(...model.wetSeries);
    if (model.water) rows.push([say('highest'), moment(config.peakAt, config.issued)]);
    rows.push([say('most_out'), number(most)]);
    if (doubtful) rows.push([say('most_sure'), number(most - doubtful), 'part'], [say('most_may'), number(doubtful), 'part']);
    if (config.near) rows.push([say('most_near'), number(config.near)]);
    rows.push([say('most_wet'), number(wet)]);
    rows.push([say('horizon'), duration(config.duration)]);
    $('figures').replaceChildren(...rows.map(([term, value, part]) => make('div', {class: part ?? false}, make('dt', {}, term), make('dd', {}, value))));
  }

  moments() {
    const rows = config.lastMoments;
    const all = this.allMoments;
    const items = rows.slice(0, all ? rows.length : 3).map((row) => this.row({
      time: row.at, title: say('cut_asset', {id: this.id(row.u)}),
      detail: [this.street(row.u), row.failed === null ? say('touched_only') : say('drowned_at', times(row.failed, row.at))].filter(Boolean).join(', '), u: row.u, early: true}));
    this.list('moments', items, rows.length, 3, () => {
      this.allMoments = !all;
      this.moments();
    }, all);
  }

  id(u) {
    return this.model.ids()[u];
  }

  street(u) {
    return this.model.streets[this.model.street[u]];
  }

  label(u) {
    return this.model.texts['asset.name'][u] || this.id(u);
  }

  /** One line of a list: a button that selects what it speaks of. */
  row({symbol, title, detail, time, u, early}) {
    const button = make('button', {class: 'row', type: 'button', 'data-u': u});
    const when = time === undefined || time === null ? null : make('span', {class: 'when'}, clock(time));
    const words = make('span', {class: 'words'}, make('strong', {}, title), make('span', {class: 'soft'}, detail));
    if (early) button.append(when, words);
    else button.append(this.icon(symbol), words, when ?? '');
    button.addEventListener('click', () => this.choose(u, true));
    return make('li', {}, button);
  }

  icon(name) {
    const template = $(`icon-${name}`) ?? $('icon-other_in');
    return template.content.firstElementChild.cloneNode(true);
  }

  list(id, items, total, shown, more, all) {
    const holder = $(id);
    holder.replaceChildren(...(items.length ? items : [make('li', {class: 'none'}, say('none'))]));
    const button = $(`${id}-more`);
    $(`${id}-count`).textContent = total ? number(total) : '';
    button.hidden = total <= shown;
    button.textContent = all ? say('see_fewer') : say('see_all', {n: total});
    button.onclick = more;
  }

  legend() {
    const families = new Set(this.model.texts.kinds.map((kind, k) => (this.model.kindOf.includes(k) ? family(kind.name) : '')));
    for (const box of document.querySelectorAll('#layers input')) {
      if (box.dataset.shows === 'unknown' && !this.model.unknown.includes(1)) box.closest('li').hidden = true;
      const of = box.dataset.shows.split('_')[0];
      const doubt = box.dataset.shows.split(' ')[0].endsWith('_may') && of !== 'lamp' && of !== 'cabinet';
      if (doubt && !this.model.everMay(of)) box.closest('li').hidden = true;
      if (['cabinet', 'substation', 'site', 'zone', 'other'].includes(of) && !families.has(of)) box.closest('li').hidden = true;
    }
    for (const box of document.querySelectorAll('#layers input')) {
      box.addEventListener('change', () => {
        for (const key of box.dataset.shows.split(' ')) this.show[key] = box.checked;
        this.scene();
      });
    }
  }

  timeline() {
    const {model} = this;
    const marks = config.events.map((event) => [event.at, this.eventWords(event), event.tone === 'danger' ? this.colors.danger : undefined]);
    const rows = [];
    if (model.water && config.wetSpan) rows.push({height: 24, bars: [[...config.wetSpan, this.colors.water3, say('flood_bar')]]});
    rows.push({height: 24, marks, many: (some) => say('event_many', {n: some.length})});
    const small = innerHeight < 820;
    const most = Math.max(...model.outSeries);
    this.chart = new Chart($('chart'), {
      times: model.times, nights: model.nights, duration: config.duration, headTop: 4,
      nightWords: (from, to) => say('night_from_to', {from: clock(from), to: clock(to)}),
      series: [
        {values: [...model.outSeries], color: this.colors.dark, height: small ? 38 : 48},
        {values: [...model.wetSeries], color: this.colors.wet, height: small ? 36 : 44}
      ], rows
    }, this.colors);
    $('lamps-most').textContent = say('of_most', {n: most});
    $('wet-most').textContent = say('of_most', {n: Math.max(...model.wetSeries)});
    this.chart.move(this.player?.t ?? 0);
    this.flag(this.player?.t ?? 0);
  }

  eventWords(event) {
    if (event.kind === 'flooded') return say(`event_flooded${this.chain.gender(event.u)}`, {id: this.id(event.u)});
    if (event.kind === 'first_dark') return say('event_first_dark');
    if (event.kind === 'water') return say('event_water');
    return say(`event_${event.kind}`, {id: event.u >= 0 ? this.id(event.u) : '', text: event.text ?? ''});
  }

  flag(t) {
    const flag = $('flag');
    flag.textContent = clock(t);
    const wide = $('chart').clientWidth;
    flag.style.left = `${Math.max(34, Math.min(wide - 34, t / config.duration * wide))}px`;
  }

  move(t) {
    const {model} = this;
    const counts = model.counts(t);
    this.t = t;
    this.night = counts.night;
    $('clock').textContent = clock(t);
    $('date').textContent = day(t);
    this.flag(t);
    this.chart?.move(t);
    rich($('figure-out'), say('figure_out', {n: counts.out}));
    const nodes = this.nodeCounts();
    rich($('figure-cabinets'), say('figure_cabinets', {n: nodes.cabinet_out ?? 0, total: nodes.cabinet ?? 0}));
    rich($('figure-wet'), say('figure_wet', {n: counts.wet}));
    $('lamps-now').textContent = number(counts.out);
    $('wet-now').textContent = number(counts.wet);
    const shown = {lamp_dark: counts.out, lamp_may: counts.may, lamp_lit: counts.lit, wet: counts.wet, unknown: counts.unknown, ...nodes};
    shown.live = this.liveNow().reduce((sum, row) => sum + row.count, 0);
    for (const item of document.querySelectorAll('#layers [data-count]')) {
      const key = item.dataset.count;
      item.textContent = key === 'water' ? say('three_steps') : number(shown[key] ?? 0);
    }
    const lit = document.querySelector('#layers [data-name=lamp_lit]');
    if (lit) lit.textContent = say(counts.night ? 'layer_lamp_lit' : 'layer_lamp_day');
    $('layers-at').textContent = say('at_time', {clock: clock(t)});
    const said = {city: config.city, clock: clock(t), lamps: say('count_out', {n: counts.out}), cabinets: say('count_cabinets', {n: nodes.cabinet_out ?? 0}), wet: say('count_wet', {n: counts.wet})};
    const valueText = say('valuetext_operator', said);
    $('time').setAttribute('aria-valuetext', valueText);
    this.map.describe(say('map_name_operator', said));
    this.announce(valueText);
    this.dangers();
    this.sites();
    this.panel();
    this.scene();
  }

  announce(text) {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => {
      $('live-region').textContent = text;
    }, 700);
  }

  nodeCounts() {
    const {model} = this;
    const counts = {};
    for (let u = 0; u < model.lamps[0]; u++) {
      const name = family(model.texts.kinds[model.kindOf[u]].name);
      if (!name) continue;
      const now = model.state[model.pattern[u]];
      counts[name] = (counts[name] ?? 0) + 1;
      const key = `${name}_${now === OUT ? 'out' : now === MAY ? 'may' : 'in'}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  }

  liveNow() {
    return config.live.filter((row) => row.from <= this.t && this.t < row.to);
  }

  dangers() {
    const rows = this.liveNow();
    const all = this.allDangers;
    const items = rows.slice(0, all ? rows.length : 3).map((row) => this.row({symbol: 'live', title: row.count > 1 ? say('and_more', {id: this.id(row.us[0]), n: row.count - 1}) : this.id(row.us[0]), u: row.us[0], time: row.from,
      detail: [row.street, row.depth === null ? '' : say('water_up_to', {depth: metres(row.depth)}), say('cut_unconfirmed', {id: row.cut})].filter(Boolean).join(', ')}));
    this.list('dangers', items, rows.length, 3, () => {
      this.allDangers = !all;
      this.dangers();
    }, all);
  }

  sites() {
    const {model} = this;
    const rows = [];
    for (let u = 0; u < model.lamps[0]; u++) {
      if (family(model.texts.kinds[model.kindOf[u]].name) !== 'site') continue;
      const i = model.iv.at(model.pattern[u], this.t);
      if (i >= 0) rows.push({u, i});
    }
    const all = this.allSites;
    const items = rows.slice(0, all ? rows.length : 3).map(({u, i}) => this.row({symbol: model.iv.state[i] === OUT ? 'site_out' : 'site_may', u, title: this.label(u), time: model.iv.start[i],
      detail: [this.street(u), say(model.iv.state[i] === OUT ? 'site_without' : 'site_doubtful')].filter(Boolean).join(', ')}));
    this.list('sites', items, rows.length, 3, () => {
      this.allSites = !all;
      this.sites();
    }, all);
  }

  picked(found) {
    if (found?.kind === 'asset') this.choose(found.u, false);
    else if (found?.kind === 'street') this.chooseStreet(found.street);
    else this.choose(null, false, found?.depth);
  }

  choose(u, fly, depth) {
    this.chosen = u === null ? null : {u};
    this.depth = depth;
    if (fly && u !== null && this.model.placed[u]) this.map.go(this.model.x[u], this.model.y[u], 0.9);
    for (const row of document.querySelectorAll('button.row[data-u]')) row.setAttribute('aria-current', String(Number(row.dataset.u) === u));
    this.panel();
    this.scene();
  }

  chooseStreet(street) {
    this.chosen = {street};
    const lines = this.model.shapes.street;
    let best = -1;
    for (let i = 0; i < lines.length; i++) if (lines.of[i] === street && (best < 0 || lines.starts[i + 1] - lines.starts[i] > lines.starts[best + 1] - lines.starts[best])) best = i;
    if (best >= 0) this.map.go((lines.boxes[4 * best] + lines.boxes[4 * best + 2]) / 2, (lines.boxes[4 * best + 1] + lines.boxes[4 * best + 3]) / 2, 0.9);
    this.panel();
    this.scene();
  }

  scene() {
    const {model, chosen, t} = this;
    let links = [];
    let mark = null;
    if (chosen?.u !== undefined && model.placed[chosen.u]) {
      links = this.chain.links(chosen.u, t, (u) => this.symbolOf(u), (u) => this.id(u));
      mark = {x: model.x[chosen.u], y: model.y[chosen.u], symbol: this.symbolOf(chosen.u), label: this.id(chosen.u)};
    }
    const live = this.liveNow().map((row) => row.us.filter((u) => model.placed[u])).filter((us) => us.length);
    this.map.show({t, night: this.night, show: this.show, links, chosen: mark, street: chosen?.street ?? 0, live, lang: document.documentElement.lang});
  }

  symbolOf(u) {
    const {model} = this;
    const now = model.iv.stateAt(model.pattern[u], this.t);
    if (u >= model.lamps[0] && u < model.lamps[1]) return now === OUT ? 'lamp_dark' : now === MAY ? 'lamp_may' : 'lamp_lit';
    const name = family(model.texts.kinds[model.kindOf[u]].name);
    return name ? this.map.ground.key(name, now) : null;
  }

  panel() {
    const panel = $('why');
    if (!this.chosen) {
      const intro = make('p', {class: 'soft'}, this.depth ? say(`depth_step_${this.depth}`) : say('choose_something'));
      panel.replaceChildren(make('h2', {}, say('why')), intro, ...this.roots());
      return;
    }
    if (this.chosen.street) {
      panel.replaceChildren(...this.streetPanel(this.chosen.street));
      return;
    }
    panel.replaceChildren(...this.chain.panel(this.chosen.u, this.t, this));
  }

  /** With nothing chosen: what explains most of the darkness. */
  roots() {
    const items = config.roots.slice(0, 5).map((row) => this.row({symbol: this.symbolOf(row.u) ?? 'other_out', u: row.u, title: this.id(row.u),
      detail: say('root_share', {n: row.lamps, share: Math.round(row.share * 100)})}));
    return items.length ? [make('h3', {}, say('roots_title')), make('ul', {class: 'rows'}, ...items)] : [];
  }

  streetPanel(street) {
    const {model, t} = this;
    const {now, night} = model.streetStory(street, t);
    const lines = [say('street_now', {n: now.out, total: now.total, clock: clock(t)})];
    if (night.out) lines.push(say('street_night', {n: night.out, first: clock(night.first)}));
    if (night.may) lines.push(say('street_may', {n: night.may}));
    const out = [];
    for (let u = model.lamps[0]; u < model.lamps[1] && out.length < 8; u++) if (model.street[u] === street && model.state[model.pattern[u]] === OUT) out.push(u);
    return [make('h2', {}, model.streets[street]), ...lines.map((line) => rich(make('p', {}), line)),
      make('ul', {class: 'rows'}, ...out.map((u) => this.row({symbol: 'lamp_dark', u, title: this.id(u), detail: this.chain.short(u, t)})))];
  }

  searchBox() {
    const [input, results] = [$('search'), $('results')];
    const close = () => {
      results.hidden = true;
      input.setAttribute('aria-expanded', 'false');
    };
    const update = () => {
      const {streets, assets} = this.model.find(input.value, 7);
      const options = [
        ...assets.map((u) => [this.id(u), [this.model.texts['asset.name'][u], this.street(u)].filter(Boolean).join(', '), () => this.choose(u, true)]),
        ...streets.map((street) => [this.model.streets[street], say('lamps_total', {n: this.model.streetTotal[street]}), () => this.chooseStreet(street)])].slice(0, 8);
      results.replaceChildren(...options.map(([title, detail, act]) => {
        const button = make('button', {type: 'button', class: 'row'}, make('span', {class: 'words'}, make('strong', {}, title), make('span', {class: 'soft'}, detail)));
        button.addEventListener('click', () => {
          act();
          close();
        });
        return make('li', {}, button);
      }), ...(options.length || !input.value.trim() ? [] : [make('li', {class: 'none'}, say('nothing_found'))]));
      results.hidden = !input.value.trim();
      input.setAttribute('aria-expanded', String(!results.hidden));
    };
    input.addEventListener('input', update);
    input.closest('form').addEventListener('submit', (event) => {
      event.preventDefault();
      update();
      results.querySelector('button')?.click();
    });
    input.closest('form').addEventListener('keydown', (event) => {
      const buttons = [...results.querySelectorAll('button')];
      const at = buttons.indexOf(document.activeElement);
      if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        input.value = '';
        close();
        document.activeElement.blur();
        this.choose(null, false);
      } else if (event.key === 'ArrowDown' && buttons.length) {
        event.preventDefault();
        buttons[(at + 1) % buttons.length].focus();
      } else if (event.key === 'ArrowUp' && at >= 0) {
        event.preventDefault();
        (buttons[at - 1] ?? input).focus();
      }
    });
    document.addEventListener('click', (event) => {
      if (!event.target.closest('#finder')) close();
    });
  }

  keys() {
    document.addEventListener('keydown', (event) => {
      if (event.target.matches('input, button, textarea, select') || event.ctrlKey || event.metaKey || event.altKey) return;
      const actions = {' ': () => $('play').click(), ',': () => this.player.by(-1), '.': () => this.player.by(1), '/': () => $('search').focus(), Escape: () => this.choose(null, false)};
      if (actions[event.key]) {
        event.preventDefault();
        actions[event.key]();
      }
    });
    for (const button of document.querySelectorAll('[data-lang]')) {
      button.addEventListener('click', () => {
        setLanguage(config, button.dataset.lang);
        for (const other of document.querySelectorAll('[data-lang]')) other.setAttribute('aria-pressed', String(other === button));
        this.build();
      });
    }
  }
}

open(config).then(({model, symbols}) => {
  const app = new Operator(model, symbols);
  globalThis.twinPage = app;
  document.body.classList.add('ready');
  return useGpu(app.map, model, symbols, config);
});
