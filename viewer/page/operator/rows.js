/** Lists of the operator's page: lines that select what they speak of, the first few, and all of them on demand. */

import {all, byId, make} from '../parts/dom.js';
import {number, say} from '../words/speech.js';
import {clock} from '../words/time.js';

/** @import {SymbolName} from '../types.js' */

/** Lines that a list shows before it is opened, where it does not say how many. */
const FEW = 3;

/**
 * @typedef {object} Line
 * @property {number} u the asset that it speaks of; -1 where it speaks of a street
 * @property {number} [street]
 * @property {string} title
 * @property {string} detail
 * @property {SymbolName | null} [symbol]
 * @property {number} [time] said last; first where there is no symbol
 */

/**
 * Give the symbol of a state as an element.
 *
 * @param {SymbolName} name
 */
export function icon(name) {
  const template = /** @type {HTMLTemplateElement} */ (byId(`icon-${name}`));
  return /** @type {Element} */ (template.content.children[0].cloneNode(true));
}

/**
 * @param {string} title
 * @param {string} detail
 */
export function words(title, detail) {
  return make('span', {class: 'words'}, make('strong', {}, title), make('span', {class: 'soft'}, detail));
}

/**
 * Give one line: a button that selects what it speaks of.
 *
 * @param {Line} line
 * @param {(u: number, street?: number) => void} choose
 */
export function row({u, street, title, detail, symbol, time}, choose) {
  const button = make('button', {class: 'row', type: 'button', 'data-u': u >= 0 && u});
  const when = time === undefined ? null : make('span', {class: 'when'}, clock(time));
  const parts = symbol ? [icon(symbol), words(title, detail), when] : [when, words(title, detail)];
  for (const part of parts) if (part) button.append(part);
  button.addEventListener('click', () => choose(u, street));
  return make('li', {}, button);
}

/**
 * Mark the lines that speak of an asset.
 *
 * @param {number | null} u
 */
export function markRows(u) {
  for (const button of all('button.row[data-u]')) {
    button.setAttribute('aria-current', String(Number(button.dataset.u) === u));
  }
}

/** A list with its count and its button for all lines; the elements are `name`, `name-count` and `name-more`. */
export class List {
  /**
   * @param {'moments' | 'past' | 'dangers' | 'sites' | 'others' | 'closed' | 'islands' | 'crews' | 'waiting'} name
   * @param {(u: number, street?: number) => void} choose
   * @param {number} [few]
   */
  constructor(name, choose, few = FEW) {
    /** What an empty list says in place of "none". */
    this.none = '';
    this.choose = choose;
    this.few = few;
    this.holder = byId(name);
    this.count = byId(`${name}-count`);
    this.more = byId(`${name}-more`);
    this.isOpen = false;
    this.isPrinting = false;
    /** @type {Line[]} */
    this.lines = [];
    this.more.addEventListener('click', () => {
      this.isOpen = !this.isOpen;
      this.show(this.lines);
    });
  }

  /**
   * Give paper all lines that the screen would show on demand.
   *
   * @param {boolean} isPrinting
   */
  print(isPrinting) {
    this.isPrinting = isPrinting;
    this.show(this.lines);
  }

  /** @param {Line[]} lines */
  show(lines) {
    this.lines = lines;
    const isWhole = this.isOpen || (this.isPrinting && this.few > 0);
    const shown = lines.slice(0, isWhole ? lines.length : this.few).map((line) => row(line, this.choose));
    const none = this.few ? [make('li', {class: 'none'}, this.none || say('none'))] : [];
    this.holder.replaceChildren(...(lines.length ? shown : none));
    this.count.textContent = lines.length ? number(lines.length) : '';
    this.more.hidden = lines.length <= this.few;
    this.more.textContent = this.isOpen ? say('see_fewer') : say(this.few ? 'see_all' : 'see_past', {n: lines.length});
  }
}
