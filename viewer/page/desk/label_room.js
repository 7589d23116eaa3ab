/** Room for the labels of a drawing: each stands where no other does, the first ones first. */

/** Letters keep this far from each other [px]. */
const GAP = 4;

/** @typedef {{left: number, right: number, top: number, bottom: number}} Box */
/** @typedef {{x?: number, y?: number, anchor?: 'start' | 'middle' | 'end', words?: string}} Place */

export class LabelRoom {
  /**
   * @param {number} width
   * @param {number} height
   */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    /** @type {Box[]} */
    this.taken = [];
    /** @type {[number, number][]} points of curves, close to each other: labels keep off them where they can */
    this.drawn = [];
  }

  /**
   * Put a label of the shown drawing at the first of its places that is free and off the curves, else at the free one
   * that they cross least; tell whether one was free. What has none stays at its first place where it must be read,
   * else it goes.
   *
   * @param {SVGGraphicsElement} text
   * @param {Place[]} places
   * @param {{must?: boolean, isClear?: boolean}} [options] `isClear`: only where no curve runs through it
   */
  put(text, places, {must = false, isClear = false} = {}) {
    /** @type {{place: Place, crossed: number} | null} */
    let best = null;
    for (const place of places) {
      this.move(text, place);
      const box = this.box(text);
      if (!this.isFree(box)) continue;
      const crossed = this.crossed(box);
      if (crossed && isClear) continue;
      if (!best || crossed < best.crossed) best = {place, crossed};
      if (!crossed) break;
    }
    if (best) {
      this.move(text, best.place);
      this.taken.push(this.box(text));
      return true;
    }
    if (must) {
      this.move(text, places[0]);
      this.taken.push(this.box(text));
    } else text.remove();
    return false;
  }

  /**
   * @param {SVGGraphicsElement} text
   * @param {Place} place
   */
  move(text, {x, y, anchor, words}) {
    if (x !== undefined) text.setAttribute('x', String(x));
    if (y !== undefined) text.setAttribute('y', String(y));
    if (anchor) text.setAttribute('text-anchor', anchor);
    if (words !== undefined) text.textContent = words;
  }

  /** @param {SVGGraphicsElement} text @returns {Box} */
  box(text) {
    const {x, y, width, height} = text.getBBox();
    return {left: x, right: x + width, top: y, bottom: y + height};
  }

  /**
   * Keep labels off a curve: its points, with more between those that lie far apart.
   *
   * @param {[number, number][]} points
   */
  avoid(points) {
    for (const [i, [x, y]] of points.entries()) {
      const [fromX, fromY] = points[Math.max(0, i - 1)];
      const n = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY) / GAP));
      for (let k = 1; k <= n; k++) this.drawn.push([fromX + ((x - fromX) * k) / n, fromY + ((y - fromY) * k) / n]);
    }
  }

  /** How many points of curves lie within a box. @param {Box} box */
  crossed({left, right, top, bottom}) {
    return this.drawn.filter(([x, y]) => x > left - 2 && x < right + 2 && y > top && y < bottom).length;
  }

  /** @param {Box} box */
  isFree({left, right, top, bottom}) {
    const isInside = left >= -1 && right <= this.width + 1 && top >= -3 && bottom <= this.height + 1;
    return (
      isInside &&
      this.taken.every(
        (one) => right + GAP <= one.left || left >= one.right + GAP || bottom - 2 <= one.top || top >= one.bottom - 2
      )
    );
  }
}
