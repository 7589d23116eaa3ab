/** Is there a GPU worth the name? Software WebGL is slower than a 2D canvas. */

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** Tell whether the GPU should draw; `#renderer=2d` or `#renderer=gpu` behind the address forces one. */
export function hasGpu() {
  const asked = /renderer=(gpu|2d)/.exec(location.hash)?.[1];
  if (asked) return asked === 'gpu';
  try {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('webgl2', {failIfMajorPerformanceCaveat: true});
    if (!context) return false;
    const about = context.getExtension('WEBGL_debug_renderer_info');
    const name = about ? String(context.getParameter(about.UNMASKED_RENDERER_WEBGL)) : '';
    context.getExtension('WEBGL_lose_context')?.loseContext();
    return !SOFTWARE.test(name);
  } catch {
    return false;
  }
}
