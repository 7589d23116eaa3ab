/** Facts by phone, wherever they show: what was seen, who says so, how old that is, whether to ask again. */

import {make} from '../parts/dom.js';
import {between, t} from './start.js';

/** @typedef {{id: number, asset: string, state: string, caller: string, seen_at: number, renew: boolean}} Fact */

/**
 * Say how long ago it was seen; the frame's clock goes on with it.
 *
 * @param {number} since
 * @param {number} now
 */
export function agoWords(since, now) {
  return make('span', {class: 'nb', 'data-since': since}, t('ago', {time: between(since, now)}));
}

/**
 * @param {Fact} fact
 * @param {number} now
 */
export function factWords({asset, state, caller, seen_at: seen, renew}, now) {
  const what = make('strong', {}, t('fact_line', {asset, state: t(`seen_${state}`)}));
  const words = make('span', {class: 'fact'}, what, ` · ${caller} · `, agoWords(seen, now));
  if (renew) words.append(' ', make('span', {class: 'lil'}, t('renew')));
  return words;
}

/**
 * Give the facts in force as a short list, those to be asked for again first.
 *
 * @param {Fact[]} facts
 * @param {number} now
 */
export function factList(facts, now) {
  if (!facts.length) return [];
  const MOST = 3;
  const sorted = [...facts].sort((a, b) => Number(b.renew) - Number(a.renew));
  const rows = sorted.slice(0, MOST).map((fact) => make('li', {}, factWords(fact, now)));
  const n = facts.filter((one) => one.renew).length;
  const head = `${t('n_facts', {n: facts.length})}${n ? `, ${t('n_renew', {n})}` : ''}`;
  const link = make('a', {href: '/journal'}, head);
  return [make('p', {class: 'pad'}, link), make('ul', {class: 'fact-list'}, ...rows)];
}
