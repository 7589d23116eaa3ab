/** Tonight: river, what is out and what will be, what to do first, alarms, sites, what was seen. */

import {icon} from '../operator/rows.js';
import {byId, make, rich} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {Acts} from './acts.js';
import {AlarmList} from './alarms.js';
import {approveForm, withdrawForm} from './approve.js';
import {Closures} from './closures.js';
import {DeskMap} from './desk_map.js';
import {Observed} from './observed.js';
import {Rerun} from './rerun.js';
import {drawRiver} from './river_chart.js';
import {at, between, level, saying, span, t} from './start.js';
import {Timeline, timeKeys} from './timeline.js';

/** @import {Frame} from './frame.js' */

export class Tonight {
  path = '/api/tonight';

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    /** @type {any} */
    this.told = null;
    this.which = 'latest';
    this.map = new DeskMap('map', (found) => this.picked(found));
    this.timeline = new Timeline(
      (moment) => this.moved(moment),
      // The moment of the picture: what the map counts is what the table counts.
      () => this.told?.moment ?? frame.now
    );
    this.alarms = new AlarmList(frame, (alarm) => alarm.asset && this.map.find(alarm.asset));
    this.acts = new Acts(frame, (asset) => this.map.find(asset));
    this.observed = new Observed();
    this.rerun = new Rerun(frame);
    this.closures = new Closures(frame, (one) => this.map.goTo(one.lines[0]));
    byId('closures').addEventListener('click', () => this.closures.open());
    /** @type {Record<string, () => void>} */
    this.keys = {
      ...timeKeys(this.timeline),
      l: () => this.toggle(),
      g: () => this.acts.give(),
      v: () => this.decide(),
      o: () => this.closures.open(),
      n: () => this.rerun.open()
    };
    byId('show-latest').addEventListener('click', () => this.show('latest'));
    byId('show-approved').addEventListener('click', () => this.show('approved'));
    for (const id of ['approve', 'withdraw']) byId(id).addEventListener('click', () => this.decide());
    new ResizeObserver(() => this.river()).observe(byId('river-chart'));
  }

  /** @param {any} told */
  take(told) {
    this.told = told;
    if (!told[this.which]) this.which = told.latest ? 'latest' : 'approved';
    this.say();
    this.run();
  }

  speak() {
    if (!this.told) return;
    this.say();
    this.timeline.speak();
  }

  /** @param {number} now */
  tick(now) {
    this.acts.tick(now);
    this.alarms.tick(now);
    siteTick(now);
    this.readAge(now);
  }

  say() {
    const {told} = this;
    this.river();
    this.counts();
    this.alarms.take(told.alarm_rows, this.kindWords(), told.by_design, told.last_alarm);
    this.acts.take(told.acts, told.latest ?? told.approved, told);
    this.sites();
    this.announced();
    this.rerun.take(told);
    this.observed.say(told, this.frame.now);
    this.switches();
  }

  /** What others announce as closed: a button beside the map where there is some, and lines on it. */
  announced() {
    const {told, map} = this;
    this.closures.take(told.closures, told[this.which]);
    const button = byId('closures');
    button.hidden = !told.closures.length;
    button.textContent = this.closures.words();
    if (map.model) map.drawn({...map.drawings, lines: this.closures.drawn(map)});
  }

  kindWords() {
    /** @type {Record<string, any>} */
    const words = {};
    for (const [name, kind] of Object.entries(this.told.kinds)) words[name] = kind[this.frame.lang];
    return words;
  }

  /** Show the chosen run on map and slider. */
  async run() {
    const brief = this.told[this.which];
    const series = this.told.series;
    if (!brief) {
      this.timeline.rest();
      this.map.show('');
      return;
    }
    const other = this.which === 'latest' ? 'approved' : 'latest';
    const curves = [{values: series[this.which].out}];
    const same = series[other] && series[other].start === brief.start && this.told[other].id !== brief.id;
    if (same) curves.unshift(/** @type {any} */ ({values: series[other].out, grey: true}));
    const {start, duration, t0} = brief;
    this.timeline.take({start, duration, step: series[this.which].step, curves, issued: t0});
    this.timeline.say(same ? t('lamps_over_time_grey', {what: t(`row_${other}`)}) : t('lamps_over_time'));
    await this.map.show(brief.id);
    if (this.map.config) {
      this.announced();
      this.timeline.nights = this.map.config.nights;
      this.timeline.draw();
      this.alarms.take(this.told.alarm_rows, this.kindWords(), this.told.by_design, this.told.last_alarm);
      this.moved(this.timeline.t);
    }
  }

  /** @param {string} which */
  show(which) {
    if (!this.told?.[which]) return;
    this.which = which;
    this.switches();
    this.run();
  }

  /** Approve what is shown, or take its approval back. */
  decide() {
    const brief = this.told?.[this.which];
    if (!brief || !this.frame.writes) return;
    (this.told.approved?.id === brief.id ? withdrawForm : approveForm)(this.frame, brief);
  }

  toggle() {
    this.show(this.which === 'latest' ? 'approved' : 'latest');
  }

  switches() {
    for (const which of ['latest', 'approved']) {
      const button = byId(`show-${which}`);
      const brief = this.told[which];
      button.textContent = t(`show_${which}`, {t0: at(brief?.t0)});
      button.toggleAttribute('disabled', !brief);
      button.setAttribute('aria-pressed', String(this.which === which));
    }
    const shown = this.told[this.which];
    const tag = byId('map-approved');
    tag.hidden = !shown || this.told.approved?.id === shown.id;
    tag.textContent = t('not_approved');
    byId('approve').hidden = tag.hidden || !this.frame.writes;
    byId('withdraw').hidden = !shown || !tag.hidden || !this.frame.writes;
  }

  /** @param {number} moment */
  moved(moment) {
    this.map.move(moment);
    const {counts, run} = this.map;
    const brief = this.told?.[this.which];
    if (!counts || !brief || run !== brief.id) return;
    const clock = at(brief.start + moment);
    byId('map-at').textContent = t('map_at', {at: clock});
    const soon = this.map.model?.counts(Math.min(moment + 3600, brief.duration));
    const parts = [marked('lamp_dark', t('legend_out', {n: counts.out}))];
    if (counts.may) parts.push(marked('lamp_may', t('legend_may', {n: counts.may})));
    if (soon && soon.out > counts.out) parts.push(rich(make('span'), t('legend_hour', {n: soon.out - counts.out})));
    parts.push(make('span', {class: 'water-key'}, t('legend_water')));
    byId('legend').replaceChildren(...parts);
    this.map.describe(saying(t('map_at', {at: clock}), byId('legend').textContent ?? ''));
  }

  /** @param {any} found */
  picked(found) {
    if (found.kind !== 'asset' || !this.map.model) return;
    const id = this.map.model.ids()[found.u];
    this.frame.announce(id);
    this.keys.f = () => location.assign(`/journal#${encodeURIComponent(id)}`);
  }

  river() {
    if (!this.told) return;
    const {river, latest, approved} = this.told;
    byId('river-title').textContent = river.name || t('strip_river');
    byId('river-level').textContent = river.newest ? level(river.newest.value) : t('no_reading');
    byId('river-level').classList.toggle('small', !river.newest);
    this.readAge(this.frame.now);
    const off = river.difference_m;
    const by = number(Math.abs(Math.round((off ?? 0) * 100)));
    byId('river-off').textContent = off === null ? '' : Math.abs(off) < 0.005 ? t('as_computed') : offWords(off, by);
    byId('river-rise').textContent = river.rise_m === null ? '' : riseWords(river.rise_m);
    drawRiver(byId('river-chart'), river, this.frame.now, {t0: (latest ?? approved)?.t0 ?? null});
    const passed = river.passed?.says[this.frame.lang] ?? '';
    byId('river-held').textContent = [heldWords(river.anchored, Boolean(this.told.rerun?.proposal)), passed]
      .filter(Boolean)
      .join(' ');
  }

  /** An old level is struck, and its heading turns white, as on the wall. @param {number} now */
  readAge(now) {
    const newest = this.told?.river.newest;
    byId('river-read').textContent = newest ? readWords(newest, now) : '';
    byId('river').classList.toggle('is-old', Boolean(newest) && isOld(newest, now));
  }

  counts() {
    const {told} = this;
    const body = byId('counts');
    const shown = told.latest ?? told.approved;
    byId('counts-of').textContent = shown ? t('run_number', {number: String(shown.number)}) : '';
    if (!told.counts.length || told.phase !== 'during') {
      byId('counts-head').replaceChildren();
      body.replaceChildren(make('tr', {}, make('td', {class: 'empty'}, this.phaseWords())));
      return;
    }
    const heads = told.hours.map((/** @type {number} */ h) => {
      const when = make('b', {}, h ? t('plus_hours', {h: String(h)}) : t('now'));
      return make('th', {scope: 'col'}, when, make('br'), at(told.moment + h * 3600));
    });
    byId('counts-head').replaceChildren(make('tr', {}, make('td', {class: 'soft'}, t('computed_word')), ...heads));
    const rows = told.counts.map((/** @type {any} */ row) => countRow(row.row, row.values, row.row === 'doubt'));
    if (told.approved_lamps) rows.splice(1, 0, countRow('approved', told.approved_lamps, true));
    body.replaceChildren(...rows);
  }

  /** Why the run says nothing of now: there is none, it begins later, or it is over. */
  phaseWords() {
    const {phase, latest, approved} = this.told;
    const brief = latest ?? approved;
    if (phase === 'none') return t('empty_run');
    if (phase === 'before') return t('before_run', {at: at(brief?.start)});
    return t('after_run', {at: at(brief ? brief.start + brief.duration : null)});
  }

  sites() {
    const rows = this.told.sites.map((/** @type {any} */ site) => this.site(site));
    // Where no run speaks of now, none being touched is not what is known.
    const text = this.told.phase === 'during' ? t('no_sites') : this.phaseWords();
    byId('site-rows').replaceChildren(...(rows.length ? rows : [make('li', {class: 'none'}, text)]));
  }

  /** @param {any} site */
  site(site) {
    const below = site.state === 'reserve' ? t('empty_at', {at: at(site.when)}) : '';
    const soft = [site.people === null ? '' : t('people', {n: site.people}), site.street, below].filter(Boolean);
    const name = make('button', {type: 'button', class: 'plain'}, make('strong', {}, site.name));
    name.addEventListener('click', () => this.map.find(site.asset));
    const when = site.state === 'last_feed' ? '' : at(site.when);
    return make(
      'li',
      {class: site.state},
      make('div', {class: 'hd'}, name, siteState(site, this.frame.now)),
      make('div', {class: 'hd soft'}, make('span', {}, soft.join(' · ')), make('span', {}, when))
    );
  }
}

