"""Measures and levels that a scenario cannot mean, or that would do nothing: refused, or said in a note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from geodata.hazards.declared.flow import FlowModel, Inflow
from geodata.hazards.flow.naming import Names
from twin.errors import InputError
from twin.flood.domain import Domain
from twin.flood.series import Series
from twin.quantities import BoolArray, FloatArray

#: A level or crest further above the ground, or a level further below it, has another unit or datum [m].
HIGHEST_ABOVE_M, LOWEST_BELOW_M = 50.0, 100.0


def doubts(model: FlowModel, inflows: Sequence[Inflow], names: Names, domain: Domain, water: BoolArray, *,
           end_s: float) -> list[str]:
    """Give what measures, inflows and standing water leave undone, in sentences.

    Parameters
    ----------
    water
        Cells of the city's water bodies, (rows, columns).
    end_s
        End of the run [s from its start].

    Raises
    ------
    InputError
        A crest or a level far from the ground, a level of water bodies that the city does not have.
    """
    notes: list[str] = []
    for k, (name, barrier) in enumerate(zip(names.barriers, model.barriers, strict=True)):
        line, what = np.array(barrier.line), f"The barrier '{name}'"
        if barrier.crest_m is not None:
            _check_crest(barrier.crest_m, line, domain, field=f"flood.model.barriers[{k}].crest_m", name=name)
        length = float(np.hypot(*np.diff(line, axis=0).T).sum())
        if length < domain.cell_m:
            notes.append(f"{what} is {length:.1f} m long, less than a cell of the terrain ({domain.cell_m:g} m): it "
                         "stands along one side of a cell.")
        notes += _late(what, barrier.from_, end_s) + _outside(what, line, domain, then="no wall stands there")
    for name, pump in zip(names.pumps, model.pumps, strict=True):
        notes += _late(f"The pump '{name}'", pump.from_, end_s)
    for name, inflow in zip(names.inflows, inflows, strict=True):
        if inflow.line is not None:
            notes += _outside(f"The inflow '{name}'", np.array(inflow.line), domain,
                              then="all its water comes in along the rest")
    if model.initial_level_m is not None:
        notes += _standing(model.initial_level_m, domain, water)
    return notes


def check_level(level: Series | None, domain: Domain, side: str) -> None:
    """Refuse a level behind an edge that lies far above or below all ground along it.

    Raises
    ------
    InputError
        It does: a no-data value, centimetres or another datum look like this.
    """
    along: Any = {"north": np.s_[0, :], "south": np.s_[-1, :], "west": np.s_[:, 0], "east": np.s_[:, -1]}[side]
    ground = domain.height_m[along][domain.open[along]]
    if level is not None and len(ground):
        _check_near(level.values, ground, field=f"flood.model.edges.{side}", what="the ground along that edge")


def _check_near(level_m: FloatArray, ground_m: FloatArray, *, field: str, what: str) -> None:
    low, high = float(ground_m.min()) - LOWEST_BELOW_M, float(ground_m.max()) + HIGHEST_ABOVE_M
    wrong = level_m[~((level_m >= low) & (level_m <= high))]
    if len(wrong):
        raise InputError(field=field, found=f"a level of {wrong[0]:g} m where {what} lies at {ground_m.min():.1f} to "
                         f"{ground_m.max():.1f} m", expected=f"{low:.0f} to {high:.0f} m in the terrain's datum",
                         remedy="Check its unit and its datum, and that no -9999 stands for a missing value.")


def _check_crest(crest_m: float, line: FloatArray, domain: Domain, *, field: str, name: str) -> None:
    row, col = domain.cells_along(line)
    if not len(row):
        return
    highest = float(domain.height_m[row, col].max())
    if crest_m > highest + HIGHEST_ABOVE_M:
        raise InputError(field=field, ids=(name,), found=f"a crest at {crest_m:g} m over ground of {highest:.1f} m at "
                         "most", expected=f"at most {HIGHEST_ABOVE_M:g} m above the ground",
                         remedy="crest_m is an altitude in metres; height_m counts from the ground.")


def _late(what: str, from_s: float, end_s: float) -> list[str]:
    if from_s < end_s:
        return []
    return [f"{what} comes {from_s / 60:g} min after the start, when the run has ended ({end_s / 60:g} min): it does "
            "nothing."]


def _outside(what: str, line: FloatArray, domain: Domain, *, then: str) -> list[str]:
    """Say how much of a line lies outside the domain, beyond the cell of play that a line on its edge has."""
    a, _, west, _, e, north = domain.grid.transform
    east, south = west + a * domain.grid.columns, north + e * domain.grid.rows
    whole = shapely.LineString(line)
    beyond, total = whole.difference(shapely.box(west - a, south - a, east + a, north + a)).length, whole.length
    if beyond == 0.0:
        return []
    return [f"{what} leaves the domain: {beyond:.0f} of its {total:.0f} m lie outside, {then}."]


def _standing(level_m: float, domain: Domain, water: BoolArray) -> list[str]:
    field = "flood.model.initial_level_m"
    if not water.any():
        raise InputError(field=field, found="a level of standing water where the city has no water body",
                         expected="a layer `water` with an area in the domain", remedy="Take the key away, or import "
                         "the water bodies with the city.")
    ground = domain.height_m[water]
    _check_near(np.array([level_m]), ground, field=field, what="the bed of the water bodies")
    if level_m <= ground.min():
        return [f"The level of standing water, {level_m:g} m, lies below the bed of all water bodies (at least "
                f"{ground.min():.2f} m): nothing stands there at the start."]
    return []
