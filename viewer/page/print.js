/** The map on paper: patterns in place of colours, black on white, drawn when the page is printed. */

import {Labels} from './labels.js';
import {MAY, OUT} from './intervals.js';
import {View} from './ground.js';

/** Diagonal lines `every` units apart, as a pattern that does not scale with the map. */
function hatch(every, width, both) {
  const side = Math.round(every * 1.414 * 4);
  const tile = document.createElement('canvas');
  tile.width = tile.height = side;
  const context = tile.getContext('2d');
  context.strokeStyle = '#000';
  context.lineWidth = width * 4;
  context.beginPath();
  for (const k of [-1, 0, 1]) {
    context.moveTo(k * side - 4, side + 4);
    context.lineTo((k + 1) * side + 4, -4);
    if (both) {
      context.moveTo(k * side - 4, -4);
      context.lineTo((k + 1) * side + 4, side + 4);
    }
  }
  context.stroke();
  const pattern = context.createPattern(tile, 'repeat');
  pattern.setTransform(new DOMMatrix().scale(0.25));
  return pattern;
}

export function drawForPrint(canvas, map, scene) {
  const {model, ground} = map;
  const [width, height, ratio] = [1000, 1000, 2];
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const view = Object.assign(new View(width, height), {x: map.view.x, y: map.view.y});
  view.scale = map.view.scale * Math.min(width / map.view.width, height / map.view.height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  const apply = () => view.apply(context, ratio);
  const fill = (path, style, rule = 'evenodd') => {
    apply();
    context.save();
    context.clip(path, rule);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = style;
    context.fillRect(0, 0, width, height);
    context.restore();
  };
  const stroke = (path, color, thick) => {
    apply();
    context.strokeStyle = color;
    context.lineWidth = thick / view.scale;
    context.stroke(path);
  };
  if (model.water && scene.show.water) {
    const [one, two, three] = model.water.outlines(model.water.frame(scene.t));
    fill(one, hatch(11, 0.9));
    fill(two, hatch(7.5, 0.9));
    fill(three, hatch(5.5, 1));
    stroke(one, '#000', 1.8);
  }
  fill(ground.paths.river, '#fff');
  fill(ground.paths.river, hatch(4.5, 1.1));
  stroke(ground.paths.minor, '#999', 0.8);
  stroke(ground.paths.major, '#666', 1.6);
  fill(ground.paths.building, '#d9d9d9');
  const outline = new Path2D();
  const {block} = model.shapes;
  for (let i = 0; i < block.length; i++) if (model.blocks.stateAt(model.blocks.members[block.of[i]], scene.t)) block.trace(outline, i, true);
  fill(outline, hatch(6, 0.8, true));
  stroke(outline, '#fff', 5);
  stroke(outline, '#000', 2.8);
  if (scene.street) stroke(model.shapes.street.path(false, (i) => model.shapes.street.of[i] === scene.street), 'rgba(0,0,0,.25)', 9);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const [west, north, east, south] = view.box();
  for (let u = model.lamps[0]; u < model.lamps[1]; u++) {
    if (!model.placed[u] || model.x[u] < west || model.x[u] > east || model.y[u] < north || model.y[u] > south) continue;
    const [x, y, state] = [view.px(model.x[u]), view.py(model.y[u]), model.iv.stateAt(model.pattern[u], scene.t)];
    context.beginPath();
    context.arc(x, y, state ? 3.6 : 2, 0, 7);
    context.fillStyle = state ? '#fff' : '#000';
    context.fill();
    if (!state) continue;
    context.strokeStyle = '#000';
    context.lineWidth = 1.4;
    if (state === OUT) {
      context.moveTo(x - 4.6, y + 4.6);
      context.lineTo(x + 4.6, y - 4.6);
    }
    context.stroke();
    if (state === MAY) {
      context.beginPath();
      context.arc(x, y, 3.6, Math.PI / 2, Math.PI * 1.5);
      context.fillStyle = '#000';
      context.fill();
    }
  }
  const labels = new Labels(model, {...ground.colors, map: '#fff', soft: '#000', chosen: '#000'});
  labels.onPaper = true;
  labels.draw(context, view, scene.street, [], 1.35);
}
