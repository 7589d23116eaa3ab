/** Unpacks the page's own script and runs it: the text is the one whose hash the page's policy names. */

/** @param {string} base64 */
globalThis.twinInflate = async (base64) => {
  const text = atob(base64.trim());
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const packed = new Response(bytes).body;
  if (!packed) throw new Error('nothing to inflate');
  return new Response(packed.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
};

/** @param {string} id */
globalThis.twinRun = async (id) => {
  const script = document.createElement('script');
  const packed = document.getElementById(id)?.textContent ?? '';
  script.textContent = new TextDecoder().decode(await globalThis.twinInflate(packed));
  document.head.append(script);
};

globalThis.twinStarted = performance.now();
globalThis.twinRun('page').catch(() => document.body.classList.add('failed'));
