/** The form that draws nights: of which run, how many, how wrong level and hour may be where the run does not say. */

import {make} from '../parts/dom.js';
import {get, Refusal} from './net.js';
import {nameOf, t} from './start.js';

/** @import {Frame} from './frame.js' */

/** What stands in the form at first: the error of a forecast some hours ahead, as the shipped ensemble has it. */
const FIRST = {nights: 200, level_cm: 16, shift_min: 30};

/**
 * @param {Frame} frame
 * @param {any} told
 * @param {() => void} after
 */
export function nightsForm(frame, told, after) {
  const run = make('select', {id: 'nights-run'});
  const wanted = told.latest?.id ?? told.approved?.id;
  run.append(
    ...told.runs.map((/** @type {any} */ one) =>
      make(
        'option',
        {value: one.id, selected: one.id === wanted},
        `${t('run_number', {number: String(one.number)})} · ${nameOf(one)}`
      )
    )
  );
  /** @param {keyof typeof FIRST} key */
  const field = (key) => {
    const input = make('input', {id: `nights-${key}`, inputmode: 'numeric', autocomplete: 'off', maxlength: 5});
    input.value = String(FIRST[key]);
    return input;
  };
  const [nights, level, shift] = [field('nights'), field('level_cm'), field('shift_min')];
  const errors = make(
    'div',
    {class: 'stack'},
    make('label', {for: 'nights-level_cm'}, t('level_error')),
    level,
    make('label', {for: 'nights-shift_min'}, t('hour_error')),
    shift,
    make('p', {class: 'soft'}, t('errors_beside'))
  );
  const stated = make('p', {class: 'soft'});
  const says = make('p', {class: 'says', role: 'alert'});
  const form = make('form', {class: 'stack'}, make('label', {for: 'nights-run'}, t('of_run')), run);
  form.append(make('label', {for: 'nights-nights'}, t('how_many_nights')), nights, stated, errors);
  form.append(make('button', {class: 'main'}, t('draw_go')), says);
  const look = async () => {
    says.textContent = stated.textContent = '';
    if (!run.value) return;
    try {
      const {stated: said, has_level: hasLevel} = await get(`/api/likely/drawn?run=${run.value}`);
      errors.hidden = Boolean(said);
      level.disabled = !hasLevel;
      stated.textContent = said
        ? t('errors_stated', {what: said.map((/** @type {string} */ one) => t(`drawn_${one}`)).join(', ')})
        : '';
    } catch (error) {
      says.textContent = error instanceof Refusal ? error.message : String(error);
    }
  };
  run.addEventListener('change', look);
  const shut = frame.sheet(t('draw_nights'), [form]);
  look();
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const said = {run: run.value, nights: whole(nights), level_cm: whole(level), shift_min: whole(shift)};
    if (await frame.act('/api/likely', said, says)) {
      shut();
      after();
    }
  });
}

/** @param {HTMLInputElement} input */
function whole(input) {
  return Math.round(Number(input.value.replace(',', '.')));
}
