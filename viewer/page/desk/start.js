/** What the page says at its start, and how the desk's own texts are said. */

import {byId} from '../parts/dom.js';
import {number, say, told} from '../words/speech.js';
import {clock, duration, moment as sayMoment} from '../words/time.js';

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

/**
 * Say something of something, behind a colon as the language sets it.
 *
 * @param {string} what
 * @param {string} says
 */
export function saying(what, says) {
  return t('what_says', {what, says});
}

/** Give what a run is called, in the language spoken. @param {{name: string}} run */
export function nameOf({name}) {
  return told(name);
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
 * Say how long it is from one moment to another [s since 1970], an age or what is left: as many minutes as lie between
 * the two hours as clocks show them, so that every screen says one number; less than a minute in seconds.
 *
 * @param {number} from
 * @param {number} to
 */
export function between(from, to) {
  return to - from < 60 ? span(to - from) : span((Math.floor(to / 60) - Math.floor(from / 60)) * 60);
}

/**
 * Give a time of day of a moment [s since 1970]; a dash for none.
 *
 * @param {number | null | undefined} epoch
 */
export function at(epoch) {
  return epoch === null || epoch === undefined ? '–' : clock(epoch);
}

/**
 * Name a source of data: what somebody read is told by its word, others by their own names.
 *
 * @param {string} name
 */
export function sourceName(name) {
  return name === 'main' ? t('source_by_eye') : name;
}

/** @param {number} value @param {number} [decimals] */
export function signed(value, decimals = 0) {
  return value > 0 ? `+${number(value, decimals)}` : number(value, decimals);
}

/**
 * Give the moment of the day of `now` that a time input says, the last one that is past; NaN where it says nothing.
 *
 * @param {string} text 21:12 or 21 h 12
 * @param {number} now [s since 1970]
 * @param {number} offset of the zone [s]
 */
export function pastMoment(text, now, offset) {
  const ofDay = secondsOf(text);
  const midnight = Math.floor((now + offset) / 86_400) * 86_400 - offset;
  const moment = midnight + ofDay;
  return moment > now + 60 ? moment - 86_400 : moment;
}

/**
 * Give the second of the day that a text says, 21:12 or 21 h 12; NaN where it says none.
 *
 * @param {string} text
 */
export function secondsOf(text) {
  const found = /^\s*([01]?\d|2[0-3])\s*[:hH]\s*([0-5]\d)\s*$/.exec(text);
  return found ? Number(found[1]) * 3600 + Number(found[2]) * 60 : NaN;
}

/**
 * Give a time of day with its day of the week where that is not the present one's; a dash for none.
 *
 * @param {number | null | undefined} epoch
 * @param {number} now
 */
export function atDay(epoch, now) {
  return epoch === null || epoch === undefined ? '–' : sayMoment(epoch, now);
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
