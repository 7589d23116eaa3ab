/** The bar of one crew: hours on duty, the road, work that is done, under way and planned, the end of its hours. */

import {svg} from '../parts/svg.js';
import {streetBeside, named, withId} from './names.js';
import {at, t} from './start.js';

/** Width of the plane of the bar; it is stretched to the room that there is. Heights [px]. */
const WIDE = 1000;
const HIGH = 40;
/** Lines of the hours are so far apart [s]; work that takes less of the bar than this share bears no name. */
const HOURS_S = 10_800;
const LEAST = 0.035;

/**
 * @param {{hours: [number, number][], work: any[], waits: any[], id: string}} crew
 * @param {{start: number, duration: number, moment: number, present: number}} run
 * @param {(stage: string) => string} word
 */
export function crewBar({hours, work, waits, id}, {start, duration, moment, present}, word) {
  const said = t('crew_bar', {crew: id, n: work.length});
  const holder = document.createElement('div');
  holder.className = 'crew-line';
  const root = svg('svg', {
    class: 'crew-bar',
    viewBox: `0 0 ${WIDE} ${HIGH}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': [said, ...waits.map((one) => waitWords(one, start))].join('. ')
  });
  /** @param {number} s */
  const x = (s) => (s / duration) * WIDE;
  root.append(svg('rect', {x: 0, y: 0, width: WIDE, height: HIGH, class: 'off-duty'}));
  for (let s = (HOURS_S - (start % HOURS_S)) % HOURS_S; s < duration; s += HOURS_S) {
    root.append(svg('line', {x1: x(s), x2: x(s), y1: 0, y2: HIGH, class: 'hour'}));
  }
  for (const [from, to] of hours) {
    root.append(svg('rect', {x: x(from), y: 0, width: x(to - from), height: HIGH, class: 'on-duty'}));
    root.append(svg('line', {x1: x(from), x2: x(to), y1: HIGH / 2, y2: HIGH / 2, class: 'free'}));
    root.append(svg('line', {x1: x(to), x2: x(to), y1: 1, y2: HIGH - 1, class: 'hours-end'}));
  }
  for (const one of waits) {
    const what = t(`waits_${one.for}`);
    holder.append(label(one, 'waits', duration, t('bar_waits', {what, asset: one.name}), what));
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
    const place = [withId(one), streetBeside(one.name, one.street)].filter(Boolean).join(', ');
    const title = svg('title', {});
    title.textContent = `${at(start + one.from)} – ${at(start + one.to)}\u00a0: ${word(one.stage)}, ${place}`;
    box.append(title);
    root.append(box);
    const share = (one.to - one.from) / duration;
    if (isRoad || share < LEAST) continue;
    const many = one.count > 1;
    const long = many ? `${one.count} × ${one.street || one.asset}` : named(one);
    holder.append(label(one, state, duration, long, many ? `${one.count} ×` : one.asset));
  }
  root.append(svg('line', {x1: x(present), x2: x(present), y1: 0, y2: HIGH, class: 'now-line'}));
  const shown = svg('g', {class: 'moment', transform: `translate(${x(moment)} 0)`});
  shown.append(svg('line', {x1: 0, x2: 0, y1: 0, y2: HIGH}));
  root.append(shown);
  holder.prepend(root);
  return holder;
}

/**
 * Give the words of a piece of the bar, long and short; ``fitLabels`` writes what there is room for.
 *
 * @param {{from: number, to: number}} piece
 * @param {string} kind
 * @param {number} duration of the run [s]
 * @param {string} long
 * @param {string} short
 */
function label({from, to}, kind, duration, long, short) {
  const name = document.createElement('span');
  name.className = `crew-label ${kind}`;
  name.setAttribute('aria-hidden', 'true');
  Object.assign(name.dataset, {long, short});
  name.style.left = `${((100 * from) / duration).toFixed(2)}%`;
  name.style.width = `${((100 * (to - from)) / duration).toFixed(2)}%`;
  return name;
}

/** For what a crew waits, from when to when. @param {any} wait @param {number} start */
function waitWords({from, to, for: why, name}, start) {
  const what = t('bar_waits', {what: t(`waits_${why}`), asset: name});
  return `${at(start + from)} – ${at(start + to)}\u00a0: ${what}`;
}

/**
 * Write on each piece of work what it has room for: its name, else how many things it mends, else nothing; all of it
 * stands in the list below.
 *
 * @param {HTMLElement} holder
 */
export function fitLabels(holder) {
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (holder.querySelectorAll('.crew-label'))) {
    for (const words of [one.dataset.long ?? '', one.dataset.short ?? '', '']) {
      one.textContent = words;
      if (one.scrollWidth <= one.clientWidth) break;
    }
  }
}
