/** The river: what the gauge read, what each run foretold, the forecast held to it; T0 lilac, the present white. */

import {label, path, svg} from '../parts/svg.js';
import {number} from '../words/speech.js';
import {hour, secondOfDay} from '../words/time.js';
import {at, level, t} from './start.js';

const TOP = 34;
/** The same where letters are read at six metres. */
const TOP_BIG = 62;
const AXIS = 20;
const BEFORE_S = 4 * 3600;
const AFTER_S = 8 * 3600;

/** @typedef {[number, number][]} Points moments [s since 1970] and metres */

/**
 * Draw the river into a holder.
 *
 * @param {HTMLElement} holder
 * @param {any} river
 * @param {number} now
 * @param {{t0: number | null, big?: boolean}} options
 */
export function drawRiver(holder, river, now, {t0, big = false}) {
  const width = Math.max(160, holder.clientWidth);
  const height = Math.max(110, holder.clientHeight);
  const head = big ? TOP_BIG : TOP;
  const [from, to] = [now - BEFORE_S, now + AFTER_S];
  /** @type {Points} */
  const readings = river.readings
    .filter((/** @type {any} */ row) => !row.fault && row.observed >= from && row.observed <= now + 60)
    .map((/** @type {any} */ row) => [row.observed, row.value]);
  const latest = within(river.curves.latest ?? [], from, to);
  const approved = within(river.curves.approved ?? [], from, to);
  const held = within(river.anchored?.curve ?? [], from, to);
  const root = svg('svg', {width, height, class: 'chart', role: 'img'});
  root.setAttribute('aria-label', t('river_chart', {name: river.name}));
  const values = [...readings, ...latest, ...approved, ...held].map(([, m]) => m);
  if (!values.length) {
    root.append(label(8, height / 2, t('no_curve'), 'var(--soft)', 'start'));
    holder.replaceChildren(root);
    return;
  }
  const marks = apart(river.marks.filter((/** @type {any} */ mark) => mark.level <= Math.max(...values) + 0.3));
  const low = Math.min(...values) - 0.1;
  const high = Math.max(...values, ...marks.map((/** @type {any} */ mark) => mark.level)) + 0.1;
  /** @param {number} epoch */
  const x = (epoch) => ((epoch - from) / (to - from)) * width;
  /** @param {number} m */
  const y = (m) => head + (1 - (m - low) / (high - low)) * (height - head - AXIS);
  axis(root, x, {from, to, head, height, width});
  const names = marks.map((/** @type {any} */ mark) => threshold(root, mark, y, width));
  if (held.length > 1 && river.anchored.way !== 'raw') band(root, river.anchored.curve, x, y, to);
  root.append(curve(approved, x, y, 'curve grey'), curve(latest, x, y, 'curve water'));
  if (held.length > 1) root.append(curve(held, x, y, 'curve held-line'));
  root.append(curve(readings, x, y, 'curve read'));
  for (const [epoch, m] of readings)
    root.append(svg('circle', {cx: x(epoch), cy: y(m), r: big ? 3.4 : 2, class: 'read'}));
  root.append(...names);
  lines(root, x, {now, t0, from, head, height});
  peaks(root, {latest, approved, river, head}, x, y, width);
  holder.replaceChildren(root);
}

/**
 * Leave out levels that stand too close to one before to be read.
 *
 * @param {any[]} marks
 */
function apart(marks) {
  /** @type {any[]} */
  const kept = [];
  for (const mark of marks) if (kept.every((one) => Math.abs(one.level - mark.level) > 0.15)) kept.push(mark);
  return kept;
}

/**
 * @param {any[]} points
 * @param {number} from
 * @param {number} to
 * @returns {Points}
 */
function within(points, from, to) {
  return points.filter(([epoch]) => epoch >= from && epoch <= to).map(([epoch, m]) => [epoch, m]);
}

/**
 * @param {Points} points
 * @param {(epoch: number) => number} x
 * @param {(m: number) => number} y
 * @param {string} name
 */
function curve(points, x, y, name) {
  const d = points.map(([epoch, m], i) => `${i ? 'L' : 'M'}${x(epoch).toFixed(1)} ${y(m).toFixed(1)}`).join('');
  return path(d || 'M0 0', {class: name});
}

/**
 * @param {SVGElement} root
 * @param {(epoch: number) => number} x
 * @param {{from: number, to: number, head: number, height: number, width: number}} room
 */
