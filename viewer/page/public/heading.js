/** What the public page says of the run as a whole: status and limits, the night in one paragraph, how it was made. */

import {all, byId, make, rich} from '../parts/dom.js';
import {language, listed, say} from '../words/speech.js';
import {clock, day, isSameDay, onDayAt, weekday, weekdayClock} from '../words/time.js';

/** @import {Contact, Key, PublicConfig} from '../types.js' */

/** @param {PublicConfig} config */
export function sayHeading(config) {
  const {city, status, issued, validUntil, releasedBy} = config;
  const statusWords = say(`status_${status}`);
  const until = untilWords(config);
  document.title = say('public_title', {city, status: statusWords});
  byId('not-observed').textContent = say(`not_observed_${status}`);
  rich(byId('made'), listed(say('made_until', {issued: onDayAt(issued), until}), nextWords(config)));
  const short = say('until_short', {clock: clock(validUntil), day: weekday(validUntil)});
  const made = say('made_until', {issued: weekdayClock(issued), until: short});
  rich(byId('made-short'), listed(made, nextWords(config, true)));
  const released = document.getElementById('released');
  if (released) released.textContent = say('released_by', {name: releasedBy});
  const lines = headline(config).split('\n');
  byId('heading').replaceChildren(...lines.flatMap((line, i) => (i ? [make('br'), line] : [line])));
  rich(byId('paragraph'), night(config));
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

/** @param {PublicConfig} config */
function headline({city, night: [first, last]}) {
  const isOneDay = day(first) === day(last);
  /** @param {number} t */
  const date = (t) => day(t, false).split(' ').slice(1);
  const from = isOneDay ? day(first) : date(first)[0];
  return say(isOneDay ? 'h1_day' : 'h1', {city, from, to: date(last).join(' ')});
}

/** @param {PublicConfig} config */
function night({totals: {ever, total, may, wet}, wetSpan, blocks, peakAt}) {
  const values = {n: total ? ever : wet, total, wet, peak: clock(peakAt)};
  return `${say(nightKey(total > 0, wetSpan !== null, blocks > 0), values)} ${
    may ? say('night_may', {n: may, all: ever + may}) : ''
  }`;
}

/**
 * @param {boolean} hasLamps
 * @param {boolean} hasWater
 * @param {boolean} hasBlocks
 * @returns {Key}
 */
function nightKey(hasLamps, hasWater, hasBlocks) {
  if (!hasLamps) return hasBlocks ? 'night_no_lamps' : 'night_no_lamps_blocks';
  if (!hasWater) return 'night_dry';
  return hasBlocks ? 'night_water' : 'night_water_lamps';
}

/**
 * Say how it was made, and whom to call.
 *
 * @param {PublicConfig} config
 */
function about({name, status, duration, defaults, doubtful, sources, runId, contacts}) {
  /** @param {number} t */
  const moment = (t) => say('moment_of', {day: day(t), clock: clock(t)});
  const lines = [
    say('how_scenario', {name, from: moment(0), to: moment(duration), status: say(`status_${status}`)}),
    say('how_method'),
    say('how_assumed', {n: defaults, doubtful}),
    say('how_left_out'),
    ...(sources.length ? [say('how_sources', {list: sources.join(' ; ')})] : []),
    say('how_run', {run: runId}),
    say('how_licence')
  ];
  byId('how-text').replaceChildren(...lines.map((line) => make('p', {}, line)));
  const lang = language();
  const {emergency, grid, official} = contacts;
  const numbers = [...emergency, ...(grid ? [grid] : [])];
  byId('numbers').replaceChildren(...numbers.map((one) => make('li', {}, make('strong', {}, one.to), ` ${one[lang]}`)));
  byId('official').replaceChildren(...official.map((one) => make('li', {}, link(one))));
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
