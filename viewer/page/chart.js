/** Counts over time: one band per series, one x axis for all and for the slider, nights shaded and named. */

import {hour, secondOfDay} from './format.js';

const SVG = 'http://www.w3.org/2000/svg';

export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export class Chart {
  /**
   * @param holder element with a width
   * @param data {times, nights, duration, series: [{values, color, height, peak: n => text}], rows: [{label, height, bars, marks}]}
   */
  constructor(holder, data, colors) {
    Object.assign(this, {holder, data, colors});
    this.build();
  }

  x(t) {
    return t / this.data.duration * this.width;
  }

  build() {
    const {holder, data, colors} = this;
    this.width = Math.max(120, holder.clientWidth);
    const top = 22;
    const gap = 10;
    let height = top;
    for (const series of data.series) height += series.height + gap;
    for (const row of data.rows ?? []) height += row.height;
    this.bottom = height + 2;
    const root = svg('svg', {width: this.width, height: height + 24, class: 'chart', 'aria-hidden': 'true', focusable: 'false'});
    root.append(svg('rect', {x: 0, y: top, width: this.width, height: height - top, fill: colors.day}));
    for (const [from, to] of data.nights) {
      const [a, b] = [this.x(Math.max(0, from)), this.x(Math.min(data.duration, to))];
      if (b <= a) continue;
      root.append(svg('rect', {x: a, y: top, width: b - a, height: height - top, fill: colors.night, class: 'night'}));
      for (const x of [a, b]) if (x > 1 && x < this.width - 1) root.append(svg('path', {d: `M${x} ${top - 6}V${top}`, stroke: colors.faint}));
      if (b - a > 170) root.append(this.text((a + b) / 2, top - 8, data.nightWords(from, to), colors.soft, 'middle'));
    }
    this.axis(root, height);
    this.marks = [];
    let y = top;
    for (const series of data.series) {
      const base = y + series.height + gap / 2;
      const most = Math.max(1, ...series.values);
      const up = (n) => base - n / most * (series.height - 12);
      let d = `M0 ${up(series.values[0])}`;
      for (let k = 1; k < data.times.length; k++) {
        const x = this.x(data.times[k]);
        d += series.values[k] === series.values[k - 1] ? `H${x.toFixed(1)}` : `H${x.toFixed(1)}V${up(series.values[k]).toFixed(1)}`;
      }
      root.append(svg('path', {d: `${d}V${base}H0z`, fill: series.color, opacity: 0.2}));
      root.append(svg('path', {d, fill: 'none', stroke: series.color, 'stroke-width': 1.8, 'stroke-linejoin': 'round'}));
      const peak = series.values.indexOf(Math.max(...series.values));
      if (series.peak && series.values[peak] > 0) {
        const x = this.x(data.times[peak]);
        root.append(this.text(Math.min(this.width - 80, x + 8), up(series.values[peak]) - 5, series.peak(series.values[peak]), series.color, 'start'));
      }
      this.marks.push({series, up});
      y = base + gap / 2;
    }
    for (const row of data.rows ?? []) {
      for (const [from, to, color, label] of row.bars ?? []) {
        const [a, b] = [this.x(from), this.x(Math.min(to, data.duration))];
        root.append(svg('rect', {x: a, y: y + 2, width: Math.max(2, b - a), height: row.height - 6, rx: 2, fill: color}));
        if (label && b - a > 40) root.append(this.text(a + 8, y + row.height / 2 + 3.5, label, colors.chosen, 'start', b - a - 12));
      }
      const clusters = this.clusters(row.marks ?? []);
      clusters.forEach(({t, marks}, i) => {
        const [x, middle] = [this.x(t), y + row.height / 2 - 1];
        const label = marks.length === 1 ? marks[0][1] : row.many(marks);
        const tone = marks.find((mark) => mark[2])?.[2];
        const r = marks.length === 1 ? 5.5 : 6.5;
        root.append(svg('path', {d: `M${x} ${middle - r}l${r} ${r}-${r} ${r}-${r}-${r}z`, fill: tone ?? colors.text}));
        const room = (clusters[i + 1] ? this.x(clusters[i + 1].t) - 8 : this.width) - x - 12;
        if (label.length * 6.5 < room) root.append(this.text(x + 11, middle + 4.5, label, colors.text, 'start'));
      });
      y += row.height;
    }
    this.head = svg('g', {class: 'playhead'});
    this.head.append(svg('path', {d: `M0 ${data.headTop ?? top - 4}V${height}`, stroke: colors.chosen, 'stroke-width': 1.8}));
    this.rings = this.marks.map(({series}) => {
      const ring = svg('circle', {r: 4.5, fill: colors.night, stroke: series.color, 'stroke-width': 2});
      this.head.append(ring);
      return ring;
    });
    root.append(this.head);
    holder.replaceChildren(root);
    this.height = height;
    if (this.t !== undefined) this.move(this.t);
  }

  /** Join marks that would lie on one another: {t, marks}. */
  clusters(marks) {
    const clusters = [];
    for (const mark of marks) {
      const last = clusters[clusters.length - 1];
      if (last && this.x(mark[0]) - this.x(last.end) < 13) {
        last.marks.push(mark);
        last.end = mark[0];
      } else {
        clusters.push({t: mark[0], end: mark[0], marks: [mark]});
      }
    }
    return clusters;
  }

  axis(root, height) {
    const {data, colors} = this;
    const hours = data.duration / 3600;
    const every = [1, 2, 3, 6, 12, 24, 48].find((n) => this.width / (hours / n) > 62) ?? 96;
    for (let t = 0; t <= data.duration; t += 300) {
      const second = secondOfDay(t);
      if (second % (every * 3600)) continue;
      const x = this.x(t);
      root.append(svg('path', {d: `M${x} ${height}v5`, stroke: colors.faint}));
      const anchor = x < 16 ? 'start' : x > this.width - 20 ? 'end' : 'middle';
      root.append(this.text(x, height + 18, hour(t), colors.soft, anchor));
    }
  }

  text(x, y, content, fill, anchor, room) {
    const element = svg('text', {x, y, fill, 'text-anchor': anchor, 'font-size': 12.5});
    element.textContent = room && content.length * 6.6 > room ? '' : content;
    return element;
  }

  move(t) {
    this.t = t;
    this.head.setAttribute('transform', `translate(${this.x(t)} 0)`);
    const k = Math.max(0, Math.min(this.data.times.length - 1, Math.round(t / (this.data.times[1] - this.data.times[0] || 1))));
    this.marks.forEach(({series, up}, i) => this.rings[i].setAttribute('cy', up(series.values[k])));
  }
}
