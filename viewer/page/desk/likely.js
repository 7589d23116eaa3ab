/** How likely: many nights of one run, in three words on the map; of one thing how often, before when, and why. */

import {icon} from '../operator/rows.js';
import {byId, inputById, make, rich} from '../parts/dom.js';
import {decidingStrip} from './deciding_strip.js';
import {DeskMap} from './desk_map.js';
import {get, Refusal, saidOf} from './net.js';
import {nightsForm} from './nights_form.js';
import {progressBar} from './progress.js';
import {at, atDay, nameOf, saying, secondsOf, t, timeText} from './start.js';
import {Timeline, timeKeys} from './timeline.js';
import {whenStrip} from './when_strip.js';

/** @import {Frame} from './frame.js' */

/** Words of the map, the surest first, with what counts them. */
const WORDS = /** @type {const} */ (['out', 'likely', 'possible', 'unlikely', 'lit']);
const DAY_S = 86_400;
const WAIT_MS = 180;
/** Streets that are offered, at most. */
const STREETS = 6;

export class Likely {
  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    // The name of a run, then an asset: both are kept in the address.
    this.run = location.hash.slice(1, 17);
    this.asset = decodeURIComponent(location.hash.slice(18));
    this.said = '';
    /** @type {any} */
    this.told = null;
    /** @type {any} */
    this.answer = null;
    this.map = new DeskMap('map', (found) => {
      if (found.kind === 'asset' && this.map.model) this.ask(this.map.model.ids()[found.u]);
      if (found.kind === 'street' && this.map.model) this.ask(this.map.model.streets[found.street]);
    });
    this.timeline = new Timeline(
      (moment) => this.moved(moment),
      () => frame.now
    );
    /** @type {Record<string, () => void>} */
    this.keys = {...timeKeys(this.timeline), f: () => byId('likely-asset').focus(), n: () => byId('draw').click()};
    byId('ensemble').addEventListener('change', () => {
      this.run = inputById('ensemble').value;
      this.answer = null;
      frame.picture();
    });
    byId('draw').addEventListener('click', () => nightsForm(frame, this.told, () => frame.picture()));
    byId('likely-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.ask(inputById('likely-asset').value.trim());
    });
    byId('likely-asset').addEventListener('input', () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.offer(), WAIT_MS);
    });
    byId('likely-until').addEventListener('change', () => this.asset && this.ask(this.asset));
    if (!frame.writes) byId('draw').hidden = true;
  }

  get path() {
    return `/api/likely${this.run ? `?run=${this.run}` : ''}`;
  }

  runs() {
    return [this.told?.run?.id];
  }

  /** @param {any} told */
  take(told) {
    this.told = told;
    this.going();
    const said = JSON.stringify([told.ensembles.map((/** @type {any} */ one) => [one.id, one.state]), told.run]);
    if (said === this.said) return;
    this.said = said;
    this.say();
    this.show();
  }

  async show() {
    const {run} = this.told;
    await this.map.show(run?.id ?? '');
    if (!run) {
      this.map.say(t('likely_none'));
      return;
    }
    if (!this.map.model || !this.map.config) return;
    this.timeline.nights = this.map.config.nights;
    const curves = [{values: Array.from(this.map.model.outSeries)}];
    const {start, duration, t0} = run;
    this.timeline.take({start, duration, step: this.map.config.step, curves, issued: t0});
    this.timeline.say(t('lamps_of_plan'));
    this.moved(this.timeline.t);
    const [first] = this.told.sites;
    if (!inputById('likely-until').value) inputById('likely-until').value = this.hour(run);
    if (this.asset || first) await this.ask(this.asset || first.asset);
  }

  /** The hour that is asked about at first: two hours from now, within the run. @param {any} run */
  hour({start, duration}) {
    const moment = Math.min(Math.max(this.frame.now, start) + 7200, start + duration);
    return timeText(Math.round(moment / 3600) * 3600, this.frame.offset);
  }

  speak() {
    if (!this.told) return;
    this.say();
    this.answered();
    this.timeline.speak();
    this.timeline.say(t('lamps_of_plan'));
  }

  /** @param {any} event */
  hear({what, body}) {
    if (what !== 'progress') return;
    const row = this.told?.ensembles.find((/** @type {any} */ one) => one.id === body.run);
    if (row) Object.assign(row, {progress: body, place: 0});
    this.going();
  }

  say() {
    const {told} = this;
    const done = told.ensembles.filter((/** @type {any} */ one) => one.state === 'done');
    byId('ensemble').replaceChildren(
      ...done.map((/** @type {any} */ one) => {
        const nights = t('n_nights', {n: one.nights});
        return make(
          'option',
          {value: one.id, selected: one.id === told.run?.id},
          `${t('run_number', {number: String(one.number)})} · ${nights} · ${nameOf(one)}`
        );
      })
    );
    const chosen = /** @type {HTMLSelectElement} */ (byId('ensemble'));
    for (const one of [chosen, ...chosen.labels]) one.hidden = !done.length;
    const words = told.told?.[this.frame.lang];
    byId('likely-empty').hidden = Boolean(told.run);
    byId('likely-empty').textContent = t(told.runs.length ? 'likely_none' : 'empty_run');
    byId('likely-answer').hidden = !told.run;
    this.sites();
    byId('figures-n').textContent = told.run ? t('n_nights', {n: told.n}) : '';
    const heads = words ? ['', ...words.columns] : [];
    byId('figure-head').replaceChildren(
      ...heads.map((/** @type {string} */ head, /** @type {number} */ k) =>
        k ? make('th', {scope: 'col', class: 'r'}, head) : make('td', {})
      )
    );
    byId('figure-rows').replaceChildren(
      ...(words?.figures ?? []).map((/** @type {[string, ...[string, string][]]} */ [name, ...values]) =>
        make(
          'tr',
          {},
          make('th', {scope: 'row'}, name),
          ...values.map(([value, bounds]) => make('td', {class: 'r'}, value, make('small', {}, bounds)))
        )
      )
    );
    byId('draw').toggleAttribute('disabled', !told.runs.length);
    byId('figure-lines').replaceChildren(
      ...(words?.lines ?? [t('likely_waits')]).map((/** @type {string} */ line) => make('p', {}, line))
    );
    this.going();
  }

  /** What is drawn now, and what became of the last that ended badly. */
  going() {
    if (!this.told) return;
    const rows = this.told.ensembles.filter((/** @type {any} */ one) => one.state !== 'done');
    const [last] = this.told.ensembles;
    byId('likely-going').replaceChildren(
      ...rows
        .filter((/** @type {any} */ one) => ['queued', 'running'].includes(one.state) || one === last)
        .map((/** @type {any} */ one) => this.waiting(one))
    );
  }

  /** @param {any} row */
  waiting(row) {
    const name = `${t('run_number', {number: String(row.number)})} · ${t('n_nights', {n: row.nights})}`;
    if (!['queued', 'running'].includes(row.state)) {
      const why = row.error ? ` ${t('failed_says', {why: saidOf(row) ?? ''})}` : '';
      return make('p', {class: 'stale'}, `${saying(name, t(`run_${row.state}`))}.${why} ${t('nights_kept')}`);
    }
    const stop = make('button', {type: 'button', class: 'writes'}, t(row.state === 'queued' ? 'take_out' : 'stop_run'));
    stop.addEventListener('click', () => this.frame.act(`/api/runs/${row.id}/stop`, {}));
    const bar = row.progress?.doing ? progressBar(row.progress) : make('p', {class: 'soft'}, t(`run_${row.state}`));
    return make('div', {class: 'going'}, make('b', {}, name), bar, this.frame.writes ? stop : null);
  }

  sites() {
    const rows = (this.told.sites ?? []).map((/** @type {any} */ site) => {
      const [often, between] = site.share.said[this.frame.lang];
      const name = make('button', {type: 'button', class: 'plain', 'aria-pressed': String(site.asset === this.asset)});
      name.append(make('strong', {}, site.name));
      name.addEventListener('click', () => this.ask(site.asset, true));
      const bar = make('meter', {min: 0, max: 10, value: site.share.tenths, 'aria-hidden': 'true'});
      const {first} = site;
      const when = first ? t('between_hours', {from: this.at(first[0]), to: this.at(first[2])}) : '–';
      const people = site.people === null ? '' : t('people', {n: site.people});
      return make(
        'tr',
        {class: site.asset === this.asset ? 'sel' : false, 'data-asset': site.asset},
        make('td', {}, name, make('p', {class: 'soft'}, [people, site.street].filter(Boolean).join(' · '))),
        make('td', {}, bar, make('p', {}, make('b', {}, site.share.count ? often : t('in_no_night')))),
        make('td', {'data-label': first ? t('col_out_between') : false}, when, make('p', {class: 'soft'}, between))
      );
    });
    const none = make(
      'tr',
      {},
      make('td', {colspan: 3, class: 'empty'}, t(this.told.run ? 'likely_no_sites' : 'likely_waits'))
    );
    byId('likely-sites').replaceChildren(...(rows.length ? rows : [none]));
  }

  /** @param {number} epoch */
  at(epoch) {
    return atDay(epoch, this.frame.now);
  }

  /** @param {number} moment */
  moved(moment) {
    this.map.move(moment);
    const {run} = this.told ?? {};
    const {counts} = this.map;
    if (!run || !counts || this.map.run !== run.id) return;
    const clock = at(run.start + moment);
    byId('map-at').textContent = t('map_at', {at: clock});
    const parts = WORDS.map((word) => {
      const said = rich(make('span'), t(`legend_${word}_n`, {n: counts[word] ?? 0}));
      said.prepend(icon(word === 'out' ? 'lamp_dark' : `lamp_${word}`));
      return said;
    });
    byId('legend').replaceChildren(...parts);
    this.map.describe(saying(t('map_at', {at: clock}), byId('legend').textContent ?? ''));
  }

  async offer() {
    const typed = inputById('likely-asset').value.trim();
    if (!typed) return;
    const {found} = await get(`/api/find?q=${encodeURIComponent(typed)}`);
    const begins = typed.toLocaleLowerCase();
    const streets = (this.map.model?.streets ?? []).filter((one) => one.toLocaleLowerCase().includes(begins));
    byId('found').replaceChildren(
      ...streets.slice(0, STREETS).map((one) => make('option', {value: one})),
      ...found.map((/** @type {any} */ one) =>
        make('option', {value: one.asset}, [one.name, one.street].filter(Boolean).join(', '))
      )
    );
  }

  /** The moment of the run that the hour says: the first one from its start on; null for no hour. */
  until() {
    const ofDay = secondsOf(inputById('likely-until').value);
    if (Number.isNaN(ofDay)) return null;
    const {start} = this.told.run;
    const midnight = Math.floor((start + this.frame.offset) / DAY_S) * DAY_S - this.frame.offset;
    const moment = midnight + ofDay;
    return moment < start ? moment + DAY_S : moment;
  }

  /**
   * @param {string} wanted an asset, or a street
   * @param {boolean} [isFound] whether the map goes there
   */
  async ask(wanted, isFound = false) {
    const {run} = this.told;
    if (!run || !wanted) return;
    const street = this.map.model?.streets.find((one) => one && one.toLocaleLowerCase() === wanted.toLocaleLowerCase());
    const asset = street ?? wanted.toUpperCase();
    const named = street ? `street=${encodeURIComponent(street)}` : `asset=${encodeURIComponent(asset)}`;
    this.asset = asset;
    this.map.street = street ? (this.map.model?.streets.indexOf(street) ?? 0) : 0;
    this.map.move(this.timeline.t);
    inputById('likely-asset').value = asset;
    const until = this.until();
    const before = until === null ? '' : `&before=${until}`;
    try {
      const answer = await get(`/api/likely/asset?run=${run.id}&${named}${before}`);
      if (this.asset !== asset) return;
      this.answer = answer;
      byId('likely-says').textContent = '';
    } catch (error) {
      this.answer = null;
      byId('likely-says').textContent = error instanceof Refusal ? error.message : String(error);
    }
    history.replaceState(null, '', `#${run.id}-${encodeURIComponent(asset)}`);
    this.sites();
    this.answered();
    if (isFound) this.map.find(asset);
  }

  answered() {
    const {answer, frame} = this;
    const holder = byId('likely-told');
    if (!answer) {
      holder.replaceChildren();
      return;
    }
    const {ever, before, until, decides} = answer;
    const isStreet = answer.lamps !== undefined;
    const named = isStreet
      ? [answer.street]
      : [answer.asset, answer.name && answer.name !== answer.asset ? answer.name : '', answer.street];
    const share = before ?? ever;
    const [often, between] = share.said[frame.lang];
    const keys = isStreet ? ['half_out_ever', 'half_out_before'] : ['goes_out_ever', 'goes_out_before'];
    const key = keys[until === null ? 0 : 1];
    const title = t(key, {n: String(answer.lamps ?? ''), at: until === null ? '' : this.at(until)});
    const big = make('p', {class: 'tenths'}, make('b', {class: 'big'}, this.tenths(share)), make('span', {}, title));
    big.append(make('span', {class: 'soft'}, `${often} (${between})`));
    const told = answer.lines[frame.lang];
    const all = before ? make('p', {}, t('ever_is', {often: ever.said[frame.lang][0]})) : null;
    holder.replaceChildren(
      make('h2', {}, make('span', {}, named.filter(Boolean).join(', '))),
      big,
      ...(all ? [all] : []),
      ...(decides ? [make('h3', {}, t('what_decides')), decidingStrip(decides)] : []),
      make('h3', {}, t('what_settles')),
      ...answer.settles[frame.lang].map((/** @type {string} */ line) => make('p', {class: 'settles'}, line)),
      ...this.whenOf(answer),
      ...(told.length ? [make('h3', {}, t('what_else'))] : []),
      ...told.map((/** @type {string} */ line) => make('p', {class: 'line-told'}, line))
    );
    frame.announce(saying(title, often));
  }

  /** Between which hours, as a strip; nothing where it never happens, or too seldom to tell. @param {any} answer */
  whenOf({hours}) {
    if (!hours) return [];
    const strip = whenStrip(this.told.run, this.timeline.nights, hours, (epoch) => this.at(epoch));
    return [make('h3', {}, t('when_title')), strip];
  }

  /** @param {any} share */
  tenths({tenths, count}) {
    if (!count) return t('tenths_none');
    return tenths >= 10 ? t('tenths_all') : t('tenths_n', {n: String(tenths)});
  }
}
