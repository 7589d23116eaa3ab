/** The wall: read at six metres, no control at all, and only what a person approved. */

import {icon} from '../operator/rows.js';
import {byId, make, rich} from '../parts/dom.js';
import {number} from '../words/speech.js';
import {actIds, actPlace, actTitle, harm, way} from './acts.js';
import {countWords, detail, idBeside, newTag, title, whenWords} from './alarms.js';
import {endedWords, stillWords} from './approve.js';
import {DeskMap} from './desk_map.js';
import {streetBeside, small} from './names.js';
import {drawRiver} from './river_chart.js';
import {at, between, level, span, t} from './start.js';
import {isOld, offWords, readWords, riseWords, siteState, siteTick} from './tonight.js';

/** @import {Frame} from './frame.js' */

const ALARMS = 4;
const ACTS = 3;
const SITES = 4;

/**
 * Put into a list as many rows as can be read whole, and say how many others there are.
 *
 * @param {HTMLElement} list
 * @param {HTMLElement[]} rows
 * @param {number} of how many there are in all
 */
function fit(list, rows, of) {
  const panel = /** @type {HTMLElement} */ (list.closest('section'));
  for (let n = rows.length; n >= 0; n--) {
    const others = of > n ? [make('li', {class: 'none'}, t('wall_others', {n: of - n}))] : [];
    list.replaceChildren(...rows.slice(0, n), ...others);
    // One row more in fewer words comes before one row less in all its words.
    for (const isBrief of [false, true]) {
      list.classList.toggle('brief', isBrief);
      if (panel.scrollHeight <= panel.clientHeight + 1) return;
    }
  }
}

/** Where an act is, as far as its name does not say it. @param {any} act */
function place(act) {
  return act.assets?.length > 1 ? actPlace(act) : streetBeside(act.name, actPlace(act));
}

/**
 * A line below a title: what must be read, and what may go where room is short.
 *
 * @param {string} first
 * @param {string} more
 */
function below(first, more) {
  const rest = [first, more].filter(Boolean).length > 1 ? ` · ${more}` : more;
  return make('p', {class: 'soft'}, first, rest ? make('span', {class: first ? 'more' : ''}, rest) : null);
}

