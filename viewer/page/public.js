/** The public page: answer, then map; one clock; three sentences; the table is the same data at the same moment. */

import {Chart} from './chart.js';
import {CityMap} from './map.js';
import {MAY, OUT} from './intervals.js';
import {Player} from './player.js';
import {clock, day, dayNumber, make, number, rich, say, weekdayClock} from './format.js';
import {csv, download} from './export.js';
import {drawForPrint} from './print.js';
import {open, setLanguage, useGpu} from './start.js';

const $ = (id) => document.getElementById(id);
const config = JSON.parse($('config').textContent);
const FEW = 9;

class PublicPage {
  constructor(model, symbols) {
    Object.assign(this, {model, symbols, street: 0, lamp: -1});
    this.show = {water: true, wet: true, lamp_lit: true, lamp_dark: true, lamp_may: true, unknown: true};
    try {
      this.map = new CityMap($('map'), model, symbols, {gentle: true, onPick: (found) => this.picked(found)});
    } catch (error) {
      console.warn(error);
      $('map').replaceChildren(make('p', {class: 'failed'}, say('map_failed')));
    }
    this.player = new Player({slider: $('time'), play: $('play')}, {duration: config.duration, step: config.step, start: this.worst(), onMove: (t) => this.move(t)});
    document.body.classList.toggle('no-blocks', !config.blocks);
    document.body.classList.toggle('all-covered', !model.unknown.includes(1));
    document.body.classList.toggle('all-known', !model.water?.about.unknown);
    document.body.classList.toggle('no-water', !model.water);
    document.body.classList.toggle('no-lamps', !model.total);
    this.forms();
    this.build();
    new ResizeObserver(() => this.chartAgain()).observe($('chart'));
    addEventListener('beforeprint', () => this.map && drawForPrint($('print-map'), this.map, this.scene()));
    setInterval(() => this.expiry(), 30000);
    if (!matchMedia('(min-width: 900px)').matches) $('map').classList.add('sketch');
  }

  worst() {
    const {darkSeries, outSeries, times} = this.model;
    const series = Math.max(...darkSeries) ? darkSeries : outSeries;
    return Math.max(...series) ? times[series.indexOf(Math.max(...series))] : Math.floor(config.peakAt / config.step) * config.step;
  }

  /** Give the limit of validity after "valable jusqu’": the day only where it is another one than that of issue. */
  until() {
    const at = config.validUntil;
    return dayNumber(at) === dayNumber(config.issued) ? say('until_clock', {clock: clock(at)}) : say('until_at', {day: day(at, false), clock: clock(at)});
  }

  /** Give when the next page is promised, in words; nothing where nobody promised one. */
  next(short) {
    const at = config.nextUpdate;
    if (at === null) return '';
    const when = dayNumber(at) === dayNumber(config.issued) ? say('at_clock', {clock: clock(at)})
      : short ? weekdayClock(at) : say('on_at', {day: day(at, false), clock: clock(at)});
    return say('next_update', {when});
  }

  /** Everything that speaks: once at the start, and again when the language changes. */
  build() {
    for (const element of document.querySelectorAll('[data-t]')) rich(element, say(element.dataset.t));
    for (const element of document.querySelectorAll('[data-label]')) element.setAttribute('aria-label', say(element.dataset.label));
    document.title = say('public_title', {city: config.city, status: say(`status_${config.status}`)});
    $('not-observed').textContent = say(`not_observed_${config.status}`);
    rich($('made'), say('made_until', {issued: say('on_at', {day: day(config.issued, false), clock: clock(config.issued)}), until: this.until()}) + (this.next() && `, ${this.next()}`));
    rich($('made-short'), say('made_until', {issued: weekdayClock(config.issued), until: say('until_short', {clock: clock(config.validUntil), day: day(config.validUntil, false).split(' ')[0]})}) + (this.next() && `, ${this.next(true)}`));
    if ($('released')) $('released').textContent = say('released_by', {name: config.releasedBy});
    const said = this.said();
    $('heading').replaceChildren(...said.heading.flatMap((line, i) => (i ? [make('br'), line] : [line])));
    rich($('paragraph'), said.paragraph);
    $('also')?.replaceChildren(...said.also.map((line) => make('li', {}, line)));
    rich($('lone'), config.lone ? say('lone_houses', {n: config.lone}) : '');
    for (const edge of document.querySelectorAll('.print-edge')) edge.textContent = say('valid_foot', {status: say(`status_${config.status}`), until: this.until() + (this.next() && `, ${this.next()}`)});
    $('live-region').textContent = '';
    this.about();
    this.player.label();
    this.chartAgain();
    this.expiry();
    this.move(this.player.t);
  }

