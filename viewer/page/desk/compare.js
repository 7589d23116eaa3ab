/** Two runs of one night: a sentence, two maps on one slider, figures, who is better and who is worse off, and why. */

import {byId, inputById, make} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {bringForm, proposalWords} from './decision.js';
import {DeskMap} from './desk_map.js';
import {get, Refusal} from './net.js';
import {at, nameOf, saying, signed, span, t} from './start.js';
import {Timeline, timeKeys} from './timeline.js';

/** @import {Frame} from './frame.js' */

/** Assets that are named on a map, and in the sentence of whose decision they are, at most. */
const NAMED = 4;
/** Causes that stand open. */
const FIRST = 8;
/** What a name on a map says of its asset; of others it says the name alone. */
const FLAGS = ['cut', 'fail', 'raise', 'protect', 'feed', 'generator'];

export class Compare {
  path = '/api/runs';

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    /** @type {any} */
    this.told = null;
    /** @type {any} */
    this.found = null;
    this.maps = [new DeskMap('map-a'), new DeskMap('map-b')];
    this.timeline = new Timeline(
      (moment) => this.moved(moment),
      () => frame.now
    );
    /** @type {Record<string, () => void>} */
    this.keys = {...timeKeys(this.timeline), d: () => this.gap(), p: () => byId('bring').click()};
    this.count = 0;
    this.begun = false;
    /** @type {string[]} */
    this.chosen = location.hash.slice(1).split('-').slice(0, 2);
    byId('swap').addEventListener('click', () => this.choose(this.chosen[1], this.chosen[0]));
    for (const id of ['first', 'second']) {
      byId(id).addEventListener('change', () => this.choose(inputById('first').value, inputById('second').value));
    }
    byId('gap').addEventListener('click', () => this.gap());
    byId('bring').addEventListener('click', () => bringForm(frame, this.row(1), this.row(0)));
    if (!frame.writes) byId('bring').hidden = true;
  }

  runs() {
    return this.chosen;
  }

  /** @param {any} told */
  take(told) {
    this.told = told;
    const done = told.rows.filter((/** @type {any} */ row) => row.state === 'done');
    const ids = done.map((/** @type {any} */ row) => row.id);
    let [first, second] = this.chosen;
    // The latest run that another one can be held against; one alone where there is no pair.
    const paired = done.find((/** @type {any} */ row) => alikeTo(row, done).length);
    if (!ids.includes(second)) second = (paired ?? done[0])?.id ?? '';
    if (!ids.includes(first)) {
      const chosen = done.find((/** @type {any} */ row) => row.id === second);
      const alike = chosen ? alikeTo(chosen, done) : [];
      first = (alike.find((/** @type {any} */ row) => row.id === chosen.base) ?? alike[0])?.id ?? '';
    }
    this.options(done, first, second);
    const isNew = first !== this.chosen[0] || second !== this.chosen[1];
    if (isNew || !this.begun || (this.found === null && done.length !== this.count)) this.choose(first, second);
    else this.bring();
    this.begun = true;
    this.count = done.length;
  }

  /**
   * @param {any[]} done
   * @param {string} first
   * @param {string} second
   */
  options(done, first, second) {
    for (const [id, chosen] of [
      ['first', first],
      ['second', second]
    ]) {
      byId(id).replaceChildren(
        ...done.map((row) => {
          const t0 = row.head.issued_at ? at(Date.parse(row.head.issued_at) / 1000) : '–';
          const nights = row.nights ? `${t('n_nights', {n: row.nights})} · ` : '';
          const text = `${t('run_t0', {number: String(row.number), t0})} · ${nights}${nameOf(row)}`;
          return make('option', {value: row.id, selected: row.id === chosen}, text);
        })
      );
    }
  }

  /**
   * @param {string} first
   * @param {string} second
   */
  async choose(first, second) {
    this.chosen = [first, second];
    if (!first || !second || first === second) {
      this.alone(first || second);
      return;
    }
    history.replaceState(null, '', `#${first}-${second}`);
    inputById('first').value = first;
    inputById('second').value = second;
    if (!this.found) byId('verdict').textContent = t('comparing');
    try {
      this.found = await get(`/api/compare?first=${first}&second=${second}`);
    } catch (error) {
      const text = error instanceof Refusal ? error.message : String(error);
      this.alone('');
      byId('verdict').textContent = text;
      return;
    }
    this.say();
    await Promise.all([this.maps[0].show(first), this.maps[1].show(second)]);
    this.timeline.nights = this.maps[0].config?.nights ?? [];
    this.timeline.draw();
    this.moved(this.timeline.t);
  }

  /** One run is nothing to compare: it is shown, and the other half says what it waits for. @param {string} run */
  async alone(run) {
    this.found = null;
    const done = this.told.rows.filter((/** @type {any} */ row) => row.state === 'done').length;
    const text = t(done === 0 ? 'empty_run' : done === 1 ? 'compare_one_run' : 'choose_two');
    byId('verdict').replaceChildren(text);
    byId('comparable').hidden = true;
    this.bring();
    byId('whose').replaceChildren();
    for (const map of this.maps) map.drawn({...map.drawings, only: [], flags: []});
    byId('figures').replaceChildren();
    byId('compare-lines').hidden = true;
    for (const id of ['better', 'worse']) byId(id).replaceChildren(make('li', {class: 'none'}, t('bring_one')));
    for (const id of ['better-n', 'worse-n', 'out-a', 'out-b']) byId(id).textContent = '';
    this.maps[1].show('');
    this.maps[1].say(text);
    await this.maps[0].show(run);
    const {config, model} = this.maps[0];
    const row = this.told.rows.find((/** @type {any} */ one) => one.id === run);
    if (!config || !model || !row?.head.start || this.found) return;
    const {start, issued_at: issued, duration_s: duration} = row.head;
    const curves = [{values: Array.from(model.outSeries)}];
    const t0 = Date.parse(issued) / 1000;
    this.timeline.nights = config.nights;
    this.timeline.take({start: Date.parse(start) / 1000, duration, step: config.step, curves, issued: t0});
    this.timeline.say(t('lamps_over_time'));
  }

  speak() {
    const [first, second] = this.chosen;
    if (this.found) this.say();
    else if (this.told && (!first || !second || first === second)) this.alone(first || second);
    this.timeline.speak();
  }

  say() {
    const {found} = this;
    const {lang} = this.frame;
    const {start, duration, t0} = found.first;
    const curves = [{values: found.series[0].out}, {values: found.series[1].out, dashed: true, between: true}];
    this.timeline.take({start, duration, step: found.series[0].step, curves, issued: t0});
    this.timeline.say(`${t('lamps_over_time')} · ${t('line_a_b')}`);
    const alarm = found.lines[lang].find((/** @type {any} */ line) => line.alarm);
    const isUnlike = found.unlike.length > 0;
    byId('verdict').replaceChildren(
      ...(isUnlike && alarm ? [make('strong', {}, alarm.text), ' '] : []),
      this.verdict()
    );
    byId('verdict').classList.toggle('unlike', isUnlike);
    const mark = byId('comparable');
    mark.hidden = false;
    mark.textContent = t(found.unlike.length ? 'not_comparable' : found.paired ? 'same_nights' : 'comparable');
    mark.classList.toggle('lil', found.unlike.length > 0);
    const rows = found.figures[lang].map((/** @type {string[]} */ cells) => figureRow(cells));
    if (found.dark?.more && found.dark.less) rows.splice(found.dark.row + 1, 0, ...this.apartRows());
    byId('figures').replaceChildren(...rows);
    this.whose();
    this.bring();
    this.groups('better', found.better, -1);
    this.groups('worse', found.worse, 1);
    const lines = found.lines[lang]
      .filter((/** @type {any} */ line) => line !== alarm)
      .map((/** @type {any} */ line) => make('p', {class: line.alarm ? 'stale' : false}, line.text));
    const differs = byId('compare-lines');
    differs.hidden = !lines.length;
    differs.replaceChildren(make('summary', {}, t('what_differs')), ...lines);
  }

  /** Where the night is darker with B, and where it is less so: the price and the gain, in lamp-hours. */
  apartRows() {
    const {more, less} = this.found.dark;
    return [
      figureRow([t('darker_with_b'), '', '', signed(more)], 'sub-figure more'),
      figureRow([t('lighter_with_b'), '', '', signed(-less)], 'sub-figure less')
    ];
  }

  /** Say whose decision it is, what one plan has and the other has not. */
  whose() {
    const rows = this.found.decided.flat();
    byId('whose').replaceChildren(
      ...['grid', 'others', 'city'].flatMap((by) => {
        const names = [
          ...new Set(rows.filter((/** @type {any} */ one) => one.by === by).map((/** @type {any} */ one) => one.asset))
        ];
        if (!names.length) return [];
        const text = names.slice(0, NAMED).join(', ') + (names.length > NAMED ? ` +${names.length - NAMED}` : '');
        return [make('span', {class: 'tag2'}, saying(text, t(`ask_${by}`)))];
      })
    );
  }

  /** The row of a run that is compared. @param {0 | 1} i */
  row(i) {
    return this.told.rows.find((/** @type {any} */ one) => one.id === this.chosen[i]);
  }

  /** B may be brought to who decides, where it is one night that A stands beside; else it is said why not. */
  bring() {
    const {found} = this;
    const row = found ? this.row(1) : null;
    const missing = !row
      ? t('bring_one')
      : row.nights
        ? t('bring_nights')
        : found.unlike.length
          ? t('bring_unlike')
          : row.word === 'approved'
            ? t('bring_approved')
            : '';
    for (const id of ['gap', 'swap']) byId(id).toggleAttribute('disabled', !found);
    byId('bring').toggleAttribute('disabled', Boolean(missing) || row?.proposal?.state === 'open');
    byId('bring-says').textContent = missing || proposalWords(row?.proposal);
  }

  /** Name on a map what its run alone decides, and the critical sites that go otherwise in it. @param {0 | 1} i */
  flags(i) {
    const {found} = this;
    const map = this.maps[i];
    if (!found || !map.model) return [];
    const out = map.outNow();
    const acts = found.decided[i].map((/** @type {any} */ one) => [
      one.asset,
      t(`flag_${FLAGS.includes(one.what) ? one.what : 'place'}`, {asset: one.asset})
    ]);
    const sites = found.sites.map((/** @type {any} */ one) => [
      one.asset,
      t(out.has(one.asset) ? 'flag_site_out' : 'flag_site_in', {name: one.name})
    ]);
    return [...acts.slice(0, NAMED), ...sites.slice(0, NAMED)].flatMap(([asset, text]) => {
      const place = map.place(asset);
      return place ? [{x: place[0], y: place[1], text}] : [];
    });
  }

  /** One sentence; the decision stays with a person. */
  verdict() {
    const {found} = this;
    if (found.nothing) return t('no_difference');
    if (found.unlike.length) return t('verdict_unlike');
    const [before, after] = found.lamp_hours;
    const apart = Math.round(after - before);
    const first =
      apart < 0
        ? t('verdict_less', {n: number(-apart)})
        : apart > 0
          ? t('verdict_more', {n: number(apart)})
          : t('verdict_same');
    return [...this.sitesFirst(), first, t('whose_decision')].join(' ');
  }

  /** Say who of the critical sites is better and who is worse off, before any lamp. */
  sitesFirst() {
    const {sites, paired} = this.found;
    /** @param {any} one */
    const apart = (one) => (paired ? one.worse - one.better : one.second_s - one.first_s);
    /** @param {number} sign */
    const names = (sign) =>
      sites.filter((/** @type {any} */ one) => apart(one) * sign > 0).map((/** @type {any} */ one) => one.name);
    const [better, worse] = [names(-1), names(1)];
    return [
      better.length ? t('sites_better', {names: better.join(', '), n: better.length}) : '',
      worse.length
        ? t(better.length ? 'sites_worse' : 'sites_worse_alone', {names: worse.join(', '), n: worse.length})
        : ''
    ].filter(Boolean);
  }

  /**
   * Give the rows of the critical sites: by how long, or in how many nights, each is better or worse off.
   *
   * @param {number} sign
   */
  siteRows(sign) {
    const {sites, paired} = this.found;
    return sites
      .filter((/** @type {any} */ one) => (paired ? one.worse - one.better : one.second_s - one.first_s) * sign > 0)
      .map((/** @type {any} */ one) => {
        const name = make('button', {type: 'button', class: 'plain'}, make('strong', {}, one.name));
        name.addEventListener('click', () => this.maps.forEach((map) => map.find(one.asset)));
        const by = paired
          ? t('of_nights', {
              n: String(one.second - one.first > 0 ? `+${one.second - one.first}` : `−${one.first - one.second}`),
              of: String(paired)
            })
          : `${sign > 0 ? '+' : '−'}${span(Math.abs(one.second_s - one.first_s))}`;
        const says = paired
          ? t('nights_a_b', {a: String(one.first), b: String(one.second)})
          : t('without_power_a_b', {a: span(one.first_s), b: span(one.second_s)});
        return make('li', {}, name, make('b', {}, by), make('p', {}, says));
      });
  }

  /**
   * @param {'better' | 'worse'} id
   * @param {any[]} rows
   * @param {number} sign
   */
  groups(id, rows, sign) {
    const own = this.siteRows(sign);
    byId(`${id}-n`).textContent = this.found.paired ? '' : t('n_lines', {n: this.found.causes[id]});
    const {kinds} = this.told;
    const none = make('li', {class: 'none'}, t(sign > 0 ? 'nobody_worse' : 'nobody_better'));
    if (!own.length && !rows.length) own.push(none);
    byId(id).replaceChildren(
      ...own,
      ...folded(
        rows.map((row) => {
          const counts = Object.entries(row.assets).map(([kind, n]) => {
            const words = kinds[kind]?.[this.frame.lang];
            return `${number(n)} ${words ? (n === 1 ? words.one : words.many) : kind}`;
          });
          const name = make('button', {type: 'button', class: 'plain'}, make('strong', {}, row.root));
          name.addEventListener('click', () => this.maps.forEach((map) => map.find(row.root)));
          const hours = Math.round((sign * row.dark_s) / 3600);
          const by = hours ? t('lamp_hours', {by: signed(hours)}) : '';
          const cause = [t(`by_${row.mechanism}`), row.street].filter(Boolean).join(', ');
          return make('li', {}, name, make('b', {}, by), make('p', {}, `${counts.join(', ')} · ${cause}`));
        }),
        this.found.causes[id]
      )
    );
  }

  /** Go to the moment at which the two differ most. */
  gap() {
    if (!this.found) return;
    const [a, b] = this.found.series.map((/** @type {any} */ one) => one.out);
    const apart = a.map((/** @type {number} */ n, /** @type {number} */ k) => Math.abs(n - b[k]));
    this.timeline.player?.to(apart.indexOf(Math.max(...apart)) * this.found.series[0].step);
  }

  /** @param {number} moment */
  moved(moment) {
    this.maps.forEach((map) => map.move(moment));
    const [first, second] = this.maps.map((map) => map.outNow());
    const isPair = Boolean(this.found) && this.maps.every((map) => map.run && map.model);
    const alone = isPair ? [this.maps[0].only(second, first), this.maps[1].only(first, second)] : [0, 0];
    this.maps.forEach((map, i) => {
      if (!map.counts || !map.run) return;
      const only = alone[i] ? ` · ${t('only_here', {n: alone[i]})}` : '';
      const text = t('n_out_now', {n: map.counts.out + map.counts.may}) + only;
      byId(i ? 'out-b' : 'out-a').textContent = text;
      map.drawn({...map.drawings, flags: isPair ? this.flags(/** @type {0 | 1} */ (i)) : []});
      map.describe(saying(i ? 'B' : 'A', text));
    });
  }
}

