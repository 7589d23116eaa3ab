/** What to protect first: each thing with what it spares and the height it takes, a plan, cuts with their trade. */

import {all, byId, inputById, make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {costForm} from './cost_form.js';
import {DeskMap} from './desk_map.js';
import {progressBar} from './progress.js';
import {ProtectDetail} from './protect_detail.js';
import {planOf} from './protect_plan.js';
import {at, atDay, nameOf, signed, span, t} from './start.js';

/** @import {Frame} from './frame.js' */

/** Rows that are drawn on the map. */
const DRAWN = 20;
/** The longest bar of a height [m]. */
const TALL_M = 1.2;

export class Protect {
  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.run = location.hash.slice(1);
    this.by = 'sites';
    this.chosen = '';
    this.said = '';
    /** @type {any} */
    this.told = null;
    this.map = new DeskMap('map', (found) => {
      if (found.kind === 'asset' && this.map.model) this.choose(this.map.model.ids()[found.u], false);
    });
    this.about = new ProtectDetail(
      {
        title: byId('detail-title'),
        aside: byId('detail-aside'),
        curve: byId('detail-curve'),
        attempt: byId('detail-try'),
        says: byId('detail-says')
      },
      (row, cm) => this.raise(row, cm),
      frame.writes
    );
    this.keys = {ArrowDown: () => this.step(1), ArrowUp: () => this.step(-1), r: () => frame.again()};
    for (const button of all('#objective button')) {
      button.addEventListener('click', () => {
        this.by = button.dataset.by ?? 'sites';
        this.objective();
        this.other();
      });
    }
    byId('run').addEventListener('change', () => {
      this.run = inputById('run').value;
      history.replaceState(null, '', `#${this.run}`);
      this.other();
    });
    byId('compute').addEventListener('click', () => this.compute());
    byId('budget').addEventListener('click', () =>
      costForm(frame, {key: 'budget', title: t('budget')}, this.told.costs)
    );
    if (!frame.writes) for (const one of all('.writes')) one.hidden = true;
  }

  get path() {
    return `/api/rank?by=${this.by}${this.run ? `&run=${this.run}` : ''}`;
  }

  /** Ask for another ranking: until it is told, nothing is computed of the one before. */
  other() {
    byId('compute').toggleAttribute('disabled', true);
    this.said = '';
    this.frame.picture();
  }

  async compute() {
    const {run} = this.told;
    const isGoing = this.told.state === 'running';
    const path = isGoing ? '/api/rank/stop' : '/api/rank';
    if (await this.frame.act(path, {run: run?.id ?? '', by: this.by}, byId('rank-says'))) {
      byId('rank-says').textContent = '';
      await this.frame.picture();
    }
  }

  runs() {
    return [this.told?.run?.id];
  }

  /** @param {any} told */
  take(told) {
    this.told = told;
    // The same picture again moves nothing, and leaves the focus where it is.
    const said = JSON.stringify([told.runs, told.run, told.state, told.rows, told.plan, told.cuts, told.costs]);
    if (said === this.said) return;
    this.said = said;
    // The first of the list is told until somebody chooses.
    if (!told.rows.some((/** @type {any} */ row) => row.asset === this.chosen)) this.chosen = told.rows[0]?.asset ?? '';
    this.say();
    this.show();
  }

  async show() {
    const {run} = this.told;
    await this.map.show(run?.id ?? '');
    const {model} = this.map;
    if (!model || !run) return;
    // The water at its worst: when most lamps are out.
    const out = Array.from(model.outSeries);
    this.map.move(out.indexOf(Math.max(...out)) * (this.map.config?.step ?? 300));
    byId('map-at').textContent = t('map_at', {at: at(run.start + this.map.t)});
    this.draw();
  }

  /** @param {any} event */
  hear({what, body}) {
    if (what === 'progress' && body.rank && body.rank === this.told?.key) this.progress(body);
  }

  speak() {
    if (this.told) byId('rank-says').replaceChildren();
    this.say();
  }

  say() {
    const {told} = this;
    if (!told) return;
    const options = told.runs.map((/** @type {any} */ one) =>
      make(
        'option',
        {value: one.id, selected: one.id === told.run?.id},
        `${t('run_number', {number: String(one.number)})} · ${nameOf(one)}`
      )
    );
    byId('run').replaceChildren(...options);
    this.objective();
    this.state();
    this.rows();
    this.plan();
    this.cuts();
    this.detail();
  }

  objective() {
    for (const one of all('#objective button')) one.setAttribute('aria-pressed', String(one.dataset.by === this.by));
  }

  /** Where the ranking stands: nobody asked for it, it goes, it is there, it failed, it was stopped. */
  state() {
    const {state, run, error, asked_by: by, asked_at: asked, took_s: took, is_again: isAgain} = this.told;
    const compute = byId('compute');
    compute.textContent = t(state === 'running' ? 'stop_run' : 'rank_go');
    compute.toggleAttribute('disabled', !run);
    compute.hidden = state === 'done' || !this.frame.writes;
    byId('budget').toggleAttribute('disabled', state !== 'done');
    const {budget} = this.told.costs;
    byId('budget').textContent = budget ? t('budget_is', {budget: number(budget.cost)}) : t('budget_none');
    const words = {
      none: () => (run ? t('rank_none') : t('empty_run')),
      running: () => t('rank_running'),
      done: () => t('rank_done', {by, at: atDay(asked, this.frame.now), time: span(took)}),
      failed: () => t('rank_failed', {why: error}),
      stopped: () => t('rank_stopped', {by: error || by})
    };
    const again =
      isAgain && ['running', 'done'].includes(state) ? t('rank_again', {by, at: atDay(asked, this.frame.now)}) : '';
    byId('rank-state').textContent = [words[/** @type {keyof words} */ (state)](), again].filter(Boolean).join(' · ');
    if (state === 'running') this.progress(this.told.progress);
    else byId('rank-progress').replaceChildren();
  }

  /** @param {any} progress */
  progress(progress) {
    byId('rank-progress').replaceChildren(progressBar({...progress, said: undefined, doing: t('rank_doing')}));
  }

  rows() {
    const {run, rows, count = 0, untouched = 0, lines, state} = this.told;
    byId('rank-n').textContent = state === 'done' ? t('rank_counts', {n: count, dry: number(untouched)}) : '';
    const words = {done: 'rank_nothing', none: run ? 'rank_says' : 'empty_run'};
    const text = state in words ? t(words[/** @type {keyof words} */ (state)]) : byId('rank-state').textContent;
    const none = make('td', {colspan: 9, class: 'empty'}, text);
    byId('rank-rows').replaceChildren(
      ...(rows.length ? rows.map((/** @type {any} */ row) => this.row(row)) : [make('tr', {}, none)])
    );
    const said = lines ? lines[this.frame.lang].slice(0, 1).concat(lines[this.frame.lang].slice(2)) : [];
    byId('rank-lines').replaceChildren(...said.map((/** @type {string} */ line) => make('p', {}, line)));
  }

  /** @param {any} row */
  row(row) {
    const isChosen = row.asset === this.chosen;
    const name = make('button', {type: 'button', class: 'plain', 'aria-pressed': String(isChosen)});
    name.append(make('strong', {}, row.asset), ` ${called(row)}`);
    name.addEventListener('click', () => this.choose(row.asset, true));
    const cost = make('button', {type: 'button', class: 'plain', title: this.author(row)});
    cost.append(row.cost === null ? '–' : number(row.cost));
    cost.setAttribute('aria-label', t('cost_of', {asset: row.asset, cost: row.cost === null ? '–' : number(row.cost)}));
    cost.disabled = !this.frame.writes;
    cost.addEventListener('click', () => {
      const kind = this.told.kinds[row.kind]?.[this.frame.lang]?.many ?? row.kind;
      costForm(this.frame, {key: row.asset, title: row.asset, kind: row.kind, kinds: kind}, this.told.costs);
    });
    const lights = make('p', {class: 'soft'}, t('place_by_lamps', {n: number(row.by_lamps)}));
    return make(
      'tr',
      {class: isChosen ? 'sel' : false, 'data-asset': row.asset},
      make('td', {}, make('i', {class: `mark ${row.by}`, 'aria-hidden': 'true'}, String(row.place))),
      make('td', {}, name, this.then(row)),
      make('td', {}, row.by === 'grid' ? make('span', {class: 'tag3'}, t('to_ask')) : t('of_city')),
      make('td', {class: 'h'}, this.height(row)),
      make('td', {class: 'r', 'data-unit': ` ${t('unit_lamp_hours')}`}, make('b', {}, number(row.spared.lamp)), lights),
      make('td', {class: 'r'}, make('b', {}, number(row.spared.people))),
      make('td', {class: 'nar2'}, row.spared.site ? `${number(row.spared.site, 1)} h` : '–', this.kept(row)),
      make('td', {class: 'r'}, cost),
      make('td', {class: 'c'}, row.step ? make('span', {class: 'tick3'}, t('in_plan', {n: String(row.step)})) : '')
    );
  }

  /** @param {any} row */
  author(row) {
    const one = this.told.costs[row.asset] ?? this.told.costs[row.kind];
    return one ? t('by_at', {by: one.by, at: atDay(one.at, this.frame.now)}) : '';
  }

  /** What still puts it out. @param {any} row */
  then({then, then_at: moment}) {
    return then ? make('p', {class: 'soft'}, t('then_root', {root: then, at: at(moment)})) : null;
  }

  /** @param {any} row */
  height({height_m: height, more_m: more}) {
    if (!height) return '–';
    const box = make('div', {class: 'hb'}, make('b', {}, `${number(height, 2)}\u00a0m`));
    const bar = make('meter', {min: 0, max: TALL_M, value: Math.min(height, TALL_M), 'aria-hidden': 'true'});
    box.append(bar, make('p', {class: 'soft'}, t('at_more_water', {height: `${number(more, 2)}\u00a0m`})));
    return box;
  }

  /** @param {any} row */
  kept({sites}) {
    return sites.length ? make('p', {class: 'soft'}, sites.slice(0, 2).join(', ')) : null;
  }

  /** @param {any} row @param {number} cm */
  raise(row, cm) {
    const line = {sort: 'raise', by_m: cm / 100};
    this.add(row.raises.length === 1 ? {...line, asset: row.raises[0]} : {...line, assets: row.raises}, row.asset);
  }

  /**
   * Put a measure into the variant of this run that was begun last.
   *
   * @param {object} line
   * @param {string} asset
   */
  async add(line, asset) {
    const {run} = this.told;
    const says = byId('rank-says');
    const name = t('variant_name', {number: String(run.number)});
    const made = await this.frame.act('/api/drafts/add', {base: run.id, name, line}, says);
    if (!made) return;
    const words = t(made.was_there ? 'was_in_variant' : 'now_in_variant', {asset, name: made.name});
    says.replaceChildren(`${words} `, make('a', {href: `/whatif#${made.id}`}, t('open_variant')));
    this.frame.announce(words);
  }

  plan() {
    const places = {says: byId('plan-says'), bar: byId('plan-bar'), count: byId('plan-n')};
    planOf(places, this.told, this.frame.lang, (asset) => this.choose(asset, true));
  }

  cuts() {
    const {cuts, cuts_says: says, state, lead_s: lead} = this.told;
    byId('cuts-n').textContent = t('cuts_lead', {time: span(lead)});
    byId('cuts-says').textContent = says ? says[this.frame.lang] : '';
    const none = make('td', {colspan: 7, class: 'empty'}, state === 'done' ? t('cuts_none') : t('plan_waits'));
    byId('cut-rows').replaceChildren(
      ...(cuts.length ? cuts.map((/** @type {any} */ cut) => this.cut(cut)) : [make('tr', {}, none)])
    );
  }

  /** @param {any} cut */
  cut(cut) {
    const {asset, costs} = cut;
    const name = make('button', {type: 'button', class: 'plain'}, make('strong', {}, asset));
    name.append(` ${called(cut)}`);
    name.addEventListener('click', () => this.map.find(asset));
    const add = make(
      'button',
      {type: 'button', class: 'writes', 'aria-label': t('cut_in_variant', {asset})},
      t('to_variant')
    );
    const until = cut.until_s === null ? {} : {until_s: cut.until_s};
    add.addEventListener('click', () => this.add({sort: 'cut', asset, at_s: cut.at_s, ...until}, asset));
    const near = cut.near.map((/** @type {string} */ word) => t(`near_${word}`)).join(', ');
    return make(
      'tr',
      {},
      make('td', {}, name, cut.by === 'grid' ? make('p', {class: 'soft'}, t('to_ask')) : null),
      make(
        'td',
        {'data-label': t('col_cut_at')},
        make('b', {}, at(cut.at)),
        make('p', {class: 'soft'}, cut.until ? at(cut.until) : t('beyond'))
      ),
      make(
        'td',
        {'data-label': t('col_live')},
        span(cut.live_s),
        make('p', {class: 'soft'}, t('with_the_cut', {time: span(cut.live_after_s)}))
      ),
      make('td', {class: 'nar2'}, cut.near_s ? span(cut.near_s) : '–', make('p', {class: 'soft'}, near)),
      make('td', {class: 'r', 'data-label': t('col_lamp_hours_more')}, make('b', {}, signed(Math.round(costs.lamp)))),
      make('td', {class: 'r', 'data-label': t('col_people_hours_more')}, signed(Math.round(costs.people))),
      make('td', {}, this.frame.writes ? add : null)
    );
  }

  /** @param {number} by */
  step(by) {
    const rows = this.told?.rows ?? [];
    if (!rows.length) return;
    const here = rows.findIndex((/** @type {any} */ row) => row.asset === this.chosen);
    const next = rows[Math.max(0, Math.min(rows.length - 1, here + by))];
    this.choose(next.asset, true);
    const button = document.querySelector(`[data-asset="${CSS.escape(next.asset)}"] button`);
    if (button instanceof HTMLElement) button.focus();
  }

  /**
   * @param {string} asset
   * @param {boolean} isFound whether the map goes there
   */
  choose(asset, isFound) {
    if (!this.told.rows.some((/** @type {any} */ row) => row.asset === asset)) return;
    this.chosen = asset;
    for (const one of all('#rank-rows tr')) {
      const isChosen = one.dataset.asset === asset;
      one.classList.toggle('sel', isChosen);
      one.querySelector('button.plain')?.setAttribute('aria-pressed', String(isChosen));
    }
    this.detail();
    this.draw();
    if (isFound) this.map.find(asset);
  }

  detail() {
    const row = this.told.rows.find((/** @type {any} */ one) => one.asset === this.chosen);
    const run = this.told.run?.id ?? '';
    const asset = encodeURIComponent(this.chosen);
    this.about.take(row, `/api/rank/curve?by=${this.by}&run=${run}&asset=${asset}`);
  }

  draw() {
    const marks = this.told.rows.slice(0, DRAWN).flatMap((/** @type {any} */ row) => {
      const place = this.map.place(row.asset) ?? this.map.place(row.raises[0] ?? '');
      if (!place) return [];
      const shape = row.by === 'grid' ? 'square' : 'circle';
      return [{x: place[0], y: place[1], text: String(row.place), shape, isChosen: row.asset === this.chosen}];
    });
    this.map.drawn({marks, lines: []});
    this.map.describe(t('rank_map', {n: marks.length}));
  }
}

/**
 * Give what a thing is called beside its id, with its street where the name does not say it.
 *
 * @param {{name: string, street: string}} of
 */
function called({name, street}) {
  const isSaid = !street || name.toLowerCase().includes(street.toLowerCase());
  return isSaid ? name : name ? `${name}, ${street}` : street;
}
