/** The operator's lists at a moment: what to know first, acts ahead and past, dangers, sites, other gear out. */

import {OPEN, State} from '../enums.js';
import {byId, make} from '../parts/dom.js';
import {capital, listed, metres, number, say, told} from '../words/speech.js';
import {duration, moment, roughly, times} from '../words/time.js';
import {leaveWords} from './access.js';
import {Losses} from './losses.js';
import {List} from './rows.js';

/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Act, Cluster, OperatorConfig, Place, SeenNote, SymbolName} from '../types.js' */
/** @import {Symbols} from '../map/symbols.js' */
/** @import {Line} from './rows.js' */
/** @import {Names} from './names.js' */

/** An act that is nearer than this is counted down [s]. */
const SOON_S = 3600;
/** Moments at which much fails at once that are told before they come. */
const CLUSTERS = 3;

export class Lists {
  /**
   * @param {object} parts
   * @param {OperatorModel} parts.model
   * @param {OperatorConfig} parts.config
   * @param {Names} parts.names
   * @param {Symbols} parts.symbols
   * @param {(u: number) => void} choose
   */
  constructor({model, config, names, symbols}, choose) {
    this.model = model;
    this.config = config;
    this.names = names;
    this.symbols = symbols;
    this.losses = new Losses(model, names);
    this.moments = new List('moments', choose);
    this.past = new List('past', choose, 0);
    this.live = new List('dangers', choose);
    this.vital = new List('sites', choose, 5);
    this.rest = new List('others', choose);
  }

  /**
   * Show every list at a moment.
   *
   * @param {number} t
   */
  show(t) {
    this.first(t);
    this.acts(t);
    this.dangers(t);
    this.sites(t);
    this.others(t);
  }

  /**
   * Show every list in full, for paper, or as before.
   *
   * @param {boolean} isPrinting
   */
  print(isPrinting) {
    const count = byId('dangers-count').textContent;
    for (const list of [this.moments, this.past, this.live, this.vital, this.rest]) list.print(isPrinting);
    byId('dangers-count').textContent = count;
  }

  /**
   * What must not be overlooked: another river than the one computed, contradicted facts, much that fails at once.
   *
   * @param {number} t
   */
  first(t) {
    const {readings, contradictions, clusters, hasGround} = this.config;
    const said = readings.map(({u, at, read, computed, difference}) => {
      const values = {gauge: this.names.label(u), read: metres(read), computed: metres(computed), ...times(at, t)};
      const by = metres(Math.abs(difference));
      return {
        title: say(difference > 0 ? 'reading_higher' : 'reading_lower', {...values, by}),
        detail: '',
        isLoud: true
      };
    });
    if (contradictions) said.push({title: say('contradictions', {n: contradictions}), detail: '', isLoud: true});
    said.push(...this.closed(t));
    // the largest of those to come, in the order in which they come
    const ahead = clusters.filter((one) => one.to > t);
    const next = ahead.slice(0, CLUSTERS).sort((a, b) => a.from - b.from);
    said.push(...next.map((one) => this.cluster(one, t)));
    const over = clusters.length - ahead.length;
    if (over) said.push({title: say('clusters_past', {n: over}), detail: '', isLoud: false});
    if (!hasGround) said.push({title: '', detail: say('no_ground'), isLoud: false});
    const lines = said.map(({title, detail, isLoud}) =>
      make(
        'li',
        {class: isLoud ? 'loud' : 'over'},
        title && make('strong', {}, title),
        detail && make('span', {class: 'soft'}, detail)
      )
    );
    byId('first').replaceChildren(...lines);
    byId('first-section').hidden = !lines.length;
  }

  /**
   * Say which streets are reported closed.
   *
   * @param {number} t
   */
  closed(t) {
    return closedStreets(this.config.notes, t).map(({street, at, by}) => ({
      title: say('street_closed', {street, by: by ? say('by_whom', {by: told(by)}) : '', ...times(at, t)}),
      detail: '',
      isLoud: false
    }));
  }

  /**
   * @param {Cluster} one
   * @param {number} t
   */
  cluster({from, to, lamps, causes, streets, sites, before}, t) {
    const {names} = this;
    const span = {from: moment(from, t), to: moment(to, from), n: lamps, streets: streets.join(', ')};
    const also = sites.length ? say('cluster_sites', {sites: sites.map((u) => names.label(u)).join(', ')}) : '';
    const act = before !== null && before > t ? say('cluster_before', times(before, t)) : '';
    return {
      title: say(span.from === span.to ? 'cluster_at_once' : 'cluster', span),
      detail: [say('cluster_causes', {n: causes}), also, act].filter(Boolean).join(' '),
      isLoud: to > t
    };
  }

