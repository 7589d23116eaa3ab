/** The run as a page knows it: lamps, blocks or buildings, other assets, streets, and their intervals. */

import {Coverage, State} from '../enums.js';
import {Crews} from './crews.js';
import {Depths} from './depths.js';
import {Intervals} from './intervals.js';
import {Live} from './live.js';
import {Roads} from './roads.js';
import {unfronted} from './search.js';
import {Shapes} from './shapes.js';
import {StreetTable} from './streets.js';
import {Waits} from './waits.js';
import {Water} from './water.js';

/** @import {Family} from '../enums.js' */
/** @import {AnyConfig, AnyPack, Box, Flags, GardenZone, Numbers, OperatorPack, Point, PublicPack} from '../types.js' */

/**
 * What stands for the assets of a page, by their number in it.
 *
 * @typedef {object} Assets
 * @property {Numbers} x position in units of the frame's step
 * @property {Numbers} y
 * @property {Flags} placed
 * @property {Numbers} street
 * @property {Numbers} pattern
 * @property {[number, number]} lamps first lamp and the number after the last one
 * @property {Flags} unknown where the water is not known the run goes on as if dry, and the page says so
 * @property {string | undefined} ids
 */

/** Below this the places of what goes out make no picture: the whole town is shown [m]. */
const LEAST_FOCUS_M = 150;

/**
 * Give the step of a zone's ground on a day, 0 full to 4 empty: fifths of what plants can take.
 *
 * @param {GardenZone} zone
 * @param {number} d
 */
export function groundStep(zone, d) {
  return zone.total ? Math.min(4, Math.floor((5 * zone.lost[d]) / zone.total)) : 0;
}

/** What both pages know. */
export class Model {
  /**
   * @param {AnyPack} pack
   * @param {AnyConfig} config
   * @param {Assets} assets
   */
  constructor({columns, texts}, config, assets) {
    const step = texts.frame.step;
    this.rivers = texts.rivers;
    this.duration = config.duration;
    this.nights = config.nights;
    /** @type {Point} */
    this.size = [texts.frame.width, texts.frame.height];
    this.streets = ['', ...texts.streets];
    this.shapes = {
      street: new Shapes(columns, 'street', step, columns['street.of']),
      park: new Shapes(columns, 'park', step),
      water: new Shapes(columns, 'water', step),
      bridge: new Shapes(columns, 'bridge', step),
      building: new Shapes(columns, 'building', step, columns['building.of']),
      block: new Shapes(columns, 'block', step, columns['block.of']),
      zone: new Shapes(columns, 'zone', step, columns['zone.of'])
    };
    /** Whether each line of a street is a main one. */
    this.main = columns['street.main'] ?? new Uint8Array(this.shapes.street.length);
    this.water = texts.water ? new Water(columns, texts.water) : null;
    this.x = Float32Array.from(assets.x, (value) => value * step);
    this.y = Float32Array.from(assets.y, (value) => value * step);
    this.placed = assets.placed;
    this.street = assets.street;
    this.pattern = assets.pattern;
    this.lamps = assets.lamps;
    this.total = this.lamps[1] - this.lamps[0];
    this.unknown = assets.unknown;
    this.idText = assets.ids;
    /** @type {string[] | undefined} */
    this.idList = undefined;
    this.iv = new Intervals(columns, 'iv', this.pattern);
    /** The state of each pattern at the moment that was counted last. */
    this.state = new Uint8Array(this.iv.count);
    /** The word of each pattern at that moment, a code of `Likely`; 0 where it has none. */
    this.word = new Uint8Array(this.iv.count);
    this.lampWeight = new Float64Array(0);
    this.unknownWeight = new Float64Array(0);
    this.weigh();
    this.blocks = new Intervals(columns, 'wet', columns['block.pattern']);
    this.blockOfHouse = columns['building.block'] ?? new Uint32Array(0);
    this.blockStreet = columns['block.street'] ?? new Uint16Array(0);
    this.blockHouses = columns['block.houses'] ?? new Uint16Array(0);
    /** @type {number[]} */
    this.times = [];
    for (let t = 0; t <= config.duration; t += config.step) this.times.push(t);
    this.outSeries = this.iv.series(State.OUT, this.times, this.lampWeight);
    this.darkSeries = this.outSeries.map((n, k) => (this.isNight(this.times[k]) ? n : 0));
    this.byStreet = new StreetTable(this);
  }

  /** Count the lamps of each pattern, and those of them where the water is not known. */
  weigh() {
    this.lampWeight = new Float64Array(this.iv.count);
    this.unknownWeight = new Float64Array(this.iv.count);
    for (let u = this.lamps[0]; u < this.lamps[1]; u++) {
      this.lampWeight[this.pattern[u]]++;
      this.unknownWeight[this.pattern[u]] += this.unknown[u];
    }
  }

  /**
   * What stands in water: its shapes and its intervals.
   *
   * @returns {{shapes: Shapes, table: Intervals}}
   */
  get wet() {
    return {shapes: this.shapes.block, table: this.blocks};
  }

  /** @param {number} t */
  isNight(t) {
    return this.nights.some(([from, to]) => from <= t && t < to);
  }

