/** Crews as they stand on the map at a moment, and the ways that they drive. */

import {Doing} from '../enums.js';

/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Point, Scene} from '../types.js' */

/**
 * Give the crews of a run on the map, those of one place together, and the ways that are driven.
 *
 * @param {OperatorModel} model
 * @param {number} t
 */
export function crewsOnMap(model, t) {
  /** @type {Map<string, NonNullable<Scene['crews']>[number]>} */
  const found = new Map();
  /** @type {Point[][]} */
  const ways = [];
  for (const piece of model.crews.at(t)) {
    if (piece.doing === Doing.OFF || !model.placed[piece.u]) continue;
    const trip = piece.doing === Doing.DRIVING ? model.crews.trip(piece, t) : null;
    const u = piece.doing === Doing.DRIVING && !trip ? piece.origin : piece.u;
    /** @type {Point} */
    const at = trip ? trip.at : [model.x[u], model.y[u]];
    if (trip) ways.push(trip.line);
    const key = at.map(Math.round).join(' ');
    const other = found.get(key);
    const {id} = model.crews.all[piece.crew];
    found.set(key, {at, label: other ? `${other.label}, ${id}` : id, isMoving: trip !== null});
  }
  return {crews: [...found.values()], ways};
}
