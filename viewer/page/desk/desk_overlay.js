/** What the desk draws above its maps: numbered marks (disc: crew, circle: the city, square: the grid) and lines. */

import {FONT} from '../map/canvas.js';
import {Overlay} from '../map/overlay.js';
import {streetsAndCrews} from '../map/ways.js';

/** @import {Model} from '../pack/model.js' */
/** @import {Point, Scene} from '../types.js' */
/** @import {Symbols} from '../map/symbols.js' */
/** @import {View} from '../map/view.js' */

/**
 * @typedef {object} DrawnMark
 * @property {number} x page metres
 * @property {number} y
 * @property {string} text
 * @property {'circle' | 'square' | 'disc'} shape
 * @property {boolean} [isChosen]
 */
/**
 * A barrier, or a street.
 *
 * @typedef {{points: Point[], text?: string, isDraft?: boolean, isStreet?: boolean}} DrawnLine
 */
/**
 * ``only``: places of what is out on this map alone [page metres]. ``flags``: names with a stem at their places.
 *
 * @typedef {{marks: DrawnMark[], lines: DrawnLine[], only?: Point[], flags?: Flag[]}} Drawings
 */

/** @typedef {{x: number, y: number, text: string}} Flag a name at a place of the page's plane */

/** Half the side of a mark [px]. */
const HALF = 11;
/** Marks of places that lie close stand around them, so far apart [px], on so many rings; a line tells whose. */
const APART = 2 * HALF + 4;
const RINGS = 4;
/** Radius of what is out here alone [px]. */
const ALONE = 3.4;
const ALONE_FAR = 2.4;
const CIRCLE = 2 * Math.PI;
/** The buttons of a map stand at its right edge: a name keeps out of their way [px]. */
const KEPT = 56;

export class DeskOverlay extends Overlay {
  /**
   * @param {Model} model
   * @param {Symbols} symbols
   * @param {() => Drawings} drawings
   */
  constructor(model, symbols, drawings) {
    super(model, symbols, streetsAndCrews);
    this.drawings = drawings;
    /** Where the marks stand. @type {ReturnType<typeof spread>} */
    this.placed = [];
  }

  /**
   * @override
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Scene} scene
   * @param {number} ratio
   * @param {number} big
   */
  draw(context, view, scene, ratio, big) {
    super.draw(context, view, scene, ratio, big);
    const {marks, lines, only = [], flags = []} = this.drawings();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const radius = view.isQuiet ? ALONE_FAR : ALONE;
    for (const [x, y] of only) this.alone(context, view.px(x), view.py(y), radius);
    for (const line of lines) this.line(context, view, line);
    this.placed = spread(marks, view);
    for (const one of this.placed) this.stem(context, view, one);
    for (const {mark, px, py} of this.placed) this.numbered(context, px, py, mark);
    this.flagged(context, view, flags);
  }

  /**
   * Names with a stem, the first ones first; each stands where no other does, and one without room is left out.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Flag[]} flags
   */
  flagged(context, view, flags) {
    context.font = `700 13px ${FONT}`;
    /** @type {[number, number, number][]} */
    const taken = [];
    for (const {x, y, text} of flags) {
      const [px, py] = [view.px(x), view.py(y)];
      if (px < 0 || py < 0 || px > view.width || py > view.height) continue;
      const width = context.measureText(text).width + 16;
      const left = Math.max(4, Math.min(view.width - width - KEPT, px - width / 2));
      const top = [py - 44, py + 22, py - 72, py + 50].find(
        (one) =>
          one > 4 &&
          one < view.height - 26 &&
          taken.every(([l, t, w]) => left > l + w + 4 || left + width + 4 < l || Math.abs(one - t) > 25)
      );
      if (top === undefined) continue;
      taken.push([left, top, width]);
      context.strokeStyle = this.colors.chosen;
      context.lineWidth = 1.6;
      context.beginPath();
      context.moveTo(px, py);
      context.lineTo(Math.max(left + 8, Math.min(left + width - 8, px)), top + (top < py ? 22 : 0));
      context.stroke();
      context.fillStyle = this.colors.chosen;
      context.beginPath();
      context.roundRect(left, top, width, 22, 3);
      context.fill();
      context.fillStyle = this.colors.page;
      context.textAlign = 'left';
      context.textBaseline = 'middle';
      context.fillText(text, left + 8, top + 11.5);
    }
  }

