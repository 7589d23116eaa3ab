/** The main courante as lines: hour, who, what. */

import {make} from '../parts/dom.js';
import {atDay, t} from './start.js';

/**
 * @param {any[]} lines
 * @param {'fr' | 'en'} lang
 * @param {number} now
 */
export function logRows(lines, lang, now) {
  if (!lines.length) return [make('li', {class: 'none'}, t('no_lines'))];
  return lines.map((line) =>
    make(
      'li',
      {},
      make('b', {}, atDay(line.at, now)),
      make('b', {}, line.who || '–'),
      make('span', {}, line.said[lang])
    )
  );
}