/**
 * Say how a critical site stands; what is left of time goes on with ``siteTick``.
 *
 * @param {any} site
 * @param {number} now [s since 1970]
 */
export function siteState(site, now) {
  const {state, when, feed} = site;
  return make('b', {'data-site': JSON.stringify({state, when, feed})}, siteWords(site, now));
}

/** @param {any} site @param {number} now */
function siteWords({state, when, feed}, now) {
  return t(`site_${state}`, {time: between(now, when), feed: feed || '–'});
}

/** @param {number} now [s since 1970] */
export function siteTick(now) {
  for (const one of document.querySelectorAll('[data-site]')) {
    const words = siteWords(JSON.parse(one.getAttribute('data-site') ?? ''), now);
    if (one.textContent !== words) one.textContent = words;
  }
}

/**
 * @param {string} name
 * @param {(number | null)[]} values
 * @param {boolean} isSub
 */
function countRow(name, values, isSub) {
  const cells = values.map((n) =>
    make('td', {}, isSub ? (n === null ? '–' : number(n)) : make('b', {}, n === null ? '–' : number(n)))
  );
  return make('tr', {class: isSub ? 'sub' : false}, make('th', {scope: 'row'}, t(`row_${name}`)), ...cells);
}

/** A line of the legend. @param {'lamp_dark' | 'lamp_may'} symbol @param {string} words */
function marked(symbol, words) {
  const line = rich(make('span'), words);
  line.prepend(icon(symbol));
  return line;
}

