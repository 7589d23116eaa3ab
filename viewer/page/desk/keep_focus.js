/** The focus stays where it is when a list is written anew: whoever works by keys is not thrown back to the top. */

const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex]';
const ROW = 'tr, li';

/** What may name a row, whatever its place in the list is by then. */
const NAMES = ['asset', 'key', 'run', 'id', 'sort', 'fact'];

/**
 * Say where an element stands: in which named holder, in which row of it, as the how-manieth that takes the focus.
 *
 * @param {Element} one
 */
export function placeOf(one) {
  const row = one.closest(ROW);
  const holder = (row ?? one).parentElement?.closest('[id]');
  if (!holder) return null;
  const name = row instanceof HTMLElement ? NAMES.find((key) => row.dataset[key] !== undefined) : undefined;
  const inside = row ?? holder;
  return {
    holder: holder.id,
    name: name && row instanceof HTMLElement ? `[data-${name}="${CSS.escape(row.dataset[name] ?? '')}"]` : '',
    row: row ? Array.from(holder.querySelectorAll(ROW)).indexOf(row) : -1,
    at: Array.from(inside.querySelectorAll(FOCUSABLE))
      .filter((other) => other.checkVisibility())
      .indexOf(one)
  };
}

/** Give what stands there by now. @param {ReturnType<typeof placeOf>} place @returns {HTMLElement | null} */
export function elementAt(place) {
  const holder = place && document.getElementById(place.holder);
  if (!holder || !place) return null;
  const rows = holder.querySelectorAll(ROW);
  const named = place.name ? holder.querySelector(place.name) : null;
  // A row that is gone leaves its place to the next one, a button that is gone to the last one beside it.
  const row = place.row < 0 ? holder : (named ?? rows[Math.min(place.row, rows.length - 1)]);
  const shown = Array.from(row?.querySelectorAll(FOCUSABLE) ?? []).filter((one) => one.checkVisibility());
  const found = shown[Math.min(place.at, shown.length - 1)];
  return found instanceof HTMLElement ? found : null;
}

/** Begin to keep the focus within the page's main part. @param {HTMLElement} main */
export function keepFocus(main) {
  /** @type {Element | null} */
  let last = null;
  /** @type {ReturnType<typeof placeOf>} */
  let place = null;
  main.addEventListener('focusin', ({target}) => {
    last = target instanceof Element ? target : null;
    place = last && placeOf(last);
  });
  // What lost the focus and is still there was left by somebody.
  main.addEventListener('focusout', ({target}) => {
    queueMicrotask(() => {
      if (target === last && last?.isConnected && document.activeElement !== last) last = null;
    });
  });
  new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    elementAt(place)?.focus({preventScroll: true});
  }).observe(main, {childList: true, subtree: true});
}
