/** What if: a variant is a base run and a list of lines; a change shows its outcome at once where the water stays. */

import {all, byId, make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {bringForm, proposalWords} from './decision.js';
import {DeskMap} from './desk_map.js';
import {LineForm} from './line_form.js';
import {sortIcon} from './line_icons.js';
import {lineName, lineRow} from './line_rows.js';
import {get, post, Refusal} from './net.js';
import {progressBar} from './progress.js';
import {ResultCurve} from './result_curve.js';
import {at, nameOf, saying, signed, t} from './start.js';
import {Timeline, timeKeys} from './timeline.js';
import {drawingsOf} from './variant_drawings.js';

/** @import {Frame} from './frame.js' */

/** Sorts of lines, with their keys. */
const SORTS = {
  level: 'n',
  cut: 'c',
  raise: 'h',
  protect: 'k',
  fact: 'f',
  feed: 's',
  barrier: 'b',
  pump: 'u',
  generator: 'g',
  close_street: 'x',
  crew: 'e'
};
/** What the map shows: the base, the variant, or the variant with what is otherwise in it. */
const SHOWN = ['base', 'variant', 'difference'];
const FIGURES = ['lamps_most', 'lamp_hours', 'sites', 'site_hours', 'cabinets'];

export class WhatIf {
  path = '/api/drafts';

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    /** @type {any} */
    this.told = null;
    /** @type {any} */
    this.draft = null;
    /** @type {any} */
    this.outcome = null;
    this.wanted = location.hash.slice(1);
    this.shows = 'variant';
    this.map = new DeskMap('map', (found) => this.picked(found));
    this.timeline = new Timeline(
      (moment) => this.moved(moment),
      () => frame.now
    );
    this.curve = new ResultCurve('result-curve');
    this.form = new LineForm(this);
    /** @type {Record<string, () => void>} */
    this.keys = {
      ...timeKeys(this.timeline),
      d: () => this.draft && this.show(this.shows === 'difference' ? 'variant' : 'difference'),
      p: () => byId('to-compare').click()
    };
    this.buttons();
  }

  buttons() {
    const {frame} = this;
    for (const [sort, key] of Object.entries(SORTS)) {
      const button = make('button', {type: 'button', class: 'writes', 'data-sort': sort});
      button.addEventListener('click', () => this.form.open(sort));
      document.querySelector('.add')?.append(button);
      this.keys[key] = () => this.form.open(sort);
    }
    byId('draft').addEventListener('change', (event) => {
      this.open(/** @type {HTMLSelectElement} */ (event.target).value);
    });
    byId('new-draft').addEventListener('click', () => this.begin());
    byId('undo').addEventListener('click', () => this.undo());
    byId('run-draft').addEventListener('click', () => this.run());
    byId('to-compare').addEventListener('click', () => {
      location.assign(`/compare#${this.draft.base}-${this.draft.ran.id}`);
    });
    byId('propose').addEventListener('click', () => bringForm(frame, this.draft.ran, this.draft.base_run));
    for (const one of SHOWN) byId(`show-${one}`).addEventListener('click', () => this.show(one));
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && event.ctrlKey) this.run();
      if (event.key === 'z' && event.ctrlKey && !(event.target instanceof HTMLInputElement)) this.undo();
    });
    if (!frame.writes) for (const one of all('.writes')) one.hidden = true;
  }

  runs() {
    return [this.draft?.base];
  }

  /** @param {any} told */
  take(told) {
    this.told = told;
    const known = told.drafts.map((/** @type {any} */ one) => one.id);
    const id = [this.draft?.id, this.wanted, known[0]].find((one) => known.includes(one));
    this.list(id);
    if (!id) {
      this.draft = null;
      this.empty();
    } else {
      const now = told.drafts.find((/** @type {any} */ one) => one.id === id);
      if (now.version !== this.draft?.version || this.draft?.id !== id) this.open(id);
      else {
        this.draft.ran = now.ran;
        this.steps();
      }
    }
  }

  /** @param {string | undefined} id */
  list(id) {
    const options = this.told.drafts.map((/** @type {any} */ one) =>
      make('option', {value: one.id, selected: one.id === id}, one.name)
    );
    byId('draft').replaceChildren(...options);
  }

  empty() {
    const text = this.told.latest || this.told.approved ? t('no_variant') : t('no_base');
    byId('lines').replaceChildren(make('tr', {}, make('td', {colspan: 5, class: 'empty'}, text)));
    byId('base-run').textContent = '–';
    byId('figures').replaceChildren();
    this.curve.take(null);
    this.enable(false);
    this.show('base');
    this.steps();
    byId('new-draft').toggleAttribute('disabled', !(this.told.latest || this.told.approved));
    this.showBase(this.told.latest ?? this.told.approved);
  }

  /** Without a variant the map shows the run that one would start from. @param {any} brief */
  async showBase(brief) {
    await this.map.show(brief?.id ?? '');
    if (!brief || this.draft || !this.map.model) return;
    this.timeline.nights = this.map.config?.nights ?? [];
    const curves = [{values: Array.from(this.map.model.outSeries)}];
    const {start, duration, t0} = brief;
    this.timeline.take({start, duration, step: this.map.config?.step ?? 300, curves, issued: t0});
    this.timeline.say(t('lamps_over_time'));
  }

  /** @param {boolean} isOn */
  enable(isOn) {
    for (const id of ['run-draft', 'undo']) byId(id).toggleAttribute('disabled', !isOn);
    for (const one of all('.add button')) one.toggleAttribute('disabled', !isOn);
    byId('draft-tag').hidden = !this.draft;
    for (const one of ['variant', 'difference']) byId(`show-${one}`).toggleAttribute('disabled', !this.draft);
  }

  begin() {
    const name = make('input', {id: 'draft-name', required: true, maxlength: 120, autocomplete: 'off'});
    const says = make('p', {class: 'says', role: 'alert'});
    const go = make('button', {class: 'main'}, t('begin'));
    const form = make('form', {class: 'stack'}, make('label', {for: 'draft-name'}, t('name')), name, go, says);
    const shut = this.frame.sheet(t('new_variant'), [form]);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const made = await this.frame.act('/api/drafts', {name: name.value}, says);
      if (!made) return;
      this.wanted = made.id;
      this.draft = null;
      shut();
    });
  }

  /** @param {string} id */
  async open(id) {
    this.wanted = id;
    history.replaceState(null, '', `#${id}`);
    this.accept(await get(`/api/drafts/${id}`));
  }

  /** @param {any} draft */
  async accept(draft) {
    const base = draft.base_run ?? this.draft?.base_run;
    const {streets = this.draft?.streets ?? []} = draft;
    if (!this.draft) this.shows = 'variant';
    this.draft = {...draft, base_run: base, streets};
    this.enable(this.frame.writes);
    this.say();
    await this.map.show(base.id);
    if (this.map.config) this.timeline.nights = this.map.config.nights;
    this.draw();
    let [outcome, says] = [null, ''];
    try {
      outcome = await get(`/api/drafts/${draft.id}/outcome`);
    } catch (error) {
      says = error instanceof Refusal ? error.message : String(error);
    }
    // An answer about a version that is no longer shown comes too late.
    if (this.draft?.id !== draft.id || this.draft.version !== draft.version) return;
    this.outcome = outcome;
    byId('draft-says').textContent = says;
    this.result();
  }

  /**
   * Change the lines; nothing of a line that is refused is lost: the form keeps it.
   *
   * @param {any[]} lines
   * @param {HTMLElement | null} [where]
   */
  async change(lines, where = null) {
    const {draft} = this;
    try {
      const told = await post(`/api/drafts/${draft.id}/lines`, {lines, version: draft.version});
      // What comes of it is not waited for: the next line may be begun.
      this.accept(told);
      return true;
    } catch (error) {
      const text = error instanceof Refusal ? error.message : String(error);
      (where ?? byId('draft-says')).textContent = text;
      this.frame.announce(text);
      if (error instanceof Refusal && error.code === 409) await this.open(draft.id);
      return false;
    }
  }

  async undo() {
    const {draft} = this;
    if (!draft) return;
    const told = await this.frame.act(`/api/drafts/${draft.id}/undo`, {version: draft.version}, byId('draft-says'));
    if (told) await this.accept(told);
  }

  async run() {
    if (!this.draft) return;
    const told = await this.frame.act(`/api/drafts/${this.draft.id}/run`, {}, byId('run-says'));
    if (!told) return;
    byId('run-says').textContent = t('saved_as', {name: told.scenario});
    this.running = told.id;
    if (told.state === 'done') this.finished();
  }

  finished() {
    byId('run-says').textContent = t('run_done');
    byId('run-progress').replaceChildren();
  }

  /** What follows a variant stands at one place always; what it waits for is said beside it. */
  steps() {
    const {draft, frame} = this;
    const ran = draft?.ran;
    const isDone = ran?.state === 'done';
    const isBrought = ran?.proposal?.state === 'open';
    byId('to-compare').toggleAttribute('disabled', !isDone);
    byId('propose').toggleAttribute('disabled', !isDone || ran.is_old || isBrought || !frame.writes);
    byId('steps-say').textContent = stepsWords(draft);
  }

  /** @param {any} event */
  hear({what, body}) {
    if (body.run !== this.running || !this.running) return;
    if (what === 'progress') byId('run-progress').replaceChildren(progressBar(body));
    if (what !== 'run') return;
    if (body.state === 'done') this.finished();
    else byId('run-says').textContent = t(`run_${body.state}`);
  }

  speak() {
    for (const button of all('.add button')) {
      const sort = /** @type {keyof SORTS} */ (button.dataset.sort);
      const shape = sort === 'feed' ? 'add_supplier' : sort;
      const word = make('span', {}, make('i', {class: 'plus'}, '+ '), t(`add_${sort}`).replace(/^\+ /, ''));
      button.replaceChildren(sortIcon(shape), word, make('kbd', {}, SORTS[sort]));
    }
    if (this.draft) {
      this.say();
      this.result();
      this.timeline.speak();
    } else if (this.told) this.empty();
  }

  say() {
    const {base_run: base} = this.draft;
    byId('base-run').replaceChildren(
      make('b', {}, t('run_t0', {number: String(base.number), t0: at(base.t0)})),
      ` · ${nameOf(base)}`
    );
    const rows = this.draft.lines.map((/** @type {any} */ line) => lineRow(this, line));
    byId('lines').replaceChildren(...rows);
    this.steps();
  }

  /** Draw the lines that have a place, and the one that is being drawn. */
  draw() {
    const lines = (this.draft?.lines ?? []).filter((/** @type {any} */ line) => line.on);
    this.map.shut = lines.flatMap((/** @type {any} */ line) => (line.sort === 'close_street' ? [line.street] : []));
    this.map.drawn(drawingsOf(lines, this.form.drawn, this.map, lineName));
    this.map.move(this.timeline.t);
  }

  result() {
    const {outcome, draft} = this;
    this.say();
    const {start, duration, t0} = draft.base_run;
    const base = outcome?.series?.base ?? Array.from(this.map.model?.outSeries ?? []);
    const curves = [{values: base, grey: true}];
    if (outcome?.series) curves.push(/** @type {any} */ ({values: outcome.series.out}));
    this.timeline.take({start, duration, step: outcome?.series?.step ?? 300, curves, issued: t0});
    this.timeline.say(t('lamps_over_time_grey', {what: t('col_base')}));
    const step = outcome?.series?.step ?? this.map.config?.step ?? 300;
    const variant = outcome?.series?.out ?? null;
    this.curve.take({start, duration, nights: this.timeline.nights, step, base, variant});
    byId('result-ms').textContent = outcome ? tookWords(outcome.ms) : '';
    const waits = byId('result-waits');
    waits.hidden = !outcome?.needs_run;
    waits.textContent = t('level_waits');
    const rows = FIGURES.map((name) =>
      outcome ? figure(name, outcome.base[name], outcome.variant?.[name] ?? null) : null
    );
    byId('figures').replaceChildren(...rows.filter((row) => row !== null));
    this.show(this.shows);
  }

  /** @param {string} which */
  show(which) {
    this.shows = which;
    for (const one of SHOWN) byId(`show-${one}`).setAttribute('aria-pressed', String(one === which));
    this.map.vary(which !== 'base' && this.outcome ? this.outcome.groups : []);
    this.moved(this.timeline.t);
  }

  /** @param {number} moment */
  moved(moment) {
    this.map.move(moment);
    const {counts} = this.map;
    if (!counts || !this.draft) return;
    const clock = at(this.draft.base_run.start + moment);
    const apart = this.apart();
    const text = saying(t('map_at', {at: clock}), `${t('n_out_now', {n: counts.out + counts.may})}${apart}`);
    byId('map-at').textContent = text;
    this.map.describe(text);
  }

  /** Mark what is out in one of the two alone, and say how many; nothing where the map shows one of them. */
  apart() {
    const {map} = this;
    if (this.shows !== 'difference' || !this.outcome) {
      map.drawn({...map.drawings, only: []});
      return '';
    }
    const varied = map.outNow();
    const plain = map.outPlain();
    const more = [...varied.keys()].filter((id) => !plain.has(id)).length;
    const less = [...plain.keys()].filter((id) => !varied.has(id)).length;
    const both = new Map([...varied].filter(([id]) => plain.has(id)));
    map.only(both, new Map([...varied, ...plain]));
    return ` · ${t('apart_now', {more: String(more), less: String(less)})}`;
  }

  /** @param {any} found */
  picked(found) {
    if (found.kind === 'asset' && this.map.model) this.form.choose(this.map.model.ids()[found.u]);
  }
}

