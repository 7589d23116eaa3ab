/** The main courante as lines: hour, who, what. */

import {make} from '../parts/dom.js';
import {at, t} from './start.js';

/**
 * @param {any[]} lines
 * @param {'fr' | 'en'} lang
 */
export function logRows(lines, lang) {
  if (!lines.length) return [make('li', {class: 'none'}, t('no_lines'))];
  return lines.map((line) =>
    make('li', {}, make('b', {}, at(line.at)), make('b', {}, line.who || '–'), make('span', {}, line.said[lang]))
  );
}
