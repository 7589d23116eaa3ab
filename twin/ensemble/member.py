"""One night of many: a pure function of an ensemble and an index.

What is drawn changes the city, the plan and the water as an edit would; what then happens is decided by the engine,
as in a single run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np

from twin.codes import Action
from twin.engine.pace import Pace
from twin.engine.simulate import lived
from twin.engine.state import CityState
from twin.ensemble.distributions import normal_quantile
from twin.ensemble.draws import Draws, Keys, keys_of
from twin.ensemble.ground import GroundError
from twin.ensemble.links import Alternatives, alternatives
from twin.ensemble.moving import moved_of
from twin.ensemble.streets import Streets
from twin.ensemble.uncertain import Own, Uncertainty
from twin.ensemble.waters import Moved, NightWater
from twin.kernels.supply import codes as k
from twin.quantities import NONE, FloatArray, Int8Array, Int32Array, column
from twin.water.exposure import Crossings, crossed
from twin.world.assets import Assets, Protection, Source
from twin.world.city import City
from twin.world.edits import in_order
from twin.world.plan import Declared, Plan
from twin.world.sun import Darkness, darkness_of

#: Told in every digest: members made by another version of this arithmetic are not mixed with these.
FORM = "citytwin-member-2"
#: Height of live parts that no water reaches [m].
_BEYOND_M = 1000.0
#: Nights of the second set of draws of crews are numbered from here on: more than an ensemble has.
CREW_ARM = 10_000_000
#: Turns the key of an asset into that of the moment at which it fails.
_WHEN = np.uint64(0x5851F42D4C957F2D)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What came of one night: outages and depths of single assets, in rows of the city."""

    index: int
    #: Outages, (O,) each, sorted by asset, then start; ``end_s`` -1: not back within the horizon.
    asset: Int32Array
    start_s: Int32Array
    end_s: Int32Array
    #: Seconds of it between sunset and sunrise, lamps only; 0 for others.
    dark_s: Int32Array
    mechanism: Int8Array
    root: Int32Array
    root_mechanism: Int8Array
    #: Wet assets and their peak depth [µm], (W,) each.
    wet: Int32Array
    peak_um: Int32Array
    #: Assets at which the depth is unknown for a time and runs as dry, (U,).
    unknown: Int32Array
    #: What was drawn for the night as a whole, by the name of the quantity.
    drawn: Mapping[str, float]
    #: Assets at which no flood map tells from which level on water stands there: taken as deep as it may be, (H,).
    held: Int32Array = field(default_factory=lambda: column([], np.int32))

    def assert_equal(self, other: Outcome) -> None:
        """Raise ``AssertionError`` at the first difference, naming the column."""
        for name in (*COLUMNS, *SPARSE):
            np.testing.assert_array_equal(getattr(self, name), getattr(other, name), err_msg=name)
        assert (self.index, dict(self.drawn)) == (other.index, dict(other.drawn))


#: Columns of an outcome, one row an outage; and those with rows of their own.
COLUMNS = ("asset", "start_s", "end_s", "dark_s", "mechanism", "root", "root_mechanism")
SPARSE = ("wet", "peak_um", "unknown", "held")


@dataclass(frozen=True, kw_only=True, eq=False)
class Ensemble:
    """All that the members of an ensemble share."""

    plan: Plan
    city: City
    #: None where the scenario has no water.
    water: NightWater | None
    uncertainty: Uncertainty
    #: What the water was made from, for the digest.
    made_of: tuple[str, ...] = ()
    #: Where crews drive; None where the plan has none that do.
    streets: Streets | None = None
    #: Which set of numbers each quantity takes, where not the first; see ``Draws.arms``.
    arms: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """What its members are known by: plan, inputs, what may be otherwise and how it is drawn; not how many."""
        told = [FORM, self.plan.digest, self.uncertainty.digest, *self.made_of, *sorted(self.arms.items()),
                *(["crews"] if self.plan.crews is not None else [])]
        return sha256(json.dumps(told).encode()).hexdigest()

    @cached_property
    def keys(self) -> Keys:
        """Key of each asset, (A,)."""
        return keys_of(self.city.assets.id.tolist())

    @cached_property
    def night(self) -> Darkness:
        """The dark hours."""
        return darkness_of(self.plan, self.city)

    @cached_property
    def ground(self) -> GroundError | None:
        """The error of terrain and depth, as a field over the assets."""
        said, assets = self.uncertainty.ground, self.city.assets
        return None if said is None else GroundError(assets.x_m, assets.y_m, said.sd_m, said.correlation_m)

    @cached_property
    def alternatives(self) -> Alternatives:
        """The other supplier of each inferred link."""
        return alternatives(self.city)

    def with_arms(self, arms: Mapping[str, int]) -> Ensemble:
        """Give the same ensemble with other numbers for some quantities."""
        other = replace(self, arms=arms)
        # What does not depend on the arms is shared, not made again.
        for name in ("keys", "night", "ground", "alternatives"):
            if name in self.__dict__:
                other.__dict__[name] = self.__dict__[name]
        return other


