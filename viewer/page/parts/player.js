/** The one clock: a native slider, buttons, keys; play steps ten minutes every 0.4 s and never starts by itself. */

import {say} from '../words/speech.js';

const PLAY_MS = 400;
const PLAY_STEP_S = 600;
/**
 * Steps that a key of pages moves.
 *
 * @type {Record<string, number>}
 */
const LEAPS = {PageUp: 6, PageDown: -6};

/**
 * @typedef {object} Controls
 * @property {HTMLInputElement} slider
 * @property {HTMLElement} play
 * @property {HTMLElement} [back]
 * @property {HTMLElement} [forward]
 */

/**
 * @typedef {object} Course
 * @property {number} duration of the run [s]
 * @property {number} step [s]
 * @property {number} start where it stands at first [s]
 * @property {(t: number) => void} onMove
 */

/**
 * Give the moment at which a page opens: now where the run is in force by the device's clock, else the moment that it
 * was made at, its viewpoint.
 *
 * @param {{start: number, issued: number, validUntil: number, duration: number}} config
 */
export function opening({start, issued, validUntil, duration}) {
  const now = Date.now() / 1000 - start;
  const isInForce = now >= 0 && now <= Math.min(validUntil, duration);
  return Math.max(0, Math.min(duration, isInForce ? now : issued));
}

export class Player {
  /**
   * @param {Controls} controls
   * @param {Course} course
   */
  constructor({slider, play, back, forward}, {duration, step, start, onMove}) {
    this.slider = slider;
    this.button = play;
    this.duration = duration;
    this.step = step;
    this.onMove = onMove;
    this.t = Math.floor(start / step) * step;
    /** @type {ReturnType<typeof setInterval> | null} */
    this.timer = null;
    Object.assign(slider, {min: 0, max: duration, step, value: this.t});
    slider.addEventListener('input', () => {
      this.pause();
      this.to(Number(slider.value));
    });
    slider.addEventListener('keydown', (event) => {
      if (!LEAPS[event.key]) return;
      event.preventDefault();
      this.by(LEAPS[event.key]);
    });
    play.addEventListener('click', () => (this.timer ? this.pause() : this.play()));
    back?.addEventListener('click', () => this.by(-1));
    forward?.addEventListener('click', () => this.by(1));
    document.addEventListener('visibilitychange', () => document.hidden && this.pause());
  }

  /** @param {number} steps */
  by(steps) {
    this.pause();
    this.to(this.t + steps * this.step);
  }

  /** @param {number} t */
  to(t) {
    this.t = Math.max(0, Math.min(this.duration, Math.round(t / this.step) * this.step));
    this.slider.value = String(this.t);
    this.onMove(this.t);
  }

  play() {
    if (this.t >= this.duration) this.to(0);
    const stride = Math.max(1, Math.round(PLAY_STEP_S / this.step));
    this.timer = setInterval(() => {
      if (this.t >= this.duration) this.pause();
      else this.to(this.t + stride * this.step);
    }, PLAY_MS);
    this.label();
  }

  pause() {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
    this.label();
    this.onMove(this.t);
  }

  /** Say what the button does. */
  label() {
    const text = say(this.timer ? 'pause' : 'play');
    this.button.setAttribute('aria-label', text);
    this.button.classList.toggle('playing', Boolean(this.timer));
    const word = this.button.querySelector('.word');
    if (word) word.textContent = text;
  }
}
