/** Canvases: their 2D context, tiles of diagonal lines, and the font of what is written on the map. */

export const FONT = "'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif";

/**
 * Give the 2D context of a canvas.
 *
 * @param {HTMLCanvasElement} canvas
 */
export function pen(canvas) {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no 2D canvas here');
  return context;
}

/**
 * Make a canvas of a size and give its 2D context.
 *
 * @param {number} width
 * @param {number} height
 */
export function sheet(width, height) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return pen(canvas);
}

/**
 * @typedef {object} Hatching
 * @property {number} every distance of the lines [px of the tile, along its sides]
 * @property {number} width
 * @property {string} color
 * @property {number} [alpha]
 * @property {number} over how far the lines reach beyond the tile
 * @property {boolean} [both] in both directions
 */

/**
 * Give a tile of diagonal lines.
 *
 * @param {Hatching} hatching
 */
export function hatched({every, width, color, alpha = 1, over, both = false}) {
  const side = Math.round(every * 1.414);
  const context = sheet(side, side);
  context.strokeStyle = color;
  context.globalAlpha = alpha;
  context.lineWidth = width;
  context.beginPath();
  for (const k of [-1, 0, 1]) {
    context.moveTo(k * side - over, side + over);
    context.lineTo((k + 1) * side + over, -over);
    if (!both) continue;
    context.moveTo(k * side - over, -over);
    context.lineTo((k + 1) * side + over, side + over);
  }
  context.stroke();
  const pattern = context.createPattern(context.canvas, 'repeat');
  if (!pattern) throw new Error('no pattern of an empty tile');
  return pattern;
}
