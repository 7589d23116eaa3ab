/** The panel of one asset: its state, the chain of causes as a tree, when it comes back, and what is known of it. */

import {State} from '../enums.js';
import {make, paragraph} from '../parts/dom.js';
import {capital, listed, say, small} from '../words/speech.js';
import {duration, moment, times} from '../words/time.js';
import {Losses} from './losses.js';

/** @import {Chain, Step} from '../pack/chain.js' */
/** @import {OperatorModel} from '../pack/model.js' */
/** @import {SymbolName} from '../types.js' */
/** @import {Access} from './access.js' */
/** @import {Causes} from './causes.js' */
/** @import {Gardens} from './gardens.js' */
/** @import {Names} from './names.js' */
/** @import {WaitingLines} from './waiting.js' */

/**
 * A line of the tree; a button where it speaks of an asset.
 *
 * @typedef {object} Node
 * @property {SymbolName | null} symbol
 * @property {string} title
 * @property {string} detail
 * @property {number} [u]
 * @property {boolean} [strong]
 * @property {boolean} [branch]
 */

/**
 * What the panel asks of its page.
 *
 * @typedef {{icon: (name: SymbolName) => Element, choose: (u: number) => void}} Page
 */

/** Circuits that are told beside the chain of what feeds them. */
const BRANCHES = 2;

export class WhyPanel {
  /**
   * @param {object} parts
   * @param {OperatorModel} parts.model
   * @param {Chain} parts.chain
   * @param {Names} parts.names
   * @param {Causes} parts.causes
   * @param {WaitingLines} parts.waiting
   * @param {Access} parts.access
   * @param {Gardens} parts.gardens
   * @param {(u: number) => SymbolName | null} parts.symbolOf
   * @param {Page} parts.page
   */
  constructor({model, chain, names, causes, waiting, access, gardens, symbolOf, page}) {
    this.model = model;
    this.chain = chain;
    this.names = names;
    this.causes = causes;
    this.waiting = waiting;
    this.gardens = gardens;
    this.access = access;
    this.losses = new Losses(model, names);
    this.symbolOf = symbolOf;
    this.page = page;
  }

  /**
   * Give the panel's elements for an asset at a moment.
   *
   * @param {number} u
   * @param {number} t
   * @returns {HTMLElement[]}
   */
  panel(u, t) {
    const i = this.model.iv.at(this.model.pattern[u], t);
    const isBuilding = this.model.buildingOf(u) >= 0;
    return [
      this.title(u),
      ...(isBuilding ? this.causes.building(u, t).map(paragraph) : []),
      ...(i < 0 ? this.inService(u, t) : this.out(u, i, t)),
      ...this.gardens.panel(u, t)
    ];
  }

  /** @param {number} u */
  title(u) {
    const name = this.names.name(u);
    const heading = make('h2', {}, `${capital(this.names.words(u).one)} ${name}`);
    return make('div', {class: 'title'}, heading, make('span', {class: 'soft'}, this.names.place(u, name)));
  }

  /**
   * @param {number} u
   * @param {number} t
   */
  inService(u, t) {
    const {iv, pattern} = this.model;
    const rows = iv.rows(pattern[u]).sort((a, b) => iv.start[a] - iv.start[b]);
    /** @type {HTMLElement[]} */
    const parts = [paragraph(this.condition(u, t)), ...this.causes.depthNow(u, t).map(paragraph)];
    const lost = this.losses.words(u, t);
    if (lost) parts.push(make('p', {class: 'warned'}, `${capital(lost)}.`));
    else if (rows.some((k) => iv.end[k] <= t)) {
      parts.push(make('p', {}, say('was_out')));
    }
    const feed = this.chain.feed(u, t);
    if (feed.length > 1) parts.push(make('h3', {}, say('fed_through')), this.tree(feed.map((one) => this.fed(one, t))));
    return [...parts, ...this.warned([u], t), ...this.access.lines(u, t), ...this.known([u], t)];
  }

  /**
   * Say what an asset is that is not out: in service, on its reserve, on its last feed, or nobody knows what feeds it.
   *
   * @param {number} u
   * @param {number} t
   */
  condition(u, t) {
    const {conditions} = this.model;
    const k = this.model.condition(u, t);
    const state = k < 0 ? -1 : conditions.state[k];
    if (state === State.ON_RESERVE) {
      return say('on_reserve', {left: duration(conditions.until[k] - t), ...times(conditions.until[k], t)});
    }
    if (state === State.LAST_FEED) return say('on_last_feed');
    if (state === State.NO_SUPPLIER) return say('no_supplier');
    return say(this.causes.seenInService(u, t) ? 'in_service_seen' : 'in_service');
  }

  /**
   * @param {number[]} assets
   * @param {number} t
   */
  warned(assets, t) {
    return this.causes.untested([...new Set(assets)], t).map((line) => make('p', {class: 'warned'}, line));
  }

  /**
   * @param {number} u
   * @param {number} t
   * @returns {Node}
   */
  fed(u, t) {
    const water = this.losses.inWater(u, t);
    const detail = listed(this.names.words(u).one, this.names.street(u), water);
    return {symbol: this.symbolOf(u), title: this.names.name(u), detail, u};
  }

