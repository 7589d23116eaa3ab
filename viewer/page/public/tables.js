/** The tables: streets with lamps out and blocks in water at the moment, the same data as the map. */

import {byId, make} from '../parts/dom.js';
import {language, number, say} from '../words/speech.js';
import {clock, day} from '../words/time.js';
import {csv, download} from '../parts/csv.js';

/** @import {PublicModel} from '../pack/model.js' */
/** @import {StreetRow} from '../pack/streets.js' */
/** @import {Key, PublicConfig} from '../types.js' */
/** @import {Stories} from './stories.js' */

/** Rows that are shown before the tables are opened. */
const FEW = 9;

export class Tables {
  /**
   * @param {PublicModel} model
   * @param {PublicConfig} config
   * @param {Stories} stories
   * @param {(street: number) => void} choose
   */
  constructor(model, config, stories, choose) {
    this.model = model;
    this.config = config;
    this.stories = stories;
    this.isOpen = false;
    this.t = 0;
    this.street = 0;
    /** @type {StreetRow[]} */
    this.rows = [];
    /** @type {ReturnType<PublicModel['byStreet']['wetRows']>} */
    this.blocks = [];
    byId('all-streets').addEventListener('click', () => {
      this.isOpen = !this.isOpen;
      this.show(this.street, this.t);
    });
    byId('csv').addEventListener('click', () => this.download('rues', this.streetCells()));
    byId('csv-blocks').addEventListener('click', () => this.download('pates', this.blockCells()));
    byId('street-rows').addEventListener('click', (event) => {
      const button = event.target instanceof Element ? event.target.closest('button[data-street]') : null;
      if (button instanceof HTMLElement) choose(Number(button.dataset.street));
    });
  }

  /**
   * @param {number} street the chosen one stands first, dark or not; 0 where none is
   * @param {number} t
   */
  show(street, t) {
    const {byStreet} = this.model;
    this.street = street;
    this.t = t;
    const dark = byStreet.rows(t).filter((row) => row.out);
    const chosen = dark.find((row) => row.street === street) ?? (street ? byStreet.row(street, t) : undefined);
    this.rows = chosen ? [chosen, ...dark.filter((row) => row !== chosen)] : dark;
    this.blocks = byStreet.wetRows(t);
    const shown = this.shown(this.rows).map((row) => this.streetRow(row));
    byId('streets-caption').textContent = say('streets_title', {clock: clock(t)});
    byId('street-rows').replaceChildren(...(shown.length ? shown : [full(5, this.nothing())]));
    byId('all-streets').hidden = this.rows.length <= FEW;
    byId('all-streets').textContent = this.isOpen ? say('fewer_streets') : say('see_streets', {n: this.rows.length});
    byId('csv').hidden = byId('csv-blocks').hidden = false;
    const wet = this.shown(this.blocks).map((row) => this.blockRow(row));
    byId('blocks-caption').textContent = say('blocks_title', {clock: clock(t)});
    byId('block-rows').replaceChildren(...(wet.length ? wet : [full(3, say('no_wet', {clock: clock(t)}))]));
  }

  /**
   * @template T
   * @param {T[]} rows
   */
  shown(rows) {
    return this.isOpen ? rows : rows.slice(0, FEW);
  }

  /** @param {StreetRow} row */
  streetRow({street, out, total, since, wet}) {
    const name = street
      ? make('button', {type: 'button', class: 'text', 'data-street': street}, this.model.streets[street])
      : say('no_street');
    return make(
      'tr',
      {class: street === this.street ? 'chosen' : false, 'data-out': out},
      make('th', {scope: 'row'}, name),
      cell(say('of_total', {n: out, total}), 'number'),
      cell(out ? clock(since) : '', 'number'),
      cell(out ? this.stories.waits(street, this.t) : '', 'wide'),
      cell(number(wet), 'number wide')
    );
  }

  /** @param {{street: number, blocks: number, houses: number}} row */
  blockRow({street, blocks, houses}) {
    return make(
      'tr',
      {'data-wet': blocks},
      make('th', {scope: 'row'}, this.model.streets[street] || say('no_street')),
      cell(number(blocks), 'number'),
      cell(number(houses), 'number wide')
    );
  }

  /** Say that no street is dark, and when the first one will be. */
  nothing() {
    const {darkSeries, times} = this.model;
    const first = times.find((t, k) => t > this.t && darkSeries[k] > 0);
    const now = {clock: clock(this.t)};
    return first === undefined ? say('nothing_ever', now) : say('nothing_yet', {...now, first: clock(first)});
  }

  streetCells() {
    /** @type {Key[]} */
    const head = ['col_street', 'col_out', 'csv_total', 'col_since', 'col_stage', 'col_blocks'];
    const rows = this.rows.map(({street, out, total, since, wet}) => [
      this.model.streets[street],
      out,
      total,
      out ? clock(since) : '',
      out ? this.stories.waits(street, this.t) : '',
      wet
    ]);
    return this.cells(head, rows);
  }

  blockCells() {
    const rows = this.blocks.map(({street, blocks, houses}) => [this.model.streets[street], blocks, houses]);
    return this.cells(['col_street', 'col_wet_blocks', 'col_houses'], rows);
  }

  /**
   * Give rows with their header first; each says of which moment, status and run it is.
   *
   * @param {Key[]} head
   * @param {(string | number)[][]} rows
   */
  cells(head, rows) {
    const {status, runId} = this.config;
    const about = [`${day(this.t)} ${clock(this.t)}`, say(`status_${status}`), runId];
    /** @type {Key[]} */
    const keys = [...head, 'csv_moment', 'csv_status', 'csv_run'];
    return [keys.map((key) => say(key)), ...rows.map((row) => [...row, ...about])];
  }

  /**
   * @param {string} name
   * @param {(string | number)[][]} cells
   */
  download(name, cells) {
    download(`${name}-${this.config.runId}.csv`, csv(cells, language()));
  }
}

/**
 * @param {string} text
 * @param {string} names of its classes
 */
function cell(text, names) {
  return make('td', {class: names}, text);
}

/**
 * @param {number} columns
 * @param {string} text
 */
function full(columns, text) {
  return make('tr', {}, make('td', {colspan: columns}, text));
}
