/** Why an asset is out: the chain of causes from the effect down to what came from outside, in words and as links. */

import {MAY, OPEN, OUT} from './intervals.js';
import {duration, make, metres, moment, rich, say, times} from './format.js';

const MECHANISMS = ['flooded', 'tripped', 'supply_lost', 'buffer_empty', 'cut', 'failed', 'near', 'touched'];
const INUNDATED = ['site', 'building'];
const STAGES = ['recede', 'reach', 'inspect', 'clean_dry', 'replace', 're_energise'];
const NO_HEIGHT = 32767;
const INFERRED = 3;

export class Chain {
  constructor(model) {
    this.model = model;
    const {columns} = model;
    this.consumer = columns['edge.consumer'];
    this.supplier = columns['edge.supplier'];
    this.source = columns['edge.source'];
    this.service = columns['edge.service'];
    this.first = new Int32Array(model.pattern.length + 1);
    for (let e = 0; e < this.consumer.length; e++) this.first[this.consumer[e] + 1]++;
    for (let u = 0; u < model.pattern.length; u++) this.first[u + 1] += this.first[u];
    // consumers of each asset, for what hangs on it
    const counts = new Int32Array(model.pattern.length + 1);
    for (const u of this.supplier) counts[u + 1]++;
    for (let u = 0; u < model.pattern.length; u++) counts[u + 1] += counts[u];
    this.below = new Int32Array(this.supplier.length);
    const fill = counts.slice();
    for (let e = 0; e < this.supplier.length; e++) this.below[fill[this.supplier[e]]++] = this.consumer[e];
    this.belowFirst = counts;
    this.holds = new Map();
    (columns['hold.asset'] ?? []).forEach((u, i) => this.holds.set(u, i));
  }

  /** Give [{u, i}] from an asset to its root: i is the interval that speaks, -1 where there is none. */
  walk(u, t) {
    const {iv, pattern} = this.model;
    const steps = [];
    const seen = new Set();
    let at = t;
    while (u >= 0 && !seen.has(u)) {
      seen.add(u);
      const i = iv.at(pattern[u], at);
      steps.push({u, i});
      if (i < 0 || !iv.cause[i]) break;
      const next = iv.cause[i] - 1;
      if (iv.at(pattern[next], at) < 0) at = iv.start[i];
      u = next;
    }
    return steps;
  }

  /** The chain that feeds an asset that is in service: preferred suppliers up to the source. */
  feed(u) {
    const steps = [u];
    while (steps.length < 8) {
      let e = this.first[u];
      while (e < this.first[u + 1] && this.service[e] === 1) e++;
      if (e >= this.first[u + 1] || steps.includes(this.supplier[e])) break;
      u = this.supplier[e];
      steps.push(u);
    }
    return steps;
  }

  sure(consumer, supplier) {
    for (let e = this.first[consumer]; e < this.first[consumer + 1]; e++) if (this.supplier[e] === supplier) return this.source[e] !== INFERRED;
    return true;
  }

  /** Links for the map, between those of the chain that have a place. */
  links(u, t, symbolOf, idOf) {
    const {model} = this;
    const walked = this.walk(u, t);
    const steps = walked[0].i >= 0 ? walked.map((step) => step.u) : this.feed(u).slice(0, 3);
    const links = [];
    let from = steps[0];
    let sure = true;
    for (let k = 1; k < steps.length; k++) {
      sure &&= this.sure(steps[k - 1], steps[k]);
      if (!model.placed[steps[k]]) continue;
      const end = (one, isLast) => ({x: model.x[one], y: model.y[one], symbol: symbolOf(one), label: isLast ? idOf(one) : ''});
      links.push({from: end(from), to: end(steps[k], k === steps.length - 1), sure, old: links.length > 0});
      from = steps[k];
      sure = true;
    }
    return links;
  }

