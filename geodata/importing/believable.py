"""What the numbers of a field can be: heights of live parts by kind, altitudes, batteries; the rest is said or refused.

Source
------
``geodata/data/believable_heights.csv``: per kind, with the reason of each bound.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

import numpy as np

from geodata.importing.layers import Layer
from twin.errors import InputError
from twin.quantities import FloatArray

#: No live part of a city's assets is higher above the ground than this [m].
HIGHEST_M = 20.0
#: Altitudes that exist on land [m].
LOWEST_M, PEAK_M = -480.0, 9000.0
#: More than this is a slip or another unit: ten years of battery, a country's people, no height at all.
_MOST = {"buffer_s": 10 * 366 * 86_400.0, "people": 1e8, "height_error_m": 1000.0}
#: Heights that are mostly less than this are more likely metres that were taken for centimetres [m].
_TINY_M, _FEWEST = 0.02, 5


@cache
def highest_m() -> dict[str, float]:
    """Give the height above which a live part of a kind is doubted [m]."""
    text = resources.files("geodata").joinpath("data/believable_heights.csv").read_text(encoding="utf-8")
    return {row["kind"]: float(row["highest_m"]) for row in csv.DictReader(text.splitlines())}


def believable(layer: Layer, field: str, values: FloatArray) -> FloatArray:
    """Give numbers of a field without those that it cannot hold; what is strange is tallied.

    Parameters
    ----------
    layer
        The records, with the kind of each.
    field
        Name of the field; its suffix says its unit.
    values
        (N,), NaN where there is none.

    Raises
    ------
    InputError
        Most heights are altitudes, or of a unit that nobody states.
    """
    if field in ("touch_m", "fail_m"):
        return _heights(layer, field, values)
    with np.errstate(invalid="ignore"):
        if field in _MOST:
            negative, endless = values < 0, values > _MOST[field]
            layer.tally([("doubtful", f"{field}: less than nothing; left empty", negative),
                         ("doubtful", f"{field}: more than {_MOST[field]:g}; left empty", endless)])
            return np.where(negative | endless, np.nan, values)
        if field in ("ground_m", "zero_m"):
            nowhere = (values < LOWEST_M) | (values > PEAK_M)
            layer.tally([("doubtful", f"{field}: no altitude on earth, another unit? Left empty", nowhere)])
            return np.where(nowhere, np.nan, values)
    return values


def _heights(layer: Layer, field: str, values: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        high = np.abs(values) > HIGHEST_M
    if high.sum() * 2 > np.isfinite(values).sum():
        raise InputError(file=layer.report.file, field=f"fields.{field}", ids=list(layer.id[high]),
                         found=f"heights like {values[high][0]:g} m", expected="heights above ground [m]",
                         remedy="These look like altitudes (above sea level), or like another unit: state 'unit'.")
    layer.tally([("doubtful", f"{field}: more than {HIGHEST_M:g} m above ground, an altitude? Left to the default",
                  high)])
    values = np.where(high, np.nan, values)
    for kind in sorted(set(layer.kind)):
        _of_kind(layer, field, kind, np.where(layer.kind == kind, values, np.nan))
    return values


def _of_kind(layer: Layer, field: str, kind: str, values: FloatArray) -> None:
    """Doubt the heights of one kind: a height in centimetres that is taken for metres keeps everything dry."""
    most_m = highest_m().get(kind, HIGHEST_M)
    with np.errstate(invalid="ignore"):
        doubtful = values > most_m
        tiny = (values > 0) & (values < _TINY_M)
    there = int(np.isfinite(values).sum())
    if doubtful.sum() * 2 > there and not _is_stated(layer, field):
        raise InputError(file=layer.report.file, field=f"fields.{field}", ids=list(layer.id[doubtful]),
                         found=f"heights like {values[doubtful][0]:g} m of kind {kind}",
                         expected=f"{most_m:g} m above ground at most",
                         remedy="They look like centimetres: say unit: cm. If they are metres all the same, say "
                         "unit: m.")
    layer.tally([("doubtful", f"{field} of {kind}: more than {most_m:g} m above ground; in cm or mm? Kept as the "
                  "file says", doubtful)])
    if there >= _FEWEST and tiny.sum() * 2 > there:
        layer.tally([("doubtful", f"{field} of {kind}: less than {100 * _TINY_M:g} cm above ground, as most of them; "
                      "in m? Kept as the file says", tiny)])


def _is_stated(layer: Layer, field: str) -> bool:
    """Say whether the mapping, or a row of units in the file, says the unit of a field."""
    spec = layer.spec.fields[field]  # type: ignore[attr-defined]
    return spec.unit is not None or bool(spec.column in layer.table.units)
