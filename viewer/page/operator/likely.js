/** What an ensemble says of an asset: how often, because of what, between which hours; in tenths and words. */

import {MECHANISMS, OPEN, State} from '../enums.js';
import {make, paragraph} from '../parts/dom.js';
import {often, wordOf} from '../words/often.js';
import {capital, metres, number, say} from '../words/speech.js';
import {clock, moment} from '../words/time.js';
import {decided} from './decided.js';
import {knownDepths, knownHours} from './known.js';

/** @import {OperatorModel} from '../pack/model.js' */
/** @import {LikelyColumns, Nights} from '../types.js' */
/** @import {Names} from './names.js' */

/** Causes that are told one by one before the rest is counted. */
const CAUSES = 3;
/** Hours are rounded outward to this [s]. */
const QUARTER_S = 900;
/** Mechanisms of a root that have a word; any other is told as a failure. */
const BY = /** @type {const} */ (['flooded', 'tripped', 'cut', 'failed']);

/** What a scenario may say is uncertain, in the order in which it is told. */
// prettier-ignore
const DRAWN = /** @type {const} */ (['level', 'flow', 'ground', 'heights', 'protection', 'repair', 'links',
  'breakdowns', 'crest', 'pumps', 'travel', 'crews']);

export class LikelyPanel {
  /**
   * @param {OperatorModel} model
   * @param {{ensemble: Nights, start: number}} config
   * @param {Names} names
   * @param {(u: number) => void} choose
   */
  constructor(model, {ensemble, start}, names, choose) {
    this.model = model;
    this.n = ensemble.n;
    this.decides = ensemble.decides;
    this.names = names;
    this.choose = choose;
    this.columns = /** @type {Required<LikelyColumns>} */ (model.columns);
    /** By how much the run starts after a quarter of an hour [s]. */
    this.past = start % QUARTER_S;
    /** @type {Map<number, number>} */
    this.places = new Map();
    this.columns['likely.asset'].forEach((u, k) => this.places.set(u, k));
  }

  /**
   * Give the lines of an asset at a moment.
   *
   * @param {number} u
   * @param {number} t
   * @returns {HTMLElement[]}
   */
  lines(u, t) {
    const k = this.places.get(u);
    const out = k === undefined ? 0 : this.columns['likely.out'][k];
    /** @type {HTMLElement[]} */
    const parts = [];
    if (k === undefined || !out) parts.push(paragraph(say('likely_never', {n: this.n})));
    else {
      parts.push(paragraph(this.now(u, t)));
      const values = {often: often(this.columns['likely.tenths'][k]), count: number(out), n: number(this.n)};
      const all = say('likely_ever_all', {all: say('often_all', {n: this.n})});
      parts.push(paragraph(out === this.n ? all : say('likely_ever', values)));
      parts.push(...this.why(u, k), ...this.when(k, t), ...decided(this.columns, k, this.n, this.decides));
    }
    return k === undefined ? parts : [...parts, ...this.water(k)];
  }

  /**
   * @param {number} u
   * @param {number} t
   */
  now(u, t) {
    const {iv, pattern} = this.model;
    const i = iv.at(pattern[u], t);
    if (i < 0) return say('likely_now_spared', {clock: clock(t), often: often(0)});
    const isSure = iv.state[i] === State.OUT;
    const key = this.model.isLamp(u) ? 'likely_now_lamp' : 'likely_now';
    return say(key, {clock: clock(t), often: often(isSure ? 10 : iv.tenths[i]), word: wordOf(iv.wordOf(i))});
  }

  /**
   * Give the roots with their shares of the nights in which it goes out, each with a bar as long as its share.
   *
   * @param {number} u
   * @param {number} k
   */
  why(u, k) {
    const {columns} = this;
    const [from, to] = [columns['likely.offsets'][k], columns['likely.offsets'][k + 1]];
    const rows = Array.from({length: to - from}, (_, i) => from + i);
    const total = rows.reduce((sum, i) => sum + columns['likely.nights'][i], 0);
    const told = rows.slice(0, CAUSES).filter((i) => columns['likely.cases'][i]);
    const lines = told.map((i) => this.cause(u, i, columns['likely.nights'][i] === total));
    const rest = rows.length - told.length;
    if (rest) lines.push(make('li', {class: 'soft'}, say('likely_more', {n: rest})));
    return lines.length ? [make('h3', {}, say('likely_causes')), make('ul', {class: 'shares'}, ...lines)] : [];
  }