  /** Assets that hang on one, all the way down. */
  hanging(u) {
    const found = [];
    const seen = new Set([u]);
    const todo = [u];
    while (todo.length) {
      const one = todo.pop();
      for (let k = this.belowFirst[one]; k < this.belowFirst[one + 1]; k++) {
        const next = this.below[k];
        if (seen.has(next)) continue;
        seen.add(next);
        found.push(next);
        todo.push(next);
      }
    }
    return found;
  }

  kind(u) {
    return this.model.texts.kinds[this.model.kindOf[u]];
  }

  words(u) {
    return this.kind(u).words[document.documentElement.lang];
  }

  gender(u) {
    return this.words(u).gender === 'f' ? '_f' : '';
  }

  name(u) {
    const named = ['circuit', 'site'].includes(this.kind(u).name) ? this.model.texts['asset.name'][u] : '';
    return named || this.model.ids()[u];
  }

  /** One line on why: "A-011, noyée à 22 h 20". */
  short(u, t) {
    const steps = this.walk(u, t);
    const last = steps[steps.length - 1];
    if (last.i < 0) return '';
    return `${this.name(last.u)}, ${this.how(last, t)}`;
  }

  how({u, i}, t) {
    const {iv} = this.model;
    const mechanism = MECHANISMS[iv.mech[i]];
    if (mechanism === 'near') return say('how_may');
    const word = mechanism === 'flooded' && INUNDATED.includes(this.kind(u).name) ? 'inside' : mechanism;
    const how = say(`how_${word}${this.gender(u)}`, times(iv.start[i], t));
    return iv.state[i] === MAY ? say('how_doubtful', {how}) : how;
  }

  detail({u, i}, above) {
    const {iv, columns} = this.model;
    const mechanism = MECHANISMS[iv.mech[i]];
    if (mechanism === 'flooded' || mechanism === 'near' && above === undefined) {
      const [peak, fail] = [columns['asset.peak'][u], columns['asset.fail'][u]];
      if (peak !== NO_HEIGHT && fail !== NO_HEIGHT && peak > 0) {
        const words = say(peak >= fail ? 'water_above' : 'water_threshold', {water: metres(peak), threshold: metres(fail), margin: metres(Math.abs(peak - fail))});
        return columns['asset.failsource'][u] === 2 ? `${words}${say('threshold_default')}` : words;
      }
      return '';
    }
    if (mechanism === 'tripped' && iv.root[i]) return say('tripped_by', {id: this.name(iv.root[i] - 1), street: this.model.streets[this.model.street[iv.root[i] - 1]]});
    if (above !== undefined) return say(this.sure(u, above) ? 'fed_by' : 'fed_by_inferred', {id: this.name(above)});
    return this.model.streets[this.model.street[u]];
  }

