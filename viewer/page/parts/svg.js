/** Elements of SVG. */

const SVG = 'http://www.w3.org/2000/svg';
/** Width of a letter at the size of a label, on average [px]. */
const LETTER = 6.6;

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number>} attributes
 */
export function svg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/**
 * @param {string} d
 * @param {Record<string, string | number>} attributes
 */
export function path(d, attributes) {
  return svg('path', {d, ...attributes});
}

/**
 * Make a label; it stays empty where it does not fit into its room.
 *
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {string} fill
 * @param {'start' | 'middle' | 'end'} anchor
 * @param {number} [room] [px]
 */
export function label(x, y, words, fill, anchor, room = Infinity) {
  const element = svg('text', {x, y, fill, 'text-anchor': anchor, 'font-size': 12.5});
  element.textContent = words.length * LETTER > room ? '' : words;
  return element;
}
