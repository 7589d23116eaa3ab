/** Finding one's street: by its name, by the number of a lamp, or by where one is. */

import {nearestStreet} from '../map/picking.js';
import {Index} from '../pack/search.js';
import {byId, inputById, make} from '../parts/dom.js';
import {say} from '../words/speech.js';

/** @import {PublicModel} from '../pack/model.js' */
/** @import {Key, PublicConfig} from '../types.js' */

/** Streets that a search offers. */
const OFFERED = 8;
/** How long the device may look for itself, and how old its answer may be [ms]. */
const LOCATING = {timeout: 15_000, maximumAge: 60_000};

/**
 * @typedef {object} Actions
 * @property {(street: number, lamp: number) => void} choose a lamp of the street, or -1
 * @property {() => void} clear
 * @property {(text: string) => void} announce
 * @property {() => string} spoken the answer in one line
 */

export class Finder {
  /**
   * @param {PublicModel} model
   * @param {PublicConfig} config
   * @param {Actions} actions
   */
  constructor(model, config, actions) {
    this.model = model;
    this.config = config;
    this.actions = actions;
    this.index = new Index(model);
    this.input = inputById('search');
    this.results = byId('results');
    this.input.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      this.input.value = '';
      this.results.replaceChildren();
      this.input.blur();
      actions.clear();
    });
    byId('finder').addEventListener('submit', (event) => {
      event.preventDefault();
      this.search(this.input.value);
    });
    byId('where').addEventListener('click', () => this.locate());
  }

  /** @param {string} query */
  search(query) {
    const {model, results, actions} = this;
    results.replaceChildren();
    if (!query.trim()) return;
    const {streets, assets, exact} = this.index.find(query, OFFERED);
    if (streets.length === 1 || exact) {
      actions.choose(streets[0], -1);
    } else if (!streets.length && assets.length) {
      actions.choose(model.street[assets[0]], assets[0]);
    } else if (streets.length) {
      results.append(make('p', {}, say('several')), this.offer(streets));
    } else {
      const table = make('p', {}, make('a', {href: '#streets'}, say('see_table')));
      results.append(make('p', {}, say('not_found')), this.offer(this.index.nearest(query)), table);
    }
    actions.announce(results.textContent || actions.spoken());
  }

  /** @param {number[]} streets */
  offer(streets) {
    const items = streets.map((street) => {
      const button = make('button', {type: 'button', class: 'text'}, this.model.streets[street]);
      button.addEventListener('click', () => {
        this.results.replaceChildren();
        this.actions.choose(street, -1);
        byId('answer-title').focus();
      });
      return make('li', {}, button);
    });
    return make('ul', {}, ...items);
  }

  /** Choose the street where the device is; nothing leaves the page. */
  locate() {
    const {geo} = this.config;
    if (!navigator.geolocation || !geo) {
      this.tell('where_failed');
      return;
    }
    this.tell('where_hint');
    /** @param {GeolocationPosition} position */
    const found = ({coords}) => {
      const [u, v] = [coords.longitude - geo.lon, coords.latitude - geo.lat];
      const terms = [1, u, v, u * u, u * v, v * v];
      /** @param {number[]} factors */
      const metres = (factors) => factors.reduce((sum, factor, i) => sum + factor * terms[i], 0);
      this.choosePlace(metres(geo.x), metres(geo.y));
    };
    navigator.geolocation.getCurrentPosition(found, () => this.tell('where_failed'), LOCATING);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  choosePlace(x, y) {
    const [wide, high] = this.model.size;
    const isInside = x >= 0 && y >= 0 && x <= wide && y <= high;
    const street = isInside ? nearestStreet(this.model, x, y) : 0;
    if (street) this.actions.choose(street, -1);
    else this.tell('where_outside');
  }

  /** @param {Key} key */
  tell(key) {
    this.results.replaceChildren(make('p', {}, say(key)));
    this.actions.announce(say(key));
  }
}
