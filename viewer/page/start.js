/** What both pages do first: unpack, speak, draw by the renderer that this machine can bear. */

import {unpack} from './unpack.js';
import {Model} from './model.js';
import {Symbols} from './symbols.js';
import {speak} from './format.js';
import {hasGpu} from './map.js';
import {Gpu} from './gpu.js';

export async function open(config) {
  const stream = unpack(await globalThis.twinInflate(document.getElementById('data').textContent));
  Object.assign(config, {words: stream.texts.words, states: stream.texts.states, spec: stream.texts.spec});
  setLanguage(config, config.lang);
  const symbols = new Symbols(config.states);
  return {model: new Model(stream, config), symbols};
}

export function setLanguage(config, register) {
  const lang = register === 'simple' ? 'fr' : register;
  speak(lang, config.words[register], config.words[lang], {start: config.start, offsets: config.offsets});
  document.documentElement.lang = lang;
  return lang;
}

/** Load deck.gl where there is a GPU; the 2D canvas draws meanwhile, and for good where this fails. */
export async function useGpu(map, model, symbols, config) {
  const {holder} = map;
  holder.dataset.renderer = '2d';
  if (!hasGpu()) return;
  try {
    await globalThis.twinRun('deck');
    const canvas = document.createElement('canvas');
    canvas.className = 'gpu';
    canvas.setAttribute('aria-hidden', 'true');
    map.base.after(canvas);
    const stop = () => {
      map.gpu = null;
      canvas.remove();
      holder.dataset.renderer = '2d';
      map.base.hidden = false;
      map.later();
    };
    canvas.addEventListener('gpufailed', stop);
    canvas.addEventListener('webglcontextlost', stop);
    map.gpu = new Gpu(canvas, model, map.ground, symbols, config.spec);
    map.base.hidden = true;
    holder.dataset.renderer = 'gpu';
    map.later();
  } catch (error) {
    console.warn(error);
  }
}
