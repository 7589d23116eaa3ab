/** The search of the operator's page: assets and streets as one types. */

import {byId, inputById, make} from '../parts/dom.js';
import {Index} from '../pack/search.js';
import {listed, say} from '../words/speech.js';
import {words} from './rows.js';

/** @import {OperatorModel} from '../pack/model.js' */
/** @import {Names} from './names.js' */

/** Assets and streets that are looked for, and lines that are shown. */
const FOUND = 7;
const SHOWN = 8;

/** @typedef {{choose: (u: number | null) => void, chooseStreet: (street: number) => void}} Actions */

export class Finder {
  /**
   * @param {OperatorModel} model
   * @param {Names} names
   * @param {Actions} actions
   */
  constructor(model, names, actions) {
    this.model = model;
    this.names = names;
    this.actions = actions;
    this.index = new Index(model, model.names);
    this.input = inputById('search');
    this.results = byId('results');
    const form = byId('finder');
    this.input.addEventListener('input', () => this.update());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.update();
      this.results.querySelector('button')?.click();
    });
    form.addEventListener('keydown', (event) => this.key(event));
    document.addEventListener('click', (event) => {
      if (!(event.target instanceof Element) || !event.target.closest('#finder')) this.close();
    });
  }

  close() {
    this.results.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
  }

  update() {
    const asked = this.input.value.trim();
    const options = this.options().slice(0, SHOWN);
    const none = asked && !options.length ? [make('li', {class: 'none'}, say('nothing_found'))] : [];
    this.results.replaceChildren(...options, ...none);
    this.results.hidden = !asked;
    this.input.setAttribute('aria-expanded', String(!this.results.hidden));
  }

  options() {
    const {model, names, actions} = this;
    const {streets, assets} = this.index.find(this.input.value, FOUND);
    return [
      ...assets.map((u) => this.option(names.id(u), listed(model.names[u], names.street(u)), () => actions.choose(u))),
      ...streets.map((street) =>
        this.option(model.streets[street], say('lamps_total', {n: model.byStreet.total[street]}), () =>
          actions.chooseStreet(street)
        )
      )
    ];
  }

  /**
   * @param {string} title
   * @param {string} detail
   * @param {() => void} act
   */
  option(title, detail, act) {
    const button = make('button', {type: 'button', class: 'row'}, words(title, detail));
    button.addEventListener('click', () => {
      act();
      this.close();
    });
    return make('li', {}, button);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const buttons = [...this.results.querySelectorAll('button')];
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const at = buttons.findIndex((button) => button === focused);
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.input.value = '';
      this.close();
      focused?.blur();
      this.actions.choose(null);
    } else if (event.key === 'ArrowDown' && buttons.length) {
      buttons[(at + 1) % buttons.length].focus();
    } else if (event.key === 'ArrowUp' && at >= 0) {
      (buttons[at - 1] ?? this.input).focus();
    } else {
      return;
    }
    event.preventDefault();
  }
}
