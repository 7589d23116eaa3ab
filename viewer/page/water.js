/** The flood's outline at a frame: cells wet at each depth, smoothed and cut at one half (marching squares). */

export class Water {
  constructor(columns, about) {
    this.about = about;
    this.times = columns['water.times'] ?? new Int32Array(0);
    this.first = [0, 1, 2].map((i) => columns[`water.first${i}`]);
    this.last = [0, 1, 2].map((i) => columns[`water.last${i}`]);
    this.unknown = columns['water.unknown'];
    this.cache = new Map();
  }

  /** Give the number (from 1) of the frame shown at a moment: the nearest in time. */
  frame(t) {
    const times = this.times;
    let i = 0;
    while (i + 1 < times.length && Math.abs(times[i + 1] - t) <= Math.abs(times[i] - t)) i++;
    return i + 1;
  }

  /** Give the depth step (0 dry to 3) of the cell under a point. */
  step(x, y, frame) {
    const {x: west, y: north, cell, width, height} = this.about;
    const column = Math.floor((x - west) / cell);
    const row = Math.floor((y - north) / cell);
    if (column < 0 || row < 0 || column >= width || row >= height) return 0;
    const k = row * width + column;
    for (let i = 2; i >= 0; i--) if (this.first[i][k] && this.first[i][k] <= frame && frame <= this.last[i][k]) return i + 1;
    return 0;
  }

  /** Give the outlines at a frame: one Path2D per depth step, in page metres. */
  outlines(frame) {
    if (!this.cache.has(frame)) {
      if (this.cache.size > 60) this.cache.delete(this.cache.keys().next().value);
      this.cache.set(frame, [0, 1, 2].map((i) => this.outline(i, frame)));
    }
    return this.cache.get(frame);
  }

  outline(level, frame) {
    const [first, last] = [this.first[level], this.last[level]];
    return this.trace((k) => first[k] !== 0 && first[k] <= frame && frame <= last[k]);
  }

  /** Give the outline of what the water's maker does not cover. */
  unknownOutline() {
    this.unknownPath ??= this.trace((k) => this.unknown[k]);
    return this.unknownPath;
  }

  /** Give the smoothed outline of the cells that pass a test. */
  trace(isInside) {
    const {x: west, y: north, cell, width, height} = this.about;
    const w = width + 4;
    const h = height + 4;
    const wet = new Float32Array(w * h);
    let any = false;
    for (let row = 0; row < height; row++) {
      for (let column = 0, k = row * width, to = (row + 2) * w + 2; column < width; column++, k++, to++) {
        if (isInside(k)) {
          wet[to] = 1;
          any = true;
        }
      }
    }
    const path = new Path2D();
    if (!any) return path;
    const across = new Float32Array(w * h);
    for (let k = 1; k < w * h - 1; k++) across[k] = (wet[k - 1] + 2 * wet[k] + wet[k + 1]) / 4;
    const field = wet;
    for (let k = w; k < w * h - w; k++) field[k] = (across[k - w] + 2 * across[k] + across[k + w]) / 4;
    const next = new Map();
    const link = (a, b) => next.set(a, b);
    // edges are numbered 2k (from cell k to its right) and 2k + 1 (from cell k down)
    for (let row = 0; row < h - 1; row++) {
      for (let k = row * w, end = k + w - 1; k < end; k++) {
        const code = (field[k] > 0.5 ? 1 : 0) | (field[k + 1] > 0.5 ? 2 : 0) | (field[k + w + 1] > 0.5 ? 4 : 0) | (field[k + w] > 0.5 ? 8 : 0);
        if (code === 0 || code === 15) continue;
        const [top, right, bottom, left] = [2 * k, 2 * (k + 1) + 1, 2 * (k + w), 2 * k + 1];
        switch (code) {
          case 1: link(left, top); break;
          case 2: link(top, right); break;
          case 3: link(left, right); break;
          case 4: link(right, bottom); break;
          case 5: link(left, top); link(right, bottom); break;
          case 6: link(top, bottom); break;
          case 7: link(left, bottom); break;
          case 8: link(bottom, left); break;
          case 9: link(bottom, top); break;
          case 10: link(top, right); link(bottom, left); break;
          case 11: link(bottom, right); break;
          case 12: link(right, left); break;
          case 13: link(right, top); break;
          case 14: link(top, left); break;
        }
      }
    }
    const place = (edge) => {
      const k = edge >> 1;
      const other = edge & 1 ? k + w : k + 1;
      const share = (0.5 - field[k]) / (field[other] - field[k]);
      const column = k % w + (edge & 1 ? 0 : share);
      const row = Math.floor(k / w) + (edge & 1 ? share : 0);
      return [west + (column - 1.5) * cell, north + (row - 1.5) * cell];
    };
    while (next.size) {
      const [start] = next.keys();
      const loop = [];
      for (let edge = start; next.has(edge);) {
        loop.push(place(edge));
        const to = next.get(edge);
        next.delete(edge);
        edge = to;
      }
      if (loop.length < 4) continue;
      // through the middles, bent at the points: no corners
      const n = loop.length;
      const middle = (i) => [(loop[i % n][0] + loop[(i + 1) % n][0]) / 2, (loop[i % n][1] + loop[(i + 1) % n][1]) / 2];
      path.moveTo(...middle(0));
      for (let i = 1; i <= n; i++) path.quadraticCurveTo(...loop[i % n], ...middle(i));
      path.closePath();
    }
    return path;
  }

  /** Give the two textures of the GPU layer: first and last frame of the three depths, and what is unknown. */
  planes() {
    const {width, height} = this.about;
    const planes = {width, height, first: new Uint8Array(4 * width * height), last: new Uint8Array(4 * width * height)};
    for (let k = 0; k < width * height; k++) {
      for (let i = 0; i < 3; i++) {
        planes.first[4 * k + i] = this.first[i][k];
        planes.last[4 * k + i] = this.last[i][k];
      }
      planes.first[4 * k + 3] = this.unknown[k] ? 255 : 0;
    }
    return planes;
  }
}
