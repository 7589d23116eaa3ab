/** How moments and durations are said. Seconds are counted from the start of the run; the zone's offsets are packed. */

import {language, say} from './speech.js';

const DAY_MS = 86_400_000;

/** @type {{start: number, offsets: [number, number][]}} */
const zone = {start: 0, offsets: [[0, 0]]};

/**
 * Say times as in the city of a run: its start by the device's clock [s] and offsets from UTC, each from a second on.
 *
 * @param {{start: number, offsets: [number, number][]}} config
 */
export function keepTime({start, offsets}) {
  Object.assign(zone, {start, offsets});
}

/** @param {number} seconds */
function local(seconds) {
  let offset = zone.offsets[0][1];
  for (const [from, value] of zone.offsets) if (seconds >= from) offset = value;
  return new Date((zone.start + seconds + offset) * 1000);
}

/**
 * Give a time of day: 22 h 40 or 22:40.
 *
 * @param {number} seconds
 */
export function clock(seconds) {
  const at = local(seconds);
  const minutes = String(at.getUTCMinutes()).padStart(2, '0');
  return language() === 'fr'
    ? `${at.getUTCHours()}\u00a0h\u00a0${minutes}`
    : `${String(at.getUTCHours()).padStart(2, '0')}:${minutes}`;
}

/** @param {number} seconds */
export function hour(seconds) {
  const at = local(seconds);
  return language() === 'fr' ? `${at.getUTCHours()}\u00a0h` : `${String(at.getUTCHours()).padStart(2, '0')}:00`;
}

/**
 * @param {number} seconds
 * @param {boolean} [withYear]
 */
export function day(seconds, withYear = true) {
  const at = local(seconds);
  const month = say('months').split('|')[at.getUTCMonth()];
  const date = language() === 'fr' && at.getUTCDate() === 1 ? '1er' : at.getUTCDate();
  return `${weekday(seconds)} ${date} ${month}${withYear ? ` ${at.getUTCFullYear()}` : ''}`;
}

/** @param {number} seconds */
export function weekday(seconds) {
  return say('weekdays').split('|')[local(seconds).getUTCDay()];
}

/**
 * Tell whether two moments are of one local day.
 *
 * @param {number} one
 * @param {number} other
 */
export function isSameDay(one, other) {
  return dayNumber(one) === dayNumber(other);
}

/** @param {number} seconds */
function dayNumber(seconds) {
  return Math.floor(local(seconds).getTime() / DAY_MS);
}

/** @param {number} seconds */
export function secondOfDay(seconds) {
  const at = local(seconds);
  return at.getUTCHours() * 3600 + at.getUTCMinutes() * 60 + at.getUTCSeconds();
}

/**
 * Give a time of day, with its day of the week when it is not the day of `beside`.
 *
 * @param {number} seconds
 * @param {number} beside
 */
export function moment(seconds, beside) {
  if (isSameDay(seconds, beside)) return clock(seconds);
  return say('clock_day', {clock: clock(seconds), day: weekday(seconds)});
}

/**
 * Give the same with "at" where it belongs, and without, for sentences: {at, when}.
 *
 * @param {number} seconds
 * @param {number} beside
 */
export function times(seconds, beside) {
  const key = isSameDay(seconds, beside) ? 'clock_at' : 'clock_day_at';
  return {when: moment(seconds, beside), at: say(key, {clock: clock(seconds), day: weekday(seconds)})};
}

/** Times of return rest on durations assumed: they are said to the quarter of an hour, rounded up [s]. */
const QUARTER_S = 900;

/**
 * Give the same of a moment that is not known to the minute.
 *
 * @param {number} seconds
 * @param {number} beside
 */
export function roughly(seconds, beside) {
  const {start, offsets} = zone;
  const shift = start + offsets[0][1];
  return times(Math.ceil((seconds + shift) / QUARTER_S) * QUARTER_S - shift, beside);
}

/**
 * Give the day of the week and the time of day.
 *
 * @param {number} seconds
 */
export function weekdayClock(seconds) {
  return say('day_clock', {clock: clock(seconds), day: weekday(seconds)});
}

/**
 * Give the day without its year and the time of day, after "on".
 *
 * @param {number} seconds
 */
export function onDayAt(seconds) {
  return say('on_at', {day: day(seconds, false), clock: clock(seconds)});
}

/**
 * Give a moment for programs: ISO 8601 with the offset of the city.
 *
 * @param {number} seconds
 */
export function stamp(seconds) {
  let offset = zone.offsets[0][1];
  for (const [from, value] of zone.offsets) if (seconds >= from) offset = value;
  /** @param {number} n */
  const two = (n) => String(n).padStart(2, '0');
  const minutes = Math.abs(offset) / 60;
  const behind = `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return local(seconds)
    .toISOString()
    .replace(/\.\d+Z$/, behind);
}

/** @param {number} seconds */
export function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}\u00a0min`;
  const rest = minutes % 60;
  return rest ? `${Math.floor(minutes / 60)}\u00a0h\u00a0${String(rest).padStart(2, '0')}` : `${minutes / 60}\u00a0h`;
}

/**
 * Tell whether a page’s hour of issue is told: without one a run is issued as its period begins, and that is said.
 *
 * @param {{issued: number, status: string}} config
 */
export function isIssueTold({issued, status}) {
  return issued !== 0 || status === 'forecast';
}
