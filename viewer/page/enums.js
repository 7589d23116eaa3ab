/**
 * Codes and words of the pack's columns. Written by `python -m viewer.enums` from the enums of the engine and of
 * viewer/scene: change those, then run `make bundle`.
 */

/** How an outage came about, by its number. */
export const MECHANISMS = /** @type {const} */ ([
  'flooded',
  'tripped',
  'supply_lost',
  'buffer_empty',
  'cut',
  'failed',
  'near',
  'touched'
]);
/** @typedef {typeof MECHANISMS[number]} Mechanism */

/** What an interval says of an asset. */
export const State = /** @type {const} */ ({
  OUT: 1,
  MAY: 2,
  WET: 3,
  INSIDE: 4,
  ON_RESERVE: 5,
  LAST_FEED: 6,
  NO_SUPPLIER: 7
});

/** Stages of a repair after water, in order. */
export const STAGES = /** @type {const} */ ([
  'reach',
  'inspect',
  'clean_dry',
  'replace',
  're_energise'
]);
/** @typedef {typeof STAGES[number]} Stage */

/** What an asset that is down by itself waits for, by its number. */
export const WAITS = /** @type {const} */ ([
  'recede',
  'crew',
  'reach',
  'inspect',
  'clean_dry',
  'replace',
  're_energise',
  'reset',
  'declared',
  'reported'
]);
/** @typedef {typeof WAITS[number]} Wait */

/** What the light of a street waits for, as the public is told. */
export const PUBLIC_WAITS = /** @type {const} */ ([
  'recede',
  'repair',
  'supply'
]);
/** @typedef {typeof PUBLIC_WAITS[number]} PublicWait */

/** What a kind is drawn as; without one it has no symbol. */
export const FAMILIES = /** @type {const} */ ([
  'lamp',
  'cabinet',
  'substation',
  'site',
  'zone',
  'other',
  ''
]);
/** @typedef {typeof FAMILIES[number]} Family */

/** Why a lamp is dark, as the public is told, by its number. */
export const STORIES = /** @type {const} */ ([
  'none',
  'cabinet_flooded',
  'lamp_tripped',
  'lamp_flooded',
  'feed_flooded',
  'feed_failed',
  'cut',
  'failed',
  'reported',
  'may'
]);
/** @typedef {typeof STORIES[number]} Story */

/** What a scenario or a fact does to an asset, by its number. */
export const ACTIONS = /** @type {const} */ ([
  'fail',
  'cut',
  'restore',
  'fact_out',
  'fact_in_service',
  'fact_dry',
  'fact_end'
]);
/** @typedef {typeof ACTIONS[number]} Action */

/** What a page shows: never an observation. */
export const STATUSES = /** @type {const} */ ([
  'simulation',
  'exercise',
  'forecast'
]);
/** @typedef {typeof STATUSES[number]} Status */

/** Why a zone is locked, by its number, the gravest first. */
export const LOCKS = /** @type {const} */ ([
  'under_water',
  'controller_flooded',
  'controller_unpowered',
  'controller_out',
  'sanitary',
  'winter',
  'by_hand'
]);
/** @typedef {typeof LOCKS[number]} LockReason */

/** Steps of a zone's restart after a flood, by their number. */
export const RESTART_STEPS = /** @type {const} */ ([
  'recede',
  'controller',
  'supply',
  'flush',
  'test',
  'release',
  'water'
]);
/** @typedef {typeof RESTART_STEPS[number]} RestartStep */

/** What a programme did on a day, by its number. */
export const WATERINGS = /** @type {const} */ ([
  'no_day',
  'not_needed',
  'watered',
  'cut_short',
  'locked',
  'refused',
  'held',
  'draining',
  'by_hand',
  'metered',
  'stuck'
]);
/** @typedef {typeof WATERINGS[number]} WateringWord */

/** What the operator's timeline can name. */
export const TIMELINE = /** @type {const} */ ([
  'water',
  'first_dark',
  'together',
  'flooded',
  'failed',
  'cut',
  'restore',
  'fact',
  'closed',
  'open',
  'reading',
  'note'
]);
/** @typedef {typeof TIMELINE[number]} TimelineEvent */

/** What flows along an edge. */
export const Service = /** @type {const} */ ({POWER: 0, CONTROL: 1, WATER: 2});

/** Where a value comes from. */
export const Source = /** @type {const} */ ({SURVEY: 0, OBSERVED: 1, DEFAULT: 2, INFERRED: 3, NONE: 4});

/** How much of an asset the water's maker covers. */
export const Coverage = /** @type {const} */ ({INSIDE: 0, PARTIAL: 1, UNKNOWN: 2, NONE: 3});

/** End of an interval that does not end within the run. */
export const OPEN = 4294967295;

/** A height in centimetres that is not known. */
export const NO_HEIGHT = 32767;
