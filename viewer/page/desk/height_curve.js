/** What a loss costs by height raised: a step curve, the same as a table, and a height to read off and to try. */

import {path, label, svg} from '../parts/svg.js';
import {make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {t} from './start.js';

/**
 * @typedef {{cm: number[], enough_cm: number, hours: Record<string, number[]>}} Curve
 * @typedef {{this: Curve, more: Curve | null, with: Curve | null, other: string, by: string}} Curves
 */

const [WIDE, HIGH, LEFT, FOOT, TOP] = [470, 138, 44, 18, 14];
/** Rows of the table stand so far apart at least [cm]. */
const ROW_CM = 10;

/** @param {number} cm */
export function metres(cm) {
  return `${number(cm / 100, 2)}\u00a0m`;
}

/**
 * Give the cost at a height: between two heights that were run, that of the lower one.
 *
 * @param {Curve} curve
 * @param {string} by
 * @param {number} cm
 */
export function costAt(curve, by, cm) {
  let k = 0;
  while (k + 1 < curve.cm.length && curve.cm[k + 1] <= cm) k++;
  return curve.hours[by][k];
}

/** @param {Curves} curves @returns {[string, string, Curve][]} class, name, curve */
function told({this: one, more, with: both, other}) {
  /** @type {[string, string, Curve | null][]} */
  const all = [
    ['at-this', t('curve_this'), one],
    ['at-more', t('curve_more'), more],
    ['at-with', t('curve_with', {asset: other}), both]
  ];
  return /** @type {[string, string, Curve][]} */ (all.filter(([, , curve]) => curve));
}

/** @param {Curves} curves */
export function topOf(curves) {
  return Math.max(...told(curves).map(([, , curve]) => curve.cm[curve.cm.length - 1]));
}

/**
 * Draw the curves. What they say is the caption; the table says it in figures.
 *
 * @param {Curves} curves
 */
export function heightCurve(curves) {
  const {by} = curves;
  const list = told(curves);
  const top = topOf(curves);
  const most = Math.max(1, ...list.map(([, , curve]) => curve.hours[by][0]));
  /** @param {number} cm */
  const x = (cm) => LEFT + (cm / top) * (WIDE - LEFT - 8);
  /** @param {number} hours */
  const y = (hours) => HIGH - FOOT - (hours / most) * (HIGH - FOOT - TOP);
  const unit = t(`curve_by_${by}`);
  const ends = list.map(([, name, curve]) => t('curve_says', says(curve, by, name)));
  const root = svg('svg', {
    viewBox: `0 0 ${WIDE} ${HIGH}`,
    class: 'chart height-curve',
    role: 'img',
    'aria-label': `${t('curve_title', {unit})} ${ends.join(' ')}`
  });
  root.append(path(`M${LEFT} ${y(0)}H${WIDE}`, {class: 'grid'}), path(`M${LEFT} ${y(most)}H${WIDE}`, {class: 'grid'}));
  root.append(label(LEFT - 5, y(most) + 4, number(most), 'var(--soft)', 'end'));
  root.append(label(LEFT - 5, y(0) + 4, '0', 'var(--soft)', 'end'));
  // The last one lies on top: it is the water of the run.
  for (const [kind, , curve] of [...list].reverse()) {
    const steps = curve.cm.map((cm, k) => `${k ? `H${x(cm)}V` : `M${x(cm)} `}${y(curve.hours[by][k])}`);
    root.append(path(`${steps.join('')}H${x(top)}`, {class: `step ${kind}`}));
  }
  const marks = [0, curves.this.enough_cm, curves.more?.enough_cm ?? -1, top];
  let last = -100;
  for (const cm of [...new Set(marks)].filter((one) => one >= 0).sort((a, b) => a - b)) {
    if (x(cm) - last < 46 || (cm !== top && x(top) - x(cm) < 46)) continue;
    last = x(cm);
    const anchor = cm === 0 ? 'start' : cm === top ? 'end' : 'middle';
    root.append(label(x(cm), HIGH - 3, metres(cm), 'var(--text)', anchor));
  }
  const read = path(`M${LEFT} ${TOP}V${y(0)}`, {class: 'read-line'});
  root.append(read);
  const keys = make('p', {class: 'curve-keys soft'});
  for (const [kind, name] of list) keys.append(make('span', {}, make('i', {class: kind, 'aria-hidden': 'true'}), name));
  const figure = make('figure', {}, make('figcaption', {class: 'soft'}, t('curve_title', {unit})), root, keys);
  return {
    figure,
    /** @param {number} cm */
    readAt(cm) {
      read.setAttribute('d', `M${x(cm)} ${TOP}V${y(0)}`);
    }
  };
}

/**
 * @param {Curve} curve
 * @param {string} by
 * @param {string} name
 */
function says(curve, by, name) {
  const hours = curve.hours[by];
  const left = hours[hours.length - 1];
  return {name, from: number(hours[0], 1), to: number(left, 1), height: metres(curve.enough_cm)};
}

/**
 * The same in figures: every ten centimetres, and where it is enough.
 *
 * @param {Curves} curves
 */
export function heightTable(curves) {
  const list = told(curves);
  const {by} = curves;
  const wanted = new Set([0, topOf(curves)]);
  for (const [, , curve] of list) {
    wanted.add(curve.enough_cm);
    if (curve.enough_cm > 0) wanted.add(curve.enough_cm - 1);
  }
  for (let cm = 0; cm < topOf(curves); cm += ROW_CM) wanted.add(cm);
  const rows = [...wanted]
    .sort((a, b) => a - b)
    .map((cm) =>
      make(
        'tr',
        {},
        make('th', {scope: 'row'}, metres(cm)),
        ...list.map(([, , curve]) => make('td', {class: 'r'}, number(costAt(curve, by, cm), 1)))
      )
    );
  const head = make('tr', {}, make('th', {scope: 'col'}, t('col_raised')));
  for (const [, name] of list) head.append(make('th', {scope: 'col', class: 'r'}, name));
  const table = make('table', {class: 'curve-table'}, make('thead', {}, head), make('tbody', {}, ...rows));
  table.prepend(make('caption', {class: 'soft'}, t('curve_title', {unit: t(`curve_by_${by}`)})));
  return make('details', {class: 'curve-figures'}, make('summary', {}, t('curve_as_table')), table);
}
