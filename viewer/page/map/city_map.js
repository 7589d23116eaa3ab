/** The map: one view of the city, drawn by the GPU or, where there is none, on a 2D canvas. */

import {listen} from './gestures.js';
import {Ground} from './ground.js';
import {Overlay} from './overlay.js';
import {pen} from './canvas.js';
import {pick} from './picking.js';
import {View, sizes} from './view.js';

/** @import {Model} from '../pack/model.js' */
/** @import {Found, Scene} from '../types.js' */
/** @import {Gpu} from './gpu.js' */
/** @import {More} from './overlay.js' */
/** @import {Symbols} from './symbols.js' */

/**
 * @typedef {object} Options
 * @property {boolean} [gentle] one finger scrolls the page and two move the map
 * @property {boolean} [near] open near where most lamps are dark, not on the whole town
 * @property {boolean} [calm] open on all that goes out, and keep what is in service quiet
 * @property {(found: Found) => void} onPick
 * @property {(view: View) => void} [onDraw] told after each drawing what is seen
 * @property {More} [more]
 */

/** Scales that the map opens with, zooms to and opens near with [px per m]. */
const DEEPEST_AT_FIRST = 1.4;
const DEEPEST = 6;
const FARTHEST = 0.03;
const READABLE = 0.6;
/** Share of the view that what is shown at first takes. */
const SHARE = 0.95;
const FLIGHT_MS = 300;

export class CityMap {
  /**
   * @param {HTMLElement} holder holds the map, with a canvas for the drawing and one for what lies above
   * @param {Model} model
   * @param {Symbols} symbols
   * @param {Options} options
   */
  constructor(holder, model, symbols, options) {
    this.holder = holder;
    this.model = model;
    this.options = options;
    this.base = /** @type {HTMLCanvasElement} */ (holder.querySelector('canvas.base'));
    this.top = /** @type {HTMLCanvasElement} */ (holder.querySelector('canvas.top'));
    this.view = new View(10, 10);
    this.view.isCalm = Boolean(options.calm);
    this.ground = new Ground(model, symbols);
    this.overlay = new Overlay(model, symbols, options.more);
    /** @type {Scene | null} */
    this.scene = null;
    /** @type {Gpu | null} */
    this.gpu = null;
    this.ratio = 0;
    this.isHome = false;
    this.overlayKey = '';
    this.resize();
    this.home();
    new ResizeObserver(() => {
      if (this.resize()) this.later();
    }).observe(holder);
    listen(this);
  }

  /** How much larger than usual things are drawn: for thumbs, for residents. */
  get big() {
    if (this.view.width < 560) return 1.3;
    return this.options.near ? 1.08 : 0.92;
  }

  /** Follow the size of the holder; tell whether it changed. */
  resize() {
    const width = Math.max(1, this.holder.clientWidth);
    const height = Math.max(1, this.holder.clientHeight);
    const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
    if (width === this.view.width && height === this.view.height && ratio === this.ratio) return false;
    this.ratio = ratio;
    Object.assign(this.view, {width, height});
    for (const canvas of [this.base, this.top]) {
      canvas.width = width * ratio;
      canvas.height = height * ratio;
    }
    if (this.isHome) this.home();
    return true;
  }

  /** Give the part of the map that nothing lies on, in its pixels; all of it where that would leave less than half. */
  free() {
    const {width, height} = this.view;
    const around = this.holder.getBoundingClientRect();
    const free = {left: 0, top: 0, right: width, bottom: height};
    for (const tile of this.holder.querySelectorAll('.numbers, .finder > input, .zoom')) {
      const box = tile.getBoundingClientRect();
      if (!box.width) continue;
      if (box.width > box.height) free.top = Math.max(free.top, box.bottom - around.top);
      else free.right = Math.min(free.right, box.left - around.left);
    }
    const isEnough = free.bottom - free.top > height / 2 && free.right > width / 2;
    return isEnough ? free : {left: 0, top: 0, right: width, bottom: height};
  }

  /** Show what the map opens with. */
  home() {
    this.land();
    if (this.options.near) this.showWhatGoesOut();
    else this.showTheTown(this.options.calm ? this.model.focus() : this.model.town());
    this.isHome = true;
    this.later();
  }

  /** A resident looks for streets: near enough to read them, where most lamps are dark. */
  showWhatGoesOut() {
    this.view.fit(this.model.focus(), SHARE, DEEPEST_AT_FIRST);
    if (this.view.scale >= READABLE) return;
    const [x, y] = this.model.heart();
    Object.assign(this.view, {x, y, scale: READABLE + 0.02});
  }

