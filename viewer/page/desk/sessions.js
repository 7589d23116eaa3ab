/** Who is at the desk, for an administrator: each session with its name, since when, and the button that ends it. */

import {byId, make} from '../parts/dom.js';
import {get} from './net.js';
import {at, saying, t} from './start.js';

/** @import {Frame} from './frame.js' */

/** @param {Frame} frame */
export function sessionsOf(frame) {
  const button = byId('sessions');
  button.hidden = frame.person.standing !== 'administrator';
  button.addEventListener('click', () => show(frame));
}

/** @param {Frame} frame */
async function show(frame) {
  const {rows, own} = await get('/api/sessions');
  const says = make('p', {class: 'says', role: 'status'});
  /** @type {() => void} */
  let shut = () => {};
  const body = rows.map((/** @type {any} */ row) =>
    make(
      'tr',
      {},
      make('th', {scope: 'row'}, [row.name, row.duty].filter(Boolean).join(', ')),
      make('td', {}, t(`standing_${row.role}`)),
      make('td', {}, t('session_seen', {at: at(row.seen)})),
      make('td', {}, row.hash === own ? t('you') : end(row))
    )
  );

  /** @param {any} row */
  function end(row) {
    const label = saying(t('end_session'), row.name);
    const button = make('button', {type: 'button', 'aria-label': label}, t('end_session'));
    button.addEventListener('click', async () => {
      if (!(await frame.act('/api/sessions/end', {session: row.hash}, says))) return;
      shut();
      show(frame);
    });
    return button;
  }

  const table = make('table', {class: 'sessions'}, make('tbody', {}, ...body));
  shut = frame.sheet(t('sessions'), [table, says]);
}
