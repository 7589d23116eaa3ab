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
  feed: ['asset', 'supplier']
};

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
    this.form.querySelector('input')?.focus();
  }

  shut() {
    this.form.hidden = true;
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
      state: 'seen_as'
    };
    const label = make('label', {for: id}, t(words[/** @type {keyof words} */ (name)]));
    if (name === 'state') {
      const options = ['out', 'in_service', 'dry'].map((one) => make('option', {value: one}, t(`seen_${one}`)));
      return [label, make('select', {id}, ...options)];
    }
    const isTime = name === 'from' || name === 'until';
    const input = make('input', {id, type: 'text', autocomplete: 'off', required: name !== 'until'});
    if (name === 'asset') input.placeholder = t('asset_hint');
    if (isTime) input.placeholder = t('time_hint');
    if (name === 'cm') input.inputMode = 'numeric';
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

  line() {
    const asset = this.value('asset');
    const metres = Number(this.value('cm').replace(',', '.').replace('−', '-')) / 100;
    const from = this.moment(this.value('from'));
    switch (this.sort) {
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
