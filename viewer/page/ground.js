/** What both renderers and the printed page share: sizes by zoom, the 2D drawing of ground, water, houses and symbols. */

import {MAY, OUT} from './intervals.js';

/** Symbol family of each kind of asset; a kind that is not named here is "other", circuits and buildings have none. */
const FAMILIES = {lamp: 'lamp', cabinet: 'cabinet', substation: 'substation', site: 'site', zone: 'zone', controller: 'other', circuit: '', building: '', service_box: 'other', gauge: 'other'};

export function family(kind) {
  return FAMILIES[kind] ?? 'other';
}

export class View {
  constructor(width, height) {
    Object.assign(this, {x: 0, y: 0, scale: 0.5, width, height});
  }

  px(x) {
    return (x - this.x) * this.scale + this.width / 2;
  }

  py(y) {
    return (y - this.y) * this.scale + this.height / 2;
  }

  toMetres(px, py) {
    return [(px - this.width / 2) / this.scale + this.x, (py - this.height / 2) / this.scale + this.y];
  }

  box(margin = 0) {
    const [west, north] = this.toMetres(-margin, -margin);
    const [east, south] = this.toMetres(this.width + margin, this.height + margin);
    return [west, north, east, south];
  }

  fit([west, north, east, south], share = 0.94, deepest = 2.5) {
    this.x = (west + east) / 2;
    this.y = (north + south) / 2;
    this.scale = Math.max(0.02, Math.min(deepest, share * Math.min(this.width / (east - west || 1), this.height / (south - north || 1))));
  }

  apply(context, ratio) {
    const k = this.scale * ratio;
    context.setTransform(k, 0, 0, k, (this.width / 2 - this.x * this.scale) * ratio, (this.height / 2 - this.y * this.scale) * ratio);
  }
}

/** Widths and radii in pixels at a zoom, by metres per pixel. */
export function sizes(view, big) {
  const m = 1 / view.scale;
  const r = Math.round(Math.max(m > 3 ? 1.5 : 2.3, Math.min(5.6, 3.1 * m ** -0.5)) * big * 4) / 4;
  return {
    m, lamp: r, node: Math.round(Math.max(3.2, Math.min(8, r * 1.35)) * 4) / 4,
    minor: m > 3 ? 0 : m > 1.2 ? 0.8 : m > 0.6 ? 1.2 : 1.6, main: m > 3 ? 1 : m > 1.2 ? 1.5 : m > 0.6 ? 2.2 : 3,
    block: (m > 3 ? 1.5 : m > 1.2 ? 2 : m > 0.6 ? 2.6 : 3.2) * Math.sqrt(big), building: m > 1.2 ? 1.3 : 1.6,
    edge: m > 1.6 ? 0 : 0.6
  };
}

export class Ground {
  constructor(model, symbols) {
    this.model = model;
    this.symbols = symbols;
    this.colors = symbols.colors;
    const {shapes, columns} = model;
    const main = columns['street.main'] ?? [];
    this.paths = {
      park: shapes.park.path(true), river: shapes.water.path(true), bridge: shapes.bridge.path(true),
      minor: shapes.street.path(false, (i) => !main[i]), major: shapes.street.path(false, (i) => main[i]),
      building: shapes.building.path(true), zone: shapes.zone.path(true)
    };
    this.cache = {};
    this.families = (model.texts.kinds ?? []).map((kind) => family(kind.name));
    this.blockHouses = new Map();
    const blockOf = columns['building.block'];
    for (let i = 0; i < shapes.building.length; i++) {
      const block = blockOf?.[shapes.building.of[i]] ?? 0;
      if (!block) continue;
      if (!this.blockHouses.has(block - 1)) this.blockHouses.set(block - 1, []);
      this.blockHouses.get(block - 1).push(i);
    }
  }

