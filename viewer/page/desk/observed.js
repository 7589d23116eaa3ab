/** Computed and observed: confirmed, contradicted, not seen; who must have failed; how old the data are. */

import {byId, make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {factList} from './facts.js';
import {withId} from './names.js';
import {at, between, sourceName, t} from './start.js';

export class Observed {
  /**
   * @param {any} told
   * @param {number} now
   */
  say(told, now) {
    const {observed} = told;
    byId('observed-at').textContent = observed ? at(now) : '';
    const parts = observed
      ? [table(observed.rows), ...suspects(observed)]
      : [make('p', {class: 'soft'}, t('no_observed'))];
    byId('observed-body').replaceChildren(...parts, ...factList(told.facts, now), ...ages(told.source_rows, now));
  }
}

/** @param {any[]} rows */
function table(rows) {
  const heads = ['confirmed', 'contradicted', 'unseen'].map((key) => make('th', {scope: 'col', class: 'r'}, t(key)));
  const body = rows.map((row) =>
    make(
      'tr',
      {},
      make('th', {scope: 'row'}, t(`kind_${row.kind}`)),
      make('td', {class: 'r'}, number(row.confirmed)),
      make('td', {class: 'r'}, row.contradicted ? make('b', {}, number(row.contradicted)) : number(0)),
      make('td', {class: 'r'}, number(row.unseen))
    )
  );
  const head = make('thead', {}, make('tr', {}, make('td', {}, t('out_of_service')), ...heads));
  return make('table', {class: 'obs'}, head, make('tbody', {}, ...body));
}

/** @param {any} observed */
function suspects({suspects: found, ask, unforeseen}) {
  const lines = [];
  if (unforeseen.length) {
    const named = unforeseen.slice(0, 4).map(withId);
    const more = unforeseen.length > named.length ? ` + ${unforeseen.length - named.length}` : '';
    lines.push(make('p', {class: 'soft pad'}, t('seen_not_computed', {what: named.join(', ') + more})));
  }
  const [first, second] = found;
  if (first) {
    const chance = String(Math.min(9, Math.round(first.chance * 10)));
    lines.push(make('p', {}, make('strong', {}, t('suspect', {asset: withId(first), chance}))));
    if (second && first.odds) {
      const odds = Math.round(first.odds);
      const words = odds < 2 ? 'runner_equal' : 'runner_up';
      lines.push(make('p', {class: 'soft'}, t(words, {asset: withId(second), odds: number(odds)})));
    }
  }
  if (ask.asset) lines.push(make('p', {class: 'soft'}, t('ask_about', {asset: withId(ask)})));
  return lines;
}

/**
 * @param {any[]} rows
 * @param {number} now
 */
function ages(rows, now) {
  if (!rows.length) return [make('p', {class: 'soft pad'}, t('no_sources'))];
  const lines = rows.map((row) =>
    make(
      'tr',
      {class: row.late ? 'late' : false},
      make(
        'th',
        {scope: 'row'},
        make('i', {class: row.late ? 'nod' : 'okd', 'aria-hidden': 'true'}),
        sourceName(row.name)
      ),
      make('td', {class: 'r'}, make('b', {}, row.newest === null ? t('never') : between(row.newest, now))),
      make('td', {class: 'r soft'}, t(`source_${row.state}`))
    )
  );
  return [make('table', {class: 'age'}, make('caption', {class: 'hidden'}, t('ages')), make('tbody', {}, ...lines))];
}