  panel(u, t, page) {
    const {model} = this;
    const {iv, columns} = model;
    const i = iv.at(model.pattern[u], t);
    const words = this.words(u);
    const parts = [make('div', {class: 'title'}, make('h2', {}, `${words.one[0].toUpperCase()}${words.one.slice(1)} ${this.name(u)}`), make('span', {class: 'soft'}, [model.texts['asset.name'][u], model.streets[model.street[u]]].filter((text, k, all) => text && text !== this.name(u) && !all[0]?.includes(all[k + 1])).join(', ')))];
    const hanging = this.hanging(u);
    const lampsOut = hanging.filter((one) => one >= model.lamps[0] && one < model.lamps[1] && model.state[model.pattern[one]] === OUT).length;
    const isBuilding = u >= model.lamps[1];
    if (isBuilding) parts.push(...this.buildingLines(u, t));
    if (i < 0) {
      parts.push(rich(make('p', {}), say('in_service')));
      const next = iv.rows(model.pattern[u]).filter((k) => iv.start[k] > t).sort((a, b) => iv.start[a] - iv.start[b])[0];
      const before = iv.rows(model.pattern[u]).filter((k) => iv.end[k] <= t).length;
      if (next !== undefined) parts.push(rich(make('p', {}), say(iv.state[next] === MAY ? 'may_from' : 'out_from', {when: moment(iv.start[next], t)})));
      else if (before) parts.push(make('p', {}, say('was_out')));
      const chain = this.feed(u);
      if (chain.length > 1) parts.push(make('h3', {}, say('fed_through')), this.tree(chain.map((one) => ({symbol: page.symbolOf(one), title: this.name(one), detail: [this.words(one).one, model.streets[model.street[one]]].filter(Boolean).join(', '), u: one})), page));
      parts.push(...this.facts(u, [u], t));
      return parts;
    }
    const isNear = MECHANISMS[iv.mech[i]] === 'near';
    const when = moment(iv.start[i], t);
    const state = isNear ? say('may_until', {from: when}) : iv.state[i] === MAY ? say('doubt_since', {when}) : say(`out_since${this.gender(u)}`, {when});
    const effect = lampsOut ? ` ${say('lamps_out_sentence', {n: lampsOut})}` : '';
    parts.push(rich(make('p', {}), state + effect));
    const steps = this.walk(u, t);
    const nodes = [];
    if (lampsOut && u < model.lamps[0]) {
      nodes.push({symbol: 'lamp_dark', title: say('lamps_without', {n: lampsOut}), detail: this.streetsOf(hanging)});
      const circuits = hanging.filter((one) => this.kind(one).name === 'circuit' && model.state[model.pattern[one]] === OUT);
      if (circuits.length) nodes.push({symbol: 'other_out', title: say('circuits_without', {n: circuits.length}), detail: ''});
      for (const circuit of circuits.filter((one) => MECHANISMS[iv.mech[iv.at(model.pattern[one], t)]] === 'tripped').slice(0, 2)) {
        const step = {u: circuit, i: iv.at(model.pattern[circuit], t)};
        nodes.push({symbol: 'other_out', title: `${this.name(circuit)}, ${this.how(step, t)}`, detail: this.detail(step), branch: true, u: circuit});
      }
    }
    steps.forEach((step, k) => {
      if (step.i < 0) return;
      const above = steps[k + 1]?.u;
      nodes.push({symbol: page.symbolOf(step.u) ?? 'other_out', title: `${this.name(step.u)}, ${this.how(step, t)}`, detail: this.detail(step, above), u: step.u, strong: k === 0});
    });
    const last = steps[steps.length - 1];
    if (last.i >= 0) {
      const mechanism = MECHANISMS[iv.mech[last.i]];
      const peak = columns['asset.peak'][last.u];
      if (mechanism === 'near') nodes.push({symbol: 'water', title: say('outside_may'), detail: ''});
      else if (mechanism === 'flooded' && iv.state[last.i] === MAY) nodes.push({symbol: 'water', title: say('outside_water'), detail: say('outside_water_doubt')});
      else if (mechanism === 'flooded' || mechanism === 'touched') nodes.push({symbol: 'water', title: say('outside_water'), detail: peak === NO_HEIGHT ? '' : say('outside_water_detail', {depth: metres(peak)})});
      else nodes.push({symbol: null, ...this.outside(last, mechanism)});
    }
    parts.push(make('h3', {}, say('why')), this.tree(nodes, page));
    if (!isNear && MECHANISMS[iv.mech[i]] !== 'touched') parts.push(...this.repair(u, i, t));
    parts.push(...this.facts(u, [...new Set([u, last.u, this.holder(u, i)])], t));
    return parts;
  }

  /** What came from outside: a fact that was reported, or what the scenario declares. */
  outside(step, mechanism) {
    const fact = this.model.config.facts.filter((one) => one.u === step.u && one.at <= this.model.iv.start[step.i] + 1).pop();
    if (fact?.fact) return {title: say('outside_fact'), detail: fact.by};
    return {title: say(`outside_${mechanism}`), detail: fact ? [fact.reason, fact.by].filter(Boolean).join(', ') : ''};
  }