  /** Everything that does not move in time, drawn once per view: `below` the water and `above` it. */
  still(view, ratio, size) {
    const key = [view.x, view.y, view.scale, view.width, view.height, ratio].join(' ');
    if (this.cache.key === key) return this.cache;
    const {colors, paths} = this;
    const layer = (draw) => {
      const canvas = document.createElement('canvas');
      canvas.width = view.width * ratio;
      canvas.height = view.height * ratio;
      const context = canvas.getContext('2d');
      view.apply(context, ratio);
      draw(context);
      return canvas;
    };
    this.cache = {
      key,
      above: layer((context) => {
        context.fillStyle = colors.water3;
        context.fill(paths.river, 'evenodd');
        context.lineCap = context.lineJoin = 'round';
        // the carriageway, in its own width, so that streets are streets when near
        if (size.m < 1.6) {
          context.globalAlpha = 0.5;
          context.strokeStyle = '#1B2631';
          context.lineWidth = 7;
          context.stroke(paths.minor);
          context.lineWidth = 12;
          context.stroke(paths.major);
          context.globalAlpha = 1;
        }
        if (size.minor) {
          context.strokeStyle = colors.street;
          context.lineWidth = size.minor / view.scale;
          context.stroke(paths.minor);
        }
        context.strokeStyle = colors.main;
        context.lineWidth = size.main / view.scale;
        context.stroke(paths.major);
        context.fillStyle = colors.bridge;
        context.fill(paths.bridge);
        context.strokeStyle = colors.map;
        context.lineWidth = 1 / view.scale;
        context.stroke(paths.bridge);
        context.fillStyle = colors.building;
        context.fill(paths.building, 'evenodd');
        if (size.edge) {
          context.strokeStyle = colors.building_edge;
          context.lineWidth = size.edge / view.scale;
          context.stroke(paths.building);
        }
      }),
      below: layer((context) => {
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.fillStyle = colors.map;
        context.fillRect(0, 0, context.canvas.width, context.canvas.height);
        view.apply(context, ratio);
        context.fillStyle = colors.park;
        context.fill(paths.park, 'evenodd');
      })
    };
    return this.cache;
  }

