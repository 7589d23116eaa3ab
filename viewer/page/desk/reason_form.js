/** A form about a run, filled in one's own name and with a reason. */

import {make} from '../parts/dom.js';
import {t} from './start.js';

/** @import {Frame} from './frame.js' */

/**
 * Open a sheet with a reason to give; it shuts where the desk takes what is sent, and says why where it does not.
 *
 * @param {Frame} frame
 * @param {object} form
 * @param {string} form.name of the place for the reason
 * @param {string} form.title
 * @param {string} form.says what this does, in whose name
 * @param {string} form.go the button
 * @param {Element[]} [form.before] the reason
 * @param {Element[]} [form.after] the reason
 * @param {string} form.path where it is sent
 * @param {() => object} [form.body] what is sent beside the reason
 */
export function reasonForm(frame, {name, title, says, go, before = [], after = [], path, body = () => ({})}) {
  const reason = make('input', {id: `${name}-reason`, required: true, maxlength: 300, autocomplete: 'off'});
  const refused = make('p', {class: 'says', role: 'alert'});
  const form = make(
    'form',
    {class: 'stack'},
    make('p', {class: 'soft'}, says),
    ...before,
    make('label', {for: reason.id}, t('reason')),
    reason,
    ...after,
    make('button', {class: 'main'}, go),
    refused
  );
  const shut = frame.sheet(title, [form]);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (await frame.act(path, {...body(), reason: reason.value}, refused)) shut();
  });
}
