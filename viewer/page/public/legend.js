/** The legend: each symbol with what it stands for, counted at the moment. */

import {all, byId, rich} from '../parts/dom.js';
import {fill, form, register, say} from '../words/speech.js';
import {clock} from '../words/time.js';

/** @import {States, SymbolName} from '../types.js' */

/** Counts that stand for "there are some": what is no number of things. */
const SOME = 2;

/**
 * @typedef {object} Counts
 * @property {number} out
 * @property {number} may
 * @property {number} likely
 * @property {number} possible
 * @property {number} unlikely
 * @property {number} lit
 * @property {number} unknown
 * @property {number} wet
 * @property {boolean} night
 */

/**
 * @param {States['symbols']} symbols
 * @param {Counts} counts
 * @param {number} t
 */
export function sayLegend(symbols, {out, may, likely, possible, unlikely, lit, unknown, wet, night}, t) {
  const doubts = {lamp_likely: likely, lamp_possible: possible, lamp_unlikely: unlikely};
  /** @type {Partial<Record<SymbolName, number>>} */
  const numbers = {lamp_dark: out, lamp_may: may, ...doubts, lamp_lit: lit, unknown, block_wet: wet};
  for (const item of all('[data-legend]')) {
    const name = /** @type {SymbolName} */ (item.dataset.legend);
    const words = symbols[name === 'lamp_lit' && !night ? 'lamp_day' : name].words;
    const forms = words?.[register()] ?? words?.fr;
    const n = numbers[name] ?? SOME;
    if (forms) rich(item, fill(form(forms, n), {n}));
  }
  byId('legend-title').textContent = say('legend_at', {clock: clock(t)});
}
