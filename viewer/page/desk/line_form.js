/** The form of one line of a variant; the asset is typed or clicked on the map. No news reloads or empties it. */

import {byId, make} from '../parts/dom.js';
import {secondsOf, t, timeText} from './start.js';

/** @import {WhatIf} from './whatif.js' */

/** Fields of each sort of line. */
const FIELDS = {
  level: ['cm'],
  cut: ['asset', 'from', 'until'],
  raise: ['asset', 'cm'],
  fact: ['asset', 'state', 'from'],
  feed: ['asset', 'supplier'],
  barrier: ['line', 'crest'],
  pump: ['place', 'flow'],
  generator: ['asset', 'hours'],
  protect: ['asset', 'height'],
  close_street: ['street', 'from'],
  crew: ['asset', 'people', 'from', 'until']
};
/** Fields that say points, fields of numbers, and those that may stay empty. */
const POINTS = ['line', 'place'];
const NUMBERS = ['cm', 'crest', 'flow', 'hours', 'height', 'people'];

export class LineForm {
  /** @param {WhatIf} screen */
  constructor(screen) {
    this.screen = screen;
    this.sort = '';
    this.form = byId('line-form');
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.add();
    });
    this.form.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.shut();
    });
  }

  /** @param {string} sort */
  open(sort) {
    if (!this.screen.draft || !this.screen.frame.writes) return;
    const asset = this.value('asset');
    this.sort = sort;
    const parts = FIELDS[/** @type {keyof FIELDS} */ (sort)].flatMap((name) => this.field(name));
    this.says = make('p', {class: 'says', role: 'alert'});
    const cancel = make('button', {type: 'button'}, t('cancel'));
    cancel.addEventListener('click', () => this.shut());
    const buttons = make('span', {class: 'two'}, make('button', {class: 'main'}, t('add_line')), cancel);
    this.form.replaceChildren(make('strong', {}, t(`add_${sort}`)), ...parts, buttons, this.says);
    this.form.hidden = false;
    if (asset) this.choose(asset);
    const points = POINTS.find((name) => document.getElementById(`line-${name}`));
    this.screen.map.onPoint = points ? (at) => this.point(points, at) : null;
    /** @type {HTMLElement | null} */ (this.form.querySelector('input, select'))?.focus();
    this.screen.draw();
  }

  /**
   * Take a point that was set on the map: one more of a line, or the one place.
   *
   * @param {string} name
   * @param {[number, number]} at
   */
  point(name, at) {
    const input = /** @type {HTMLInputElement} */ (byId(`line-${name}`));
    const text = at.map((value) => value.toFixed(1)).join(' ');
    input.value = name === 'line' && input.value.trim() ? `${input.value.trim()}; ${text}` : text;
    this.screen.draw();
  }

  /** Points that a field says: "846955 6690692; 847015 6690692". @param {string} name @returns {[number, number][]} */
  points(name) {
    return this.value(name)
      .split(';')
      .map((part) =>
        part
          .trim()
          .split(/[\s\u00a0]+/)
          .map((text) => Number(text.replace(',', '.')))
      )
      .filter((pair) => pair.length === 2 && pair.every(Number.isFinite))
      .map(([x, y]) => [x, y]);
  }

  /** The line that is being drawn; empty where none is. */
  get drawn() {
    return this.form.hidden || this.sort !== 'barrier' ? [] : this.points('line');
  }

  shut() {
    this.form.hidden = true;
    this.screen.map.onPoint = null;
    this.screen.draw();
    const button = document.querySelector(`.add [data-sort=${this.sort}]`);
    if (button instanceof HTMLElement) button.focus();
  }

  /**
   * @param {string} name
   * @returns {HTMLElement[]}
   */
  field(name) {
    const id = `line-${name}`;
    const words = {
      asset: 'asset',
      cm: 'by_cm',
      from: 'at_time',
      until: 'until_time',
      supplier: 'supplier',
      state: 'seen_as',
      line: 'barrier_line',
      crest: 'crest_m',
      place: 'pump_place',
      flow: 'flow_m3_s',
      hours: 'fuel_hours',
      height: 'seal_cm',
      street: 'street',
      people: 'people_n'
    };
    if (name === 'asset' && this.sort === 'crew') words.asset = 'crew_base';
    const label = make('label', {for: id}, t(words[/** @type {keyof words} */ (name)]));
    if (name === 'street') {
      const options = this.screen.draft.streets.map((/** @type {string} */ one) => make('option', {value: one}, one));
      return [label, make('select', {id}, ...options)];
    }
    if (name === 'state') {
      const options = ['out', 'in_service', 'dry'].map((one) => make('option', {value: one}, t(`seen_${one}`)));
      return [label, make('select', {id}, ...options)];
    }
    const isTime = name === 'from' || name === 'until';
    const input = make('input', {
      id,
      type: 'text',
      autocomplete: 'off',
      required: name !== 'until' || this.sort === 'crew'
    });
    if (name === 'asset') input.placeholder = t('asset_hint');
    if (isTime) input.placeholder = t('time_hint');
    if (NUMBERS.includes(name)) input.inputMode = 'decimal';
    if (POINTS.includes(name)) {
      input.placeholder = t('points_hint');
      input.addEventListener('input', () => this.screen.draw());
    }
    if (name === 'from') input.value = this.now();
    return [label, input];
  }

  /** The moment of the slider, as a time of day. */
  now() {
    const {timeline, draft, frame} = this.screen;
    return timeText(draft.base_run.start + timeline.t, frame.offset);
  }

  /** @param {string} id of an asset that was clicked */
  choose(id) {
    const input = /** @type {HTMLInputElement | null} */ (document.getElementById('line-asset'));
    if (input && !this.form.hidden) input.value = id;
  }

  /** @param {string} name */
  value(name) {
    const input = /** @type {HTMLInputElement | null} */ (document.getElementById(`line-${name}`));
    return input?.value.trim() ?? '';
  }

  /**
   * Give the first moment of the run at a time of day [s from its start]; NaN where none is said.
   *
   * @param {string} text
   */
  moment(text) {
    const ofDay = secondsOf(text);
    const {start} = this.screen.draft.base_run;
    const begin = (start + this.screen.frame.offset) % 86_400;
    return (ofDay - begin + 86_400) % 86_400;
  }

  /** @param {string} name */
  number(name) {
    return Number(this.value(name).replace(',', '.').replace('−', '-'));
  }

  line() {
    const asset = this.value('asset');
    const metres = this.number('cm') / 100;
    const from = this.moment(this.value('from'));
    switch (this.sort) {
      case 'barrier':
        return {sort: 'barrier', line: this.points('line'), crest_m: this.number('crest')};
      case 'pump':
        return {sort: 'pump', place: this.points('place')[0] ?? [], m3_s: this.number('flow')};
      case 'generator':
        return {sort: 'generator', asset, lasts_s: Math.round(this.number('hours') * 3600)};
      case 'protect':
        return {sort: 'protect', asset, to_m: this.number('height') / 100};
      case 'close_street':
        return {sort: 'close_street', street: this.value('street'), at_s: from};
      case 'crew': {
        const to = this.moment(this.value('until'));
        const until = to > from ? to : to + 86_400;
        return {sort: 'crew', asset, people: this.number('people'), at_s: from, until_s: until};
      }
      case 'level':
        return {sort: 'level', by_m: metres};
      case 'raise':
        return {sort: 'raise', asset, by_m: metres};
      case 'fact':
        return {sort: 'fact', asset, at_s: from, state: this.value('state')};
      case 'feed':
        return {sort: 'add_supplier', consumer: asset, supplier: this.value('supplier')};
      default: {
        const until = this.moment(this.value('until'));
        const line = {sort: 'cut', asset, at_s: from};
        return Number.isNaN(until) ? line : {...line, until_s: until > from ? until : until + 86_400};
      }
    }
  }

  async add() {
    const {draft} = this.screen;
    if (await this.screen.change([...draft.lines, this.line()], this.says)) this.shut();
  }
}
