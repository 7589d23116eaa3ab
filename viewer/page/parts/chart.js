/** Counts over time: one band per series, one x axis for all and for the slider, nights shaded and named. */

import {hour, secondOfDay} from '../words/time.js';
import {clusters} from './marks.js';
import {label, path, svg} from './svg.js';

/** @import {Colors} from '../types.js' */
/** @import {Cluster, Event} from './marks.js' */

/**
 * @typedef {object} Series
 * @property {ArrayLike<number>} values one per moment of `times`
 * @property {ArrayLike<number>} [beside] those of another run, drawn as a broken line
 * @property {string} color
 * @property {number} height
 * @property {(n: number) => string} [peak] names the highest value
 */

/**
 * A row under the bands: bars from a moment to another, or marks at moments.
 *
 * @typedef {object} Row
 * @property {number} height
 * @property {{from: number, to: number, color: string, label: string}[]} [bars]
 * @property {Event[]} [events]
 * @property {(events: Event[]) => string} [many] names events that stand close together
 */

/**
 * @typedef {object} ChartData
 * @property {number[]} times
 * @property {[number, number][]} nights
 * @property {number} duration
 * @property {(from: number, to: number) => string} [nightWords]
 * @property {Series[]} series
 * @property {Row[]} [rows]
 * @property {number} [headTop] where the line of the moment begins
 */

const TOP = 22;
const GAP = 10;
/** Room for the hours under the chart, and for one of them beside the next [px]. */
const AXIS = 24;
const HOUR_WIDTH = 62;
/** A night shorter than this on the screen goes unnamed [px]. */
const NIGHT_WIDTH = 170;

export class Chart {
  /**
   * @param {HTMLElement} holder
   * @param {ChartData} data
   * @param {Colors} colors
   */
  constructor(holder, data, colors) {
    this.data = data;
    this.colors = colors;
    this.width = Math.max(120, holder.clientWidth);
    const bands = data.series.reduce((sum, series) => sum + series.height + GAP, 0);
    const rows = data.rows ?? [];
    this.height = TOP + bands + rows.reduce((sum, row) => sum + row.height, 0);
    this.root = svg('svg', {
      width: this.width,
      height: this.height + AXIS,
      class: 'chart',
      'aria-hidden': 'true',
      focusable: 'false'
    });
    this.ground();
    this.axis();
    let y = TOP;
    /** Where a value stands in each band. */
    this.ups = data.series.map((series) => {
      const up = this.band(series, y);
      y += series.height + GAP;
      return up;
    });
    for (const row of rows) {
      this.row(row, y);
      y += row.height;
    }
    this.head = svg('g', {class: 'playhead'});
    this.head.append(
      path(`M0 ${data.headTop ?? TOP - 4}V${this.height}`, {stroke: colors.chosen, 'stroke-width': 1.8})
    );
    this.rings = data.series.map(({color}) => {
      const ring = svg('circle', {r: 4.5, fill: colors.night, stroke: color, 'stroke-width': 2});
      this.head.append(ring);
      return ring;
    });
    this.root.append(this.head);
    holder.replaceChildren(this.root);
  }

  /** @param {number} t */
  x(t) {
    return (t / this.data.duration) * this.width;
  }

  /** Day and night behind everything. */
  ground() {
    const {root, colors, data} = this;
    const area = {y: TOP, height: this.height - TOP};
    root.append(svg('rect', {x: 0, width: this.width, fill: colors.day, ...area}));
    for (const [from, to] of data.nights) {
      const [a, b] = [this.x(Math.max(0, from)), this.x(Math.min(data.duration, to))];
      if (b <= a) continue;
      root.append(svg('rect', {x: a, width: b - a, fill: colors.night, class: 'night', ...area}));
      for (const x of [a, b]) {
        if (x > 1 && x < this.width - 1) root.append(path(`M${x} ${TOP - 6}V${TOP}`, {stroke: colors.faint}));
      }
      const words = b - a > NIGHT_WIDTH ? data.nightWords?.(from, to) : '';
      if (words) root.append(label((a + b) / 2, TOP - 8, words, colors.soft, 'middle'));
    }
  }

