/** Streets in the water, as the run says: which are closed when, who is reached from where, and by which streets. */

import {Intervals} from './intervals.js';
import {Shapes} from './shapes.js';

/** @import {Numbers, OperatorColumns, OperatorTexts, Point} from '../types.js' */

/**
 * A street with something closed on it at a moment.
 *
 * @typedef {object} ClosedStreet
 * @property {number} street
 * @property {number} depth deepest water while it is closed [cm]
 * @property {number} head highest total head in that time, the depth where no velocity is known [cm]
 * @property {boolean} ordered
 * @property {number} end when all of it is open again; OPEN where that is beyond the run
 */
/**
 * A way from a base: the seconds that it takes, and the roads driven.
 *
 * @typedef {{trip: number, roads: number[]}} Way
 */

export class Roads {
  /**
   * @param {OperatorColumns} columns
   * @param {OperatorTexts} texts
   */
  constructor(columns, texts) {
    const none = new Uint32Array(0);
    this.about = texts.access ?? null;
    this.columns = columns;
    this.shapes = new Shapes(columns, 'road', texts.frame.step, columns['road.of']);
    this.street = columns['road.street'] ?? new Uint16Array(0);
    this.closed = columns['closed.road'] ?? none;
    this.onStreet = columns['asset.onstreet'];
    this.reach = new Intervals(columns, 'reach', columns['asset.reach'] ?? none);
    this.islands = new Intervals(columns, 'island', columns['asset.island'] ?? none);
    /** Where the ways to each asset begin among all of them. */
    this.wayOf = firsts(columns['way.asset'] ?? none);
    this.routes = unshared(columns);
    this.lineOf = firsts(this.shapes.of);
  }

  /** The places that help sets out from; none where the run does not say. */
  get bases() {
    return this.about?.bases ?? [];
  }

  /**
   * Give the roads that are closed at a moment, as rows of the columns `closed.*`.
   *
   * @param {number} t
   */
  closedRows(t) {
    const [start, end] = [this.columns['closed.start'], this.columns['closed.end']];
    const rows = [];
    for (let k = 0; start && end && k < this.closed.length; k++) if (start[k] <= t && t < end[k]) rows.push(k);
    return rows;
  }

  /**
   * Give the roads that are closed at a moment.
   *
   * @param {number} t
   */
  closedAt(t) {
    return this.closedRows(t).map((k) => this.closed[k]);
  }

  /**
   * Give the streets with something closed on them at a moment; streets without a name left out.
   *
   * @param {number} t
   */
  closedStreets(t) {
    /** @type {Map<number, ClosedStreet>} */
    const found = new Map();
    const {columns} = this;
    for (const k of this.closedRows(t)) {
      const street = this.street[this.closed[k]];
      if (!street) continue;
      const row = found.get(street) ?? {street, depth: 0, head: 0, ordered: false, end: 0};
      const depth = columns['closed.depth']?.[k] ?? 0;
      row.depth = Math.max(row.depth, depth);
      row.head = Math.max(row.head, columns['closed.head']?.[k] ?? depth);
      row.ordered ||= columns['closed.ordered']?.[k] === 1;
      row.end = Math.max(row.end, columns['closed.end']?.[k] ?? 0);
      found.set(street, row);
    }
    return [...found.values()].sort((a, b) => b.depth - a.depth || a.street - b.street);
  }

  /**
   * Tell whether something dry can be reached from no base at a moment.
   *
   * @param {number} u
   * @param {number} t
   */
  isIsland(u, t) {
    return this.islands.at(this.islands.members[u] ?? 0, t) >= 0;
  }

  /**
   * Give when an asset is reached from a base, as rows of `reach`, in order of time.
   *
   * @param {number} u
   * @param {number} base
   */
  windows(u, base) {
    const rows = this.reach.rows(this.reach.members[u] ?? 0);
    return rows.filter((i) => this.reach.state[i] === base);
  }

  /**
   * Give the way to an asset from a base at a moment; null where there is none, or it is not told of this asset.
   *
   * @param {number} u
   * @param {number} base
   * @param {number} t
   * @returns {Way | null}
   */
  way(u, base, t) {
    const {columns} = this;
    const [asset, start, end] = [columns['way.asset'], columns['way.start'], columns['way.end']];
    const [trip, route] = [columns['way.trip'], columns['way.route']];
    if (!asset || !start || !end || !trip || !route) return null;
    for (let k = this.wayOf.get(u) ?? asset.length; k < asset.length && asset[k] === u; k++) {
      if (columns['way.base']?.[k] === base && start[k] <= t && t < end[k]) {
        return {trip: trip[k], roads: this.routes[route[k]]};
      }
    }
    return null;
  }

