/** Crews on the operator's page: what each does now, what waits, and their work over the run as bars, table and CSV. */

import {Doing, OPEN, STAGES} from '../enums.js';
import {csv, download} from '../parts/csv.js';
import {all, byId, make} from '../parts/dom.js';
import {capital, language, listed, say, told} from '../words/speech.js';
import {moment, roughly, stamp, times} from '../words/time.js';
import {bars, repairBars} from './bars.js';
import {Delays} from './delays.js';
import {List} from './rows.js';

/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Piece} from '../pack/crews.js' */
/** @import {Colors, OperatorConfig} from '../types.js' */
/** @import {Waiting} from './delays.js' */
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

/**
 * A run whose crews are told; which of two, where two are compared.
 *
 * @typedef {{model: OperatorModel, config: OperatorConfig, names: Names}} Told
 */

export class CrewPanel {
  /**
   * @param {Told} first
   * @param {Colors} colors
   * @param {{chooseId: (id: string) => void, player: {to: (t: number) => void}}} page that chooses by id: two runs need
   *     not number alike
   */
  constructor(first, colors, page) {
    this.colors = colors;
    /** The run of the page and, where two are compared, the other one. */
    this.runs = [first];
    this.told = first;
    this.delays = new Delays(first.model, first.names);
    /** @param {number} u */
    const chosen = (u) => page.chooseId(this.names.id(u));
    this.list = new List('crews', chosen, 4);
    this.waiting = new List('waiting', chosen, 4);
    this.dialog = /** @type {HTMLDialogElement} */ (byId('work'));
    const open = byId('work-open');
    open.addEventListener('click', () => this.open());
    byId('work-close').addEventListener('click', () => this.dialog.close());
    this.dialog.addEventListener('close', () => open.focus());
    byId('work-csv').addEventListener('click', () => {
      download(`${this.config.name}.csv`, csv(this.table(), language()));
    });
    /** @param {number} u @param {number} t */
    this.pick = (u, t) => {
      this.dialog.close();
      page.player.to(t);
      chosen(u);
    };
    this.t = 0;
    for (const button of this.switches()) {
      button.addEventListener('click', () => {
        this.tell(this.runs[Number(button.dataset.run)] ?? this.runs[0]);
        this.show(this.t);
      });
    }
  }

  get model() {
    return this.told.model;
  }

  get config() {
    return this.told.config;
  }

  get names() {
    return this.told.names;
  }

  switches() {
    return all('#crews-of button');
  }

  /**
   * Tell the crews of a run from now on.
   *
   * @param {Told} run
   */
  tell(run) {
    this.told = run;
    this.delays = new Delays(run.model, run.names);
  }

  /**
   * Take another run beside the first, and give it; the one that is told stays the first or the second.
   *
   * @template {Told} T
   * @param {T} run
   */
  beside(run) {
    const isSecond = this.told !== this.runs[0];
    this.runs = [this.runs[0], run];
    if (isSecond) this.tell(run);
    return run;
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
    for (const button of this.switches()) {
      button.setAttribute('aria-pressed', String(this.runs[Number(button.dataset.run)] === this.told));
    }
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
          detail: listed(this.doing(piece, t), this.shut(piece, t))
        }))
    );
    const lines = this.delays.counts(t);
    byId('queue').replaceChildren(...(lines.length ? lines : [say('queue_none')]).map((line) => make('li', {}, line)));
    const waiting = this.delays.waiting(t);
    this.waiting.show(
      waiting.map((one) => ({u: one.first.u, title: this.delays.title(one), detail: this.delays.detail(one, t)}))
    );
    byId('waiting-part').hidden = !waiting.length;
  }

  /** @param {boolean} isPrinting */
  print(isPrinting) {
    this.list.print(isPrinting);
    this.waiting.print(isPrinting);
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

  /**
   * Tell that a crew has no way out, or that its base has none when its shift begins; nothing where there is one.
   *
   * @param {Piece} piece
   * @param {number} t
   */
  shut(piece, t) {
    const shut = this.model.crews.shut(piece, t);
    if (!shut) return '';
    const said =
      piece.doing === Doing.OFF
        ? say('crew_shut_base', {place: this.names.id(shut.u)})
        : say('crew_shut', times(shut.since, t));
    return listed(said, shut.until === OPEN ? say('crew_shut_stays') : say('crew_shut_until', times(shut.until, t)));
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
    byId('work-run').textContent = this.runs.length > 1 ? told(config.name) : '';
    byId('work-waiting').textContent = this.delays.heading(this.t);
    byId('wait-rows').replaceChildren(...this.delays.waiting(this.t).map((one) => this.waitingRow(one)));
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

  /** @param {Waiting} one */
  waitingRow(one) {
    const {names, delays, t} = this;
    const {first} = one;
    const button = make('button', {type: 'button', class: 'plain'}, delays.title(one));
    button.addEventListener('click', () => this.pick(first.u, t));
    return make(
      'tr',
      {},
      make('th', {scope: 'row'}, button),
      make('td', {}, names.street(first.u)),
      make('td', {}, capital(delays.short(first, t))),
      make('td', {}, moment(first.start, t)),
      make('td', {}, delays.next(first, t))
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
}
