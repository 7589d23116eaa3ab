/** The run as the page knows it: lamps, blocks or buildings, other assets, streets, and their intervals. */

import {INSIDE, Intervals, MAY, OUT, WET} from './intervals.js';
import {fold} from './format.js';
import {family} from './ground.js';
import {Shapes} from './shapes.js';
import {Water} from './water.js';

/** Coverage of an asset that the water's maker does not cover (twin/water/exposure.py). */
const UNKNOWN = 2;

export class Model {
  constructor({columns, texts}, config) {
    this.columns = columns;
    this.texts = texts;
    this.config = config;
    this.isPublic = config.public;
    const step = texts.frame.step;
    this.size = [texts.frame.width, texts.frame.height];
    this.streets = ['', ...texts.streets];
    this.shapes = {};
    for (const name of ['street', 'park', 'water', 'bridge', 'building', 'block', 'zone']) this.shapes[name] = new Shapes(columns, name, step);
    this.water = texts.water ? new Water(columns, texts.water) : null;
    const scaled = (name) => Float32Array.from(columns[name] ?? [], (value) => value * step);
    if (this.isPublic) {
      this.x = scaled('lamp.x');
      this.y = scaled('lamp.y');
      this.placed = columns['lamp.placed'];
      this.street = columns['lamp.street'];
      this.pattern = columns['lamp.pattern'];
      this.lamps = [0, this.pattern.length];
      this.kindOf = null;
    } else {
      this.x = scaled('asset.x');
      this.y = scaled('asset.y');
      this.placed = columns['asset.placed'];
      this.street = columns['asset.street'];
      this.pattern = columns['asset.pattern'];
      const {node, lamp} = texts.count;
      this.lamps = [node, node + lamp];
      this.kindOf = columns['asset.kind'];
      this.feet = new Intervals(columns, 'feet', columns['building.wet']);
    }
    this.total = this.lamps[1] - this.lamps[0];
    // where the water is not known the run goes on as if dry, and the page says so
    this.unknown = this.isPublic ? columns['lamp.unknown'] : columns['asset.coverage'].map((word) => (word === UNKNOWN ? 1 : 0));
    this.iv = new Intervals(columns, 'iv', this.pattern);
    this.blocks = new Intervals(columns, 'wet', columns['block.pattern'] ?? []);
    this.state = new Uint8Array(this.iv.count);
    this.lampWeight = new Float64Array(this.iv.count);
    this.unknownWeight = new Float64Array(this.iv.count);
    for (let u = this.lamps[0]; u < this.lamps[1]; u++) {
      this.lampWeight[this.pattern[u]]++;
      this.unknownWeight[this.pattern[u]] += this.unknown[u];
    }
    this.times = [];
    for (let t = 0; t <= config.duration; t += config.step) this.times.push(t);
    this.nights = config.nights;
    this.streetTable();
    this.series();
  }

  isNight(t) {
    return this.nights.some(([from, to]) => from <= t && t < to);
  }

  /** Lamps by street and pattern, so that counting by street costs a few thousand additions. */
  streetTable() {
    const pairs = new Map();
    this.streetTotal = new Uint32Array(this.streets.length);
    for (let u = this.lamps[0]; u < this.lamps[1]; u++) {
      const street = this.street[u];
      this.streetTotal[street]++;
      const key = street * this.iv.count + this.pattern[u];
      pairs.set(key, (pairs.get(key) ?? 0) + 1);
    }
    this.pairs = [...pairs].map(([key, n]) => [Math.floor(key / this.iv.count), key % this.iv.count, n]);
    this.streetPatterns = new Map();
    for (const [street, pattern, n] of this.pairs) {
      if (!this.streetPatterns.has(street)) this.streetPatterns.set(street, []);
      this.streetPatterns.get(street).push([pattern, n]);
    }
    this.blockStreet = this.columns['block.street'] ?? new Uint16Array(0);
  }

  series() {
    this.darkSeries = this.iv.series(OUT, this.times, this.lampWeight);
    this.outSeries = this.darkSeries.slice();
    for (let k = 0; k < this.times.length; k++) if (!this.isNight(this.times[k])) this.darkSeries[k] = 0;
    this.wetSeries = this.isPublic || !this.feet ? this.blocks.series(WET, this.times) : this.feetSeries();
  }

