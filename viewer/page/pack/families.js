/** The family of symbols that each kind of asset is drawn with. */

/** @typedef {'lamp' | 'cabinet' | 'substation' | 'site' | 'zone' | 'other' | ''} Family */

/**
 * A kind that is not named here is "other"; circuits and buildings have no symbol.
 *
 * @type {Record<string, Family>}
 */
const FAMILIES = {
  lamp: 'lamp',
  cabinet: 'cabinet',
  substation: 'substation',
  site: 'site',
  zone: 'zone',
  circuit: '',
  building: ''
};

/**
 * @param {string} kind
 * @returns {Family}
 */
export function family(kind) {
  return FAMILIES[kind] ?? 'other';
}
