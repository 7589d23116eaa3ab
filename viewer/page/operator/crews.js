/** Crews on the operator's page: what each does now, what waits, and their work over the run as bars, table and CSV. */

import {Doing, OPEN, STAGES} from '../enums.js';
import {csv, download} from '../parts/csv.js';
import {byId, make} from '../parts/dom.js';
import {capital, language, listed, say} from '../words/speech.js';
import {moment, roughly, stamp, times} from '../words/time.js';
import {bars, repairBars} from './bars.js';
import {List} from './rows.js';

/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Piece} from '../pack/crews.js' */
/** @import {Colors, OperatorConfig, Point, Scene} from '../types.js' */
/** @import {Names} from './names.js' */

/** Columns of the CSV, as `twin crews --csv` writes them. */
const COLUMNS = [
  'crew',
  'asset_id',
  'assets',
  'kind',
  'name',
  'street',
  'stage',
  'start',
  'end',
  'planned_until',
  'by'
];

export class CrewPanel {
  /**
   * @param {object} parts
   * @param {OperatorModel} parts.model
   * @param {OperatorConfig} parts.config
   * @param {Names} parts.names
   * @param {Colors} parts.colors
   * @param {(u: number) => void} choose
   * @param {(t: number) => void} go
   */
  constructor({model, config, names, colors}, choose, go) {
    this.model = model;
    this.config = config;
    this.names = names;
    this.colors = colors;
    this.list = new List('crews', choose, 4);
    this.dialog = /** @type {HTMLDialogElement} */ (byId('work'));
    const open = byId('work-open');
    open.addEventListener('click', () => this.open());
    byId('work-close').addEventListener('click', () => this.dialog.close());
    this.dialog.addEventListener('close', () => open.focus());
    byId('work-csv').addEventListener('click', () => download(`${config.name}.csv`, csv(this.table(), language())));
    /** @param {number} u @param {number} t */
    this.pick = (u, t) => {
      this.dialog.close();
      go(t);
      choose(u);
    };
    this.t = 0;
  }

  /**
   * Show what each crew does, and what waits.
   *
   * @param {number} t
   */
  show(t) {
    const {crews} = this.model;
    this.t = t;
    const has = crews.all.length > 0;
    byId('crews-none').hidden = has;
    byId('crews-work').hidden = !has;
    if (!has) return;
    this.list.show(
      crews
        .at(t)
        .map((piece) => ({
          u: piece.u,
          symbol: /** @type {const} */ ('crew'),
          title: say('crew_of', {id: crews.all[piece.crew].id, n: crews.all[piece.crew].people}),
          detail: this.doing(piece, t)
        }))
    );
    const waits = crews.queue(t, this.config.step);
    const lines = waits.length ? waits.map(({reason, n}) => say(`queue_${reason}`, {n})) : [say('queue_none')];
    byId('queue').replaceChildren(...lines.map((line) => make('li', {}, line)));
  }

  /** @param {boolean} isPrinting */
  print(isPrinting) {
    this.list.print(isPrinting);
  }

  /**
   * @param {Piece} piece
   * @param {number} t
   */
  doing(piece, t) {
    const {names, model} = this;
    const place = names.name(piece.u);
    const streets = piece.streets.map((street) => model.streets[street]).join(', ');
    switch (piece.doing) {
      case Doing.OFF: {
        const next = model.crews.pieces[piece.row + 1];
        const isBack = next !== undefined && next.crew === piece.crew;
        return listed(say('crew_off'), isBack ? say('crew_next', times(piece.end, t)) : '');
      }
      case Doing.FREE:
        return say('crew_free', {place});
      case Doing.DRIVING:
        return listed(say('crew_driving', {place}), streets && say('crew_by', {streets}), this.free(piece, t));
      default:
        return listed(
          say('crew_working', {place}),
          this.lamps(piece),
          say(`stage_${STAGES[piece.stage]}`),
          this.free(piece, t)
        );
    }
  }

  /** @param {Piece} piece */
  lamps({count}) {
    return count > 1 ? say('crew_count', {n: count}) : '';
  }

  /**
   * @param {Piece} piece
   * @param {number} t
   */
  free({until}, t) {
    return until === OPEN ? '' : say('crew_until', {when: roughly(until, t).when});
  }

  /** Open the bars and the table of the whole run. */
  open() {
    this.fill();
    this.dialog.showModal();
  }

  /** Write bars and table, in the language that is spoken. */
  fill() {
    const {model, config, names, colors} = this;
    const wide = Math.min(innerWidth - 96, 1400);
    const about = {duration: config.duration, nights: config.nights, colors, width: wide, t: this.t};
    byId('work-bars').replaceChildren(...bars(model.crews, about));
    byId('work-repairs').replaceChildren(...repairBars(model, names, about, (u) => this.pick(u, this.t)));
    byId('work-rows').replaceChildren(...model.crews.work().map((piece) => this.row(piece)));
  }

  /** @param {Piece} piece */
  row(piece) {
    const {names, model} = this;
    const {crews} = model;
    const button = make('button', {type: 'button', class: 'plain'}, names.name(piece.u));
    button.addEventListener('click', () => this.pick(piece.u, piece.start));
    const streets = piece.streets.map((street) => model.streets[street]).join(', ');
    const what = piece.doing === Doing.DRIVING ? say('doing_driving') : say(`stage_${STAGES[piece.stage]}`);
    const isOver = piece.end < this.config.duration;
    return make(
      'tr',
      {},
      make('th', {scope: 'row'}, crews.all[piece.crew].id),
      make('td', {}, moment(piece.start, 0)),
      make('td', {}, isOver ? moment(piece.end, 0) : say('not_over')),
      make('td', {}, capital(what)),
      make('td', {}, button, piece.count > 1 ? ` ${this.lamps(piece)}` : ''),
      make('td', {}, streets || names.street(piece.u))
    );
  }

  /** The same rows for a spreadsheet. */
  table() {
    const {names, model, config} = this;
    const {crews} = model;
    const rows = crews
      .work()
      .map((piece) => [
        crews.all[piece.crew].id,
        names.id(piece.u),
        piece.count,
        names.kind(piece.u).name,
        model.names[piece.u] ?? '',
        names.street(piece.u),
        STAGES[piece.stage],
        stamp(piece.start),
        piece.end < config.duration ? stamp(piece.end) : '',
        piece.until === OPEN ? '' : stamp(piece.until),
        piece.streets.map((street) => model.streets[street]).join(' > ')
      ]);
    return [COLUMNS, ...rows];
  }

  /**
   * Give the crews as they stand on the map, those of one place together, and the ways that are driven.
   *
   * @param {number} t
   */
  onMap(t) {
    const {model} = this;
    /** @type {Map<string, NonNullable<Scene['crews']>[number]>} */
    const found = new Map();
    /** @type {Point[][]} */
    const ways = [];
    for (const piece of model.crews.at(t)) {
      if (piece.doing === Doing.OFF || !model.placed[piece.u]) continue;
      const trip = piece.doing === Doing.DRIVING ? model.crews.trip(piece, t) : null;
      const u = piece.doing === Doing.DRIVING && !trip ? piece.origin : piece.u;
      /** @type {Point} */
      const at = trip ? trip.at : [model.x[u], model.y[u]];
      if (trip) ways.push(trip.line);
      const key = at.map(Math.round).join(' ');
      const other = found.get(key);
      const {id} = model.crews.all[piece.crew];
      found.set(key, {at, label: other ? `${other.label}, ${id}` : id, isMoving: trip !== null});
    }
    return {crews: [...found.values()], ways};
  }
}
