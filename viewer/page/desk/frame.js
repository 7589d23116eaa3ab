/** What every screen stands in: band, clock, strip, languages, keys, connection; and the picture that it takes. */

import {all, byId, make, translate} from '../parts/dom.js';
import {language, learn, speak as speakRegister} from '../words/speech.js';
import {day, keepTime} from '../words/time.js';
import {elementAt, placeOf} from './keep_focus.js';
import {Keys} from './keys.js';
import {get, post, Refusal, Stream} from './net.js';
import {at, between, nameOf, t} from './start.js';
import {Strip} from './strip.js';

/** @import {Catalogue, Lang} from '../types.js' */
/** @import {About, Person, Screen} from './types.js' */

/** Without a sign of life for this long the screen says so [ms]; pictures are taken at most this often [ms]. */
const LOST_MS = 30_000;
const AGAIN_MS = 400;
/** What changes something: it rests while nobody answers. Whatever is typed stays. */
const CHANGES = `:is(button.writes, .writes :is(button, input[type=file]), button.ack,
  #alarm-list .two button, #act-rows td button:not(.plain), #lines button:not(.plain))`;
const PICTURE_MS = 30_000;

export class Frame {
  /**
   * @param {string} name of the screen
   * @param {Person} person
   * @param {Record<Lang, Catalogue>} words
   */
  constructor(name, person, words) {
    this.name = name;
    this.person = person;
    this.words = words;
    /** @type {About | null} */
    this.about = null;
    /** @type {Screen | null} */
    this.screen = null;
    this.ahead = 0;
    this.offset = 0;
    this.pictureAt = 0;
    this.closedAt = 0;
    this.strip = name === 'wall' ? null : new Strip();
    this.keyboard = new Keys(this);
    this.stream = new Stream(
      (event) => this.hear(event),
      () => this.again()
    );
    document.body.classList.toggle('reader', person.standing === 'reader');
    this.languages();
  }

  /** Whether who sits here may change anything. */
  get writes() {
    return this.person.standing !== 'reader';
  }

  /** The present at the desk [s since 1970], fraction and all. */
  get now() {
    return Date.now() / 1000 + this.ahead;
  }

  /** @param {Screen} screen */
  async begin(screen) {
    this.screen = screen;
    this.keyboard.listen(screen.keys ?? {});
    await this.picture();
    this.stream.begin(this.about?.event ?? 0);
    setInterval(() => this.tick(), 1000);
    setInterval(() => this.again(), PICTURE_MS);
  }

  languages() {
    const kept = localStorage.getItem('twin-lang');
    const buttons = all('[data-lang]');
    /** @param {Lang} lang */
    const use = (lang) => {
      speakRegister(lang, this.words);
      for (const one of buttons) one.setAttribute('aria-pressed', String(one.dataset.lang === lang));
    };
    use(kept === 'en' || (!kept && !navigator.language.startsWith('fr')) ? 'en' : 'fr');
    for (const button of buttons) {
      button.addEventListener('click', () => {
        const lang = /** @type {Lang} */ (button.dataset.lang);
        localStorage.setItem('twin-lang', lang);
        use(lang);
        this.speak();
      });
    }
  }

  /** Ask for a new picture, soon: several reasons at once make one question. */
  again() {
    if (this.waiting) return;
    this.waiting = setTimeout(() => {
      this.waiting = undefined;
      this.picture().catch((error) => console.warn(error));
    }, AGAIN_MS);
  }

  async picture() {
    if (!this.screen) return;
    const told = await get(this.screen.path);
    const isFirst = !this.about;
    this.about = /** @type {About} */ (told);
    learn(told.texts);
    this.ahead = told.now - Date.now() / 1000;
    keepTime({start: 0, offsets: told.offsets});
    this.offset = told.offsets.filter((/** @type {[number, number]} */ [from]) => from <= told.now).at(-1)?.[1] ?? 0;
    this.pictureAt = Date.now();
    this.screen.take(told);
    if (isFirst) this.speak();
    else this.say();
  }

  /** Say everything anew: at the start and when the language changes. */
  speak() {
    translate();
    this.say();
    this.screen?.speak();
    this.tick();
  }

  /** Say what the picture says in the band and in the strip. */
  say() {
    const {about} = this;
    if (!about) return;
    const shown = this.name === 'wall' ? about.approved : (about.latest ?? about.approved);
    const status = about.is_exercise && about.status !== 'forecast' ? 'exercise' : about.status || 'none';
    byId('tag').textContent = t(`tag_${status}`);
    byId('says').textContent = t(`says_${status}`);
    byId('night-name').textContent = shown ? nameOf(shown) : about.city;
    byId('clock-word').textContent = t(about.is_exercise ? 'clock_exercise' : 'clock_wall');
    document.body.classList.toggle('status-exercise', status === 'exercise');
    document.title = t('desk_title', {screen: t(`screen_${this.name}`), city: about.city});
    const second = byId('tag2');
    second.hidden = !['whatif', 'compare'].includes(this.name);
    second.textContent = t('tag_simulation');
    this.sayChanged();
    if (!second.hidden) byId('says').textContent = t(this.name === 'whatif' ? 'variant_not_forecast' : 'two_runs');
    this.strip?.say(about, this.now);
  }