function axis(root, x, {from, to, head, height, width}) {
  for (let epoch = Math.ceil(from / 900) * 900; epoch <= to; epoch += 900) {
    if (secondOfDay(epoch) % (3 * 3600)) continue;
    const px = x(epoch);
    root.append(path(`M${px} ${head}V${height - AXIS}`, {class: 'grid'}));
    if (px > 14 && px < width - 14) root.append(label(px, height - 5, hour(epoch), 'var(--soft)', 'middle'));
  }
}

/**
 * @param {SVGElement} root
 * @param {any} mark
 * @param {(m: number) => number} y
 * @param {number} width
 */
function threshold(root, mark, y, width) {
  const py = y(mark.level);
  root.append(path(`M0 ${py}H${width}`, {class: 'mark'}));
  const name = mark.name && mark.name !== mark.asset ? mark.name : mark.asset;
  /** @param {string} called */
  const words = (called) =>
    label(2, py - 4, t('mark', {level: level(mark.level), name: called}), 'var(--soft)', 'start', width * 0.6);
  const whole = words(name);
  return whole.textContent ? whole : words(mark.asset);
}

/**
 * @param {SVGElement} root
 * @param {[number, number, number][]} points
 * @param {(epoch: number) => number} x
 * @param {(m: number) => number} y
 * @param {number} to
 */
function band(root, points, x, y, to) {
  const near = points.filter(([epoch]) => epoch <= to);
  const up = near.map(([epoch, m, sd]) => `${x(epoch).toFixed(1)} ${y(m + 2 * sd).toFixed(1)}`);
  const down = near.map(([epoch, m, sd]) => `${x(epoch).toFixed(1)} ${y(m - 2 * sd).toFixed(1)}`).reverse();
  root.append(path(`M${[...up, ...down].join('L')}z`, {class: 'held-band'}));
}

/**
 * @param {SVGElement} root
 * @param {(epoch: number) => number} x
 * @param {{now: number, t0: number | null, from: number, head: number, height: number}} room
 */
function lines(root, x, {now, t0, from, head, height}) {
  root.append(path(`M${x(now)} ${head - 6}V${height - AXIS}`, {class: 'now-line'}));
  root.append(label(x(now) + 5, head - 10, t('now'), 'var(--text)', 'start'));
  if (t0 === null || t0 < from) return;
  root.append(path(`M${x(t0)} ${head - 6}V${height - AXIS}`, {class: 't0-line'}));
  const isNear = x(now) - x(t0) < 90;
  const isEdge = x(t0) < 40;
  const side = isNear ? 'end' : isEdge ? 'start' : 'middle';
  root.append(label(isEdge ? 1 : x(t0) - 4, head - 10, t('t0_flag', {at: at(t0)}), 'var(--status)', side));
}

/**
 * Name the highest point of what is foretold, the approved one below it in grey.
 *
 * @param {SVGElement} root
 * @param {{latest: Points, approved: Points, river: any, head: number}} curves
 * @param {(epoch: number) => number} x
 * @param {(m: number) => number} y
 * @param {number} width
 */
function peaks(root, {latest, approved, river, head}, x, y, width) {
  const shown = latest.length ? latest : approved;
  const held = river.anchored && river.anchored.way !== 'raw' ? river.anchored.peak : null;
  const isBelow = latest.length > 0 && approved.length > 0 && top(approved)[1] > top(latest)[1];
  if (held) {
    const words = t('held_peak', {
      level: level(held.level),
      at: at(held.at),
      give: number(Math.round(held.give * 100))
    });
    root.append(label(width - 2, head * 0.3, words, 'var(--shore)', 'end'));
  } else if (shown.length) {
    const [epoch, m] = top(shown);
    const words = t('latest_peak', {level: level(m), at: at(epoch)});
    const across = Math.min(width - 2, Math.max(130, x(epoch) + 40));
    // Each name stands on the side of its curve where the other curve is not.
    const down = isBelow ? y(m) + 18 : Math.max(12, y(m) - 8);
    root.append(label(across, down, words, 'var(--shore)', 'end'));
  }
  if (approved.length && latest.length && approved !== shown) {
    const [epoch, m] = top(approved);
    const words = t('approved_curve', {level: level(m), at: at(epoch)});
    root.append(label(width - 2, isBelow ? Math.max(12, y(m) - 6) : y(m) + 16, words, 'var(--soft)', 'end'));
  }
}

/** @param {Points} points */
function top(points) {
  return points.reduce((best, one) => (one[1] > best[1] ? one : best));
}
