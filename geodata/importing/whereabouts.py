"""Where a city stands and how far it reaches, in figures that anybody can check; what its maps are drawn without."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from geodata.city.model import Context, has_ground
from geodata.importing.report import ImportReport
from twin.quantities import FloatArray

#: Share of the assets, at either end, that the extent leaves aside: one wrong position would stretch it.
_FAR = 1.0


def say_where(x_m: FloatArray, y_m: FloatArray, latitude: float, longitude: float, contexts: Mapping[str, Context],
              report: ImportReport) -> None:
    """Note the middle and the extent of a city, and warn where neither streets nor water are drawn under it.

    A wrong CRS puts a city elsewhere or stretches it: the figures show it without a map beneath.

    Parameters
    ----------
    x_m, y_m
        Positions in the city's CRS [m], (A,); NaN where there is none.
    latitude, longitude
        Its middle [degrees].
    contexts
        What is drawn beside the assets.
    report
        Takes the lines.
    """
    if np.isfinite(x_m).any():
        wide, high = (float(np.subtract(*np.nanpercentile(axis, (100 - _FAR, _FAR)))) / 1000 for axis in (x_m, y_m))
        report.notes.append(f"middle of the city: latitude {latitude:.4f}, longitude {longitude:.4f}; 98 % of its "
                            f"assets within {wide:.1f} km from west to east and {high:.1f} km from south to north: "
                            "if that is elsewhere or another size, the CRS is wrong")
    if not has_ground(contexts):
        report.warnings.append("no streets and no river: maps show the assets on white ground; layers of them are "
                               "added under context: in the mapping (street, water), as docs/import.md shows")
