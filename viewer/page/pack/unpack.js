/** Reading the packed stream: see viewer/scene/pack.py, which writes it. */

/** @import {Numbers} from '../types.js' */

const ARRAYS = {Uint8Array, Uint16Array, Uint32Array, Int16Array, Int32Array, Float32Array};
const WHOLES = {1: Uint8Array, 2: Uint16Array, 4: Uint32Array};

/**
 * @typedef {object} Column
 * @property {string} name
 * @property {keyof ARRAYS} type
 * @property {number} length
 * @property {boolean} delta
 * @property {number} width
 */

/**
 * Give columns by name, and texts, of a stream. What they are is said by the types of `Pack`; a test holds names and
 * types there against what is packed.
 *
 * @param {ArrayBuffer} buffer
 */
export function unpack(buffer) {
  const head = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, head)));
  /** @type {Record<string, Numbers | Float32Array>} */
  const columns = {};
  let at = 4 + head;
  for (const column of /** @type {Column[]} */ (header.columns)) {
    const bytes = column.length * ARRAYS[column.type].BYTES_PER_ELEMENT;
    columns[column.name] = read(buffer, at, column);
    at += bytes + (-bytes & 3);
  }
  return {columns, texts: header.texts};
}

/**
 * @param {ArrayBuffer} buffer
 * @param {number} at
 * @param {Column} column
 */
function read(buffer, at, {type, length, delta, width}) {
  if (type === 'Float32Array') return new Float32Array(buffer, at, length);
  const size = /** @type {1 | 2 | 4} */ (ARRAYS[type].BYTES_PER_ELEMENT);
  const bytes = new Uint8Array(buffer, at, length * size);
  const whole = new WHOLES[size](length);
  for (let plane = 0; plane < size; plane++) {
    for (let i = 0, from = plane * length; i < length; i++) whole[i] |= bytes[from + i] << (8 * plane);
  }
  const back = width || (delta ? 1 : 0);
  if (back) for (let i = back; i < length; i++) whole[i] += whole[i - back];
  return new ARRAYS[type](whole.buffer);
}
