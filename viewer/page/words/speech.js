/** How texts, numbers and counts are said; the catalogues stand in viewer/data/words.*.json. One language at a time. */

/** @import {Catalogue, Entry, Key, Lang, Register, Values} from '../types.js' */

/** @type {{register: Register, lang: Lang, words: Catalogue, fallback: Catalogue}} */
const voice = {register: 'fr', lang: 'fr', words: {}, fallback: {}};
/** What texts of a scenario are in a language: `text lang`. @type {Map<string, string>} */
const both = new Map();

/**
 * Speak a register from now on; what *langage simple* does not say in its own way is said in French.
 *
 * @param {Register} wanted
 * @param {Partial<Record<Register, Catalogue>>} catalogues
 */
export function speak(wanted, catalogues) {
  const lang = wanted === 'simple' ? 'fr' : wanted;
  Object.assign(voice, {register: wanted, lang, words: catalogues[wanted] ?? {}, fallback: catalogues[lang] ?? {}});
  document.documentElement.lang = lang;
}

/**
 * Know from now on what texts of a scenario are in a language.
 *
 * @param {[text: string, lang: Lang, told: string][]} [texts]
 */
export function learn(texts = []) {
  for (const [text, lang, said] of texts) both.set(`${lang} ${text}`, said);
}

/**
 * Give a text of a scenario in the language spoken; as it stands where it has one alone.
 *
 * @param {string} text
 */
export function told(text) {
  return both.get(`${voice.lang} ${text}`) ?? text;
}

export function language() {
  return voice.lang;
}

export function register() {
  return voice.register;
}

/**
 * Give a text of the catalogue with {names} filled in; `n` picks zero, one or many where the entry has them. Every key
 * that a page can ask for is held against the catalogues by a test; at run time one that is missing is shown as it is.
 *
 * @param {Key} key
 * @param {Values} [values]
 */
export function say(key, values = {}) {
  const entry = voice.words[key] ?? voice.fallback[key] ?? key;
  return fill(typeof entry === 'string' ? entry : form(entry, Number(values.n)), values);
}

/**
 * Give the form of {zero, one, many} for a number.
 *
 * @param {Exclude<Entry, string>} entry
 * @param {number} n
 */
export function form(entry, n) {
  if (n === 0 && entry.zero !== undefined) return entry.zero;
  return isOne(n) ? entry.one : entry.many;
}

/**
 * Tell whether a number takes the singular.
 *
 * @param {number} n
 */
export function isOne(n) {
  return voice.lang === 'fr' ? n < 2 : n === 1;
}

/**
 * @param {string} text
 * @param {Values} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => {
    const value = values[name];
    return value === undefined ? all : typeof value === 'number' ? number(value) : value;
  });
}

/**
 * @param {number} value
 * @param {number} [decimals]
 */
export function number(value, decimals = 0) {
  const sign = value < 0 ? '\u2212' : '';
  const [whole, part] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, voice.lang === 'fr' ? '\u202f' : ',');
  return sign + grouped + (part ? (voice.lang === 'fr' ? ',' : '.') + part : '');
}

/** @param {number} cm */
export function metres(cm) {
  return `${number(cm / 100, 2)}\u00a0m`;
}

/**
 * Give a text with its first letter large.
 *
 * @param {string} text
 */
export function capital(text) {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/**
 * Give a text with its first letter small, to follow a name.
 *
 * @param {string} text
 */
export function small(text) {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}

/**
 * Join what there is with commas.
 *
 * @param {...(string | null | undefined)} parts
 */
export function listed(...parts) {
  return parts.filter(Boolean).join(', ');
}
