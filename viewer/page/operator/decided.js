/** What decides of an asset: its nights as dots by the draw that tells most of them right, and the same as a table. */

import {make, paragraph} from '../parts/dom.js';
import {label, path, svg} from '../parts/svg.js';
import {fill, language, number, say} from '../words/speech.js';
import {duration} from '../words/time.js';

/** @import {Decides, Draw, LikelyColumns} from '../types.js' */

/** Size of the strip: its width, room of a dot, dots one above the other, and what stands below. */
const [WIDE, ROW, MOST, FOOT] = [320, 7, 9, 18];
/** Columns of dots, and rows of the table. */
const [BINS, ROWS] = [44, 6];

/**
 * Give the heading, the sentence, the strip and its table; nothing where no one draw tells the nights apart.
 *
 * @param {Required<LikelyColumns>} columns
 * @param {number} k place of the asset
 * @param {number} n nights
 * @param {Decides} decides
 * @returns {HTMLElement[]}
 */
export function decided(columns, k, n, {dots, draws}) {
  const p = columns['decide.pattern'][k] - 1;
  if (p < 0) return [];
  const draw = columns['decide.draw'][p];
  const bound = columns['decide.at'][p];
  const values = columns['decide.values'].subarray(draw * dots, (draw + 1) * dots);
  const wide = Math.ceil(dots / 8);
  const bits = columns['decide.bits'].subarray(p * wide, (p + 1) * wide);
  /** @param {number} i */
  const isOut = (i) => Boolean((bits[i >> 3] >> (7 - (i & 7))) & 1);
  const where = whereOf(draws[draw], bound, Boolean(columns['decide.above'][p]));
  const line = paragraph(say('decide_line', {where, right: columns['decide.right'][p], n}));
  const mean = dots < n ? say('decide_dots_first', {n: dots}) : say('decide_dots');
  const strip = make('figure', {class: 'decided'}, make('figcaption', {class: 'soft'}, mean));
  strip.prepend(drawing(values, isOut, bound, draws[draw].unit));
  const table = make('details', {class: 'decided-table'}, make('summary', {}, say('decide_table')));
  table.append(tabled(values, isOut, bound, draws[draw].unit));
  return [make('h3', {}, say('decide_title')), line, strip, table];
}

/**
 * Tell a bound, as `twin explain` does: the other way about where it lies on the other side of the plan.
 *
 * @param {Draw} draw
 * @param {number} bound
 * @param {boolean} isAbove
 */
function whereOf(draw, bound, isAbove) {
  const isSigned = draw.unit === 'm' || draw.unit === 's';
  const isOther = isSigned && (isAbove ? bound < 0 : bound > 0);
  const form = draw[language() === 'en' ? 'en' : 'fr'][(isOther ? 2 : 0) + (isAbove ? 0 : 1)];
  return fill(form, {value: plain(Math.abs(bound), draw.unit)});
}

/**
 * @param {number} value
 * @param {Draw['unit']} unit
 */
function plain(value, unit) {
  if (unit === 'm') return `${number(value, 2)}\u00a0m`;
  if (unit === 's') return duration(value);
  return unit === 'm3_s' ? number(value) : number(value, 2);
}

/**
 * Give a value as the axis has it, with its sign where it is a difference from the plan.
 *
 * @param {number} value
 * @param {Draw['unit']} unit
 */
function signed(value, unit) {
  if (unit === 'fails') return say(value > 0.5 ? 'decide_fails' : 'decide_runs');
  if (unit === 'times') return `×\u00a0${number(value, 2)}`;
  if (unit === 'm3_s') return `${number(value)}\u00a0m³/s`;
  const sign = value < 0 ? '−' : '+';
  return sign + plain(Math.abs(value), unit);
}

/**
 * @param {Float32Array} values
 * @param {(i: number) => boolean} isOut
 * @param {number} bound
 * @param {Draw['unit']} unit
 */
function drawing(values, isOut, bound, unit) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || 1;
  const height = ROW * MOST + FOOT;
  /** @param {number} value */
  const x = (value) => 8 + ((value - low) / span) * (WIDE - 16);
  /** @param {number} value */
  const bin = (value) => Math.round(((value - low) / span) * BINS);
  const root = svg('svg', {viewBox: `0 0 ${WIDE} ${height}`, 'aria-hidden': 'true'});
  const counts = new Array(BINS + 1).fill(0);
  for (const value of values) counts[bin(value)]++;
  const step = Math.min(ROW, (ROW * MOST - 8) / Math.max(1, ...counts));
  counts.fill(0);
  // Those that go out stand below: each column reads as a share.
  const order = Array.from(values.keys()).sort((a, b) => Number(isOut(b)) - Number(isOut(a)));
  for (const i of order) {
    const column = bin(values[i]);
    const cy = ROW * MOST - 4 - counts[column]++ * step;
    root.append(svg('circle', {cx: x(low + (column / BINS) * span), cy, r: 2.6, class: isOut(i) ? 'out' : 'in'}));
  }
  root.append(
    path(`M0 ${ROW * MOST}H${WIDE}`, {class: 'axis'}),
    path(`M${x(bound)} 0V${ROW * MOST}`, {class: 'bound'})
  );
  const foot = height - 4;
  const [left, right] = [signed(low, unit), signed(high, unit)];
  root.append(label(8, foot, left, 'var(--soft)', 'start'), label(WIDE - 8, foot, right, 'var(--soft)', 'end'));
  if (unit !== 'fails') {
    const middle = Math.max(90, Math.min(WIDE - 90, x(bound)));
    root.append(label(middle, foot, signed(bound, unit), 'var(--text)', 'middle'));
  }
  return root;
}

/**
 * Give the dots as a table, for whoever does not see them: equal parts of the way, cut at the bound.
 *
 * @param {Float32Array} values
 * @param {(i: number) => boolean} isOut
 * @param {number} bound
 * @param {Draw['unit']} unit
 */
function tabled(values, isOut, bound, unit) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const edges = [low, high, bound];
  if (unit !== 'fails') for (let k = 1; k < ROWS; k++) edges.push(low + ((high - low) * k) / ROWS);
  edges.sort((a, b) => a - b);
  const rows = edges.slice(0, -1).flatMap((from, k) => {
    const to = edges[k + 1];
    const mine = Array.from(values.keys()).filter(
      (i) => values[i] >= from && (values[i] < to || (to === high && values[i] === high))
    );
    if (!mine.length) return [];
    const range =
      unit === 'fails'
        ? signed(to === high ? 1 : 0, unit)
        : say('decide_range', {low: signed(from, unit), high: signed(to, unit)});
    const cells = [String(mine.length), String(mine.filter(isOut).length)].map((text) => make('td', {}, text));
    return [make('tr', {}, make('th', {scope: 'row'}, range), ...cells)];
  });
  const heads = [say('decide_value'), say('decide_nights'), say('decide_out')];
  const head = make('tr', {}, ...heads.map((text) => make('th', {scope: 'col'}, text)));
  return make('table', {}, make('thead', {}, head), make('tbody', {}, ...rows));
}
