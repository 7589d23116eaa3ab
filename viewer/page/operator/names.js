/** What assets are called: kind, id, name and street, in the language of the page. */

import {isOne, language, listed} from '../words/speech.js';

/** @import {OperatorModel} from '../pack/model.js' */

export class Names {
  /** @param {OperatorModel} model */
  constructor(model) {
    this.model = model;
  }

  /** @param {number} u */
  id(u) {
    return this.model.ids()[u];
  }

  /**
   * Give what is known of the kind of an asset.
   *
   * @param {number} u
   */
  kind(u) {
    return this.model.kinds[this.model.kindOf[u]];
  }

  /**
   * Give the words of an asset's kind: {one, many, gender}.
   *
   * @param {number} u
   */
  words(u) {
    return this.kind(u).words[language()];
  }

  /**
   * Give the word of a kind for a number of it.
   *
   * @param {number} kind
   * @param {number} n
   */
  counted(kind, n) {
    const {one, many} = this.model.kinds[kind].words[language()];
    return isOne(n) ? one : many;
  }

  /**
   * Give the end of the keys whose text agrees with an asset.
   *
   * @param {number} u
   */
  gender(u) {
    return this.words(u).gender === 'f' ? '_f' : '';
  }

  /**
   * Give what an asset is called in a sentence.
   *
   * @param {number} u
   */
  name(u) {
    return (this.kind(u).isNamed && this.model.names[u]) || this.id(u);
  }

  /**
   * Give the name that the city's file gives an asset, else its id.
   *
   * @param {number} u
   */
  label(u) {
    return this.model.names[u] || this.id(u);
  }

  /** @param {number} u */
  street(u) {
    return this.model.streets[this.model.street[u]];
  }

  /**
   * Give name and street of an asset, less what is said already.
   *
   * @param {number} u
   * @param {string} said
   */
  place(u, said) {
    const [name, street] = [this.model.names[u] ?? '', this.street(u)];
    const isSaid = name === said || (street && name.includes(street));
    return listed(isSaid ? '' : name, street === said ? '' : street);
  }
}
