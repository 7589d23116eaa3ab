"""Facts in words: what was reported of some assets, by whom, how long ago, and when to ask again."""

from __future__ import annotations

from twin.codes import What
from twin.explaining.teller import Teller
from twin.world.assets import Asset

#: A fact older than this asks to be renewed [s].
FACT_STALE_S = 2 * 3600
_FACTS = {"out": "Reported at {time}: {asset} is out of service{why}.",
          "in_service": "Reported at {time}: {asset} is in service{why}.",
          "dry": "Reported at {time}: {asset} is dry{why}.",
          "end": "From {time} the fact no longer holds ({asset}){why}."}


def facts(teller: Teller, assets: list[Asset], at_s: int | None) -> list[str]:
    """Give the facts on these assets up to a moment, each once, in order of time: they beat the computation.

    A fact in force shows its age, and asks to be renewed once it is old.
    """
    events = {e.row: e for asset in assets for e in teller.result.trace.of_asset(asset.row)
              if e.what is What.REPORTED and e.detail.get("state") in _FACTS and (at_s is None or e.time_s <= at_s)}
    lines = []
    for row in sorted(events):
        event, asset = events[row], teller.result.city.assets[events[row].asset]
        said = teller.result.plan.told(str(event.detail.get("by") or event.detail.get("reason") or ""),
                                       teller.speech.lang)
        lines.append(teller.text(_FACTS[str(event.detail["state"])], of=asset, time=teller.clock(event.time_s),
                                 asset=teller.asset(asset), why=f" ({said})" if said else ""))
        later = [e for e in events.values() if e.asset == event.asset and e.row > row]
        if at_s is not None and event.detail["state"] != "end" and not later:
            age_s = at_s - event.time_s
            lines.append(teller.text(
                "That is {age} ago: ask again before relying on it." if age_s >= FACT_STALE_S else
                "That is {age} ago.", age=teller.speech.duration(age_s)))
    return lines
