/** Questions and acts: fetch with the desk's own header; what is refused comes back as a sentence. */

import {language} from '../words/speech.js';
import {t} from './start.js';

/** The desk gives a sign of life every 15 s: two are missing. */
const SILENT_MS = 35_000;

export class Refusal extends Error {
  /**
   * @param {string} message
   * @param {number} code
   * @param {any} told
   */
  constructor(message, code, told) {
    super(message);
    this.code = code;
    this.told = told;
  }
}

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export function get(path) {
  return answer(fetch(path, {headers: {accept: 'application/json'}}));
}

/**
 * @param {string} path
 * @param {object} said
 * @returns {Promise<any>}
 */
export function post(path, said) {
  const headers = {'content-type': 'application/json', 'x-twin-desk': '1'};
  return answer(fetch(path, {method: 'POST', headers, body: JSON.stringify(said)}));
}

/** @param {Promise<Response>} asked */
async function answer(asked) {
  let response;
  try {
    response = await asked;
  } catch {
    throw new Refusal(t('did_not_reach'), 0, {});
  }
  // A body that was cut off on its way is no answer: what it lacks would be taken for nothing there.
  const told = await response.json().catch(() => {
    if (response.ok) throw new Refusal(t('did_not_reach'), 0, {});
    return {};
  });
  if (response.ok) return told;
  if (response.status === 401) location.assign('/enter');
  if (response.status === 403) throw new Refusal(t('not_yours'), 403, told);
  if (response.status === 409) throw new Refusal(t('conflict', {who: told.who}), 409, told);
  const why = saidOf(told) ?? String(response.status);
  throw new Refusal(t('refused', {why}), response.status, told);
}

/**
 * What went wrong, in the reader's language where the desk has words for it.
 * @param {any} told
 * @returns {string | undefined}
 */
export function saidOf(told) {
  return told.said?.[language()] ?? told.error;
}

/**
 * The stream of events, and how old its last sign of life is. One stream a page, none while nobody looks: a browser
 * bears six for all its tabs together.
 */
export class Stream {
  /**
   * @param {(event: any) => void} hear
   * @param {() => void} reset a new picture is needed
   */
  constructor(hear, reset) {
    this.hear = hear;
    this.reset = reset;
    this.last = 0;
    this.heardAt = Date.now();
    /** @type {EventSource | null} */
    this.source = null;
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.stop();
      else this.begin(this.last, true);
    });
  }

  /**
   * @param {number} after number of the last event that is known
   * @param {boolean} [isBack]
   */
  begin(after, isBack = false) {
    this.stop();
    this.last = after;
    if (isBack) this.reset();
    const source = new EventSource(`/events?after=${after}`);
    this.source = source;
    for (const what of EVENTS) {
      source.addEventListener(what, (event) => this.take(/** @type {MessageEvent} */ (event)));
    }
    source.addEventListener('open', () => this.alive());
    source.addEventListener('hello', () => this.alive());
    source.addEventListener('ping', () => this.alive());
    source.addEventListener('reset', () => this.reset());
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.begin(this.last, true), 3000);
    });
  }

  stop() {
    this.source?.close();
    this.source = null;
  }

  alive() {
    this.heardAt = Date.now();
  }

  /** @param {MessageEvent} event */
  take(event) {
    this.alive();
    const id = Number(event.lastEventId);
    if (id <= this.last) return;
    this.last = id;
    document.body.dataset.event = String(id);
    this.hear(JSON.parse(event.data));
  }

  /**
   * Since when the desk does not answer; 0: it does. Quiet is no loss, but a line that is cut without a word stays open
   * for long and gives no sign of life.
   */
  get goneAt() {
    if (this.source?.readyState !== EventSource.OPEN) return Date.now();
    return Date.now() - this.heardAt < SILENT_MS ? 0 : this.heardAt;
  }
}

const EVENTS = [
  'reading',
  'alarm',
  'ack',
  'act',
  'run',
  'progress',
  'approve',
  'allow',
  'alert',
  'closure',
  'fact',
  'source',
  'draft',
  'note',
  'enter',
  'rank',
  'report',
  'propose'
];
