/** Moving the map: pointer, wheel, keys and buttons. */

/** @import {CityMap} from './city_map.js' */

/** A key and a button move the map by this [px], and zoom by this factor. */
const KEY_STEP = 80;
const BUTTON_STEP = 120;
const KEY_ZOOM = 1.4;
const BUTTON_ZOOM = 1.5;
/** A pointer that travels less than this clicks [px]; a mouse hits within a smaller reach than a finger. */
const STILL = 6;
const MOUSE_REACH = 12;
const FINGER_REACH = 22;

/** @param {CityMap} map */
export function listen(map) {
  pointers(map);
  wheel(map);
  keys(map);
  buttons(map);
}

/** @param {CityMap} map */
function pointers(map) {
  const {holder, options} = map;
  /** @type {Map<number, [number, number]>} */
  const touches = new Map();
  /** @type {{x: number, y: number, apart: number} | null} */
  let last = null;
  let travelled = 0;
  holder.addEventListener('pointerdown', (event) => {
    if (event.target instanceof Element && event.target.closest('button')) return;
    touches.set(event.pointerId, [event.offsetX, event.offsetY]);
    travelled = 0;
    last = null;
    if (event.pointerType === 'mouse') holder.setPointerCapture(event.pointerId);
  });
  holder.addEventListener('pointermove', (event) => {
    const before = touches.get(event.pointerId);
    if (!before) return;
    const [dx, dy] = [event.offsetX - before[0], event.offsetY - before[1]];
    touches.set(event.pointerId, [event.offsetX, event.offsetY]);
    travelled += Math.hypot(dx, dy);
    if (touches.size === 1) {
      if (event.pointerType !== 'touch' || !options.gentle) map.pan(dx, dy);
      return;
    }
    const [[ax, ay], [bx, by]] = [...touches.values()];
    const now = {x: (ax + bx) / 2, y: (ay + by) / 2, apart: Math.hypot(bx - ax, by - ay)};
    if (last) {
      map.pan(now.x - last.x, now.y - last.y);
      map.zoom(now.apart / (last.apart || 1), now.x, now.y);
    }
    last = now;
  });
  /** @param {PointerEvent} event */
  const end = (event) => {
    const start = touches.get(event.pointerId);
    touches.delete(event.pointerId);
    last = null;
    if (event.type !== 'pointerup' || !start || travelled >= STILL) return;
    options.onPick(map.pick(start[0], start[1], event.pointerType === 'mouse' ? MOUSE_REACH : FINGER_REACH));
  };
  holder.addEventListener('pointerup', end);
  holder.addEventListener('pointercancel', end);
}

/** @param {CityMap} map */
function wheel(map) {
  const {holder, options} = map;
  holder.addEventListener(
    'wheel',
    (event) => {
      // on the public page the wheel scrolls, unless the map was chosen or a key says that it is meant
      if (options.gentle && !event.ctrlKey && !event.metaKey && document.activeElement !== holder) return;
      event.preventDefault();
      map.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), event.offsetX, event.offsetY);
    },
    {passive: false}
  );
}

/** @param {CityMap} map */
function keys(map) {
  /** @type {Record<string, () => void>} */
  const actions = {
    ArrowLeft: () => map.pan(KEY_STEP, 0),
    ArrowRight: () => map.pan(-KEY_STEP, 0),
    ArrowUp: () => map.pan(0, KEY_STEP),
    ArrowDown: () => map.pan(0, -KEY_STEP),
    '+': () => map.zoom(KEY_ZOOM),
    '=': () => map.zoom(KEY_ZOOM),
    '-': () => map.zoom(1 / KEY_ZOOM),
    0: () => map.home()
  };
  map.holder.addEventListener('keydown', (event) => {
    const act = event.target === map.holder ? actions[event.key] : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** @param {CityMap} map */
function buttons(map) {
  /** @type {Record<string, () => void>} */
  const actions = {
    in: () => map.zoom(BUTTON_ZOOM),
    out: () => map.zoom(1 / BUTTON_ZOOM),
    home: () => map.home(),
    left: () => map.pan(BUTTON_STEP, 0),
    right: () => map.pan(-BUTTON_STEP, 0),
    up: () => map.pan(0, BUTTON_STEP),
    down: () => map.pan(0, -BUTTON_STEP)
  };
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (map.holder.querySelectorAll('button[data-move]'))) {
    button.addEventListener('click', actions[button.dataset.move ?? '']);
  }
}
