/** Names on the map: along their line, left to right; one that meets another is dropped. */

import {FONT} from './canvas.js';
import {placed} from './lettering.js';

/** @import {Model} from '../pack/model.js' */
/** @import {Colors} from '../types.js' */
/** @import {Disc, Spot} from './lettering.js' */
/** @import {View} from './view.js' */

/**
 * A name and the line that it is written along.
 *
 * @typedef {object} Named
 * @property {string} name
 * @property {number} street its number; 0 for a river
 * @property {boolean} isMain
 * @property {boolean} isRiver
 * @property {number} length [m]
 * @property {Float32Array} points
 */

/** The order in which names are placed: the chosen street before rivers, main streets and the others. */
const CHOSEN = 0;
const RIVER = 1;
const MAIN = 2;
const MINOR = 3;
/** Times that a name is written at most, on as many of its lines. */
const TIMES = 2;

export class Labels {
  /**
   * @param {Model} model
   * @param {Colors} colors
   * @param {boolean} [onPaper]
   */
  constructor(model, colors, onPaper = false) {
    this.colors = colors;
    this.onPaper = onPaper;
    /** @type {Map<string, number>} */
    this.widths = new Map();
    /** @type {Named[]} */
    this.lines = [];
    const {street} = model.shapes;
    for (let i = 0; i < street.length; i++) {
      const number = street.of[i] ?? 0;
      const name = model.streets[number];
      if (!name) continue;
      const points = street.xy.subarray(2 * street.starts[i], 2 * street.starts[i + 1]);
      const isMain = model.main[i] === 1;
      this.lines.push({name, street: number, isMain, isRiver: false, length: lengthOf(points), points});
    }
    for (const {name, x, y} of model.rivers) {
      const points = Float32Array.from(x.flatMap((value, i) => [value, y[i]]));
      this.lines.push({name, street: 0, isMain: false, isRiver: true, length: Infinity, points});
    }
  }

  /**
   * Give the width of a letter in the context's font.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {string} letter
   */
  width(context, letter) {
    const key = context.font + letter;
    let width = this.widths.get(key);
    if (width === undefined) this.widths.set(key, (width = context.measureText(letter).width));
    return width;
  }

  /**
   * Draw the names that fit.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {number} chosen a street's number or 0
   * @param {Disc[]} taken discs that are kept free
   * @param {number} [scale]
   */
  draw(context, view, chosen, taken, scale = 1) {
    const metres = 1 / view.scale;
    const discs = [...taken];
    /** @type {Map<string, number>} */
    const used = new Map();
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    for (const {line, rank} of this.wanted(metres, chosen)) {
      const times = used.get(line.name) ?? 0;
      if (times >= (rank === CHOSEN ? 1 : TIMES)) continue;
      const size = scale * (rank === CHOSEN || metres < 0.6 ? 14 : line.isRiver ? 15 : 12.5);
      context.font = `${line.isRiver ? 'italic 600' : rank === CHOSEN ? '700' : '500'} ${size}px ${FONT}`;
      const spots = this.spots(context, view, line, line.isRiver ? 3.2 * scale : 0.2);
      if (!spots) continue;
      const own = discsOf(spots, size * 0.72);
      if (own.some((disc) => discs.some((other) => meet(disc, other)))) continue;
      discs.push(...own);
      used.set(line.name, times + 1);
      this.write(context, spots, line.isRiver, rank === CHOSEN, scale);
    }
  }

  /**
   * Give the lines that are named at a zoom, the most important first.
   *
   * @param {number} metres per pixel
   * @param {number} chosen
   */
  wanted(metres, chosen) {
    const least = metres < 0.6 ? 40 : 120;
    const found = [];
    for (const line of this.lines) {
      if (line.isRiver) found.push({line, rank: RIVER});
      else if (line.street === chosen) found.push({line, rank: CHOSEN});
      else if (metres < 4 && line.isMain) found.push({line, rank: MAIN});
      else if (metres < 1.2 && line.length > least) found.push({line, rank: MINOR});
    }
    return found.sort((a, b) => a.rank - b.rank || (a.rank === RIVER ? 0 : b.line.length - a.line.length));
  }

  /**
   * Give a spot per letter of a name; null where it does not fit.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Named} line
   * @param {number} spacing [px]
   */
  spots(context, view, {name, length, points}, spacing) {
    const letters = [...name].map((letter) => ({letter, width: this.width(context, letter) + spacing}));
    return placed(view, points, length, letters);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Spot[]} spots
   * @param {boolean} isRiver
   * @param {boolean} isChosen
   * @param {number} scale
   */
  write(context, spots, isRiver, isChosen, scale) {
    const isOnWater = isRiver && !this.onPaper;
    context.lineWidth = 3.6 * scale;
    context.strokeStyle = isOnWater ? 'rgba(16,24,32,.55)' : this.colors.map;
    context.fillStyle = isChosen ? this.colors.chosen : isOnWater ? '#E4F1FC' : this.colors.soft;
    for (const isOver of [false, true]) {
      for (const {x, y, angle, letter} of spots) {
        context.translate(x, y);
        context.rotate(angle);
        if (isOver) context.fillText(letter, 0, 0);
        else context.strokeText(letter, 0, 0);
        context.rotate(-angle);
        context.translate(-x, -y);
      }
    }
  }
}

/** @param {Float32Array} points */
function lengthOf(points) {
  let length = 0;
  for (let k = 2; k < points.length; k += 2) {
    length += Math.hypot(points[k] - points[k - 2], points[k + 1] - points[k - 1]);
  }
  return length;
}

/**
 * Give the discs that a name takes: every other letter and the last.
 *
 * @param {Spot[]} spots
 * @param {number} r
 * @returns {Disc[]}
 */
function discsOf(spots, r) {
  return spots.filter((_, i) => i % 2 === 0 || i === spots.length - 1).map(({x, y}) => ({x, y, r}));
}

/**
 * @param {Disc} one
 * @param {Disc} other
 */
function meet(one, other) {
  const [dx, dy, reach] = [Math.abs(one.x - other.x), Math.abs(one.y - other.y), one.r + other.r];
  return dx < reach && dy < reach && Math.hypot(dx, dy) < reach;
}