  /**
   * @param {number} u
   * @returns {boolean}
   */
  isLamp(u) {
    return u >= this.lamps[0] && u < this.lamps[1];
  }

  /**
   * Give the steps of an irrigated zone's ground on the scale of depletion, with their spans; none without a
   * season.
   *
   * @param {number} _u
   * @returns {{span: [number, number], step: number}[]}
   */
  groundSpans(_u) {
    return [];
  }

  /** How many assets stand before the lamps: cabinets, substations and others; none on the public page. */
  get nodes() {
    return 0;
  }

  /** Whether buildings are assets of the page, after the lamps, and not blocks alone. */
  get hasBuildings() {
    return false;
  }

  /**
   * The pieces of streets that may be closed; null where the page does not know of any.
   *
   * @returns {Shapes | null}
   */
  get roadShapes() {
    return null;
  }

  /**
   * Give the family of the symbol of an asset that is no lamp; '' where it has none.
   *
   * @param {number} _u
   * @returns {Family}
   */
  familyOf(_u) {
    return '';
  }

  /**
   * Count everything at a moment.
   *
   * @param {number} t
   */
  counts(t) {
    this.iv.states(t, this.state, this.word);
    let [out, may, unknown, wet] = [0, 0, 0, 0];
    /** Lamps in doubt by their word. */
    const words = [0, 0, 0, 0];
    for (let p = 0; p < this.iv.count; p++) {
      if (this.state[p] === State.OUT) out += this.lampWeight[p];
      else if (this.state[p] === State.MAY) {
        may += this.lampWeight[p];
        words[this.word[p]] += this.lampWeight[p];
      } else unknown += this.unknownWeight[p];
    }
    const [, unlikely, possible, likely] = words;
    const {table} = this.wet;
    for (let p = 1; p < table.count; p++) if (table.weight[p] && table.stateAt(p, t)) wet += table.weight[p];
    const lit = this.total - out - may - unknown;
    return {out, may, likely, possible, unlikely, lit, unknown, wet, night: this.isNight(t)};
  }

  /**
   * Give the moment at which most lamps are dark, else out, else the water highest.
   *
   * @param {AnyConfig} config
   */
  worst({peakAt, step}) {
    const series = Math.max(...this.darkSeries) ? this.darkSeries : this.outSeries;
    const most = Math.max(...series);
    // a town whose lamps all stay lit, or that knows of none, opens when the water stands highest
    return most ? this.times[series.indexOf(most)] : Math.floor(peakAt / step) * step;
  }

  /** Give the id of each asset, by number; empty where the page has none. */
  ids() {
    this.idList ??= unfronted(this.idText);
    return this.idList;
  }

  /**
   * Give the middle of the lamps dark at the worst moment.
   *
   * @returns {Point}
   */
  heart() {
    const t = this.times[this.outSeries.indexOf(Math.max(...this.outSeries))];
    const dark = this.lampsWhere((u) => this.iv.stateAt(this.pattern[u], t) === State.OUT);
    if (!dark.length) return [this.size[0] / 2, this.size[1] / 2];
    /** @param {number[]} values */
    const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];
    return [middle(dark.map((u) => this.x[u])), middle(dark.map((u) => this.y[u]))];
  }

  /**
   * Give the lamps that have a place and pass a test.
   *
   * @param {(u: number) => boolean} wanted
   */
  lampsWhere(wanted) {
    const found = [];
    for (let u = this.lamps[0]; u < this.lamps[1]; u++) if (this.placed[u] && wanted(u)) found.push(u);
    return found;
  }

  /** Give the box of the whole town, its lamps and houses. */
  town() {
    return this.boxOf(this.lamps[0], this.pattern.length, () => true) ?? this.frame();
  }

  /** Give the box that holds what goes out, else all lamps. */
  focus() {
    const out = this.boxOf(...this.lamps, (u) => this.pattern[u] !== 0);
    if (out && out[2] - out[0] > LEAST_FOCUS_M) return out;
    return this.boxOf(...this.lamps, () => true) ?? this.frame();
  }

  /** @returns {Box} */
  frame() {
    return [0, 0, ...this.size];
  }

  /**
   * @param {number} from
   * @param {number} to
   * @param {(u: number) => boolean} wanted
   * @returns {Box | null}
   */
  boxOf(from, to, wanted) {
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let u = from; u < to; u++) {
      if (!this.placed[u] || !wanted(u)) continue;
      west = Math.min(west, this.x[u]);
      north = Math.min(north, this.y[u]);
      east = Math.max(east, this.x[u]);
      south = Math.max(south, this.y[u]);
    }
    return east > west ? [west, north, east, south] : null;
  }
}

