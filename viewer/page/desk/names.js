/** How things are called: by their names first, their ids small beside; streets that a name says are not said twice. */

import {make} from '../parts/dom.js';

/** @typedef {{asset: string, name?: string}} Thing */

/** @param {Thing} thing */
export function named({asset, name}) {
  return name || asset;
}

/** Give the id of what has a name beside it; nothing where the id is all that it has. @param {Thing} thing */
export function idOf({asset, name}) {
  return name && name !== asset ? asset : '';
}

/** Give name and id in one text, where no letters are smaller. @param {Thing} thing */
export function withId(thing) {
  const id = idOf(thing);
  return id ? `${named(thing)} (${id})` : named(thing);
}

/** Give an id in small letters, to stand behind a name; nothing for none. @param {string} id */
export function small(id) {
  return id ? make('small', {class: 'id'}, ` ${id}`) : '';
}

/** Give the street, where the name does not say it already. @param {string | undefined} name @param {string} street */
export function streetBeside(name, street) {
  return name?.toLowerCase().includes(street.toLowerCase()) ? '' : street;
}
