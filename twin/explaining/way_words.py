"""The way to an asset in words: by which streets from each base at a moment, and until when one may leave to act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from twin.access.access import Access
from twin.explaining.access_words import reached_lines
from twin.explaining.teller import Teller
from twin.quantities import NONE
from twin.world.assets import Asset


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How an asset is reached from one base by whoever leaves at a moment."""

    base: str
    #: -1: no way is open.
    trip_s: int
    #: In order; streets without a name are left out.
    streets: tuple[str, ...]


def ways_at(access: Access, teller: Teller, asset: Asset, t_s: int) -> tuple[Way, ...]:
    """Give the way from each base at a moment; nothing of an asset that stands on no street."""
    place = access.place(asset.row)
    if place[0] == NONE:
        return ()
    row = teller.result.city.assets.row
    trips = [(base, access.trip(access.place(row(base)), place, t_s)) for base in access.rules.bases]
    return tuple(Way(base=base, trip_s=NONE if trip is None else trip.lasts_s,
                     streets=() if trip is None else trip.streets) for base, trip in trips)


def last_moment_of(teller: Teller, asset: Asset) -> Mapping[str, Any] | None:
    """Give what the run says of the last moment to act at a cabinet; None of what it says nothing of."""
    rows = teller.result.indicators.get("last_moment_to_act", {}).get("rows", ())
    return next((row for row in rows if row["asset"] == asset.id and "binds" in row), None)


def way_lines(access: Access, teller: Teller, asset: Asset, t_s: int | None) -> list[str]:
    """Say how an asset is reached, and until when to leave so as to act there before the water.

    Parameters
    ----------
    access
        The streets of the run in its water.
    teller
        The run, and how it is told.
    asset
        Any asset.
    t_s
        The moment [s from the start] for the streets of each way; None: no streets are told.
    """
    lines = _when(access, teller, asset)
    at = "" if t_s is None else teller.clock(t_s)
    for way in () if t_s is None else ways_at(access, teller, asset, t_s):
        if way.trip_s == NONE:
            lines.append(teller.text("Way from {base} at {time}: none is open.", base=way.base, time=at))
            continue
        streets = teller.text(", ").join(way.streets) or teller.text("a street without a name")
        lines.append(teller.text("Way from {base} at {time}: {duration}, by {streets}.", base=way.base, time=at,
                                 duration=_minutes(teller, way.trip_s), streets=streets))
    if access.place(asset.row)[0] == NONE and not np.isnan(asset.x_m):
        lines.append(teller.text("Farther than 150 m from any street: no way there is told."))
    if (told := last_moment_of(teller, asset)) is not None:
        lines += _to_act(teller, asset, told, t_s)
    return lines


def _when(access: Access, teller: Teller, asset: Asset) -> list[str]:
    """Say when each base reaches an asset that the run does not list by itself: lamps and houses."""
    cut_off = teller.result.indicators.get("access", {}).get("cut_off", {}).get("rows", ())
    if access.place(asset.row)[0] == NONE or any(row["asset"] == asset.id for row in cut_off):
        return []
    reached: list[dict[str, Any]] = []
    moment, is_whole = teller.result.view.moment, True
    for base in access.rules.bases:
        found = access.windows(access.place(teller.result.city.assets.row(base)), np.array([asset.row], np.int32))
        is_whole &= len(found) == 1 and found.from_s[0] == 0 and found.closed_s[0] == NONE
        reached += [{"base": base, "from": moment(int(found.from_s[k])),
                     "until": None if found.closed_s[k] == NONE else moment(int(found.until_s[k]))}
                    for k in range(len(found))]
    return [] if is_whole else reached_lines(teller, asset, access.rules.bases, reached)


def _minutes(teller: Teller, seconds: int) -> str:
    """Give a trip in minutes, one at least."""
    return teller.speech.duration(max(seconds, 60))


def _to_act(teller: Teller, asset: Asset, told: Mapping[str, Any], t_s: int | None) -> list[str]:
    """Say until when to leave so as to have acted before the water, and which of the two bounds comes first."""
    if told["binds"] == "none":
        return [teller.text("To act there before the water: no base reaches {asset} in time.",
                            asset=teller.asset(asset))]
    leave = datetime.fromisoformat(told["act_before"])
    values = {"base": told["base"], "time": _clock(teller, told["act_before"]),
              "trip": _minutes(teller, told["trip_s"]), "work": teller.speech.duration(told["work_s"]),
              "touch": _clock(teller, told["touched_at"])}
    if told["binds"] == "access":
        values["until"] = _clock(teller, told["access_until"])
        said = teller.text("To act there before the water: leave {base} by {time} ({trip} on the way, {work} of work). "
                           "The way decides: it is open until {until}, the water comes at {touch}.", **values)
    else:
        said = teller.text("To act there before the water: leave {base} by {time} ({trip} on the way, {work} of work). "
                           "The water decides: it comes at {touch}.", **values)
    if t_s is not None and leave <= teller.moment(t_s):
        said += " " + teller.text("That moment is past.")
    return [said]


def _clock(teller: Teller, moment: str) -> str:
    return teller.speech.weekday_clock(datetime.fromisoformat(moment), teller.beside)