  /** Say on every screen which of the runs that it shows are of a scenario that reads otherwise by now. */
  sayChanged() {
    const {about} = this;
    if (!about) return;
    const shown = this.name === 'wall' ? [about.approved?.id] : [about.latest?.id, about.approved?.id];
    const ids = new Set([...shown, ...(this.screen?.runs?.() ?? [])]);
    const numbers = [...ids].flatMap((id) => (id && id in about.changed ? [about.changed[id]] : []));
    const mark = byId('changed');
    mark.hidden = !numbers.length;
    mark.textContent = numbers.length ? t('scenario_changed', {n: numbers.length, numbers: numbers.join(', ')}) : '';
  }

  tick() {
    if (!this.about) return;
    const {now} = this;
    byId('clock').textContent = at(now);
    const offset = new Date(Math.abs(this.offset) * 1000).toISOString().slice(11, 16);
    byId('date').textContent = `${day(now, false)} ${this.offset < 0 ? '−' : '+'}${offset}`;
    this.minute(now);
    this.connection();
    this.sayChanged();
    this.strip?.tick(this.about, now);
    for (const one of all('[data-since]')) one.textContent = t('ago', {time: between(Number(one.dataset.since), now)});
    for (const one of all('[data-until]')) one.textContent = t('left', {time: between(now, Number(one.dataset.until))});
    this.screen?.tick?.(now);
  }

  /** What is counted is counted at whole minutes: as one begins, it is asked for anew. @param {number} now */
  minute(now) {
    const minute = Math.floor(now / 60);
    if (this.counted && minute > this.counted) this.again();
    this.counted = minute;
  }

  /** Show whether the desk still answers: half a minute without it greys the screen and stops what would change it. */
  connection() {
    const {goneAt} = this.stream;
    this.closedAt = goneAt && (this.closedAt || goneAt);
    const isLost = this.closedAt > 0 && Date.now() - this.closedAt > LOST_MS;
    const lost = byId('lost');
    if (isLost !== !lost.hidden) {
      lost.hidden = !isLost;
      document.body.classList.toggle('lost', isLost);
      if (!isLost) this.hold(false);
    }
    // Every second: a list that is written anew meanwhile, in the other language, rests as well.
    if (isLost) this.hold(true);
    const since = this.now - (Date.now() - this.pictureAt) / 1000;
    if (isLost) lost.textContent = t('lost_long', {at: at(since)});
    const age = this.closedAt ? (Date.now() - this.closedAt) / 1000 : (Date.now() - this.pictureAt) / 1000;
    this.strip?.live(isLost, age, since);
    document.body.dataset.age = String(Math.round(age));
  }

  /**
   * Stop what would change something, and let go of just that again.
   *
   * @param {boolean} isLost
   */
  hold(isLost) {
    const held = isLost ? `${CHANGES}:not([disabled])` : '[data-held]';
    for (const one of all(held)) {
      one.toggleAttribute('disabled', isLost);
      one.toggleAttribute('data-held', isLost);
    }
  }

  /** @param {any} event */
  hear(event) {
    this.screen?.hear?.(event);
    if (event.what !== 'progress') this.again();
    if (event.what === 'propose' && event.body.decider === this.person.name) this.announce(t('proposed_to_you'));
    if (event.what === 'alarm' && !event.body.over)
      this.announce(event.body.worse ? t('alarm_worse_says') : t('n_new_alarms', {n: 1}));
  }

  /**
   * Do something; tell whether it was done. What is refused is said where the person looks.
   *
   * @param {string} path
   * @param {object} said
   * @param {HTMLElement | null} [where]
   */
  async act(path, said, where = null) {
    try {
      const told = await post(path, said);
      if (where) where.textContent = t('done_said');
      this.again();
      return told;
    } catch (error) {
      const text = error instanceof Refusal ? error.message : String(error);
      if (where) where.textContent = text;
      this.announce(text);
      if (error instanceof Refusal && error.code === 409) this.again();
      return null;
    }
  }

  /** @param {string} text */
  announce(text) {
    byId('live-region').textContent = text;
  }

  /**
   * Open the sheet in the right column with a form; it lies over no alarm and no act.
   *
   * @param {string} title
   * @param {(Node | string)[]} parts
   */
  sheet(title, parts) {
    const sheet = byId('sheet');
    const close = make('button', {type: 'button', class: 'shut'}, t('close'));
    const before = document.activeElement;
    const place = before && placeOf(before);
    const shut = () => {
      sheet.hidden = true;
      // Meanwhile the list that it was opened from may have been written anew.
      const again = before?.isConnected ? before : elementAt(place);
      if (again instanceof HTMLElement) again.focus();
    };
    close.addEventListener('click', shut);
    sheet.replaceChildren(make('h2', {id: 'sheet-title'}, title), ...parts, close);
    sheet.hidden = false;
    sheet.onkeydown = (event) => {
      if (event.key === 'Escape') shut();
    };
    /** @type {HTMLElement | null} */ (sheet.querySelector('input, select, textarea, button'))?.focus();
    return shut;
  }

  get lang() {
    return language();
  }
}
