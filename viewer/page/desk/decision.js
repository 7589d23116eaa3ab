/** Bringing a run to who decides, in one's own name and with a reason; saying no to it; what became of it, in words. */

import {make} from '../parts/dom.js';
import {get} from './net.js';
import {reasonForm} from './reason_form.js';
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
  const number = String(run.number);
  reasonForm(frame, {
    name: 'bring',
    title: other ? t('bring_title_against', {number, other: String(other.number)}) : t('bring_title', {number}),
    says: t('bring_says', {name: frame.person.name}),
    go: t('bring_go'),
    before: [make('label', {for: 'decider'}, t('decider')), decider, names],
    path: '/api/proposals',
    body: () => ({run: run.id, other: other?.id ?? '', decider: decider.value})
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
  reasonForm(frame, {
    name: 'decline',
    title: t('decline_title', {number: String(run.number)}),
    says: t('decline_says', {name: frame.person.name}),
    go: t('decline_go'),
    path: '/api/proposals/decline',
    body: () => ({run: run.id})
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
