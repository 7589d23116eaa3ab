"""Doubts about a city as a whole: what no record shows and the picture does."""

from __future__ import annotations

from collections.abc import Sequence

from geodata.importing.report import LinkReport
from geodata.quality.link_checks import FEWEST_LINKS
from geodata.quality.spread import MOST_ACROSS_M, across_m
from twin.quantities import FloatArray


def links_at_nothing(links: Sequence[LinkReport]) -> list[str]:
    """Say of links whose median length is 0 m that the positions are hardly the consumers' own."""
    return [f"{link.layer} {link.how}: most stand exactly where their supplier stands; are these their own positions, "
            "or the supplier's?" for link in links if link.median_m == 0 and link.linked >= FEWEST_LINKS]


def too_wide(x_m: FloatArray, y_m: FloatArray) -> list[str]:
    """Say of positions that lie farther apart than those of any city."""
    width_m = across_m(x_m, y_m)
    if not width_m > MOST_ACROSS_M:
        return []
    return [f"the positions lie {width_m / 1000:,.0f} km apart: no city is as wide; look at the CRS of each layer and "
            "at x and y"]