export class Wall {
  path = '/api/wall';

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    /** @type {any} */
    this.told = null;
    this.map = new DeskMap('map');
    this.keys = {};
    new ResizeObserver(() => this.told && this.say()).observe(byId('river-chart'));
  }

  /** @param {any} told */
  take(told) {
    this.told = told;
    this.say();
    this.showMap();
  }

  async showMap() {
    const {approved, moment: now} = this.told;
    await this.map.show(approved?.id ?? '');
    if (!approved) this.map.say(t('wall_empty'));
    if (approved && this.map.model) this.map.move(Math.max(0, Math.min(approved.duration, now - approved.start)));
    const {counts} = this.map;
    const out = rich(make('span'), t('legend_out', {n: counts ? counts.out : 0}));
    out.prepend(icon('lamp_dark'));
    byId('legend').replaceChildren(...(counts ? [out, make('span', {class: 'water-key'}, t('legend_water'))] : []));
    this.map.describe(counts ? t('n_out_now', {n: counts.out + counts.may}) : t('wall_empty'));
    if (this.told) this.alarms();
  }

  speak() {
    if (this.told) this.say();
  }

  /** @param {number} now */
  tick(now) {
    if (!this.told) return;
    byId('wall-live').textContent =
      `${t('live', {age: span(Number(document.body.dataset.age ?? 0))})} · ${t('wall_read_only')}`;
    this.readAge(now);
    siteTick(now);
    for (const one of document.querySelectorAll('[data-left]')) {
      one.textContent = t('in_time', {time: between(now, Number(one.getAttribute('data-left')))});
    }
  }

  say() {
    const {approved, sources} = this.told;
    this.river();
    this.alarms();
    this.counts();
    this.lists();
    const run = approved?.approved;
    const words = run && {
      number: String(approved.number),
      t0: at(approved.t0),
      by: run.by,
      at: at(run.at),
      until: at(run.until)
    };
    const gone = endedWords(this.told.ended);
    byId('wall-run').replaceChildren(
      ...(run
        ? [t('wall_approved', words), ' · ', stillWords(run.until, this.frame.now), this.newer()]
        : [[gone, t('wall_none')].filter(Boolean).join(' · ')])
    );
    const fresh = number(sources.count - sources.late.length);
    byId('wall-data').textContent = sources.count
      ? t('sources_fresh', {fresh, n: number(sources.count)})
      : t('sources_none');
  }

  /** Say that the desk looks at a newer run that nobody approved: the wall does not follow it, its alarms do. */
  newer() {
    const {latest, approved} = this.told;
    return latest && latest.id !== approved?.id ? ` · ${t('wall_newer', {number: String(latest.number)})}` : '';
  }

  river() {
    const {river, approved} = this.told;
    byId('river-title').textContent = river.name || t('strip_river');
    this.readAge(this.frame.now);
    byId('river-level').textContent = river.newest ? level(river.newest.value) : t('no_reading');
    byId('river-level').classList.toggle('small', !river.newest);
    const off = river.difference_m;
    const by = number(Math.abs(Math.round((off ?? 0) * 100)));
    byId('river-rise').textContent =
      off !== null && Math.abs(off) >= 0.1 ? offWords(off, by) : river.rise_m === null ? '' : riseWords(river.rise_m);
    drawRiver(byId('river-chart'), river, this.frame.now, {t0: approved?.t0 ?? null, big: true});
  }

  /** An old level is struck, and its heading turns white. @param {number} now */
  readAge(now) {
    const {newest} = this.told.river;
    byId('river-read').textContent = newest ? readWords(newest, now) : '';
    byId('river').classList.toggle('old', Boolean(newest) && isOld(newest, now));
  }

  alarms() {
    const rows = this.told.alarm_rows.filter((/** @type {any} */ row) => !row.shelved_until);
    /** @type {Record<string, any>} */
    const kinds = {};
    for (const [name, kind] of Object.entries(this.told.kinds)) kinds[name] = kind[this.frame.lang];
    const {now} = this.frame;
    const shown = rows.slice(0, ALARMS).map((/** @type {any} */ row) => {
      const isUnseen = row.ack_at === null;
      const label = t(isUnseen ? 'state_unacked' : 'state_acked');
      const more = detail(row, kinds);
      const mark = make('i', {class: isUnseen ? 'un' : 'ak', role: 'img', 'aria-label': label});
      return make(
        'li',
        {class: isUnseen ? 'al u' : 'al'},
        mark,
        make('strong', {}, title(row), small(idBeside(row))),
        make('p', {}, newTag(row), whenWords(row, now, String), make('span', {class: 'more'}, more ? ` · ${more}` : ''))
      );
    });
    if (!rows.length) shown.push(make('li', {class: 'none'}, t('no_alarms')));
    fit(byId('alarm-list'), shown, rows.length);
    const {unseen, active} = this.told.alarms;
    byId('alarm-counts').textContent = countWords(unseen, active);
  }

  counts() {
    const {approved} = this.told;
    const of = {number: String(approved?.number ?? ''), at: at(this.told.moment)};
    byId('counts-at').textContent = approved ? t('computed_by_run', of) : at(this.told.moment);
    const rows = this.told.counts.filter((/** @type {any} */ row) => row.row !== 'doubt');
    const parts = rows.flatMap((/** @type {any} */ row) => [
      make('span', {}, t(`row_${row.row}`)),
      make('b', {}, row.values[0] === null ? '–' : number(row.values[0])),
      make('em', {}, row.values[1] === null ? '–' : number(row.values[1]))
    ]);
    const head = [make('i', {}, ''), make('i', {}, t('now')), make('i', {}, t('wall_in_hour'))];
    byId('nums').replaceChildren(...(rows.length ? [...head, ...parts] : [make('p', {class: 'none'}, t('wall_none'))]));
  }

  lists() {
    const acts = this.told.acts.groups
      .slice(0, ACTS)
      .map((/** @type {any} */ act, /** @type {number} */ k) =>
        make(
          'li',
          {class: 'act'},
          make('b', {}, at(act.before)),
          make(
            'div',
            {},
            make('strong', {}, actTitle(act), small(actIds(act))),
            below(place(act), act.crew || !place(act) ? '' : act.owner)
          ),
          make('div', {}, make('strong', {}, act.crew || t(`act_${act.state}`)), make('i', {'data-left': act.before})),
          k ? null : make('p', {class: 'more'}, `${harm(act)}${way(act)}`)
        )
      );
    const noActs = make('li', {class: 'none'}, t(this.told.approved ? 'no_acts' : 'wall_empty'));
    fit(byId('act-rows'), acts.length ? acts : [noActs], this.told.acts.groups.length + this.told.acts.more);
    const sites = this.told.sites.slice(0, SITES).map((/** @type {any} */ site) => {
      return make(
        'li',
        {class: 'si'},
        make(
          'div',
          {},
          make('strong', {}, site.name),
          below(site.people === null ? '' : t('people', {n: site.people}), site.street)
        ),
        siteState(site, this.frame.now)
      );
    });
    const noSites = make('li', {class: 'none'}, t(this.told.approved ? 'no_sites' : 'wall_empty'));
    fit(byId('site-rows'), sites.length ? sites : [noSites], this.told.sites.length);
  }
}
