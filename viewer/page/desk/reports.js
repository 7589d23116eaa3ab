/** Reports: what leaves the desk as a file, from which run and for which moment, who made it and who released it. */

import {byId, inputById, make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {atDay, pastMoment, t} from './start.js';

/** @import {Frame} from './frame.js' */

export class Reports {
  path = '/api/reports';

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    /** @type {any} */
    this.told = null;
    this.run = location.hash.slice(1);
    /** Sorts that are being made. @type {Set<string>} */
    this.going = new Set();
    this.offered = '';
    this.keys = {r: () => frame.again()};
    byId('make-form').addEventListener('submit', (event) => event.preventDefault());
    byId('run').addEventListener('change', () => {
      this.run = inputById('run').value;
      this.sorts();
    });
    inputById('released-by').value = frame.person.name;
    inputById('report-lang').value = frame.lang;
  }

  /** @param {any} told */
  take(told) {
    this.told = told;
    this.say();
  }

  speak() {
    byId('report-says').replaceChildren();
    if (this.told) this.say();
  }

  say() {
    this.options();
    this.sorts();
    this.made();
  }

  /** The run that files are made from: the one chosen, else the approved, else the latest. */
  get from() {
    const {runs, approved, latest} = this.told;
    for (const id of [this.run, approved?.id, latest?.id]) {
      const found = runs.find((/** @type {any} */ one) => one.id === id);
      if (found) return found;
    }
    return undefined;
  }

  options() {
    const {runs, approved, streets} = this.told;
    const offered = JSON.stringify([runs, approved?.id, streets.length, this.frame.lang]);
    // A form that is being filled in is not made anew.
    if (offered === this.offered) return;
    this.offered = offered;
    const chosen = this.from?.id;
    byId('run').replaceChildren(
      ...runs.map((/** @type {any} */ one) => {
        const mark = one.id === approved?.id ? ` · ${t('run_approved')}` : '';
        return make('option', {value: one.id, selected: one.id === chosen}, `n° ${one.number} · ${one.name}${mark}`);
      })
    );
    const kept = inputById('street').value;
    byId('street').replaceChildren(
      make('option', {value: ''}, t('leaflet_all')),
      ...streets.map((/** @type {string} */ one) => make('option', {value: one, selected: one === kept}, one))
    );
  }

  get isApproved() {
    return this.from !== undefined && this.from.id === this.told.approved?.id;
  }

  sorts() {
    const {sorts, contacts} = this.told;
    const says = this.from ? t(this.isApproved ? 'from_approved' : 'from_not_approved') : t('empty_run');
    byId('run-says').textContent = says;
    for (const [id, isReleased] of /** @type {[string, boolean][]} */ ([
      ['inside', false],
      ['public', true]
    ])) {
      const mine = sorts.filter((/** @type {any} */ one) => one.is_released === isReleased);
      const focused = document.activeElement?.getAttribute('data-sort');
      byId(id).replaceChildren(...mine.map((/** @type {any} */ one) => this.sort(one)));
      const again = focused && byId(id).querySelector(`[data-sort="${focused}"]`);
      if (again instanceof HTMLElement) again.focus();
    }
    byId('contacts-says').textContent = contacts ? '' : t('contacts_none');
  }

  /** @param {any} one */
  sort({sort, is_released: isReleased, suffix}) {
    const isGoing = this.going.has(sort);
    const name = t(`report_${sort}`);
    const button = make('button', {
      type: 'button',
      class: 'writes',
      'data-sort': sort,
      'aria-label': t('make_label', {what: name})
    });
    button.append(t(isGoing ? 'making' : 'make_it'));
    button.disabled = isGoing || !this.from || !this.frame.writes || (isReleased && !this.isApproved);
    button.addEventListener('click', () => this.make(sort, name));
    const about = make('p', {class: 'soft'}, `${t(`report_${sort}_says`)} (${suffix.slice(1)})`);
    return make('li', {}, make('div', {}, make('strong', {}, name), about), button);
  }

  /**
   * @param {string} sort
   * @param {string} name
   */
  async make(sort, name) {
    const {frame} = this;
    const says = byId('report-says');
    const text = inputById('moment').value.trim();
    const moment = text ? pastMoment(text, frame.now, frame.offset) : Math.round(frame.now);
    if (Number.isNaN(moment)) {
      says.textContent = t('no_moment');
      return;
    }
    this.going.add(sort);
    this.sorts();
    says.textContent = t('making_what', {what: name});
    const said = {
      sort,
      run: this.from.id,
      moment: Math.round(moment),
      lang: inputById('report-lang').value,
      released_by: inputById('released-by').value,
      street: inputById('street').value
    };
    const made = await frame.act('/api/reports', said, says);
    this.going.delete(sort);
    if (made) {
      const link = make('a', {href: `/api/reports/${made.id}`, download: true}, t('download'));
      says.replaceChildren(`${t('made_what', {what: name})} `, link);
      await frame.picture();
    }
    this.sorts();
  }

  made() {
    const {made} = this.told;
    byId('made-n').textContent = made.length ? t('n_files', {n: made.length}) : '';
    const none = make('tr', {}, make('td', {colspan: 5, class: 'empty'}, t('reports_none')));
    byId('made-rows').replaceChildren(...(made.length ? made.map((/** @type {any} */ row) => this.row(row)) : [none]));
  }

  /**
   * Say where what the public was given no longer holds.
   *
   * @param {any} fate
   */
  fate(fate) {
    if (!fate || !['withdrawn', 'expired', 'superseded'].includes(fate.how)) return null;
    return make('p', {class: 'gone'}, t(`fate_${fate.how}`, {...fate, at: atDay(fate.at, this.frame.now)}));
  }

  /** @param {any} row */
  row(row) {
    const {now} = this.frame;
    const size = `${number(Math.max(1, Math.round(row.bytes / 1000)))}\u00a0${t('unit_kb')}`;
    const moment = row.moment === null ? '' : `${t('of_moment', {at: atDay(row.moment, now)})} · `;
    const street = row.street ? `${row.street} · ` : '';
    const status = t(`tag_${row.status}`);
    const mark = row.is_approved ? null : make('span', {class: 'lil'}, t('not_approved'));
    const name = t(`report_${row.sort}`);
    const link = make('a', {href: `/api/reports/${row.id}`, class: 'button', download: true}, t('download'));
    link.setAttribute('aria-label', `${t('download')} : ${name}, ${atDay(row.at, now)}`);
    return make(
      'tr',
      {},
      make('td', {}, make('b', {}, atDay(row.at, now)), make('p', {class: 'soft'}, row.by)),
      make(
        'td',
        {},
        make('strong', {}, name),
        make('p', {class: 'soft'}, `${moment}${street}${row.lang.toUpperCase()} · ${size}`)
      ),
      make('td', {}, `n° ${row.number} · ${status} `, mark, make('p', {class: 'soft'}, row.name)),
      make('td', {}, row.released_by || t('inside_only'), this.fate(row.fate)),
      make('td', {}, row.is_there ? link : t('file_gone'))
    );
  }
}
