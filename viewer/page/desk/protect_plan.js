/** The plan within a budget: a bar of its steps, each step with what it adds, and what all together spare. */

import {make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {signed, t} from './start.js';

/**
 * @param {{says: HTMLElement, bar: HTMLElement, count: HTMLElement}} places
 * @param {any} told the ranking
 * @param {'fr' | 'en'} lang
 * @param {(asset: string) => void} onChoose
 */
export function planOf({says, bar, count}, told, lang, onChoose) {
  const {plan, state, count: things = 0} = told;
  bar.replaceChildren();
  count.textContent = '';
  if (state !== 'done' || !plan) {
    says.textContent = t('plan_waits');
    return;
  }
  if (plan.needs) {
    says.textContent = t(plan.needs === 'budget' ? 'plan_no_budget' : 'plan_no_costs');
    return;
  }
  const values = {n: plan.steps.length, spent: number(plan.spent), budget: number(plan.budget)};
  count.textContent = t('plan_spent', values);
  const parts = make('div', {class: 'plan-parts', role: 'img', 'aria-label': t('plan_spent', values)});
  for (const step of plan.steps) {
    const part = make('i', {});
    part.style.flexGrow = String(step.cost);
    parts.append(part);
  }
  const rest = make('b', {});
  rest.style.flexGrow = String(Math.max(0, plan.budget - plan.spent));
  parts.append(rest);
  bar.replaceChildren(parts);
  const apart = Math.round(plan.together.lamp - plan.sum.lamp);
  const whole = t('plan_together', {lamps: number(plan.together.lamp), people: number(plan.together.people)});
  const lines = [
    plan.steps.length ? whole : t('plan_empty'),
    apart ? t('plan_not_sum', {by: signed(apart)}) : '',
    plan.lines[lang],
    t('plan_others', {n: things - plan.steps.length})
  ];
  says.replaceChildren(
    ...lines.filter(Boolean).map((line) => make('p', {}, line)),
    make('ol', {class: 'plan-steps'}, ...plan.steps.map((/** @type {any} */ step) => one(step, onChoose)))
  );
}

/**
 * @param {any} step
 * @param {(asset: string) => void} onChoose
 */
function one({asset, height_m: height, cost, adds}, onChoose) {
  const name = make('button', {type: 'button', class: 'plain'}, make('strong', {}, asset));
  name.addEventListener('click', () => onChoose(asset));
  const raised = height ? `+${number(height, 2)}\u00a0m` : '–';
  const spares = t('step_adds', {lamps: number(adds.lamp), people: number(adds.people)});
  return make('li', {}, name, ` ${raised} · ${number(cost)} · ${spares}`);
}
