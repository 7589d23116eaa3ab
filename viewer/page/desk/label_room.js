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
  }

  /**
   * Put a label of the shown drawing at the first of its places that is free; tell whether one was. What has none
   * stays at its first place where it must be read, else it goes.
   *
   * @param {SVGGraphicsElement} text
   * @param {Place[]} places
   * @param {{must?: boolean}} [options]
   */
  put(text, places, {must = false} = {}) {
    for (const place of places) {
      this.move(text, place);
      const box = this.box(text);
      if (!this.isFree(box)) continue;
      this.taken.push(box);
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
