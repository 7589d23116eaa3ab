/** Head and foot of every page of paper: what it is, of when, and until when it holds. */

import {byId} from '../parts/dom.js';
import {say} from '../words/speech.js';
import {clock, day} from '../words/time.js';

/** @import {OperatorConfig} from '../types.js' */

/**
 * @param {OperatorConfig} config
 * @param {number} t
 */
export function sayEdges({name, city, status: word}, t) {
  const tags = [byId('status').textContent, say(`status_${word}`)];
  const status = [...new Set(tags)].join(' — ');
  const when = say('print_when', {day: day(t), clock: clock(t)});
  byId('print-head').textContent = say('print_head', {status, city, name, when});
  byId('print-foot').textContent = say('print_foot', {status, made: byId('made').textContent ?? ''});
}
