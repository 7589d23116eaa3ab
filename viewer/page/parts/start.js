/** What both pages do first: read what the file holds, and draw by the renderer that this machine can bear. */

import {Gpu} from '../map/gpu.js';
import {hasGpu} from '../map/hardware.js';
import {unpack} from '../pack/unpack.js';
import {keepTime} from '../words/time.js';
import {byId} from './dom.js';

/** @import {CityMap} from '../map/city_map.js' */
/** @import {Model} from '../pack/model.js' */
/** @import {Symbols} from '../map/symbols.js' */
/** @import {AnyConfig, OperatorConfig, OperatorPack, Spec} from '../types.js' */

/**
 * Read the configuration of the page.
 *
 * @template {AnyConfig} Config
 * @returns {Config}
 */
export function configuration() {
  const config = JSON.parse(byId('config').textContent ?? '');
  keepTime(config);
  return config;
}

/**
 * Read the packed run.
 *
 * @template Pack
 * @returns {Promise<Pack>}
 */
export async function packed() {
  const pack = unpack(await globalThis.twinInflate(byId('data').textContent ?? ''));
  return /** @type {Pack} */ (/** @type {unknown} */ (pack));
}

/**
 * Read a run that the page compares its own with; null where it has none of this number.
 *
 * @param {string} number from 0 on
 * @returns {Promise<{config: OperatorConfig, pack: OperatorPack} | null>}
 */
export async function other(number) {
  const data = document.getElementById(`data-${number}`)?.textContent;
  if (!data) return null;
  const pack = unpack(await globalThis.twinInflate(data));
  return {config: JSON.parse(byId(`config-${number}`).textContent ?? ''), pack: /** @type {any} */ (pack)};
}

/**
 * Load deck.gl where there is a GPU; the 2D canvas draws meanwhile, and for good where this fails.
 *
 * @param {CityMap} map
 * @param {Model} model
 * @param {Symbols} symbols
 * @param {Spec} spec
 */
export async function useGpu(map, model, symbols, spec) {
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
    map.gpu = new Gpu(canvas, model, map.ground, symbols, spec);
    map.base.hidden = true;
    holder.dataset.renderer = 'gpu';
    map.later();
  } catch (error) {
    console.warn(error);
  }
}
