/** Names on the map: along their line, left to right, centred on the visible part; one that meets another is dropped. */

const FONT = "'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif";

export class Labels {
  constructor(model, colors) {
    this.model = model;
    this.colors = colors;
    this.widths = new Map();
    const {street} = model.shapes;
    const main = model.columns['street.main'] ?? [];
    this.lines = [];
    for (let i = 0; i < street.length; i++) {
      const name = model.streets[street.of?.[i] ?? 0];
      if (!name) continue;
      let length = 0;
      for (let k = street.starts[i]; k + 1 < street.starts[i + 1]; k++) {
        length += Math.hypot(street.xy[2 * k + 2] - street.xy[2 * k], street.xy[2 * k + 3] - street.xy[2 * k + 1]);
      }
      this.lines.push({name, street: street.of[i], main: main[i], length, points: street.xy.subarray(2 * street.starts[i], 2 * street.starts[i + 1])});
    }
    this.rivers = model.texts.rivers.map(({name, x, y}) => ({name, river: true, length: 1e9, points: Float32Array.from(x.flatMap((value, i) => [value, y[i]]))}));
  }

  width(context, letter) {
    const key = context.font + letter;
    let width = this.widths.get(key);
    if (width === undefined) this.widths.set(key, width = context.measureText(letter).width);
    return width;
  }

  /** Draw the names that fit. `view` maps metres to pixels; `chosen` is a street's number or 0; `taken` are discs kept free. */
  draw(context, view, chosen, taken, scale = 1) {
    const perPixel = 1 / view.scale;
    const placed = [...taken];
    const wanted = [];
    for (const line of this.rivers) wanted.push([1, line]);
    for (const line of this.lines) {
      if (line.street === chosen) wanted.push([0, line]);
      else if (perPixel < 4 && line.main) wanted.push([2, line]);
      else if (perPixel < 1.2 && line.length > (perPixel < 0.6 ? 40 : 120)) wanted.push([3, line]);
    }
    wanted.sort((a, b) => a[0] - b[0] || b[1].length - a[1].length);
    const used = new Map();
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    for (const [priority, line] of wanted) {
      if ((used.get(line.name) ?? 0) >= (priority === 0 ? 1 : 2)) continue;
      const size = (priority === 0 || perPixel < 0.6 ? 14 : line.river ? 15 : 12.5) * scale;
      context.font = `${line.river ? 'italic 600 ' : priority === 0 ? '700 ' : '500 '}${size}px ${FONT}`;
      const spots = this.place(context, view, line, size, line.river ? 3.2 * scale : 0.2);
      if (!spots) continue;
      const discs = spots.filter((spot, i) => i % 2 === 0 || i === spots.length - 1).map((spot) => [spot.x, spot.y, size * 0.72]);
      if (discs.some(([x, y, r]) => placed.some(([px, py, pr]) => Math.abs(px - x) < r + pr && Math.abs(py - y) < r + pr && Math.hypot(px - x, py - y) < r + pr))) continue;
      placed.push(...discs);
      used.set(line.name, (used.get(line.name) ?? 0) + 1);
      this.write(context, spots, line, priority === 0, scale);
    }
  }

  write(context, spots, line, isChosen, scale) {
    context.lineWidth = 3.6 * scale;
    context.strokeStyle = line.river && !this.onPaper ? 'rgba(16,24,32,.55)' : this.colors.map;
    for (const pass of [0, 1]) {
      context.fillStyle = isChosen ? this.colors.chosen : line.river && !this.onPaper ? '#E4F1FC' : this.colors.soft;
      for (const {x, y, angle, letter} of spots) {
        context.translate(x, y);
        context.rotate(angle);
        if (pass) context.fillText(letter, 0, 0);
        else context.strokeText(letter, 0, 0);
        context.rotate(-angle);
        context.translate(-x, -y);
      }
    }
  }

  /** Give a spot per letter, or null where the visible line is too short or bends too much. */
  place(context, view, line, size, spacing) {
    const letters = [...line.name];
    const widths = letters.map((letter) => this.width(context, letter) + spacing);
    const wide = widths.reduce((sum, w) => sum + w, 0);
    if (line.length * view.scale < wide + 16) return null;
    const edge = 24;
    // the longest visible run of the line, in pixels
    let run = [];
    let best = [];
    let bestLength = 0;
    let length = 0;
    const {points} = line;
    const keep = () => {
      if (length > bestLength) [best, bestLength] = [run, length];
      run = [];
      length = 0;
    };
    for (let k = 0; k < points.length; k += 2) {
      const x = view.px(points[k]);
      const y = view.py(points[k + 1]);
      if (k) {
        const [ax, ay] = [view.px(points[k - 2]), view.py(points[k - 1])];
        const pieces = Math.max(1, Math.ceil(Math.hypot(x - ax, y - ay) / 24));
        for (let j = 1; j <= pieces; j++) step(ax + (x - ax) * j / pieces, ay + (y - ay) * j / pieces);
      } else {
        step(x, y);
      }
    }
    keep();
    function step(x, y) {
      if (x < edge || y < edge || x > view.width - edge || y > view.height - edge) {
        keep();
        return;
      }
      if (run.length) length += Math.hypot(x - run[run.length - 1][0], y - run[run.length - 1][1]);
      run.push([x, y]);
    }
    if (bestLength < wide + 12) return null;
    if (best[0][0] > best[best.length - 1][0]) best = best.slice().reverse();
    const spots = [];
    let at = (bestLength - wide) / 2;
    let i = 0;
    let behind = 0;
    for (let n = 0; n < letters.length; n++) {
      const middle = at + widths[n] / 2;
      at += widths[n];
      let piece = Math.hypot(best[i + 1][0] - best[i][0], best[i + 1][1] - best[i][1]);
      while (behind + piece < middle && i + 2 < best.length) {
        behind += piece;
        i++;
        piece = Math.hypot(best[i + 1][0] - best[i][0], best[i + 1][1] - best[i][1]);
      }
      const share = piece ? (middle - behind) / piece : 0;
      const [a, b] = [best[i], best[i + 1]];
      const [c, d] = [best[Math.max(0, i - 1)], best[Math.min(best.length - 1, i + 2)]];
      spots.push({letter: letters[n], x: a[0] + (b[0] - a[0]) * share, y: a[1] + (b[1] - a[1]) * share, angle: Math.atan2(d[1] - c[1], d[0] - c[0])});
    }
    let turn = 0;
    for (let n = 1; n < spots.length; n++) {
      const bend = Math.abs(Math.atan2(Math.sin(spots[n].angle - spots[n - 1].angle), Math.cos(spots[n].angle - spots[n - 1].angle)));
      if (bend > 0.6) return null;
      turn += bend;
    }
    return turn > 1.6 ? null : spots;
  }
}
