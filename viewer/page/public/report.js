/** Telling the city that the page is wrong: an address of the web or a letter, with what is shown filled in. */

import {say} from '../words/speech.js';
import {clock} from '../words/time.js';
import {isAddress} from './heading.js';

/**
 * Give the address that a report goes to.
 *
 * @param {string} to where the city takes reports: https://… or an address of mail
 * @param {string} street
 * @param {number} t
 * @param {string} run
 */
export function reportAddress(to, street, t, run) {
  if (isAddress(to)) {
    return `${to}${to.includes('?') ? '&' : '?'}street=${encodeURIComponent(street)}&time=${t}&run=${run}`;
  }
  const subject = encodeURIComponent(say('report_subject'));
  const body = encodeURIComponent(say('report_body', {street, clock: clock(t), run}));
  const mailbox = encodeURIComponent(to.replace(/^mailto:/, '')).replace('%40', '@');
  return `mailto:${mailbox}?subject=${subject}&body=${body}`;
}