  /**
   * Give a way as one line, from the place on the street where it begins to that where it ends.
   *
   * @param {number[]} roads
   * @param {Point} from
   * @param {Point} to
   * @returns {Point[]}
   */
  line(roads, from, to) {
    const lines = roads.map((road) => this.points(road)).filter((points) => points.length > 1);
    /** @type {Point[]} */
    const found = [];
    lines.forEach((points, i) => {
      const next = lines[i + 1];
      let driven = points;
      if (i === 0) driven = cut(driven, from, next ? isAtEnd(points, next) : isAhead(points, from, to));
      else if (far(found[found.length - 1], points[0]) > far(found[found.length - 1], points[points.length - 1])) {
        driven = [...points].reverse();
      }
      if (!next) driven = cut(driven, to, true, true);
      found.push(...driven);
    });
    return found;
  }

  /**
   * Give the points of a road; where the map's edge cuts it, of its first piece.
   *
   * @param {number} road
   */
  points(road) {
    const line = this.lineOf.get(road);
    return line === undefined ? [] : this.shapes.points(line);
  }

  /**
   * Give the streets of a way, each once in a row, those without a name left out.
   *
   * @param {number[]} roads
   */
  streetsOf(roads) {
    /** @type {number[]} */
    const found = [];
    for (const road of roads) {
      const street = this.street[road];
      if (street && found[found.length - 1] !== street) found.push(street);
    }
    return found;
  }
}

/**
 * @param {Point} a
 * @param {Point} b
 */
function far([ax, ay], [bx, by]) {
  return Math.hypot(ax - bx, ay - by);
}

/**
 * Tell whether the road that follows meets a line at its end, not at its start.
 *
 * @param {Point[]} points
 * @param {Point[]} next
 */
function isAtEnd(points, next) {
  /** @param {Point} end */
  const gap = (end) => Math.min(far(end, next[0]), far(end, next[next.length - 1]));
  return gap(points[points.length - 1]) <= gap(points[0]);
}

/**
 * Tell whether one place on a line lies before another.
 *
 * @param {Point[]} points
 * @param {Point} from
 * @param {Point} to
 */
function isAhead(points, from, to) {
  const [a, b] = [foot(points, from), foot(points, to)];
  return a.k < b.k || (a.k === b.k && far(points[a.k], a.point) <= far(points[b.k], b.point));
}

/**
 * Give the place on a line that is nearest to a point, and the vertex before it.
 *
 * @param {Point[]} points
 * @param {Point} p
 */
function foot(points, p) {
  let best = {k: 0, point: points[0]};
  for (let k = 0; k + 1 < points.length; k++) {
    const [[ax, ay], [bx, by]] = [points[k], points[k + 1]];
    const [dx, dy] = [bx - ax, by - ay];
    const share = Math.max(0, Math.min(1, ((p[0] - ax) * dx + (p[1] - ay) * dy) / (dx * dx + dy * dy || 1)));
    /** @type {Point} */
    const point = [ax + share * dx, ay + share * dy];
    if (far(point, p) < far(best.point, p)) best = {k, point};
  }
  return best;
}

/**
 * Give a line from the place nearest to a point to one of its ends, in the direction that is driven; `isUpTo`: the part
 * before that place.
 *
 * @param {Point[]} points
 * @param {Point} p
 * @param {boolean} isForward
 * @param {boolean} [isUpTo]
 */
function cut(points, p, isForward, isUpTo = false) {
  const ordered = isForward ? points : [...points].reverse();
  const {k, point} = foot(ordered, p);
  return isUpTo ? [...ordered.slice(0, k + 1), point] : [point, ...ordered.slice(k + 1)];
}

/** @param {Numbers} assets in order */
function firsts(assets) {
  /** @type {Map<number, number>} */
  const found = new Map();
  assets.forEach((u, k) => {
    if (!found.has(u)) found.set(u, k);
  });
  return found;
}

/**
 * Give the roads of each way: of each only what follows the roads that it shares with the one before is packed.
 *
 * @param {OperatorColumns} columns
 */
function unshared(columns) {
  const [shared, n, road] = [columns['route.shared'], columns['route.n'], columns['route.road']];
  /** @type {number[][]} */
  const routes = [];
  for (let k = 0, at = 0; shared && n && road && k < shared.length; k++) {
    const before = k ? routes[k - 1].slice(0, shared[k]) : [];
    routes.push([...before, ...road.subarray(at, at + n[k])]);
    at += n[k];
  }
  return routes;
}
