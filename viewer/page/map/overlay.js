/** What lies above the map in either renderer: names, the causal line, the chosen asset, dangers, the scale. */

import {number} from '../words/speech.js';
import {FONT} from './canvas.js';
import {Labels} from './labels.js';
import {sizes} from './view.js';

/** @import {Model} from '../pack/model.js' */
/** @import {Link, Mark, Scene, Sizes} from '../types.js' */
/** @import {Symbols} from './symbols.js' */
/** @import {View} from './view.js' */

/**
 * What a page draws above the map beside all this.
 *
 * @callback Drawing
 * @param {Overlay} on
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {Scene} scene
 * @param {number} ratio
 * @param {Sizes} size
 * @returns {void}
 */
/**
 * Under the names, and above all else.
 *
 * @typedef {{beneath: Drawing, above: Drawing}} More
 */

/** Letters of a name beside a mark at most. */
const LONGEST = 28;
/** The scale is at most this wide [px]. */
const SCALE_WIDTH = 150;
/** Width of the cross-ties of a closed street; their length along it and the gap between them [px]. */
const TIE = 9;
const TIES = [1.6, 7];
const CIRCLE = 2 * Math.PI;

export class Overlay {
  /**
   * @param {Model} model
   * @param {Symbols} symbols
   * @param {More} [more]
   */
  constructor(model, symbols, more) {
    this.more = more;
    this.model = model;
    this.symbols = symbols;
    this.colors = symbols.colors;
    this.labels = new Labels(model, symbols.colors);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Scene} scene
   * @param {number} ratio
   * @param {number} big
   */
  draw(context, view, scene, ratio, big) {
    const {links, chosen} = scene;
    const size = sizes(view, big);
    if (scene.closed.length) this.closed(context, view, scene.closed, ratio);
    this.more?.beneath(this, context, view, scene, ratio, size);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.locks(context, view, scene, size);
    if (scene.show.live) this.dangers(context, view, scene.live, size);
    const taken = links.flatMap(({from, to}) => [from, to]).map(({x, y}) => ({x: view.px(x), y: view.py(y), r: 13}));
    this.labels.draw(context, view, scene.street, taken, big > 1 ? 1.05 : 1);
    for (const link of [...links].reverse()) this.link(context, view, link);
    const first = links.length ? links[0].from : chosen;
    if (first) this.mark(context, view, first, size, true);
    for (const {to} of links) this.mark(context, view, to, size, false);
    this.more?.above(this, context, view, scene, ratio, size);
    this.scale(context, view);
  }

  /**
   * Cross-ties along the streets that are reported closed.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {number[]} streets
   * @param {number} ratio
   */
  closed(context, view, streets, ratio) {
    const {street} = this.model.shapes;
    view.apply(context, ratio);
    context.save();
    context.lineCap = 'butt';
    context.lineWidth = TIE / view.scale;
    context.setLineDash(TIES.map((length) => length / view.scale));
    context.strokeStyle = this.colors.chosen;
    context.stroke(street.path(false, (i) => streets.includes(street.of[i])));
    context.restore();
  }

  /**
   * Beside each irrigated zone that is locked the symbol of why.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Scene} scene
   * @param {Sizes} size
   */
  locks(context, view, {ground, show}, size) {
    const {x, y, placed} = this.model;
    const r = Math.max(3.6, size.node * 0.8);
    for (const {u, lock} of ground) {
      if (!lock || !show[lock] || !placed[u]) continue;
      const [px, py] = [view.px(x[u]) - size.node * 1.6, view.py(y[u]) - size.node * 1.6];
      this.symbols.put(context, lock, px, py, r, undefined, 1.6);
    }
  }

