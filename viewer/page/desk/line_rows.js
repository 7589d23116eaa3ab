/** Rows of a variant's lines: counted or set aside, what changes with its icon, its effect, from when, by whom. */

import {make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {sortIcon} from './line_icons.js';
import {at, saying, signed, t} from './start.js';

/** @import {WhatIf} from './whatif.js' */

/** Sorts whose outcome a run alone can tell; the first three move the water. */
const NEEDS_RUN = ['level', 'barrier', 'pump', 'close_street', 'crew'];
/** A cut that comes too late is moved to a quarter of an hour, ten minutes before it would be too late or more [s]. */
const [QUARTER_S, AHEAD_S] = [900, 600];

/** Say what a line changes. @param {any} line */
export function lineName(line) {
  const by = `${signed(Math.round((line.by_m ?? 0) * 100))}\u00a0cm`;
  const {consumer = '', supplier = '', street = ''} = line;
  const asset = line.asset ?? (line.assets ? t('n_things', {n: line.assets.length}) : '');
  const values = {
    crest: number(line.crest_m ?? 0, 2),
    flow: number(line.m3_s ?? 0, 2),
    hours: number((line.lasts_s ?? 0) / 3600, 1),
    height: number(line.to_m ?? 0, 2),
    people: number(line.people ?? 0)
  };
  const key = line.sort === 'fact' ? `line_fact_${line.state}` : `line_${line.sort}`;
  return t(key, {asset, consumer, supplier, by, street, ...values});
}

/**
 * @param {WhatIf} screen
 * @param {any} line
 */
export function lineRow(screen, line) {
  const {draft, frame} = screen;
  const name = lineName(line);
  const toggle = make('button', {
    type: 'button',
    class: 'sw',
    role: 'switch',
    'aria-checked': String(line.on),
    'aria-label': t('counted_label', {what: name}),
    disabled: !frame.writes
  });
  toggle.addEventListener('click', () => screen.change(changed(draft.lines, {...line, on: !line.on})));
  const remove = make('button', {type: 'button', class: 'dots', 'aria-label': saying(t('remove'), name)}, '×');
  remove.addEventListener('click', () =>
    screen.change(draft.lines.filter((/** @type {any} */ one) => one.id !== line.id))
  );
  const what = make('button', {type: 'button', class: 'plain'}, make('strong', {}, name), standsIn(screen, line));
  what.addEventListener('click', () => screen.map.find(line.asset ?? line.consumer ?? ''));
  const {mark, text, fix} = effect(screen, line);
  const told = make('p', {class: `e ${mark}`}, make('i', {'aria-hidden': 'true'}), make('span', {}, text));
  if (fix !== null && frame.writes) told.append(earlier(screen, line, fix));
  const by = make('span', {class: 'soft'}, t('by_at', {by: line.by, at: at(line.at)}));
  return make(
    'tr',
    {class: line.on ? false : 'off'},
    make('td', {}, toggle),
    make('td', {class: 'k1'}, sortIcon(line.sort)),
    make('td', {}, what, told),
    make('td', {}, times(screen, line), make('br'), by),
    make('td', {}, frame.writes ? remove : null)
  );
}

/** Where its asset stands, behind its name. @param {WhatIf} screen @param {any} line */
function standsIn({map: {model}}, line) {
  const u = model?.ids().indexOf(line.asset ?? line.consumer ?? '') ?? -1;
  const name = model && u >= 0 ? model.streets[model.street[u]] : '';
  return name ? make('span', {class: 'soft'}, `, ${name}`) : '';
}

/** Put a line in place of the one of its id. @param {any[]} lines @param {any} line */
function changed(lines, line) {
  return lines.map((one) => (one.id === line.id ? line : one));
}

/**
 * @param {WhatIf} screen
 * @param {any} line
 */
function times({draft}, line) {
  if (line.at_s === undefined) return t('whole_run');
  const {start} = draft.base_run;
  const to = line.until_s === undefined ? t('the_end') : at(start + line.until_s);
  return t('from_to', {from: at(start + line.at_s), to});
}

/**
 * Say what a line does: with the mark of it, and the moment to which a cut that comes too late may be moved.
 *
 * @param {WhatIf} screen
 * @param {any} line
 * @returns {{mark: 'some' | 'no' | 'new', text: string, fix: number | null}}
 */
function effect({draft, outcome, frame}, line) {
  if (!line.on) return {mark: 'new', text: t('effect_off'), fix: null};
  if (line.sort === 'close_street' || line.sort === 'crew') {
    return {mark: 'new', text: t('effect_run_crews'), fix: null};
  }
  if (NEEDS_RUN.includes(line.sort)) return {mark: 'new', text: t('effect_run'), fix: null};
  const told = outcome?.version === draft.version ? outcome.effects[line.id] : null;
  if (!told) return {mark: 'new', text: t('effect_wait'), fix: null};
  if (told.none) {
    const {out_from: from, because} = told;
    const moment = from ? at(from) : '';
    if (because) return {mark: 'no', text: t('effect_none_because', {root: because, at: moment}), fix: null};
    const fix =
      line.sort === 'cut' && from ? before(from - draft.base_run.start, line, frame.now - draft.base_run.start) : null;
    return {mark: 'no', text: from ? t('effect_none_out', {at: moment}) : t('effect_none'), fix};
  }
  const sites = told.sites ? `\u00a0· ${t('effect_sites', {by: signed(told.sites), n: Math.abs(told.sites)})}` : '';
  return {mark: 'some', text: t('effect_hours', {by: signed(told.lamp_hours)}) + sites, fix: null};
}

/**
 * Give the quarter of an hour before a moment to which a cut may be moved [s from the run's start]; null where it is
 * before the present or before the run, or no earlier than it is.
 *
 * @param {number} moment
 * @param {any} line
 * @param {number} present
 */
function before(moment, line, present) {
  const at_s = Math.floor((moment - AHEAD_S) / QUARTER_S) * QUARTER_S;
  return at_s < line.at_s && at_s >= Math.max(0, present) ? at_s : null;
}

/**
 * @param {WhatIf} screen
 * @param {any} line
 * @param {number} at_s
 */
function earlier(screen, line, at_s) {
  const {draft} = screen;
  const button = make('button', {type: 'button'}, t('move_earlier', {at: at(draft.base_run.start + at_s)}));
  button.addEventListener('click', () => screen.change(changed(draft.lines, {...line, at_s})));
  return button;
}