  feetSeries() {
    const wet = this.feet.series(WET, this.times);
    const inside = this.feet.series(INSIDE, this.times);
    return wet.map((n, k) => n + inside[k]);
  }

  /** Tell whether some asset of a family is in doubt at some moment of the run. */
  everMay(name) {
    for (let u = 0; u < this.lamps[0]; u++) {
      if (family(this.texts.kinds[this.kindOf[u]].name) === name && this.iv.rows(this.pattern[u]).some((i) => this.iv.state[i] === MAY)) return true;
    }
    return false;
  }

  /** Count everything at a moment. */
  counts(t) {
    this.iv.states(t, this.state);
    let out = 0;
    let may = 0;
    let unknown = 0;
    for (let p = 0; p < this.iv.count; p++) {
      if (this.state[p] === OUT) out += this.lampWeight[p];
      else if (this.state[p] === MAY) may += this.lampWeight[p];
      else unknown += this.unknownWeight[p];
    }
    let wet = 0;
    const source = this.isPublic ? this.blocks : this.feet;
    for (let p = 1; p < source.count; p++) if (source.weight[p] && source.stateAt(p, t)) wet += source.weight[p];
    return {out, may, lit: this.total - out - may - unknown, unknown, wet, night: this.isNight(t)};
  }

  /** Streets with lamps out (or in doubt) at a moment: {street, out, may, total, since, wet}. */
  streetRows(t) {
    this.iv.states(t, this.state);
    const rows = new Map();
    const row = (street) => {
      if (!rows.has(street)) rows.set(street, {street, out: 0, may: 0, total: this.streetTotal[street], since: Infinity, wet: 0});
      return rows.get(street);
    };
    for (const [street, pattern, n] of this.pairs) {
      const state = this.state[pattern];
      if (state === OUT) {
        const at = row(street);
        const i = this.iv.at(pattern, t);
        at.out += n;
        at.since = Math.min(at.since, this.iv.start[i]);
      } else if (state === MAY) {
        row(street).may += n;
      }
    }
    for (let b = 0; b < this.blockStreet.length; b++) {
      if (this.blockStreet[b] && rows.has(this.blockStreet[b]) && this.blocks.stateAt(this.blocks.members[b], t)) rows.get(this.blockStreet[b]).wet++;
    }
    return [...rows.values()].sort((a, b) => b.out - a.out || b.may - a.may || (this.streets[a.street] < this.streets[b.street] ? -1 : 1));
  }

  /** What happens to one street over the run. */
  streetStory(street, t) {
    const patterns = this.streetPatterns.get(street) ?? [];
    const now = {out: 0, may: 0, total: this.streetTotal[street], since: Infinity};
    const night = {out: 0, first: Infinity, last: 0, may: 0};
    for (const [pattern, n] of patterns) {
      const i = this.iv.at(pattern, t);
      if (i >= 0 && this.iv.state[i] === OUT) {
        now.out += n;
        now.since = Math.min(now.since, this.iv.start[i]);
      } else if (i >= 0) {
        now.may += n;
      }
      let ever = false;
      let doubt = false;
      for (const k of this.iv.rows(pattern)) {
        if (this.iv.state[k] === MAY) doubt = true;
        if (this.iv.state[k] !== OUT) continue;
        ever = true;
        night.first = Math.min(night.first, this.iv.start[k]);
        night.last = Math.max(night.last, this.iv.end[k]);
      }
      if (ever) night.out += n;
      else if (doubt) night.may += n;
    }
    return {now, night};
  }

  /** What a street is told while lamps of it are out: {story, stage, sure}; the public page only. */
  toldOf(street, t) {
    const {columns, texts} = this;
    const streets = columns['told.street'];
    for (let i = streets.indexOf(street); i >= 0 && streets[i] === street; i++) {
      if (columns['told.start'][i] <= t && t < columns['told.end'][i]) return {story: texts.stories[columns['told.story'][i]], stage: texts.stages[columns['told.stage'][i]], sure: Boolean(columns['told.sure'][i])};
    }
    return {story: 'none', stage: 'supply', sure: true};
  }

