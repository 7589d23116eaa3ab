/** What both pages are: a run around one clock, in one language at a time, that knows when it has expired. */

import {speak} from '../words/speech.js';
import {all, byId, translate} from './dom.js';

/** @import {AnyConfig, Catalogue, Register} from '../types.js' */

/** How long a screen reader is left in peace before it is told what changed [ms]. */
const QUIET_MS = 700;

/** @template {AnyConfig} Config */
export class Page {
  /**
   * @param {Config} config
   * @param {Partial<Record<Register, Catalogue>>} catalogues
   */
  constructor(config, catalogues) {
    this.config = config;
    this.catalogues = catalogues;
    this.t = 0;
    speak(config.lang, catalogues);
  }

  /** Say everything: once at the start and again when the language changes. */
  speak() {
    translate();
  }

  /** Let the buttons of languages switch the page. */
  switchLanguages() {
    const buttons = all('[data-lang]');
    for (const button of buttons) {
      button.addEventListener('click', () => {
        speak(/** @type {Register} */ (button.dataset.lang), this.catalogues);
        for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
        this.speak();
      });
    }
  }

  /** Mark the page where it is past its time by the device's clock, and tell whether it is. */
  expire() {
    const {start, validUntil} = this.config;
    const isLate = Date.now() / 1000 > start + validUntil;
    document.body.classList.toggle('expired', isLate);
    return isLate;
  }

  /**
   * Tell screen readers.
   *
   * @param {string} text
   * @param {number} [after] milliseconds
   */
  announce(text, after = QUIET_MS) {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => {
      byId('live-region').textContent = text;
    }, after);
  }
}