  /**
   * A box within what the tiles leave free: the whole town, or all that goes out.
   *
   * @param {import('../types.js').Box} box
   */
  showTheTown(box) {
    const {left, top, right, bottom} = this.free();
    const {width, height} = this.view;
    Object.assign(this.view, {width: right - left, height: bottom - top});
    this.view.fit(box, SHARE, DEEPEST_AT_FIRST);
    Object.assign(this.view, {width, height});
    this.view.x -= ((left + right) / 2 - width / 2) / this.view.scale;
    this.view.y -= ((top + bottom) / 2 - height / 2) / this.view.scale;
  }

  /**
   * Move to a place, at least this near.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} [scale]
   */
  go(x, y, scale = 0) {
    const {view} = this;
    const from = {x: view.x, y: view.y, scale: view.scale};
    const to = {x, y, scale: Math.max(view.scale, scale)};
    this.isHome = false;
    this.land();
    if (matchMedia('(prefers-reduced-motion: reduce)').matches || !this.scene) {
      Object.assign(view, to);
      this.later();
      return;
    }
    const start = performance.now();
    /** @param {number} now */
    const move = (now) => {
      const share = Math.min(1, (now - start) / FLIGHT_MS);
      const ease = share * (2 - share);
      view.x = from.x + (to.x - from.x) * ease;
      view.y = from.y + (to.y - from.y) * ease;
      view.scale = from.scale + (to.scale - from.scale) * ease;
      this.later();
      if (share < 1) this.flight = requestAnimationFrame(move);
    };
    this.flight = requestAnimationFrame(move);
  }

  /** End a flight where it is: whoever takes hold of the map is not carried on. */
  land() {
    cancelAnimationFrame(this.flight ?? 0);
  }

  /**
   * Zoom around a point of the map.
   *
   * @param {number} factor
   * @param {number} [px]
   * @param {number} [py]
   */
  zoom(factor, px = this.view.width / 2, py = this.view.height / 2) {
    const {view} = this;
    const [x, y] = view.toMetres(px, py);
    view.scale = Math.max(FARTHEST, Math.min(DEEPEST, view.scale * factor));
    view.x = x - (px - view.width / 2) / view.scale;
    view.y = y - (py - view.height / 2) / view.scale;
    this.moved();
  }

  /**
   * @param {number} dx [px]
   * @param {number} dy
   */
  pan(dx, dy) {
    this.view.x -= dx / this.view.scale;
    this.view.y -= dy / this.view.scale;
    this.moved();
  }

  moved() {
    this.land();
    const [wide, high] = this.model.size;
    this.view.x = Math.max(0, Math.min(wide, this.view.x));
    this.view.y = Math.max(0, Math.min(high, this.view.y));
    this.isHome = false;
    this.later();
  }

  /**
   * Give what is under a point.
   *
   * @param {number} px
   * @param {number} py
   * @param {number} reach [px]
   */
  pick(px, py, reach) {
    return pick(this.model, this.view, px, py, reach, this.scene?.t ?? 0);
  }

  /** @param {Scene} scene */
  show(scene) {
    this.scene = scene;
    this.later();
  }

  /** Draw with the next frame. */
  later() {
    if (this.waiting || !this.scene) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.draw();
    });
  }

  draw() {
    const {view, scene, ratio, big} = this;
    if (!scene) return;
    if (this.gpu) this.gpu.draw(view, scene, sizes(view, big));
    else this.ground.draw(pen(this.base), view, scene, ratio, big);
    const {links, street, closed, chosen, lang, live, show, roads, islands, ways, crews} = scene;
    const locks = scene.ground.map(({u, lock}) => (lock && show[lock] ? [u, lock] : 0));
    const moving = [roads, islands, ways, crews, locks];
    const key = JSON.stringify([view, links, street, closed, chosen, lang, live, show.live, moving]);
    if (this.overlayKey !== key) {
      const context = pen(this.top);
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, this.top.width, this.top.height);
      this.overlay.draw(context, view, scene, ratio, big);
      this.overlayKey = key;
    }
    this.options.onDraw?.(view);
    this.holder.dataset.drawn = String((Number(this.holder.dataset.drawn) || 0) + 1);
    globalThis.twinFirstFrame ??= performance.now() - globalThis.twinStarted;
  }

  /**
   * Name what is drawn, for those who do not see it.
   *
   * @param {string} text
   */
  describe(text) {
    this.top.setAttribute('aria-label', text);
  }
}
