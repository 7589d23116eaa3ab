/** The map on a 2D canvas: what does not move in time, then water, houses and the chosen street, then the symbols. */

import {NONE} from '../pack/intervals.js';
import {hatched, sheet} from './canvas.js';
import {Dots} from './dots.js';
import {sizes} from './view.js';

/** @import {Model} from '../pack/model.js' */
/** @import {Scene, Sizes} from '../types.js' */
/** @import {Symbols} from './symbols.js' */
/** @import {View} from './view.js' */

/** The carriageway is drawn in its own width where the map is nearer than this [m per px]; widths in metres. */
const NEAR = 1.6;
const CARRIAGEWAY = '#1B2631';
const MINOR_M = 7;
const MAIN_M = 12;
/** The soft edge of the water: wider and fainter strokes, because the shore is not known to the metre. */
const SOFT = [
  [22, 0.1],
  [15, 0.14],
  [9, 0.2],
  [5, 0.28]
];

export class Ground {
  /**
   * @param {Model} model
   * @param {Symbols} symbols
   */
  constructor(model, symbols) {
    this.model = model;
    this.colors = symbols.colors;
    this.dots = new Dots(model, symbols);
    const {shapes, main} = model;
    this.paths = {
      park: shapes.park.path(true),
      river: shapes.water.path(true),
      bridge: shapes.bridge.path(true),
      minor: shapes.street.path(false, (i) => !main[i]),
      major: shapes.street.path(false, (i) => main[i] === 1),
      building: shapes.building.path(true),
      zone: shapes.zone.path(true)
    };
    /**
     * What was drawn for the view that was seen last.
     *
     * @type {{key: string, below: HTMLCanvasElement, above: HTMLCanvasElement} | null}
     */
    this.cache = null;
    /** @type {CanvasPattern | null} */
    this.hatch = null;
    /**
     * The rings of the houses of each block.
     *
     * @type {Map<number, number[]>}
     */
    this.blockHouses = new Map();
    for (let i = 0; i < shapes.building.length; i++) {
      const block = (model.blockOfHouse[shapes.building.of[i]] ?? 0) - 1;
      if (block < 0) continue;
      const houses = this.blockHouses.get(block);
      if (houses) houses.push(i);
      else this.blockHouses.set(block, [i]);
    }
  }

  /**
   * Give everything that does not move in time, drawn once per view: `below` the water and `above` it.
   *
   * @param {View} view
   * @param {number} ratio
   * @param {Sizes} size
   */
  still(view, ratio, size) {
    const key = [view.x, view.y, view.scale, view.width, view.height, ratio].join(' ');
    if (this.cache?.key !== key) {
      const [below, above] = [0, 1].map(() => sheet(view.width * ratio, view.height * ratio));
      below.fillStyle = this.colors.map;
      below.fillRect(0, 0, below.canvas.width, below.canvas.height);
      view.apply(below, ratio);
      below.fillStyle = this.colors.park;
      below.fill(this.paths.park, 'evenodd');
      view.apply(above, ratio);
      this.streets(above, view, size);
      this.built(above, view, size);
      this.cache = {key, below: below.canvas, above: above.canvas};
    }
    return this.cache;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Sizes} size
   */
  streets(context, view, size) {
    const {colors, paths} = this;
    context.fillStyle = colors.water3;
    context.fill(paths.river, 'evenodd');
    context.lineCap = context.lineJoin = 'round';
    if (size.m < NEAR) {
      context.globalAlpha = 0.5;
      stroke(context, paths.minor, CARRIAGEWAY, MINOR_M);
      stroke(context, paths.major, CARRIAGEWAY, MAIN_M);
      context.globalAlpha = 1;
    }
    if (size.minor) stroke(context, paths.minor, colors.street, size.minor / view.scale);
    stroke(context, paths.major, colors.main, size.main / view.scale);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Sizes} size
   */
  built(context, view, size) {
    const {colors, paths} = this;
    context.fillStyle = colors.bridge;
    context.fill(paths.bridge);
    stroke(context, paths.bridge, colors.map, 1 / view.scale);
    context.fillStyle = colors.building;
    context.fill(paths.building, 'evenodd');
    if (size.edge) stroke(context, paths.building, colors.building_edge, size.edge / view.scale);
  }

