/** Shapes as packed by viewer/scene/frame.py: first vertices and steps, in page metres with y down. */

/** @import {Box, GroundColumns, Numbers, Point} from '../types.js' */

/** Rings that are traced into one path before it joins the whole. */
const SHEAF = 64;

export class Shapes {
  /**
   * @param {GroundColumns} columns
   * @param {'street' | 'park' | 'water' | 'bridge' | 'building' | 'block' | 'zone' | 'road'} name prefix of the columns
   * @param {number} step one unit of the coordinates [m]
   * @param {Numbers} [of] what each ring or line belongs to
   */
  constructor(columns, name, step, of = new Uint32Array(0)) {
    const counts = columns[`${name}.n`] ?? new Uint16Array(0);
    this.length = counts.length;
    this.of = of;
    this.outer = columns[`${name}.outer`];
    this.starts = new Uint32Array(counts.length + 1);
    for (let i = 0; i < counts.length; i++) this.starts[i + 1] = this.starts[i] + counts[i];
    this.xy = new Float32Array(2 * this.starts[counts.length]);
    this.boxes = new Float32Array(4 * counts.length);
    const [fx, fy] = [columns[`${name}.fx`], columns[`${name}.fy`]];
    const [dx, dy] = [columns[`${name}.dx`], columns[`${name}.dy`]];
    if (!fx || !fy || !dx || !dy) return;
    for (let i = 0, k = 0, at = 0; i < counts.length; i++) {
      let x = fx[i];
      let y = fy[i];
      let [west, north, east, south] = [x, y, x, y];
      for (let j = 0; j < counts[i]; j++) {
        if (j) {
          x = (x + dx[k]) & 65535;
          y = (y + dy[k++]) & 65535;
        }
        this.xy[at++] = x * step;
        this.xy[at++] = y * step;
        west = Math.min(west, x);
        east = Math.max(east, x);
        north = Math.min(north, y);
        south = Math.max(south, y);
      }
      this.boxes.set([west * step, north * step, east * step, south * step], 4 * i);
    }
  }

  /**
   * Tell whether a ring bounds its shape from outside, and is no hole; a line always does.
   *
   * @param {number} i
   */
  isOuter(i) {
    return !this.outer || this.outer[i] === 1;
  }

  /**
   * Add one ring or line to a path.
   *
   * @param {Path2D} path
   * @param {number} i
   * @param {boolean} closed
   */
  trace(path, i, closed) {
    const from = this.starts[i];
    const to = this.starts[i + 1];
    path.moveTo(this.xy[2 * from], this.xy[2 * from + 1]);
    for (let k = from + 1; k < to; k++) path.lineTo(this.xy[2 * k], this.xy[2 * k + 1]);
    if (closed) path.closePath();
  }

  /**
   * Give one path of all rings or lines, or of those wanted.
   *
   * @param {boolean} closed
   * @param {(i: number) => boolean} [wanted]
   */
  path(closed, wanted) {
    return this.join(closed, this.numbers(wanted));
  }

  /**
   * Give the numbers of all rings or lines, or of those wanted.
   *
   * @param {(i: number) => boolean} [wanted]
   */
  numbers(wanted) {
    const rings = [];
    for (let i = 0; i < this.length; i++) if (!wanted || wanted(i)) rings.push(i);
    return rings;
  }

  /**
   * Give one path of some rings or lines. In sheaves: what a browser spends on a line grows with the path it joins.
   *
   * @param {boolean} closed
   * @param {number[]} rings
   */
  join(closed, rings) {
    const path = new Path2D();
    for (let from = 0; from < rings.length; from += SHEAF) {
      const sheaf = new Path2D();
      for (const i of rings.slice(from, from + SHEAF)) this.trace(sheaf, i, closed);
      path.addPath(sheaf);
    }
    return path;
  }

  /**
   * Tell whether the box of a ring or line meets another.
   *
   * @param {number} i
   * @param {Box} box
   */
  meets(i, box) {
    const b = this.boxes;
    return b[4 * i] <= box[2] && b[4 * i + 2] >= box[0] && b[4 * i + 1] <= box[3] && b[4 * i + 3] >= box[1];
  }

  /**
   * Give the middle of the box of a ring or line.
   *
   * @param {number} i
   * @returns {Point}
   */
  middle(i) {
    const b = this.boxes;
    return [(b[4 * i] + b[4 * i + 2]) / 2, (b[4 * i + 1] + b[4 * i + 3]) / 2];
  }

  /**
   * Tell whether a point is inside ring i.
   *
   * @param {number} i
   * @param {number} x
   * @param {number} y
   */
  holds(i, x, y) {
    let inside = false;
    for (let k = this.starts[i], j = this.starts[i + 1] - 1; k < this.starts[i + 1]; j = k++) {
      const [xi, yi, xj, yj] = [this.xy[2 * k], this.xy[2 * k + 1], this.xy[2 * j], this.xy[2 * j + 1]];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
    }
    return inside;
  }

  /**
   * Give the distance of a point from line i [m].
   *
   * @param {number} i
   * @param {number} x
   * @param {number} y
   */
  distance(i, x, y) {
    let best = Infinity;
    for (let k = this.starts[i]; k + 1 < this.starts[i + 1]; k++) {
      const [ax, ay, bx, by] = this.xy.subarray(2 * k, 2 * k + 4);
      const [dx, dy] = [bx - ax, by - ay];
      const share = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
      best = Math.min(best, Math.hypot(x - ax - share * dx, y - ay - share * dy));
    }
    return best;
  }

  /**
   * Give the vertices of a ring or line.
   *
   * @param {number} i
   */
  points(i) {
    /** @type {Point[]} */
    const points = [];
    for (let k = this.starts[i]; k < this.starts[i + 1]; k++) points.push([this.xy[2 * k], this.xy[2 * k + 1]]);
    return points;
  }

  /** Give polygons with their holes as nested arrays, for layers that cut them into triangles. */
  polygons() {
    /** @type {Point[][][]} */
    const polygons = [];
    for (let i = 0; i < this.length; i++) {
      if (this.isOuter(i)) polygons.push([this.points(i)]);
      else polygons[polygons.length - 1].push(this.points(i));
    }
    return polygons;
  }
}