  /** The texts that no moment changes, in the register that is chosen. */
  said() {
    return config.said[document.querySelector('[data-lang][aria-pressed=true]').dataset.lang];
  }

  about() {
    $('limits').textContent = this.said().limits;
    $('how-text').replaceChildren(...this.said().how.map((line) => make('p', {}, line)));
    const lang = document.documentElement.lang;
    const {emergency, grid, official} = config.contacts;
    $('numbers').replaceChildren(...[...emergency, ...(grid ? [grid] : [])].map((one) => make('li', {}, one.to ? make('strong', {}, one.to) : null, one.to ? ` ${one[lang]}` : one[lang])));
    $('official').replaceChildren(...official.map((one) => make('li', {}, /^https:\/\//.test(one.to) ? make('a', {href: one.to, rel: 'noreferrer'}, one[lang]) : one[lang])));
  }

  /** Past its time by the device's clock the page says so, and nothing in the present tense. */
  expiry() {
    const late = Date.now() / 1000 > config.start + config.validUntil;
    document.body.classList.toggle('expired', late);
    $('late').hidden = !late;
    $('status').textContent = late ? say('expired') : say(`status_${config.status}`);
    if (late) {
      this.player.pause();
      $('not-observed').textContent = say('expired_since', {when: dayNumber(config.validUntil) === dayNumber(config.issued) ? clock(config.validUntil) : say('since_at', {day: day(config.validUntil, false), clock: clock(config.validUntil)})});
      $('made').textContent = $('made-short').textContent = '';
    }
  }

  forms() {
    $('search').addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      $('search').value = '';
      $('results').replaceChildren();
      $('search').blur();
      this.choose(0, -1, false);
    });
    $('finder').addEventListener('submit', (event) => {
      event.preventDefault();
      this.search($('search').value);
    });
    $('where').addEventListener('click', () => this.where());
    $('anyway').addEventListener('click', () => {
      document.body.classList.add('anyway');
      $('streets').focus();
    });
    $('all-streets').addEventListener('click', () => {
      this.all = !this.all;
      this.tables();
    });
    $('csv').addEventListener('click', () => download(`rues-${config.runId}.csv`, csv(this.csvRows(), document.documentElement.lang)));
    $('csv-blocks').addEventListener('click', () => download(`pates-${config.runId}.csv`, csv(this.csvBlocks(), document.documentElement.lang)));
    $('street-rows').addEventListener('click', (event) => {
      const button = event.target.closest('button[data-street]');
      if (button) this.choose(Number(button.dataset.street), -1, true);
    });
    for (const button of document.querySelectorAll('[data-lang]')) {
      button.addEventListener('click', () => {
        setLanguage(config, button.dataset.lang);
        for (const other of document.querySelectorAll('[data-lang]')) other.setAttribute('aria-pressed', String(other === button));
        this.build();
      });
    }
    for (const report of document.querySelectorAll('.report')) {
      report.hidden = !config.report;
      report.addEventListener('click', () => report.setAttribute('href', this.reportAddress()));
      if (config.report) report.setAttribute('href', this.reportAddress());
    }
    addEventListener('hashchange', () => this.fromHash());
  }

  reportAddress() {
    const street = this.model.streets[this.street] || '';
    const subject = encodeURIComponent(say('report_subject'));
    const body = encodeURIComponent(say('report_body', {street, clock: clock(this.player?.t ?? 0), run: config.runId}));
    if (/^https:\/\//.test(config.report)) return `${config.report}${config.report.includes('?') ? '&' : '?'}street=${encodeURIComponent(street)}&time=${this.player?.t ?? 0}&run=${config.runId}`;
    return `mailto:${encodeURIComponent(config.report.replace(/^mailto:/, '')).replace('%40', '@')}?subject=${subject}&body=${body}`;
  }

  fromHash() {
    const wanted = /rue=([^&]+)/.exec(decodeURIComponent(location.hash))?.[1];
    if (wanted) this.search(wanted);
  }

  search(query) {
    const results = $('results');
    results.replaceChildren();
    if (!query.trim()) return;
    const {streets, assets, exact} = this.model.find(query, 8);
    if (streets.length === 1 || exact) {
      this.choose(streets[0], -1, true);
    } else if (!streets.length && assets.length) {
      this.choose(this.model.street[assets[0]], assets[0], true);
    } else if (streets.length) {
      results.append(make('p', {}, say('several')), this.streetButtons(streets));
    } else {
      const near = this.model.nearest(query);
      results.append(make('p', {}, say('not_found')), this.streetButtons(near), make('p', {}, make('a', {href: '#streets'}, say('see_table'))));
    }
    this.announce(results.textContent || this.spoken());
  }

  streetButtons(streets) {
    return make('ul', {}, ...streets.map((street) => {
      const button = make('button', {type: 'button', class: 'text'}, this.model.streets[street]);
      button.addEventListener('click', () => {
        $('results').replaceChildren();
        this.choose(street, -1, true);
        $('answer-title').focus();
      });
      return make('li', {}, button);
    }));
  }

  where() {
    const say2 = (key) => {
      $('results').replaceChildren(make('p', {}, say(key)));
      this.announce(say(key));
    };
    if (!navigator.geolocation || !config.geo) {
      say2('where_failed');
      return;
    }
    say2('where_hint');
    navigator.geolocation.getCurrentPosition(({coords}) => {
      const [u, v] = [coords.longitude - config.geo.lon, coords.latitude - config.geo.lat];
      const terms = [1, u, v, u * u, u * v, v * v];
      const [x, y] = [config.geo.x, config.geo.y].map((k) => k.reduce((sum, value, i) => sum + value * terms[i], 0));
      const [wide, high] = this.model.size;
      const {street} = this.model.shapes;
      let best = [Infinity, 0];
      for (let i = 0; i < street.length; i++) {
        const far = street.of[i] ? street.distance(i, x, y) : Infinity;
        if (far < best[0]) best = [far, street.of[i]];
      }
      if (x < 0 || y < 0 || x > wide || y > high || !best[1]) say2('where_outside');
      else this.choose(best[1], -1, true);
    }, () => say2('where_failed'), {timeout: 15000, maximumAge: 60000});
  }

  picked(found) {
    if (found?.kind === 'asset') this.choose(this.model.street[found.u], found.u, false);
    else if (found?.kind === 'street') this.choose(found.street, -1, false);
    $('tip').textContent = found?.depth ? say(`depth_step_${found.depth}`) : '';
    if (found?.depth) this.announce($('tip').textContent);
  }

  choose(street, lamp, fly) {
    const {model} = this;
    this.street = street;
    this.lamp = lamp;
    if (lamp < 0) this.lamp = this.darkLamp(street);
    if (fly && street && this.map) {
      $('search').value = model.streets[street];
      const at = this.lamp >= 0 ? this.lamp : this.firstLamp(street);
      if (at >= 0) this.map.go(model.x[at], model.y[at], 1.1);
    }
    this.answer();
    this.tables();
    this.map?.show(this.scene());
    this.announce(this.spoken());
  }

  firstLamp(street) {
    for (let u = 0; u < this.model.total; u++) if (this.model.street[u] === street && this.model.placed[u]) return u;
    return -1;
  }

  /** The lamp that stands for a street: the middle one of those drawn dark. */
  darkLamp(street) {
    const {model} = this;
    const dark = [];
    for (let u = 0; u < model.total; u++) if (model.street[u] === street && model.placed[u] && model.iv.stateAt(model.pattern[u], this.t) === OUT) dark.push(u);
    return dark.length ? dark[dark.length >> 1] : -1;
  }

  spoken() {
    return `${$('answer-title').textContent}. ${$('sentences').textContent}`;
  }

  /** Three sentences for the chosen street at the chosen moment. */
  answer() {
    const {model, street, t} = this;
    const title = $('answer-title');
    title.tabIndex = -1;
    if (!street) {
      title.textContent = '';
      $('sentences').replaceChildren(make('p', {}, say('answer_empty')));
      $('more').hidden = true;
      return;
    }
    title.replaceChildren(model.streets[street], make('span', {class: 'at'}, ` ${say('at_clock', {clock: clock(t)})}`));
    const {now, night} = model.streetStory(street, t);
    const lines = [];
    const isNight = model.isNight(t);
    if (!model.total) {
      lines.push(['answer_now', say(config.lampsAnswer)]);
    } else if (now.out) {
      lines.push(['answer_back', `${say('back_unknown')} ${say(`back_waits_${this.told().stage}`)}`]);
      lines.push(['answer_cause', this.cause(this.told())]);
      lines.push(['answer_now', say('now_out', {n: now.out, total: now.total, since: clock(now.since)})]);
    } else {
      lines.push(['answer_now', say(isNight ? 'now_lit' : 'now_day', {n: now.total})]);
      if (night.out && night.first > t) lines.push(['answer_later', say('later_out', {n: night.out, first: clock(night.first)})], ['answer_cause', this.cause(model.mainOf(street))]);
      else if (night.out) lines.push(['answer_later', say('later_was', {n: night.out})], ['answer_sure', say('other_reason')]);
      else if (now.total) lines.push(['answer_later', night.may ? say('later_may', {n: night.may}) : say(now.total > 1 ? 'later_none' : 'later_none_one')], ['answer_sure', say('other_reason')]);
    }
    $('sentences').replaceChildren(...lines.map(([label, text]) => {
      const line = rich(make('p', {}), text);
      line.prepend(make('strong', {}, `${say(label)}${document.documentElement.lang === 'fr' ? '\u00a0:' : ':'}`), ' ');
      return line;
    }));
    if (this.isUnknown(street)) $('sentences').append(make('p', {}, say('street_unknown')));
    this.details(street, now);
    for (const report of document.querySelectorAll('.report')) if (config.report) report.setAttribute('href', this.reportAddress());
  }

  isUnknown(street) {
    const {model} = this;
    for (let u = 0; u < model.total; u++) if (model.street[u] === street && model.unknown[u]) return true;
    return false;
  }

  /** What the chosen street is told at the chosen moment. */
  told(street = this.street) {
    return this.model.toldOf(street, this.t);
  }

  cause({story, sure}) {
    const text = say(`cause_${story}`);
    return sure ? text : `${text} ${say('cause_doubt')}`;
  }

  details(street, now) {
    const {model} = this;
    const more = $('more');
    more.hidden = false;
    const wet = [...model.blockStreet].filter((one, b) => one === street && model.blocks.stateAt(model.blocks.members[b], this.t)).length;
    const parts = [];
    if (now.out) parts.push(make('p', {}, say('wait_now', {stage: say(`wait_${this.told().stage}`)})));
    parts.push(make('p', {}, say('street_which')));
    parts.push(rich(make('p', {}), say('blocks_street', {n: wet})));
    const strip = make('div', {class: 'strip'});
    parts.push(make('h3', {}, say('street_over_time')), strip);
    $('more-text').replaceChildren(...parts);
    const weights = new Float64Array(model.iv.count);
    for (const [pattern, n] of model.streetPatterns.get(street) ?? []) weights[pattern] = n;
    const draw = () => {
      if (!more.open) return;
      const chart = new Chart(strip, {times: model.times, nights: model.nights, duration: config.duration, nightWords: () => '',
        series: [{values: [...model.iv.series(OUT, model.times, weights)], color: this.symbols.colors.dark, height: 34}]}, this.symbols.colors);
      chart.move(this.t);
    };
    more.ontoggle = draw;
    draw();
  }

  chartAgain() {
    const {model} = this;
    const narrow = $('chart').clientWidth < 480;
    this.chart = new Chart($('chart'), {
      times: model.times, nights: model.nights, duration: config.duration,
      nightWords: (from, to) => say('night_from_to', {from: clock(from), to: clock(to)}),
      series: [...(model.total ? [{values: [...model.darkSeries], color: this.symbols.colors.dark, height: narrow ? 64 : 44, peak: (n) => say('at_most', {n})}] : []),
        ...(config.blocks ? [{values: [...model.wetSeries], color: this.symbols.colors.wet, height: narrow ? 60 : 40, peak: (n) => say('at_most', {n})}] : [])]
    }, this.symbols.colors);
    if (this.t !== undefined) this.chart.move(this.t);
  }

  move(t) {
    const {model} = this;
    const begun = performance.now();
    this.t = t;
    const counts = model.counts(t);
    this.counts = counts;
    $('clock').textContent = clock(t);
    $('date').textContent = day(t, false);
    $('now-out').textContent = model.total ? say(counts.night ? 'out_short' : 'out_by_day', {n: counts.out}) : say('count_blocks', {n: counts.wet});
    this.chart.move(t);
    $('chart-out').textContent = number(counts.night ? counts.out : 0);
    $('chart-wet').textContent = number(counts.wet);
    document.querySelector('[data-t=chart_out]').textContent = say('chart_out', {n: counts.night ? counts.out : 0});
    document.querySelector('[data-t=chart_wet]').textContent = say('chart_wet', {n: counts.wet});
    const shown = {lamp_dark: counts.out, lamp_may: counts.may, lamp_lit: counts.lit, unknown: counts.unknown, block_wet: counts.wet, water: 2, water_unknown: 2};
    for (const item of document.querySelectorAll('[data-legend]')) {
      const key = item.dataset.legend === 'lamp_lit' && !counts.night ? 'lamp_day' : item.dataset.legend;
      const words = wordsOf(config.states.symbols[key].words, document.querySelector('[data-lang][aria-pressed=true]').dataset.lang);
      rich(item, fillWords(words, shown[item.dataset.legend]));
    }
    $('legend-title').textContent = say('legend_at', {clock: clock(t)});
    const values = {city: config.city, clock: clock(t), lamps: say('count_out', {n: counts.out}), blocks: say('count_blocks', {n: counts.wet})};
    const spoken = say(model.total ? 'valuetext' : 'valuetext_no_lamps', values);
    $('time').setAttribute('aria-valuetext', spoken);
    this.map?.describe(say(model.total ? 'map_name' : 'map_name_no_lamps', values));
    this.announce(spoken, 700);
    this.answer();
    this.tables();
    this.map?.show(this.scene());
    this.scriptTime = performance.now() - begun;
  }

  announce(text, after = 150) {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => {
      $('live-region').textContent = text;
    }, after);
  }

  scene() {
    const {model, lamp, t, street} = this;
    let chosen = null;
    if (lamp >= 0 && model.placed[lamp]) {
      // Of a street that is partly out it is not told which of its lamps are.
      const {out, may, total} = model.streetStory(street, t).now;
      chosen = {x: model.x[lamp], y: model.y[lamp], symbol: out && out === total ? 'lamp_dark' : out || may ? 'lamp_may' : 'lamp_lit'};
    }
    return {t, night: this.counts.night, show: this.show, links: [], chosen, street, live: [], lang: document.documentElement.lang};
  }

  tables() {
    const {model, t, street} = this;
    const rows = model.streetRows(t).filter((row) => row.out);
    if (street && !rows.some((row) => row.street === street)) rows.unshift({street, out: 0, total: model.streetTotal[street], since: Infinity, wet: 0});
    rows.sort((a, b) => (b.street === street) - (a.street === street));
    this.rows = rows;
    $('streets-caption').textContent = say('streets_title', {clock: clock(t)});
    const shown = this.all ? rows : rows.slice(0, FEW);
    const body = shown.map((row) => {
      const name = make('button', {type: 'button', class: 'text', 'data-street': row.street}, model.streets[row.street] || say('no_street'));
      return make('tr', {class: row.street === street ? 'chosen' : false, 'data-out': row.out},
        make('th', {scope: 'row'}, row.street ? name : say('no_street')), make('td', {class: 'number'}, say('of_total', {n: row.out, total: row.total})),
        make('td', {class: 'number'}, row.out ? clock(row.since) : ''), make('td', {class: 'wide'}, row.out ? say(`wait_${this.told(row.street).stage}`) : ''), make('td', {class: 'number wide'}, number(row.wet)));
    });
    if (!rows.length) {
      const first = model.darkSeries.findIndex((n, k) => n > 0 && model.times[k] > t);
      body.push(make('tr', {}, make('td', {colspan: 5}, first < 0 ? say('nothing_ever', {clock: clock(t)}) : say('nothing_yet', {clock: clock(t), first: clock(model.times[first])}))));
    }
    $('street-rows').replaceChildren(...body);
    $('all-streets').hidden = rows.length <= FEW;
    $('all-streets').textContent = this.all ? say('fewer_streets') : say('see_streets', {n: rows.length});
    $('csv').hidden = $('csv-blocks').hidden = false;
    this.blockTable();
  }

  blockTable() {
    const {model, t} = this;
    const houses = model.columns['block.houses'] ?? [];
    const byStreet = new Map();
    model.blockStreet.forEach((street, b) => {
      if (!model.blocks.stateAt(model.blocks.members[b], t)) return;
      const row = byStreet.get(street) ?? byStreet.set(street, [0, 0]).get(street);
      row[0]++;
      row[1] += houses[b];
    });
    this.blockRows = [...byStreet].sort((a, b) => b[1][0] - a[1][0] || a[0] - b[0]);
    $('blocks-caption').textContent = say('blocks_title', {clock: clock(t)});
    const shown = this.all ? this.blockRows : this.blockRows.slice(0, FEW);
    $('block-rows').replaceChildren(...(shown.length ? shown.map(([street, [blocks, count]]) => make('tr', {'data-wet': blocks}, make('th', {scope: 'row'}, model.streets[street] || say('no_street')),
      make('td', {class: 'number'}, number(blocks)), make('td', {class: 'number wide'}, number(count)))) : [make('tr', {}, make('td', {colspan: 3}, say('no_wet', {clock: clock(t)})))]));
  }

  /** Rows with their header first; each says of which moment, status and run it is. */
  csvTable(head, rows) {
    const about = [`${day(this.t)} ${clock(this.t)}`, say(`status_${config.status}`), config.runId];
    return [[...head, 'csv_moment', 'csv_status', 'csv_run'].map((key) => say(key)), ...rows.map((row) => [...row, ...about])];
  }

  csvRows() {
    return this.csvTable(['col_street', 'col_out', 'csv_total', 'col_since', 'col_stage', 'col_blocks'],
      this.rows.map((row) => [this.model.streets[row.street], row.out, row.total, row.out ? clock(row.since) : '', row.out ? say(`wait_${this.told(row.street).stage}`) : '', row.wet]));
  }

  csvBlocks() {
    return this.csvTable(['col_street', 'col_wet_blocks', 'col_houses'], this.blockRows.map(([street, [blocks, count]]) => [this.model.streets[street], blocks, count]));
  }
}

function wordsOf(words, register) {
  return words[register] ?? words.fr;
}

function fillWords(entry, n) {
  const single = document.documentElement.lang === 'fr' ? n < 2 : n === 1;
  const text = n === 0 ? entry.zero : single ? entry.one : entry.many;
  return text.replace('{n}', number(n));
}

open(config).then(({model, symbols}) => {
  const app = new PublicPage(model, symbols);
  globalThis.twinPage = app;
  document.body.classList.add('ready');
  app.fromHash();
  return app.map && useGpu(app.map, model, symbols, config);
}).catch((error) => {
  console.error(error);
  $('map').replaceChildren(make('p', {class: 'failed'}, say('map_failed')));
  document.body.classList.add('failed');
});