  /**
   * The last moments to act: those ahead, the next first; those past apart, the latest first.
   *
   * @param {number} t
   */
  acts(t) {
    const {lastMoments, deadByCut} = this.config;
    const ahead = lastMoments.filter(({at}) => at > t);
    const past = lastMoments.filter(({at}) => at <= t).reverse();
    this.moments.none = ahead.length ? '' : this.whyNone(past, t);
    this.moments.show(ahead.map((act) => this.act(act, t, say('cut_id', {id: this.names.id(act.u)}))));
    this.past.show(past.map((act) => this.act(act, t, this.names.id(act.u))));
    byId('past-title').textContent = past.length ? say('acts_past', {n: past.length}) : '';
    const cut = deadByCut ? say('acts_cut', {n: deadByCut}) : '';
    byId('acts-cut').textContent = [cut, past.length && !ahead.length ? say('acts_late') : '']
      .filter(Boolean)
      .join(' ');
  }

  /**
   * Say why no act is left: "none" alone would say that nothing needs doing.
   *
   * @param {Act[]} past
   * @param {number} t
   */
  whyNone(past, t) {
    const far = past.filter(({leave}) => leave?.binds === 'none').length;
    const wet = past.filter((act) => act.leave?.binds !== 'none' && this.isWet(act.u, t)).length;
    const road = past.length - far - wet;
    const why = listed(
      wet ? say('acts_wet', {n: wet}) : '',
      road ? say('acts_road', {n: road}) : '',
      far ? say('acts_far', {n: far}) : ''
    );
    return why ? say('acts_none_for', {why}) : say('acts_none');
  }

  /**
   * Tell whether water stands at an asset, or has reached its live parts since its last test.
   *
   * @param {number} u
   * @param {number} t
   */
  isWet(u, t) {
    return (this.model.depths.at(u, t)?.cm ?? 0) > 0 || this.model.waits.untestedSince(u, t) !== OPEN;
  }

  /**
   * @param {Act} one
   * @param {number} t
   * @param {string} title
   * @returns {Line}
   */
  act(one, t, title) {
    const {model, names} = this;
    const {u, at, failed, lamps, doubtful} = one;
    const isOut = model.iv.stateAt(model.pattern[u], t) === State.OUT;
    const water = failed === null ? say('touched_only') : say('flooded_at', times(failed, at));
    const soon = at > t && at - t < SOON_S ? say('act_in', {left: duration(at - t)}) : '';
    const now = isOut && at > t ? say('act_out_now') : '';
    const doubt = doubtful ? say('act_doubtful') : '';
    const way = leaveWords(one, (base) => names.id(base));
    const detail = listed(soon, way, names.street(u), water, doubt, say('act_lamps', {n: lamps}), now);
    return {u, time: at, title, detail};
  }

  /**
   * What may be live in water, by the place to cut and by whose hand.
   *
   * @param {number} t
   */
  dangers(t) {
    const {names} = this;
    const here = this.toOpen(t);
    const things = new Set(here.flatMap(({us}) => us)).size;
    this.live.show(
      here.map(({at: cut, us, from, now, depth, by, operator, street, unknown}) => {
        const water = listed(
          now === null ? '' : say('water_now', {depth: metres(now)}),
          depth === null ? '' : say('water_up_to', {depth: metres(depth)})
        );
        const since = say('live_since', times(from, t));
        const hand = by === 'grid' ? say('hand_grid', {operator: operator || say('grid_operator')}) : '';
        const isLamp = unknown && this.model.isLamp(cut);
        const count = us.length > 1 || us[0] !== cut ? say('things_live', {n: us.length}) : '';
        return {
          u: cut,
          symbol: /** @type {const} */ ('live'),
          title: isLamp ? say('cut_unknown') : say(by === 'grid' ? 'have_cut' : 'cut_id', {id: names.name(cut)}),
          // An hour at the edge of the line would be read as a deadline.
          detail: listed(since, hand, unknown ? say('supply_unknown') : '', count, street, water)
        };
      })
    );
    const counts = listed(say('places', {n: here.length}), say('things_live', {n: things}));
    byId('dangers-count').textContent = here.length ? counts : '';
    return things;
  }

