/** How well the quantiles of an ensemble are known: between which values each lies, 19 times out of 20. */

import {OPEN} from '../enums.js';
import {make, rich} from '../parts/dom.js';
import {metres, say} from '../words/speech.js';

/** @import {LikelyColumns} from '../types.js' */

/** Depths that so few nights do not bound are packed as this [cm]. */
const OPEN_CM = 65_535;

/**
 * Give between which hours each of some hours lies, one or two.
 *
 * @param {Required<LikelyColumns>} columns
 * @param {number} k
 * @param {readonly ('first0' | 'first2' | 'back1' | 'back2')[]} names
 * @param {(seconds: number) => string} down says an hour, rounded down
 * @param {(seconds: number) => string} up says it rounded up
 */
export function knownHours(columns, k, names, down, up) {
  const [first, second] = names.map((name) => {
    const [low, high] = [columns[`likely.${name}_low`][k], columns[`likely.${name}_high`][k]];
    return within(low === OPEN ? '' : down(low), high === OPEN ? '' : up(high), 'known_latest', 'known_earliest');
  });
  return note(second === undefined ? say('known_hour', {first}) : say('known_hours', {first, second}));
}

/**
 * Give between which depths each of the three lies.
 *
 * @param {Required<LikelyColumns>} columns
 * @param {number} k
 */
export function knownDepths(columns, k) {
  const [low, middle, high] = /** @type {const} */ (['depth0', 'depth1', 'depth2']).map((name) => {
    const pair = [columns[`likely.${name}_low`][k], columns[`likely.${name}_high`][k]];
    const [least, most] = pair.map((value) => (value === OPEN_CM ? '' : metres(value)));
    return within(least, most, 'known_most', 'known_least');
  });
  return note(say('known_depths', {first: low, second: high, third: middle}));
}

/**
 * Say between which two values one lies; '' for one that so few nights do not bound.
 *
 * @param {string} low
 * @param {string} high
 * @param {'known_latest' | 'known_most'} atMost
 * @param {'known_earliest' | 'known_least'} atLeast
 */
function within(low, high, atMost, atLeast) {
  if (low === high) return low || say('known_not');
  if (!low || !high) return low ? say(atLeast, {value: low}) : say(atMost, {value: high});
  return say('known_between', {low, high});
}

/** @param {string} text */
function note(text) {
  return rich(make('p', {class: 'soft known'}), text);
}
