/** Crews: their hours as bars, where they are, what waits and for what; the same run tells `twin crews`. */

import {all, byId, inputById, make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {crewBar, fitLabels} from './crew_bar.js';
import {DeskMap} from './desk_map.js';
import {get} from './net.js';
import {idsOf} from './acts.js';
import {streetBeside, idOf, named, small} from './names.js';
import {at, atDay, nameOf, t} from './start.js';
import {Timeline, timeKeys} from './timeline.js';

/** @import {Frame} from './frame.js' */

/** After the slider stood still for this long the desk is asked where crews are [ms]. */
const STILL_MS = 120;
const WAITS = ['recede', 'crew', 'kept', 'access', 'day', 'part', 'skill', 'hours'];
/** What a scenario says of crews, as its manual has it. */
const HOW = `crews:
  policy: most_lamps
  teams:
    - {id: E1, base: S-14, people: 2, called: "21:00", recall: 45min}
    - {id: E2, base: S-14, hours: [["07:00", "17:00"]]}`;

export class Crews {
  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.run = location.hash.slice(1);
    this.said = '';
    /** @type {any} */
    this.told = null;
    /** @type {any} */
    this.now = null;
    this.map = new DeskMap('map');
    this.timeline = new Timeline(
      (moment) => this.moved(moment),
      () => frame.now
    );
    this.keys = {...timeKeys(this.timeline), r: () => frame.again()};
    byId('run').addEventListener('change', () => {
      this.run = inputById('run').value;
      history.replaceState(null, '', `#${this.run}`);
      byId('bars-n').textContent = t('jobs_asking');
      frame.picture();
    });
  }

  get path() {
    return `/api/crews${this.run ? `?run=${this.run}` : ''}`;
  }

  runs() {
    return [this.told?.run?.id];
  }

  /** @param {any} told */
  take(told) {
    this.told = told;
    const said = JSON.stringify([told.runs, told.run, told.crews]);
    if (said === this.said) {
      if (told.crews) this.bars();
      return;
    }
    this.said = said;
    this.show();
  }

  async show() {
    const {run, crews} = this.told;
    this.now = null;
    this.say();
    await this.map.show(run?.id ?? '');
    if (!run || !this.map.model) return;
    this.timeline.nights = this.map.config?.nights ?? [];
    const {start, duration, t0} = run;
    const curves = [{values: Array.from(this.map.model.outSeries)}];
    this.timeline.take({start, duration, step: this.map.config?.step ?? 300, curves, issued: t0});
    this.timeline.say(t('lamps_over_time'));
    if (crews) this.ask(this.timeline.t);
    else this.map.move(this.timeline.t);
  }

  speak() {
    if (!this.told) return;
    this.say();
    this.timeline.say(t('lamps_over_time'));
    this.timeline.speak();
  }

  /** A moment of the run, with its day where that is not the day shown. @param {number} seconds */
  at(seconds) {
    const {start} = this.told.run;
    return atDay(start + seconds, start + this.timeline.t);
  }

  say() {
    const {told} = this;
    const options = told.runs.map((/** @type {any} */ one) =>
      make(
        'option',
        {value: one.id, selected: one.id === told.run?.id},
        `${t('run_number', {number: String(one.number)})} · ${nameOf(one)}`
      )
    );
    byId('run').replaceChildren(...options);
    const empty = byId('crews-empty');
    empty.hidden = Boolean(told.crews);
    empty.textContent = t(told.run ? 'crews_none' : 'empty_run');
    byId('crews-how').hidden = !told.run || Boolean(told.crews);
    byId('crews-how').textContent = HOW;
    byId('crews-legend').hidden = !told.crews;
    byId('crews-plan').textContent = told.crews ? this.policy() : '';
    byId('crews-csv').hidden = !told.crews;
    byId('crews-csv').setAttribute('href', `/crews.csv?run=${told.run?.id ?? ''}`);
    this.others();
    this.bars();
    this.jobs();
    this.decide();
  }

  /** By what order crews are sent, and over how many nights the returns were drawn. */
  policy() {
    const {policy, samples} = this.told;
    const order = t('crews_order', {policy: t(`policy_${policy}`)});
    return `${order} · ${samples ? t('crews_samples', {n: samples}) : t('crews_no_samples')}`;
  }

  /** What another mends is in nobody's queue here: from when to when, as the run has it; no hour was said. */
  others() {
    const {others = [], run} = this.told;
    byId('other-rows').replaceChildren(
      ...others.map((/** @type {any} */ one) => {
        const words = one.to === null ? t('other_beyond') : t('other_until', {at: this.at(one.to)});
        const name = make('button', {type: 'button', class: 'plain'}, make('strong', {}, named(one)), small(idOf(one)));
        name.addEventListener('click', () => this.map.find(one.asset));
        const head = make('div', {class: 'other-head'}, name, make('span', {class: 'soft'}, t('of_grid')));
        const bar = make('div', {class: 'other-bar'}, make('i', {'aria-hidden': 'true'}), make('span', {}, words));
        const to = one.to ?? run.duration;
        const mark = /** @type {HTMLElement} */ (bar.firstChild);
        mark.style.left = `${(100 * one.from) / run.duration}%`;
        mark.style.width = `${(100 * (to - one.from)) / run.duration}%`;
        return make('li', {}, head, bar);
      })
    );
  }

  bars() {
    const {crews, run} = this.told;
    const many = crews ? t('n_crews', {n: crews.length}) : '';
    byId('bars-n').textContent = [many, this.now ? this.summary() : ''].filter(Boolean).join(' · ');
    if (!crews) {
      byId('crew-rows').replaceChildren();
      return;
    }
    const present = this.timeline.present();
    const rows = crews.map((/** @type {any} */ crew, /** @type {number} */ k) => {
      const stands = this.now?.positions[k];
      const head = make(
        'div',
        {class: 'crew-head'},
        make('i', {class: 'mark disc', 'aria-hidden': 'true'}, String(k + 1))
      );
      const name = make('button', {type: 'button', class: 'plain'}, make('strong', {}, crew.id));
      name.addEventListener('click', () => this.map.find(stands?.asset || crew.base));
      head.append(make('div', {}, name, ...(stands ? this.stand(stands) : [make('p', {class: 'soft'}, '')])));
      const words = {start: run.start, duration: run.duration, moment: this.timeline.t, present: present ?? 0};
      return make(
        'li',
        {},
        head,
        crewBar(crew, words, (stage) => this.word(stage))
      );
    });
    byId('crew-rows').replaceChildren(...rows);
    fitLabels(byId('crew-rows'));
  }

  /** @param {string} key a stage or a reason */
  word(key) {
    return this.told.words?.[this.frame.lang]?.[key] ?? key;
  }

  /** Where a crew is and until when, what it does first. @param {any} stands @returns {Node[]} */
  stand({shut, ...stands}) {
    const {state, stage} = stands;
    const what = state === 'free' || state === 'off' ? t(`crew_is_${state}`) : this.word(stage);
    const lines = [make('p', {class: 'soft'}, make('b', {}, what), this.doing(stands))];
    if (shut) lines.push(make('p', {class: 'soft'}, this.shut(shut)));
    return lines;
  }

  /** How many crews are free, at work and off duty at the moment shown, and how many have no way out. */
  summary() {
    /** @type {any[]} */
    const crews = this.now.positions;
    /** @param {(one: any) => boolean} is */
    const n = (is) => crews.filter(is).length;
    const parts = {
      n_free: n(({state}) => state === 'free'),
      n_at_work: n(({state}) => state === 'reach' || state === 'work'),
      n_off: n(({state}) => state === 'off'),
      n_shut: n(({shut}) => Boolean(shut))
    };
    return Object.entries(parts)
      .flatMap(([key, count]) => (count ? [t(key, {n: count})] : []))
      .join(' · ');
  }

  /** Since when a crew has no way out, and when it has one again. @param {any} shut */
  shut({asset, is_on_duty: onDuty, from, until, streets}) {
    const base = this.told.crews.find((/** @type {any} */ crew) => crew.base === asset)?.base_name ?? asset;
    const said = onDuty ? t('shut_since', {at: this.at(from)}) : t('shut_base', {asset: base});
    const out = until === null ? t('shut_stays') : t('shut_until', {at: this.at(until)});
    return [said, streets ? t('shut_streets', {n: streets}) : '', out].filter(Boolean).join(', ');
  }

  /** Where a crew is and until when. @param {any} stands */
  doing({state, until, hours_until: hours, name}) {
    const moment = until === null ? t('beyond') : this.at(until);
    if (state === 'off') return ` · ${until === null ? t('crew_off') : t('crew_off_until', {at: moment})}`;
    const rest = hours === null ? '' : ` · ${t('crew_hours', {at: this.at(hours)})}`;
    if (state === 'free') return `, ${name}${rest}`;
    return `, ${name}, ${t('until_at', {at: moment})}${rest}`;
  }

  /** @param {number} moment */
  moved(moment) {
    this.map.move(moment);
    if (!this.told?.run) return;
    const clock = at(this.told.run.start + moment);
    byId('map-at').textContent = t('map_at', {at: clock});
    for (const line of all('#crew-rows .moment')) {
      line.setAttribute('transform', `translate(${(1000 * moment) / this.told.run.duration} 0)`);
    }
    if (!this.told.crews) return;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.ask(moment), STILL_MS);
  }

  /** @param {number} moment */
  async ask(moment) {
    const {run} = this.told;
    const now = await get(`/api/crews/at?run=${run.id}&t=${Math.round(moment)}`);
    if (run !== this.told.run || Math.round(this.timeline.t) !== now.t) return;
    this.now = now;
    this.bars();
    this.jobs();
    this.draw();
  }

  draw() {
    const {positions, rows} = this.now;
    /** @type {any[]} */
    const marks = [];
    /** @param {string} asset @param {string} text @param {string} shape */
    const put = (asset, text, shape) => {
      const place = this.map.place(asset);
      if (place) marks.push({x: place[0], y: place[1], text, shape});
    };
    for (const one of positions) if (one.asset) put(one.asset, String(one.number), 'disc');
    rows
      .slice(0, 20)
      .forEach((/** @type {any} */ row, /** @type {number} */ k) => put(row.asset, String(k + 1), 'square'));
    this.map.drawn({marks, lines: []});
    this.map.describe(t('crews_map', {n: positions.filter((/** @type {any} */ one) => one.asset).length}));
  }

  jobs() {
    const {now, told} = this;
    const none = told.crews ? t(now ? 'jobs_none' : 'jobs_asking') : t(told.run ? 'jobs_no_crews' : 'empty_run');
    byId('jobs-n').textContent = now ? this.reasons() : '';
    const rows = (now?.rows ?? []).map((/** @type {any} */ row, /** @type {number} */ k) => this.job(row, k + 1));
    byId('job-rows').replaceChildren(
      ...(rows.length ? rows : [make('tr', {}, make('td', {colspan: 5, class: 'empty'}, none))])
    );
  }

  reasons() {
    const {reasons, others, count} = this.now;
    const parts = Object.entries(reasons)
      .filter(([key]) => WAITS.includes(key))
      .map(([key, n]) => t('n_wait', {n, what: t(`waits_${key}`)}));
    const rest = Object.values(others).reduce((sum, n) => sum + n, 0);
    if (rest) parts.push(t('jobs_others', {n: rest}));
    return [t('n_repairs', {n: count}), ...parts].join(' · ');
  }

  /**
   * @param {any} row
   * @param {number} place
   */
  job(row, place) {
    const words = this.told.kinds[row.kind]?.[this.frame.lang];
    const kind = words ? (row.count === 1 ? words.one : words.many) : row.kind;
    const name = make('button', {type: 'button', class: 'plain'});
    const isMany = row.count > 1;
    const many = row.ranges ? idsOf(row.ranges) : `${number(row.count)} ${kind}`;
    const street = isMany ? row.street : streetBeside(row.name, row.street);
    name.append(
      make('strong', {}, isMany ? many : named(row)),
      isMany ? '' : small(idOf(row)),
      street ? ` ${street}` : ''
    );
    name.addEventListener('click', () => this.map.find(row.asset));
    const waits = WAITS.includes(row.wait);
    const until = row.until_s === null ? '' : ` ${t('until_at', {at: this.at(row.until_s)})}`;
    const what = make('td', {}, make('b', {}, waits ? t(`waits_${row.wait}`) : this.word(row.wait)), until);
    const {state, from_s: from, to_s: to} = row.back;
    const values = {from: from === null ? '' : this.at(from), to: to === null ? '' : this.at(to)};
    const back = state === 'range' && to === null ? 'back_from' : `back_${state}`;
    return make(
      'tr',
      {},
      make('td', {}, place <= 20 ? make('i', {class: 'mark grid', 'aria-hidden': 'true'}, String(place)) : null),
      make('td', {}, name, isMany ? (row.ranges ? jobsOf(row, kind) : null) : make('p', {class: 'soft'}, kind)),
      what,
      make(
        'td',
        {},
        row.crew ? make('b', {}, row.crew) : t('nobody'),
        row.next_s === null ? '' : ` ${this.at(row.next_s)}`
      ),
      make('td', {}, state === 'range' || state === 'computed' ? make('b', {}, t(back, values)) : t(back, values))
    );
  }

  decide() {
    const {told} = this;
    const lines = [];
    if (told.crews) {
      if (told.derogation) lines.push(t('derogation', {why: told.derogation}));
      lines.push(t('no_test_no_power'));
    }
    if (!told.crews) lines.push(t(told.run ? 'decide_none' : 'empty_run'));
    byId('decide-says').replaceChildren(...lines.map((line) => make('p', {class: told.crews ? false : 'none'}, line)));
    const parts = new Set([...(told.stock ?? []), ...(told.deliveries ?? [])].map(({part}) => part));
    const rows = [...parts].map((part) => {
      const has = told.stock.find((/** @type {any} */ one) => one.part === part)?.count ?? 0;
      const comes = told.deliveries.filter((/** @type {any} */ one) => one.part === part);
      const text = comes.map((/** @type {any} */ one) => `${number(one.count)}, ${this.at(one.at_s)}`).join(' · ');
      return make('tr', {}, make('td', {}, part), make('td', {class: 'r'}, number(has)), make('td', {}, text || '–'));
    });
    const none = make('tr', {}, make('td', {colspan: 3, class: 'empty'}, t(told.crews ? 'parts_free' : 'parts_none')));
    byId('part-rows').replaceChildren(...(rows.length ? rows : [none]));
  }
}

/**
 * Unfold what is told as one job.
 *
 * @param {any} row
 * @param {string} kind
 */
function jobsOf(row, kind) {
  const each = row.assets.map((/** @type {string} */ asset) => make('p', {class: 'soft'}, asset));
  return make('details', {}, make('summary', {class: 'soft'}, `${number(row.count)} ${kind}`), ...each);
}
