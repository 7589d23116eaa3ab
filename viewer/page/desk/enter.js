/** Taking the desk: the one-time key of the address, a name, a duty. */

import {all, byId, inputById, translate} from '../parts/dom.js';
import {speak} from '../words/speech.js';
import {post, Refusal} from './net.js';
import {t} from './start.js';

/** @import {Catalogue, Lang} from '../types.js' */

export class Enter {
  /** @param {Record<Lang, Catalogue>} words */
  constructor(words) {
    const kept = localStorage.getItem('twin-lang');
    /** @param {Lang} lang */
    const use = (lang) => {
      speak(lang, words);
      localStorage.setItem('twin-lang', lang);
      for (const one of all('[data-lang]')) one.setAttribute('aria-pressed', String(one.dataset.lang === lang));
      translate();
      document.title = t(document.getElementById('enter-form') ? 'enter_title' : 'missing_title');
    };
    use(kept === 'en' || (!kept && !navigator.language.startsWith('fr')) ? 'en' : 'fr');
    for (const button of all('[data-lang]')) {
      button.addEventListener('click', () => use(/** @type {Lang} */ (button.dataset.lang)));
    }
    if (document.getElementById('enter-form')) this.form();
  }

  form() {
    const key = location.hash.slice(1);
    // A key stays in no history.
    history.replaceState(null, '', '/enter');
    const login = document.getElementById('login-form');
    byId('no-key').hidden = key !== '' || login !== null;
    const form = byId('enter-form');
    form.hidden = key === '';
    this.send(form, 'enter_refused', () => ({key, name: inputById('name').value, duty: inputById('duty').value}));
    if (login) {
      login.hidden = key !== '';
      this.send(login, 'login_refused', () => ({
        login: inputById('login').value.trim().toLowerCase(),
        password: inputById('password').value,
        duty: inputById('login-duty').value
      }));
    }
    (key ? byId('name') : document.getElementById('login'))?.focus();
  }

  /**
   * @param {HTMLElement} form
   * @param {string} refused what is said when the desk does not open
   * @param {() => object} said
   */
  send(form, refused, said) {
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      try {
        await post('/api/enter', said());
        location.assign('/tonight');
      } catch (error) {
        byId('enter-says').textContent = error instanceof Refusal && error.code ? t(refused) : String(error);
      }
    });
  }
}
