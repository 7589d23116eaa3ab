/** The map: one view, moved by pointer, wheel, keys and buttons; drawn by the GPU or, where there is none, on a 2D canvas. */

import {Ground, View, sizes} from './ground.js';
import {Overlay} from './overlay.js';

export class CityMap {
  /**
   * @param holder element that holds the map, with a canvas for the drawing and one for what lies above
   * @param options {gentle: one finger scrolls the page and two move the map, onPick, onView}
   */
  constructor(holder, model, symbols, options) {
    Object.assign(this, {holder, model, symbols, options});
    this.base = holder.querySelector('canvas.base');
    this.top = holder.querySelector('canvas.top');
    this.view = new View(10, 10);
    this.ground = new Ground(model, symbols);
    this.overlay = new Overlay(model, symbols);
    this.scene = null;
    this.gpu = null;
    this.drawn = {};
    this.resize();
    this.home();
    new ResizeObserver(() => {
      if (this.resize()) this.later();
    }).observe(holder);
    this.listen();
  }

  get big() {
    return this.view.width < 560 ? 1.3 : this.model.isPublic ? 1.08 : 0.92;
  }

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

  /** The part of the map that nothing lies on, in its pixels; all of it where that would leave less than half. */
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
    return free.bottom - free.top > height / 2 && free.right > width / 2 ? free : {left: 0, top: 0, right: width, bottom: height};
  }

  home() {
    const free = this.free();
    const {width, height} = this.view;
    if (this.model.isPublic) {
      this.view.fit(this.model.focus(), 0.95, 1.4);
    } else {
      // the whole town within what the tiles leave free
      Object.assign(this.view, {width: free.right - free.left, height: free.bottom - free.top});
      this.view.fit(this.model.town(), 0.95, 1.4);
      Object.assign(this.view, {width, height});
      this.view.x -= ((free.left + free.right) / 2 - width / 2) / this.view.scale;
      this.view.y -= ((free.top + free.bottom) / 2 - height / 2) / this.view.scale;
    }
    if (this.model.isPublic && this.view.scale < 0.6) {
      // a resident looks for streets: open near enough to read them, where most lamps are dark
      const [x, y] = this.model.heart();
      Object.assign(this.view, {x, y, scale: 0.62});
    }
    this.isHome = true;
    this.later();
  }

  /** Move to a place, at least this near; `inset` keeps it clear of what covers the map. */
  go(x, y, scale = 0) {
    const from = {...this.view};
    const to = {x, y, scale: Math.max(this.view.scale, scale)};
    this.isHome = false;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches || !this.scene) {
      Object.assign(this.view, to);
      this.later();
      return;
    }
    const start = performance.now();
    const move = (now) => {
      const share = Math.min(1, (now - start) / 300);
      const ease = share * (2 - share);
      for (const key of ['x', 'y', 'scale']) this.view[key] = from[key] + (to[key] - from[key]) * ease;
      this.later();
      if (share < 1) this.flight = requestAnimationFrame(move);
    };
    cancelAnimationFrame(this.flight);
    this.flight = requestAnimationFrame(move);
  }

  zoom(factor, px = this.view.width / 2, py = this.view.height / 2) {
    const [x, y] = this.view.toMetres(px, py);
    const scale = Math.max(0.03, Math.min(6, this.view.scale * factor));
    Object.assign(this.view, {scale, x: x - (px - this.view.width / 2) / scale, y: y - (py - this.view.height / 2) / scale});
    this.moved();
  }

  pan(dx, dy) {
    this.view.x -= dx / this.view.scale;
    this.view.y -= dy / this.view.scale;
    this.moved();
  }

  moved() {
    const [wide, high] = this.model.size;
    this.view.x = Math.max(0, Math.min(wide, this.view.x));
    this.view.y = Math.max(0, Math.min(high, this.view.y));
    this.isHome = false;
    this.later();
  }

  listen() {
    const {holder} = this;
    const touches = new Map();
    let last = null;
    let travelled = 0;
    holder.addEventListener('pointerdown', (event) => {
      if (event.target.closest('button')) return;
      touches.set(event.pointerId, [event.offsetX, event.offsetY]);
      travelled = 0;
      last = null;
      if (event.pointerType === 'mouse') holder.setPointerCapture(event.pointerId);
    });
    holder.addEventListener('pointermove', (event) => {
      if (!touches.has(event.pointerId)) return;
      const [ox, oy] = touches.get(event.pointerId);
      touches.set(event.pointerId, [event.offsetX, event.offsetY]);
      travelled += Math.hypot(event.offsetX - ox, event.offsetY - oy);
      if (touches.size === 1) {
        if (event.pointerType !== 'touch' || !this.options.gentle) this.pan(event.offsetX - ox, event.offsetY - oy);
        return;
      }
      const [[ax, ay], [bx, by]] = [...touches.values()];
      const now = {x: (ax + bx) / 2, y: (ay + by) / 2, apart: Math.hypot(bx - ax, by - ay)};
      if (last) {
        this.pan(now.x - last.x, now.y - last.y);
        this.zoom(now.apart / (last.apart || 1), now.x, now.y);
      }
      last = now;
    });
    const end = (event) => {
      const start = touches.get(event.pointerId);
      touches.delete(event.pointerId);
      last = null;
      if (event.type === 'pointerup' && start && travelled < 6) this.options.onPick?.(this.pick(start[0], start[1], event.pointerType === 'mouse' ? 12 : 22));
    };
    holder.addEventListener('pointerup', end);
    holder.addEventListener('pointercancel', end);
    holder.addEventListener('wheel', (event) => {
      if (this.options.gentle && !event.ctrlKey && !event.metaKey && document.activeElement !== holder) return;
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), event.offsetX, event.offsetY);
    }, {passive: false});
    holder.addEventListener('keydown', (event) => {
      if (event.target !== holder) return;
      const step = 80;
      const keys = {ArrowLeft: () => this.pan(step, 0), ArrowRight: () => this.pan(-step, 0), ArrowUp: () => this.pan(0, step), ArrowDown: () => this.pan(0, -step),
        '+': () => this.zoom(1.4), '=': () => this.zoom(1.4), '-': () => this.zoom(1 / 1.4), 0: () => this.home()};
      if (keys[event.key]) {
        event.preventDefault();
        keys[event.key]();
      }
    });
    const buttons = {in: () => this.zoom(1.5), out: () => this.zoom(1 / 1.5), home: () => this.home(), left: () => this.pan(120, 0), right: () => this.pan(-120, 0), up: () => this.pan(0, 120), down: () => this.pan(0, -120)};
    for (const button of holder.querySelectorAll('button[data-move]')) button.addEventListener('click', () => buttons[button.dataset.move]());
  }

  /** Give what is under a point: {kind: asset|building|block|street, ...}; assets before houses before streets. */
  pick(px, py, reach) {
    const {model, view, scene} = this;
    const [x, y] = view.toMetres(px, py);
    let best = null;
    let least = reach / view.scale;
    const consider = (u, ease) => {
      const far = Math.hypot(model.x[u] - x, model.y[u] - y) / ease;
      if (far < least) [least, best] = [far, {kind: 'asset', u}];
    };
    if (!model.isPublic) for (let u = 0; u < model.lamps[0]; u++) if (model.placed[u] && this.ground.families[model.kindOf[u]]) consider(u, 1.5);
    for (let u = model.lamps[0]; u < model.lamps[1]; u++) if (model.placed[u]) consider(u, 1);
    if (best) return best;
    const {building, street} = model.shapes;
    if (!model.isPublic) {
      for (let i = 0; i < building.length; i++) {
        const b = building.boxes;
        if (b[4 * i] <= x && x <= b[4 * i + 2] && b[4 * i + 1] <= y && y <= b[4 * i + 3] && building.holds(i, x, y)) return {kind: 'asset', u: model.lamps[1] + building.of[i]};
      }
    }
    let nearest = 14 / view.scale;
    for (let i = 0; i < street.length; i++) {
      if (!street.of[i] || !street.meets(i, [x - nearest, y - nearest, x + nearest, y + nearest])) continue;
      const far = street.distance(i, x, y);
      if (far < nearest) [nearest, best] = [far, {kind: 'street', street: street.of[i]}];
    }
    return best ?? {kind: 'ground', x, y, depth: model.water ? model.water.step(x, y, model.water.frame(scene.t)) : 0};
  }

  show(scene) {
    this.scene = scene;
    this.later();
  }

  later() {
    if (this.waiting || !this.scene) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = null;
      this.draw();
    });
  }

  draw() {
    const {view, scene, ratio, big} = this;
    const begun = performance.now();
    if (this.gpu) {
      this.gpu.draw(view, scene, sizes(view, big));
    } else {
      this.ground.draw(this.base.getContext('2d'), view, scene, ratio, big);
    }
    const gpuTime = performance.now() - begun;
    const key = JSON.stringify([view, scene.links, scene.street, scene.chosen, scene.lang, scene.live, scene.show.live]);
    if (this.drawn.key !== key) {
      const context = this.top.getContext('2d');
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, this.top.width, this.top.height);
      this.overlay.draw(context, view, scene, ratio, big);
      this.drawn.key = key;
    }
    this.holder.dataset.drawn = String((Number(this.holder.dataset.drawn) || 0) + 1);
    this.times = {map: gpuTime, all: performance.now() - begun};
    globalThis.twinFirstFrame ??= performance.now() - globalThis.twinStarted;
    this.options.onDraw?.();
  }

  describe(text) {
    this.top.setAttribute('aria-label', text);
  }
}

/** Is there a GPU worth the name? Software WebGL is slower than a 2D canvas. */
export function hasGpu() {
  const asked = /renderer=(gpu|2d)/.exec(location.hash)?.[1];
  if (asked) return asked === 'gpu';
  try {
    const context = document.createElement('canvas').getContext('webgl2', {failIfMajorPerformanceCaveat: true});
    if (!context) return false;
    const about = context.getExtension('WEBGL_debug_renderer_info');
    const name = about ? String(context.getParameter(about.UNMASKED_RENDERER_WEBGL)) : '';
    context.getExtension('WEBGL_lose_context')?.loseContext();
    return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
  } catch {
    return false;
  }
}
