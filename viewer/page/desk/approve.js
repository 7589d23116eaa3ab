/** Approving a run: in one's own name, with a reason, until a time. */

import {make} from '../parts/dom.js';
import {at, t} from './start.js';

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
