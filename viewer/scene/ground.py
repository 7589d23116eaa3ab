"""Ground of a page: streets, parks, rivers and bridges as they are drawn, and the names that stand on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely

from viewer.scene.frame import Frame, pack_shapes
from viewer.scene.pack import Packer

#: Layers of the city's own that are drawn as areas.
AREAS = ("park", "water", "bridge")


def pack_streets(packer: Packer, frame: Frame, shapes: Iterable[Any], numbers: Any, ranks: Sequence[str]) -> None:
    """Add the lines of streets, the number of each line's street (0 none) and whether it is a main one."""
    of_line = pack_shapes(packer, "street", frame, shapes, closed=False, simplify_m=0.6)
    main = np.array([rank == "main" for rank in ranks], int)
    packer.add("street.of", np.asarray(numbers)[of_line] if len(of_line) else of_line, "u2", delta=True)
    packer.add("street.main", main[of_line] if len(of_line) else of_line, "u1")


def pack_area(packer: Packer, frame: Frame, name: str, shapes: Iterable[Any]) -> None:
    """Add the areas of a layer of ``AREAS``."""
    drawn = [_bridge(shape) for shape in shapes] if name == "bridge" else shapes
    pack_shapes(packer, name, frame, drawn, closed=True, simplify_m=1.0)


def _bridge(shape: Any) -> Any:
    """Give a bridge as an area: a line gets the width of a carriageway."""
    if shape is None or shape.geom_type.endswith("Polygon"):
        return shape
    return shapely.buffer(shape, 6.0, cap_style="flat")


def pack_names(packer: Packer, frame: Frame, rivers: Iterable[tuple[str, Any]]) -> None:
    """Add the names of rivers, along their middle."""
    longest: dict[str, tuple[Any, float]] = {}
    for name, shape in rivers:
        if not name or shape is None or shape.is_empty:
            continue
        line = river_line(shapely.intersection(shape, shapely.box(*frame.box)))
        if line is not None and (name not in longest or line[1] > longest[name][1]):
            longest[name] = line
    packer.text("rivers", [{"name": name, "x": (points[:, 0] - frame.west_m).round(1).tolist(),
                            "y": (frame.north_m - points[:, 1]).round(1).tolist()}
                           for name, (points, _) in sorted(longest.items())])


def river_line(shape: Any) -> tuple[Any, float] | None:
    """Give the middle of a river's bed as points, (N, 2) [m], and its length [m]; None where it is no band."""
    # Only areas are drawn as water: a name over a line that is not drawn would lie on houses.
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    if not parts:
        return None
    part = max(parts, key=lambda one: one.area)
    xy = shapely.get_coordinates(part)
    centre = xy.mean(axis=0)
    _, _, axes = np.linalg.svd(xy - centre, full_matrices=False)
    along, across = (xy - centre) @ axes[0], axes[1]
    reach = float(np.abs((xy - centre) @ across).max()) + 10
    points = []
    for s in np.linspace(along.min(), along.max(), 34)[1:-1]:
        foot = centre + s * axes[0]
        cut = shapely.intersection(part, shapely.LineString([foot - reach * across, foot + reach * across]))
        pieces = [piece for piece in shapely.get_parts(cut) if piece.length > 0]
        if pieces:
            points.append(shapely.get_coordinates(max(pieces, key=lambda piece: piece.length)).mean(axis=0))
    if len(points) < 3:
        return None
    middle = np.array(points)
    smooth = middle.copy()
    smooth[1:-1] = (middle[:-2] + 2 * middle[1:-1] + middle[2:]) / 4
    return smooth, float(np.hypot(*np.diff(smooth, axis=0).T).sum())
