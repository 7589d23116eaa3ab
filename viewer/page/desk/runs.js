/** Runs and sources: what was computed, from what, by whom; what waits; are the sources alive; who did what. */

import {all, byId, inputById, make} from '../parts/dom.js';
import {path, svg} from '../parts/svg.js';
import {number} from '../words/speech.js';
import {approveForm, stillWords, withdrawForm} from './approve.js';
import {Closures} from './closures.js';
import {declineForm, proposalWords} from './decision.js';
import {logRows} from './log.js';
import {get, saidOf} from './net.js';
import {progressBar} from './progress.js';
import {at, atDay, between, nameOf, sourceName, span, t} from './start.js';

/** @import {Frame} from './frame.js' */

const MARKS = {
  done: '✓',
  approved: '✓',
  failed: '✕',
  interrupted: '‖',
  stopped: '■',
  running: '▶',
  queued: '◷',
  superseded: '✓',
  expired: '✓',
  withdrawn: '✕'
};

/** Sorts of inputs that have a word. */
const INPUTS = ['scenario', 'source', 'city', 'flood', 'terrain'];

export class Runs {
  path = '/api/runs';

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    /** @type {any} */
    this.told = null;
    // A run that is brought to somebody is opened by its name in the address.
    this.chosen = location.hash.slice(1);
    /** @type {Record<string, any>} */
    this.progress = {};
    this.keys = {r: () => frame.again(), v: () => this.decide()};
    this.closures = new Closures(frame);
    byId('closures').append(this.closures.list, this.closures.says);
    byId('start-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.start();
    });
    byId('with-facts').addEventListener('click', () => frame.act('/api/facts/run', {}, byId('runs-says')));
    byId('scenario-file').addEventListener('change', () => this.bring());
    if (!frame.writes) for (const one of all('.writes')) one.hidden = true;
  }

  async start() {
    const date = inputById('today').checked ? new Date((this.frame.now + this.frame.offset) * 1000) : null;
    const said = {scenario: inputById('scenario').value, date: date ? date.toISOString().slice(0, 10) : ''};
    const made = await this.frame.act('/api/runs', said, byId('runs-says'));
    if (made)
      byId('runs-says').textContent = [t('started_run', {number: String(made.number)}), carried(made.streets)].join(
        ' '
      );
  }

  async bring() {
    const input = inputById('scenario-file');
    const brought = [...(input.files ?? [])];
    if (!brought.length) return;
    const is = (/** @type {File} */ one) => /\.ya?ml$/.test(one.name);
    const scenario = brought.find((one) => /\.scenario\.ya?ml$/.test(one.name)) ?? brought.find(is);
    if (!scenario) {
      byId('runs-says').textContent = t('import_none');
      return;
    }
    /** @type {Record<string, string>} */
    const files = {};
    for (const one of brought) if (one !== scenario) files[one.name] = await one.text();
    const name = scenario.name.replace(/(\.scenario)?\.ya?ml$/, '');
    const made = await this.frame.act('/api/scenarios', {name, text: await scenario.text(), files}, byId('runs-says'));
    if (made) byId('runs-says').textContent = t('imported_as', {name: made.scenario, n: made.files.length});
    input.value = '';
  }

  /** Approve the run that is chosen, or take its approval back. */
  decide() {
    const row = this.told?.rows.find((/** @type {any} */ one) => one.id === this.chosen);
    if (!row || row.state !== 'done' || row.nights || !this.frame.writes) return;
    (row.word === 'approved' ? withdrawForm : approveForm)(this.frame, row);
  }

  /** @param {any} told */
  take(told) {
    this.told = told;
    this.say();
    this.log();
  }

  speak() {
    if (this.told) this.say();
    this.log();
  }

  /** @param {any} event */
  hear({what, body}) {
    if (what !== 'progress') return;
    this.progress[body.run] = body;
    const place = document.querySelector(`[data-progress="${CSS.escape(body.run)}"]`);
    place?.replaceChildren(progressBar(body));
  }

  say() {
    const {rows, scenarios} = this.told;
    const done = rows.filter((/** @type {any} */ row) => row.place === null);
    byId('run-rows').replaceChildren(
      ...(done.length
        ? done.flatMap((/** @type {any} */ row) => this.run(row))
        : [make('tr', {}, make('td', {colspan: 9, class: 'empty'}, t('no_runs')))])
    );
    const going = rows.filter((/** @type {any} */ row) => row.place !== null);
    going.sort((/** @type {any} */ a, /** @type {any} */ b) => a.place - b.place);
    byId('queue-rows').replaceChildren(
      ...(going.length
        ? going.map((/** @type {any} */ row) => this.waiting(row))
        : [make('tr', {}, make('td', {class: 'empty'}, t('queue_empty')))])
    );
    const select = inputById('scenario');
    const kept = select.value;
    const options = scenarios.map((/** @type {string} */ one) =>
      make('option', {value: one, selected: one === kept}, one)
    );
    if (select.childElementCount !== options.length) select.replaceChildren(...options);
    this.closures.take(this.told.closures, this.told.latest ?? this.told.approved);
    byId('closures-n').textContent = this.closures.words();
    this.sources();
  }

  /** @param {any} row */
  run(row) {
    const {head, word} = row;
    const issued = head.issued_at ? Date.parse(head.issued_at) / 1000 : null;
    const base = this.told.rows.find((/** @type {any} */ one) => one.id === row.base);
    const isShown = row.id === (this.told.latest ?? this.told.approved)?.id;
    const name = make('button', {type: 'button', class: 'plain', 'aria-expanded': String(this.chosen === row.id)});
    name.append(make('strong', {}, nameOf(row)));
    name.addEventListener('click', () => {
      this.chosen = this.chosen === row.id ? '' : row.id;
      this.say();
      const again = document.querySelector(`[data-run="${CSS.escape(row.id)}"] button`);
      if (again instanceof HTMLElement) again.focus();
    });
    const what = make('td', {}, name);
    if (row.nights) what.append(' ', make('span', {class: 'tag3'}, t('n_nights', {n: row.nights})));
    if (isShown) what.append(' ', make('span', {class: 'tag3'}, t('strip_run')));
    if (isShown && row.id !== this.told.approved?.id) what.append(' ', make('span', {class: 'lil'}, t('not_approved')));
    const sub = this.below(row, base);
    if (sub.length) what.append(make('p', {class: 'sub'}, ...sub));
    if (row.changed)
      what.append(make('p', {class: 'gone'}, t('scenario_changed', {n: 1, numbers: String(row.number)})));
    if (this.chosen === row.id && row.state === 'done') what.append(this.tools(row), this.madeFrom(row));
    const took = row.started_at && row.ended_at ? span(row.ended_at - row.started_at) : '–';
    const digest = String(head.plan_sha256 ?? '').slice(0, 8) || '–';
    const isOld = ['superseded', 'expired', 'withdrawn', 'interrupted', 'stopped'].includes(word);
    return make(
      'tr',
      {
        class: `${isOld ? 'old' : ''} ${word === 'approved' ? 'app' : ''} ${this.chosen === row.id ? 'sel' : ''}`,
        'data-run': row.id
      },
      make(
        'td',
        {class: 'stt'},
        make('i', {'aria-hidden': 'true'}, MARKS[/** @type {keyof MARKS} */ (word)]),
        ` ${t(`run_${word}`)}`
      ),
      make('td', {'data-label': t('col_number')}, make('b', {}, String(row.number))),
      make('td', {'data-label': t('col_t0')}, make('b', {}, atDay(issued, this.frame.now))),
      what,
      make('td', {}, atDay(row.ended_at, this.frame.now)),
      make('td', {}, row.by || t('imported')),
      make('td', {}, took),
      make('td', {class: 'nar'}, this.age(row)),
      make('td', {class: 'nar'}, make('code', {}, digest))
    );
  }

  /**
   * Give how old the newest datum was at the base time; a dash where none is of it.
   *
   * @param {any} row
   */
  age({ages}) {
    const known = ages.map((/** @type {any} */ one) => one.age_s).filter((/** @type {any} */ s) => s !== null);
    return known.length ? span(Math.min(...known)) : '–';
  }

  /** What a run was made from: files with digests, and the sources as they stood. @param {any} row */
  madeFrom({inputs, ages, by, asked_at: asked, started_at: started, ended_at: ended, head}) {
    const {now} = this.frame;
    const base = head.issued_at ? Date.parse(head.issued_at) / 1000 : null;
    const files = inputs.map((/** @type {any} */ one) => [
      one.file,
      t(INPUTS.includes(one.role) ? `input_${one.role}` : 'input_other'),
      one.sha256?.slice(0, 16) ?? ''
    ]);
    const sources = ages.map((/** @type {any} */ one) => {
      const newest = one.newest === null ? t('never') : t('newest_at', {at: atDay(one.newest, now)});
      const age =
        one.age_s !== null ? t('age_at_base', {age: span(one.age_s)}) : one.newest === null ? '' : t('after_base');
      return [sourceName(one.name), newest, age];
    });
    const rows = [...files, ...sources].map(([name, what, last]) =>
      make('tr', {}, make('th', {scope: 'row'}, name), make('td', {}, what), make('td', {}, make('code', {}, last)))
    );
    const took = started && ended ? span(ended - started) : '–';
    const asker = {by: by || t('imported'), at: atDay(asked, now), base: atDay(base, now), took};
    const words = make('p', {class: 'soft'}, t('run_made', asker));
    const digest = make('p', {class: 'soft digest'}, t('plan_digest'), ' ', make('code', {}, head.plan_sha256 ?? '–'));
    return make('div', {class: 'made-from'}, words, make('table', {}, make('tbody', {}, ...rows)), digest);
  }

  /**
   * @param {any} row
   * @param {any} base
   */
  below(row, base) {
    if (row.state === 'failed') return [t('failed_says', {why: saidOf(row) ?? ''})];
    const parts = [];
    if (row.base) {
      const key = row.nights ? 'nights_of' : 'variant_of';
      parts.push(t(key, {number: base ? String(base.number) : '–'}));
    }
    if (row.closures.length) parts.push(carried(row.closures));
    if (row.approval) parts.push(...this.approval(row));
    if (row.proposal) parts.push(proposalWords(row.proposal));
    return parts.filter(Boolean).flatMap((part, i) => (i ? [' · ', part] : [part]));
  }

  /** @param {any} row */
  approval({approval, word}) {
    const {by, until, reason, withdrawn_at: gone, withdrawn_by: who, withdrawn_why: why} = approval;
    if (word === 'withdrawn') return [t('fate_withdrawn', {at: atDay(gone, this.frame.now), by: who, why})];
    const says = [t('approved_by_until', {by, until: at(until)}), reason];
    return word === 'approved' ? [says[0], stillWords(until, this.frame.now), reason] : says;
  }

  /** @param {any} row */
  tools(row) {
    if (row.nights) {
      const others = this.told.rows.filter(
        (/** @type {any} */ one) => one.nights && one.state === 'done' && one.id !== row.id
      );
      const open = make('a', {href: `/likely#${row.id}`, class: 'button'}, t('open_likely'));
      const pairs = others
        .slice(0, 3)
        .map((/** @type {any} */ one) =>
          make(
            'a',
            {href: `/compare#${one.id}-${row.id}`, class: 'button'},
            t('compare_to_n', {number: String(one.number)})
          )
        );
      return make('div', {class: 'tool'}, open, ...pairs);
    }
    const approve = make(
      'button',
      {type: 'button', class: 'writes'},
      t(row.word === 'approved' ? 'withdraw' : 'approve')
    );
    approve.addEventListener('click', () => this.decide());
    const whatif = make('button', {type: 'button', class: 'writes'}, t('whatif_from'));
    whatif.addEventListener('click', async () => {
      const made = await this.frame.act('/api/drafts', {name: `${nameOf(row)} +`, base: row.id}, byId('runs-says'));
      if (made) location.assign(`/whatif#${made.id}`);
    });
    const decline = make('button', {type: 'button', class: 'writes'}, t('decline'));
    decline.addEventListener('click', () => declineForm(this.frame, row));
    const brought = row.proposal?.state === 'open' ? row.proposal : null;
    const other = brought?.other || (this.told.approved?.id !== row.id && this.told.approved?.id) || row.base;
    const links = [
      other ? make('a', {href: `/compare#${other}-${row.id}`, class: 'button'}, this.againstWords(other)) : null,
      make('a', {href: `/api/runs/${row.id}/export`, class: 'button', download: true}, t('export_operator')),
      this.frame.writes && row.id === this.told.approved?.id
        ? make('a', {href: `/api/runs/${row.id}/export?public=1`, class: 'button', download: true}, t('export_public'))
        : null
    ];
    return make('div', {class: 'tool'}, ...(this.frame.writes ? [approve, brought && decline, whatif] : []), ...links);
  }

  /** Say what a run is held against. @param {string} other */
  againstWords(other) {
    if (other === this.told.approved?.id) return t('compare_to_approved');
    const row = this.told.rows.find((/** @type {any} */ one) => one.id === other);
    return t('compare_to_n', {number: String(row?.number ?? '–')});
  }

  /** @param {any} row */
  waiting(row) {
    const stop = make('button', {type: 'button', class: 'writes'}, t(row.place ? 'take_out' : 'stop_run'));
    stop.addEventListener('click', () => this.frame.act(`/api/runs/${row.id}/stop`, {}, byId('runs-says')));
    const progress = this.progress[row.id] ?? row.progress;
    const shown = progress?.stage
      ? progressBar(progress)
      : make('p', {class: 'soft'}, row.place ? '' : t('no_progress', {time: span(this.frame.now - row.started_at)}));
    const asked = t('by_at', {by: row.by, at: at(row.asked_at)});
    return make(
      'tr',
      {},
      make('td', {}, row.place ? t('place_n', {n: String(row.place)}) : t('run_running')),
      make('td', {}, make('b', {}, String(row.number))),
      make(
        'td',
        {},
        make('strong', {}, nameOf(row)),
        row.nights ? ` · ${t('n_nights', {n: row.nights})}` : '',
        make('br'),
        make('span', {class: 'soft'}, asked)
      ),
      make('td', {'data-progress': row.id}, shown),
      make('td', {}, this.frame.writes ? stop : null)
    );
  }

  sources() {
    const rows = this.told.source_rows;
    const fresh = rows.filter((/** @type {any} */ row) => !row.late).length;
    byId('sources-n').textContent = rows.length
      ? t('sources_fresh', {fresh: number(fresh), n: number(rows.length)})
      : t('sources_none');
    byId('source-rows').replaceChildren(
      ...(rows.length
        ? rows.flatMap((/** @type {any} */ row) => [this.source(row), this.says(row)])
        : [make('tr', {}, make('td', {colspan: 4, class: 'empty'}, t('no_sources')))])
    );
    const refused = rows.find((/** @type {any} */ row) => row.last_reason);
    const reason = refused
      ? `${t('last_reason', {name: sourceName(refused.name), why: refused.refusal[this.frame.lang]})} `
      : '';
    byId('source-says').textContent = reason + t('no_data_is_not');
  }

  /** @param {any} row */
  source(row) {
    const age = row.newest === null ? t('never') : between(row.newest, this.frame.now);
    return make(
      'tr',
      {class: row.late ? 'late' : false},
      make(
        'th',
        {scope: 'row'},
        make('i', {class: row.late ? 'nod' : 'okd', 'aria-hidden': 'true'}),
        sourceName(row.name)
      ),
      make('td', {}, make('b', {}, age), make('br'), make('span', {class: 'soft'}, at(row.newest))),
      make('td', {}, t(`source_${row.state}`), ticksOf(row.ticks)),
      make('td', {class: 'r'}, number(row.rejected))
    );
  }

  /** @param {any} row */
  says(row) {
    return make('tr', {class: 'says'}, make('td', {colspan: 4, class: 'soft'}, row.says[this.frame.lang]));
  }

  async log() {
    const told = await get('/api/journal');
    byId('log-n').textContent = t('journal_lines', {n: told.count});
    byId('log-rows').replaceChildren(...logRows(told.lines, this.frame.lang, this.frame.now));
  }
}

/** @param {string[]} streets that others announced as closed and that a run carries */
function carried(streets) {
  return streets.length ? t('with_closures', {n: streets.length, streets: streets.join(', ')}) : '';
}

/**
 * Draw in which quarters of the last day a source spoke, with a mark below every six hours.
 *
 * @param {number[]} ticks
 */
function ticksOf(ticks) {
  const root = svg('svg', {class: 'ticks', viewBox: '0 0 96 16', preserveAspectRatio: 'none', 'aria-hidden': 'true'});
  root.append(path('M0 12.5H96M0 12V16M24 12V16M48 12V16M72 12V16M96 12V16', {class: 'grid'}));
  const d = ticks.map((i) => `M${i + 0.5} 0V12`).join('');
  if (d) root.append(path(d, {class: 'tick-spoke'}));
  return root;
}