  /**
   * One triangle for each thing to cut; near, one for each asset that stands in water behind it.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {number[][]} groups
   * @param {Sizes} size
   */
  dangers(context, view, groups, size) {
    const {x, y} = this.model;
    // seen from afar they stand close together: smaller, so that each stays one
    const isFar = size.m > 1.2;
    const r = isFar ? Math.max(3.5, size.node * 0.76) : Math.max(4.2, size.node * 0.9);
    for (const u of groups.flatMap((group) => (isFar ? group.slice(0, 1) : group))) {
      const [px, py] = [view.px(x[u]) + size.node * 1.5, view.py(y[u]) - size.node * 1.6];
      this.symbols.put(context, 'live', px, py, r, undefined, isFar ? 1.3 : 1.6);
    }
  }

  /**
   * One quiet arc on its casing: a link, never the cable's route.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Link} link
   */
  link(context, view, {from, to, sure, old}) {
    const [ax, ay, bx, by] = [view.px(from.x), view.py(from.y), view.px(to.x), view.py(to.y)];
    const [dx, dy] = [bx - ax, by - ay];
    const bow = 0.22 * (dx < 0 ? -1 : 1);
    /**
     * @param {string} color
     * @param {number} width
     * @param {number[]} dash
     */
    const draw = (color, width, dash) => {
      context.beginPath();
      context.moveTo(ax, ay);
      context.quadraticCurveTo((ax + bx) / 2 + dy * bow, (ay + by) / 2 - dx * bow, bx, by);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.setLineDash(dash);
      context.lineCap = dash.length ? 'butt' : 'round';
      context.stroke();
      context.setLineDash([]);
    };
    draw(this.colors.map, 6.5, []);
    draw(old ? 'rgba(255,255,255,.6)' : '#FFFFFF', 2.4, sure ? [] : [6, 4]);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Mark} mark
   * @param {Sizes} size
   * @param {boolean} isFirst
   */
  mark(context, view, {x, y, symbol, label}, size, isFirst) {
    const [px, py] = [view.px(x), view.py(y)];
    if (isFirst) this.disc(context, px, py, Math.max(10, size.lamp * 2.6));
    if (symbol) {
      const r = Math.max(5.2, (isFirst ? 1.55 : 1.9) * size.lamp);
      this.symbols.put(context, symbol, px, py, r, this.colors.chosen, 2);
    } else {
      this.disc(context, px, py, 5);
    }
    if (label) this.name(context, view, label, px, py);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} px
   * @param {number} py
   * @param {number} r
   */
  disc(context, px, py, r) {
    context.beginPath();
    context.arc(px, py, r, 0, CIRCLE);
    context.fillStyle = this.colors.map;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = this.colors.chosen;
    context.stroke();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {string} label
   * @param {number} px
   * @param {number} py
   */
  name(context, view, label, px, py) {
    const shown = label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label;
    context.font = `700 13px ${FONT}`;
    const width = context.measureText(shown).width + 16;
    const left = px + 14 + width > view.width ? px - 14 - width : px + 14;
    context.fillStyle = this.colors.chosen;
    context.beginPath();
    context.roundRect(left, py - 11, width, 22, 3);
    context.fill();
    context.fillStyle = this.colors.page;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillText(shown, left + 8, py + 0.5);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   */
  scale(context, view) {
    const widest = SCALE_WIDTH / view.scale;
    const power = 10 ** Math.floor(Math.log10(widest));
    const length = ([5, 2].find((k) => k * power <= widest) ?? 1) * power;
    const pixels = length * view.scale;
    const [x, y] = [16, view.height - 18];
    for (const [color, width] of /** @type {[string, number][]} */ ([
      [this.colors.map, 5],
      [this.colors.text, 1.6]
    ])) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(x, y - 6);
      context.lineTo(x, y);
      context.lineTo(x + pixels, y);
      context.lineTo(x + pixels, y - 6);
      context.stroke();
    }
    const text = length >= 1000 ? `${number(length / 1000)}\u00a0km` : `${number(length)}\u00a0m`;
    context.font = `13px ${FONT}`;
    context.textAlign = 'left';
    context.textBaseline = 'bottom';
    context.lineWidth = 3.4;
    context.lineJoin = 'round';
    context.strokeStyle = this.colors.map;
    context.strokeText(text, x + 6, y - 4);
    context.fillStyle = this.colors.text;
    context.fillText(text, x + 6, y - 4);
  }
}
