/** Approving a run, in one's own name, with a reason, until a time; and taking that back. */

import {make} from '../parts/dom.js';
import {at, between, t} from './start.js';

/** @import {Frame} from './frame.js' */

const HOURS = [2, 4, 6, 12, 24];

/**
 * @param {Frame} frame
 * @param {{id: string, number: number}} brief
 */
export function approveForm(frame, brief) {
  const reason = make('input', {id: 'approve-reason', required: true, maxlength: 300, autocomplete: 'off'});
  const until = make(
    'select',
    {id: 'approve-until'},
    ...HOURS.map((h) =>
      make('option', {value: h, selected: h === 4}, `${t('hours_n', {n: String(h)})} (${at(frame.now + h * 3600)})`)
    )
  );
  const says = make('p', {class: 'says', role: 'alert'});
  const form = make(
    'form',
    {class: 'stack'},
    make('p', {class: 'soft'}, t('approve_says', {name: frame.person.name})),
    make('label', {for: 'approve-reason'}, t('reason')),
    reason,
    make('label', {for: 'approve-until'}, t('until')),
    until,
    make('button', {class: 'main'}, t('approve_go')),
    says
  );
  const shut = frame.sheet(t('approve_title', {number: String(brief.number)}), [form]);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const said = {reason: reason.value, until: Math.round(frame.now) + Number(until.value) * 3600};
    if (await frame.act(`/api/runs/${brief.id}/approve`, said, says)) shut();
  });
}

/**
 * @param {Frame} frame
 * @param {{id: string, number: number}} brief the run in force
 */
export function withdrawForm(frame, brief) {
  const reason = make('input', {id: 'withdraw-reason', required: true, maxlength: 300, autocomplete: 'off'});
  const says = make('p', {class: 'says', role: 'alert'});
  const form = make(
    'form',
    {class: 'stack'},
    make('p', {class: 'soft'}, t('withdraw_says', {name: frame.person.name})),
    make('label', {for: 'withdraw-reason'}, t('reason')),
    reason,
    make(
      'label',
      {class: 'tick'},
      make('input', {type: 'checkbox', id: 'withdraw-sure', required: true}),
      t('withdraw_sure')
    ),
    make('button', {class: 'main'}, t('withdraw_go')),
    says
  );
  const shut = frame.sheet(t('withdraw_title', {number: String(brief.number)}), [form]);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (await frame.act(`/api/runs/${brief.id}/withdraw`, {reason: reason.value}, says)) shut();
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