  streetsOf(list) {
    const counts = new Map();
    for (const u of list) {
      const street = this.model.street[u];
      if (street && u >= this.model.lamps[0] && u < this.model.lamps[1]) counts.set(street, (counts.get(street) ?? 0) + 1);
    }
    const names = [...counts].sort((a, b) => b[1] - a[1]).map(([street]) => this.model.streets[street]);
    return names.length > 2 ? say('streets_and_more', {a: names[0], b: names[1], n: names.length - 2}) : names.join(', ');
  }

  buildingLines(u, t) {
    const {model} = this;
    const state = model.feet.stateAt(model.feet.members[u - model.lamps[1]], t);
    const peak = model.columns['asset.peak'][u];
    const lines = [state === 4 ? say('building_inside') : state === 3 ? say('building_wet') : say('building_dry')];
    if (peak !== NO_HEIGHT && peak > 0) lines.push(say('peak_depth', {depth: metres(peak)}));
    return lines.map((line) => rich(make('p', {}), line));
  }

  /** The asset that holds an outage open. */
  holder(u, i) {
    const {iv} = this.model;
    return iv.held[i] ? iv.held[i] - 1 : u;
  }

  /** The fact that holds an asset out of service while the outage of interval i lasts: {fact, end}; null where none does. */
  heldByFact(u, i) {
    const {iv, pattern, config} = this.model;
    const held = this.holder(u, i);
    const own = held === u ? i : iv.rows(pattern[held]).find((k) => iv.start[k] < iv.end[i] && iv.end[k] > iv.start[i]);
    if (own === undefined || MECHANISMS[iv.heldmech[own]] !== 'failed') return null;
    const here = config.facts.filter((one) => one.u === held && one.fact && one.at <= iv.end[own]);
    const fact = here.filter((one) => one.action === 'fact_out' && one.at < iv.end[own]).pop();
    return fact ? {held, fact, end: here.find((one) => one.at > fact.at)} : null;
  }

  /** What was reported of some assets, by whom and when; then what the inventory and the water say of the first: doubt, coverage, links, owner. */
  facts(u, of, t) {
    const {columns, texts, config} = this.model;
    const lines = [];
    for (const one of config.facts.filter((fact) => fact.fact && of.includes(fact.u))) {
      const said = say(one.by ? 'fact_said' : 'fact_said_nobody', {state: say(`fact_state_${one.action}`), by: one.by, at: times(one.at, t).at});
      lines.push(one.u === u ? said : `${this.name(one.u)}, ${said[0].toLowerCase()}${said.slice(1)}`);
    }
    if (columns['asset.doubt'][u]) lines.push(say('fact_doubt'));
    if (columns['asset.coverage'][u] === 2) lines.push(say('fact_unknown'));
    if (columns['asset.coverage'][u] === 1) lines.push(say('fact_partial'));
    const chain = this.feed(u);
    for (let k = 1; k < chain.length; k++) {
      if (!this.sure(chain[k - 1], chain[k])) {
        lines.push(say('fact_inferred'));
        break;
      }
    }
    const owner = texts['asset.owners'][columns['asset.owner'][u] - 1];
    const operator = texts['asset.operators'][columns['asset.operator'][u] - 1];
    if (owner) lines.push(say('fact_owner', {name: owner}));
    if (operator) lines.push(say('fact_operator', {name: operator}));
    return lines.length ? [make('ul', {class: 'facts'}, ...lines.map((line) => make('li', {}, line)))] : [];
  }

