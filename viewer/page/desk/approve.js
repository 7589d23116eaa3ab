/** Approving a run, in one's own name, with a reason, until a time; and taking that back. */

import {make} from '../parts/dom.js';
import {reasonForm} from './reason_form.js';
import {at, between, t} from './start.js';

/** @import {Frame} from './frame.js' */

const HOURS = [2, 4, 6, 12, 24];

/**
 * @param {Frame} frame
 * @param {{id: string, number: number}} brief
 */
export function approveForm(frame, brief) {
  const until = make(
    'select',
    {id: 'approve-until'},
    ...HOURS.map((h) =>
      make('option', {value: h, selected: h === 4}, `${t('hours_n', {n: String(h)})} (${at(frame.now + h * 3600)})`)
    )
  );
  reasonForm(frame, {
    name: 'approve',
    title: t('approve_title', {number: String(brief.number)}),
    says: t('approve_says', {name: frame.person.name}),
    go: t('approve_go'),
    after: [make('label', {for: 'approve-until'}, t('until')), until],
    path: `/api/runs/${brief.id}/approve`,
    body: () => ({until: Math.round(frame.now) + Number(until.value) * 3600})
  });
}

/**
 * @param {Frame} frame
 * @param {{id: string, number: number}} brief the run in force
 */
export function withdrawForm(frame, brief) {
  const sure = make('input', {type: 'checkbox', id: 'withdraw-sure', required: true});
  reasonForm(frame, {
    name: 'withdraw',
    title: t('withdraw_title', {number: String(brief.number)}),
    says: t('withdraw_says', {name: frame.person.name}),
    go: t('withdraw_go'),
    after: [make('label', {class: 'tick'}, sure, t('withdraw_sure'))],
    path: `/api/runs/${brief.id}/withdraw`
  });
}

/**
 * Say what became of the last approval where none is in force; nothing where one is, or there never was one.
 *
 * @param {import('./types.js').Ended | null} ended
 */
export function endedWords(ended) {
  if (!ended || ended.at === null) return '';
  const number = ended.number === null ? '–' : String(ended.number);
  return ended.how === 'withdrawn'
    ? t('approval_withdrawn', {number, at: at(ended.at), by: ended.by})
    : t('approval_expired', {number, at: at(ended.at)});
}

/**
 * Say how long an approval holds still, counting: the frame's clock goes on with it.
 *
 * @param {number} until
 * @param {number} now
 */
export function stillWords(until, now) {
  return make('span', {class: 'nb', 'data-until': until}, t('left', {time: between(now, until)}));
}
