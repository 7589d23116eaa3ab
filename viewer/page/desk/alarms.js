/** Alarms as rows: one per cause. Nothing is reordered under a pointer or a focus: what is new then waits above. */

import {byId, make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {idsOf} from './acts.js';
import {at, atDay, level, sourceName, span, t} from './start.js';

/** @import {Frame} from './frame.js' */

/** An hour aside. */
const SHELVE_S = 3600;

/**
 * Give an alarm's title.
 *
 * @param {any} alarm
 */
export function title(alarm) {
  const {ranges, ...values} = alarm.values;
  const called = alarm.sort === 'source' ? sourceName(alarm.name) : alarm.name;
  const name = ranges ? idsOf(ranges) : called || alarm.asset || '–';
  return t(`alarm_${alarm.sort}`, {...values, name, asset: alarm.asset, street: alarm.street || '–'});
}

/**
 * Say what is behind it; what somebody said has its age.
 *
 * @param {any} alarm
 * @param {Record<string, {one: string, many: string}>} kinds words of the kinds in the page's language
 * @param {number} now [s since 1970]
 */
export function detail(alarm, kinds, now) {
  const {values, sort} = alarm;
  const counts = ['substation', 'cabinet', 'lamp', 'site', 'lift_station', 'pump', 'building']
    .filter((kind) => alarm.counts[kind] && !(kind === 'cabinet' && alarm.counts[kind] === 1 && alarm.sort === 'root'))
    .map((kind) => `${number(alarm.counts[kind])} ${word(kinds[kind], alarm.counts[kind]) || kind}`);
  const parts = [];
  if (sort === 'event' || (sort === 'roots' && alarm.suppresses > 1)) {
    parts.push(t('with_causes', {n: alarm.suppresses}));
  }
  if (counts.length) parts.push(counts.join(', '));
  if (alarm.sites.length) parts.push(t('sites_among', {names: alarm.sites.join(', ')}));
  if (values.empty) parts.push(t('reserve_until', {at: at(values.empty)}));
  if (values.people) parts.push(t('people', {n: values.people}));
  if (sort === 'river') parts.push(t('read_against', {read: level(values.read), foretold: level(values.foretold)}));
  if (values.crew) parts.push(t('gone_by', {crew: values.crew}));
  if (values.by) parts.push(t('said_by', {by: values.by, age: span(now - alarm.when)}));
  if (values.reports) {
    parts.push(t('reports_chance', {n: values.reports, chance: String(Math.min(9, Math.round(values.chance * 10)))}));
  }
  if (alarm.street && sort !== 'event') parts.push(alarm.street);
  return parts.map((part) => part.replace(/\.$/, '')).join(' · ');
}

/**
 * @param {{one: string, many: string} | undefined} words
 * @param {number} n
 */
function word(words, n) {
  return words ? (n === 1 ? words.one : words.many) : '';
}

/**
 * Say how many are to be acknowledged, and how many are active.
 *
 * @param {number} unseen
 * @param {number} active
 */
export function countWords(unseen, active) {
  const words = t('to_acknowledge', {n: unseen});
  const said = unseen ? `${number(unseen)} ${words}` : words;
  return t('alarm_counts', {unseen: said, active: t('n_active_short', {n: active})});
}

/** @param {any} alarm */
function state(alarm) {
  if (alarm.shelved_until) return 'shelved';
  if (alarm.ack_at !== null) return 'acked';
  return alarm.ended === null ? 'unacked' : 'over';
}

export class AlarmList {
  /**
   * @param {Frame} frame
   * @param {(alarm: any) => void} onChoose
   */
  constructor(frame, onChoose) {
    this.frame = frame;
    this.onChoose = onChoose;
    this.list = byId('alarm-list');
    /** @type {any[]} */
    this.rows = [];
    this.kinds = {};
    /** @type {any} */
    this.last = null;
    /** @type {any[]} */
    this.byDesign = [];
    /** @type {string[]} keys in the order on the screen */
    this.order = [];
    byId('new-alarms').addEventListener('click', () => {
      this.order = [];
      this.draw();
      this.list.querySelector('button')?.focus();
    });
  }

  /**
   * @param {any[]} rows
   * @param {Record<string, any>} kinds
   * @param {any[]} [byDesign] what would be alarms and is none: the plan orders it
   * @param {any} [last] the last that is over and seen: told where none is active
   */
  take(rows, kinds, byDesign = [], last = null) {
    this.last = last;
    this.rows = rows;
    this.byDesign = byDesign;
    this.kinds = kinds;
    this.draw();
  }

  draw() {
    const {rows, list} = this;
    const isBusy = list.matches(':hover') || list.contains(document.activeElement);
    const known = new Set(this.order);
    const fresh = rows.filter((row) => !known.has(row.key));
    const button = byId('new-alarms');
    // Where somebody points or stands, nothing moves: rows keep their places, new ones wait.
    const sorted =
      isBusy && this.order.length
        ? this.order.map((key) => rows.find((row) => row.key === key)).filter((row) => row !== undefined)
        : rows;
    button.hidden = !(isBusy && this.order.length && fresh.length);
    button.textContent = t('n_new_alarms', {n: fresh.length});
    this.order = sorted.map((row) => row.key);
    list.replaceChildren(...(sorted.length ? sorted.map((row) => this.row(row)) : [this.none()]));
    this.counts();
    this.designed();
  }

  /** No alarm: when the last one was, and where all of them stand. */
  none() {
    const {last, frame} = this;
    const says = last ? t('last_alarm', {what: title(last), at: atDay(last.ended, frame.now)}) : '';
    const journal = make('a', {href: '/journal'}, t('see_journal'));
    return make(
      'li',
      {class: 'none'},
      make('strong', {}, t('no_alarms')),
      make('p', {}, says || t('last_alarm_none'), ' ', journal)
    );
  }

  /** Let what was said age. @param {number} now */
  tick(now) {
    for (const said of this.list.querySelectorAll('[data-said]')) {
      const alarm = this.rows.find((row) => row.key === said.getAttribute('data-said'));
      const text = alarm ? detail(alarm, this.kinds, now) : '';
      if (text && said.textContent !== text) said.textContent = text;
    }
  }

  /** What the plan itself orders is no alarm; it can be read all the same. */
  designed() {
    const holder = byId('by-design');
    const {byDesign} = this;
    holder.hidden = !byDesign.length;
    holder.replaceChildren(
      make('summary', {}, t('n_by_design', {n: byDesign.length})),
      ...byDesign.map((alarm) =>
        make('p', {class: 'soft'}, `${at(alarm.when)} · ${title(alarm)} · ${detail(alarm, this.kinds, this.frame.now)}`)
      )
    );
  }

  counts() {
    const active = this.rows.filter((row) => row.ended === null && !row.shelved_until).length;
    const unseen = this.rows.filter((row) => row.ack_at === null && !row.shelved_until).length;
    const shelved = this.rows.filter((row) => row.shelved_until).length;
    const more = shelved ? ` · ${t('n_shelved', {n: shelved})}` : '';
    byId('alarm-counts').textContent = countWords(unseen, active) + more;
  }

  /** @param {any} alarm */
  row(alarm) {
    const now = state(alarm);
    const isUnseen = now === 'unacked' || now === 'over';
    const mark = make('i', {class: isUnseen ? 'un' : 'ak', role: 'img', 'aria-label': t(`state_${now}`)});
    const priority = make(
      'span',
      {class: `pr p${alarm.priority}`, role: 'img', 'aria-label': t('priority', {n: String(alarm.priority)})},
      String(alarm.priority)
    );
    const name = make('button', {type: 'button', class: 'plain'}, make('strong', {}, title(alarm)));
    name.addEventListener('click', () => this.onChoose(alarm));
    const head = make('p', {class: 'hd'}, name, make('b', {class: 'nb'}, at(alarm.when)));
    const meta = make('p', {class: 'meta'}, make('span', {}, this.meta(alarm)));
    if (isUnseen && this.frame.writes) meta.append(this.buttons(alarm));
    const more = detail(alarm, this.kinds, this.frame.now);
    const body = make(
      'div',
      {},
      head,
      more ? make('p', {class: 'soft', 'data-said': alarm.values.by ? alarm.key : false}, more) : null,
      meta
    );
    return make(
      'li',
      {class: `al ${isUnseen ? 'a-un' : 'a-ack'} is-${now}`, 'data-key': alarm.key},
      mark,
      priority,
      body
    );
  }

  /** @param {any} alarm */
  meta(alarm) {
    if (alarm.shelved_until) return t('shelved_by', {at: at(alarm.shelved_until), by: alarm.shelved_by});
    const mechanism = alarm.mechanism ? `${t(`by_${alarm.mechanism}`)} · ` : '';
    if (alarm.ack_at !== null) return mechanism + t('acked_by', {by: alarm.ack_by, at: at(alarm.ack_at)});
    if (alarm.ended !== null) return mechanism + t('ended_at', {at: at(alarm.ended)});
    if (alarm.worse_at) return mechanism + t('worse_since', {at: at(alarm.worse_at)});
    const ahead = alarm.when - this.frame.now;
    return mechanism + (ahead > 60 ? t('in_time', {time: span(ahead)}) : t('since', {at: at(alarm.since)}));
  }

  /** @param {any} alarm */
  buttons(alarm) {
    const ack = make('button', {type: 'button', class: 'ack'}, t('acknowledge'));
    ack.addEventListener('click', () => this.frame.act('/api/alarms/ack', {key: alarm.key}));
    const until = Math.round(this.frame.now) + SHELVE_S;
    const shelve = make('button', {type: 'button', title: t('shelve_title', {at: at(until)})}, t('shelve'));
    shelve.addEventListener('click', () =>
      this.frame.act('/api/alarms/shelve', {key: alarm.key, until: Math.round(this.frame.now) + SHELVE_S})
    );
    return make('span', {class: 'two'}, shelve, ack);
  }
}
