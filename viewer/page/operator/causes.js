/** Why an asset is out, in words: each step of the chain, what came from outside, and what is known of the asset. */

import {Coverage, NO_HEIGHT, OPEN, Source, State} from '../enums.js';
import {listed, metres, say, small, told} from '../words/speech.js';
import {duration, times} from '../words/time.js';

/** @import {Chain, Step} from '../pack/chain.js' */
/** @import {Declared, Fact} from '../types.js' */
/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Names} from './names.js' */

/**
 * A line of the story: what, and more softly the details.
 *
 * @typedef {{title: string, detail: string}} Line
 */

export class Causes {
  /**
   * @param {OperatorModel} model
   * @param {Chain} chain
   * @param {Names} names
   * @param {Declared[]} facts
   * @param {number} staleAfter age from which a fact is to be asked for again [s]
   */
  constructor(model, chain, names, facts, staleAfter) {
    this.model = model;
    this.chain = chain;
    this.names = names;
    this.facts = facts;
    this.staleAfter = staleAfter;
  }

  /**
   * Give one line on why: "A-011, inondée à 22 h 20"; empty where the asset is in service.
   *
   * @param {number} u
   * @param {number} t
   */
  short(u, t) {
    const steps = this.chain.walk(u, t);
    const last = steps[steps.length - 1];
    return last.i < 0 ? '' : this.step(last, t);
  }

  /**
   * @param {Step} step
   * @param {number} t
   */
  step(step, t) {
    return `${this.names.name(step.u)}, ${this.how(step, t)}`;
  }

  /**
   * Say how an interval of an asset came about, and when.
   *
   * @param {Step} step
   * @param {number} t
   */
  how({u, i}, t) {
    const {iv} = this.model;
    const mechanism = this.chain.mechanism(i);
    if (mechanism === 'near') return say('how_may');
    const word = mechanism === 'flooded' && this.names.kind(u).hasRooms ? 'inside' : mechanism;
    const how = say(`how_${word}${this.names.gender(u)}`, times(iv.since[i], t));
    return iv.state[i] === State.MAY ? say('how_doubtful', {how}) : how;
  }

  /**
   * Say the details of a step: its water, what tripped it, or what feeds it.
   *
   * @param {Step} step
   * @param {number} t
   * @param {number} [above] what the step hangs on
   */
  detail({u, i}, t, above) {
    const {names} = this;
    const root = this.model.iv.root[i];
    const mechanism = this.chain.mechanism(i);
    if (mechanism === 'flooded' || (mechanism === 'near' && above === undefined)) return this.water(u, t);
    if (mechanism === 'tripped' && root) {
      return say('tripped_by', {id: names.name(root - 1), street: names.street(root - 1)});
    }
    if (above === undefined) return names.street(u);
    return say(this.chain.sure(u, above) ? 'fed_by' : 'fed_by_inferred', {id: names.name(above)});
  }

  /**
   * Say how deep the water stands at an asset, and how high it comes at its highest against its threshold: what is now
   * apart from what is to come. Empty where peak or threshold is not known.
   *
   * @param {number} u
   * @param {number} t
   */
  water(u, t) {
    const {columns} = this.model;
    const [peak, fail] = [columns['asset.peak'][u], columns['asset.fail'][u]];
    if (peak === NO_HEIGHT || fail === NO_HEIGHT || peak <= 0) return '';
    const heights = {water: metres(peak), threshold: metres(fail), margin: metres(Math.abs(peak - fail))};
    const now = this.model.depths.at(u, t);
    const words = listed(
      now && say('water_now', {depth: metres(now.cm)}),
      say(peak >= fail ? 'water_above' : 'water_threshold', heights)
    );
    return columns['asset.failsource'][u] === Source.DEFAULT ? `${words}${say('threshold_default')}` : words;
  }

  /**
   * Say what came from outside at the root of a chain: water, a fact that was reported, or what the scenario declares.
   *
   * @param {Step} step
   * @returns {Line & {isWater: boolean}}
   */
  outside(step) {
    const mechanism = this.chain.mechanism(step.i);
    const isDoubtful = this.model.iv.state[step.i] === State.MAY;
    const peak = this.model.columns['asset.peak'][step.u];
    if (mechanism === 'near') return {isWater: true, title: say('outside_may'), detail: ''};
    if (mechanism === 'flooded' && isDoubtful) {
      return {isWater: true, title: say('outside_water'), detail: say('outside_water_doubt')};
    }
    if (mechanism === 'flooded' || mechanism === 'touched') {
      const detail = peak === NO_HEIGHT ? '' : say('outside_water_detail', {depth: metres(peak)});
      return {isWater: true, title: say('outside_water'), detail};
    }
    const before = this.model.iv.since[step.i] + 1;
    const fact = this.facts.filter((one) => one.u === step.u && one.at <= before).pop();
    if (fact?.fact) return {isWater: false, title: say('outside_fact'), detail: told(fact.by)};
    return {
      isWater: false,
      title: say(`outside_${mechanism}`),
      detail: fact ? listed(told(fact.reason), told(fact.by)) : ''
    };
  }