  /** Draw the whole map at a moment. */
  draw(context, view, scene, ratio, big) {
    const {model, colors} = this;
    const size = sizes(view, big);
    const still = this.still(view, ratio, size);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(still.below, 0, 0);
    view.apply(context, ratio);
    if (model.water && scene.show.water) {
      if (model.water.about.unknown) this.unknownWater(context, view, ratio);
      this.flood(context, view, model.water.outlines(model.water.frame(scene.t)));
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(still.above, 0, 0);
    view.apply(context, ratio);
    if (scene.show.zone && model.shapes.zone.length) {
      context.strokeStyle = colors.zone;
      context.globalAlpha = 0.5;
      context.lineWidth = 1 / view.scale;
      context.stroke(this.paths.zone);
      context.globalAlpha = 1;
    }
    if (scene.show.wet) this.wet(context, view, scene, size);
    if (scene.street) this.chosenStreet(context, view, scene.street);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.dots(context, view, scene, size);
  }

  /** Where the water is not known: thin diagonal lines that do not scale with the map. */
  unknownWater(context, view, ratio) {
    if (!this.hatch) {
      const tile = document.createElement('canvas');
      tile.width = tile.height = Math.round(8 * 1.414 * ratio);
      const pen = tile.getContext('2d');
      pen.strokeStyle = this.colors.control;
      pen.globalAlpha = 0.55;
      pen.lineWidth = ratio;
      for (const k of [-1, 0, 1]) {
        pen.moveTo(k * tile.width - 2, tile.width + 2);
        pen.lineTo((k + 1) * tile.width + 2, -2);
      }
      pen.stroke();
      this.hatch = context.createPattern(tile, 'repeat');
    }
    context.save();
    context.clip(this.model.water.unknownOutline(), 'evenodd');
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = this.hatch;
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    context.restore();
  }

  flood(context, view, outlines) {
    const {colors} = this;
    const [one, two, three] = outlines;
    context.lineJoin = 'round';
    // the soft edge: wider and fainter strokes, because the shore is not known to the metre
    context.strokeStyle = colors.water2;
    for (const [width, alpha] of [[22, 0.1], [15, 0.14], [9, 0.2], [5, 0.28]]) {
      context.globalAlpha = alpha;
      context.lineWidth = width / view.scale;
      context.stroke(one);
    }
    context.globalAlpha = 1;
    context.fillStyle = colors.water1;
    context.fill(one, 'evenodd');
    context.strokeStyle = colors.shore;
    context.lineWidth = 0.8 / view.scale;
    for (const [path, color] of [[two, colors.water2], [three, colors.water3]]) {
      context.fillStyle = color;
      context.fill(path, 'evenodd');
      context.globalAlpha = 0.38;
      context.stroke(path);
      context.globalAlpha = 1;
    }
    context.globalAlpha = 0.9;
    context.lineWidth = 1.15 / view.scale;
    context.stroke(one);
    context.globalAlpha = 1;
  }

  /** Blocks (public) or buildings (operator) in water: fill, houses, outline with its casing. */
  wet(context, view, scene, size) {
    const {model, colors} = this;
    const box = view.box(20);
    const outlines = [];
    const inside = [];
    const {building, block} = model.shapes;
    if (model.isPublic) {
      const wet = new Uint8Array(model.blocks.count);
      model.blocks.states(scene.t, wet);
      for (let i = 0; i < block.length; i++) {
        const b = block.of[i];
        if (!wet[model.blocks.members[b]] || !block.meets(i, box)) continue;
        outlines.push(i);
        if (block.outer[i]) for (const house of this.blockHouses.get(b) ?? []) inside.push(house);
      }
    } else {
      const wet = new Uint8Array(model.feet.count);
      model.feet.states(scene.t, wet);
      for (let i = 0; i < building.length; i++) {
        if (!wet[model.feet.members[building.of[i]]] || !building.meets(i, box)) continue;
        outlines.push(i);
      }
    }
    if (!outlines.length) return;
    const outline = (model.isPublic ? block : building).join(true, outlines);
    const houses = building.join(true, inside);
    const width = model.isPublic ? size.block : size.building;
    context.fillStyle = model.isPublic ? colors.wet_fill : colors.wet_house;
    context.fill(outline, 'evenodd');
    context.fillStyle = colors.wet_house;
    context.fill(houses);
    context.lineJoin = 'round';
    context.strokeStyle = colors.map;
    context.lineWidth = (width + 2.2) / view.scale;
    context.stroke(outline);
    context.strokeStyle = colors.wet;
    context.lineWidth = width / view.scale;
    context.stroke(outline);
  }

  chosenStreet(context, view, street) {
    const {street: lines} = this.model.shapes;
    const path = lines.path(false, (i) => lines.of[i] === street);
    context.strokeStyle = 'rgba(255,255,255,.24)';
    context.lineCap = context.lineJoin = 'round';
    context.lineWidth = Math.max(12 / view.scale, 9);
    context.stroke(path);
  }

  /** Lamps, then cabinets and the rest, then dangers: the loud above the quiet. */
  dots(context, view, scene, size) {
    const {model, symbols} = this;
    const [west, north, east, south] = view.box(16);
    model.iv.states(scene.t, model.state);
    const {state, pattern, x, y, placed} = model;
    const lit = scene.night ? 'lamp_lit' : 'lamp_day';
    const plan = [[0, lit, scene.show.lamp_lit, 0], [0, 'unknown', scene.show.unknown, 1], [OUT, 'lamp_dark', scene.show.lamp_dark], [MAY, 'lamp_may', scene.show.lamp_may]];
    const {unknown} = model;
    for (const [wanted, name, shown, only] of plan) {
      if (!shown) continue;
      const {image, half, size: side} = symbols.sprite(name, size.lamp);
      for (let u = model.lamps[0]; u < model.lamps[1]; u++) {
        if (state[pattern[u]] !== wanted || only !== undefined && unknown[u] !== only || x[u] < west || x[u] > east || y[u] < north || y[u] > south || !placed[u]) continue;
        context.drawImage(image, view.px(x[u]) - half, view.py(y[u]) - half, side, side);
      }
    }
    if (!model.isPublic) this.nodes(context, view, scene, size, [west, north, east, south]);
  }

  nodes(context, view, scene, size, [west, north, east, south]) {
    const {model, symbols, families} = this;
    const {state, pattern, x, y, placed} = model;
    for (const loud of [false, true]) {
      for (let u = 0; u < model.lamps[0]; u++) {
        const name = families[model.kindOf[u]];
        if (!name || !placed[u] || x[u] < west || x[u] > east || y[u] < north || y[u] > south) continue;
        const now = state[pattern[u]];
        const key = this.key(name, now);
        if ((now !== 0) !== loud || !scene.show[key]) continue;
        symbols.put(context, key, view.px(x[u]), view.py(y[u]), size.node * (name === 'substation' || name === 'site' ? 1.12 : 1), undefined, 1.2);
      }
    }
  }

  /** Give the name of the symbol of a family in a state. */
  key(name, now) {
    const wanted = `${name}_${now === OUT ? 'out' : now === MAY ? 'may' : 'in'}`;
    return this.symbols.shapes[wanted] ? wanted : `${name}_${now === OUT ? 'out' : 'in'}`;
  }
}