/**
 * Others that a run can be held against: nights against nights, a run against a run.
 *
 * @param {any} run
 * @param {any[]} done
 */
function alikeTo(run, done) {
  return done.filter((one) => one.id !== run.id && Boolean(one.nights) === Boolean(run.nights));
}

/**
 * Fold what is beyond the first causes, on a phone what follows would be screens away; say how many are not listed.
 *
 * @param {HTMLElement[]} rows
 * @param {number} of how many causes there are
 */
function folded(rows, of) {
  if (of <= FIRST + 1) return rows;
  const rest = rows.slice(FIRST);
  const beyond = of - rows.length;
  if (beyond) rest.push(make('li', {class: 'none'}, t('causes_beyond', {n: beyond})));
  const held = make('details', {}, make('summary', {}, t('wall_others', {n: of - FIRST})), make('ul', {}, ...rest));
  return [...rows.slice(0, FIRST), make('li', {class: 'rest'}, held)];
}

/**
 * @param {string[]} cells
 * @param {string} [sort]
 */
function figureRow([name, a, b, apart], sort = '') {
  return make(
    'tr',
    {class: sort || false},
    make('th', {scope: 'row'}, name),
    make('td', {}, a),
    make('td', {}, b),
    make('td', {}, make('b', {}, apart))
  );
}
