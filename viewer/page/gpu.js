/** The GPU renderer: layers as pydeck wrote them (viewer/scene/spec.py), fed with typed arrays; time is one filter range. */

import {MAY, OUT} from './intervals.js';

const FAR = 1e8;

export class Gpu {
  constructor(canvas, model, ground, symbols, spec) {
    Object.assign(this, {model, ground, symbols, spec});
    const {Deck, JSONConverter, classes} = globalThis.TwinDeck;
    this.constants = this.data();
    this.converter = new JSONConverter({configuration: {classes, constants: this.constants}});
    const {views, layers} = this.converter.convert({views: spec.views, layers: spec.layers});
    this.layers = layers;
    this.deck = new Deck({
      canvas, views, controller: false, layers: [], useDevicePixels: Math.min(2, devicePixelRatio || 1),
      viewState: {target: [0, 0, 0], zoom: 0}, getCursor: () => 'inherit', onError: (error) => canvas.dispatchEvent(new CustomEvent('gpufailed', {detail: error}))
    });
  }

  /** Rows of (asset, interval) per state: what the filter shows and hides. */
  rows(from, to, wanted, nameOf) {
    const {model} = this;
    const rows = [];
    for (let u = from; u < to; u++) {
      if (!model.placed[u]) continue;
      const spans = [];
      let cursor = -FAR;
      const intervals = model.iv.rows(model.pattern[u]).sort((a, b) => model.iv.start[a] - model.iv.start[b]);
      for (const i of intervals) {
        const [start, end] = [model.iv.start[i], Math.min(FAR, model.iv.end[i])];
        if (wanted === 0 && start > cursor) spans.push([cursor, start]);
        if (wanted === 0) cursor = Math.max(cursor, end);
        else if (model.iv.state[i] === wanted) spans.push([start, end]);
      }
      if (wanted === 0 && cursor < FAR) spans.push([cursor, FAR]);
      for (const [start, end] of spans) rows.push([u, start, end, nameOf?.(u)]);
    }
    return rows;
  }

  table(rows, icons) {
    const {model} = this;
    const position = new Float32Array(2 * rows.length);
    const filter = new Float32Array(2 * rows.length);
    const icon = new Float32Array(rows.length);
    rows.forEach(([u, start, end, name], i) => {
      position.set([model.x[u], model.y[u]], 2 * i);
      filter.set([start, end], 2 * i);
      icon[i] = icons ? icons.indexOf(name) : 0;
    });
    return {length: rows.length, rows, attributes: {getPosition: {value: position, size: 2}, getFilterValue: {value: filter, size: 2}}};
  }

  /** One canvas with every symbol, and where each stands. */
  atlas() {
    const side = 128;
    const names = Object.keys(this.symbols.shapes);
    const canvas = document.createElement('canvas');
    canvas.width = side * 8;
    canvas.height = side * Math.ceil(names.length / 8);
    const context = canvas.getContext('2d');
    const mapping = {};
    names.forEach((name, i) => {
      const [x, y] = [side * (i % 8), side * Math.floor(i / 8)];
      context.setTransform(1, 0, 0, 1, x + side / 2, y + side / 2);
      this.symbols.draw(context, name, side / 26);
      mapping[name] = {x, y, width: side, height: side, anchorX: side / 2, anchorY: side / 2};
    });
    return {canvas, mapping};
  }

  lines(shapes, wanted) {
    const list = [];
    for (let i = 0; i < shapes.length; i++) {
      if (wanted && !wanted(i)) continue;
      const path = [];
      for (let k = shapes.starts[i]; k < shapes.starts[i + 1]; k++) path.push([shapes.xy[2 * k], shapes.xy[2 * k + 1]]);
      list.push(path);
    }
    return list;
  }

  /** Wet shapes with their intervals: one row per (shape, interval). */
  wetRows() {
    const {model} = this;
    const {building, block} = model.shapes;
    const [shapes, table] = model.isPublic ? [block, model.blocks] : [building, model.feet];
    const rows = [];
    const houses = [];
    const polygons = shapes.polygons();
    let n = -1;
    for (let i = 0; i < shapes.length; i++) {
      if (shapes.outer && !shapes.outer[i]) continue;
      n++;
      for (const k of table.rows(table.members[shapes.of[i]])) {
        const span = [table.start[k], Math.min(FAR, table.end[k])];
        rows.push({polygon: polygons[n], span});
        if (model.isPublic) for (const house of this.ground.blockHouses.get(shapes.of[i]) ?? []) houses.push({house, span});
      }
    }
    const outlines = this.houses ??= building.polygons();
    const outer = [];
    let at = -1;
    for (let i = 0; i < building.length; i++) outer[i] = building.outer[i] ? ++at : at;
    return {rows, houses: houses.map(({house, span}) => ({polygon: outlines[outer[house]], span}))};
  }

