/** Symbols of the states, from the one table (viewer/data/states.json), drawn on any 2D context. */

import {Likely, State} from '../enums.js';
import {sheet} from './canvas.js';

/** @import {Family} from '../enums.js' */
/** @import {States, Stroke, SymbolName} from '../types.js' */

/**
 * A stroke with its path made.
 *
 * @typedef {Stroke & {path: Path2D}} Shape
 */
/**
 * A symbol drawn once.
 *
 * @typedef {{image: HTMLCanvasElement, half: number, size: number}} Sprite
 */

/** Units of a symbol's radius, and of the box that it is drawn in. */
const RADIUS = 5;
const BOX = 25;

/**
 * What the symbols of each word end with.
 *
 * @type {Record<number, 'unlikely' | 'possible' | 'likely'>}
 */
export const WORDS = {[Likely.UNLIKELY]: 'unlikely', [Likely.POSSIBLE]: 'possible', [Likely.LIKELY]: 'likely'};

export class Symbols {
  /** @param {States} table */
  constructor(table) {
    this.table = table.symbols;
    this.colors = table.colors;
    /** @type {Map<string, Sprite>} */
    this.sprites = new Map();
    this.names = /** @type {SymbolName[]} */ (Object.keys(table.symbols));
    this.shapes = /** @type {Record<SymbolName, Shape[]>} */ ({});
    for (const name of this.names) {
      this.shapes[name] = this.table[name].shapes.map((shape) => ({...shape, path: new Path2D(shape.d)}));
    }
  }

  /**
   * Give the symbol of a family in a state; doubt looks like "in service" where the table has no symbol of its own.
   *
   * @param {Exclude<Family, '' | 'lamp'>} family
   * @param {number} state
   * @param {number} [word] of an ensemble
   */
  of(family, state, word = 0) {
    if (state === State.OUT) return /** @type {const} */ (`${family}_out`);
    if (state === State.MAY && word) return /** @type {const} */ (`${family}_${WORDS[word]}`);
    const doubtful = /** @type {const} */ (`${family}_may`);
    return state === State.MAY && this.shapes[doubtful] ? doubtful : /** @type {const} */ (`${family}_in`);
  }

  /**
   * Give the symbol of a lamp in a state.
   *
   * @param {number} state
   * @param {number} word of an ensemble; 0 of a run by itself
   */
  ofLamp(state, word) {
    if (state === State.MAY && word) return /** @type {const} */ (`lamp_${WORDS[word]}`);
    return state === State.OUT ? 'lamp_dark' : state === State.MAY ? 'lamp_may' : 'lamp_lit';
  }

  /**
   * Draw a symbol around the origin; `unit` is the size of one unit of its box in pixels.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {SymbolName} name
   * @param {number} unit
   * @param {string} [tint] in place of its own colours
   */
  draw(context, name, unit, tint) {
    context.save();
    context.scale(unit, unit);
    context.lineCap = 'butt';
    context.lineJoin = 'round';
    for (const shape of this.shapes[name]) {
      context.globalAlpha = shape.opacity ?? 1;
      if (shape.fill) this.fill(context, shape, shape.fill, tint);
      if (shape.stroke) {
        context.strokeStyle = tint ?? this.colors[shape.stroke];
        context.lineWidth = shape.width ?? 1;
        context.setLineDash(shape.dash ? shape.dash.split(' ').map(Number) : []);
        context.stroke(shape.path);
      }
    }
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Shape} shape
   * @param {NonNullable<Stroke['fill']>} color
   * @param {string} [tint]
   */
  fill(context, shape, color, tint) {
    context.fillStyle = tint && color !== 'map' ? tint : this.colors[color];
    if (shape.opacity && !tint) {
      const glow = context.createRadialGradient(0, 0, 2, 0, 0, 11.5);
      glow.addColorStop(0, `${this.colors[color]}52`);
      glow.addColorStop(0.45, `${this.colors[color]}20`);
      glow.addColorStop(1, `${this.colors[color]}00`);
      context.fillStyle = glow;
      context.globalAlpha = 1;
    }
    context.fill(shape.path);
  }

  /**
   * Give a symbol with radius `r` pixels, sharp on this screen.
   *
   * @param {SymbolName} name
   * @param {number} r
   * @param {string} [tint]
   * @param {number} [cased] width of the dark casing [px]
   */
  sprite(name, r, tint, cased) {
    const ratio = globalThis.devicePixelRatio || 1;
    const key = `${name} ${r.toFixed(2)} ${tint ?? ''} ${ratio} ${cased ?? ''}`;
    let sprite = this.sprites.get(key);
    if (!sprite) {
      const unit = r / RADIUS;
      const side = Math.ceil((BOX * unit * ratio) / 2) * 2;
      const context = sheet(side, side);
      context.translate(side / 2, side / 2);
      if (cased) this.case(context, name, unit * ratio, (2 * cased) / unit + 2);
      this.draw(context, name, unit * ratio, tint);
      sprite = {image: context.canvas, half: side / ratio / 2, size: side / ratio};
      this.sprites.set(key, sprite);
    }
    return sprite;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {SymbolName} name
   * @param {number} unit
   * @param {number} width
   */
  case(context, name, unit, width) {
    context.save();
    context.scale(unit, unit);
    context.strokeStyle = this.colors.map;
    context.lineWidth = width;
    context.lineJoin = 'round';
    for (const shape of this.shapes[name]) if (!shape.opacity) context.stroke(shape.path);
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {SymbolName} name
   * @param {number} x
   * @param {number} y
   * @param {number} r
   * @param {string} [tint]
   * @param {number} [cased]
   */
  put(context, name, x, y, r, tint, cased) {
    const sprite = this.sprite(name, r, tint, cased);
    context.drawImage(sprite.image, x - sprite.half, y - sprite.half, sprite.size, sprite.size);
  }
}
