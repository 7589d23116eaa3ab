/** The form for a cost that a person types: of one thing, of all of its kind, or the budget. */

import {make} from '../parts/dom.js';
import {atDay, t} from './start.js';

/** @import {Frame} from './frame.js' */

/**
 * @param {Frame} frame
 * @param {{key: string, title: string, kind?: string, kinds?: string}} of
 * @param {Record<string, {cost: number, by: string, at: number}>} costs
 */
export function costForm(frame, {key, title, kind, kinds = ''}, costs) {
  const known = costs[key] ?? (kind ? costs[kind] : undefined);
  const cost = make('input', {id: 'cost', inputmode: 'decimal', autocomplete: 'off', maxlength: 16});
  cost.value = known ? String(known.cost) : '';
  const whole = make('input', {type: 'checkbox', id: 'cost-kind', checked: !costs[key]});
  const says = make('p', {class: 'says', role: 'alert'});
  const form = make('form', {class: 'stack'}, make('label', {for: 'cost'}, t('cost_typed')), cost);
  if (kind) form.append(make('label', {class: 'tick', for: 'cost-kind'}, whole, t('cost_for_kind', {kinds})));
  if (known) form.append(make('p', {class: 'soft'}, t('by_at', {by: known.by, at: atDay(known.at, frame.now)})));
  form.append(make('p', {class: 'soft'}, t('cost_hint')), make('button', {class: 'main'}, t('save')), says);
  const shut = frame.sheet(title, [form]);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = cost.value.replace(/[\s\u00a0\u202f]/g, '').replace(',', '.');
    const amount = text === '' ? null : Number(text);
    if (amount !== null && !Number.isFinite(amount)) {
      says.textContent = t('cost_no_number');
      return;
    }
    const said = {key: kind && whole.checked ? kind : key, cost: amount};
    if (await frame.act('/api/rank/cost', said, says)) shut();
  });
}
