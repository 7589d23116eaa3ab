/** Finding streets and assets by what people type, and reading the packed ids. */

/** @import {Model} from './model.js' */

const NAMES_ALIKE = 5;

/**
 * Fold a text for searching: no case, no accents, no punctuation.
 *
 * @param {string} text
 */
export function fold(text) {
  const plain = text.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
  return plain
    .toLowerCase()
    .replace(/[’'\-.]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * Read ids that were written each with the number of letters it shares with the one before (base 36) in front.
 *
 * @param {string | undefined} text
 */
export function unfronted(text) {
  /** @type {string[]} */
  const ids = [];
  let before = '';
  for (const line of text ? text.split('\n') : []) {
    before = before.slice(0, parseInt(line[0], 36)) + line.slice(1);
    ids.push(before);
  }
  return ids;
}

/** Streets, ids and names of assets, as they are searched. */
export class Index {
  /**
   * @param {Model} model
   * @param {Record<number, string>} [names] of assets, by number
   */
  constructor(model, names = {}) {
    this.model = model;
    this.streets = model.streets.map(fold);
    this.names = Object.entries(names).map(([u, name]) => /** @type {const} */ ([Number(u), fold(name)]));
  }

  /**
   * Give {streets, assets} by what somebody typed, best first; `exact` where the first street is just that.
   *
   * @param {string} query
   * @param {number} limit
   */
  find(query, limit) {
    const wanted = fold(query);
    if (!wanted) return {streets: [], assets: [], exact: false};
    /** @type {[number, number, number][]} */
    const scored = [];
    this.streets.forEach((name, street) => {
      const place = street ? name.indexOf(wanted) : -1;
      if (place < 0) return;
      const score = name === wanted ? 0 : place === 0 ? 1 : name[place - 1] === ' ' ? 2 : 3;
      scored.push([score, name.length, street]);
    });
    scored.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
    return {
      streets: scored.slice(0, limit).map((row) => row[2]),
      assets: this.assets(query.trim().toLowerCase(), wanted, limit),
      exact: scored.length > 0 && scored[0][0] === 0
    };
  }

  /**
   * Give assets by their id, then by its beginning, then by their name.
   *
   * @param {string} id
   * @param {string} name
   * @param {number} limit
   */
  assets(id, name, limit) {
    const ids = this.model.ids();
    /** @type {Set<number>} */
    const found = new Set();
    for (const isExact of [true, false]) {
      for (let u = 0; u < ids.length && found.size < limit; u++) {
        const own = ids[u].toLowerCase();
        if (isExact ? own === id : own.startsWith(id)) found.add(u);
      }
    }
    for (const [u, own] of this.names) if (found.size < limit && own.includes(name)) found.add(u);
    return [...found];
  }

  /**
   * Give the streets that are spelt most like a query, by the pairs of letters that they share.
   *
   * @param {string} query
   */
  nearest(query) {
    /** @param {string} text */
    const pairs = (text) => new Set([...text].slice(0, -1).map((letter, i) => letter + text[i + 1]));
    const mine = pairs(fold(query));
    const scored = this.streets.map((name, street) => {
      const theirs = pairs(name);
      let shared = 0;
      for (const pair of mine) if (theirs.has(pair)) shared++;
      return {street, score: (2 * shared) / (mine.size + theirs.size || 1)};
    });
    scored.sort((a, b) => b.score - a.score || a.street - b.street);
    return scored
      .filter(({street}) => street)
      .slice(0, NAMES_ALIKE)
      .map(({street}) => street);
  }
}
