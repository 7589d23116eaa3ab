/** The run as tables for the GPU: one row per (asset, interval), so that time is one filter and costs nothing. */

import {Likely, State} from '../enums.js';
import {NONE} from '../pack/intervals.js';

/** @import {Intervals} from '../pack/intervals.js' */
/** @import {Model} from '../pack/model.js' */
/** @import {Shapes} from '../pack/shapes.js' */
/** @import {Point, SymbolName} from '../types.js' */
/** @import {Symbols} from './symbols.js' */

/** Beyond all times of a run [s]. */
export const FAR = 1e8;

/** @typedef {[number, number]} Span */
/** @typedef {{u: number, span: Span, word: number}} Row */
/** @typedef {{polygon: Point[][], span: Span}} Area */
/** @typedef {Area & {fill: [number, number, number, number]}} GroundArea */
/** @typedef {{u: number, name: SymbolName, position: Point, span: Span}} NodeRow */

/**
 * Give the spans in which a pattern is in a state, with their word; in service is what no interval covers.
 *
 * @param {Intervals} iv
 * @param {number} pattern
 * @param {number} wanted
 */
function spans(iv, pattern, wanted) {
  /** @type {{span: Span, word: number}[]} */
  const found = [];
  let cursor = -FAR;
  for (const i of iv.rows(pattern).sort((a, b) => iv.start[a] - iv.start[b])) {
    const [start, end] = [iv.start[i], Math.min(FAR, iv.end[i])];
    if (wanted === NONE && start > cursor) found.push({span: [cursor, start], word: NONE});
    if (wanted !== NONE && iv.state[i] === wanted) found.push({span: [start, end], word: iv.wordOf(i)});
    cursor = Math.max(cursor, end);
  }
  if (wanted === NONE && cursor < FAR) found.push({span: [cursor, FAR], word: NONE});
  return found;
}

/**
 * Give a row per placed asset and span in a state.
 *
 * @param {Model} model
 * @param {number} from
 * @param {number} to
 * @param {number} wanted
 */
function rows(model, from, to, wanted) {
  /** @type {Row[]} */
  const found = [];
  for (let u = from; u < to; u++) {
    if (!model.placed[u]) continue;
    for (const one of spans(model.iv, model.pattern[u], wanted)) found.push({u, ...one});
  }
  return found;
}

/**
 * Give rows as the attributes that a layer takes.
 *
 * @param {Model} model
 * @param {Row[]} given
 */
function attributes(model, given) {
  const position = new Float32Array(2 * given.length);
  const filter = new Float32Array(2 * given.length);
  given.forEach(({u, span}, i) => {
    position.set([model.x[u], model.y[u]], 2 * i);
    filter.set(span, 2 * i);
  });
  return {
    length: given.length,
    attributes: {getPosition: {value: position, size: 2}, getFilterValue: {value: filter, size: 2}}
  };
}

/**
 * Give the tables of lamps: lit, unknown, dark, in doubt; those in doubt of an ensemble by their word.
 *
 * @param {Model} model
 */
export function lampTables(model) {
  const inService = rows(model, ...model.lamps, NONE);
  const may = rows(model, ...model.lamps, State.MAY);
  /** @param {number} code */
  const told = (code) =>
    attributes(
      model,
      may.filter(({word}) => word === code)
    );
  return {
    lamps_lit: attributes(
      model,
      inService.filter(({u}) => !model.unknown[u])
    ),
    lamps_unknown: attributes(
      model,
      inService.filter(({u}) => model.unknown[u])
    ),
    lamps_dark: attributes(model, rows(model, ...model.lamps, State.OUT)),
    lamps_may: told(NONE),
    lamps_unlikely: told(Likely.UNLIKELY),
    lamps_possible: told(Likely.POSSIBLE),
    lamps_likely: told(Likely.LIKELY)
  };
}

/**
 * Give the tables of cabinets, substations and others: in service, in doubt, out.
 *
 * @param {Model} model
 * @param {Symbols} symbols
 */
export function nodeTables(model, symbols) {
  /** @param {number} state */
  const table = (state) => {
    /** @type {NodeRow[]} */
    const found = [];
    for (const {u, span, word} of rows(model, 0, model.nodes, state)) {
      const family = model.familyOf(u);
      if (!family || family === 'lamp') continue;
      found.push({u, name: symbols.of(family, state, word), position: [model.x[u], model.y[u]], span});
    }
    return found;
  };
  return {nodes_in: table(NONE), nodes_may: table(State.MAY), nodes_out: table(State.OUT)};
}

/**
 * Give what gets wet with its spans, and the houses inside the blocks among it.
 *
 * @param {Model} model
 * @param {Map<number, number[]>} blockHouses rings of the houses of each block
 */
export function wetTables(model, blockHouses) {
  const {building} = model.shapes;
  const {shapes, table} = model.wet;
  const areBlocks = shapes !== building;
  const houses = polygonsOfRings(building);
  const polygons = polygonsOfRings(shapes);
  /** @type {Area[]} */
  const wet = [];
  /** @type {Area[]} */
  const inside = [];
  for (let i = 0; i < shapes.length; i++) {
    if (!shapes.isOuter(i)) continue;
    const of = shapes.of[i];
    for (const k of table.rows(table.members[of])) {
      /** @type {Span} */
      const span = [table.start[k], Math.min(FAR, table.end[k])];
      wet.push({polygon: polygons[i], span});
      for (const house of areBlocks ? (blockHouses.get(of) ?? []) : []) inside.push({polygon: houses[house], span});
    }
  }
  return {wet, houses: inside};
}

/**
 * Give the irrigated zones in the colour of what their ground has lost, one row for each day.
 *
 * @param {Model} model
 * @param {string[]} colors of the scale
 * @param {number} alpha
 */
export function groundTable(model, colors, alpha) {
  const {zone} = model.shapes;
  const polygons = polygonsOfRings(zone);
  const fills = colors.map((color) => {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));
    return /** @type {[number, number, number, number]} */ ([r, g, b, Math.round(255 * alpha)]);
  });
  /** @type {GroundArea[]} */
  const found = [];
  for (let i = 0; i < zone.length; i++) {
    if (!zone.isOuter(i)) continue;
    for (const {span, step} of model.groundSpans(zone.of[i])) {
      const [from, to] = [Math.max(-FAR, span[0]), Math.min(FAR, span[1])];
      found.push({polygon: polygons[i], span: [from, to], fill: fills[step]});
    }
  }
  return found;
}

/**
 * Give, for each ring, the polygon that it belongs to.
 *
 * @param {Shapes} shapes
 */
function polygonsOfRings(shapes) {
  const polygons = shapes.polygons();
  let at = -1;
  return Array.from({length: shapes.length}, (_, i) => polygons[shapes.isOuter(i) ? ++at : at]);
}
