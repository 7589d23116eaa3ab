/** One thing that might be protected: its curve by height, a height to try, its pairs, what it hangs on, its places. */

import {make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {costAt, heightCurve, heightTable, metres, topOf} from './height_curve.js';
import {get} from './net.js';
import {at, signed, t} from './start.js';

/** @import {Curves} from './height_curve.js' */

/** Pairs that are told. */
const PAIRS = 3;

export class ProtectDetail {
  /**
   * @param {Record<'title' | 'aside' | 'curve' | 'attempt' | 'says', HTMLElement>} places
   * @param {(row: any, cm: number) => void} onTry puts the thing into a variant, raised by so much
   * @param {boolean} writes
   */
  constructor(places, onTry, writes) {
    this.places = places;
    this.onTry = onTry;
    this.writes = writes;
    this.asked = '';
    /** @type {Curves | null} */
    this.curves = null;
    /** @type {string[]} what the thing hangs on alone */
    this.hangs = [];
    this.failed = '';
  }

  /**
   * @param {any} row
   * @param {string} path asks for the curve of the thing
   */
  take(row, path) {
    this.row = row;
    const asked = row ? path : '';
    if (asked !== this.asked) {
      this.asked = asked;
      this.curves = null;
      this.hangs = [];
      this.failed = '';
      if (asked) this.ask(asked);
    }
    this.say();
  }

  /** @param {string} path */
  async ask(path) {
    try {
      const one = await get(`${path}&which=this`);
      if (path !== this.asked) return;
      this.hangs = one.hangs_on;
      this.curves = {this: one.curve, more: null, with: null, other: this.row.then, by: one.by};
      this.say();
      const more = await get(`${path}&which=more`);
      const both = this.row.then ? await get(`${path}&which=with`) : null;
      if (path !== this.asked) return;
      this.curves = {...this.curves, more: more.curve, with: both?.curve ?? null};
    } catch (error) {
      if (path !== this.asked) return;
      this.failed = error instanceof Error ? error.message : String(error);
    }
    this.say();
  }

  say() {
    const {row, places} = this;
    places.title.textContent = row ? `${row.place} · ${row.asset}${row.street ? `, ${row.street}` : ''}` : t('detail');
    places.aside.textContent = row ? t('place_both', {by: number(row.place), lamps: number(row.by_lamps)}) : '';
    if (!row) {
      places.says.replaceChildren(make('p', {class: 'none'}, t('detail_none')));
      places.curve.replaceChildren();
      places.attempt.replaceChildren();
      return;
    }
    places.curve.replaceChildren(this.drawn());
    const table = this.curves ? [heightTable(this.curves)] : [];
    places.says.replaceChildren(...this.lines().map((line) => make('p', {}, line)), ...table);
    places.attempt.replaceChildren(...this.trying());
  }

  /** The curve; that it is being made, or why there is none. */
  drawn() {
    const {curves, failed} = this;
    if (failed) return make('p', {class: 'says'}, t('curve_failed', {why: failed}));
    if (!curves) return make('p', {class: 'soft curve-waits'}, t('curve_waits'));
    this.curve = heightCurve(curves);
    return this.curve.figure;
  }

  /** A height, what it leaves of the loss, and the variant with it. */
  trying() {
    const {curves, row} = this;
    if (!curves || row.height_m <= 0) return [];
    const enough = Math.round(row.height_m * 100);
    const height = make('input', {type: 'range', id: 'try-height', min: 1, max: topOf(curves), step: 1, value: enough});
    const read = make('output', {for: 'try-height'});
    const add = make('button', {type: 'button', class: 'add-line writes'});
    add.disabled = !row.raises.length;
    const say = () => {
      const cm = Number(height.value);
      const [unit, left] = [t(`curve_by_${curves.by}`), number(costAt(curves.this, curves.by, cm), 1)];
      const more = curves.more ? number(costAt(curves.more, curves.by, cm), 1) : '…';
      read.textContent = t('height_leaves', {height: metres(cm), left, more, unit});
      height.setAttribute('aria-valuetext', read.textContent);
      add.textContent = t('try_at', {height: metres(cm)});
      add.setAttribute('aria-label', `${t('raise_in_variant', {asset: row.asset})}, ${metres(cm)}`);
      this.curve?.readAt(cm);
    };
    height.addEventListener('input', say);
    add.addEventListener('click', () => this.onTry(row, Number(height.value)));
    say();
    const label = make('label', {for: 'try-height', class: 'soft'}, t('try_height'));
    return [label, height, ...(this.writes ? [add] : []), read];
  }

  lines() {
    const {row, curves} = this;
    const cm = Math.round(row.height_m * 100);
    const enough = curves && curves.this.enough_cm < cm ? curves.this.enough_cm : null;
    const lines = [
      t('detail_height', {height: metres(cm), more: metres(Math.round(row.more_m * 100))}),
      enough === null ? '' : t('enough_before', {height: metres(enough)}),
      row.then ? t('detail_then', {root: row.then, at: at(row.then_at)}) : t('detail_then_none'),
      ...row.pairs.slice(0, PAIRS).map((/** @type {any} */ pair) => {
        const {lamp, people} = pair.beyond;
        const values = {asset: pair.asset, lamps: signed(Math.round(lamp)), people: signed(Math.round(people))};
        return t(lamp < 0 || people < 0 ? 'pair_less' : 'pair_more', values);
      }),
      row.pairs.length > PAIRS ? t('pairs_others', {n: row.pairs.length - PAIRS}) : '',
      t('still_dark', {n: row.still}),
      this.hangs.length ? t('hangs_on', {names: this.hangs.join(', ')}) : curves ? t('hangs_on_none') : '',
      row.sites.length ? t('detail_sites', {names: row.sites.join(', ')}) : '',
      t('detail_lost', {hours: number(row.lost.lamp), n: row.alone_lamps}),
      row.raises.length > 1 ? t('detail_lamps', {n: row.raises.length}) : ''
    ];
    return lines.filter(Boolean);
  }
}
