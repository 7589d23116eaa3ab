/** Roads that others announce as closed: taken into the runs that follow, or left, by a person; and undone. */

import {byId, make} from '../parts/dom.js';
import {atDay, saying, t} from './start.js';

/** @import {Frame} from './frame.js' */
/** @import {DrawnLine} from './desk_overlay.js' */
/** @import {DeskMap} from './desk_map.js' */

/**
 * @typedef {object} Closure
 * @property {string} source
 * @property {string} id
 * @property {string} street empty: of no street of the city
 * @property {string} text
 * @property {number | null} begins
 * @property {number | null} ends
 * @property {number} sent
 * @property {'' | 'take' | 'leave'} answer
 * @property {string} by
 * @property {number | null} at
 * @property {boolean} is_changed
 * @property {boolean} by_setting
 * @property {boolean} taken
 * @property {[number, number][][]} lines
 */

const ANSWERS = ['take', 'leave', 'undo'];

export class Closures {
  /**
   * @param {Frame} frame
   * @param {(closure: Closure) => void} [onChoose]
   */
  constructor(frame, onChoose) {
    this.frame = frame;
    this.onChoose = onChoose;
    /** @type {Closure[]} */
    this.rows = [];
    /** Streets that the run shown closes so. @type {string[]} */
    this.carried = [];
    this.number = '';
    this.says = make('p', {class: 'says', role: 'status'});
    this.list = make('ul', {class: 'closures'});
  }

  /**
   * @param {Closure[]} rows
   * @param {any} brief the run that is shown
   */
  take(rows, brief) {
    this.rows = rows;
    this.carried = brief?.closures ?? [];
    this.number = brief ? String(brief.number) : '';
    const kept = document.activeElement?.closest('.closures button')?.getAttribute('data-answer');
    const key = document.activeElement?.closest('.closures li')?.getAttribute('data-key');
    const items = rows.map((row) => this.row(row));
    this.list.replaceChildren(...(items.length ? items : [make('li', {class: 'none'}, t('closures_none'))]));
    const again = key && this.list.querySelector(`[data-key="${CSS.escape(key)}"] [data-answer="${kept}"]`);
    if (again instanceof HTMLElement) again.focus();
  }

  /** How many are announced, taken, and wait for an answer. */
  words() {
    const mine = this.rows.filter((row) => row.street);
    const open = mine.filter((row) => !row.answer && !row.by_setting).length;
    return t('closures_n', {n: mine.length, taken: mine.filter((row) => row.taken).length, open});
  }

  /** @param {Closure} row */
  row(row) {
    const {now} = this.frame;
    const from = atDay(row.begins ?? row.sent, now);
    const when = row.ends === null ? t('closed_from', {from}) : t('closed_between', {from, to: atDay(row.ends, now)});
    const name = make(
      'button',
      {type: 'button', class: 'plain'},
      make('strong', {}, row.street || t('no_street_of_city'))
    );
    name.addEventListener('click', () => this.onChoose?.(row));
    const state = make('p', {class: row.taken ? '' : 'soft'}, this.state(row));
    const about = make('p', {class: 'soft'}, [when, row.source, row.text].filter(Boolean).join(' · '));
    const buttons = row.street && this.frame.writes ? this.buttons(row) : null;
    return make('li', {'data-key': `${row.source}/${row.id}`}, make('div', {}, name, about, state), buttons);
  }

  /** @param {Closure} row */
  state(row) {
    if (!row.street) return t('closure_outside');
    const by = {by: row.by, at: atDay(row.at, this.frame.now)};
    const where = this.carried.includes(row.street) ? t('in_run_n', {number: this.number}) : t('in_next_run');
    if (row.answer === 'take') return `${t('closure_taken_by', by)} · ${where}`;
    if (row.answer === 'leave') return t('closure_left_by', by);
    const first = row.is_changed ? `${t('closure_changed', by)} ` : '';
    return first + (row.by_setting ? `${t('closure_by_setting')} · ${where}` : t('closure_open'));
  }

  /** @param {Closure} row */
  buttons(row) {
    const made = ANSWERS.map((answer) => {
      const attributes = {type: 'button', class: 'writes', 'data-answer': answer};
      const button = make('button', attributes, t(`closure_${answer}`));
      button.setAttribute('aria-label', saying(t(`closure_${answer}`), row.street));
      if (answer === 'undo') button.toggleAttribute('disabled', !row.answer);
      else button.setAttribute('aria-pressed', String(row.answer === answer));
      button.addEventListener('click', () =>
        this.frame.act('/api/closures', {source: row.source, id: row.id, answer}, this.says)
      );
      return button;
    });
    return make('div', {class: 'two'}, ...made);
  }

  /** Open the list beside the map. */
  open() {
    const run = make('button', {type: 'button', class: 'main writes'}, t('with_facts'));
    run.addEventListener('click', () => this.frame.act('/api/facts/run', {}, this.says));
    this.says.textContent = '';
    const words = make('p', {class: 'soft'}, t('closures_say'));
    this.frame.sheet(t('closures'), [words, this.list, ...(this.frame.writes ? [run] : []), this.says]);
    if (!this.list.querySelector('button:not([disabled])')) byId('sheet').querySelector('button')?.focus();
  }

  /**
   * Give what is drawn of them: a closed street solid where the runs take it, dashed where nobody answered.
   *
   * @param {DeskMap} map
   * @returns {DrawnLine[]}
   */
  drawn(map) {
    return this.rows
      .filter((row) => row.answer !== 'leave')
      .flatMap((row) =>
        row.lines.map((line, i) => ({
          points: line.map((point) => map.onPage(point)),
          text: i ? undefined : row.street,
          isDraft: !row.taken,
          isStreet: true
        }))
      );
  }
}
