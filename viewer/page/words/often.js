/** How often, in words of ten, and the three words of maps of probability. */

import {WORDS} from '../map/symbols.js';
import {say} from './speech.js';

/**
 * Give how often, in words of ten.
 *
 * @param {number} tenths
 */
export function often(tenths) {
  if (tenths < 1) return say('often_hardly');
  return tenths > 9 ? say('often_always') : say('often_tenths', {n: tenths});
}

/**
 * Give the word of an interval in doubt.
 *
 * @param {number} word a code of `Likely`
 */
export function wordOf(word) {
  const told = WORDS[word];
  return told ? say(`word_${told}`) : say('word_certain');
}