  data() {
    const {model} = this;
    const main = model.columns['street.main'] ?? [];
    const {canvas, mapping} = this.atlas();
    const wet = this.wetRows();
    const constants = {
      parks: model.shapes.park.polygons(), rivers: model.shapes.water.polygons(), bridges: model.shapes.bridge.polygons(),
      minor: this.lines(model.shapes.street, (i) => !main[i]), major: this.lines(model.shapes.street, (i) => main[i]),
      buildings: model.shapes.building.polygons(), zones: this.lines(model.shapes.zone), wet: wet.rows, houses: wet.houses,
      self: (row) => row, polygon: (row) => row.polygon, ring: (row) => [...row.polygon[0], row.polygon[0][0]], span: (row) => row.span,
      atlas: canvas, mapping, planes: model.water?.planes() ?? null, bounds: this.bounds()
    };
    for (const [key, state] of [['lamps_dark', OUT], ['lamps_may', MAY]]) constants[key] = this.table(this.rows(...model.lamps, state));
    const inService = this.rows(...model.lamps, 0);
    constants.lamps_lit = this.table(inService.filter(([u]) => !model.unknown[u]));
    constants.lamps_unknown = this.table(inService.filter(([u]) => model.unknown[u]));
    for (const state of [0, MAY, OUT]) {
      const nameOf = (u) => {
        const family = this.ground.families[model.kindOf[u]];
        return family ? this.ground.key(family, state) : '';
      };
      const rows = model.isPublic ? [] : this.rows(0, model.lamps[0], state, nameOf).filter((row) => row[3]);
      constants[`nodes_${['in', 'out', 'may'][state]}`] = rows.map(([u, start, end, name]) => ({u, name, position: [model.x[u], model.y[u]], span: [start, end]}));
    }
    constants.name = (row) => row.name;
    constants.position = (row) => row.position;
    const colors = this.symbols.colors;
    const vec = (color) => [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16) / 255).concat(1);
    constants.waters = {one: vec(colors.water1), two: vec(colors.water2), three: vec(colors.water3), shore: vec(colors.shore)};
    return constants;
  }

  /** West, south, east, north of the water's raster in page metres, where y runs down. */
  bounds() {
    if (!this.model.water) return [0, 1, 1, 0];
    const {x, y, width, height, cell} = this.model.water.about;
    return [x, y + height * cell, x + width * cell, y];
  }

  draw(view, scene, size) {
    const {model} = this;
    const range = [[-2 * FAR, scene.t], [scene.t + 0.5, 2 * FAR]];
    const show = scene.show;
    const widths = {minor: size.minor, major: size.main, wet_casing: (model.isPublic ? size.block : size.building) + 2.2, wet_line: model.isPublic ? size.block : size.building};
    const layers = this.layers.map((layer) => {
      const id = layer.id;
      const props = {};
      if (layer.props.extensions?.length) props.filterRange = range;
      if (id === 'water') Object.assign(props, {frame: model.water ? model.water.frame(scene.t) : 0, visible: show.water && Boolean(model.water)});
      if (id in widths) Object.assign(props, {widthMinPixels: widths[id], widthMaxPixels: widths[id], visible: widths[id] > 0 && (!id.startsWith('wet') || show.wet)});
      if (id === 'wet_fill' || id === 'wet_houses') props.visible = show.wet;
      if (id === 'lamps_lit') Object.assign(props, {getIcon: () => (scene.night ? 'lamp_lit' : 'lamp_day'), updateTriggers: {getIcon: scene.night}, visible: show.lamp_lit, getSize: 26 / 5 * size.lamp});
      if (id === 'lamps_dark') Object.assign(props, {visible: show.lamp_dark, getSize: 26 / 5 * size.lamp});
      if (id === 'lamps_unknown') Object.assign(props, {visible: show.unknown, getSize: 26 / 5 * size.lamp});
      if (id === 'lamps_may') Object.assign(props, {visible: show.lamp_may, getSize: 26 / 5 * size.lamp});
      if (id.startsWith('nodes')) Object.assign(props, {getSize: 26 / 5 * size.node, visible: !model.isPublic});
      return layer.clone(props);
    });
    this.deck.setProps({layers, width: view.width, height: view.height, viewState: {target: [view.x, view.y, 0], zoom: Math.log2(view.scale)}});
  }
}