  /**
   * @param {number} u
   * @param {number} i
   * @param {boolean} isAll whether no other cause is found
   */
  cause(u, i, isAll) {
    const root = this.columns['likely.root'][i];
    const cases = this.columns['likely.cases'][i];
    const tenths = cases > 9 ? say('likely_case_most') : say('likely_case', {n: cases});
    const called = `${this.names.words(root).one} ${this.names.name(root)}`;
    const name = root === u ? say(`likely_itself${this.names.gender(u)}`) : called;
    const words = make('span', {class: 'words'});
    words.append(make('span', {class: 'head'}, `${capital(name)}, ${this.how(root, i)}`));
    words.append(make('span', {class: 'soft'}, isAll ? say('likely_case_all') : tenths));
    const bar = make('span', {class: 'bar', 'aria-hidden': 'true'});
    bar.style.setProperty('--tenths', String(cases));
    const button = make('button', {class: 'row', type: 'button', 'data-u': root}, words, bar);
    button.addEventListener('click', () => this.choose(root));
    return make('li', {}, button);
  }

  /**
   * @param {number} root
   * @param {number} i
   */
  how(root, i) {
    const mechanism = MECHANISMS[this.columns['likely.mech'][i]];
    const by = BY.find((word) => word === mechanism) ?? 'failed';
    return say(`by_${by}${this.names.gender(root)}`);
  }

  /**
   * Give between which hours it goes out and comes back, rounded outward to quarters of an hour, and how well each of
   * these hours is known.
   *
   * @param {number} k
   * @param {number} t
   */
  when(k, t) {
    const {columns} = this;
    /** @param {number} seconds */
    const down = (seconds) => moment(this.quarter(seconds, Math.floor), t);
    /** @param {number} seconds */
    const up = (seconds) => moment(this.quarter(seconds, Math.ceil), t);
    const [low, high] = [columns['likely.first0'][k], columns['likely.first2'][k]];
    const [middle, last] = [columns['likely.back1'][k], columns['likely.back2'][k]];
    /** @param {('first0' | 'first2' | 'back1' | 'back2')[]} hours */
    const known = (...hours) => knownHours(columns, k, hours, down, up);
    const first =
      low === high
        ? [paragraph(say('likely_at', {low: down(low)}))]
        : [paragraph(say('likely_when', {low: down(low), high: up(high)})), known('first0', 'first2')];
    if (middle === OPEN) return [...first, paragraph(say('likely_back_late'))];
    return last === OPEN
      ? [...first, paragraph(say('likely_back_half', {middle: up(middle)})), known('back1')]
      : [...first, paragraph(say('likely_back', {middle: up(middle), high: up(last)})), known('back1', 'back2')];
  }

  /**
   * @param {number} seconds
   * @param {(quarters: number) => number} round
   */
  quarter(seconds, round) {
    return round((seconds + this.past) / QUARTER_S) * QUARTER_S - this.past;
  }

  /** @param {number} k */
  water(k) {
    const {columns} = this;
    const lines = [];
    if (columns['likely.depth2'][k]) {
      const depths = [columns['likely.depth0'], columns['likely.depth1'], columns['likely.depth2']];
      const [low, middle, high] = depths.map((depth) => metres(depth[k]));
      lines.push(paragraph(say('likely_depth', {low, middle, high})), knownDepths(columns, k));
    }
    const unknown = columns['likely.unknown'][k];
    if (unknown) lines.push(paragraph(say('likely_unknown', {n: unknown})));
    return lines;
  }
}

/**
 * Give what was drawn, in the words of the page: level, heights, repairs.
 *
 * @param {Nights} nights
 */
export function drawn({quantities}) {
  const names = new Set(quantities.map((name) => name.split('.')[0]));
  return DRAWN.filter((name) => names.has(name))
    .map((name) => say(`drawn_${name}`))
    .join(', ');
}
