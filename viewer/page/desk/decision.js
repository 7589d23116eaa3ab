/** Bringing a run to who decides, in one's own name and with a reason; saying no to it; what became of it, in words. */

import {make} from '../parts/dom.js';
import {get} from './net.js';
import {at, t} from './start.js';

/** @import {Frame} from './frame.js' */

/**
 * Ask who is to decide about a run, and why.
 *
 * @param {Frame} frame
 * @param {{id: string, number: number}} run
 * @param {{id: string, number: number} | null} [other] what it is held against
 */
export async function bringForm(frame, run, other = null) {
  const decider = make('input', {id: 'decider', required: true, maxlength: 80, autocomplete: 'off', list: 'deciders'});
  const names = make('datalist', {id: 'deciders'});
  const reason = make('input', {id: 'bring-reason', required: true, maxlength: 300, autocomplete: 'off'});
  const says = make('p', {class: 'says', role: 'alert'});
  const form = make(
    'form',
    {class: 'stack'},
    make('p', {class: 'soft'}, t('bring_says', {name: frame.person.name})),
    make('label', {for: 'decider'}, t('decider')),
    decider,
    names,
    make('label', {for: 'bring-reason'}, t('reason')),
    reason,
    make('button', {class: 'main'}, t('bring_go')),
    says
  );
  const number = String(run.number);
  const title = other ? t('bring_title_against', {number, other: String(other.number)}) : t('bring_title', {number});
  const shut = frame.sheet(title, [form]);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const said = {run: run.id, other: other?.id ?? '', decider: decider.value, reason: reason.value};
    if (await frame.act('/api/proposals', said, says)) shut();
  });
  const told = await get('/api/deciders');
  names.replaceChildren(...told.names.map((/** @type {string} */ name) => make('option', {value: name})));
}

/**
 * Say no to a run that somebody brought.
 *
 * @param {Frame} frame
 * @param {{id: string, number: number}} run
 */
export function declineForm(frame, run) {
  const reason = make('input', {id: 'decline-reason', required: true, maxlength: 300, autocomplete: 'off'});
  const says = make('p', {class: 'says', role: 'alert'});
  const form = make(
    'form',
    {class: 'stack'},
    make('p', {class: 'soft'}, t('decline_says', {name: frame.person.name})),
    make('label', {for: 'decline-reason'}, t('reason')),
    reason,
    make('button', {class: 'main'}, t('decline_go')),
    says
  );
  const shut = frame.sheet(t('decline_title', {number: String(run.number)}), [form]);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (await frame.act('/api/proposals/decline', {run: run.id, reason: reason.value}, says)) shut();
  });
}

/**
 * Say what became of the last time that a run was brought to somebody; nothing where nobody did, or once it is
 * approved: that is told as such.
 *
 * @param {any} proposal
 */
export function proposalWords(proposal) {
  if (!proposal || proposal.state === 'approved') return '';
  const {state, decider, by, reason, declined_by: who, declined_why: why} = proposal;
  return state === 'declined'
    ? t('proposal_declined', {by: who, at: at(proposal.declined_at), why})
    : t('proposal_open', {decider, by, at: at(proposal.at), reason});
}
