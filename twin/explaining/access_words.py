"""From where and when an asset can be reached, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from twin.explaining.teller import Teller
from twin.world.assets import Asset


def access_lines(teller: Teller, asset: Asset) -> list[str]:
    """Say when an asset that is cut off for a time can be reached from each base; nothing of one that never is."""
    rows = teller.result.indicators.get("access", {}).get("cut_off", {}).get("rows", ())
    row = next((row for row in rows if row["asset"] == asset.id), None)
    if row is None:
        return []
    bases = teller.result.indicators["access"]["bases"]
    lines = []
    for base in bases:
        spans = [_span(teller, one) for one in row["reached"] if one["base"] == base]
        lines.append(teller.text("Access from {base}: {spans}.", base=base, spans=teller.speech.listing(spans)) if spans
                     else teller.text("No way leads to {asset} from {base} at any time of the run.",
                                      asset=teller.asset(asset), base=base))
    return lines


def _span(teller: Teller, reached: dict[str, Any]) -> str:
    start = datetime.fromisoformat(reached["from"])
    begins = start <= teller.result.plan.start
    first = teller.speech.weekday_clock(start, teller.beside)
    if reached["until"] is None:
        return teller.text("throughout") if begins else teller.text("from {first} on", first=first)
    last = teller.speech.weekday_clock(datetime.fromisoformat(reached["until"]), teller.beside)
    return teller.text("until {last}", last=last) if begins else teller.text("from {first} to {last}", first=first,
                                                                           last=last)
