/** Symbols of the states, from the one table (viewer/data/states.json), drawn on any 2D context. */

export class Symbols {
  constructor(table) {
    this.table = table;
    this.colors = table.colors;
    this.sprites = new Map();
    this.shapes = {};
    for (const [name, symbol] of Object.entries(table.symbols)) {
      this.shapes[name] = symbol.shapes.map((shape) => ({...shape, path: new Path2D(shape.d)}));
    }
  }

  /** Draw a symbol around the origin; `unit` is the size of one unit of its box in pixels. */
  draw(context, name, unit, tint) {
    const colors = this.colors;
    context.save();
    context.scale(unit, unit);
    context.lineCap = 'butt';
    context.lineJoin = 'round';
    for (const shape of this.shapes[name]) {
      context.globalAlpha = shape.opacity ?? 1;
      if (shape.fill) {
        context.fillStyle = tint && shape.fill !== 'map' ? tint : colors[shape.fill];
        if (shape.opacity && !tint) {
          const glow = context.createRadialGradient(0, 0, 2, 0, 0, 11.5);
          glow.addColorStop(0, colors[shape.fill] + '52');
          glow.addColorStop(0.45, colors[shape.fill] + '20');
          glow.addColorStop(1, colors[shape.fill] + '00');
          context.fillStyle = glow;
          context.globalAlpha = 1;
        }
        context.fill(shape.path);
      }
      if (shape.stroke) {
        context.strokeStyle = tint ?? colors[shape.stroke];
        context.lineWidth = shape.width;
        context.setLineDash(shape.dash ? shape.dash.split(' ').map(Number) : []);
        context.stroke(shape.path);
      }
    }
    context.restore();
  }

  /** Give a sprite {image, half} of a symbol with radius `r` pixels, sharp on this screen. */
  sprite(name, r, tint, cased) {
    const ratio = globalThis.devicePixelRatio || 1;
    const key = `${name} ${r.toFixed(2)} ${tint ?? ''} ${ratio} ${cased ?? ''}`;
    let sprite = this.sprites.get(key);
    if (!sprite) {
      const unit = r / 5;
      const side = Math.ceil(25 * unit * ratio / 2) * 2;
      const image = document.createElement('canvas');
      image.width = image.height = side;
      const context = image.getContext('2d');
      context.translate(side / 2, side / 2);
      if (cased) {
        context.save();
        context.scale(unit * ratio, unit * ratio);
        context.strokeStyle = this.colors.map;
        context.lineWidth = 2 * cased / unit + 2;
        context.lineJoin = 'round';
        for (const shape of this.shapes[name]) if (!shape.opacity) context.stroke(shape.path);
        context.restore();
      }
      this.draw(context, name, unit * ratio, tint);
      sprite = {image, half: side / ratio / 2, size: side / ratio};
      this.sprites.set(key, sprite);
    }
    return sprite;
  }

  put(context, name, x, y, r, tint, cased) {
    const sprite = this.sprite(name, r, tint, cased);
    context.drawImage(sprite.image, x - sprite.half, y - sprite.half, sprite.size, sprite.size);
  }
}
