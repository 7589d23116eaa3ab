/** What lies under a point of the map: assets before houses before streets. */

/** @import {Model} from '../pack/model.js' */
/** @import {Found} from '../types.js' */
/** @import {View} from './view.js' */

/** A cabinet or a substation is hit from farther than a lamp, by this factor. */
const NODE_EASE = 1.5;
/** A street is hit from this far [px]. */
const STREET_REACH = 14;

/**
 * @param {Model} model
 * @param {View} view
 * @param {number} px
 * @param {number} py
 * @param {number} reach [px]
 * @param {number} t
 * @returns {Found}
 */
export function pick(model, view, px, py, reach, t) {
  const [x, y] = view.toMetres(px, py);
  const u = asset(model, x, y, reach / view.scale);
  if (u >= 0) return {kind: 'asset', u};
  const street = nearestStreet(model, x, y, STREET_REACH / view.scale);
  if (street) return {kind: 'street', street};
  const {water} = model;
  return {kind: 'ground', x, y, depth: water ? water.step(x, y, water.frame(t)) : 0};
}

/**
 * @param {Model} model
 * @param {number} x
 * @param {number} y
 * @param {number} reach [m]
 */
function asset(model, x, y, reach) {
  let best = -1;
  let least = reach;
  /**
   * @param {number} u
   * @param {number} ease
   */
  const consider = (u, ease) => {
    const far = Math.hypot(model.x[u] - x, model.y[u] - y) / ease;
    if (far < least) [least, best] = [far, u];
  };
  for (let u = 0; u < model.nodes; u++) if (model.placed[u] && model.familyOf(u)) consider(u, NODE_EASE);
  for (let u = model.lamps[0]; u < model.lamps[1]; u++) if (model.placed[u]) consider(u, 1);
  return best >= 0 ? best : building(model, x, y);
}

/**
 * @param {Model} model
 * @param {number} x
 * @param {number} y
 */
function building(model, x, y) {
  const {building: shapes} = model.shapes;
  if (!model.hasBuildings) return -1;
  for (let i = 0; i < shapes.length; i++) {
    if (shapes.meets(i, [x, y, x, y]) && shapes.holds(i, x, y)) return model.lamps[1] + shapes.of[i];
  }
  return -1;
}

/**
 * Give the number of the street nearest to a point; 0 where none is within reach.
 *
 * @param {Model} model
 * @param {number} x
 * @param {number} y
 * @param {number} [reach] [m]
 */
export function nearestStreet(model, x, y, reach = Infinity) {
  const {street} = model.shapes;
  let nearest = reach;
  let best = 0;
  for (let i = 0; i < street.length; i++) {
    if (!street.of[i] || !street.meets(i, [x - nearest, y - nearest, x + nearest, y + nearest])) continue;
    const far = street.distance(i, x, y);
    if (far < nearest) [nearest, best] = [far, street.of[i]];
  }
  return best;
}
