/** The slider of a run at the desk: model time, with the lamps out over it, T0 and the present. */

import {byId, inputById} from '../parts/dom.js';
import {Player} from '../parts/player.js';
import {label, path, svg} from '../parts/svg.js';
import {hour, secondOfDay} from '../words/time.js';
import {at} from './start.js';

/**
 * ``between``: the area between this curve and the one before it is filled, white where this one is higher.
 *
 * @typedef {{values: number[], dashed?: boolean, grey?: boolean, between?: boolean}} Curve
 */

const HEIGHT = 44;
const AXIS = 18;

export class Timeline {
  /**
   * @param {(moment: number) => void} onMove
   * @param {() => number} now [s since 1970]
   */
  constructor(onMove, now) {
    this.onMove = onMove;
    this.now = now;
    this.start = 0;
    this.duration = 0;
    /** @type {Player | null} */
    this.player = null;
    this.step = 300;
    /** @type {Curve[]} */
    this.curves = [];
    /** @type {[number, number][]} */
    this.nights = [];
    this.issued = 0;
    /** Whether the present is shown, to the second, and followed. */
    this.isNow = false;
    byId('go-now').addEventListener('click', () => this.toNow());
    new ResizeObserver(() => this.draw()).observe(byId('line-chart'));
    this.rest();
  }

  /** Without a run there is nothing to play: the buttons keep their places, and none of them acts. */
  rest(isIdle = true) {
    byId('line-chart').closest('.time')?.classList.toggle('idle', isIdle);
    for (const id of ['back', 'play', 'forward', 'go-now', 'time']) byId(id).toggleAttribute('disabled', isIdle);
  }

  /**
   * Take a run.
   *
   * @param {{start: number, duration: number, step: number, curves: Curve[], issued: number}} run
   */
  take({start, duration, step, curves, issued}) {
    this.rest(!duration);
    Object.assign(this, {step, curves, issued});
    if (start !== this.start || duration !== this.duration) {
      Object.assign(this, {start, duration});
      this.begin();
    }
    if (this.isNow) this.toNow();
    this.draw();
  }

  begin() {
    const controls = {slider: inputById('time'), play: byId('play'), back: byId('back'), forward: byId('forward')};
    const moment = this.present() ?? 0;
    if (this.player) {
      Object.assign(this.player, {duration: this.duration});
      this.player.slider.max = String(this.duration);
    } else {
      this.player = new Player(controls, {
        duration: this.duration,
        step: 300,
        start: Math.round(moment / 300) * 300,
        onMove: (t_) => this.moved(t_)
      });
    }
    this.toNow();
  }

  /** The present in seconds from the start; null before it and after its end. */
  present() {
    const seconds = this.now() - this.start;
    return this.duration && seconds >= 0 && seconds <= this.duration ? seconds : null;
  }

  toNow() {
    const present = this.present();
    if (present === null) this.player?.to(0);
    else this.player?.exactly(present);
    this.follow(present !== null);
  }

  /** @param {boolean} isNow */
  follow(isNow) {
    this.isNow = isNow;
    byId('go-now').setAttribute('aria-pressed', String(isNow));
  }

  /** @param {number} steps */
  by(steps) {
    this.player?.by(steps);
  }

  get t() {
    return this.player?.t ?? 0;
  }

  /** @param {number} moment */
  moved(moment) {
    this.follow(false);
    const flag = byId('flag');
    const share = this.duration ? moment / this.duration : 0;
    flag.textContent = at(this.start + moment);
    // Whole within the line: over its ends stand other controls.
    const half = flag.offsetWidth / 2;
    flag.style.left = `clamp(${half}px, ${(share * 100).toFixed(2)}%, calc(100% - ${half}px))`;
    inputById('time').setAttribute('aria-valuetext', at(this.start + moment));
    this.onMove(moment);
  }

  /** Say what changes with the language. */
  speak() {
    this.draw();
    const {isNow} = this;
    if (this.player) this.moved(this.player.t);
    this.follow(isNow);
  }