  /**
   * A white dot in a ring: out here alone.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {number} px
   * @param {number} py
   * @param {number} radius
   */
  alone(context, px, py, radius) {
    for (const [one, color] of /** @type {[number, string][]} */ ([
      [radius + 1.6, this.colors.chosen],
      [radius + 0.4, this.colors.map],
      [radius - 1.2, this.colors.chosen]
    ])) {
      context.beginPath();
      context.arc(px, py, one, 0, CIRCLE);
      context.fillStyle = color;
      context.fill();
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {DrawnLine} line
   */
  line(context, view, {points, text, isDraft, isStreet}) {
    if (!points.length) return;
    context.lineJoin = 'round';
    context.lineCap = 'round';
    for (const [color, width] of /** @type {[string, number][]} */ ([
      [this.colors.map, isStreet ? 6 : 8],
      [this.colors.chosen, isStreet ? 2.6 : 4]
    ])) {
      context.beginPath();
      points.forEach(([x, y], i) =>
        i ? context.lineTo(view.px(x), view.py(y)) : context.moveTo(view.px(x), view.py(y))
      );
      context.setLineDash(isDraft && color === this.colors.chosen ? (isStreet ? [3, 6] : [10, 6]) : []);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.stroke();
    }
    context.setLineDash([]);
    if (!isStreet) for (const [x, y] of points) this.disc(context, view.px(x), view.py(y), 4);
    const [x, y] = points[isStreet ? Math.floor(points.length / 2) : 0];
    if (text && !(isStreet && view.isQuiet)) this.name(context, view, text, view.px(x), view.py(y));
  }

  /**
   * The line from a mark that made room to its place.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {{mark: DrawnMark, px: number, py: number}} placed
   */
  stem(context, view, {mark, px, py}) {
    const [x, y] = [view.px(mark.x), view.py(mark.y)];
    if (px === x && py === y) return;
    context.strokeStyle = this.colors.chosen;
    context.lineWidth = 1.6;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(px, py);
    context.stroke();
    this.disc(context, x, y, 2.5);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} px
   * @param {number} py
   * @param {DrawnMark} mark
   */
  numbered(context, px, py, {text, shape, isChosen}) {
    const isFull = isChosen || shape === 'disc';
    context.beginPath();
    if (shape === 'square') context.roundRect(px - HALF, py - HALF, 2 * HALF, 2 * HALF, 3);
    else context.arc(px, py, HALF, 0, CIRCLE);
    context.fillStyle = isFull ? this.colors.chosen : this.colors.page;
    context.strokeStyle = isFull ? this.colors.page : this.colors.chosen;
    context.lineWidth = 2;
    context.fill();
    context.stroke();
    context.fillStyle = isFull ? this.colors.page : this.colors.chosen;
    context.font = `700 ${text.length > 2 ? 11 : 13}px ${FONT}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(text, px, py + 0.5);
  }
}

/**
 * Give where marks stand so that each is read: the chosen one and the first ones at their places, the others beside. A
 * mark without room stays at its place.
 *
 * @param {DrawnMark[]} marks
 * @param {View} view
 */
export function spread(marks, view) {
  /** @type {{mark: DrawnMark, px: number, py: number}[]} */
  const placed = [];
  for (const mark of [...marks].sort((a, b) => Number(b.isChosen ?? false) - Number(a.isChosen ?? false))) {
    const [x, y] = [view.px(mark.x), view.py(mark.y)];
    const isSeen = x > 0 && y > 0 && x < view.width && y < view.height;
    const free = around(x, y).find(
      ([px, py]) =>
        px > HALF &&
        py > HALF &&
        px < view.width - HALF &&
        py < view.height - HALF &&
        placed.every((one) => Math.hypot(one.px - px, one.py - py) >= APART)
    );
    const [px, py] = isSeen && free ? free : [x, y];
    placed.push({mark, px, py});
  }
  return placed;
}

/** Give a place and those around it, the near ones first. @param {number} x @param {number} y @returns {Point[]} */
function around(x, y) {
  /** @type {Point[]} */
  const places = [[x, y]];
  for (let ring = 1; ring <= RINGS; ring++) {
    const n = 6 * ring;
    for (let k = 0; k < n; k++) {
      const angle = (CIRCLE * k) / n - CIRCLE / 4;
      places.push([x + ring * APART * Math.cos(angle), y + ring * APART * Math.sin(angle)]);
    }
  }
  return places;
}
