/** Lamps out over the night, the variant over its base, each named with its most; nights are dark, the hours below. */

import {byId} from '../parts/dom.js';
import {label, path, svg} from '../parts/svg.js';
import {number} from '../words/speech.js';
import {hour, secondOfDay} from '../words/time.js';
import {saying, t} from './start.js';

/**
 * @typedef {{start: number, duration: number, nights: [number, number][], step: number, base: number[],
 *   variant: number[] | null}} Curves
 */

const [HEIGHT, HEAD, AXIS] = [120, 20, 18];

export class ResultCurve {
  /** @param {string} id of its holder */
  constructor(id) {
    this.id = id;
    /** @type {Curves | null} */
    this.data = null;
    new ResizeObserver(() => this.draw()).observe(byId(id));
  }

  /** @param {Curves | null} data */
  take(data) {
    this.data = data;
    this.draw();
  }

  draw() {
    const holder = byId(this.id);
    const {data} = this;
    if (!data?.base.length) {
      holder.replaceChildren();
      return;
    }
    const {start, duration, nights, step, base, variant} = data;
    const width = Math.max(160, holder.clientWidth);
    /** @param {number} moment */
    const x = (moment) => (moment / duration) * width;
    const tops = [Math.max(...base), variant ? Math.max(...variant) : -1];
    const most = Math.max(1, ...tops);
    /** @param {number} n */
    const y = (n) => HEIGHT - 2 - (n / most) * (HEIGHT - HEAD - 2);
    const root = svg('svg', {width, height: HEIGHT + AXIS, class: 'chart', role: 'img'});
    root.append(svg('rect', {x: 0, y: 0, width, height: HEIGHT, class: 'day-ground'}));
    for (const [from, to] of nights) {
      const [a, b] = [x(Math.max(0, from)), x(Math.min(duration, to))];
      if (b > a) root.append(svg('rect', {x: a, y: 0, width: b - a, height: HEIGHT, class: 'night-ground'}));
    }
    /** @param {number[]} values */
    const line = (values) =>
      values.reduce(
        (d, n, k) => `${d}H${x(k * step).toFixed(1)}${n === values[k - 1] ? '' : `V${y(n).toFixed(1)}`}`,
        `M0 ${y(values[0]).toFixed(1)}`
      );
    root.append(path(line(base), {class: 'curve grey'}));
    if (variant) root.append(path(line(variant), {class: 'curve'}));
    const words = [t('curve_most', {what: t('col_base'), n: number(tops[0])})];
    if (variant) words.push(t('curve_most', {what: t('col_variant'), n: number(tops[1])}));
    // The higher of the two is named above its top, the other one below its own: neither word lies on a line.
    const isOver = variant !== null && tops[1] >= tops[0];
    [base, variant].forEach((values, k) => {
      if (!values) return;
      const isAbove = variant === null || (k === 1) === isOver;
      const half = 3.4 * words[k].length;
      const middle = Math.min(width - half - 4, Math.max(half + 4, x(this.middle(values, tops[k]) * step)));
      const fill = k ? 'var(--text)' : 'var(--soft)';
      const at = isAbove ? y(tops[k]) - 6 : Math.max(y(tops[k]), y(tops[1 - k])) + 17;
      const name = label(middle, at, words[k], fill, 'middle');
      name.setAttribute('class', k ? 'named strong' : 'named');
      root.append(name);
    });
    const every = [3, 6, 12, 24, 48].find((n) => width / (duration / 3600 / n) > 44) ?? 96;
    for (let moment = 0; moment <= duration; moment += 300) {
      if (secondOfDay(start + moment) % (every * 3600)) continue;
      const px = x(moment);
      const anchor = px < 16 ? 'start' : px > width - 20 ? 'end' : 'middle';
      root.append(label(px, HEIGHT + 14, hour(start + moment), 'var(--soft)', anchor));
    }
    root.setAttribute('aria-label', saying(t('lamps_over_time'), words.join(', ')));
    holder.replaceChildren(root);
  }

  /** The middle of the time at its most. @param {number[]} values @param {number} top */
  middle(values, top) {
    return (values.indexOf(top) + values.lastIndexOf(top)) / 2;
  }
}
