/** Reports: what leaves the desk as a file, from which run and for which moment, who made it and who released it. */

import {byId, inputById, make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {atDay, nameOf, pastMoment, saying, t} from './start.js';

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
    /** @type {Map<string, string>} why a sort was not made the last time */
    this.failed = new Map();
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

  runs() {
    return [this.told && this.from?.id];
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
    this.earlier();
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
        return make(
          'option',
          {value: one.id, selected: one.id === chosen},
          `${t('run_number', {number: String(one.number)})} · ${nameOf(one)}${mark}`
        );
      })
    );
    const kept = this.streets;
    byId('street').replaceChildren(
      ...streets.map((/** @type {string} */ one) => make('option', {value: one, selected: kept.includes(one)}, one))
    );
    const other = inputById('since-run').value;
    byId('since-run').replaceChildren(
      make('option', {value: ''}, t('since_no_run')),
      ...runs
        .filter((/** @type {any} */ one) => !one.nights)
        .map((/** @type {any} */ one) =>
          make(
            'option',
            {value: one.id, selected: one.id === other},
            `${t('run_number', {number: String(one.number)})} · ${nameOf(one)}`
          )
        )
    );
  }

  /** The streets that are chosen for leaflets. */
  get streets() {
    const select = /** @type {HTMLSelectElement} */ (byId('street'));
    return [...select.selectedOptions].map((one) => one.value);
  }

  /** Alerts that were made and that another may take the place of, or take back. */
  earlier() {
    const alerts = this.told.made.filter(
      (/** @type {any} */ row) => ['alert', 'all_clear'].includes(row.sort) && row.is_there
    );
    const select = inputById('earlier');
    const kept = select.value;
    const options = alerts.flatMap((/** @type {any} */ row) =>
      ['update', 'cancel'].map((what) =>
        make(
          'option',
          {value: `${what} ${row.id}`, selected: kept === `${what} ${row.id}`},
          t(`alert_${what}`, {at: atDay(row.at, this.frame.now)})
        )
      )
    );
    if (select.childElementCount !== options.length + 1)
      select.replaceChildren(make('option', {value: ''}, t('alert_first')), ...options);
  }

  get isApproved() {
    return this.from !== undefined && this.from.id === this.told.approved?.id;
  }

  sorts() {
    const {sorts, contacts, phones} = this.told;
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
    byId('contacts-says').textContent = [contacts ? '' : t('contacts_none'), phones ? '' : t('phones_none')]
      .filter(Boolean)
      .join(' ');
  }

  /** @param {any} one */
  sort({sort, is_released: isReleased, forms}) {
    const name = t(`report_${sort}`);
    const isOff = !this.from || !this.frame.writes || (isReleased && !this.isApproved);
    const buttons = forms.map((/** @type {string} */ form, /** @type {number} */ i) => {
      const isGoing = this.going.has(`${sort} ${form}`);
      const called = forms.length > 1 ? `${name}, ${form}` : name;
      const button = make('button', {
        type: 'button',
        class: 'writes',
        'data-sort': i ? `${sort}-${form}` : sort,
        'aria-label': t('make_label', {what: called})
      });
      button.append(isGoing ? t('making') : forms.length > 1 ? form : t('make_it'));
      button.disabled = isGoing || isOff;
      button.addEventListener('click', () => this.make(sort, form, called));
      return button;
    });
    const about = make('p', {class: 'soft'}, t(`report_${sort}_says`));
    const why = this.failed.get(sort);
    const failed = why ? make('p', {class: 'stale', role: 'alert'}, why) : null;
    return make(
      'li',
      {},
      make('div', {}, make('strong', {}, name), about, failed),
      make('div', {class: 'two'}, ...buttons)
    );
  }

  /**
   * Give the moment that a field says; NaN where it says something else, null where it is empty.
   *
   * @param {string} id
   */
  momentOf(id) {
    const text = inputById(id).value.trim();
    return text ? Math.round(pastMoment(text, this.frame.now, this.frame.offset)) : null;
  }

  /**
   * @param {string} sort
   * @param {string} form
   * @param {string} name
   */
  async make(sort, form, name) {
    const {frame} = this;
    const says = byId('report-says');
    const moment = this.momentOf('moment') ?? Math.round(frame.now);
    const since = this.momentOf('since');
    if (Number.isNaN(moment) || Number.isNaN(since)) {
      says.textContent = t('no_moment');
      return;
    }
    const isPoint = sort === 'situation';
    const [what, alert] = sort === 'alert' || sort === 'all_clear' ? inputById('earlier').value.split(' ') : [''];
    const going = `${sort} ${form}`;
    this.failed.delete(sort);
    this.going.add(going);
    this.sorts();
    says.textContent = t('making_what', {what: name});
    const said = {
      sort,
      form,
      run: this.from.id,
      moment,
      ...(isPoint ? {since, since_run: inputById('since-run').value} : {}),
      ...(what ? {[what]: alert} : {}),
      lang: inputById('report-lang').value,
      released_by: inputById('released-by').value,
      streets: sort === 'leaflet' ? this.streets : []
    };
    const made = await frame.act('/api/reports', said, says);
    this.going.delete(going);
    if (made) {
      const link = make('a', {href: `/api/reports/${made.id}`, download: true}, t('download'));
      says.replaceChildren(`${t('made_what', {what: name})} `, link);
      await frame.picture();
    } else {
      // Where it was asked for: on a small screen the form is far above.
      this.failed.set(sort, says.textContent ?? '');
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
    link.setAttribute('aria-label', saying(t('download'), `${name}, ${atDay(row.at, now)}`));
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
      make(
        'td',
        {},
        `${t('run_number', {number: String(row.number)})} · ${status} `,
        mark,
        make('p', {class: 'soft'}, nameOf(row))
      ),
      make(
        'td',
        {'data-label': row.released_by ? t('col_released') : false},
        row.released_by || t('inside_only'),
        this.fate(row.fate)
      ),
      make('td', {}, row.is_there ? link : t('file_gone'))
    );
  }
}