  /**
   * @param {number} u
   * @param {number} i
   * @param {number} t
   */
  out(u, i, t) {
    const mechanism = this.chain.mechanism(i);
    const hanging = this.chain.hanging(u);
    const lamps = hanging.filter((one) => this.model.isLamp(one) && this.isOut(one));
    const steps = this.chain.walk(u, t);
    const last = steps[steps.length - 1];
    const nodes = u < this.model.nodes && lamps.length ? this.effects(hanging, lamps.length, t) : [];
    nodes.push(...this.steps(steps, t));
    if (last.i >= 0) {
      const {isWater, ...line} = this.causes.outside(last);
      nodes.push({symbol: isWater ? 'water' : null, ...line});
    }
    const rooted = this.model.rootsAt(t).roots.find((one) => one.u === u)?.lamps ?? 0;
    const effect = lamps.length
      ? ` ${say('lamps_out_sentence', {n: lamps.length})} ${say('lamps_rooted', {n: rooted})}`
      : '';
    const isHeld = mechanism !== 'near' && mechanism !== 'touched';
    const concerned = [...new Set([...steps.map((step) => step.u), this.waiting.holder(u, i, t)])];
    return [
      paragraph(this.since(u, i, t) + effect),
      ...this.causes.depthNow(last.i < 0 ? u : last.u, t).map((line) => paragraph(this.at(u, last.u, line))),
      ...this.warned(concerned, t),
      make('h3', {}, say('why')),
      this.tree(nodes),
      ...(isHeld ? this.waiting.lines(u, i, t) : []),
      ...this.access.lines(u, t),
      ...this.known(concerned, t)
    ];
  }

  /**
   * Give a line that speaks of another asset than the one that was chosen, with that asset's name in front.
   *
   * @param {number} u
   * @param {number} of
   * @param {string} line
   */
  at(u, of, line) {
    return u === of ? line : `${this.names.name(of)}, ${small(line)}`;
  }

  /** @param {number} u */
  isOut(u) {
    return this.model.state[this.model.pattern[u]] === State.OUT;
  }

  /**
   * @param {number} u
   * @param {number} i
   * @param {number} t
   */
  since(u, i, t) {
    const {iv} = this.model;
    const when = moment(iv.since[i], t);
    if (iv.state[i] === State.OUT) return say(`out_since${this.names.gender(u)}`, {when});
    return `**${capital(this.losses.words(u, t))}.** ${say('within_errors')}`;
  }

  /**
   * Give what an outage takes with it: lamps, circuits, and the circuits that tripped for themselves.
   *
   * @param {number[]} hanging
   * @param {number} lamps
   * @param {number} t
   * @returns {Node[]}
   */
  effects(hanging, lamps, t) {
    const {iv, pattern} = this.model;
    /** @type {Node[]} */
    const nodes = [
      {symbol: 'lamp_dark', title: say('lamps_without', {n: lamps}), detail: this.causes.streets(hanging)}
    ];
    const circuits = hanging.filter((one) => this.names.kind(one).isCircuit && this.isOut(one));
    if (circuits.length) {
      nodes.push({symbol: 'other_out', title: say('circuits_without', {n: circuits.length}), detail: ''});
    }
    const tripped = circuits.map((one) => ({u: one, i: iv.at(pattern[one], t)}));
    for (const step of tripped.filter(({i}) => this.chain.mechanism(i) === 'tripped').slice(0, BRANCHES)) {
      nodes.push({...this.node(step, t), symbol: 'other_out', branch: true});
    }
    return nodes;
  }

  /**
   * Give the chain of causes; beside a step the other suppliers that had to be out as well.
   *
   * @param {Step[]} steps
   * @param {number} t
   * @returns {Node[]}
   */
  steps(steps, t) {
    return steps.flatMap((step, k) => {
      if (step.i < 0) return [];
      const beside = this.chain.also(step).filter(({i}) => i >= 0);
      return [
        {...this.node(step, t, steps[k + 1]?.u), strong: k === 0},
        ...beside.map((other) => ({...this.node(other, t), detail: say('also_needed'), branch: true}))
      ];
    });
  }

  /**
   * @param {Step} step
   * @param {number} t
   * @param {number} [above]
   * @returns {Node}
   */
  node(step, t, above) {
    return {
      symbol: this.symbolOf(step.u) ?? 'other_out',
      title: this.causes.step(step, t),
      detail: this.causes.detail(step, t, above),
      u: step.u
    };
  }

  /**
   * @param {number[]} assets
   * @param {number} t
   */
  known(assets, t) {
    const lines = this.causes.known(assets, t);
    return lines.length ? [make('ul', {class: 'facts'}, ...lines.map((line) => make('li', {}, line)))] : [];
  }

  /** @param {Node[]} nodes */
  tree(nodes) {
    return make('ol', {class: 'tree'}, ...nodes.map((node) => this.item(node)));
  }

  /** @param {Node} node */
  item({symbol, title, detail, u, strong, branch}) {
    const head = make(strong ? 'strong' : 'span', {class: 'head'}, title);
    const words = make('span', {class: 'words'}, head, make('span', {class: 'soft'}, detail));
    const icon = symbol ? this.page.icon(symbol) : make('span', {class: 'sym outside', 'aria-hidden': 'true'});
    const inside = u === undefined ? make('div', {class: 'node'}) : make('button', {class: 'node', type: 'button'});
    if (u !== undefined) inside.addEventListener('click', () => this.page.choose(u));
    inside.append(icon, words);
    return make('li', {class: branch ? 'branch' : false}, inside);
  }
}