  axis() {
    const {root, colors, data} = this;
    const hours = data.duration / 3600;
    const every = [1, 2, 3, 6, 12, 24, 48].find((n) => this.width / (hours / n) > HOUR_WIDTH) ?? 96;
    for (let t = 0; t <= data.duration; t += 300) {
      if (secondOfDay(t) % (every * 3600)) continue;
      const x = this.x(t);
      const anchor = x < 16 ? 'start' : x > this.width - 20 ? 'end' : 'middle';
      root.append(path(`M${x} ${this.height}v5`, {stroke: colors.faint}));
      root.append(label(x, this.height + 18, hour(t), colors.soft, anchor));
    }
  }

  /**
   * Draw a series and give where a value stands in it.
   *
   * @param {Series} series
   * @param {number} y
   */
  band({values, beside = [], color, height, peak}, y) {
    const {root, data} = this;
    const base = y + height + GAP / 2;
    const most = Math.max(...Array.from(values), ...Array.from(beside));
    /** @param {number} n */
    const up = (n) => base - (n / Math.max(1, most)) * (height - 12);
    /** @param {ArrayLike<number>} counts */
    const steps = (counts) => {
      let line = `M0 ${up(counts[0])}`;
      for (let k = 1; k < data.times.length; k++) {
        line += `H${this.x(data.times[k]).toFixed(1)}`;
        if (counts[k] !== counts[k - 1]) line += `V${up(counts[k]).toFixed(1)}`;
      }
      return line;
    };
    const d = steps(values);
    root.append(path(`${d}V${base}H0z`, {fill: color, opacity: 0.2}));
    root.append(path(d, {fill: 'none', stroke: color, 'stroke-width': 1.8, 'stroke-linejoin': 'round'}));
    if (beside.length) {
      root.append(path(steps(beside), {fill: 'none', stroke: color, 'stroke-width': 1.6, 'stroke-dasharray': '5 4'}));
    }
    if (peak && most > 0) {
      const x = this.x(data.times[Array.from(values).indexOf(most)] ?? 0);
      root.append(label(Math.min(this.width - 80, x + 8), up(most) - 5, peak(most), color, 'start'));
    }
    return up;
  }

  /**
   * @param {Row} row
   * @param {number} y
   */
  row({height, bars = [], events = [], many}, y) {
    const {root, data, colors} = this;
    for (const bar of bars) {
      const [a, b] = [this.x(bar.from), this.x(Math.min(bar.to, data.duration))];
      const area = {x: a, y: y + 2, width: Math.max(2, b - a), height: height - 6, rx: 2};
      root.append(svg('rect', {...area, fill: bar.color}));
      if (b - a > 40) root.append(label(a + 8, y + height / 2 + 3.5, bar.label, colors.chosen, 'start', b - a - 12));
    }
    const groups = clusters(events, (t) => this.x(t));
    groups.forEach((cluster, i) => {
      const end = groups[i + 1] ? this.x(groups[i + 1].t) - 8 : this.width;
      this.cluster(cluster, y + height / 2 - 1, end, many);
    });
  }

  /**
   * Draw events that stand close together as one mark, and their words where there is room for them.
   *
   * @param {Cluster} cluster
   * @param {number} y
   * @param {number} end where the next one begins
   * @param {Row['many']} many
   */
  cluster({t, events}, y, end, many) {
    const x = this.x(t);
    const isOne = events.length === 1;
    const r = isOne ? 5.5 : 6.5;
    const fill = events.find((event) => event.color)?.color ?? this.colors.text;
    this.root.append(path(`M${x} ${y - r}l${r} ${r}-${r} ${r}-${r}-${r}z`, {fill}));
    const words = isOne ? events[0].words : (many?.(events) ?? '');
    if (words.length * 7.4 < end - x - 12) {
      this.root.append(label(x + 11, y + 4.5, words, this.colors.text, 'start'));
    }
  }

  /**
   * Move the line of the moment.
   *
   * @param {number} t
   */
  move(t) {
    const {times, series} = this.data;
    const step = times[1] - times[0] || 1;
    const k = Math.max(0, Math.min(times.length - 1, Math.round(t / step)));
    this.head.setAttribute('transform', `translate(${this.x(t)} 0)`);
    this.ups.forEach((up, i) => this.rings[i].setAttribute('cy', String(up(series[i].values[k]))));
  }
}
