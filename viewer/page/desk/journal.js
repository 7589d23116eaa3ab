/** Reports by phone and the main courante: two keys from an asset to a fact with caller, time and age. */

import {all, byId, inputById, make} from '../parts/dom.js';
import {factWords} from './facts.js';
import {logRows} from './log.js';
import {get, post, Refusal} from './net.js';
import {sessionsOf} from './sessions.js';
import {at, between, pastMoment, saying, t, timeText} from './start.js';

/** @import {Frame} from './frame.js' */

const WAIT_MS = 180;

export class Journal {
  path = '/api/tonight';

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    /** @type {any} */
    this.told = null;
    /** @type {any} */
    this.log = null;
    this.keys = {f: () => byId('fact-asset').focus(), j: () => byId('note').focus()};
    const asset = inputById('fact-asset');
    asset.addEventListener('input', () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.find(), WAIT_MS);
    });
    byId('fact-form').addEventListener('submit', (event) => this.report(event));
    byId('reading-form').addEventListener('submit', (event) => this.read(event));
    byId('note-form').addEventListener('submit', (event) => this.note(event));
    for (const standing of ['reader', 'operator']) {
      byId(`invite-${standing}`).addEventListener('click', () => this.invite(standing));
    }
    sessionsOf(frame);
    byId('leave').addEventListener('click', async () => {
      await frame.act('/api/leave', {});
      location.assign('/enter');
    });
    if (!frame.writes) {
      for (const one of all('.writes')) one.hidden = true;
      byId('journal-says').textContent = t('reader_only');
    }
  }

  /** @param {any} told */
  take(told) {
    const isFirst = !this.told;
    this.told = told;
    if (isFirst) this.begin();
    this.say();
    this.lines();
  }

  begin() {
    const now = timeText(this.frame.now, this.frame.offset);
    for (const id of ['fact-at', 'reading-at']) inputById(id).value = now;
    const wanted = decodeURIComponent(location.hash.slice(1));
    if (wanted === 'note') byId('note').focus();
    else if (wanted) {
      inputById('fact-asset').value = wanted;
      this.find();
      byId('fact-caller').focus();
    }
  }

  speak() {
    if (!this.told) return;
    this.say();
    this.lines();
    inputById('csv').setAttribute('href', `/journal.csv?lang=${this.frame.lang}`);
  }

  say() {
    byId('csv').setAttribute('href', `/journal.csv?lang=${this.frame.lang}`);
    const rows = this.told.facts.map((/** @type {any} */ fact) => this.fact(fact));
    byId('fact-rows').replaceChildren(...(rows.length ? rows : [make('li', {class: 'none'}, t('no_facts'))]));
  }

  /** @param {any} fact */
  fact(fact) {
    const head = make('strong', {}, t('fact_line', {asset: fact.asset, state: t(`seen_${fact.state}`)}));
    const age = between(fact.seen_at, this.frame.now);
    const meta = t('fact_meta', {caller: fact.caller, at: at(fact.seen_at), age, by: fact.by});
    const end = make(
      'button',
      {type: 'button', class: 'writes', 'aria-label': saying(t('end_fact'), fact.asset)},
      t('end_fact')
    );
    const ask = make('button', {type: 'button', class: 'writes'}, t('ask_again'));
    ask.setAttribute('aria-label', saying(t('ask_again'), fact.asset));
    ask.addEventListener('click', () => this.again(fact));
    end.addEventListener('click', () => this.frame.act('/api/facts/end', {fact: fact.id}, byId('journal-says')));
    return make(
      'li',
      {class: fact.renew ? 'renew' : false},
      make('div', {}, head, fact.renew ? make('span', {class: 'lil'}, t('renew')) : null),
      make('p', {class: 'soft'}, fact.note ? `${meta} · ${fact.note}` : meta),
      this.frame.writes ? make('div', {class: 'two'}, ask, end) : null
    );
  }

  /**
   * Put a fact into the form, to be said again: the hour is now, and what was seen is asked.
   *
   * @param {any} fact
   */
  again(fact) {
    inputById('fact-asset').value = fact.asset;
    inputById('fact-caller').value = fact.caller;
    inputById('fact-at').value = timeText(this.frame.now, this.frame.offset);
    /** @type {HTMLInputElement} */ (document.querySelector(`#fact-state [value=${fact.state}]`)).checked = true;
    this.find();
    /** @type {HTMLElement} */ (document.querySelector('#fact-state input:checked')).focus();
  }

  async lines() {
    this.log = await get('/api/journal');
    byId('log-n').textContent = t('journal_lines', {n: this.log.count});
    byId('log-rows').replaceChildren(...logRows(this.log.lines, this.frame.lang, this.frame.now));
  }

  /** Offer assets as one types, and say what the run has of the one that is named. */
  async find() {
    const typed = inputById('fact-asset').value.trim();
    const says = byId('asset-says');
    says.textContent = '';
    if (!typed) return;
    const {found} = await get(`/api/find?q=${encodeURIComponent(typed)}`);
    byId('found').replaceChildren(
      ...found.map((/** @type {any} */ one) =>
        make('option', {value: one.asset}, [one.name, one.street].filter(Boolean).join(', '))
      )
    );
    if (!found.some((/** @type {any} */ one) => one.asset.toLowerCase() === typed.toLowerCase())) return;
    const told = await get(`/api/assets/${encodeURIComponent(typed.toUpperCase())}`).catch(() => null);
    if (!told) return;
    const state = told.condition ? t(`cond_${told.condition}`) : t('no_run');
    says.textContent = [told.street, state, told.why?.[this.frame.lang]].filter(Boolean).join(' · ');
    if (told.fact) says.append(' · ', factWords(told.fact, this.frame.now));
  }

  /** @param {string} id */
  moment(id) {
    const {frame} = this;
    return pastMoment(inputById(id).value, Math.round(frame.now), frame.offset);
  }

  /** @param {Event} event */
  async report(event) {
    event.preventDefault();
    const state = /** @type {HTMLInputElement} */ (document.querySelector('#fact-state input:checked')).value;
    const said = {
      asset: inputById('fact-asset').value.trim(),
      state,
      caller: inputById('fact-caller').value,
      note: inputById('fact-note').value,
      seen_at: this.moment('fact-at')
    };
    if (!(await this.frame.act('/api/facts', said, byId('journal-says')))) return;
    for (const id of ['fact-asset', 'fact-note']) inputById(id).value = '';
    byId('asset-says').textContent = '';
    byId('fact-asset').focus();
  }

  /** @param {Event} event */
  async read(event) {
    event.preventDefault();
    const value = Number(inputById('reading-level').value.replace(',', '.'));
    const said = {gauge: this.told.river.gauge, level_m: value, seen_at: this.moment('reading-at')};
    if (await this.frame.act('/api/readings', said, byId('journal-says'))) inputById('reading-level').value = '';
  }

  /** @param {Event} event */
  async note(event) {
    event.preventDefault();
    const input = inputById('note');
    if (await this.frame.act('/api/note', {text: input.value}, byId('journal-says'))) input.value = '';
  }

  /** @param {string} standing */
  async invite(standing) {
    const says = byId('invite-says');
    try {
      const {path} = await post('/api/invite', {standing});
      says.textContent = t('invite_says', {address: location.origin + path});
    } catch (error) {
      says.textContent = error instanceof Refusal ? error.message : String(error);
    }
  }
}
