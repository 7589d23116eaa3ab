"""An act in words: before when, what, who, where and by which way, and what comes of leaving it."""

from __future__ import annotations

from collections.abc import Sequence

from twin.explaining.listed import joined
from twin.explaining.teller import Teller
from twin.results.situation import Act

_BY = {"city": "city", "grid": "grid operator: ask", "rescue": "rescue services", "site": "site, prefect"}


def act_row(teller: Teller, act: Act) -> tuple[str, ...]:
    """Give the cells of an act: before when, what, who, where and by which way, and if not."""
    assets = teller.result.city.assets
    first = assets[act.assets[0]]
    where = ", ".join(dict.fromkeys(assets.street[row] for row in act.assets if assets.street[row]))
    streets = where.split(", ")
    where = _few(streets)
    if act.is_cut_off:
        where = joined(teller, [where, teller.text("no way there in time")])
    elif act.base:
        where = joined(teller, [where, teller.text("from {place}", place=act.base) + (
            f" → {_few(act.way, ' → ')}" if act.way else "")])
    name = first.name or first.id
    depth = teller.speech.depth(act.depth_m)
    if act.sort == "evacuate":
        what = teller.text("Bring people out of the water or upstairs: {site}", site=name)
        otherwise = teller.speech.plural("{n} person in {depth} of water", "{n} people in {depth} of water", act.people,
                                         depth=depth)
        if act.is_doubtful:
            otherwise += teller.text(", in doubt")
    elif act.sort == "generator":
        what = teller.text("Have a generator ready: {site}", site=name)
        otherwise = teller.speech.plural("{n} person without power", "{n} people without power", act.people)
    else:
        ids = [str(assets.id[row]) for row in act.assets]
        what = teller.text("Cut {assets}", assets=teller.speech.listing(
            [*ids[:5], *([teller.speech.plural("{n} more", "{n} more", len(ids) - 5)] if len(ids) > 5 else [])]))
        otherwise = teller.speech.plural("{n} thing live in water", "{n} things live in water", act.live)
        otherwise += ", " + depth
        if act.lamps:
            otherwise += teller.speech.plural("; {n} lamp behind", "; {n} lamps behind", act.lamps)
    return (teller.clock(act.before_s), what, teller.text(_BY[act.by]), where, otherwise)


def _few(names: Sequence[str], mark: str = ", ") -> str:
    """Give the first few names; the last of a way tells where one arrives."""
    if len(names) <= 3:
        return mark.join(names)
    return mark.join(names[:3]) + " …" if mark == ", " else mark.join([*names[:2], "…", names[-1]])
