/** The river: what the gauge read, what each run foretold, the forecast held to it; T0 lilac, the present white. */

import {label, path, svg} from '../parts/svg.js';
import {number} from '../words/speech.js';
import {hour, secondOfDay} from '../words/time.js';
import {LabelRoom} from './label_room.js';
import {at, level, t} from './start.js';

/** A name without room is cut to so many letters before its id stands alone. */
const CUT = [26, 20];
/** Heights above the axis at which a name stands that has no room at its line [px]. */
const LOW = [8, 34];
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
  const height = Math.max(84, holder.clientHeight);
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
    root.append(label(8, height / 2, t(t0 === null ? 'no_curve_no_run' : 'no_curve'), 'var(--soft)', 'start'));
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
  for (const mark of marks) root.append(path(`M0 ${y(mark.level)}H${width}`, {class: 'mark'}));
  if (held.length > 1 && river.anchored.way !== 'raw') band(root, river.anchored.curve, x, y, to);
  root.append(curve(approved, x, y, 'curve grey'), curve(latest, x, y, 'curve water'));
  if (held.length > 1) root.append(curve(held, x, y, 'curve held-line'));
  root.append(curve(readings, x, y, 'curve read'));
  for (const [epoch, m] of readings)
    root.append(svg('circle', {cx: x(epoch), cy: y(m), r: big ? 3.4 : 2, class: 'read'}));
  holder.replaceChildren(root);
  // What is read first takes its place first: the present, T0, the peaks; what a level means stands where room is left.
  const room = new LabelRoom(width, height - AXIS);
  for (const points of [readings, latest, approved, held]) room.avoid(points.map(([epoch, m]) => [x(epoch), y(m)]));
  lines(root, room, x, {now, t0, from, head, height});
  peaks(root, room, {latest, approved, river, head}, x, y);
  for (const mark of marks) threshold(root, room, mark, y);
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
 * @param {LabelRoom} room
 * @param {any} mark
 * @param {(m: number) => number} y
 */
function threshold(root, room, mark, y) {
  const py = y(mark.level);
  const {width} = room;
  const text = label(2, py - 4, '', 'var(--soft)', 'start');
  root.append(text);
  const name = mark.name && mark.name !== mark.asset ? mark.name : mark.asset;
  /** @param {string} called @returns {import('./label_room.js').Place[]} */
  const placesOf = (called) => {
    const words = t('mark', {level: level(mark.level), name: called});
    return [
      {x: 2, y: py - 4, anchor: 'start', words},
      {x: width - 2, y: py - 4, anchor: 'end', words},
      {x: 2, y: py + 15, anchor: 'start', words},
      {x: width - 2, y: py + 15, anchor: 'end', words}
    ];
  };
  const cut = CUT.filter((n) => n < name.length).map((n) => `${name.slice(0, n - 1).trim()}…`);
  // Where it has no room at its line, a whole name stands below the curve: its level says whose it is.
  const words = t('mark', {level: level(mark.level), name});
  /** @type {import('./label_room.js').Place[]} */
  const low = LOW.map((up) => ({x: width - 2, y: room.height - AXIS - up, anchor: 'end', words}));
  if (room.put(text, [...[name, ...cut].flatMap(placesOf), ...low], {isClear: true})) return;
  root.append(text);
  room.put(text, placesOf(mark.asset));
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
 * @param {LabelRoom} room
 * @param {(epoch: number) => number} x
 * @param {{now: number, t0: number | null, from: number, head: number, height: number}} drawn
 */
function lines(root, room, x, {now, t0, from, head, height}) {
  root.append(path(`M${x(now)} ${head - 6}V${height - AXIS}`, {class: 'now-line'}));
  const here = label(x(now) + 5, head - 10, t('now'), 'var(--text)', 'start');
  root.append(here);
  room.put(here, [{}], {must: true});
  if (t0 === null || t0 < from) return;
  root.append(path(`M${x(t0)} ${head - 6}V${height - AXIS}`, {class: 't0-line'}));
  const issued = label(x(t0), head - 10, t('t0_flag', {at: at(t0)}), 'var(--status)', 'middle');
  root.append(issued);
  room.put(issued, [{}, {x: x(t0) - 4, anchor: 'end'}, {x: x(now) - 5, anchor: 'end'}, {x: 1, anchor: 'start'}], {
    must: true
  });
}

/**
 * Name the highest point of what is foretold, the approved one below it in grey.
 *
 * @param {SVGElement} root
 * @param {LabelRoom} room
 * @param {{latest: Points, approved: Points, river: any, head: number}} curves
 * @param {(epoch: number) => number} x
 * @param {(m: number) => number} y
 */
function peaks(root, room, {latest, approved, river, head}, x, y) {
  const {width} = room;
  const shown = latest.length ? latest : approved;
  const held = river.anchored && river.anchored.way !== 'raw' ? river.anchored.peak : null;
  const isBelow = latest.length > 0 && approved.length > 0 && top(approved)[1] > top(latest)[1];
  if (held) {
    const give = number(Math.round(held.give * 100));
    const said = {level: level(held.level), at: at(held.at), give};
    const words = t('held_peak', said);
    const text = label(width - 2, head * 0.3, words, 'var(--shore)', 'end');
    root.append(text);
    room.put(text, [{}, {words: t('held_peak_short', said)}], {must: true});
  } else if (shown.length) {
    const [epoch, m] = top(shown);
    const words = t('latest_peak', {level: level(m), at: at(epoch)});
    const across = Math.min(width - 2, Math.max(130, x(epoch) + 40));
    // Each name stands on the side of its curve where the other curve is not.
    const [above, below] = [{y: Math.max(12, y(m) - 8)}, {y: y(m) + 18}];
    const text = label(across, above.y, words, 'var(--shore)', 'end');
    root.append(text);
    room.put(text, isBelow ? [below, above] : [above, below, {y: 12, x: width - 2}], {must: true});
  }
  if (approved.length && latest.length && approved !== shown) {
    const [epoch, m] = top(approved);
    const words = t('approved_curve', {level: level(m), at: at(epoch)});
    const [above, below] = [{y: Math.max(12, y(m) - 6)}, {y: y(m) + 20}];
    const text = label(width - 2, below.y, words, 'var(--soft)', 'end');
    root.append(text);
    const further = [16, 32, 48, 64, 80].flatMap((more) => [{y: below.y + more}, {y: above.y - more}]);
    room.put(text, [...(isBelow ? [above, below] : [below, above]), ...further], {must: true});
  }
}

/** @param {Points} points */
function top(points) {
  return points.reduce((best, one) => (one[1] > best[1] ? one : best));
}