def member(ensemble: Ensemble, index: int, *, kept_dry: Int32Array | None = None) -> Outcome:
    """Live through one night.

    Parameters
    ----------
    ensemble
        What all nights share.
    index
        Number of the night, from 0.
    kept_dry
        Rows of assets whose live parts no water reaches, whatever was drawn; None: none is protected.
    """
    uncertain = ensemble.uncertainty
    draws = Draws(seed=ensemble.plan.seed, index=index, arms=ensemble.arms)
    drawn: dict[str, float] = {}
    moved = _water(ensemble, draws, drawn)
    flooded = None if moved is None or ensemble.water is None else ensemble.water.at(moved)
    # Heights bear on what the water reaches alone.
    wet = column([], np.int32) if flooded is None else flooded.depths.asset
    assets = _assets(ensemble, draws, wet)
    supplies = ensemble.alternatives.drawn(ensemble.city, draws, uncertain.wrong_links) if uncertain.wrong_links \
        else ensemble.city.supplies
    city = replace(ensemble.city, assets=assets, supplies=supplies)
    plan = replace(ensemble.plan, declared=in_order((*ensemble.plan.declared, *_breakdowns(ensemble, draws))))
    if kept_dry is not None:
        fail_m = np.array(assets.fail_m)
        fail_m[kept_dry] = np.where(np.isnan(fail_m[kept_dry]), np.nan, _BEYOND_M)
        city = replace(city, assets=(assets := assets.replaced(fail_m=fail_m)))
    crossings, peak_m = (Crossings.of([], wet, column([], np.int8), []), column([], np.float32)) if flooded is None \
        else crossed(flooded.depths, assets)
    pace = Pace(sample=0 if plan.crews is None else 1 + index + CREW_ARM * ensemble.arms.get("crews", 0),
                repair=_repairs(ensemble, draws, drawn), travel=_travel(ensemble, draws, drawn))
    access = None if ensemble.streets is None else ensemble.streets.access(plan, city, moved, ensemble.ground, draws)
    state = lived(city, plan, crossings, access, pace=pace)
    is_wet = np.nan_to_num(peak_m) > 0
    return Outcome(
        index=index, drawn=drawn, wet=column(wet[is_wet], np.int32),
        peak_um=column(np.rint(peak_m[is_wet].astype(np.float64) * 1e6), np.int32),
        unknown=column([] if flooded is None else np.flatnonzero(flooded.is_unknown), np.int32),
        held=column([] if flooded is None or flooded.is_held_back is None else np.flatnonzero(flooded.is_held_back),
                    np.int32),
        **_outages(ensemble, state))


def _water(ensemble: Ensemble, draws: Draws, drawn: dict[str, float]) -> Moved | None:
    if ensemble.water is None:
        return None
    moved = moved_of(ensemble.uncertainty, draws, has_floods=ensemble.water.has_floods, drawn=drawn)
    return replace(moved, local_m=None if ensemble.ground is None else ensemble.ground.at(draws))


def flood_at(ensemble: Ensemble, index: int) -> Moved | None:
    """Give what the water of a night is computed from, where the flow model computes it; None where it does not."""
    if ensemble.water is None or not ensemble.water.has_floods:
        return None
    draws = Draws(seed=ensemble.plan.seed, index=index, arms=ensemble.arms)
    return moved_of(ensemble.uncertainty, draws, has_floods=True)


