/** How far a run is: what it does, how much of it, how long still, as far as anybody can tell. */

import {make} from '../parts/dom.js';
import {language, number} from '../words/speech.js';
import {span, t} from './start.js';

/**
 * @typedef {object} Progress
 * @property {Record<string, string>} [said] what it does, by language
 * @property {string} [doing]
 * @property {string} [stage]
 * @property {number} [done]
 * @property {number} [of]
 * @property {number | null} [seconds_left]
 */

/** @param {Progress} progress */
export function progressBar({said, doing, stage, done = 0, of = 0, seconds_left: left = null}) {
  const share = of > 0 ? Math.min(1, done / of) : null;
  const words = [said?.[language()] ?? doing ?? stage ?? ''];
  if (share !== null) words.push(`${number(Math.round(share * 100))}\u00a0%`);
  if (left !== null) words.push(t('left', {time: span(left)}));
  const bar = make('progress', {max: 1, value: share ?? false, 'aria-label': words[0] || t('run_running')});
  return make('div', {class: 'pg'}, bar, make('p', {class: 'soft'}, words.filter(Boolean).join(' · ')));
}
