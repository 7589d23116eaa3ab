/** The map on paper: patterns in place of colours, black on white, drawn when the page is printed. */

import {Likely, State} from '../enums.js';
import {NONE} from '../pack/intervals.js';
import {hatched, pen} from './canvas.js';
import {Labels} from './labels.js';
import {View} from './view.js';

/** @import {Model} from '../pack/model.js' */
/** @import {Scene} from '../types.js' */
/** @import {CityMap} from './city_map.js' */

/** Side of the printed map and pixels of its canvas for each of it. */
const SIDE = 1000;
const RATIO = 2;
/** How much finer than the map its patterns are drawn. */
const FINE = 4;
const BLACK = '#000';
const WHITE = '#fff';
const CIRCLE = 2 * Math.PI;
/**
 * How much of a ring is filled, by the word: as much as it is likely lit.
 *
 * @type {Record<number, number>}
 */
const FILLED = {[NONE]: 1 / 2, [Likely.UNLIKELY]: 3 / 4, [Likely.POSSIBLE]: 1 / 2, [Likely.LIKELY]: 1 / 4};

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CityMap} map
 * @param {Scene} scene
 */
export function drawForPrint(canvas, map, scene) {
  const {model, ground} = map;
  canvas.width = canvas.height = SIDE * RATIO;
  const view = Object.assign(new View(SIDE, SIDE), {x: map.view.x, y: map.view.y});
  view.scale = map.view.scale * Math.min(SIDE / map.view.width, SIDE / map.view.height);
  const paper = new Paper(pen(canvas), view);
  paper.clear();
  if (model.water && scene.show.water) paper.water(model.water.outlines(model.water.frame(scene.t)));
  paper.fill(ground.paths.river, WHITE);
  paper.fill(ground.paths.river, hatch(4.5, 1.1));
  paper.stroke(ground.paths.minor, '#999', 0.8);
  paper.stroke(ground.paths.major, '#666', 1.6);
  paper.fill(ground.paths.building, '#d9d9d9');
  paper.wetBlocks(model, scene.t);
  if (scene.street) {
    const {street} = model.shapes;
    paper.stroke(
      street.path(false, (i) => street.of[i] === scene.street),
      'rgba(0,0,0,.25)',
      9
    );
  }
  if (scene.roads?.length) paper.closed(model, scene.roads);
  paper.lamps(model, scene.t);
  for (const u of scene.islands ?? []) paper.island(model.x[u], model.y[u]);
  const labels = new Labels(model, {...ground.colors, map: WHITE, soft: BLACK, chosen: BLACK}, true);
  labels.draw(paper.context, view, scene.street, [], 1.35);
}

/**
 * Give diagonal lines `every` units apart, as a pattern that does not scale with the map.
 *
 * @param {number} every
 * @param {number} width
 * @param {boolean} [both] in both directions
 */
function hatch(every, width, both = false) {
  const pattern = hatched({every: every * FINE, width: width * FINE, color: BLACK, over: FINE, both});
  pattern.setTransform(new DOMMatrix().scale(1 / FINE));
  return pattern;
}

class Paper {
  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   */
  constructor(context, view) {
    this.context = context;
    this.view = view;
  }

  clear() {
    const {context} = this;
    context.fillStyle = WHITE;
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  }

  /**
   * @param {Path2D} path
   * @param {string | CanvasPattern} style
   */
  fill(path, style) {
    const {context} = this;
    this.view.apply(context, RATIO);
    context.save();
    context.clip(path, 'evenodd');
    context.setTransform(RATIO, 0, 0, RATIO, 0, 0);
    context.fillStyle = style;
    context.fillRect(0, 0, SIDE, SIDE);
    context.restore();
  }

  /**
   * @param {Path2D} path
   * @param {string} color
   * @param {number} width
   */
  stroke(path, color, width) {
    const {context} = this;
    this.view.apply(context, RATIO);
    context.strokeStyle = color;
    context.lineWidth = width / this.view.scale;
    context.stroke(path);
  }

  /** @param {Path2D[]} outlines */
  water([one, two, three]) {
    this.fill(one, hatch(11, 0.9));
    this.fill(two, hatch(7.5, 0.9));
    this.fill(three, hatch(5.5, 1));
    this.stroke(one, BLACK, 1.8);
  }

  /**
   * @param {Model} model
   * @param {number} t
   */
  wetBlocks({shapes: {block}, blocks}, t) {
    const outline = new Path2D();
    for (let i = 0; i < block.length; i++) {
      if (blocks.stateAt(blocks.members[block.of[i]], t)) block.trace(outline, i, true);
    }
    this.fill(outline, hatch(6, 0.8, true));
    this.stroke(outline, WHITE, 5);
    this.stroke(outline, BLACK, 2.8);
  }

  /**
   * Streets that are closed: bars across.
   *
   * @param {Model} model
   * @param {number[]} roads
   */
  closed(model, roads) {
    const shapes = model.roadShapes;
    if (!shapes) return;
    const {context, view} = this;
    const wanted = new Set(roads);
    const path = shapes.path(false, (i) => wanted.has(shapes.of[i]));
    this.stroke(path, WHITE, 8);
    context.setLineDash([2.5 / view.scale, 3.5 / view.scale]);
    this.stroke(path, BLACK, 7);
    context.setLineDash([]);
  }

  /**
   * What is dry and cut off: a broken ring.
   *
   * @param {number} x
   * @param {number} y
   */
  island(x, y) {
    const {context, view} = this;
    context.setTransform(RATIO, 0, 0, RATIO, 0, 0);
    context.beginPath();
    context.arc(view.px(x), view.py(y), 8, 0, CIRCLE);
    context.strokeStyle = BLACK;
    context.lineWidth = 1.8;
    context.setLineDash([4, 3]);
    context.stroke();
    context.setLineDash([]);
  }

  /**
   * @param {Model} model
   * @param {number} t
   */
  lamps(model, t) {
    const {context, view} = this;
    const [west, north, east, south] = view.box();
    context.setTransform(RATIO, 0, 0, RATIO, 0, 0);
    for (let u = model.lamps[0]; u < model.lamps[1]; u++) {
      const [x, y] = [model.x[u], model.y[u]];
      if (!model.placed[u] || x < west || x > east || y < north || y > south) continue;
      const pattern = model.pattern[u];
      this.lamp(view.px(x), view.py(y), model.iv.stateAt(pattern, t), model.iv.wordAt(pattern, t));
    }
  }

  /**
   * Lit: a dot. Out: a ring with a bar. In doubt: a ring, half filled; a quarter or three where that is told.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} state
   * @param {number} word
   */
  lamp(x, y, state, word) {
    const {context} = this;
    context.beginPath();
    context.arc(x, y, state === NONE ? 2 : 3.6, 0, CIRCLE);
    context.fillStyle = state === NONE ? BLACK : WHITE;
    context.fill();
    if (state === NONE) return;
    context.strokeStyle = BLACK;
    context.lineWidth = 1.4;
    if (state === State.OUT) {
      context.moveTo(x - 4.6, y + 4.6);
      context.lineTo(x + 4.6, y - 4.6);
    }
    context.stroke();
    if (state !== State.MAY) return;
    context.beginPath();
    context.moveTo(x, y);
    context.arc(x, y, 3.6, -CIRCLE / 4, -CIRCLE / 4 - CIRCLE * FILLED[word], true);
    context.fillStyle = BLACK;
    context.fill();
  }
}
