/** Elements: found by id, made, and filled with texts. Names stay text: nothing is ever read as HTML. */

import {say} from '../words/speech.js';

/** @import {Key} from '../types.js' */

/**
 * Give the element with an id.
 *
 * @param {string} id
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element #${id}`);
  return element;
}

/** @param {string} id */
export function inputById(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

/**
 * Give all elements that a selector finds.
 *
 * @param {string} selector
 * @returns {NodeListOf<HTMLElement>}
 */
export function all(selector) {
  return document.querySelectorAll(selector);
}

/**
 * Put a text into an element; **marks** become bold.
 *
 * @template {Element} E
 * @param {E} element
 * @param {string} text
 */
export function rich(element, text) {
  element.replaceChildren();
  text.split('**').forEach((part, i) => {
    if (part) element.append(i % 2 ? make('strong', {}, part) : part);
  });
  return element;
}

/**
 * Make an element: make('p', {class: 'x'}, 'text', child). Attributes that are false or missing are left out.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 * @param {...(Node | string | null | undefined)} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === null) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) if (child !== undefined && child !== null) element.append(child);
  return element;
}

/**
 * Make a paragraph with **marks**.
 *
 * @param {string} text
 */
export function paragraph(text) {
  return rich(make('p'), text);
}

/** Say every text that the page's HTML names: data-t, data-label and data-hint are keys of the catalogue. */
export function translate() {
  for (const element of all('[data-t]')) rich(element, say(/** @type {Key} */ (element.dataset.t)));
  for (const element of all('[data-label]')) {
    element.setAttribute('aria-label', say(/** @type {Key} */ (element.dataset.label)));
  }
  for (const element of all('[data-hint]')) {
    element.setAttribute('placeholder', say(/** @type {Key} */ (element.dataset.hint)));
  }
}
