"""What would have kept an asset in service, in a sentence or two."""

from __future__ import annotations

from typing import Any

from twin.deciding.keeping import EarlierCut, Kept
from twin.explaining.listed import teller_of
from twin.explaining.teller import Teller
from twin.explaining.words import Speech
from twin.quantities import NONE
from twin.results.outages import Outage
from twin.results.result import Result
from twin.world.kinds import Role


def kept_lines(result: Result, outage: Outage, kept: Kept, lang: str) -> list[str]:
    """Give what would have kept it in service, and what an earlier cut would have changed."""
    teller = teller_of(result, lang)
    assets = result.city.assets
    if kept.sort == "raise":
        said = teller.text("It would have stayed in service with {asset} set higher by {height}, the smallest change "
                           "of the menu that does (checked by running it).", asset=teller.asset(assets[kept.asset]),
                           height=teller.speech.depth(kept.height_cm / 100))
    elif kept.sort == "feed":
        said = teller.text("No single thing set higher would have kept it in service; a second feed for {asset} from "
                           "{supplier} would have (checked by running it).", asset=teller.asset(assets[kept.asset]),
                           supplier=teller.asset(assets[kept.supplier]))
    else:
        said = teller.text("Nothing of this menu would have kept it in service: one thing set higher, or one more "
                           "feed.")
        if kept.then_root != NONE:
            said += " " + teller.text("{asset} set higher by {height} would have kept it until {time} only: then "
                                      "{root}.",
                                      asset=Speech.sentence(teller.asset(assets[kept.asset])),
                                      height=teller.speech.depth(kept.height_cm / 100),
                                      time=teller.clock(kept.then_s), root=teller.asset(assets[kept.then_root]))
    return [Speech.sentence(line) for line in [said, *([] if kept.cut is None else [_cut(teller, outage, kept.cut)])]]


def _cut(teller: Teller, outage: Outage, cut: EarlierCut) -> str:
    values: dict[str, Any] = {"asset": teller.asset(teller.result.city.assets[cut.asset]),
                              "time": teller.clock(cut.at_s)}
    of = teller.result.city.assets[cut.asset]
    if NONE in (cut.back_s, cut.back_then_s):
        back = teller.text("not back within the time computed") if cut.back_then_s == NONE else teller.text(
            "back at {back} instead of not within the time computed", back=teller.clock(cut.back_then_s))
    elif cut.back_then_s == cut.back_s:
        back = teller.text("back no earlier")
    else:
        sooner = cut.back_s - cut.back_then_s
        back = teller.text("back {duration} earlier", duration=teller.speech.duration(sooner)) if sooner > 0 else \
            teller.text("back {duration} later", duration=teller.speech.duration(-sooner))
    return teller.text("If {asset} had been cut at {time}, before the water reached it: {back}, {dark}.", of=of,
                       **values, back=back, dark=_darkness(teller, outage, cut.darker_s))


def _darkness(teller: Teller, outage: Outage, darker_s: int) -> str:
    """Say the change of time in the dark; of what gives no light, of the time without service at night."""
    assets, duration = teller.result.city.assets, teller.speech.duration(abs(darker_s))
    if darker_s == 0:
        return teller.text("no more of the night without it")
    if any(assets.has_role(outage.asset, role) for role in (Role.LIGHTS, Role.SWITCHES, Role.CIRCUIT)):
        return teller.text("but {duration} more in the dark, for the cut comes first" if darker_s > 0 else
                           "{duration} less in the dark", duration=duration)
    return teller.text("{duration} more of the night without it", duration=duration) if darker_s > 0 else \
        teller.text("{duration} less of the night without it", duration=duration)


def kept_to_dict(result: Result, kept: Kept) -> dict[str, Any]:
    """Give plain JSON values."""
    teller, ids = teller_of(result, "en"), result.city.assets.id

    def moment(seconds: int) -> str | None:
        return None if seconds == NONE else teller.moment(seconds).isoformat()

    cut = kept.cut
    return {"change": kept.sort, "asset": None if kept.asset == NONE else str(ids[kept.asset]),
            "height_m": kept.height_cm / 100 if kept.height_cm else None,
            "then": None if kept.then_root == NONE else str(ids[kept.then_root]), "then_at": moment(kept.then_s),
            "supplier": None if kept.supplier == NONE else str(ids[kept.supplier]),
            "earlier_cut": None if cut is None else {
                "asset": str(ids[cut.asset]), "at": moment(cut.at_s), "back": moment(cut.back_then_s),
                "darker_s": cut.darker_s}}
