/** Lamps, then cabinets and the rest, on a 2D canvas: the loud above the quiet. */

import {Likely, State} from '../enums.js';
import {NONE} from '../pack/intervals.js';

/** @import {Model} from '../pack/model.js' */
/** @import {Box, Scene, Sizes, SymbolName} from '../types.js' */
/** @import {Symbols} from './symbols.js' */
/** @import {View} from './view.js' */

/** What stands larger than the other nodes. */
const LARGE = ['substation', 'site'];
/** Room around the view in which a symbol still reaches into it [px]. */
const MARGIN = 16;

export class Dots {
  /**
   * @param {Model} model
   * @param {Symbols} symbols
   */
  constructor(model, symbols) {
    this.model = model;
    this.symbols = symbols;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Scene} scene
   * @param {Sizes} size
   */
  draw(context, view, {t, night, show}, size) {
    const {model} = this;
    const box = view.box(MARGIN);
    model.iv.states(t, model.state, model.word);
    const {unknown, pattern, word} = model;
    const lit = night ? 'lamp_lit' : 'lamp_day';
    if (show.lamp_lit) this.lamps(context, view, box, lit, size.lamp, NONE, (u) => !unknown[u]);
    if (show.unknown) this.lamps(context, view, box, 'unknown', size.lamp, NONE, (u) => unknown[u] === 1);
    if (show.lamp_dark) this.lamps(context, view, box, 'lamp_dark', size.lamp, State.OUT);
    for (const code of [0, ...Object.values(Likely)]) {
      const name = this.symbols.ofLamp(State.MAY, code);
      if (show[name]) this.lamps(context, view, box, name, size.lamp, State.MAY, (u) => word[pattern[u]] === code);
    }
    for (const isLoud of [false, true]) this.nodes(context, view, box, show, size, isLoud);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Box} box
   * @param {SymbolName} name
   * @param {number} r
   * @param {number} wanted the state of those that are drawn
   * @param {(u: number) => boolean} [only]
   */
  lamps(context, view, [west, north, east, south], name, r, wanted, only) {
    const {state, pattern, x, y, placed, lamps} = this.model;
    const {image, half, size} = this.symbols.sprite(name, r);
    for (let u = lamps[0]; u < lamps[1]; u++) {
      if (state[pattern[u]] !== wanted || !placed[u] || (only && !only(u))) continue;
      if (x[u] < west || x[u] > east || y[u] < north || y[u] > south) continue;
      context.drawImage(image, view.px(x[u]) - half, view.py(y[u]) - half, size, size);
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Box} box
   * @param {Scene['show']} show
   * @param {Sizes} size
   * @param {boolean} isLoud those out or in doubt, else those in service
   */
  nodes(context, view, [west, north, east, south], show, size, isLoud) {
    const {model, symbols} = this;
    const {state, word, pattern, x, y, placed} = model;
    for (let u = 0; u < model.nodes; u++) {
      const family = model.familyOf(u);
      if (!family || family === 'lamp' || !placed[u]) continue;
      if (x[u] < west || x[u] > east || y[u] < north || y[u] > south) continue;
      const now = state[pattern[u]];
      const name = symbols.of(family, now, word[pattern[u]]);
      if ((now !== NONE) !== isLoud || !show[name]) continue;
      const r = size.node * (LARGE.includes(family) ? 1.12 : 1);
      symbols.put(context, name, view.px(x[u]), view.py(y[u]), r, undefined, 1.2);
    }
  }
}
