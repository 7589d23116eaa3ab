/** What the page says at its start, and how the desk's own texts are said. */

import {byId} from '../parts/dom.js';
import {number, say} from '../words/speech.js';
import {clock, duration} from '../words/time.js';

/** @import {Key, Values} from '../types.js' */
/** @import {Start} from './types.js' */

/**
 * Give what the page says at its start.
 *
 * @returns {Start}
 */
export function start() {
  const said = byId('start').textContent ?? '';
  return JSON.parse(said);
}

/**
 * Say a text of the desk's own catalogue; a test holds its keys against the scripts.
 *
 * @param {string} key
 * @param {Values} [values]
 */
export function t(key, values) {
  return say(/** @type {Key} */ (key), values);
}

/** @param {number} m */
export function level(m) {
  return `${number(m, 2)}\u00a0m`;
}

/** @param {number} seconds */
export function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  return s < 60 ? `${s}\u00a0s` : duration(s);
}

/**
 * Give a time of day of a moment [s since 1970]; a dash for none.
 *
 * @param {number | null | undefined} epoch
 */
export function at(epoch) {
  return epoch === null || epoch === undefined ? '–' : clock(epoch);
}

/** @param {number} value @param {number} [decimals] */
export function signed(value, decimals = 0) {
  return value > 0 ? `+${number(value, decimals)}` : number(value, decimals);
}

/**
 * Give the moment of the day of `now` that a time input says, the last one that is past; NaN where it says nothing.
 *
 * @param {string} text HH:MM
 * @param {number} now [s since 1970]
 * @param {number} offset of the zone [s]
 */
export function pastMoment(text, now, offset) {
  const found = /^(\d\d):(\d\d)$/.exec(text);
  if (!found) return NaN;
  const midnight = Math.floor((now + offset) / 86_400) * 86_400 - offset;
  const moment = midnight + Number(found[1]) * 3600 + Number(found[2]) * 60;
  return moment > now + 60 ? moment - 86_400 : moment;
}

/**
 * Give the text of a time input for a moment.
 *
 * @param {number} epoch
 * @param {number} offset
 */
export function timeText(epoch, offset) {
  const minutes = Math.floor((((epoch + offset) % 86_400) + 86_400) / 60) % 1440;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