  draw() {
    const holder = byId('line-chart');
    const width = Math.max(120, holder.clientWidth);
    const root = svg('svg', {width, height: HEIGHT + AXIS, class: 'chart', 'aria-hidden': 'true', focusable: 'false'});
    if (!this.duration) {
      holder.replaceChildren();
      return;
    }
    /** @param {number} moment */
    const x = (moment) => (moment / this.duration) * width;
    root.append(svg('rect', {x: 0, y: 0, width, height: HEIGHT, class: 'day-ground'}));
    for (const [from, to] of this.nights) {
      const [a, b] = [x(Math.max(0, from)), x(Math.min(this.duration, to))];
      if (b > a) root.append(svg('rect', {x: a, y: 0, width: b - a, height: HEIGHT, class: 'night-ground'}));
    }
    const most = Math.max(1, ...this.curves.flatMap(({values}) => values));
    this.curves.forEach((curve, k) => {
      if (curve.between && k) root.append(...this.areas(this.curves[k - 1].values, curve.values, most, x));
    });
    for (const curve of this.curves) root.append(this.line(curve, most, x));
    this.axis(root, x, width);
    const present = this.present();
    if (present !== null) root.append(path(`M${x(present)} 0V${HEIGHT}`, {class: 'now-line'}));
    const issued = this.issued - this.start;
    if (issued >= 0 && issued <= this.duration) root.append(path(`M${x(issued)} 0V${HEIGHT}`, {class: 't0-line'}));
    holder.replaceChildren(root);
  }

  /**
   * Give what lies between two curves: more out in the second as white, less as grey.
   *
   * @param {number[]} first
   * @param {number[]} second
   * @param {number} most
   * @param {(moment: number) => number} x
   */
  areas(first, second, most, x) {
    /** @param {number} n */
    const y = (n) => HEIGHT - 2 - (n / most) * (HEIGHT - 6);
    const paths = {more: '', less: ''};
    first.forEach((n, k) => {
      const other = second[k] ?? n;
      if (other === n || n < 0 || other < 0) return;
      const [from, to] = [x(k * this.step).toFixed(1), x((k + 1) * this.step).toFixed(1)];
      paths[other > n ? 'more' : 'less'] += `M${from} ${y(n).toFixed(1)}H${to}V${y(other).toFixed(1)}H${from}Z`;
    });
    return Object.entries(paths).flatMap(([name, d]) => (d ? [path(d, {class: `area ${name}`})] : []));
  }

  /**
   * @param {Curve} curve
   * @param {number} most
   * @param {(moment: number) => number} x
   */
  line({values, dashed, grey}, most, x) {
    /** @param {number} n */
    const y = (n) => (HEIGHT - 2 - (n / most) * (HEIGHT - 6)).toFixed(1);
    let d = `M0 ${y(values[0] ?? 0)}`;
    values.forEach((n, k) => {
      d += `H${x(k * this.step).toFixed(1)}`;
      if (n !== values[k - 1]) d += `V${y(n)}`;
    });
    return path(d, {class: grey ? 'curve grey' : dashed ? 'curve dashed' : 'curve'});
  }

  /**
   * @param {SVGElement} root
   * @param {(moment: number) => number} x
   * @param {number} width
   */
  axis(root, x, width) {
    const hours = this.duration / 3600;
    const every = [1, 2, 3, 6, 12, 24, 48].find((n) => width / (hours / n) > 58) ?? 96;
    for (let moment = 0; moment <= this.duration; moment += 300) {
      if (secondOfDay(this.start + moment) % (every * 3600)) continue;
      const px = x(moment);
      const anchor = px < 16 ? 'start' : px > width - 20 ? 'end' : 'middle';
      root.append(label(px, HEIGHT + 14, hour(this.start + moment), 'var(--soft)', anchor));
    }
  }

  /** @param {string} text */
  say(text) {
    byId('line-words').textContent = text;
  }
}

/**
 * Give the keys of a timeline.
 *
 * @param {Timeline} timeline
 * @returns {Record<string, () => void>}
 */
export function timeKeys(timeline) {
  return {
    ArrowLeft: () => timeline.by(-1),
    ArrowRight: () => timeline.by(1),
    'Shift+ArrowLeft': () => timeline.by(-12),
    'Shift+ArrowRight': () => timeline.by(12),
    Home: () => timeline.player?.to(Math.max(0, timeline.issued - timeline.start)),
    m: () => timeline.toNow(),
    ' ': () => byId('play').click()
  };
}
