/** Bars over the run: a line for each crew, a line for each repair; patterns beside colours, words beside both. */

import {Doing, OPEN} from '../enums.js';
import {make} from '../parts/dom.js';
import {label, path, svg} from '../parts/svg.js';
import {say} from '../words/speech.js';
import {hour, moment, secondOfDay} from '../words/time.js';

/** @import {Crews} from '../pack/crews.js' */
/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Colors} from '../types.js' */
/** @import {Names} from './names.js' */

/**
 * @typedef {{duration: number, nights: [number, number][], colors: Colors, width: number, t: number}} About
 */
/**
 * What stands on a line from one second to another; its look: full, striped or only framed.
 *
 * @typedef {{from: number, to: number, look: 'full' | 'striped' | 'framed'}} Bar
 */

/** Height of a line and room for its name [px]. */
const LINE = 26;
const NAME = 132;
const AXIS = 24;
/** Repairs that are drawn; all are counted. */
const MOST = 40;

/**
 * Give the bars of crews: driving striped, at work full, on duty without work framed.
 *
 * @param {Crews} crews
 * @param {About} about
 */
export function bars(crews, about) {
  const rows = crews.all.map(({id}, crew) => {
    const mine = crews.pieces.filter((piece) => piece.crew === crew && piece.doing !== Doing.OFF);
    const visits = new Set(mine.filter(({doing}) => doing === Doing.WORKING).map(({u, until}) => `${u} ${until}`)).size;
    const [first, last] = [mine[0], mine[mine.length - 1]];
    const said = first
      ? say('work_bar', {
          id,
          visits: say('n_visits', {n: visits}),
          from: moment(first.start, 0),
          to: moment(last.end, 0)
        })
      : id;
    /** @type {Bar[]} */
    const drawn = mine.map(({start, end, doing}) => ({
      from: start,
      to: end,
      look: doing === Doing.WORKING ? 'full' : doing === Doing.DRIVING ? 'striped' : 'framed'
    }));
    return {name: id, said, drawn};
  });
  return [
    legend(
      [
        ['full', say('doing_working')],
        ['striped', say('doing_driving')],
        ['framed', say('doing_free')]
      ],
      about.colors
    ),
    drawing(rows, about, say('work_bars'))
  ];
}

/**
 * Give the bars of what is repaired of gear and sites: waiting framed, waiting for a crew striped, under repair full.
 *
 * @param {OperatorModel} model
 * @param {Names} names
 * @param {About} about
 * @param {(u: number) => void} choose
 * @returns {Element[]}
 */
export function repairBars(model, names, about, choose) {
  const {waits} = model;
  const rows = [];
  for (const [u] of waits.place) {
    if (u >= model.nodes || !model.familyOf(u)) continue;
    const mine = waits.all(u).filter(({what}) => what !== 'reset' && what !== 'declared' && what !== 'reported');
    if (!mine.length) continue;
    /** @type {Bar[]} */
    const drawn = mine.map(({start, until, what}) => ({
      from: start,
      to: until === OPEN ? about.duration : until,
      look: what === 'recede' ? 'framed' : what === 'crew' ? 'striped' : 'full'
    }));
    rows.push({u, name: names.id(u), said: names.label(u), drawn});
  }
  if (!rows.length) return [make('p', {class: 'soft'}, say('work_repairs_none'))];
  rows.sort((a, b) => a.drawn[0].from - b.drawn[0].from || a.u - b.u);
  const shown = rows.slice(0, MOST);
  const words = legend(
    [
      ['framed', say('bar_waits')],
      ['striped', say('bar_crew')],
      ['full', say('bar_works')]
    ],
    about.colors
  );
  const list = make(
    'ul',
    {class: 'repair-names'},
    ...shown.map(({u, name, said, drawn}) => {
      const button = make('button', {type: 'button', class: 'plain'}, said === name ? name : `${said} (${name})`);
      button.addEventListener('click', () => choose(u));
      const [first, last] = [drawn[0], drawn[drawn.length - 1]];
      const over = last.to < about.duration ? moment(last.to, 0) : say('not_over');
      return make('li', {}, button, `\u00a0: ${moment(first.from, 0)} – ${over}`);
    })
  );
  const more = rows.length > MOST ? [make('p', {class: 'soft'}, say('n_more', {n: rows.length - MOST}))] : [];
  return [words, drawing(shown, about, say('work_repairs')), list, ...more];
}

/**
 * @param {[Bar['look'], string][]} entries
 * @param {Colors} colors
 */
function legend(entries, colors) {
  return make(
    'p',
    {class: 'soft bar-legend'},
    ...entries.flatMap(([look, words]) => {
      const sample = svg('svg', {width: 26, height: 14, 'aria-hidden': 'true', focusable: 'false'});
      bar(sample, 1, 1, 24, 12, look, colors);
      return [/** @type {Node} */ (sample), ` ${words} `];
    })
  );
}

/**
 * @param {{name: string, said: string, drawn: Bar[]}[]} rows
 * @param {About} about
 * @param {string} title
 */
function drawing(rows, {duration, nights, colors, width, t}, title) {
  const height = rows.length * LINE;
  const words = `${title}. ${rows.map(({said}) => said).join('. ')}`;
  const root = svg('svg', {width, height: height + AXIS, class: 'work-chart', role: 'img', 'aria-label': words});
  /** @param {number} at */
  const x = (at) => NAME + (Math.min(at, duration) / duration) * (width - NAME - 8);
  root.append(svg('rect', {x: NAME, y: 0, width: x(duration) - NAME, height, fill: colors.day}));
  for (const [from, to] of nights) {
    const [a, b] = [x(Math.max(0, from)), x(Math.max(0, to))];
    if (b > a) root.append(svg('rect', {x: a, y: 0, width: b - a, height, fill: colors.night}));
  }
  const every = [1, 2, 3, 6, 12, 24].find((n) => ((width - NAME) * n * 3600) / duration > 56) ?? 48;
  for (let at = 0; at <= duration; at += 300) {
    if (secondOfDay(at) % (every * 3600)) continue;
    root.append(path(`M${x(at)} 0V${height + 4}`, {stroke: colors.rule}));
    if (x(at) < width - 30) root.append(label(x(at), height + 18, hour(at), colors.soft, 'middle'));
  }
  rows.forEach(({name, drawn}, i) => {
    const y = i * LINE;
    root.append(label(0, y + 17, name, colors.text, 'start', NAME - 8));
    for (const {from, to, look} of drawn) {
      bar(root, x(from), y + 5, Math.max(1.5, x(to) - x(from)), LINE - 10, look, colors);
    }
  });
  root.append(path(`M${x(t)} 0V${height}`, {stroke: colors.chosen, 'stroke-width': 1.6}));
  return root;
}

/**
 * @param {SVGElement} root
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {Bar['look']} look
 * @param {Colors} colors
 */
function bar(root, x, y, width, height, look, colors) {
  const area = {x, y, width, height};
  if (look === 'full') root.append(svg('rect', {...area, fill: colors.link}));
  else root.append(svg('rect', {...area, fill: colors.map, stroke: colors.control, 'stroke-width': 1}));
  if (look !== 'striped') return;
  let d = '';
  for (let at = x + 3; at < x + width; at += 4) d += `M${at} ${y}v${height}`;
  root.append(path(d || `M${x} ${y}v${height}`, {stroke: colors.danger, 'stroke-width': 1.6}));
}
