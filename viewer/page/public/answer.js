/** Three sentences for a street at a moment, and what lies behind them. */

import {State} from '../enums.js';
import {Chart} from '../parts/chart.js';
import {byId, make, paragraph, rich} from '../parts/dom.js';
import {often, wordOf} from '../words/often.js';
import {language, say} from '../words/speech.js';
import {clock} from '../words/time.js';

/** @import {PublicModel} from '../pack/model.js' */
/** @import {StreetRow} from '../pack/streets.js' */
/** @import {Colors, Key, PublicConfig} from '../types.js' */
/** @import {Stories} from './stories.js' */

/**
 * A sentence and the word in front of it.
 *
 * @typedef {[Key, string]} Sentence
 */

const STRIP_HEIGHT = 34;

export class Answer {
  /**
   * @param {PublicModel} model
   * @param {Stories} stories
   * @param {Colors} colors
   * @param {Pick<PublicConfig, 'lampsAnswer' | 'often'>} config
   */
  constructor(model, stories, colors, {lampsAnswer, often: tenths}) {
    this.model = model;
    /** What is said of lamps where the page has none. */
    this.noLamps = lampsAnswer;
    /** Of an ensemble: how often each street goes dark, in tenths. */
    this.often = tenths;
    this.stories = stories;
    this.colors = colors;
    this.title = byId('answer-title');
    this.title.tabIndex = -1;
    this.body = byId('sentences');
    this.more = /** @type {HTMLDetailsElement} */ (byId('more'));
    this.strip = make('div', {class: 'strip'});
    this.street = 0;
    this.t = 0;
    this.more.addEventListener('toggle', () => this.draw());
  }

  /** Give all of it in one line, to be spoken. */
  spoken() {
    return `${this.title.textContent}. ${this.body.textContent}`;
  }

  /**
   * @param {number} street its number; 0 where none is chosen
   * @param {number} t
   */
  show(street, t) {
    const {model} = this;
    this.street = street;
    this.t = t;
    this.more.hidden = !street;
    if (!street) {
      this.title.textContent = '';
      this.body.replaceChildren(make('p', {}, say('answer_empty')));
      return;
    }
    const at = make('span', {class: 'at'}, ` ${say('at_clock', {clock: clock(t)})}`);
    this.title.replaceChildren(model.streets[street], at);
    const now = model.byStreet.row(street, t);
    const sentences = [...(now.out ? this.dark(now, t) : this.lit(now, t)), ...this.likely(street)];
    this.body.replaceChildren(...sentences.map(sentence));
    if (this.isUnknown(street)) this.body.append(make('p', {}, say('street_unknown')));
    this.details(now, t);
  }

  /**
   * @param {StreetRow} now
   * @param {number} t
   * @returns {Sentence[]}
   */
  dark(now, t) {
    const told = this.stories.at(now.street, t);
    const out = say('now_out', {n: now.out, total: now.total, since: clock(now.since)});
    return [
      ['answer_back', `${say('back_unknown')} ${say(`back_waits_${told.wait}`)}`],
      ['answer_cause', this.stories.cause(told)],
      ['answer_now', [out, ...(now.may ? [say('now_more_may', {n: now.may})] : [])].join(' ')]
    ];
  }

  /**
   * @param {StreetRow} now
   * @param {number} t
   * @returns {Sentence[]}
   */
  lit(now, t) {
    const {model} = this;
    if (!model.total) return [['answer_now', say(this.noLamps)]];
    const night = model.byStreet.night(now.street);
    /** @type {Sentence} */
    const first = ['answer_now', this.now(now, t)];
    if (now.may && (this.often || model.isNight(t))) {
      const why = this.often ? [] : [/** @type {Sentence} */ (['answer_cause', say('cause_may')])];
      return [first, ...why, ['answer_sure', say('other_reason')]];
    }
    if (night.out && night.first > t) {
      const later = say('later_out', {n: night.out, first: clock(night.first)});
      return [first, ['answer_later', later], ['answer_cause', this.stories.cause(this.stories.main(now.street))]];
    }
    if (!night.out && !now.total) return [first];
    const later = night.out
      ? say('later_was', {n: night.out})
      : night.may
        ? say(night.lastMay > t ? 'later_may' : 'later_may_was', {n: night.may})
        : say(now.total > 1 ? 'later_none' : 'later_none_one');
    return [first, ['answer_later', later], ['answer_sure', say('other_reason')]];
  }

  /**
   * Say whether the lamps of a street that are not out are lit, or may be out and how likely.
   *
   * @param {StreetRow} now
   * @param {number} t
   */
  now(now, t) {
    const {model} = this;
    const [, word] = this.often ? model.byStreet.likeliest(now.street, t) : [0, 0];
    if (now.may && word) return say('now_may', {n: now.may, total: now.total, word: wordOf(word)});
    if (now.may && model.isNight(t)) {
      return say('now_maybe', {n: now.may, total: now.total, since: clock(now.maySince)});
    }
    return say(model.isNight(t) ? 'now_lit' : 'now_day', {n: now.total});
  }

  /**
   * Say how often a street goes dark, in words of ten.
   *
   * @param {number} street
   * @returns {Sentence[]}
   */
  likely(street) {
    if (!this.often || !this.model.total) return [];
    return [['answer_often', say('street_often', {often: often(this.often[street] ?? 0)})]];
  }

  /**
   * Tell whether the water is not known at some lamp of a street.
   *
   * @param {number} street
   */
  isUnknown(street) {
    const {model} = this;
    return model.street.some((/** @type {number} */ of, /** @type {number} */ u) => of === street && model.unknown[u]);
  }

  /**
   * @param {StreetRow} now
   * @param {number} t
   */
  details(now, t) {
    const wet = this.model.byStreet.wetBlocks(now.street, t);
    const stage = this.stories.waits(now.street, t);
    byId('more-text').replaceChildren(
      ...(now.out ? [make('p', {}, say('wait_now', {stage}))] : []),
      make('p', {}, say('street_which')),
      paragraph(say('blocks_street', {n: wet})),
      make('h3', {}, say('street_over_time')),
      this.strip
    );
    this.draw();
  }

  /** Draw the street over time, once that can be seen. */
  draw() {
    if (!this.more.open || !this.street) return;
    const {model, colors} = this;
    const values = model.iv.series(State.OUT, model.times, model.byStreet.weights(this.street));
    const {times, nights, duration} = model;
    const series = [{values, color: colors.dark, height: STRIP_HEIGHT}];
    new Chart(this.strip, {times, nights, duration, series}, colors).move(this.t);
  }
}

/** @param {Sentence} sentence */
function sentence([label, text]) {
  const line = rich(make('p'), text);
  line.prepend(make('strong', {}, `${say(label)}${language() === 'fr' ? '\u00a0:' : ':'}`), ' ');
  return line;
}
