/** The GPU renderer: layers as pydeck wrote them (viewer/scene/spec.py) on typed arrays; time is one filter range. */

import {sheet} from './canvas.js';
import {FAR, groundTable, lampTables, nodeTables, wetTables} from './gpu_tables.js';
import {GROUND_ALPHA, groundColors} from './ground.js';

/** @import {Deck, Layer, OrthographicView, OrthographicViewState} from '@deck.gl/core' */
/** @import {Model} from '../pack/model.js' */
/** @import {Scene, Sizes, Spec, SymbolName} from '../types.js' */
/** @import {Area, GroundArea, NodeRow} from './gpu_tables.js' */
/** @import {Ground} from './ground.js' */
/** @import {Symbols} from './symbols.js' */
/** @import {View} from './view.js' */

/** @typedef {Record<string, unknown>} Props */

/** Pixels of a symbol in the texture, and symbols in a row of it. */
const CELL = 128;
const COLUMNS = 8;
/** Units of a symbol's box with a margin, and how much larger an icon is than its symbol's radius. */
const UNITS = 26;
const ICON = UNITS / 5;

export class Gpu {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Model} model
   * @param {Ground} ground
   * @param {Symbols} symbols
   * @param {Spec} spec
   */
  constructor(canvas, model, ground, symbols, spec) {
    this.model = model;
    this.ground = ground;
    this.symbols = symbols;
    const {Deck: Drawn, JSONConverter, classes} = globalThis.TwinDeck;
    const converter = new JSONConverter({configuration: {classes, constants: this.constants()}});
    const converted = converter.convert({views: spec.views, layers: spec.layers});
    const {views, layers} = /** @type {{views: OrthographicView, layers: Layer[]}} */ (converted);
    this.layers = layers;
    /** @type {Deck<OrthographicView>} */
    this.deck = new Drawn({
      canvas,
      views,
      controller: false,
      layers: [],
      useDevicePixels: Math.min(2, devicePixelRatio || 1),
      viewState: {target: [0, 0, 0], zoom: 0},
      getCursor: () => 'inherit',
      onError: (error) => canvas.dispatchEvent(new CustomEvent('gpufailed', {detail: error}))
    });
  }

  /** Give what the specification names: tables, accessors, textures and colours. */
  constants() {
    const {model, symbols} = this;
    const {shapes, main, water} = model;
    /** @param {number} wanted */
    const streets = (wanted) => shapes.street.numbers((i) => main[i] === wanted).map((i) => shapes.street.points(i));
    return {
      parks: shapes.park.polygons(),
      rivers: shapes.water.polygons(),
      bridges: shapes.bridge.polygons(),
      buildings: shapes.building.polygons(),
      zones: shapes.zone.numbers().map((i) => shapes.zone.points(i)),
      ground: groundTable(model, groundColors(symbols.colors), GROUND_ALPHA),
      minor: streets(0),
      major: streets(1),
      ...wetTables(model, this.ground.blockHouses),
      ...lampTables(model),
      ...nodeTables(model, symbols),
      ...this.atlas(),
      planes: water?.planes() ?? null,
      bounds: this.bounds(),
      waters: this.waters(),
      ...ACCESSORS
    };
  }

  /** Give one canvas with every symbol, and where each stands. */
  atlas() {
    const {symbols} = this;
    const context = sheet(CELL * COLUMNS, CELL * Math.ceil(symbols.names.length / COLUMNS));
    /** @type {Partial<Record<SymbolName, object>>} */
    const mapping = {};
    symbols.names.forEach((name, i) => {
      const [x, y] = [CELL * (i % COLUMNS), CELL * Math.floor(i / COLUMNS)];
      context.setTransform(1, 0, 0, 1, x + CELL / 2, y + CELL / 2);
      symbols.draw(context, name, CELL / UNITS);
      mapping[name] = {x, y, width: CELL, height: CELL, anchorX: CELL / 2, anchorY: CELL / 2};
    });
    return {atlas: context.canvas, mapping};
  }

  waters() {
    const {water1, water2, water3, shore} = this.symbols.colors;
    /** @param {string} color */
    const vector = (color) => [...[1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16) / 255), 1];
    return {one: vector(water1), two: vector(water2), three: vector(water3), shore: vector(shore)};
  }

  /** Give west, south, east, north of the water's raster in page metres, where y runs down. */
  bounds() {
    if (!this.model.water) return [0, 1, 1, 0];
    const {x, y, width, height, cell} = this.model.water.about;
    return [x, y + height * cell, x + width * cell, y];
  }

  /**
   * @param {View} view
   * @param {Scene} scene
   * @param {Sizes} size
   */
  draw(view, scene, size) {
    const filterRange = [
      [-2 * FAR, scene.t],
      [scene.t + 0.5, 2 * FAR]
    ];
    const props = this.props(scene, size);
    const layers = this.layers.map((layer) => {
      const own = props[layer.id] ?? {};
      return layer.clone(layer.props.extensions?.length ? {...own, filterRange} : own);
    });
    /** @type {OrthographicViewState} */
    const viewState = {target: [view.x, view.y, 0], zoom: Math.log2(view.scale)};
    this.deck.setProps({layers, width: view.width, height: view.height, viewState});
  }

  /**
   * Give what changes with the moment and the zoom, by layer.
   *
   * @param {Scene} scene
   * @param {Sizes} size
   * @returns {Record<string, Props>}
   */
  props({t, night, show}, size) {
    const {water, shapes, wet} = this.model;
    const outline = wet.shapes === shapes.block ? size.block : size.building;
    const lamps = {getSize: ICON * size.lamp};
    /** @param {NodeRow} row */
    const nodeSize = ({name}) => (show[name] ? ICON * size.node : 0);
    const hidden = this.symbols.names.filter((name) => !show[name]).join();
    const nodes = {getSize: nodeSize, updateTriggers: {getSize: `${size.node} ${hidden}`}};
    return {
      water: {frame: water ? water.frame(t) : 0, visible: show.water && Boolean(water)},
      minor: line(size.minor),
      major: line(size.main),
      ground: {visible: show.ground},
      zones: {visible: show.zone},
      wet_fill: {visible: show.wet},
      wet_houses: {visible: show.wet},
      wet_casing: line(outline + 2.2, show.wet),
      wet_line: line(outline, show.wet),
      lamps_lit: {
        ...lamps,
        visible: show.lamp_lit,
        getIcon: () => (night ? 'lamp_lit' : 'lamp_day'),
        updateTriggers: {getIcon: night}
      },
      lamps_dark: {...lamps, visible: show.lamp_dark},
      lamps_unknown: {...lamps, visible: show.unknown},
      lamps_may: {...lamps, visible: show.lamp_may},
      lamps_unlikely: {...lamps, visible: show.lamp_unlikely},
      lamps_possible: {...lamps, visible: show.lamp_possible},
      lamps_likely: {...lamps, visible: show.lamp_likely},
      nodes_in: nodes,
      nodes_may: nodes,
      nodes_out: nodes
    };
  }
}

/** How the specification's layers read a row. */
const ACCESSORS = {
  /** @param {unknown} row */
  self: (row) => row,
  /** @param {Area} row */
  polygon: (row) => row.polygon,
  /** @param {Area} row */
  ring: (row) => [...row.polygon[0], row.polygon[0][0]],
  /** @param {Area | NodeRow} row */
  span: (row) => row.span,
  /** @param {GroundArea} row */
  fill: (row) => row.fill,
  /** @param {NodeRow} row */
  name: (row) => row.name,
  /** @param {NodeRow} row */
  position: (row) => row.position
};

/**
 * @param {number} width [px]
 * @param {boolean} [shown]
 * @returns {Props}
 */
function line(width, shown = true) {
  return {widthMinPixels: width, widthMaxPixels: width, visible: width > 0 && shown};
}
