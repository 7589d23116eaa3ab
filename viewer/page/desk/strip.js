/** The strip: river, alarms, next act, run, data; the same five cells at the same places on every screen. */

import {byId} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {actPlace, actWords} from './acts.js';
import {endedWords} from './approve.js';
import {streetBeside} from './names.js';
import {at, atDay, between, level, sourceName, span, t} from './start.js';

/** @import {About} from './types.js' */

/** A reading older than this says nothing of now: it is struck, as everywhere [s]. */
const OLD_S = 1800;
/** A gauge that differs by less reads as computed [m]. */
const SAME_M = 0.005;

/**
 * @param {string} id
 * @param {string} big
 * @param {string} beside
 * @param {string} below
 */
function cell(id, big, beside, below) {
  const holder = byId(id);
  /** @param {string} tag @param {string} text */
  const put = (tag, text) => {
    const element = holder.querySelector(tag);
    if (element && element.textContent !== text) element.textContent = text;
  };
  put('b', big);
  put('em', beside);
  put('span', below);
  return holder;
}

export class Strip {
  /**
   * @param {About} about
   * @param {number} now
   */
  say(about, now) {
    this.river(about, now);
    const {unseen, active, new: fresh} = about.alarms;
    const alarms = cell(
      'strip-alarms',
      unseen ? number(unseen) : '',
      t('to_acknowledge', {n: unseen}),
      [fresh ? t('n_new', {n: fresh}) : '', t('n_active', {n: active})].filter(Boolean).join(' · ')
    );
    alarms.classList.toggle('red', unseen > 0);
    this.act(about, now);
    this.run(about, now);
    this.sources = about.sources;
    this.renew = about.renew;
  }

  /**
   * The run that the screen shows: approved or not, how long that holds, past its time; and what is computed now, or
   * ended badly last.
   *
   * @param {About} about
   * @param {number} now
   */
  run(about, now) {
    const {latest, approved, going, proposed} = about;
    const shown = latest ?? approved;
    const news = going ? goingWords(going) : '';
    const asked = proposed ? proposedWords(proposed) : '';
    byId('strip-run').setAttribute('href', proposed ? `/runs#${proposed.run}` : '/runs');
    if (!shown) {
      cell('strip-run', t('no_run'), '', news || t('no_run_why'))
        .querySelector('em')
        ?.classList.remove('lil');
      return;
    }
    const isApproved = approved?.id === shown.id;
    const isOver = now > shown.valid_until;
    const said = approved?.approved
      ? t(isApproved ? 'approved_still' : 'approved_is', {
          number: String(approved.number),
          by: approved.approved.by,
          until: at(approved.approved.until),
          left: between(now, approved.approved.until)
        })
      : endedWords(about.ended) || t('approved_none');
    const holder = cell(
      'strip-run',
      t('run_t0', {number: String(shown.number), t0: at(shown.t0)}),
      t(isOver ? 'run_over' : isApproved ? 'approved_tag' : 'not_approved'),
      [news, isOver ? t('valid_until_was', {at: atDay(shown.valid_until, now)}) : '', said, asked]
        .filter(Boolean)
        .join(' · ')
    );
    holder.querySelector('em')?.classList.toggle('lil', !isApproved || isOver);
    holder.classList.toggle('ended', isOver);
  }

  /**
   * @param {About} about
   * @param {number} now
   */
  river({river}, now) {
    const {newest, difference_m: off} = river;
    if (!newest) {
      cell('strip-river', t('no_reading'), '', river.name).classList.remove('is-old');
      return;
    }
    const by = number(Math.abs(Math.round((off ?? 0) * 100)));
    const beside =
      off === null
        ? ''
        : Math.abs(off) < SAME_M
          ? t('as_computed')
          : `${off > 0 ? '▲' : '▼'} ${t(off > 0 ? 'above_approved' : 'below_approved', {by})}`;
    const isOld = now - newest.observed > OLD_S;
    const said = {at: at(newest.observed), age: between(newest.observed, now)};
    const below = `${river.name}, ${t(isOld ? 'no_data_since' : 'read_at_ago', said)}`;
    const holder = cell('strip-river', level(newest.value), beside, below);
    holder.classList.toggle('is-old', isOld);
  }

  /**
   * @param {About} about
   * @param {number} now
   */
  act({next_act: act, phase}, now) {
    if (!act) {
      cell(
        'strip-act',
        t('no_act'),
        '',
        phase === 'during' ? t('no_act_why') : phase === 'none' ? t('no_act_no_run') : ''
      );
      return;
    }
    const who = act.crew ? `${act.crew}, ${t(`act_${act.state}`)}` : t(`act_${act.state}`);
    cell(
      'strip-act',
      t('before_at', {at: at(act.before)}),
      t('in_time', {time: between(now, act.before)}),
      `${[actWords(act), streetBeside(act.name, actPlace(act))].filter(Boolean).join(', ')} · ${who}`
    );
  }

  /**
   * @param {About} about
   * @param {number} now
   */
  tick(about, now) {
    this.river(about, now);
    this.act(about, now);
    this.run(about, now);
    this.sources = about.sources;
    this.renew = about.renew;
  }

  /**
   * @param {boolean} isLost
   * @param {number} age [s]
   * @param {number} since
   */
  live(isLost, age, since) {
    const {count = 0, late = []} = this.sources ?? {};
    if (isLost) {
      cell('strip-data', t('lost'), '', t('lost_since', {at: at(since)})).classList.add('white');
      return;
    }
    const named = late.length ? ` · ${t('late_source', {name: sourceName(late[0])})}` : '';
    const renew = this.renew ? ` · ${t('n_renew_facts', {n: this.renew})}` : '';
    const big = count ? t('sources_fresh', {fresh: number(count - late.length), n: number(count)}) : t('sources_none');
    cell('strip-data', big, '', t('live', {age: span(age)}) + named + renew).classList.remove('white');
  }
}

/** Say to whom a run is brought, and how many others wait. @param {any} proposed */
function proposedWords({number: n, decider, count}) {
  return t('strip_proposed', {number: String(n), decider, n: count - 1});
}

/** @param {any} going */
function goingWords({number: n, state, progress}) {
  const {done = 0, of = 0} = progress ?? {};
  const per = of ? ` ${number(Math.floor((100 * done) / of))}\u00a0%` : '';
  return `${t('run_number', {number: String(n)})} ${t(`run_${state}`)}${state === 'running' ? per : ''}`;
}
