/** Why lamps are dark and how far their repair is, in words for residents: stories in place of the chain of supply. */

import {STORIES, State} from '../enums.js';
import {progress, stageWord} from '../pack/repair.js';
import {say} from '../words/speech.js';

/** @import {PublicModel} from '../pack/model.js' */
/** @import {Link, Mark} from '../types.js' */

/** Stories that end when the supply comes back, not when the water leaves. */
const NOT_REPAIRED = ['cut', 'failed', 'feed_failed', 'reported'];

export class Stories {
  /** @param {PublicModel} model */
  constructor(model) {
    this.model = model;
  }

  /**
   * Say why, and whether that is sure.
   *
   * @param {number} story
   */
  cause(story) {
    const text = say(`cause_${this.code(story)}`);
    return this.isSure(story) ? text : `${text} ${say('cause_doubt')}`;
  }

  /** @param {number} story */
  code(story) {
    return STORIES[this.model.columns['story.code'][story]];
  }

  /** @param {number} story */
  isSure(story) {
    return this.model.columns['story.sure'][story] === 1;
  }

  /**
   * Give the stage of what holds a story's lamps: one of a repair, or that the supply must come back.
   *
   * @param {number} story
   * @param {number} t
   */
  stage(story, t) {
    const {columns, kinds} = this.model;
    const hold = columns['story.hold'][story];
    if (!hold || NOT_REPAIRED.includes(this.code(story))) return 'supply';
    const {stage} = progress(columns, kinds, hold - 1, t);
    // repaired by its own stages, and yet held: what holds it is no repair
    return stage < 0 ? 'supply' : stageWord(stage);
  }

  /**
   * @param {number} story
   * @param {number} t
   */
  stageWords(story, t) {
    return say(`stage_${this.stage(story, t)}`);
  }

  /**
   * Give the mark of a lamp at a moment; null where it has no place.
   *
   * @param {number} lamp
   * @param {number} t
   * @returns {Mark | null}
   */
  mark(lamp, t) {
    const {x, y, placed, iv, pattern} = this.model;
    if (lamp < 0 || !placed[lamp]) return null;
    const state = iv.stateAt(pattern[lamp], t);
    const symbol = state === State.OUT ? 'lamp_dark' : state === State.MAY ? 'lamp_may' : 'lamp_lit';
    return {x: x[lamp], y: y[lamp], symbol};
  }

  /**
   * Give the arc from a lamp that is out to the street of its cabinet, where that is known.
   *
   * @param {number} lamp
   * @param {Mark} from
   * @param {number} t
   * @returns {Link[]}
   */
  links(lamp, from, t) {
    const {iv, pattern, places, columns} = this.model;
    const i = iv.at(pattern[lamp], t);
    if (i < 0 || iv.state[i] !== State.OUT) return [];
    const story = iv.story[i];
    const place = columns['story.place'][story] - 1;
    if (place < 0 || !places.known[place]) return [];
    return [{from, to: {x: places.x[place], y: places.y[place], symbol: null}, sure: this.isSure(story)}];
  }
}
