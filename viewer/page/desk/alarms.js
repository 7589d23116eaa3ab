/**
 * Alarms as rows: one per cause. Nothing is reordered under a pointer or a focus: what is new then waits above.
 *
 * Two hours, two places: below the title since when it is true, as the run or whoever told it has it; beside the
 * buttons when it rang here.
 */

import {byId, make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {idsOf} from './acts.js';
import {streetBeside, idOf, small} from './names.js';
import {at, atDay, between, level, nameOf, sourceName, t} from './start.js';

/** @import {Frame} from './frame.js' */

/** An hour aside. */
const SHELVE_S = 3600;
/** What an alarm that no run tells is dated by: a reading, a word, a datum. */
const DATED = /** @type {Record<string, string>} */ ({
  river: 'alarm_read',
  contradicted: 'alarm_said',
  unforeseen: 'alarm_said',
  suspect: 'alarm_reported',
  source: 'alarm_newest',
  gateway: 'alarm_silent',
  expired: 'alarm_ended'
});

/**
 * Give an alarm's title.
 *
 * @param {any} alarm
 */
export function title(alarm) {
  const {ranges, ...values} = alarm.values;
  const called = alarm.sort === 'source' ? sourceName(alarm.name) : nameOf(alarm);
  const name = ranges ? idsOf(ranges) : called || alarm.asset || '–';
  return t(`alarm_${alarm.sort}`, {...values, name, asset: alarm.asset, street: alarm.street || '–'});
}

/** Give the id beside the name of what it is of, where it has both. @param {any} alarm */
export function idBeside(alarm) {
  return alarm.values.ranges ? '' : idOf(alarm);
}

/**
 * Say since when it is so, or when it will be: as the run has it, else as it was read or said, with its age.
 *
 * @param {any} alarm
 * @param {number} now [s since 1970]
 * @param {(what: string) => string} ofRun how it is said that the run has it
 */
export function whenWords({sort, when, mechanism, values}, now, ofRun = (what) => t('alarm_computed', {what})) {
  const said = {at: atDay(when, now), age: between(when, now), by: values.by ?? '', time: between(now, when)};
  if (sort === 'source' && values.never) return t('alarm_never');
  if (sort in DATED) return t(DATED[sort], said);
  if (sort === 'overdue') return ofRun(t('before_at', said));
  const how = sort === 'reserve' ? t('how_buffer_empty') : mechanism ? t(`how_${mechanism}`) : '';
  const what = t(when > now ? 'alarm_ahead' : 'alarm_since', said);
  return ofRun(how ? `${how} ${what}` : what);
}

/**
 * Say when it rang here, or what somebody did about it.
 *
 * @param {any} alarm
 * @param {number} now [s since 1970]
 */
export function rangWords(alarm, now) {
  if (alarm.shelved_until) return t('shelved_by', {at: at(alarm.shelved_until), by: alarm.shelved_by});
  if (alarm.ack_at !== null) return t('acked_by', {by: alarm.ack_by, at: atDay(alarm.ack_at, now)});
  if (alarm.ended !== null) return t('ended_at', {at: atDay(alarm.ended, now)});
  const rang = {at: atDay(alarm.rang, now), age: between(alarm.rang, now)};
  return t(alarm.worse_at ? 'rang_worse' : alarm.is_of_opening ? 'rang_at_opening' : 'rang', rang);
}

/** Give the word of a new one, framed: it is told by more than a colour. @param {any} alarm */
export function newTag(alarm) {
  return alarm.is_new ? make('b', {class: 'is-new'}, t('is_new')) : null;
}

/**
 * Say what is behind it.
 *
 * @param {any} alarm
 * @param {Record<string, {one: string, many: string}>} kinds words of the kinds in the page's language
 */
export function detail(alarm, kinds) {
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
  if (values.people) parts.push(t('people', {n: values.people}));
  if (sort === 'river') parts.push(t('read_against', {read: level(values.read), foretold: level(values.foretold)}));
  if (values.crew) parts.push(t('gone_by', {crew: values.crew}));
  if (values.reports) {
    parts.push(t('reports_chance', {n: values.reports, chance: String(Math.min(9, Math.round(values.chance * 10)))}));
  }
  const street = sort === 'event' ? '' : streetBeside(alarm.name, alarm.street);
  if (street) parts.push(street);
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
    this.heading();
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

  /** Let ages and what is left of time go on. @param {number} now */
  tick(now) {
    for (const alarm of this.rows) {
      const row = this.list.querySelector(`li[data-key="${CSS.escape(alarm.key)}"]`);
      for (const [place, words] of /** @type {[string, string][]} */ ([
        ['.when', whenWords(alarm, now)],
        ['.rang', rangWords(alarm, now)]
      ])) {
        const said = row?.querySelector(place);
        if (said && said.textContent !== words) said.textContent = words;
      }
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
        make(
          'p',
          {class: 'soft'},
          [title(alarm), whenWords(alarm, this.frame.now), detail(alarm, this.kinds)].filter(Boolean).join(' · ')
        )
      )
    );
  }

  /** How many there are, how many of them are new, and which rang last: whoever presses that stands in its row. */
  heading() {
    const {alarms} = this.frame.about ?? {};
    if (!alarms) return;
    const {unseen, active, new: fresh, shelved, last} = alarms;
    const more = shelved ? ` · ${t('n_shelved', {n: shelved})}` : '';
    byId('alarm-counts').textContent = countWords(unseen, active) + more;
    byId('alarm-new').textContent = fresh ? t('n_new', {n: fresh}) : '';
    const row = this.rows.find((one) => one.key === last?.keys[0]);
    const button = byId('alarm-last');
    button.hidden = !last || !row;
    if (!last || !row) return;
    const words = last.at_opening ? 'last_at_opening' : last.keys.length > 1 ? 'last_together' : 'last_rang';
    const rang = atDay(last.rang, this.frame.now);
    button.textContent = t(words, {n: last.keys.length, at: rang, what: title(row)});
    button.onclick = () => this.focusOn(row.key);
  }

  /** @param {string} key */
  focusOn(key) {
    const button = this.list.querySelector(`li[data-key="${CSS.escape(key)}"] button`);
    if (button instanceof HTMLElement) button.focus();
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
    name.append(small(idBeside(alarm)));
    name.addEventListener('click', () => this.onChoose(alarm));
    const head = make('p', {}, newTag(alarm), name);
    const meta = make('p', {class: 'meta'}, make('span', {class: 'rang'}, rangWords(alarm, this.frame.now)));
    if (isUnseen && this.frame.writes) meta.append(this.buttons(alarm));
    const when = make('b', {class: 'when'}, whenWords(alarm, this.frame.now));
    const more = detail(alarm, this.kinds);
    const body = make('div', {}, head, make('p', {class: 'soft'}, when, more ? ` · ${more}` : ''), meta);
    return make(
      'li',
      {class: `al ${isUnseen ? 'a-un' : 'a-ack'} is-${now}`, 'data-key': alarm.key},
      mark,
      priority,
      body
    );
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
