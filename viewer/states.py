"""States: the colour, symbol and words of every state, one table for map, legend, leaflet and console.

The table is ``viewer/data/states.json``. A symbol is a list of paths in a box of 24 units around the origin; the same
paths are drawn by the HTML (as SVG), by the 2D canvas and into the texture that the GPU draws symbols from.
"""

from __future__ import annotations

import json
from functools import cache
from html import escape
from importlib import resources
from typing import Any

#: Colour of what is in service at the desk: light is for what is out.
CALM = "#8A8364"


@cache
def states() -> dict[str, Any]:
    """Give the table: ``colors`` by name, ``pairs`` that must keep a contrast, ``symbols`` by state."""
    return dict(json.loads(resources.files("viewer").joinpath("data/states.json").read_text("utf-8")))


#: Symbols of the public page's legend, in its order.
LEGEND = ("lamp_dark", "lamp_may", "lamp_lit", "unknown", "block_wet", "water", "water_unknown")
#: The same for an ensemble: what may go out by its word.
LIKELY_LEGEND = ("lamp_dark", "lamp_likely", "lamp_possible", "lamp_unlikely", *LEGEND[2:])


def carried(*, public: bool) -> dict[str, Any]:
    """Give what a page carries of the table: colours and shapes; the public one its own symbols, with their words."""
    table = states()
    names = (*LEGEND, *LIKELY_LEGEND[1:4], "lamp_day") if public else tuple(table["symbols"])
    wanted = ("shapes", "words") if public else ("shapes",)
    return {"colors": table["colors"],
            "symbols": {name: {key: table["symbols"][name][key] for key in wanted} for name in names}}


def svg(name: str, *, size: int = 20, extra: str = "") -> str:
    """Give a symbol as inline SVG for a legend; decoration beside words, so hidden from screen readers."""
    colors = states()["colors"]
    paths = []
    for shape in states()["symbols"][name]["shapes"]:
        fill = colors[shape["fill"]] if "fill" in shape else "none"
        line = f' stroke="{colors[shape["stroke"]]}" stroke-width="{shape["width"]}"' if "stroke" in shape else ""
        dash = f' stroke-dasharray="{shape["dash"]}"' if "dash" in shape else ""
        opacity = f' opacity="{shape["opacity"]}"' if "opacity" in shape else ""
        paths.append(f'<path d="{shape["d"]}" fill="{fill}"{line}{dash}{opacity}/>')
    return (f'<svg class="sym sym-{escape(name)}" viewBox="-12 -12 24 24" width="{size}" height="{size}" '
            f'aria-hidden="true" focusable="false"{extra}>{"".join(paths)}</svg>')


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours ``#RRGGBB``.

    Source
    ------
    WCAG 2.2, relative luminance and contrast ratio.

    Examples
    --------
    >>> round(contrast("#EEF3F7", "#101820"), 1)
    16.0
    """
    def luminance(color: str) -> float:
        parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
