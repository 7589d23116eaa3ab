/** A street in sentences: how many of its lamps are out now and in the night, and how likely where that is known. */

import {often, wordOf} from '../words/often.js';
import {say} from '../words/speech.js';
import {clock} from '../words/time.js';

/** @import {OperatorModel} from '../pack/model.js' */

/**
 * Tell a street.
 *
 * @param {OperatorModel} model
 * @param {number} street
 * @param {number} t
 * @param {boolean} isEnsemble
 */
export function streetLines(model, street, t, isEnsemble) {
  const now = model.byStreet.row(street, t);
  const night = model.byStreet.night(street);
  const lines = [say('street_now', {n: now.out, total: now.total, clock: clock(t)})];
  if (night.out) lines.push(say('street_night', {n: night.out, first: clock(night.first)}));
  if (night.may) lines.push(say('street_may', {n: night.may}));
  if (now.may && isEnsemble) {
    const [most, word] = model.byStreet.likeliest(street, t);
    lines.push(say('street_likely', {clock: clock(t), n: now.may, often: often(most), word: wordOf(word)}));
  }
  return lines;
}