  /** The cause of most lamps of a street over the night: {story, sure}; the public page only. */
  mainOf(street) {
    const {columns, texts} = this;
    const i = columns['main.street'].indexOf(street);
    return i < 0 ? {story: 'none', sure: true} : {story: texts.stories[columns['main.story'][i]], sure: Boolean(columns['main.sure'][i])};
  }

  ids() {
    if (!this.idList) {
      const coded = this.texts[this.isPublic ? 'lamp.id' : 'asset.id'];
      const list = [];
      if (coded) {
        let before = '';
        for (const line of coded.split('\n')) {
          before = before.slice(0, parseInt(line[0], 36)) + line.slice(1);
          list.push(before);
        }
      }
      this.idList = list;
    }
    return this.idList;
  }

  /** Find streets and assets by what people type: {streets, assets}, best first. */
  find(query, limit = 6) {
    const wanted = fold(query);
    if (!wanted) return {streets: [], assets: []};
    this.folded ??= this.streets.map(fold);
    const scored = [];
    this.folded.forEach((name, street) => {
      if (!street) return;
      const place = name.indexOf(wanted);
      if (place >= 0) scored.push([name === wanted ? 0 : place === 0 ? 1 : name[place - 1] === ' ' ? 2 : 3, name.length, street]);
    });
    scored.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
    const assets = [];
    const ids = this.ids();
    const names = this.texts['asset.name'] ?? {};
    for (const exact of [true, false]) {
      for (let u = 0; u < ids.length && assets.length < limit; u++) {
        const id = ids[u].toLowerCase();
        if (exact ? id === query.trim().toLowerCase() : id.startsWith(query.trim().toLowerCase()) && !assets.includes(u)) assets.push(u);
      }
    }
    for (const [u, name] of Object.entries(names)) {
      if (assets.length < limit && fold(name).includes(wanted) && !assets.includes(Number(u))) assets.push(Number(u));
    }
    return {streets: scored.slice(0, limit).map((row) => row[2]), assets, exact: scored.length > 0 && scored[0][0] === 0};
  }

  /** Five streets spelt most like a query. */
  nearest(query) {
    const wanted = fold(query);
    this.folded ??= this.streets.map(fold);
    const pairs = (text) => new Set([...text].slice(0, -1).map((letter, i) => letter + text[i + 1]));
    const mine = pairs(wanted);
    return this.folded.map((name, street) => {
      const theirs = pairs(name);
      let shared = 0;
      for (const pair of mine) if (theirs.has(pair)) shared++;
      return [2 * shared / (mine.size + theirs.size || 1), street];
    }).filter(([, street]) => street).sort((a, b) => b[0] - a[0] || a[1] - b[1]).slice(0, 5).map((row) => row[1]);
  }

  /** Where most lamps go out: the middle of those dark at the worst moment. */
  heart() {
    const t = this.times[this.outSeries.indexOf(Math.max(...this.outSeries))];
    const dark = [];
    for (let u = this.lamps[0]; u < this.lamps[1]; u++) if (this.placed[u] && this.iv.stateAt(this.pattern[u], t) === OUT) dark.push(u);
    if (!dark.length) return [this.size[0] / 2, this.size[1] / 2];
    const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];
    return [middle(dark.map((u) => this.x[u])), middle(dark.map((u) => this.y[u]))];
  }

  /** The box of the whole town, its lamps and houses: [west, north, east, south]. */
  town() {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let u = this.lamps[0]; u < this.pattern.length; u++) {
      if (!this.placed[u]) continue;
      box[0] = Math.min(box[0], this.x[u]);
      box[1] = Math.min(box[1], this.y[u]);
      box[2] = Math.max(box[2], this.x[u]);
      box[3] = Math.max(box[3], this.y[u]);
    }
    return box[2] > box[0] ? box : [0, 0, ...this.size];
  }

  /** The box that holds what goes out or gets wet, else all lamps: [west, north, east, south]. */
  focus() {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const grow = (x, y) => {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    };
    for (const all of [false, true]) {
      for (let u = this.lamps[0]; u < this.lamps[1]; u++) if (this.placed[u] && (all || this.pattern[u])) grow(this.x[u], this.y[u]);
      if (box[2] - box[0] > 150) return box;
    }
    return box[2] > box[0] ? box : [0, 0, ...this.size];
  }
}
