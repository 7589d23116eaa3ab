/** The chain of supply: from an outage down to its root, from an asset up to its source, and all that depends on it. */

import {MECHANISMS, Service, Source} from '../enums.js';

/** @import {Link, Mark, SymbolName} from '../types.js' */
/** @import {OperatorModel} from './model.js' */

/**
 * An asset of a chain and the interval that speaks of it; -1 where there is none.
 *
 * @typedef {{u: number, i: number}} Step
 */

/** Steps of a feed at most, and those that are drawn of an asset in service. */
const LONGEST_FEED = 8;
const DRAWN_FEED = 3;

export class Chain {
  /** @param {OperatorModel} model */
  constructor(model) {
    this.model = model;
    const {columns, pattern} = model;
    this.consumer = columns['edge.consumer'];
    this.supplier = columns['edge.supplier'];
    this.source = columns['edge.source'];
    this.service = columns['edge.service'];
    /** First edge of each consumer; edges are sorted by it. */
    this.first = offsets(this.consumer, pattern.length);
    /** First consumer of each supplier in `below`. */
    this.belowFirst = offsets(this.supplier, pattern.length);
    this.below = new Int32Array(this.supplier.length);
    const fill = this.belowFirst.slice();
    for (let e = 0; e < this.supplier.length; e++) this.below[fill[this.supplier[e]]++] = this.consumer[e];
  }

  /**
   * Give the steps from an asset to the root of its outage.
   *
   * @param {number} u
   * @param {number} t
   * @returns {Step[]}
   */
  walk(u, t) {
    const {iv, pattern} = this.model;
    const steps = [];
    const seen = new Set();
    let at = t;
    while (u >= 0 && !seen.has(u)) {
      seen.add(u);
      const i = iv.at(pattern[u], at);
      steps.push({u, i});
      if (i < 0 || !iv.cause[i]) break;
      const next = iv.cause[i] - 1;
      if (iv.at(pattern[next], at) < 0) at = iv.start[i];
      u = next;
    }
    return steps;
  }

  /**
   * Give the mechanism of an interval.
   *
   * @param {number} i
   */
  mechanism(i) {
    return MECHANISMS[this.model.iv.mech[i]];
  }

  /**
   * Give the chain that feeds an asset that is in service: preferred suppliers up to the source.
   *
   * @param {number} u
   */
  feed(u) {
    const steps = [u];
    while (steps.length < LONGEST_FEED) {
      let e = this.first[u];
      while (e < this.first[u + 1] && this.service[e] === Service.CONTROL) e++;
      if (e >= this.first[u + 1] || steps.includes(this.supplier[e])) break;
      u = this.supplier[e];
      steps.push(u);
    }
    return steps;
  }

  /**
   * Tell whether a link is known, and was not inferred by a rule.
   *
   * @param {number} consumer
   * @param {number} supplier
   */
  sure(consumer, supplier) {
    for (let e = this.first[consumer]; e < this.first[consumer + 1]; e++) {
      if (this.supplier[e] === supplier) return this.source[e] !== Source.INFERRED;
    }
    return true;
  }

  /**
   * Tell whether every link of a feed is known.
   *
   * @param {number} u
   */
  isSureFed(u) {
    const feed = this.feed(u);
    return feed.slice(1).every((supplier, k) => this.sure(feed[k], supplier));
  }

  /**
   * Give links for the map, between those of the chain that have a place.
   *
   * @param {number} u
   * @param {number} t
   * @param {(u: number) => SymbolName | null} symbolOf
   * @returns {Link[]}
   */
  links(u, t, symbolOf) {
    const {model} = this;
    const walked = this.walk(u, t);
    const steps = walked[0].i >= 0 ? walked.map((step) => step.u) : this.feed(u).slice(0, DRAWN_FEED);
    /** @type {(one: number, isLast: boolean) => Mark} */
    const end = (one, isLast) => ({
      x: model.x[one],
      y: model.y[one],
      symbol: symbolOf(one),
      label: isLast ? model.ids()[one] : ''
    });
    /** @type {Link[]} */
    const links = [];
    let from = steps[0];
    let sure = true;
    for (let k = 1; k < steps.length; k++) {
      sure &&= this.sure(steps[k - 1], steps[k]);
      if (!model.placed[steps[k]]) continue;
      links.push({from: end(from, false), to: end(steps[k], k === steps.length - 1), sure, old: links.length > 0});
      from = steps[k];
      sure = true;
    }
    return links;
  }

  /**
   * Give the assets that depend on one, all the way down.
   *
   * @param {number} u
   */
  hanging(u) {
    const found = [];
    const seen = new Set([u]);
    const todo = [u];
    for (let one = todo.pop(); one !== undefined; one = todo.pop()) {
      for (let k = this.belowFirst[one]; k < this.belowFirst[one + 1]; k++) {
        const next = this.below[k];
        if (seen.has(next)) continue;
        seen.add(next);
        found.push(next);
        todo.push(next);
      }
    }
    return found;
  }
}

/**
 * Give where the rows of each asset begin, and end, once rows are sorted by asset.
 *
 * @param {Uint32Array} assets
 * @param {number} count
 */
function offsets(assets, count) {
  const first = new Int32Array(count + 1);
  for (const u of assets) first[u + 1]++;
  for (let u = 0; u < count; u++) first[u + 1] += first[u];
  return first;
}
