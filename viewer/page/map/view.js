/** What part of the page's plane is seen: a middle in metres and a scale in pixels per metre. */

/** @import {Box, Point, Sizes} from '../types.js' */

/** The farthest that a box is shown from [px per m]. */
const FARTHEST = 0.02;
/** A calm map is quiet from here on [m per px]. */
const QUIET = 1.9;

export class View {
  /**
   * @param {number} width [px]
   * @param {number} height [px]
   */
  constructor(width, height) {
    this.x = 0;
    this.y = 0;
    this.scale = 0.5;
    this.width = width;
    this.height = height;
    /** At a desk what is in service is quiet: from afar streets are drawn, and not the lamps that burn along them. */
    this.isCalm = false;
  }

  /** Whether a calm map is seen from so far that what is in service would hide what is not. */
  get isQuiet() {
    return this.isCalm && 1 / this.scale > QUIET;
  }

  /** @param {number} x */
  px(x) {
    return (x - this.x) * this.scale + this.width / 2;
  }

  /** @param {number} y */
  py(y) {
    return (y - this.y) * this.scale + this.height / 2;
  }

  /**
   * @param {number} px
   * @param {number} py
   * @returns {Point}
   */
  toMetres(px, py) {
    return [(px - this.width / 2) / this.scale + this.x, (py - this.height / 2) / this.scale + this.y];
  }

  /**
   * Give what is seen, with a margin in pixels around it.
   *
   * @param {number} [margin]
   * @returns {Box}
   */
  box(margin = 0) {
    return [...this.toMetres(-margin, -margin), ...this.toMetres(this.width + margin, this.height + margin)];
  }

  /**
   * Show a box.
   *
   * @param {Box} box
   * @param {number} share of the view that it takes
   * @param {number} deepest scale [px per m]
   */
  fit([west, north, east, south], share, deepest) {
    this.x = (west + east) / 2;
    this.y = (north + south) / 2;
    const scale = share * Math.min(this.width / (east - west || 1), this.height / (south - north || 1));
    this.scale = Math.max(FARTHEST, Math.min(deepest, scale));
  }

  /**
   * Let a context draw in metres.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {number} ratio pixels of the device per pixel of the page
   */
  apply(context, ratio) {
    const k = this.scale * ratio;
    const [left, top] = [this.width / 2 - this.x * this.scale, this.height / 2 - this.y * this.scale];
    context.setTransform(k, 0, 0, k, left * ratio, top * ratio);
  }
}

/**
 * Give widths and radii in pixels at a zoom.
 *
 * @param {View} view
 * @param {number} big how much larger than usual things are drawn
 * @returns {Sizes}
 */
export function sizes(view, big) {
  const m = 1 / view.scale;
  /**
   * By metres per pixel: more than 3, more than 1.2, more than 0.6, nearer.
   *
   * @param {...number} values
   */
  const by = (...values) => values[m > 3 ? 0 : m > 1.2 ? 1 : m > 0.6 ? 2 : 3];
  /** @param {number} r */
  const quarters = (r) => Math.round(r * 4) / 4;
  const lamp = quarters(Math.max(m > 3 ? 1.5 : 2.3, Math.min(5.6, 3.1 * m ** -0.5)) * big);
  return {
    m,
    lamp,
    node: quarters(Math.max(3.2, Math.min(8, lamp * 1.35))),
    minor: by(view.isCalm ? 0.7 : 0, 0.8, 1.2, 1.6),
    main: by(1, 1.5, 2.2, 3),
    block: by(1.5, 2, 2.6, 3.2) * Math.sqrt(big),
    building: m > 1.2 ? 1.3 : 1.6,
    edge: m > 1.6 ? 0 : 0.6
  };
}
