/** What the public page says of the run as a whole: status, validity, the night in one paragraph, how it was made. */

import {all, byId, make, rich} from '../parts/dom.js';
import {language, listed, register, say} from '../words/speech.js';
import {clock, day, isSameDay, onDayAt, weekday, weekdayClock} from '../words/time.js';

/** @import {Contact, PublicConfig} from '../types.js' */

/** @param {PublicConfig} config */
export function sayHeading(config) {
  const {city, status, issued, validUntil, releasedBy} = config;
  const statusWords = say(`status_${status}`);
  const until = untilWords(config);
  document.title = say('public_title', {city, status: statusWords});
  byId('not-observed').textContent = say(`not_observed_${status}`);
  // without an hour of issue the run is issued as its period begins: that is then said, not when it was made
  const key = issued || status === 'forecast' ? 'made_until' : 'begins_until';
  rich(byId('made'), listed(say(key, {issued: onDayAt(issued), until}), nextWords(config)));
  const short = say('until_short', {clock: clock(validUntil), day: weekday(validUntil)});
  const made = say(key, {issued: weekdayClock(issued), until: short});
  rich(byId('made-short'), listed(made, nextWords(config, true)));
  const released = document.getElementById('released');
  if (released) released.textContent = say('released_by', {name: releasedBy});
  const {heading, paragraph, also} = config.said[register()];
  byId('heading').replaceChildren(...heading.flatMap((line, i) => (i ? [make('br'), line] : [line])));
  rich(byId('paragraph'), paragraph);
  document.getElementById('also')?.replaceChildren(...also.map((line) => make('li', {}, line)));
  rich(byId('lone'), config.lone ? say('lone_houses', {n: config.lone}) : '');
  const foot = say('valid_foot', {status: statusWords, until: listed(until, nextWords(config))});
  for (const edge of all('.print-edge')) edge.textContent = foot;
  about(config);
}

/**
 * Give the limit of validity after "valable jusqu’": the day only where it is another one than that of issue.
 *
 * @param {PublicConfig} config
 */
function untilWords({validUntil, issued}) {
  if (isSameDay(validUntil, issued)) return say('until_clock', {clock: clock(validUntil)});
  return say('until_at', {day: day(validUntil, false), clock: clock(validUntil)});
}

/**
 * Give when the next page is promised, in words; nothing where nobody promised one.
 *
 * @param {PublicConfig} config
 * @param {boolean} [isShort]
 */
function nextWords({nextUpdate: at, issued}, isShort = false) {
  if (at === null) return '';
  const isToday = isSameDay(at, issued);
  const when = isToday ? say('at_clock', {clock: clock(at)}) : isShort ? weekdayClock(at) : onDayAt(at);
  return say('next_update', {when});
}

/**
 * Say what the map does not tell, how it was made, and whom to call.
 *
 * @param {PublicConfig} config
 */
function about({said, contacts}) {
  const {how, limits} = said[register()];
  byId('limits').textContent = limits;
  byId('how-text').replaceChildren(...how.map((line) => make('p', {}, line)));
  const {emergency, grid, official} = contacts;
  const numbers = [...emergency, ...(grid ? [grid] : [])];
  byId('numbers').replaceChildren(...numbers.map((one) => make('li', {}, ...number(one))));
  byId('official').replaceChildren(...official.map((one) => make('li', {}, link(one))));
}

/** @param {Contact} contact */
function number(contact) {
  const words = contact[language()];
  return contact.to ? [make('strong', {}, contact.to), ` ${words}`] : [words];
}

/** @param {Contact} contact */
function link(contact) {
  const words = contact[language()];
  return isAddress(contact.to) ? make('a', {href: contact.to, rel: 'noreferrer'}, words) : words;
}

/** @param {string} text */
export function isAddress(text) {
  return /^https:\/\//.test(text);
}

/**
 * Say that the page has expired, in place of all that is in the present tense.
 *
 * @param {PublicConfig} config
 */
export function sayExpired({validUntil, issued}) {
  const at = isSameDay(validUntil, issued)
    ? clock(validUntil)
    : say('since_at', {day: day(validUntil, false), clock: clock(validUntil)});
  byId('not-observed').textContent = say('expired_since', {when: at});
  byId('made').textContent = byId('made-short').textContent = '';
}
