/** What repairs wait for under crews, in words: a crew and where all of them are, access, daylight, a part, hours. */

import {Doing, OPEN} from '../enums.js';
import {capital, isOne, listed, say} from '../words/speech.js';
import {clock, moment, times} from '../words/time.js';

/** @import {Delay, Piece} from '../pack/crews.js' */
/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Names} from './names.js' */

/**
 * What waits for one thing: gear one by one, lamps of a street together.
 *
 * @typedef {object} Waiting
 * @property {Delay} first
 * @property {number} n
 */

export class Delays {
  /**
   * @param {OperatorModel} model
   * @param {Names} names
   */
  constructor(model, names) {
    this.model = model;
    this.names = names;
  }

  /**
   * Say what a repair waits for, where crews are meanwhile, and when somebody comes.
   *
   * @param {Delay} delay
   * @param {number} t
   */
  lines(delay, t) {
    const {reason, next} = delay;
    const isForCrew = reason === 'crew' || reason === 'kept';
    const where = isForCrew ? this.where(t) : '';
    const first =
      isForCrew && where ? say(`wait_${reason}_where`, {where}) : say(`wait_${reason}`, this.values(delay, t));
    const id = this.names.name(delay.u);
    return [first, next === OPEN ? say('wait_next_none') : say('wait_next', {id, ...times(next, t)})];
  }

  /**
   * Say it in a few words, as a list has them.
   *
   * @param {Delay} delay
   * @param {number} t
   */
  short(delay, t) {
    return say(`wait_short_${delay.reason}`, this.values(delay, t));
  }

  /**
   * @param {Delay} delay
   * @param {number} t
   */
  values({reason, until, lacks}, t) {
    const isKnown = until !== OPEN && until > t;
    /** @type {Partial<Record<Delay['reason'], string>>} */
    const ends = {
      part: say(isKnown ? 'wait_delivery' : 'wait_no_delivery', times(until, t)),
      day: isKnown ? say('wait_dawn', times(until, t)) : '',
      hours: isKnown ? say('wait_shift', times(until, t)) : '',
      access: isKnown ? say('wait_opens', times(until, t)) : ''
    };
    const end = ends[reason] ?? '';
    return {lacks, end: end && `, ${end}`};
  }

  /**
   * Say where all crews are: those at one place, or off duty to one hour, together.
   *
   * @param {number} t
   */
  where(t) {
    const {crews} = this.model;
    /** @type {Map<string, Piece[]>} */
    const groups = new Map();
    for (const piece of crews.at(t)) {
      const key = piece.doing === Doing.OFF ? `off ${piece.end}` : `${piece.doing} ${piece.u} ${piece.until}`;
      groups.set(key, [...(groups.get(key) ?? []), piece]);
    }
    return [...groups.values()].map((pieces) => this.group(pieces, t)).join(', ');
  }

  /**
   * @param {Piece[]} pieces of crews that do the same
   * @param {number} t
   */
  group(pieces, t) {
    const {crews} = this.model;
    const [{doing, u, until, end, row}] = pieces;
    const n = pieces.length;
    const isAll = n > 1 && n === crews.all.length;
    const ids = pieces.map(({crew}) => crews.all[crew].id);
    const named = ids.length > 1 ? `${ids.slice(0, -1).join(', ')} ${say('and')} ${ids[ids.length - 1]}` : ids[0];
    const who = isAll ? say(n === 2 ? 'where_both' : 'where_all', {n}) : named;
    const place = this.names.name(u);
    if (doing === Doing.OFF) {
      const comes = crews.pieces[row + 1]?.crew === pieces[0].crew;
      return say(comes ? 'where_off' : 'where_off_open', {n, who, when: moment(end, t)});
    }
    if (doing === Doing.FREE) return say('where_free', {n, who, place});
    const key = doing === Doing.DRIVING ? 'where_driving' : 'where_working';
    return say(key, {n, who, place, when: moment(until, t)});
  }

  /**
   * Give what waits at a moment: gear first, lamps of a street that wait for one thing together; soonest first.
   *
   * @param {number} t
   */
  waiting(t) {
    const {model} = this;
    /** @type {Map<string, Waiting>} */
    const found = new Map();
    for (const delay of model.crews.delays(t)) {
      const {u, reason, lacks} = delay;
      const key = model.isLamp(u) ? `${model.street[u]} ${reason} ${lacks}` : `#${u}`;
      const other = found.get(key);
      if (other) other.n += 1;
      else found.set(key, {first: delay, n: 1});
    }
    /** @param {Waiting} one */
    const rank = ({first}) => Number(model.isLamp(first.u));
    return [...found.values()].sort(
      (a, b) =>
        rank(a) - rank(b) || a.first.next - b.first.next || a.first.start - b.first.start || a.first.u - b.first.u
    );
  }

  /**
   * Give what a line of the list is called: a thing by its name, lamps of a street by their number.
   *
   * @param {Waiting} waiting
   */
  title({first, n}) {
    const {names} = this;
    if (!this.model.isLamp(first.u)) return names.label(first.u);
    return isOne(n) ? names.id(first.u) : capital(say('crew_count', {n}));
  }

  /**
   * Give how many repairs wait for what, the most first, and how many are for their own operators to mend.
   *
   * @param {number} t
   */
  counts(t) {
    const {crews, waits, nodes, kindOf} = this.model;
    /** @type {Map<Delay['reason'], number>} */
    const found = new Map();
    for (const {reason} of crews.delays(t)) found.set(reason, (found.get(reason) ?? 0) + 1);
    const lines = [...found].sort((a, b) => b[1] - a[1]).map(([reason, n]) => say(`queue_${reason}`, {n}));
    let others = 0;
    for (const u of waits.place.keys()) {
      const what = u < nodes && crews.isOthers(kindOf[u]) ? waits.at(u, t)?.what : undefined;
      if (what && what !== 'recede') others += 1;
    }
    if (others) lines.push(say('queue_owner', {n: others}));
    return lines;
  }

  /**
   * Say of an asset that no crew of the run mends whose it is; null of all else.
   *
   * @param {number} u
   */
  owner(u) {
    const {columns, crews, kindOf, owners, operators} = this.model;
    if (!crews.isOthers(kindOf[u])) return null;
    const who = operators[columns['asset.operator'][u] - 1] ?? owners[columns['asset.owner'][u] - 1];
    return who ? say('wait_owner', {who}) : say('wait_owner_unknown');
  }

  /**
   * Say when a crew sets out, for a table.
   *
   * @param {Delay} delay
   * @param {number} t
   */
  next({next}, t) {
    return next === OPEN ? say('not_in_run') : moment(next, t);
  }

  /**
   * @param {Waiting} waiting
   * @param {number} t
   */
  detail({first}, t) {
    const comes = first.next === OPEN ? '' : say('wait_short_next', times(first.next, t));
    return listed(this.short(first, t), comes, this.names.street(first.u));
  }

  /** @param {number} t */
  heading(t) {
    return say('waiting_title', {clock: clock(t)});
  }
}
