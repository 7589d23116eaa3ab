/** Events on an axis of time, joined where their marks would lie on one another. */

/** @typedef {{t: number, words: string, color?: string}} Event */
/** @typedef {{t: number, end: number, events: Event[]}} Cluster */

/** Marks nearer than this are one [px]. */
const APART = 13;

/**
 * @param {Event[]} events in the order of time
 * @param {(t: number) => number} x
 */
export function clusters(events, x) {
  /** @type {Cluster[]} */
  const found = [];
  for (const event of events) {
    const last = found[found.length - 1];
    if (last && x(event.t) - x(last.end) < APART) {
      last.events.push(event);
      last.end = event.t;
    } else {
      found.push({t: event.t, end: event.t, events: [event]});
    }
  }
  return found;
}