def _assets(ensemble: Ensemble, draws: Draws, wet: Int32Array) -> Assets:
    """Give the assets with the heights, of those that get wet, and the protections of a night."""
    assets, uncertain = ensemble.city.assets, ensemble.uncertainty
    columns: dict[str, Any] = {}
    if uncertain.heights and len(wet):
        fail_m, u, is_wet = np.array(assets.fail_m), np.zeros(len(assets)), np.zeros(len(assets), bool)
        u[wet], is_wet[wet] = draws.each("heights", ensemble.keys[wet]), True
        for height in uncertain.heights:
            rows = height.rows[is_wet[height.rows]]
            if isinstance(height, Own):
                fail_m[rows] = assets.fail_m[rows] + assets.height_error_m[rows] * normal_quantile(u[rows])
            else:
                value_m = height.distribution.value(u[rows])
                fail_m[rows] = value_m if height.is_absolute else assets.fail_m[rows] + value_m
        # Water that reaches the lowest live part touches it: whoever fails lower is touched as low.
        columns |= {"fail_m": fail_m, "touch_m": np.fmin(assets.touch_m, np.where(
            np.isnan(assets.touch_m), np.nan, fail_m))}
    if uncertain.rcd is not None:
        assumed = np.flatnonzero(assets.kinds.is_circuit[assets.kind] & (assets.protection_source == Source.DEFAULT))
        is_rcd = draws.each("protection", ensemble.keys[assumed]) < uncertain.rcd
        protection = np.array(assets.protection)
        protection[assumed] = np.where(is_rcd, Protection.RCD, Protection.FUSE)
        columns["protection"] = protection
    return assets.replaced(**columns) if columns else assets


def _repairs(ensemble: Ensemble, draws: Draws, drawn: dict[str, float]) -> FloatArray | None:
    """Give the factor of the repair times of a night, (A,); None where they are as planned."""
    if not ensemble.uncertainty.repairs:
        return None
    factor = np.ones(len(ensemble.city.assets))
    for duration in ensemble.uncertainty.repairs:
        rows = duration.rows
        if duration.each == "asset":
            u = draws.each("repair", ensemble.keys[rows])
        else:
            key = "" if duration.each == "night" else duration.kind
            u = draws.each("repair", keys_of([key]))
        values = np.maximum(duration.factor.value(u), 0.0)
        factor[rows] = values
        if duration.each != "asset":
            drawn[f"repair.{duration.kind}"] = float(values[0])
    return factor


def _travel(ensemble: Ensemble, draws: Draws, drawn: dict[str, float]) -> FloatArray | None:
    """Give the factor of the trips of crews to each asset in a night, (A,); None where streets and water say it."""
    said = ensemble.uncertainty.travel
    if said is None:
        return None
    if said.each == "asset":
        return np.maximum(said.factor.value(draws.each("travel", ensemble.keys)), 0.0)
    drawn["travel"] = max(float(said.factor.value(np.array([draws.one("travel")]))[0]), 0.0)
    return np.full(len(ensemble.city.assets), drawn["travel"])


def _breakdowns(ensemble: Ensemble, draws: Draws) -> list[Declared]:
    """Give what breaks in a night."""
    told: list[Declared] = []
    for breakdown in ensemble.uncertainty.breakdowns:
        keys = ensemble.keys[breakdown.rows]
        happens = np.flatnonzero(draws.each("breakdowns", keys) < breakdown.probability)
        # The moment has numbers of its own: how likely it is does not move when it comes.
        when = draws.each("breakdowns", keys[happens] ^ _WHEN)
        at_s = breakdown.from_s + np.floor(when * (breakdown.to_s - breakdown.from_s)).astype(np.int64)
        told += [Declared(at_s=int(t), action=Action.FAIL, asset=int(row))
                 for t, row in zip(at_s, breakdown.rows[happens], strict=True)]
    return told


def _outages(ensemble: Ensemble, state: CityState) -> dict[str, Any]:
    table = state.tables.outages[:state.tables.counts[k.OUTAGES]]
    table = table[np.lexsort((table["start"], table["asset"]))]
    asset, start_s, end_s = table["asset"], table["start"].astype(np.int64), table["end"].astype(np.int64)
    is_lamp = ensemble.city.assets.kinds.lights[ensemble.city.assets.kind[asset]]
    until_s = np.where(end_s == NONE, ensemble.plan.duration_s, end_s)
    dark_s = np.where(is_lamp, ensemble.night.seconds(asset, start_s, until_s), 0)
    return {"asset": column(asset, np.int32), "start_s": column(start_s, np.int32), "end_s": column(end_s, np.int32),
            "dark_s": column(dark_s, np.int32), "mechanism": column(table["by"], np.int8),
            "root": column(table["root"], np.int32), "root_mechanism": column(table["root_by"], np.int8)}