  /**
   * Name the streets of lamps, those with most lamps first.
   *
   * @param {number[]} assets
   */
  streets(assets) {
    const counts = new Map();
    for (const u of assets) {
      const street = this.model.street[u];
      if (street && this.model.isLamp(u)) counts.set(street, (counts.get(street) ?? 0) + 1);
    }
    const names = [...counts].sort((a, b) => b[1] - a[1]).map(([street]) => this.model.streets[street]);
    if (names.length <= 2) return names.join(', ');
    return say('streets_and_more', {a: names[0], b: names[1], n: names.length - 2});
  }

  /**
   * Say what stands at a building.
   *
   * @param {number} u
   * @param {number} t
   */
  building(u, t) {
    const {feet} = this.model;
    const state = feet.stateAt(feet.members[this.model.buildingOf(u)], t);
    const key = state === State.INSIDE ? 'building_inside' : state === State.WET ? 'building_wet' : 'building_dry';
    return [say(key)];
  }

  /**
   * Say how deep the water stands at an asset now, and whether it rises; then how high it comes, or came.
   *
   * @param {number} u
   * @param {number} t
   */
  depthNow(u, t) {
    const peak = this.model.columns['asset.peak'][u];
    if (peak === NO_HEIGHT || peak <= 0) return [];
    const now = this.model.depths.at(u, t);
    const most = say('peak_depth', {depth: metres(peak)});
    if (!now) return [most];
    const depth = metres(now.cm);
    return [`${now.cm || now.trend !== 'steady' ? say(`depth_${now.trend}`, {depth}) : say('depth_none')} ${most}`];
  }

  /**
   * Say of all that water has come to, whatever put it out, that it is not to be switched on again before its test.
   *
   * @param {number[]} assets
   * @param {number} t
   */
  untested(assets, t) {
    const lines = [];
    for (const u of assets) {
      const {waits, iv, pattern, depths} = this.model;
      const [since, touched] = [waits.untestedSince(u, t), waits.touchedSince(u, t)];
      const id = this.names.name(u);
      if (since !== OPEN) {
        // The highest of the run may be ahead: where depths over time are not kept, none is told.
        const cm = depths.highest(u, t);
        lines.push(
          cm === null
            ? say('untested_since', {id, ...times(since, t)})
            : say('untested', {id, depth: metres(cm), ...times(since, t)})
        );
      } else if (touched !== OPEN) {
        const isOut = iv.stateAt(pattern[u], t) === State.OUT;
        lines.push(say(isOut ? 'touched_untested' : 'touched_in_service', {id, ...times(touched, t)}));
      }
    }
    return lines;
  }

  /**
   * Say what was reported of some assets, by whom and when; then what inventory and water say of the first of them:
   * doubt, coverage, links, owner.
   *
   * @param {number[]} assets
   * @param {number} t
   */
  known([u, ...others], t) {
    const {columns, owners, operators} = this.model;
    const lines = [];
    for (const fact of this.facts) {
      if (!fact.fact || fact.at > t || ![u, ...others].includes(fact.u)) continue;
      const said = this.fact(fact, t);
      lines.push(fact.u === u ? said : `${this.names.name(fact.u)}, ${small(said)}`);
    }
    const coverage = columns['asset.coverage'][u];
    const owner = owners[columns['asset.owner'][u] - 1];
    const operator = operators[columns['asset.operator'][u] - 1];
    if (columns['asset.doubt'][u]) lines.push(say('fact_doubt'));
    if (coverage === Coverage.UNKNOWN) lines.push(say('fact_unknown'));
    if (coverage === Coverage.PARTIAL) lines.push(say('fact_partial'));
    if (!this.chain.isSureFed(u, t)) lines.push(say('fact_inferred'));
    if (owner) lines.push(say('fact_owner', {name: owner}));
    if (operator) lines.push(say('fact_operator', {name: operator}));
    return lines;
  }

  /**
   * Tell whether the last fact of an asset says that it was seen in service.
   *
   * @param {number} u
   * @param {number} t
   */
  seenInService(u, t) {
    const said = this.facts.filter((one) => one.fact && one.u === u && one.at <= t);
    return said[said.length - 1]?.action === 'fact_in_service';
  }

  /**
   * Say what was reported, by whom, and how long ago: a fact ages, and is asked for again.
   *
   * @param {Fact} fact
   * @param {number} t
   */
  fact({u, action, at, by}, t) {
    const key = by ? 'fact_said' : 'fact_said_nobody';
    const said = say(key, {state: say(`fact_state_${action}`), by, at: times(at, t).at});
    const isOver =
      action === 'fact_end' || this.facts.some((one) => one.fact && one.u === u && one.at > at && one.at <= t);
    if (isOver || t - at < 60) return said;
    return say(t - at >= this.staleAfter ? 'fact_stale' : 'fact_age', {said, age: duration(t - at)});
  }
}
