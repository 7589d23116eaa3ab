"""The picture of Valmont in the documentation: ``python -m geodata.demo_town.picture docs/valmont.png``.

Needs matplotlib (the extra ``figures``). Colours and order are those of the maps.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geodata.demo_town import valmont

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from geodata.city.model import CityFile

#: The tokens of the maps that the picture needs.
GROUND, SOFT, FAINT = "#101820", "#B4C1CD", "#8C9BA9"
STREET, MAIN, BUILDING, EDGE = "#3D4B58", "#5B6A78", "#27333E", "#4A5966"
WATER, PARK, LIT, SITE = "#2F6FB0", "#16261C", "#FFD84D", "#CFE6FF"
#: Names written on the picture, shifted from the middle of what they name [m].
_NAMED = {"S-01": (0, 62), "S-03": (-62, 4), "S-08": (0, 58), "P-01": (10, -42), "P-02": (-40, -42), "A-012": (26, -40)}


def draw(town: CityFile, out: Path) -> None:
    """Draw the town as the maps do, with districts, the sites of the emergency plan and the assets of the examples."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    assets, context = town.city.assets, town.context
    figure, axes = plt.subplots(figsize=(16, 11.6), facecolor=GROUND)
    axes.set_facecolor(GROUND)
    _fill(axes, context["park"].geometry, fc=PARK, ec="none", zorder=1)
    water = [shape for shape in context["water"].geometry if shape.geom_type != "LineString"]
    _fill(axes, water, fc=WATER, ec="none", zorder=2)
    streets = context["street"]
    for shape, rank in zip(streets.geometry, streets.columns["rank"], strict=True):
        axes.plot(*shapely.get_coordinates(shape).T, color=MAIN if rank == "main" else STREET,
                  lw=1.7 if rank == "main" else 0.9, zorder=3, solid_capstyle="round")
    _fill(axes, town.shapes[assets.of_kind("building")], fc=BUILDING, ec=EDGE, lw=0.4, zorder=4)
    _fill(axes, town.shapes[assets.of_kind("site")], fc="#33475A", ec=SITE, lw=0.7, zorder=5)
    lamps, cabinets, posts = (assets.of_kind(kind) for kind in ("lamp", "cabinet", "substation"))
    axes.scatter(assets.x_m[lamps], assets.y_m[lamps], s=2.2, c=LIT, lw=0, zorder=6)
    axes.scatter(assets.x_m[cabinets], assets.y_m[cabinets], s=15, marker="s", c=LIT, lw=0, zorder=7)
    axes.scatter(assets.x_m[posts], assets.y_m[posts], s=42, marker="D", fc=GROUND, ec="#FFFFFF", lw=1.4, zorder=8)
    for name, shape in zip(context["district"].name, context["district"].geometry, strict=True):
        centre = shape.representative_point()
        _write(axes, name, centre.x, centre.y, color=SOFT, fontsize=11.5)
    for asset_id, (east, north) in _NAMED.items():
        row = assets.row(asset_id)
        _write(axes, asset_id, assets.x_m[row] + east, assets.y_m[row] + north, color="#FFFFFF", fontsize=9.5,
               fontweight="bold")
    river = context["water"].geometry[0]
    for share, text in ((0.17, "l’Ouche"), (0.80, "l’Ouche")):
        at, ahead = river.interpolate(share, normalized=True), river.interpolate(share + 0.02, normalized=True)
        angle = np.degrees(np.arctan2(ahead.y - at.y, ahead.x - at.x))
        _write(axes, text, at.x, at.y, color="#EEF3F7", fontsize=12, rotation=angle, style="italic")
    box = shapely.union_all(streets.geometry).bounds
    axes.set(xlim=(box[0] - 10, box[2] + 10), ylim=(box[1] + 120, box[3] + 40), aspect="equal")
    axes.plot([box[0] + 60, box[0] + 560], [box[1] + 180] * 2, color=SOFT, lw=1.6)
    axes.text(box[0] + 60, box[1] + 192, "500 m", color=SOFT, fontsize=10)
    axes.axis("off")
    figure.savefig(out, dpi=84, bbox_inches="tight", facecolor=GROUND, metadata={"Software": None})
    plt.close(figure)


def _write(axes: Axes, text: str, x: float, y: float, **style: Any) -> None:
    from matplotlib import patheffects

    axes.text(x, y, text, ha="center", va="center", zorder=9, clip_on=True,
              path_effects=[patheffects.withStroke(linewidth=3.2, foreground=GROUND)], **style)


def _fill(axes: Axes, shapes: Any, **style: Any) -> None:
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path as Outline

    paths = []
    for part in shapely.get_parts(np.asarray(shapes, dtype=object)):
        rings = [shapely.get_coordinates(ring) for ring in (part.exterior, *part.interiors)]
        codes = [[Outline.MOVETO] + [Outline.LINETO] * (len(ring) - 2) + [Outline.CLOSEPOLY] for ring in rings]
        paths.append(Outline(np.vstack(rings), np.concatenate(codes)))
    collection = PathCollection(paths, facecolors=style.pop("fc"), edgecolors=style.pop("ec"), **style)
    axes.add_collection(collection)


if __name__ == "__main__":
    draw(valmont(), Path(sys.argv[1]))
