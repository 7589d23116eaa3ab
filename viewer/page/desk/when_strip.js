/** If it goes out, when: between which hours it does, and by when it is back, over the day and the night. */

import {label, path, svg} from '../parts/svg.js';
import {hour, secondOfDay} from '../words/time.js';
import {saying, t} from './start.js';

const [WIDE, HIGH, AXIS, BAR] = [420, 46, 18, 12];

/**
 * @param {{start: number, duration: number}} run
 * @param {[number, number][]} nights dark spans [s from its start]
 * @param {{out: [number, number], back?: [number, number | null] | null}} when moments [s since 1970]; ``back``: half
 *   of the times before the first, 9 of 10 before the second, null where that is beyond the run; null where half or
 *   more are; left out where it is not known
 * @param {(epoch: number) => string} at
 */
export function whenStrip({start, duration}, nights, {out, back}, at) {
  /** @param {number} epoch */
  const x = (epoch) => (Math.min(duration, Math.max(0, epoch - start)) / duration) * WIDE;
  const told = [t('when_out', {from: at(out[0]), to: at(out[1])})];
  if (back) told.push(t(back[1] === null ? 'when_back_half' : 'when_back', {half: at(back[0]), to: at(back[1] ?? 0)}));
  else if (back === null) told.push(t('when_back_none'));
  const root = svg('svg', {
    viewBox: `0 0 ${WIDE} ${HIGH + AXIS}`,
    class: 'chart strip-dots',
    role: 'img',
    'aria-label': saying(t('when_title'), told.join(' '))
  });
  root.append(svg('rect', {x: 0, y: 0, width: WIDE, height: HIGH, class: 'day-ground'}));
  for (const [from, to] of nights) {
    const [a, b] = [x(start + from), x(start + to)];
    if (b > a) root.append(svg('rect', {x: a, y: 0, width: b - a, height: HIGH, class: 'night-ground'}));
  }
  const bars = [{from: out[0], to: out[1], name: 'goes-out'}];
  if (back)
    bars.push({from: back[0], to: back[1] ?? start + duration, name: back[1] === null ? 'is-open' : 'comes-back'});
  const middle = HIGH / 2;
  if (back !== undefined)
    root.append(path(`M${x(out[1])} ${middle}H${back ? x(back[0]) : WIDE}`, {class: 'while-out'}));
  for (const {from, to, name} of bars) {
    const width = Math.max(3, x(to) - x(from));
    root.append(svg('rect', {x: x(from), y: middle - BAR / 2, width, height: BAR, class: name}));
  }
  const every = [3, 6, 12, 24].find((n) => WIDE / (duration / 3600 / n) > 52) ?? 48;
  for (let moment = 0; moment <= duration; moment += 300) {
    if (secondOfDay(start + moment) % (every * 3600)) continue;
    const px = (moment / duration) * WIDE;
    const anchor = px < 16 ? 'start' : px > WIDE - 20 ? 'end' : 'middle';
    root.append(label(px, HIGH + 14, hour(start + moment), 'var(--soft)', anchor));
  }
  const holder = document.createElement('figure');
  const caption = document.createElement('figcaption');
  caption.textContent = told.join(' ');
  holder.append(root, caption);
  return holder;
}
