/** The desk: one script for its screens; which one it is, the page says. */

import {Compare} from './desk/compare.js';
import {Crews} from './desk/crews.js';
import {Enter} from './desk/enter.js';
import {Frame} from './desk/frame.js';
import {Journal} from './desk/journal.js';
import {keepFocus} from './desk/keep_focus.js';
import {Likely} from './desk/likely.js';
import {Refusal} from './desk/net.js';
import {Protect} from './desk/protect.js';
import {Reports} from './desk/reports.js';
import {Runs} from './desk/runs.js';
import {start} from './desk/start.js';
import {Tonight} from './desk/tonight.js';
import {Wall} from './desk/wall.js';
import {WhatIf} from './desk/whatif.js';
import {byId} from './parts/dom.js';

const SCREENS = {
  tonight: Tonight,
  likely: Likely,
  whatif: WhatIf,
  compare: Compare,
  crews: Crews,
  protect: Protect,
  runs: Runs,
  journal: Journal,
  reports: Reports,
  wall: Wall
};

async function open() {
  const {screen, person, words} = start();
  if (!(screen in SCREENS)) {
    new Enter(words);
    document.body.classList.add('ready');
    return;
  }
  const frame = new Frame(screen, person, words);
  const shown = new SCREENS[/** @type {keyof SCREENS} */ (screen)](frame);
  globalThis.twinPage = shown;
  addEventListener('unhandledrejection', (event) => {
    if (!(event.reason instanceof Refusal) || event.reason.code) return;
    // What did not reach is asked again with the next picture; the band says where the desk is gone.
    event.preventDefault();
    frame.again();
  });
  keepFocus(byId('main'));
  await frame.begin(shown);
  document.body.classList.add('ready');
}

open().catch((error) => {
  console.error(error);
  document.body.classList.add('failed');
});
