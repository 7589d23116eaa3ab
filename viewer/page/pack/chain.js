/** The chain of supply: from an outage down to its root, from an asset up to its source, and all that depends on it. */

import {MECHANISMS, Source} from '../enums.js';

/** @import {Link, Mark, SymbolName} from '../types.js' */
/** @import {OperatorModel} from './model.js' */

/**
 * An asset of a chain and the interval that speaks of it; -1 where there is none.
 *
 * @typedef {{u: number, i: number}} Step
 */

/** Steps of a feed that are drawn of an asset in service. */
const DRAWN_FEED = 3;

export class Chain {
  /** @param {OperatorModel} model */
  constructor(model) {
    this.model = model;
    const {columns, pattern} = model;
    this.consumer = columns['edge.consumer'];
    this.supplier = columns['edge.supplier'];
    this.source = columns['edge.source'];
    /** First edge of each consumer; edges are sorted by it. */
    this.first = offsets(this.consumer, pattern.length);
    /** First consumer of each supplier in `below`. */
    this.belowFirst = offsets(this.supplier, pattern.length);
    this.below = new Int32Array(this.supplier.length);
    const fill = this.belowFirst.slice();
    for (let e = 0; e < this.supplier.length; e++) this.below[fill[this.supplier[e]]++] = this.consumer[e];
  }

  /**
   * Give the steps from an asset to the root of its outage: the causes that were in force when it opened.
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
      u = iv.cause[i] - 1;
      at = iv.since[i];
    }
    return steps;
  }

  /**
   * Give the other suppliers without which an outage would not have begun.
   *
   * @param {Step} step
   * @returns {Step[]}
   */
  also({i}) {
    const {iv, pattern, alsoLists} = this.model;
    if (i < 0) return [];
    return alsoLists[iv.also[i]].map((u) => ({u, i: iv.at(pattern[u], iv.since[i])}));
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
   * Give the supplier that an asset uses at a moment; -1 where none in use is in service.
   *
   * @param {number} u
   * @param {number} t
   */
  fedBy(u, t) {
    const {columns} = this.model;
    const list = columns['fed.of'][u];
    for (let k = columns['fed.offsets'][list]; k < columns['fed.offsets'][list + 1]; k++) {
      if (columns['fed.start'][k] <= t && t < columns['fed.end'][k]) return columns['fed.supplier'][k];
    }
    return -1;
  }

  /**
   * Give the chain that feeds an asset at a moment: itself, then what each uses, up to a source or where it ends.
   *
   * @param {number} u
   * @param {number} t
   */
  feed(u, t) {
    const steps = [u];
    for (let above = this.fedBy(u, t); above >= 0 && !steps.includes(above); above = this.fedBy(above, t)) {
      steps.push(above);
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
   * Tell whether every link of a feed at a moment is known.
   *
   * @param {number} u
   * @param {number} t
   */
  isSureFed(u, t) {
    const feed = this.feed(u, t);
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
    const steps = walked[0].i >= 0 ? walked.map((step) => step.u) : this.feed(u, t).slice(0, DRAWN_FEED);
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
