/** What decides: each night as a dot by the draw that tells most, filled where it happens; and the bound between. */

import {path, label, svg} from '../parts/svg.js';
import {number} from '../words/speech.js';
import {saying, span, t} from './start.js';

const [WIDE, ROW, MOST, FOOT] = [420, 7, 9, 18];
/** Columns of dots. */
const BINS = 56;

/**
 * @param {{name: string, values: number[], out: boolean[], at: number | null, right: number | null, n: number,
 *   peak_m: number | null}} decides
 */
export function decidingStrip({name, values, out, at: bound, right, n, peak_m: peak}) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const wide = high - low || 1;
  /** @param {number} value */
  const x = (value) => 8 + ((value - low) / wide) * (WIDE - 16);
  /** @param {number} value */
  const said = (value) => {
    if (name === 'level.offset_m') return `${number((peak ?? 0) + value, 2)}\u00a0m`;
    return name === 'level.shift_s' ? `${value < 0 ? '−' : '+'}${span(Math.abs(value))}` : number(value, 2);
  };
  const height = ROW * MOST + FOOT;
  const words = t(`decides_${name.replace('.', '_')}`);
  const told =
    bound === null ? words : saying(words, t('bound_at', {at: said(bound), right: String(right), n: String(n)}));
  const root = svg('svg', {
    viewBox: `0 0 ${WIDE} ${height}`,
    class: 'chart strip-dots',
    role: 'img',
    'aria-label': told
  });
  const counts = new Array(BINS + 1).fill(0);
  const order = values.map((_, k) => k).sort((a, b) => Number(out[b]) - Number(out[a]));
  const most = Math.max(1, ...filled(values, low, wide));
  const step = Math.min(ROW, (ROW * MOST - 8) / most);
  for (const k of order) {
    const bin = Math.round(((values[k] - low) / wide) * BINS);
    const cy = ROW * MOST - 4 - counts[bin]++ * step;
    root.append(svg('circle', {cx: x(low + (bin / BINS) * wide), cy, r: 2.6, class: out[k] ? 'dot-out' : 'dot-in'}));
  }
  root.append(path(`M0 ${ROW * MOST}H${WIDE}`, {class: 'grid'}));
  if (bound !== null) root.append(path(`M${x(bound)} 0V${ROW * MOST}`, {class: 't0-line'}));
  if (name === 'level.offset_m' && peak !== null && low < 0 && high > 0) {
    // The plan's own night, for whoever knows its peak: a line below the one that decides, where they would meet.
    const isRight = x(0) > WIDE / 2;
    const isNear = bound !== null && Math.abs(x(bound) - x(0)) < 160;
    const plan = t('plan_level', {level: said(0)});
    root.append(path(`M${x(0)} ${isNear ? 16 : 2}V${ROW * MOST}`, {class: 'plan-line'}));
    root.append(label(x(0) + (isRight ? -6 : 6), isNear ? 27 : 11, plan, 'var(--shore)', isRight ? 'end' : 'start'));
  }
  root.append(label(8, height - 4, said(low), 'var(--soft)', 'start'));
  root.append(label(WIDE - 8, height - 4, said(high), 'var(--soft)', 'end'));
  if (bound !== null) {
    // Beside the top of its line, on the side that has room: at the foot it would meet the ends of the scale.
    const isRight = x(bound) > WIDE / 2;
    root.append(label(x(bound) + (isRight ? -6 : 6), 11, said(bound), 'var(--text)', isRight ? 'end' : 'start'));
  }
  const holder = document.createElement('figure');
  const caption = document.createElement('figcaption');
  caption.textContent = `${told}. ${t('dots_mean')}`;
  holder.append(root, caption);
  return holder;
}

/**
 * @param {number[]} values
 * @param {number} low
 * @param {number} wide
 */
function filled(values, low, wide) {
  const counts = new Array(BINS + 1).fill(0);
  for (const value of values) counts[Math.round(((value - low) / wide) * BINS)]++;
  return counts;
}
