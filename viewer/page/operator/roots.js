/** What puts out most of the lamps that are out at a moment, counted by the root of each outage. */

import {make} from '../parts/dom.js';
import {listed, say} from '../words/speech.js';
import {clock} from '../words/time.js';

/** @import {OperatorModel} from '../pack/model.js' */
/** @import {OperatorConfig, SymbolName} from '../types.js' */
/** @import {Names} from './names.js' */
/** @import {Line} from './rows.js' */

/** Roots that the panel names. */
const ROOTS = 5;

/**
 * Give the lines of the panel while nothing is chosen.
 *
 * @param {object} parts
 * @param {OperatorModel} parts.model
 * @param {OperatorConfig} parts.config
 * @param {Names} parts.names
 * @param {number} t
 * @param {{symbolOf: (u: number) => SymbolName | null, rows: (lines: Line[]) => HTMLElement}} page
 * @returns {HTMLElement[]}
 */
export function rootLines({model, config, names}, t, {symbolOf, rows}) {
  const {own, roots, total} = model.rootsAt(t);
  if (!total) return [];
  /** What it causes of the night's darkness, where it is among the first. @param {number} u */
  const share = (u) => {
    const night = config.roots.find((one) => one.u === u);
    return night ? say('root_share', {share: Math.round(night.share * 100)}) : '';
  };
  const first = roots.slice(0, ROOTS);
  const lines = first.map(({u, lamps}) => ({
    u,
    symbol: symbolOf(u) ?? 'other_out',
    title: names.name(u),
    detail: listed(say('root_lamps', {n: lamps}), share(u), names.street(u))
  }));
  const rest = total - own - first.reduce((sum, {lamps}) => sum + lamps, 0);
  const left = [own && say('roots_own', {n: own}), rest > 0 && say('roots_rest', {n: rest})].filter(Boolean);
  return [
    make('h3', {}, say('roots_title', {clock: clock(t)})),
    make('p', {class: 'soft'}, say('roots_rule')),
    rows(lines),
    ...(left.length ? [make('p', {class: 'soft'}, left.join(' '))] : [])
  ];
}