  /**
   * Draw the whole map at a moment.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Scene} scene
   * @param {number} ratio
   * @param {number} big
   */
  draw(context, view, scene, ratio, big) {
    const {water, shapes} = this.model;
    const size = sizes(view, big);
    const still = this.still(view, ratio, size);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(still.below, 0, 0);
    view.apply(context, ratio);
    if (water && scene.show.water) {
      if (water.about.unknown) this.unknownWater(context, water.unknownOutline(), ratio);
      this.flood(context, view, water.outlines(water.frame(scene.t)));
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(still.above, 0, 0);
    view.apply(context, ratio);
    if (scene.show.ground && scene.ground.length) this.zones(context, view, scene);
    if (scene.show.zone && shapes.zone.length) {
      context.globalAlpha = 0.5;
      stroke(context, this.paths.zone, this.colors.zone, 1 / view.scale);
      context.globalAlpha = 1;
    }
    if (scene.show.wet) this.wet(context, view, scene.t, size);
    if (scene.street) this.chosenStreet(context, view, scene.street);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.dots.draw(context, view, scene, size);
  }

  /**
   * Irrigated zones by how much of its water their ground has lost.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Scene} scene
   */
  zones(context, view, {ground}) {
    const {zone} = this.model.shapes;
    const steps = new Map(ground.map(({u, step}) => [u, step]));
    const box = view.box(20);
    groundColors(this.colors).forEach((color, k) => {
      const rings = zone.numbers((i) => steps.get(zone.of[i]) === k && zone.meets(i, box));
      if (!rings.length) return;
      context.fillStyle = color;
      context.globalAlpha = GROUND_ALPHA;
      context.fill(zone.join(true, rings), 'evenodd');
      context.globalAlpha = 1;
    });
  }

  /**
   * Where the water is not known: thin diagonal lines that do not scale with the map.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Path2D} path
   * @param {number} ratio
   */
  unknownWater(context, path, ratio) {
    this.hatch ??= hatched({every: 8 * ratio, width: ratio, color: this.colors.control, alpha: 0.55, over: 2});
    context.save();
    context.clip(path, 'evenodd');
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = this.hatch;
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Path2D[]} outlines of the three depths
   */
  flood(context, view, [one, two, three]) {
    const {colors} = this;
    context.lineJoin = 'round';
    for (const [width, alpha] of SOFT) {
      context.globalAlpha = alpha;
      stroke(context, one, colors.water2, width / view.scale);
    }
    context.globalAlpha = 1;
    context.fillStyle = colors.water1;
    context.fill(one, 'evenodd');
    for (const [path, color] of /** @type {[Path2D, string][]} */ ([
      [two, colors.water2],
      [three, colors.water3]
    ])) {
      context.fillStyle = color;
      context.fill(path, 'evenodd');
      context.globalAlpha = 0.38;
      stroke(context, path, colors.shore, 0.8 / view.scale);
      context.globalAlpha = 1;
    }
    context.globalAlpha = 0.9;
    stroke(context, one, colors.shore, 1.15 / view.scale);
    context.globalAlpha = 1;
  }

  /**
   * Blocks (public) or buildings (operator) in water: fill, houses, outline with its casing.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {number} t
   * @param {Sizes} size
   */
  wet(context, view, t, size) {
    const {colors} = this;
    const {building, block} = this.model.shapes;
    const {shapes, table} = this.model.wet;
    const states = table.states(t, new Uint8Array(table.count));
    const box = view.box(20);
    const outlines = shapes.numbers((i) => states[table.members[shapes.of[i]]] !== NONE && shapes.meets(i, box));
    if (!outlines.length) return;
    const areBlocks = shapes === block;
    const outline = shapes.join(true, outlines);
    const width = areBlocks ? size.block : size.building;
    context.fillStyle = areBlocks ? colors.wet_fill : colors.wet_house;
    context.fill(outline, 'evenodd');
    if (areBlocks) {
      const houses = outlines.filter((i) => shapes.isOuter(i)).flatMap((i) => this.blockHouses.get(shapes.of[i]) ?? []);
      context.fillStyle = colors.wet_house;
      context.fill(building.join(true, houses));
    }
    context.lineJoin = 'round';
    stroke(context, outline, colors.map, (width + 2.2) / view.scale);
    stroke(context, outline, colors.wet, width / view.scale);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {number} street
   */
  chosenStreet(context, view, street) {
    const {street: lines} = this.model.shapes;
    const path = lines.path(false, (i) => lines.of[i] === street);
    context.lineCap = context.lineJoin = 'round';
    stroke(context, path, 'rgba(255,255,255,.24)', Math.max(12 / view.scale, 9));
  }
}

/** How much of what lies below a zone's tint hides. */
export const GROUND_ALPHA = 0.78;

/**
 * Give the colours of the scale of depletion, from full to empty.
 *
 * @param {import('../types.js').Colors} colors
 */
export function groundColors(colors) {
  return [colors.ground1, colors.ground2, colors.ground3, colors.ground4, colors.ground5];
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Path2D} path
 * @param {string} color
 * @param {number} width
 */
function stroke(context, path, color, width) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke(path);
}
