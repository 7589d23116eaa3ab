/** What to do first: until when, what, where, who; given, under way, done. A past one stands below, not among these. */

import {byId, make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {named, idOf, small} from './names.js';
import {at, between, saying, t} from './start.js';

/** @import {Frame} from './frame.js' */

const SHOWN = 40;
/** Streets of several acts that are named. */
const STREETS = 2;
const NEXT = {to_give: 'under_way', under_way: 'on_site', on_site: 'done', done: 'done'};

/**
 * Say ids, those that follow each other by their first and last.
 *
 * @param {[string, string][]} ranges
 */
export function idsOf(ranges) {
  return ranges.map(([first, last]) => (first === last ? first : t('ids_range', {first, last}))).join(', ');
}

/**
 * Give what an act is, or several that go as one, in few words.
 *
 * @param {any} act
 * @param {boolean} [isWhole] in whole words
 */
export function actTitle({sort, asset, name, kind, ranges, assets}, isWhole = false) {
  if (sort === 'warn') return t('warn_site', {name});
  const n = assets?.length ?? 1;
  if (isWhole && kind === 'cabinet') return t('cut_cabinet_whole', {asset: ranges ? idsOf(ranges) : asset, n});
  return n > 1 ? t('cut_cabinets', {n}) : t('cut_named', {name: named({asset, name})});
}

/** Give the ids of what somebody goes to, small behind the title; none of a site that is called. @param {any} act */
export function actIds({sort, asset, name, ranges, assets}) {
  if (sort === 'warn') return '';
  return (assets?.length ?? 1) > 1 ? idsOf(ranges) : idOf({asset, name});
}

/** Give title and ids in one text. @param {any} act */
export function actWords(act) {
  const ids = actIds(act);
  return ids ? `${actTitle(act)} (${ids})` : actTitle(act);
}

/**
 * Give where it is: the street, or the first of several.
 *
 * @param {any} act
 */
export function actPlace({street, streets}) {
  if (!streets || streets.length < 2) return street;
  return streets.length > STREETS
    ? t('streets_more', {streets: streets.slice(0, STREETS).join(', '), n: streets.length - STREETS})
    : streets.join(', ');
}

/** Say of which run acts are and which water closes a street: it moves every moment of the list. @param {any} brief */
function basis({number: n, t0, limits, isApproved}) {
  const run = `${t('acts_basis', {number: String(n), t0: at(t0)})} ${t(isApproved ? 'basis_approved' : 'basis_not')}`;
  if (!limits) return run;
  return `${run} · ${t('passable', {day: number(limits.day_m, 2), night: number(limits.night_m, 2)})}`;
}

/** By which streets it is still reached. @param {any} act */
export function way({by_streets: streets, street}) {
  const others = streets.filter((/** @type {string} */ one) => one !== street).slice(0, 3);
  return others.length ? ` · ${t('by_way', {streets: others.join(', ')})}` : '';
}

/** Say what happens if it is not done. @param {any} act */
export function harm({sort, binds, before, failed}) {
  if (sort === 'warn') return t(`warn_${binds}`, {at: at(before)});
  return failed ? t('else_flooded', {at: at(failed)}) : t('else_touched');
}

/**
 * Say what the run asks for that other screens follow: the wall's, seen from the desk.
 *
 * @param {any} elsewhere
 */
export function elsewhereWords(elsewhere) {
  if (!elsewhere) return '';
  const {number: n, count, next} = elsewhere;
  const values = {number: String(n), n: count, at: at(next?.before), what: next ? actWords(next) : ''};
  return t(next ? 'wall_acts' : 'wall_no_acts', values);
}

/**
 * Say whom somebody could send: crews that the run has free where the way to the act begins, else elsewhere, else when
 * the next one begins; nothing without crews.
 *
 * @param {{base: string}} act
 * @param {{free: {crew: string, asset: string, name: string}[], at_work: number, next: number | null} | null} crews
 */
function handsWords({base}, crews) {
  if (!crews) return '';
  const {free} = crews;
  const there = free.filter(({asset}) => !base || asset === base);
  const names = (there.length ? there : free).map(({crew, name}) => t('hands_at', {crew, name})).join(', ');
  if (free.length) return t(there.length ? 'hands_free' : 'hands_elsewhere', {n: there.length, crews: names});
  if (crews.at_work) return t('hands_at_work', {n: crews.at_work});
  return crews.next === null ? t('hands_none') : t('hands_from', {at: at(crews.next)});
}

/** Say how many lamps or people are behind it. @param {any} act */
function behind({sort, lamps, people}) {
  if (sort === 'cut') return `${t('n_lamps', {n: lamps})}.`;
  return people === null ? '' : `${t('people', {n: people})}.`;
}

export class Acts {
  /**
   * @param {Frame} frame
   * @param {(asset: string) => void} find
   */
  constructor(frame, find) {
    this.frame = frame;
    this.find = find;
    /** @type {any} */
    this.acts = {groups: [], past: [], past_counts: {}, more: 0};
    /** @type {Set<string>} groups that are unfolded, by their first act */
    this.open = new Set();
    /** @type {any} */
    this.brief = null;
    /** @type {any} */
    this.told = null;
  }

  /**
   * @param {any} acts
   * @param {any} brief the run they are of
   * @param {any} told which run is approved, and what that one asks for where it is another
   */
  take(acts, brief, told) {
    this.acts = acts;
    this.brief = brief;
    this.told = told;
    const isApproved = brief && told.approved?.id === brief.id;
    byId('acts-basis').textContent = brief ? basis({...brief, isApproved}) : '';
    byId('acts-elsewhere').textContent = elsewhereWords(told.elsewhere);
    const open = acts.groups.filter((/** @type {any} */ act) => !['done', 'not_needed'].includes(act.state));
    const shut = acts.groups.filter((/** @type {any} */ act) => ['done', 'not_needed'].includes(act.state));
    const rows = [...open, ...shut].slice(0, SHOWN).flatMap((act) => this.rows(act));
    if (open.length) this.first(rows[0], open[0]);
    const none = make('tr', {}, make('td', {colspan: 6, class: 'empty'}, t(brief ? 'no_acts' : 'no_acts_no_run')));
    byId('act-rows').replaceChildren(...(rows.length ? rows : [none]));
    const counts = Object.entries(acts.past_counts)
      .filter(([, n]) => n)
      .map(([state, n]) => t(`past_${state}`, {n: Number(n)}));
    const {missed = 0} = acts.past_counts;
    const mark = byId('acts-missed');
    mark.hidden = !missed;
    mark.textContent = missed ? t('past_missed', {n: missed}) : '';
    const past = acts.past.length ? `${t('past_acts', {n: acts.past.length})} (${counts.join(', ')})` : '';
    const more = acts.more ? t('more_acts', {n: acts.more}) : '';
    byId('acts-past').textContent = [more, past].filter(Boolean).join(' · ');
    this.tick(this.frame.now);
  }

  /**
   * Say the first of all in whole words: whoever never saw this screen reads here what to do.
   *
   * @param {HTMLElement} row
   * @param {any} act
   */
  first(row, act) {
    row.classList.add('first');
    const what = row.querySelector('.what .plain');
    const id = act.kind === 'cabinet' ? '' : actIds(act);
    if (what) what.replaceChildren(make('strong', {}, actTitle(act, true)), small(id));
    const why = row.querySelector('.what > .soft');
    if (why)
      why.replaceChildren(
        make('b', {}, `${t('why_word')} `),
        [harm(act), behind(act)].filter(Boolean).join(' '),
        way(act)
      );
    if (act.state !== 'to_give') return;
    const [who, why_] = [row.querySelector('td:nth-child(5) b'), row.querySelector('td:nth-child(5) .soft')];
    if (who) who.textContent = t(act.sort === 'warn' ? 'nobody_warned' : 'nobody_sent');
    if (why_ && act.sort !== 'warn') why_.textContent = handsWords(act, this.told.crews) || act.owner;
  }

  /** The row of what goes as one, and below it each by itself where somebody unfolded it. @param {any} group */
  rows(group) {
    if (group.assets.length < 2) return [this.row(group)];
    const isOpen = this.open.has(group.asset);
    const fold = make('button', {type: 'button', class: 'plain fold', 'aria-expanded': String(isOpen)});
    fold.textContent = t(isOpen ? 'fold_acts' : 'unfold_acts', {n: group.assets.length});
    fold.addEventListener('click', () => {
      if (isOpen) this.open.delete(group.asset);
      else this.open.add(group.asset);
      this.take(this.acts, this.brief, this.told);
      const again = document.querySelector(`#act-rows tr[data-asset="${CSS.escape(group.asset)}"] .fold`);
      if (again instanceof HTMLElement) again.focus();
    });
    const members = isOpen ? group.members.map((/** @type {any} */ act) => this.row(act, 'member')) : [];
    return [this.row(group, '', fold), ...members];
  }

  /**
   * @param {any} act
   * @param {string} [kind]
   * @param {HTMLElement | null} [fold]
   */
  row(act, kind = '', fold = null) {
    const isDone = ['done', 'not_needed'].includes(act.state);
    const what = make(
      'button',
      {type: 'button', class: 'plain'},
      make('strong', {}, actTitle(act)),
      small(actIds(act))
    );
    what.addEventListener('click', () => this.find(act.asset));
    const unsure = act.doubtful ? make('span', {class: 'soft nb'}, `(${t('doubtful')})`) : null;
    const soft = `${[behind(act), harm(act)].filter(Boolean).join(' ')}${way(act)}`;
    const who = act.crew ? `${act.crew}, ${t(`act_${act.state}`)}` : t(`act_${act.state}`);
    const by = act.by ? t('by_at', {by: act.by, at: at(act.at)}) : act.owner;
    const cells = [
      make('td', {}, make('b', {}, at(act.before)), make('p', {class: 'soft'}, t(`bound_${act.binds}`))),
      make('td', {class: 'left', 'data-before': act.before}),
      make('td', {class: 'what'}, make('p', {}, what, ' ', unsure, fold), make('p', {class: 'soft'}, soft)),
      make('td', {}, actPlace(act) || '–'),
      make('td', {}, make('b', {}, who), make('br'), ' ', make('span', {class: 'soft'}, by)),
      make('td', {})
    ];
    if (this.frame.writes) cells[5].append(this.button(act));
    return make(
      'tr',
      {
        class: `${isDone ? 'shut' : act.state === 'to_give' ? '' : 'now'} ${kind}`.trim() || false,
        'data-asset': act.asset
      },
      ...cells
    );
  }

  /** @param {any} act */
  button(act) {
    const isFirst = act.state === 'to_give';
    const label = saying(t(isFirst ? 'give' : 'note_act'), actWords(act));
    const button = make('button', {type: 'button', class: isFirst ? 'main' : false, 'aria-label': label}, '');
    button.textContent = t(isFirst ? 'give' : 'note_act');
    button.addEventListener('click', () => this.form(act));
    return button;
  }

  /** Give the act that has the focus, else the next one. */
  give() {
    const row = document.activeElement?.closest('tr[data-asset]');
    const button = (row ?? byId('act-rows')).querySelector('td:last-child button');
    if (button instanceof HTMLElement) button.click();
  }

  /** @param {any} act */
  form(act) {
    const {frame} = this;
    const crew = make('input', {id: 'act-crew', value: act.crew, maxlength: 80, autocomplete: 'off'});
    const wanted = NEXT[/** @type {keyof NEXT} */ (act.state)] ?? 'done';
    const state = make(
      'select',
      {id: 'act-state'},
      ...['to_give', 'under_way', 'on_site', 'done', 'missed', 'not_needed'].map((one) =>
        make('option', {value: one, selected: one === wanted}, t(`act_${one}`))
      )
    );
    const says = make('p', {class: 'says', role: 'alert'});
    const form = make(
      'form',
      {class: 'stack'},
      make('label', {for: 'act-crew'}, t('crew')),
      crew,
      make('label', {for: 'act-state'}, t('state')),
      state,
      make('button', {class: 'main'}, t('save')),
      says
    );
    const shut = frame.sheet(t('give_title', {what: actWords(act)}), [form]);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const versions = act.versions ?? {[act.asset]: act.version};
      const said = {versions, state: state.value, crew: crew.value};
      if (await frame.act('/api/acts', said, says)) shut();
    });
  }

  /** @param {number} now */
  tick(now) {
    for (const cell of document.querySelectorAll('#act-rows [data-before]')) {
      const before = Number(cell.getAttribute('data-before'));
      const text = before > now ? between(now, before) : t('act_missed');
      if (cell.textContent !== text) cell.textContent = text;
      cell.classList.toggle('soon', before > now && before - now < 1800);
    }
  }
}
