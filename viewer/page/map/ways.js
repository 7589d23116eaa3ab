/** Streets that are closed, what is cut off, ways that are driven and crews, above the operator's map. */

/** @import {Point, Scene, Sizes} from '../types.js' */
/** @import {Overlay} from './overlay.js' */
/** @import {View} from './view.js' */

/** Width of the tape along a closed street, near and far, and its bars [px]. */
const TAPE = 8;
const TAPE_FAR = 5.5;
const TAPE_DASH = [3, 5];
const CIRCLE = 2 * Math.PI;

/**
 * @param {Overlay} on
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {Scene} scene
 * @param {number} ratio
 * @param {Sizes} size
 */
function ways(on, context, view, scene, ratio, size) {
  if (scene.roads?.length) flooded(on, context, view, scene.roads, ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  for (const way of scene.ways ?? []) drawWay(on, context, view, way);
  for (const u of scene.islands ?? []) island(on, context, view, u, size);
}

/**
 * @param {Overlay} on
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {Scene} scene
 */
function crews(on, context, view, scene) {
  for (const {at, label} of scene.crews ?? []) crew(on, context, view, at, label);
}

/** What the operator's map shows of streets and crews. */
export const streetsAndCrews = {beneath: ways, above: crews};

/**
 * Barrier tape along the roads that no vehicle of the plan enters: a casing, two rails and bars across.
 *
 * @param {Overlay} on
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {number[]} roads
 * @param {number} ratio
 */
function flooded(on, context, view, roads, ratio) {
  const shapes = on.model.roadShapes;
  if (!shapes) return;
  const wanted = new Set(roads);
  const path = shapes.path(false, (i) => wanted.has(shapes.of[i]));
  view.apply(context, ratio);
  context.save();
  context.lineCap = 'butt';
  const width = view.scale < 0.4 ? TAPE_FAR : TAPE;
  for (const [color, wide, dash] of /** @type {[string, number, number[]][]} */ ([
    [on.colors.map, width + 2.4, []],
    [on.colors.soft, width, []],
    [on.colors.map, width - 2.4, []],
    [on.colors.soft, width - 2.4, TAPE_DASH]
  ])) {
    context.strokeStyle = color;
    context.lineWidth = wide / view.scale;
    context.setLineDash(dash.map((length) => length / view.scale));
    context.stroke(path);
  }
  context.restore();
}

/**
 * A way that is driven: a line on its casing.
 *
 * @param {Overlay} on
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {Point[]} way
 */
function drawWay(on, context, view, way) {
  context.save();
  context.lineJoin = context.lineCap = 'round';
  context.beginPath();
  way.forEach(([x, y], i) => {
    if (i) context.lineTo(view.px(x), view.py(y));
    else context.moveTo(view.px(x), view.py(y));
  });
  for (const [color, width] of /** @type {[string, number][]} */ ([
    [on.colors.map, 7],
    [on.colors.link, 3.4]
  ])) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }
  context.restore();
}

/**
 * A broken ring around what is dry and cut off.
 *
 * @param {Overlay} on
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {number} u
 * @param {Sizes} size
 */
function island(on, context, view, u, size) {
  const [x, y] = [view.px(on.model.x[u]), view.py(on.model.y[u])];
  const r = Math.max(7, size.node * 1.7);
  for (const [color, width] of /** @type {[string, number][]} */ ([
    [on.colors.map, 4],
    [on.colors.chosen, 1.8]
  ])) {
    context.beginPath();
    context.arc(x, y, r, 0, CIRCLE);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.setLineDash(color === on.colors.map ? [] : [4, 3]);
    context.stroke();
  }
  context.setLineDash([]);
}

/**
 * @param {Overlay} on
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {Point} at
 * @param {string} label
 */
function crew(on, context, view, [x, y], label) {
  const [px, py] = [view.px(x), view.py(y)];
  on.symbols.put(context, 'crew', px, py, 6, undefined, 2);
  on.name(context, view, label, px + 2, py);
}
