/** The figures of the night beside the map, and what an ensemble's nights are. */

import {byId, make} from '../parts/dom.js';
import {capital, listed, number, say} from '../words/speech.js';
import {duration, moment} from '../words/time.js';
import {drawn} from './likely.js';

/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Nights, OperatorConfig} from '../types.js' */
/** @import {Names} from './names.js' */

/**
 * Say how many nights there are, and what was drawn.
 *
 * @param {Nights} nights
 */
export function nightsOf(nights) {
  const told = say('nights_drawn', {n: nights.n, seed: String(nights.seed), list: drawn(nights)});
  return listed(told, nights.failed ? say('nights_failed', {n: nights.failed}) : '');
}

/**
 * Say the figures of the whole night.
 *
 * @param {OperatorModel} model
 * @param {OperatorConfig} config
 * @param {Names} names
 */
export function sayFigures(model, config, names) {
  const {most, flooded, peakAt, issued, duration: lasts, inferredLinks} = config;
  /** @param {string} term @param {string} value @param {boolean} [isPart] */
  const line = (term, value, isPart = false) =>
    make('div', {class: isPart ? 'part' : false}, make('dt', {}, term), make('dd', {}, value));
  const rows = model.water ? [line(say('highest'), moment(peakAt, issued))] : [];
  rows.push(line(say('most_out'), number(most.out)));
  if (most.doubtful) rows.push(line(say('most_may'), number(most.doubtful), true));
  rows.push(line(say('most_wet'), number(Math.max(...model.wetSeries))));
  if (flooded.length) rows.push(line(say('gear_flooded'), ''));
  for (const {kind, n, dead} of flooded) {
    const kinds = capital(names.counted(kind, n));
    rows.push(line(dead ? say('flooded_kind', {kinds, dead}) : kinds, number(n), true));
  }
  rows.push(line(say('horizon'), duration(lasts)));
  if (inferredLinks) rows.push(line(say('inferred_links'), number(inferredLinks)));
  byId('figures').replaceChildren(...rows);
}
