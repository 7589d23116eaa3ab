"""Texts that run into each other: two that do not belong together with no gap between them, or one upon the other."""

from __future__ import annotations

from typing import Any

#: Texts of one block are one; so are those of one drawing's label. What a list has scrolled away is not measured.
_TOUCHING = r"""(least) => {
  const block = (one) => {
    for (let at = one; at; at = at.parentElement) {
      if (at.namespaceURI.endsWith('svg') && at.localName === 'text') return at;
      if (!['inline', 'contents'].includes(getComputedStyle(at).display)) return at;
    }
    return document.body;
  };
  const clip = (rect, from) => {
    let {left, top, right, bottom} = rect;
    for (let one = from; one && one !== document.body; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (!/auto|scroll|hidden|clip/.test(style.overflowX + style.overflowY)) continue;
      const edge = one.getBoundingClientRect();
      [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
      [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
    }
    return {left, top, right, bottom};
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.textContent.trim()) continue;
    if (parent.closest('.hidden, script, style, template, noscript, option, .skip')) continue;
    if (!parent.checkVisibility({visibilityProperty: true})) continue;
    if (document.querySelector('#sheet:not([hidden])') && !parent.closest('#sheet')) continue;
    if (parent.closest('nav') && getComputedStyle(parent.closest('nav')).position === 'fixed') continue;
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      const seen = clip(rect, parent);
      if (seen.right - seen.left < 2 || seen.bottom - seen.top < 5) continue;
      texts.push({...seen, block: block(parent), text: node.textContent.trim().slice(0, 40)});
    }
  }
  texts.sort((a, b) => a.top - b.top);
  const found = new Set();
  for (let i = 0; i < texts.length; i++) {
    for (let j = i + 1; j < texts.length && texts[j].top < texts[i].bottom; j++) {
      const [a, b] = [texts[i], texts[j]];
      if (a.block === b.block) continue;
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      const across = Math.max(a.left, b.left) - Math.min(a.right, b.right);
      if (down > 0.35 * Math.min(a.bottom - a.top, b.bottom - b.top) && across < least)
        found.add(`"${a.text}" and "${b.text}" (${across.toFixed(1)} px)`);
    }
  }
  return [...found];
}"""


def touching_texts(page: Any, least_px: float = 3) -> list[str]:
    """Give the pairs of texts side by side with less than a gap between them [px], each once."""
    found: list[str] = page.evaluate(_TOUCHING, least_px)
    return found