/** Whether a reading is too old to stand for the present. @param {any} newest @param {number} now */
export function isOld(newest, now) {
  return now - newest.observed > 1800;
}

/** Say when a reading was taken, and that it is old where it is. @param {any} newest @param {number} now */
export function readWords(newest, now) {
  return isOld(newest, now)
    ? t('no_data_since', {at: at(newest.observed)})
    : t('read_at_ago', {at: at(newest.observed), age: between(newest.observed, now)});
}

/** @param {number} off @param {string} by */
export function offWords(off, by) {
  return `${off > 0 ? '▲' : '▼'} ${t(off > 0 ? 'above_approved' : 'below_approved', {by})}`;
}

/** @param {number} rise [m per hour] */
export function riseWords(rise) {
  const by = number(Math.abs(Math.round(rise * 100)));
  return Math.abs(rise) < 0.01 ? t('stands') : t(rise > 0 ? 'rises' : 'falls', {by});
}

/** @param {any} anchored @param {boolean} isProposed what to do about it stands below then */
function heldWords(anchored, isProposed) {
  if (!anchored || anchored.way === 'raw') return '';
  const time = span(Math.abs(anchored.earlier_s));
  const way =
    anchored.way === 'shifted'
      ? t(anchored.earlier_s > 0 ? 'held_shifted' : 'held_later', {time})
      : t('held_levelled', {by: number(Math.round(anchored.last_error_m * 100))});
  return Math.abs(anchored.last_error_m) < 0.02 ? '' : isProposed ? way : `${way} ${t('held_beside')}`;
}
