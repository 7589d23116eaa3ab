/** The night computed anew with the river as read: proposed, done by a person, or by the desk where one allows it. */

import {byId, make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {stillWords} from './approve.js';
import {drawRiver} from './river_chart.js';
import {at, level, span, t} from './start.js';

/** @import {Frame} from './frame.js' */

const HOURS = [1, 2, 4, 8, 12];

export class Rerun {
  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    /** @type {any} */
    this.told = null;
    this.isOpen = false;
    this.says = make('p', {class: 'says', role: 'status'});
    byId('rerun-open').addEventListener('click', () => this.open());
  }

  /** @param {any} told the picture of the night */
  take(told) {
    this.told = told;
    const {proposal, allowed} = told.rerun;
    const state = byId('rerun-state');
    const words = [
      proposal ? make('strong', {}, offWords(proposal)) : null,
      allowed ? this.allowedWords(allowed) : null
    ];
    state.replaceChildren(...words.filter((one) => one !== null).flatMap((one, i) => (i ? [' ', one] : [one])));
    byId('rerun').hidden = !told.latest;
    if (this.isOpen && !byId('sheet').hidden && byId('sheet').contains(this.says)) this.fill();
    else this.isOpen = false;
  }

  /** @param {any} allowed */
  allowedWords(allowed) {
    const words = t('rerun_allowed', {by: allowed.by, until: at(allowed.until)});
    return make('span', {}, `${words} `, stillWords(allowed.until, this.frame.now));
  }

  /** Open the sheet: both curves, what is proposed, what the desk may do by itself and within which limits. */
  open() {
    if (!this.told) return;
    this.says.textContent = '';
    this.body = make('div', {class: 'stack rerun'});
    this.frame.sheet(t('rerun_title'), [this.body, this.says]);
    this.isOpen = true;
    this.fill();
    this.body.querySelector('button')?.focus();
  }

  fill() {
    const {body, told, frame} = this;
    if (!body) return;
    const {rerun, river, latest} = told;
    const {proposal} = rerun;
    const chart = make('div', {class: 'plot rerun-chart'});
    /** @type {HTMLElement[]} */
    const parts = [
      make('p', {}, proposal ? offWords(proposal) : this.noneWords()),
      chart,
      make('p', {class: 'soft'}, t('rerun_key')),
      ...(proposal ? [make('p', {}, peakWords(proposal))] : []),
      make('p', {class: 'soft'}, river.passed?.says[frame.lang] ?? t('rerun_not_judged'))
    ];
    if (frame.writes) parts.push(this.runButton(proposal), ...this.allowParts());
    else if (rerun.allowed) parts.push(this.allowedWords(rerun.allowed));
    const {apart_s: apart, differs_m: differs, old_s: old} = rerun.limits;
    const limits = {differs: number(Math.round(differs * 100)), old: span(old), apart: span(apart)};
    parts.push(make('p', {class: 'soft'}, t('rerun_limits', limits)));
    const focused = document.activeElement?.id;
    const kept = /** @type {HTMLSelectElement | null} */ (document.getElementById('rerun-until'))?.value;
    body.replaceChildren(...parts);
    const until = /** @type {HTMLSelectElement | null} */ (document.getElementById('rerun-until'));
    if (until && kept) until.value = kept;
    if (focused && focused.startsWith('rerun-')) document.getElementById(focused)?.focus();
    drawRiver(chart, {...river, marks: []}, frame.now, {t0: latest?.t0 ?? null});
  }

  /** Why nothing is proposed. */
  noneWords() {
    const {river, rerun} = this.told;
    if (!river.newest || this.frame.now - river.newest.observed > rerun.limits.old_s) return t('rerun_no_reading');
    return river.anchored
      ? t('rerun_near', {differs: number(Math.round(rerun.limits.differs_m * 100))})
      : t('no_curve');
  }

  /** @param {any} proposal */
  runButton(proposal) {
    const run = make('button', {type: 'button', class: 'main writes', id: 'rerun-run'}, t('rerun_go'));
    run.toggleAttribute('disabled', !proposal && !this.told.river.anchored);
    run.addEventListener('click', async () => {
      const made = await this.frame.act('/api/river/run', {}, this.says);
      if (made) this.says.textContent = t('started_run', {number: String(made.number)});
    });
    return run;
  }

  allowParts() {
    const {allowed} = this.told.rerun;
    const {now} = this.frame;
    if (allowed) {
      const stop = make('button', {type: 'button', class: 'writes', id: 'rerun-stop'}, t('rerun_stop'));
      stop.addEventListener('click', () => this.frame.act('/api/river/allow', {until: Math.round(now) - 1}, this.says));
      return [make('p', {}, this.allowedWords(allowed)), stop];
    }
    const until = make(
      'select',
      {id: 'rerun-until'},
      ...HOURS.map((h) =>
        make('option', {value: h, selected: h === 2}, `${t('hours_n', {n: String(h)})} (${at(now + h * 3600)})`)
      )
    );
    const allow = make('button', {type: 'button', class: 'writes', id: 'rerun-allow'}, t('rerun_allow'));
    allow.addEventListener('click', () => {
      const most = this.told.rerun.limits.most_s;
      const wanted = Math.round(this.frame.now) + Math.min(most - 60, Number(until.value) * 3600);
      this.frame.act('/api/river/allow', {until: wanted}, this.says);
    });
    return [make('label', {for: 'rerun-until'}, t('rerun_until')), until, allow];
  }
}

/** @param {any} proposal */
function offWords({off_m: off, number: n, read_at: read}) {
  const values = {off: number(Math.abs(Math.round(off * 100))), number: String(n), at: at(read)};
  return t(off > 0 ? 'rerun_above' : 'rerun_below', values);
}

/** @param {any} proposal */
function peakWords({peak, peak_before: before, way, earlier_s: earlier}) {
  const shift = span(Math.abs(earlier));
  const first = way === 'shifted' ? t(earlier > 0 ? 'held_shifted' : 'held_later', {time: shift}) : t(`rerun_${way}`);
  if (!peak || !before) return first;
  const levels = {before: level(before.level), before_at: at(before.at), peak: level(peak.level), peak_at: at(peak.at)};
  return `${first} ${t('rerun_peaks', levels)}`;
}
