/** Reading the packed stream: see viewer/scene/pack.py, which writes it. */

const arrays = {Uint8Array, Uint16Array, Uint32Array, Int16Array, Int32Array, Float32Array};
const wholes = {1: Uint8Array, 2: Uint16Array, 4: Uint32Array};

/** Give {columns by name, texts} of a stream. */
export function unpack(buffer) {
  const head = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, head)));
  const columns = {};
  let at = 4 + head;
  for (const {name, type, length, delta, width} of header.columns) {
    const kind = arrays[type];
    const size = kind.BYTES_PER_ELEMENT;
    const bytes = new Uint8Array(buffer, at, length * size);
    if (kind === Float32Array) {
      columns[name] = new Float32Array(buffer, at, length);
    } else {
      const whole = new wholes[size](length);
      for (let plane = 0; plane < size; plane++) {
        for (let i = 0, from = plane * length; i < length; i++) whole[i] |= bytes[from + i] << (8 * plane);
      }
      const back = width || (delta ? 1 : 0);
      if (back) for (let i = back; i < length; i++) whole[i] += whole[i - back];
      columns[name] = new kind(whole.buffer);
    }
    at += length * size + (-(length * size) & 3);
  }
  return {columns, texts: header.texts};
}
