/** The bar of one crew: hours on duty, the road, work that is done, under way and planned, the end of its hours. */

import {svg} from '../parts/svg.js';
import {at, t} from './start.js';

/** Width of the plane of the bar; it is stretched to the room that there is. Heights [px]. */
const WIDE = 1000;
const HIGH = 40;

/**
 * @param {{hours: [number, number][], work: any[], id: string}} crew
 * @param {{start: number, duration: number, moment: number, present: number}} run
 * @param {(stage: string) => string} word
 */
export function crewBar({hours, work, id}, {start, duration, moment, present}, word) {
  const said = t('crew_bar', {crew: id, n: work.length});
  const root = svg('svg', {
    class: 'crew-bar',
    viewBox: `0 0 ${WIDE} ${HIGH}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': said
  });
  /** @param {number} s */
  const x = (s) => (s / duration) * WIDE;
  root.append(svg('rect', {x: 0, y: 0, width: WIDE, height: HIGH, class: 'off-duty'}));
  for (const [from, to] of hours) {
    root.append(svg('rect', {x: x(from), y: 0, width: x(to - from), height: HIGH, class: 'on-duty'}));
    root.append(svg('line', {x1: x(from), x2: x(to), y1: HIGH / 2, y2: HIGH / 2, class: 'free'}));
    root.append(svg('line', {x1: x(to), x2: x(to), y1: 1, y2: HIGH - 1, class: 'hours-end'}));
  }
  for (const one of work) {
    const state = one.to <= present ? 'done' : one.from <= present ? 'now' : 'planned';
    const isRoad = one.stage === 'reach';
    const box = svg('rect', {
      x: x(one.from),
      y: isRoad ? 12 : 7,
      width: Math.max(1.2, x(one.to - one.from)),
      height: isRoad ? HIGH - 24 : HIGH - 14,
      class: isRoad ? 'road' : state
    });
    const place = [one.asset, one.street].filter(Boolean).join(', ');
    const title = svg('title', {});
    title.textContent = `${at(start + one.from)} – ${at(start + one.to)}\u00a0: ${word(one.stage)}, ${place}`;
    box.append(title);
    root.append(box);
  }
  root.append(svg('line', {x1: x(present), x2: x(present), y1: 0, y2: HIGH, class: 'now-line'}));
  const shown = svg('g', {class: 'moment', transform: `translate(${x(moment)} 0)`});
  shown.append(svg('line', {x1: 0, x2: 0, y1: 0, y2: HIGH}));
  root.append(shown);
  return root;
}
