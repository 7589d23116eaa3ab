"""From where and when an asset can be reached, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from twin.explaining.teller import Teller
from twin.world.assets import Asset


def access_lines(teller: Teller, asset: Asset) -> list[str]:
    """Say when an asset that is cut off for a time can be reached from each base; nothing of one that never is."""
    rows = teller.result.indicators.get("access", {}).get("cut_off", {}).get("rows", ())
    row = next((row for row in rows if row["asset"] == asset.id), None)
    return [] if row is None else reached_lines(teller, asset, teller.result.indicators["access"]["bases"],
                                                row["reached"])


def reached_lines(teller: Teller, asset: Asset, bases: Iterable[str], reached: Sequence[Mapping[str, Any]]
                  ) -> list[str]:
    """Say when each base reaches an asset: ``base``, ``from``, ``until`` (None: to the end), ISO 8601."""
    lines = []
    for base in bases:
        spans = [_span(teller, one) for one in reached if one["base"] == base]
        lines.append(teller.text("Access from {base}: {spans}.", base=base, spans=teller.speech.listing(spans)) if spans
                     else teller.text("No way leads to {asset} from {base} at any time of the run.",
                                      asset=teller.asset(asset), base=base))
        lines += [_closing(teller, one) for one in reached if one["base"] == base and one.get("closed_by")]
    return lines


def _closing(teller: Teller, reached: Mapping[str, Any]) -> str:
    """Say which streets close a way, and whether by depth or by speed: known where velocities are."""
    closed = datetime.fromisoformat(reached["closed"])
    return teller.text("From {time} on the way is closed at {streets}.",
                       time=teller.speech.weekday_clock(closed, teller.beside),
                       streets=teller.speech.listing([closed_street(teller, one) for one in reached["closed_by"]]))


def closed_street(teller: Teller, said: Mapping[str, Any]) -> str:
    """Say which street is closed and by which water: its depth, or the speed that makes a small depth count."""
    street = str(said["street"]) or teller.text("a street without a name")
    depth = teller.speech.depth(float(said["depth_m"]))
    if "head_m" not in said:
        return teller.text("{street} ({depth} of water)", street=street, depth=depth) if said["depth_m"] else street
    return teller.text("{street} ({depth} of water, but {speed} m/s: head {head})", street=street, depth=depth,
                       speed=teller.speech.number(float(said["speed_m_s"]), 1),
                       head=teller.speech.depth(float(said["head_m"])))


def _span(teller: Teller, reached: Mapping[str, Any]) -> str:
    start = datetime.fromisoformat(reached["from"])
    begins = start <= teller.result.plan.start
    first = teller.speech.weekday_clock(start, teller.beside)
    if reached["until"] is None:
        return teller.text("throughout") if begins else teller.text("from {first} on", first=first)
    last = teller.speech.weekday_clock(datetime.fromisoformat(reached["until"]), teller.beside)
    return teller.text("until {last}", last=last) if begins else teller.text("from {first} to {last}", first=first,
                                                                           last=last)
