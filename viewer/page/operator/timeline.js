/** The timeline: lamps out and houses in water, the flood and the events, over the slider. */

import {byId} from '../parts/dom.js';
import {Chart} from '../parts/chart.js';
import {say} from '../words/speech.js';
import {clock} from '../words/time.js';

/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Row} from '../parts/chart.js' */
/** @import {Colors, OperatorConfig} from '../types.js' */
/** @import {Names} from './names.js' */

/** Below this height of the window the bands are lower [px]. */
const SMALL_WINDOW = 820;
const ROW = 24;
/** Half the width of the flag that shows the time [px]. */
const FLAG = 34;

export class Timeline {
  /**
   * @param {OperatorModel} model
   * @param {OperatorConfig} config
   * @param {Names} names
   * @param {Colors} colors
   * @param {OperatorModel} [other] the run that this one is compared with: its curves are broken
   */
  constructor(model, config, names, colors, other) {
    this.other = other;
    this.model = model;
    this.config = config;
    this.names = names;
    this.colors = colors;
    this.holder = byId('chart');
    this.t = 0;
    /** Takes the moment of the curve that was clicked. @type {(t: number) => void} */
    this.onPick = () => {};
    this.holder.addEventListener('pointerdown', (event) => this.pick(event));
    this.holder.addEventListener('pointermove', (event) => event.buttons === 1 && this.pick(event));
    new ResizeObserver(() => this.build()).observe(this.holder);
  }

  /** @param {PointerEvent} event */
  pick(event) {
    const {left, width} = this.holder.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (event.clientX - left) / width));
    event.preventDefault();
    this.onPick(share * this.config.duration);
  }

  /** Draw it again: at the start, in another width, in another language. */
  build() {
    const {model, config, colors} = this;
    const isSmall = innerHeight < SMALL_WINDOW;
    this.chart = new Chart(
      this.holder,
      {
        times: model.times,
        nights: model.nights,
        duration: config.duration,
        headTop: 4,
        nightWords: (from, to) => say('night_from_to', {from: clock(from), to: clock(to)}),
        series: [
          {values: model.outSeries, beside: this.other?.outSeries, color: colors.dark, height: isSmall ? 38 : 48},
          {values: model.wetSeries, beside: this.other?.wetSeries, color: colors.wet, height: isSmall ? 36 : 44}
        ],
        rows: this.rows()
      },
      colors
    );
    byId('lamps-most').textContent = say('of_most', {n: Math.max(...model.outSeries)});
    byId('wet-most').textContent = say('of_most', {n: Math.max(...model.wetSeries)});
    this.move(this.t);
  }

  /** @returns {Row[]} */
  rows() {
    const {wetSpan, events} = this.config;
    const {colors} = this;
    /** @type {Row[]} */
    const rows = [];
    if (this.model.water && wetSpan) {
      const [from, to] = wetSpan;
      rows.push({height: ROW, bars: [{from, to, color: colors.water3, label: say('flood_bar')}]});
    }
    rows.push({
      height: ROW,
      events: events.map((event) => ({
        t: event.at,
        words: this.words(event),
        color: event.tone === 'danger' ? colors.danger : undefined
      })),
      many: (some) => say('event_many', {n: some.length})
    });
    return rows;
  }

  /** @param {OperatorConfig['events'][number]} event */
  words({kind, u, text, n}) {
    const id = u >= 0 ? this.names.id(u) : '';
    if (kind === 'flooded') return say(`event_flooded${this.names.gender(u)}`, {id});
    return say(`event_${kind}`, {id, text: text ?? '', n: n ?? 0});
  }

  /** @param {number} t */
  move(t) {
    this.t = t;
    this.chart?.move(t);
    const flag = byId('flag');
    const wide = this.holder.clientWidth;
    flag.textContent = clock(t);
    flag.style.left = `${Math.max(FLAG, Math.min(wide - FLAG, (t / this.config.duration) * wide))}px`;
  }
}
