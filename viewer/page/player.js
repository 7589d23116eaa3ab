/** The one clock: a native slider, buttons, keys; play steps ten minutes every 0.4 s and never starts by itself. */

import {say} from './format.js';

export class Player {
  constructor({slider, play, back, forward, first, last}, {duration, step, start, onMove}) {
    Object.assign(this, {slider, playButton: play, duration, step, onMove});
    this.t = start;
    slider.min = 0;
    slider.max = duration;
    slider.step = step;
    slider.value = start;
    slider.addEventListener('input', () => {
      this.pause();
      this.to(Number(slider.value));
    });
    slider.addEventListener('keydown', (event) => {
      const moves = {PageUp: 6, PageDown: -6};
      if (!moves[event.key]) return;
      event.preventDefault();
      this.by(moves[event.key]);
    });
    play.addEventListener('click', () => (this.timer ? this.pause() : this.play()));
    back?.addEventListener('click', () => this.by(-1));
    forward?.addEventListener('click', () => this.by(1));
    first?.addEventListener('click', () => this.to(0));
    last?.addEventListener('click', () => this.to(duration));
    document.addEventListener('visibilitychange', () => document.hidden && this.pause());
  }

  by(steps) {
    this.pause();
    this.to(this.t + steps * this.step);
  }

  to(t) {
    this.t = Math.max(0, Math.min(this.duration, Math.round(t / this.step) * this.step));
    this.slider.value = this.t;
    this.onMove(this.t, Boolean(this.timer));
  }

  play() {
    if (this.t >= this.duration) this.to(0);
    const stride = Math.max(1, Math.round(600 / this.step));
    this.timer = setInterval(() => {
      if (this.t >= this.duration) this.pause();
      else this.to(this.t + stride * this.step);
    }, 400);
    this.label();
  }

  pause() {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
    this.label();
    this.onMove(this.t, false);
  }

  label() {
    this.playButton.setAttribute('aria-label', say(this.timer ? 'pause' : 'play'));
    this.playButton.classList.toggle('playing', Boolean(this.timer));
    const word = this.playButton.querySelector('.word');
    if (word) word.textContent = say(this.timer ? 'pause' : 'play');
  }
}
