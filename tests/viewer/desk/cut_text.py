"""Text that nobody can read whole: cut by an edge that does not scroll, by an ellipsis, or by a clamp of lines."""

from __future__ import annotations

from typing import Any

import pytest

#: The sizes at which every screen is read whole.
SIZES = {"1600": {"width": 1600, "height": 900}, "1366": {"width": 1366, "height": 768},
         "phone": {"width": 390, "height": 844}}

def tried(*always: tuple[str, str]) -> list[Any]:
    """Give every pair of size and language; those not named here are asked by `make verify` alone."""
    return [pytest.param(size, lang, marks=() if (size, lang) in always else pytest.mark.verify)
            for size in SIZES for lang in ("fr", "en")]


#: Each text is measured against every edge around it that hides what stands out and cannot be scrolled. A list that
#: scrolls hides nothing; what is kept for screen readers alone, and the letters of a drawing, are not measured.
_CUT = r"""() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const text = node.textContent.trim();
    if (!text || parent.closest('.hidden, script, style, template, noscript, svg, option, .skip')) continue;
    if (!parent.checkVisibility({visibilityProperty: true})) continue;
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter((one) => one.width && one.height);
    if (!rects.length) continue;
    const box = {
      left: Math.min(...rects.map((one) => one.left)), right: Math.max(...rects.map((one) => one.right)),
      top: Math.min(...rects.map((one) => one.top)), bottom: Math.max(...rects.map((one) => one.bottom))
    };
    let [x, y] = [true, true];
    for (let one = parent; one && one !== document.documentElement && (x || y); one = one.parentElement) {
      const style = getComputedStyle(one);
      if (style.position === 'fixed') break;
      if (style.display === 'inline') continue;
      const edge = one.getBoundingClientRect();
      const scrolls = {x: /auto|scroll/.test(style.overflowX), y: /auto|scroll/.test(style.overflowY)};
      if (scrolls.x) x = false;
      if (scrolls.y) y = false;
      const over = {
        x: x && /hidden|clip/.test(style.overflowX) ? Math.max(edge.left - box.left, box.right - edge.right) : 0,
        y: y && /hidden|clip/.test(style.overflowY) ? Math.max(edge.top - box.top, box.bottom - edge.bottom) : 0
      };
      if (over.x > 1.5 || over.y > 4) {
        const named = one.id ? `#${one.id}` : `${one.tagName.toLowerCase()}.${one.className}`;
        found.push(`${named}: "${text.slice(0, 60)}" (${Math.round(over.x)}, ${Math.round(over.y)} px)`);
        break;
      }
    }
  }
  for (const one of document.querySelectorAll('body *')) {
    const style = getComputedStyle(one);
    const isText = [...one.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!isText || !/hidden|clip/.test(style.overflowX) || one.closest('.hidden, svg, .skip')) continue;
    if (one.checkVisibility({visibilityProperty: true}) && one.scrollWidth > one.clientWidth + 1)
      found.push(`${one.id ? `#${one.id}` : one.className}: "${one.textContent.trim().slice(0, 60)}"`);
  }
  for (const one of document.querySelectorAll('input:not([type=range]):not([type=checkbox]):not([type=file])')) {
    if (one.checkVisibility() && one.value && one.scrollWidth > one.clientWidth + 1)
      found.push(`input#${one.id}: "${one.value.slice(0, 60)}"`);
  }
  return found;
}"""


def cut_texts(page: Any) -> list[str]:
    """Give what is cut on a page as it stands: where, which text, by how much [px across, px down]."""
    found: list[str] = page.evaluate(_CUT)
    return found
