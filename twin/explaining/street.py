"""A street in words: how many lamps are out, because of what, until when; what else stands there, and its water."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import isnan
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from twin.codes import Mechanism
from twin.explaining.back_words import from_roughly, roughly
from twin.explaining.listed import Row, listed_rows, teller_of
from twin.explaining.teller import Teller
from twin.explaining.words import Speech
from twin.quantities import NONE, BoolArray, Int64Array
from twin.results.listing import listing
from twin.results.moment import moment_of
from twin.results.result import Result
from twin.world.assets import Asset
from twin.world.kinds import Role
from twin.world.streets import street_named

#: Causes told one by one before the rest is counted.
_CAUSES = 6
_MECHANISM = {"flooded": "flooded", "cut": "cut off", "failed": "failed", "tripped": "tripped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetCause:
    """Lamps of a street that one root puts out. Seconds from the start, -1: not back within the horizon."""

    root: Asset
    mechanism: Mechanism
    lamps: int
    first_s: int
    #: When the first and the last of them are back.
    back_s: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetExplanation:
    """What is to be said of a street, at a moment or over the run."""

    street: str
    lang: str
    #: -1: the run as a whole.
    at_s: int
    lamps: int
    out: int
    #: Of ``out`` those in doubt, and those computed in service that may be out.
    in_doubt: int
    may_go_out: int
    causes: tuple[StreetCause, ...]
    #: What else in the street is not in order, as it is read; only at a moment.
    others: tuple[Row, ...]
    sentence: str
    paragraphs: tuple[str, ...]
    #: The lamp that is out for longest: to be asked about next; empty without one.
    lamp: str
    _result: Result

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        zone = ZoneInfo(self._result.city.timezone)

        def moment(seconds: int) -> str | None:
            return None if seconds == NONE else (
                self._result.plan.start + timedelta(seconds=seconds)).astimezone(zone).isoformat()

        return {"street": self.street, "at": moment(self.at_s), "lang": self.lang, "lamps": self.lamps,
                "out": self.out, "in_doubt": self.in_doubt, "may_go_out": self.may_go_out,
                "causes": [{"root": cause.root.id, "mechanism": cause.mechanism.word, "lamps": cause.lamps,
                            "first": moment(cause.first_s), "first_back": moment(cause.back_s[0]),
                            "last_back": moment(cause.back_s[1])} for cause in self.causes],
                "others": [{"asset": row.asset, "state": row.state, "why": row.why} for row in self.others],
                "sentence": self.sentence, "paragraphs": list(self.paragraphs), "lamp": self.lamp or None}


def explain_street(result: Result, name: str, lang: str = "fr", at_s: int | None = None) -> StreetExplanation:
    """Give what happens in a street, and why.

    Parameters
    ----------
    result
        A run.
    name
        The street, in any case and with or without accents.
    lang
        ``fr`` or ``en``.
    at_s
        Moment [s from the start]; without it the run as a whole.

    Raises
    ------
    InputError
        A street in which no asset stands, or an unknown language.
    """
    assets, teller = result.city.assets, teller_of(result, lang)
    code = street_named(assets.street.words, name)
    here = assets.street.codes == code
    lamp = here & assets.of_role(Role.LIGHTS)
    street = assets.street.words[code]
    rows = _outages(result, lamp, at_s)
    doubtful, may = _doubts(result, lamp, at_s)
    causes = _causes(result, rows)
    out = len(np.unique(result.outages.asset[rows]))
    others: tuple[Row, ...] = ()
    if at_s is not None:
        found = listing(result, at_s, street=street)
        others = tuple(row for row, listed in zip(listed_rows(found, lang), found.rows, strict=True)
                       if not found.is_counted(listed))
    head = _head(teller, street, int(lamp.sum()), out, at_s)
    full = [head, *_doubt_lines(teller, out, doubtful, may), *(_cause_line(teller, cause, at_s)
                                                              for cause in causes[:_CAUSES])]
    if len(causes) > _CAUSES:
        full.append(teller.speech.plural("{n} more lamp by other causes.", "{n} more lamps by other causes.",
                                         sum(cause.lamps for cause in causes[_CAUSES:])))
    full += [*_water(teller, here, at_s), *_houses(teller, here, at_s)]
    return StreetExplanation(
        street=street, lang=lang, at_s=NONE if at_s is None else at_s, lamps=int(lamp.sum()), out=out,
        in_doubt=doubtful, may_go_out=may, causes=tuple(causes), others=others, sentence=Speech.sentence(head),
        paragraphs=tuple(Speech.sentence(line) for line in full), lamp=_lamp(result, rows), _result=result)


def _outages(result: Result, among: BoolArray, at_s: int | None) -> Int64Array:
    o = result.outages
    mine = among[o.asset]
    if at_s is not None:
        mine &= (o.start_s <= at_s) & ((o.end_s == NONE) | (o.end_s > at_s))
    return np.flatnonzero(mine)


def _doubts(result: Result, among: BoolArray, at_s: int | None) -> tuple[int, int]:
    d = result.doubts
    rows = np.arange(len(d)) if at_s is None else d.at(at_s)
    mine = rows[among[d.asset[rows]]]
    out = np.unique(d.asset[mine[d.is_out[mine]]])
    may = np.setdiff1d(d.asset[mine[~d.is_out[mine]]], result.outages.asset if at_s is None else out)
    return len(out), len(may)


def _causes(result: Result, rows: Int64Array) -> list[StreetCause]:
    o, assets = result.outages, result.city.assets
    found = []
    for root in np.unique(o.root[rows]).tolist():
        mine = rows[o.root[rows] == root]
        back = np.where(o.end_s[mine] == NONE, np.iinfo(np.int64).max, o.end_s[mine])
        ends = [NONE if end == np.iinfo(np.int64).max else int(end) for end in (back.min(), back.max())]
        found.append(StreetCause(root=assets[root], mechanism=Mechanism(int(o.root_mechanism[mine[0]])),
                                 lamps=len(np.unique(o.asset[mine])), first_s=int(o.start_s[mine].min()),
                                 back_s=(ends[0], ends[1])))
    return sorted(found, key=lambda cause: (-cause.lamps, cause.first_s, cause.root.row))


def _head(teller: Teller, street: str, lamps: int, out: int, at_s: int | None) -> str:
    values: dict[str, Any] = {"street": street, "lamps": teller.speech.number(lamps)}
    if not lamps:
        return teller.text("{street}: no lamp stands in it.", **values)
    if at_s is None:
        return teller.speech.plural("{street}: {n} of its {lamps} lamps goes out in this run.",
                                    "{street}: {n} of its {lamps} lamps go out in this run.", out, **values)
    return teller.speech.plural("{street}, {time}: {n} of its {lamps} lamps is without power.",
                                "{street}, {time}: {n} of its {lamps} lamps are without power.", out,
                                time=teller.clock(at_s), **values)


def _doubt_lines(teller: Teller, out: int, doubtful: int, may: int) -> list[str]:
    said = []
    if doubtful and out:
        said.append(teller.speech.plural("{n} of them is in doubt: the water comes within the errors of a height.",
                                         "{n} of them are in doubt: the water comes within the errors of a height.",
                                         doubtful))
    if may:
        said.append(teller.speech.plural("{n} more lamp may be out.", "{n} more lamps may be out.", may))
    return said


def _cause_line(teller: Teller, cause: StreetCause, at_s: int | None) -> str:
    how = teller.text(_MECHANISM.get(cause.mechanism.word, "failed"), of=cause.root)
    said = teller.speech.plural("{n} lamp because {of_root}, {why}: from {time}.",
                                "{n} lamps because {of_root}, {why}: from {time}.", cause.lamps,
                                of_root=teller.of_the(cause.root), why=how, time=teller.clock(cause.first_s))
    first_s, last_s = cause.back_s
    if first_s == NONE:
        return said + " " + teller.text("Not back within the time computed.")
    first, last = (roughly(teller, end_s) for end_s in cause.back_s)
    if last_s == NONE:
        return said + " " + teller.text("The first are back about {first}; the last are not within the time computed.",
                                        first=first)
    if first == last:
        return said + " " + teller.text("Back about {last}, by durations assumed.", last=last)
    return said + " " + teller.text("Back between {first} and {last}, by durations assumed.",
                                    first=from_roughly(teller, first_s), last=last)


def _water(teller: Teller, here: BoolArray, at_s: int | None) -> list[str]:
    exposure = teller.result.exposure
    rows = np.flatnonzero(here & (np.nan_to_num(exposure.peak_depth_m) > 0))
    if not len(rows):
        unknown = here & np.isnan(exposure.peak_depth_m) & ~np.isnan(teller.result.city.assets.x_m)
        return [teller.text("The water is not known here: computed as dry.")] if unknown.any() else [
            teller.text("No water reaches anything in this street.")]
    deepest = int(rows[int(np.argmax(exposure.peak_depth_m[rows]))])
    peak: dict[str, Any] = {"depth": teller.speech.depth(float(exposure.peak_depth_m[deepest])),
                            "time": teller.clock(int(exposure.peak_time_s[deepest])),
                            "asset": teller.result.city.assets.id[deepest]}
    if at_s is not None:
        now_m = moment_of(teller.result, at_s).depth_m[rows]
        if not isnan(float(np.nanmax(now_m, initial=-1.0))) and np.nanmax(now_m, initial=-1.0) >= 0:
            return [teller.text("Deepest water now: {now}; over the run: {depth}, {time} ({asset}).",
                                now=teller.speech.depth(float(np.nanmax(now_m))), **peak)]
    return [teller.text("Deepest water of the run: {depth}, {time} ({asset}).", **peak)]


def _houses(teller: Teller, here: BoolArray, at_s: int | None) -> list[str]:
    assets = teller.result.city.assets
    houses = here & assets.buildings()
    out = len(np.unique(teller.result.outages.asset[_outages(teller.result, houses, at_s)]))
    if not out:
        return []
    return [teller.speech.plural("{n} of its {houses} buildings is without power.",
                                 "{n} of its {houses} buildings are without power.", out,
                                 houses=teller.speech.number(int(houses.sum())))]


def _lamp(result: Result, rows: Int64Array) -> str:
    if not len(rows):
        return ""
    o = result.outages
    end = np.where(o.end_s[rows] == NONE, result.plan.duration_s, o.end_s[rows])
    return str(result.city.assets.id[o.asset[rows[int(np.argmax(end - o.start_s[rows]))]]])