  /**
   * Give where something is to be opened, in the order of the printed list: in service or of unknown supply first, then
   * by the rank that the run gives each place; `now` is the deepest water behind it [cm].
   *
   * @param {number} t
   */
  toOpen(t) {
    const {model, config} = this;
    /** @type {Map<number, Place & {us: number[], from: number, now: number | null}>} */
    const found = new Map();
    for (const {place, us, from} of model.live.at(t)) {
      const here = config.live[place];
      const one = found.get(here.at) ?? {...here, us: [], from, now: null};
      one.us = [...new Set([...one.us, ...us])];
      one.from = Math.min(one.from, from);
      one.unknown ||= here.unknown;
      one.depth = Math.max(one.depth ?? 0, here.depth ?? 0) || null;
      found.set(here.at, one);
    }
    for (const one of found.values()) {
      const depths = one.us.flatMap((u) => model.depths.at(u, t)?.cm ?? []);
      one.now = depths.length ? Math.max(...depths) : null;
    }
    /** @param {Place} place */
    const isLate = ({at, unknown}) => Number(!unknown && model.iv.stateAt(model.pattern[at], t) === State.OUT);
    return [...found.values()].sort((a, b) => isLate(a) - isLate(b) || a.rank - b.rank);
  }

  /**
   * Say of what is repaired and still without power whose return it waits for; empty of all else.
   *
   * @param {number} u
   * @param {number} t
   */
  repaired(u, t) {
    const holder = this.model.waits.unfedBy(u, t);
    return holder < 0 ? '' : say(`repaired_unfed${this.names.gender(u)}`, {id: this.names.id(holder)});
  }

  /**
   * The sites of the emergency plan: those without power, in doubt, on their reserve or last feed, then those to come.
   *
   * @param {number} t
   */
  sites(t) {
    const {model} = this;
    /** @type {(Line & {rank: number})[]} */
    const lines = [];
    let without = 0;
    for (const {u, people} of this.config.sites) {
      const said = this.site(u, t);
      if (!said) continue;
      const state = model.iv.stateAt(model.pattern[u], t);
      if (state === State.OUT) without++;
      const crowd = people ? say('people', {n: people}) : '';
      lines.push({
        u,
        symbol: /** @type {SymbolName} */ (this.symbols.of('site', state)),
        title: this.names.label(u),
        detail: listed(said.words, crowd, this.names.street(u)),
        rank: said.rank
      });
    }
    lines.sort((a, b) => a.rank - b.rank);
    this.vital.show(lines);
    byId('sites-count').textContent = without ? say('sites_count', {n: without}) : '';
  }

  /**
   * @param {number} u
   * @param {number} t
   * @returns {{words: string, rank: number} | null}
   */
  site(u, t) {
    const {model} = this;
    const {iv, conditions, pattern} = model;
    const i = iv.at(pattern[u], t);
    const lost = this.losses.andWhy(u, t);
    if (i >= 0 && iv.state[i] === State.OUT) {
      const [since, until] = [moment(iv.since[i], t), iv.until[i]];
      const key = model.crews.all.length ? 'site_back_crews' : 'site_back';
      const back = until === OPEN ? say('site_not_back') : say(key, roughly(until, t));
      return {words: listed(say('site_without', {since}), this.repaired(u, t), back), rank: 0};
    }
    if (i >= 0) return {words: lost, rank: 2};
    const k = model.condition(u, t);
    if (k >= 0 && conditions.state[k] === State.ON_RESERVE) {
      return {words: say('site_reserve', times(conditions.until[k], t)), rank: 1};
    }
    if (k >= 0 && conditions.state[k] === State.LAST_FEED) return {words: listed(say('site_last_feed'), lost), rank: 3};
    return lost ? {words: lost, rank: 4} : null;
  }

  /**
   * What else is out: signals, lift stations, pumps, boxes, counted by kind and named.
   *
   * @param {number} t
   */
  others(t) {
    const {model, names} = this;
    const {iv, pattern} = model;
    /** @type {Map<number, number>} */
    const counts = new Map();
    const lines = [];
    for (let u = 0; u < model.nodes; u++) {
      if (model.familyOf(u) !== 'other') continue;
      const i = iv.at(pattern[u], t);
      if (i < 0) continue;
      const isOut = iv.state[i] === State.OUT;
      if (isOut) counts.set(model.kindOf[u], (counts.get(model.kindOf[u]) ?? 0) + 1);
      lines.push({
        u,
        symbol: this.symbols.of('other', iv.state[i]),
        time: iv.since[i],
        title: names.label(u),
        detail: listed(
          capital(names.words(u).one),
          names.street(u),
          isOut ? this.repaired(u, t) : this.losses.words(u, t)
        )
      });
    }
    this.rest.show(lines);
    const kinds = [...counts].map(([kind, n]) => `${number(n)} ${names.counted(kind, n)}`);
    byId('others-kinds').textContent = kinds.join(', ');
  }
}

/**
 * Give the notes on streets that are reported closed at a moment: the last word on each.
 *
 * @param {SeenNote[]} notes
 * @param {number} t
 */
export function closedStreets(notes, t) {
  /** @type {Map<string, SeenNote>} */
  const last = new Map();
  for (const note of notes) if (note.street && note.at <= t) last.set(note.street, note);
  return [...last.values()].filter(({state}) => state === 'closed');
}