/** Say of which run of a variant one may compare and propose, or what is missing. @param {any} draft */
function stepsWords(draft) {
  if (!draft) return t('steps_no_variant');
  const {ran} = draft;
  if (!ran) return t('steps_no_run');
  const said = {number: String(ran.number)};
  if (ran.state !== 'done') return t('steps_going', {...said, state: t(`run_${ran.state}`)});
  if (ran.is_old) return t('steps_old', said);
  return saying(t('run_number', said), proposalWords(ran.proposal) || t('steps_ready'));
}

/** @param {number} ms */
function tookWords(ms) {
  return ms < 1000 ? t('computed_in', {ms: number(ms)}) : t('computed_in_s', {s: number(ms / 1000, 1)});
}

/**
 * @param {string} name
 * @param {number} base
 * @param {number | null} variant null: a run alone can tell
 */
function figure(name, base, variant) {
  const decimals = name === 'site_hours' ? 1 : 0;
  const apart = variant === null ? null : variant - base;
  return make(
    'tr',
    {},
    make('th', {scope: 'row'}, t(`f_${name}`)),
    make('td', {}, number(base, decimals)),
    make('td', {}, make('b', {}, variant === null ? '–' : number(variant, decimals))),
    make('td', {}, apart === null ? '–' : apart ? signed(apart, decimals) : '=')
  );
}