  tree(nodes, page) {
    const list = make('ol', {class: 'tree'});
    for (const node of nodes) {
      const words = make('span', {class: 'words'}, make(node.strong ? 'strong' : 'span', {class: 'head'}, node.title), make('span', {class: 'soft'}, node.detail ?? ''));
      const icon = node.symbol ? page.icon(node.symbol) : make('span', {class: 'sym outside', 'aria-hidden': 'true'});
      const inside = node.u === undefined ? make('div', {class: 'node'}, icon, words) : make('button', {class: 'node', type: 'button'}, icon, words);
      if (node.u !== undefined) inside.addEventListener('click', () => page.choose(node.u, true));
      list.append(make('li', {class: node.branch ? 'branch' : false}, inside));
    }
    return list;
  }

  /** Six segments: the water must leave, then reach, inspect, clean and dry, replace, re-energise. */
  repair(u, i, t) {
    const {model} = this;
    const held = this.holder(u, i);
    const end = model.iv.end[i];
    const told = this.heldByFact(u, i);
    const parts = [];
    const hold = this.holds.get(held);
    const mechanism = MECHANISMS[model.iv.heldmech[i]];
    if (told && told.fact.at <= t) return [make('h3', {}, say('back_in_service')), ...this.toldLines(told, u, t)];
    if (hold !== undefined) {
      const {stage, next, work} = stageAt(model, hold, t);
      const bar = make('ol', {class: 'stages', 'aria-label': say('stage_of', {k: stage + 1, total: 6})});
      STAGES.forEach((name, k) => bar.append(make('li', {class: k < stage ? 'done' : k === stage ? 'now' : false, 'aria-current': k === stage ? 'step' : false}, say(`stage_${name}`))));
      parts.push(make('div', {class: 'title'}, make('h3', {}, say('back_in_service')), make('span', {class: 'soft'}, say('stage_of', {k: stage + 1, total: 6}))), bar);
      parts.push(rich(make('p', {}), stage === 0 ? (next === null ? say('waits_water_beyond') : say('waits_water', {...times(next, t), work: duration(work)})) : say('waits_stage', {stage: say(`stage_long_${STAGES[stage]}`), ...times(next, t)})));
      if (held !== u) parts.push(make('p', {class: 'soft'}, say('held_by', {id: this.name(held)})));
    } else if (mechanism) {
      parts.push(make('h3', {}, say('back_in_service')), make('p', {}, say(`waits_${mechanism}`, {id: this.name(held)})));
    }
    if (told) parts.push(...this.toldLines(told, u, t));
    else parts.push(make('p', {class: 'soft'}, end === OPEN ? say('not_back') : say('computed_back', times(end, t))));
    return parts;
  }

  /** A fact beats the computation: no computed return is said beside it. */
  toldLines({held, fact, end}, u, t) {
    const who = [held === u ? '' : this.name(held), fact.by, times(fact.at, t).at].filter(Boolean).join(', ');
    return [rich(make('p', {}), say(`held_fact${fact.at <= t ? '' : '_later'}${this.gender(u)}`, {who})),
      make('p', {class: 'soft'}, end ? say('held_fact_end', times(end.at, t)) : say('held_fact_open'))];
  }
}

/** Give the stage of a repair at a moment: 0 waits for the water to leave; `next` when it ends, null beyond the run. */
export function stageAt(model, hold, t) {
  const {columns, texts} = model;
  const [from, to] = [columns['hold.offsets'][hold], columns['hold.offsets'][hold + 1]];
  const {stages} = texts.kinds[columns['hold.kind'][hold]];
  const work = stages.reduce((sum, s) => sum + s, 0);
  for (let k = from; k < to; k++) {
    const start = columns['hold.start'][k];
    if (start <= t && t < columns['hold.end'][k]) {
      let end = start;
      for (let s = 0; s < stages.length; s++) {
        end += stages[s];
        if (t < end) return {stage: s + 1, next: end, work};
      }
      return {stage: stages.length, next: columns['hold.end'][k], work};
    }
  }
  let next = null;
  for (let k = from; k < to; k++) if (columns['hold.start'][k] > t && (next === null || columns['hold.start'][k] < next)) next = columns['hold.start'][k];
  return {stage: 0, next, work};
}
