/** The flood as packed by viewer/scene/water.py: cell by cell, the first and the last frame wet at each depth. */

import {outline} from './outline.js';

/** @import {GroundColumns, WaterFrame} from '../types.js' */

/** Outlines that are kept, so that going back and forth in time costs nothing. */
const KEPT = 60;
/** Depths that are drawn: 0.05, 0.30 and 0.80 m. */
const DEPTHS = /** @type {const} */ ([0, 1, 2]);

export class Water {
  /**
   * @param {GroundColumns} columns
   * @param {WaterFrame} about
   */
  constructor(columns, about) {
    const dry = new Uint8Array(about.width * about.height);
    this.about = about;
    this.times = columns['water.times'] ?? new Int32Array(0);
    this.first = DEPTHS.map((i) => columns[`water.first${i}`] ?? dry);
    this.last = DEPTHS.map((i) => columns[`water.last${i}`] ?? dry);
    this.unknown = columns['water.unknown'] ?? dry;
    /** @type {Map<number, Path2D[]>} */
    this.cache = new Map();
    /** @type {Path2D | undefined} */
    this.unknownPath = undefined;
  }

  /**
   * Give the number (from 1) of the frame shown at a moment: the nearest in time.
   *
   * @param {number} t
   */
  frame(t) {
    const times = this.times;
    let i = 0;
    while (i + 1 < times.length && Math.abs(times[i + 1] - t) <= Math.abs(times[i] - t)) i++;
    return i + 1;
  }

  /**
   * Give the depth step (0 dry to 3) of the cell under a point.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} frame
   */
  step(x, y, frame) {
    const {x: west, y: north, cell, width, height} = this.about;
    const column = Math.floor((x - west) / cell);
    const row = Math.floor((y - north) / cell);
    if (column < 0 || row < 0 || column >= width || row >= height) return 0;
    const k = row * width + column;
    for (let i = DEPTHS.length - 1; i >= 0; i--) {
      if (this.first[i][k] && this.first[i][k] <= frame && frame <= this.last[i][k]) return i + 1;
    }
    return 0;
  }

  /**
   * Give the outlines at a frame: one path per depth step, in page metres.
   *
   * @param {number} frame
   * @returns {Path2D[]}
   */
  outlines(frame) {
    let paths = this.cache.get(frame);
    if (!paths) {
      if (this.cache.size > KEPT) this.cache.delete([...this.cache.keys()][0]);
      paths = DEPTHS.map((i) => {
        const [first, last] = [this.first[i], this.last[i]];
        return outline(this.about, (k) => first[k] !== 0 && first[k] <= frame && frame <= last[k]);
      });
      this.cache.set(frame, paths);
    }
    return paths;
  }

  /** Give the outline of what the water's maker does not cover. */
  unknownOutline() {
    this.unknownPath ??= outline(this.about, (k) => this.unknown[k] !== 0);
    return this.unknownPath;
  }

  /** Give the two textures of the GPU layer: first and last frame of the three depths, and what is unknown. */
  planes() {
    const {width, height} = this.about;
    const planes = {width, height, first: new Uint8Array(4 * width * height), last: new Uint8Array(4 * width * height)};
    for (let k = 0; k < width * height; k++) {
      for (const i of DEPTHS) {
        planes.first[4 * k + i] = this.first[i][k];
        planes.last[4 * k + i] = this.last[i][k];
      }
      planes.first[4 * k + 3] = this.unknown[k] ? 255 : 0;
    }
    return planes;
  }
}