/** Every asset with its links and its repairs: the operator's page. Others stand first, then lamps, then buildings. */
export class OperatorModel extends Model {
  /**
   * @param {OperatorPack} pack
   * @param {AnyConfig} config
   */
  constructor(pack, config) {
    const {columns, texts} = pack;
    const {node, lamp} = texts.count;
    super(pack, config, {
      x: columns['asset.x'],
      y: columns['asset.y'],
      placed: columns['asset.placed'],
      street: columns['asset.street'],
      pattern: columns['asset.pattern'],
      lamps: [node, node + lamp],
      unknown: columns['asset.coverage'].map((word) => (word === Coverage.UNKNOWN ? 1 : 0)),
      ids: texts['asset.id']
    });
    this.columns = columns;
    /** The season that the run is part of, and its zones by their number. */
    this.gardens = texts.gardens;
    this.zones = new Map((texts.gardens?.zones ?? []).map((zone) => [zone.u, zone]));
    this.kinds = texts.kinds;
    this.names = texts['asset.name'];
    this.owners = texts['asset.owners'];
    this.operators = texts['asset.operators'];
    this.kindOf = columns['asset.kind'];
    this.families = this.kinds.map((kind) => kind.family);
    /** Lists of other suppliers that an outage needed. */
    this.alsoLists = texts.also;
    /** In service and yet not as usual: on the reserve, on the last feed, no supplier known. */
    this.conditions = new Intervals(columns, 'cond', columns['asset.condition']);
    this.waits = new Waits(columns);
    this.live = new Live(columns);
    this.roads = new Roads(columns, texts);
    this.crews = new Crews(columns, texts);
    this.depths = new Depths(columns, config.step);
    this.feet = new Intervals(columns, 'feet', columns['building.wet']);
    const inside = this.feet.series(State.INSIDE, this.times);
    this.wetSeries = this.feet.series(State.WET, this.times).map((n, k) => n + inside[k]);
  }

  /** @override */
  get wet() {
    return {shapes: this.shapes.building, table: this.feet};
  }

  /** @override */
  get nodes() {
    return this.lamps[0];
  }

  /** @override */
  get hasBuildings() {
    return true;
  }

  /** @override */
  get roadShapes() {
    return this.roads.shapes;
  }

  /**
   * @override
   * @param {number} u
   */
  familyOf(u) {
    return this.families[this.kindOf[u]];
  }

  /**
   * Give the building's place among buildings; -1 where the asset is none.
   *
   * @param {number} u
   */
  buildingOf(u) {
    return u >= this.lamps[1] ? u - this.lamps[1] : -1;
  }

  /**
   * @override
   * @param {number} u
   */
  groundSpans(u) {
    const zone = this.zones.get(u);
    const days = this.gardens?.days ?? [];
    return (zone?.lost ?? []).map((_, d) => ({
      span: /** @type {[number, number]} */ ([d ? days[d] : -Infinity, days[d + 1] ?? Infinity]),
      step: groundStep(/** @type {GardenZone} */ (zone), d)
    }));
  }

  /**
   * Give the interval of an asset's condition at a moment; -1 where it is plainly in service.
   *
   * @param {number} u
   * @param {number} t
   */
  condition(u, t) {
    return this.conditions.at(this.conditions.members[u], t);
  }

  /**
   * Count the lamps that are out at a moment by the root of their outage, the most first; apart those that are out by
   * themselves.
   *
   * @param {number} t
   */
  rootsAt(t) {
    const {iv} = this;
    /** @type {Map<number, number>} */
    const counts = new Map();
    let [own, total] = [0, 0];
    for (let p = 1; p < iv.count; p++) {
      const i = this.lampWeight[p] ? iv.at(p, t) : -1;
      if (i < 0 || iv.state[i] !== State.OUT) continue;
      total += this.lampWeight[p];
      if (iv.root[i]) counts.set(iv.root[i] - 1, (counts.get(iv.root[i] - 1) ?? 0) + this.lampWeight[p]);
      else own += this.lampWeight[p];
    }
    const roots = [...counts].map(([u, lamps]) => ({u, lamps})).sort((a, b) => b.lamps - a.lamps || a.u - b.u);
    return {own, roots, total};
  }

  /**
   * Tell whether some asset of a family is in doubt at some moment of the run.
   *
   * @param {string} name
   * @param {number} [word] only where it is told by this word
   */
  everMay(name, word) {
    const {iv} = this;
    for (let u = 0; u < this.nodes; u++) {
      if (this.familyOf(u) !== name) continue;
      /** @param {number} i */
      const isMay = (i) => iv.state[i] === State.MAY && (word === undefined || iv.wordOf(i) === word);
      if (iv.rows(this.pattern[u]).some(isMay)) return true;
    }
    return false;
  }
}

/** Lamps by street, and what each street is told in place of the chain of supply: the public page. */
export class PublicModel extends Model {
  /**
   * @param {PublicPack} pack
   * @param {AnyConfig} config
   */
  constructor(pack, config) {
    const {columns, texts} = pack;
    const none = new Uint16Array(columns['lamp.street'].length);
    super(pack, config, {
      x: columns['lamp.x'] ?? none,
      y: columns['lamp.y'] ?? none,
      placed: columns['lamp.placed'],
      street: columns['lamp.street'],
      pattern: columns['lamp.pattern'],
      lamps: [0, none.length],
      unknown: columns['lamp.unknown'],
      ids: texts['lamp.id']
    });
    this.columns = columns;
    this.wetSeries = this.blocks.series(State.WET, this.times);
  }
}
