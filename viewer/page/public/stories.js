/** Why a street is dark and what its light waits for, in words for residents: told by street, never by lamp. */

import {State, STORIES, PUBLIC_WAITS} from '../enums.js';
import {WORDS} from '../map/symbols.js';
import {say} from '../words/speech.js';

/** @import {PublicModel} from '../pack/model.js' */
/** @import {Mark, Told} from '../types.js' */

export class Stories {
  /** @param {PublicModel} model */
  constructor(model) {
    this.model = model;
  }

  /**
   * Give what a street is told at a moment at which lamps of it are out.
   *
   * @param {number} street
   * @param {number} t
   * @returns {Told}
   */
  at(street, t) {
    const {columns} = this.model;
    const {'told.street': streets, 'told.start': starts, 'told.end': ends} = columns;
    for (let i = streets.indexOf(street); i >= 0 && streets[i] === street; i++) {
      if (t < starts[i] || t >= ends[i]) continue;
      const [story, wait] = [STORIES[columns['told.story'][i]], PUBLIC_WAITS[columns['told.stage'][i]]];
      return {story, wait, isSure: columns['told.sure'][i] === 1};
    }
    return {story: 'none', wait: 'supply', isSure: true};
  }

  /**
   * Give the cause of most lamps of a street over the night.
   *
   * @param {number} street
   * @returns {Pick<Told, 'story' | 'isSure'>}
   */
  main(street) {
    const {columns} = this.model;
    const i = columns['main.street'].indexOf(street);
    if (i < 0) return {story: 'none', isSure: true};
    return {story: STORIES[columns['main.story'][i]], isSure: columns['main.sure'][i] === 1};
  }

  /**
   * Say why, and whether that is sure.
   *
   * @param {Pick<Told, 'story' | 'isSure'>} told
   */
  cause({story, isSure}) {
    const text = say(`cause_${story}`);
    return isSure ? text : `${text} ${say('cause_doubt')}`;
  }

  /**
   * Say what the light of a street waits for.
   *
   * @param {number} street
   * @param {number} t
   */
  waits(street, t) {
    return say(`wait_${this.at(street, t).wait}`);
  }

  /**
   * Give the mark of a lamp at a moment; null where it has no place. Of a street that is partly out it is not told
   * which of its lamps are.
   *
   * @param {number} lamp
   * @param {number} street
   * @param {number} t
   * @returns {Mark | null}
   */
  mark(lamp, street, t) {
    const {x, y, placed, byStreet} = this.model;
    if (lamp < 0 || !placed[lamp]) return null;
    const {out, may, total} = byStreet.row(street, t);
    const [, word] = byStreet.likeliest(street, t);
    const doubtful = WORDS[word] ? /** @type {const} */ (`lamp_${WORDS[word]}`) : 'lamp_may';
    const symbol = out && out === total ? 'lamp_dark' : out || may ? doubtful : 'lamp_lit';
    return {x: x[lamp], y: y[lamp], symbol};
  }

  /**
   * Give the lamp that stands for a street: the middle one of those drawn dark; -1 where none is.
   *
   * @param {number} street
   * @param {number} t
   */
  lampOf(street, t) {
    const {model} = this;
    /** @param {number} u */
    const isDark = (u) => model.street[u] === street && model.iv.stateAt(model.pattern[u], t) === State.OUT;
    const dark = model.lampsWhere(isDark);
    return dark.length ? dark[dark.length >> 1] : -1;
  }
}
