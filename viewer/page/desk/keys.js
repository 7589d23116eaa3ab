/** Keys: everything can be done without a pointer. Single letters are off while one types, and can be turned off. */

import {all, byId, make} from '../parts/dom.js';
import {saying, t} from './start.js';

/** @import {Frame} from './frame.js' */

const SCREENS = {
  0: '/reports',
  1: '/tonight',
  2: '/likely',
  3: '/whatif',
  4: '/compare',
  5: '/crews',
  6: '/protect',
  7: '/runs',
  8: '/journal',
  9: '/wall'
};
const KEPT = 'twin-keys-off';

export class Keys {
  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    document.getElementById('help')?.addEventListener('click', () => this.help());
  }

  get isOff() {
    return localStorage.getItem(KEPT) === '1';
  }

  /** @param {Record<string, () => void>} own keys of the screen */
  listen(own) {
    /** @type {Record<string, () => void>} */
    const keys = {
      '?': () => this.help(),
      a: () => this.alarm(),
      A: () => this.acknowledge(),
      j: () => location.assign('/journal#note'),
      ...own
    };
    for (const [key, path] of Object.entries(SCREENS)) keys[key] = () => location.assign(path);
    document.addEventListener('keydown', (event) => {
      if (event.key === 'F6') {
        event.preventDefault();
        this.panel(event.shiftKey ? -1 : 1);
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const on = event.target instanceof Element ? event.target : document.body;
      const isTyping = on.matches('input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select');
      const isMap = on.matches('.map') || on.matches('input[type=range]');
      const isSpace = event.key === ' ' && on.matches('button, a, input, summary');
      if (isTyping || isSpace || (isMap && event.key.startsWith('Arrow'))) return;
      if (event.key.length === 1 && this.isOff && event.key !== '?') return;
      const act = keys[event.shiftKey && keys[`Shift+${event.key}`] ? `Shift+${event.key}` : event.key];
      if (!act) return;
      event.preventDefault();
      act();
    });
  }

  /** Go to the next panel. @param {number} step */
  panel(step) {
    const panels = Array.from(all('main section[tabindex]')).filter((one) => one.offsetParent !== null);
    if (!panels.length) return;
    const here = panels.findIndex((one) => one.contains(document.activeElement));
    panels[(here + step + panels.length) % panels.length].focus();
  }

  /** Go to the oldest alarm that nobody acknowledged. */
  alarm() {
    const first = document.querySelector('#alarm-list button.ack');
    if (first instanceof HTMLElement) first.focus();
    else location.assign('/tonight#alarms');
  }

  /** Acknowledge the alarm that has the focus, never all. */
  acknowledge() {
    const row = document.activeElement?.closest('#alarm-list li');
    /** @type {HTMLElement | null | undefined} */ (row?.querySelector('button.ack'))?.click();
  }

  help() {
    const rows = [
      ['1–9 0', 'key_screens'],
      ['A', 'key_alarm'],
      [`${t('key_shift')}+A`, 'key_ack'],
      ['F6', 'key_panel'],
      ['← →', 'key_time'],
      ['M', 'key_now'],
      ['␣', 'key_play'],
      ['L', 'key_run'],
      ['V', 'key_approve'],
      ['O', 'key_closures'],
      ['N', 'key_rerun'],
      ['J', 'key_note'],
      ['?', 'key_help']
    ].map(([key, words]) => make('div', {}, make('dt', {}, make('kbd', {}, key)), make('dd', {}, t(words))));
    const toggle = make('button', {type: 'button', 'aria-pressed': String(!this.isOff)}, this.word());
    toggle.addEventListener('click', () => {
      localStorage.setItem(KEPT, this.isOff ? '0' : '1');
      toggle.textContent = this.word();
      toggle.setAttribute('aria-pressed', String(!this.isOff));
    });
    this.frame.sheet(t('keys_title'), [make('dl', {class: 'keys'}, ...rows), toggle]);
    byId('sheet').focus();
  }

  word() {
    return saying(t('key_off'), t(this.isOff ? 'keys_off' : 'keys_on'));
  }
}
