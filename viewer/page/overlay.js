/** What lies above the map in either renderer: names, the causal line, the chosen asset, the scale. */

import {Labels} from './labels.js';
import {sizes} from './ground.js';
import {number} from './format.js';

export class Overlay {
  constructor(model, symbols) {
    this.model = model;
    this.symbols = symbols;
    this.labels = new Labels(model, symbols.colors);
  }

  draw(context, view, scene, ratio, big) {
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const size = sizes(view, big);
    const taken = [];
    if (scene.show.live) this.dangers(context, view, scene, size);
    for (const link of scene.links) {
      for (const end of [link.from, link.to]) taken.push([view.px(end.x), view.py(end.y), 13]);
    }
    this.labels.draw(context, view, scene.street, taken, big > 1 ? 1.05 : 1);
    scene.links.slice().reverse().forEach((link) => this.link(context, view, link));
    scene.links.forEach((link, i) => {
      if (i === 0) this.end(context, view, link.from, size, true);
      this.end(context, view, link.to, size, false);
    });
    if (!scene.links.length && scene.chosen) this.end(context, view, scene.chosen, size, true);
    this.scale(context, view);
  }

  /** One triangle for each thing to cut; near, one for each asset that stands in water behind it. */
  dangers(context, view, scene, size) {
    const {x, y} = this.model;
    // Seen from afar they stand close together: smaller, so that each stays one.
    const far = size.m > 1.2;
    const r = far ? Math.max(3.5, size.node * 0.76) : Math.max(4.2, size.node * 0.9);
    for (const group of scene.live) {
      for (const u of far ? group.slice(0, 1) : group) {
        this.symbols.put(context, 'live', view.px(x[u]) + size.node * 1.5, view.py(y[u]) - size.node * 1.6, r, undefined, far ? 1.3 : 1.6);
      }
    }
  }

  /** One quiet arc on its casing: a link, never the cable's route. */
  link(context, view, {from, to, sure, old}) {
    const [ax, ay, bx, by] = [view.px(from.x), view.py(from.y), view.px(to.x), view.py(to.y)];
    const [dx, dy] = [bx - ax, by - ay];
    const bow = 0.22 * (dx < 0 ? -1 : 1);
    const draw = (color, width, dash) => {
      context.beginPath();
      context.moveTo(ax, ay);
      context.quadraticCurveTo((ax + bx) / 2 + dy * bow, (ay + by) / 2 - dx * bow, bx, by);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.setLineDash(dash);
      context.lineCap = dash.length ? 'butt' : 'round';
      context.stroke();
      context.setLineDash([]);
    };
    draw(this.symbols.colors.map, 6.5, []);
    draw(old ? 'rgba(255,255,255,.6)' : '#FFFFFF', 2.4, sure ? [] : [6, 4]);
  }

  end(context, view, {x, y, symbol, label}, size, isFirst) {
    const [px, py] = [view.px(x), view.py(y)];
    const {colors} = this.symbols;
    if (isFirst) {
      context.beginPath();
      context.arc(px, py, Math.max(10, size.lamp * 2.6), 0, 7);
      context.fillStyle = colors.map;
      context.fill();
      context.lineWidth = 2;
      context.strokeStyle = colors.chosen;
      context.stroke();
    }
    if (symbol) {
      this.symbols.put(context, symbol, px, py, Math.max(5.2, (isFirst ? 1.55 : 1.9) * size.lamp), colors.chosen, 2);
    } else {
      context.beginPath();
      context.arc(px, py, 5, 0, 7);
      context.fillStyle = colors.map;
      context.fill();
      context.lineWidth = 2;
      context.strokeStyle = colors.chosen;
      context.stroke();
    }
    if (label) {
      context.font = "700 13px 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif";
      const shown = label.length > 28 ? `${label.slice(0, 27)}…` : label;
      const width = context.measureText(shown).width + 16;
      const left = px + 14 + width > view.width ? px - 14 - width : px + 14;
      context.fillStyle = colors.chosen;
      context.beginPath();
      context.roundRect(left, py - 11, width, 22, 3);
      context.fill();
      context.fillStyle = colors.page;
      context.textAlign = 'left';
      context.textBaseline = 'middle';
      context.fillText(shown, left + 8, py + 0.5);
    }
  }

  scale(context, view) {
    const wide = 150 / view.scale;
    const power = 10 ** Math.floor(Math.log10(wide));
    const length = [5, 2, 1].map((k) => k * power).find((value) => value <= wide);
    const pixels = length * view.scale;
    const [x, y] = [16, view.height - 18];
    for (const [color, width] of [[this.symbols.colors.map, 5], [this.symbols.colors.text, 1.6]]) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(x, y - 6);
      context.lineTo(x, y);
      context.lineTo(x + pixels, y);
      context.lineTo(x + pixels, y - 6);
      context.stroke();
    }
    const text = length >= 1000 ? `${number(length / 1000)}\u00a0km` : `${number(length)}\u00a0m`;
    context.font = "13px 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif";
    context.textAlign = 'left';
    context.textBaseline = 'bottom';
    context.lineWidth = 3.4;
    context.lineJoin = 'round';
    context.strokeStyle = this.symbols.colors.map;
    context.strokeText(text, x + 6, y - 4);
    context.fillStyle = this.symbols.colors.text;
    context.fillText(text, x + 6, y - 4);
  }
}
