"""A run in a few lines, in words: what a chief reads first, the most pressing above."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twin.explaining.words import STATUS, WAITS, Speech, speech
from twin.results.returns import QUARTER_S
from twin.results.summary import Summary
from twin.world.kinds import Kinds, Role

#: Sites and clusters told one by one before the rest is counted.
_SITES, _CLUSTERS = 6, 3
#: Suppliers without a position told one by one before the rest is counted.
_PLACELESS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text, and whether it must not be overlooked."""

    text: str
    is_alarm: bool = False


def first_lines(told: Summary, kinds: Kinds, lang: str) -> list[Line]:
    """Give the first lines about a run.

    Parameters
    ----------
    told
        The run in figures.
    kinds
        Kinds of the city, for their words.
    lang
        ``fr`` or ``en``.
    """
    return [line for part in (_water, _together, _gear, _lamps, _sites, _rest, _acts, _cut_off, _crews, _how_sure)
            for line in part(told, kinds, _Clock(speech(lang), told))]


@dataclass(frozen=True, slots=True)
class _Clock:
    speech: Speech
    told: Summary

    def at(self, moment: str | None) -> str:
        """Give an ISO moment as people say it beside the start of the run; the end of the run where there is none."""
        if not moment:
            return self.speech.text("the end of the run")
        return self.speech.weekday_clock(datetime.fromisoformat(moment), datetime.fromisoformat(self.told.start))

    def back(self, moment: str | None) -> str:
        """Give when something is back, rounded up to the quarter of an hour."""
        if not moment:
            return self.at(moment)
        when = datetime.fromisoformat(moment)
        up_s = -(-int(when.timestamp()) // QUARTER_S) * QUARTER_S
        return self.at(datetime.fromtimestamp(up_s, when.tzinfo).isoformat())

    def day(self, moment: str) -> str:
        """Give an ISO moment with its full date."""
        when = datetime.fromisoformat(moment)
        return f"{self.speech.day(when)}, {self.speech.clock(when)}"


def _water(told: Summary, kinds: Kinds, clock: _Clock) -> Iterator[Line]:
    text, depth = clock.speech.text, clock.speech.depth
    yield Line(text("{name}: {status}, {city}, {start} to {end}", name=told.name, status=text(STATUS[told.status]),
                    city=told.city, start=clock.day(told.start), end=clock.day(told.end)))
    for reading in told.readings:
        values = {"gauge": reading["gauge"], "read": depth(reading["read_m"]), "at": clock.at(reading["at"]),
                  "computed": depth(reading["scenario_m"]), "by": depth(abs(reading["difference_m"]))}
        yield Line(text("Gauge {gauge} reads {read} at {at}; this run was computed with {computed}: the river stands "
                        "{by} higher than the run says, and the water is worse than shown.", **values)
                   if reading["difference_m"] > 0 else
                   text("Gauge {gauge} reads {read} at {at}; this run was computed with {computed}: the river stands "
                        "{by} lower than the run says.", **values), is_alarm=True)
    if told.water_book:
        yield Line(f"{told.water_book} {text('Do not rely on this water.')}", is_alarm=True)
    key = "text_fr" if clock.speech.lang == "fr" else "text"
    for doubt in told.water_doubts:
        yield Line(text("Check: {what}", what=doubt.get(key, doubt["text"])), is_alarm=True)
    for note in told.water_notes:
        yield Line(note.get(key, note["text"]))


def _together(told: Summary, kinds: Kinds, clock: _Clock) -> Iterator[Line]:
    words = clock.speech
    for cluster in told.clusters[:_CLUSTERS]:
        sites = [site["name"] or site["asset"] for site in cluster["sites"]]
        values = {"start": clock.at(cluster["from"]), "end": clock.at(cluster["to"]),
                  "lamps": words.number(cluster["lamps"]), "roots": words.number(cluster["root_count"]),
                  "where": f" ({words.listing(cluster['streets'])})" if cluster["streets"] else ""}
        if _is_all_in_doubt(told):
            said = words.text("{start}, perhaps all at once: {roots} things under water may take {lamps} lamps with "
                              "them{where}.", **values)
        elif values["start"] != values["end"]:
            said = words.text("{start} to {end}, all at once: {roots} things under water take {lamps} lamps with them"
                              "{where}.", **values)
        else:
            said = words.text("{start}, all at once: {roots} things under water take {lamps} lamps with them{where}.",
                              **values)
        if sites:
            said += " " + words.text("Among what goes out: {sites}.", sites=words.listing(sites))
        if cluster["act_before"]:
            said += " " + words.text("To act before {at}.", at=clock.at(cluster["act_before"]))
        yield Line(said, is_alarm=True)


def _gear(told: Summary, kinds: Kinds, clock: _Clock) -> Iterator[Line]:
    words = clock.speech
    for name, row in told.gear.items():
        called = words.counted(kinds, name, row["out"] or row["flooded"] or row["in_doubt"])
        dead = "" if not row["flooded_dead"] else " " + words.plural(
            "({n} of them dead by then)", "({n} of them dead by then)", row["flooded_dead"])
        doubt = "" if not row["in_doubt"] or not (row["out"] or row["flooded"]) else words.plural(
            ", {n} more may be", ", {n} more may be", row["in_doubt"])
        values = {"gear": called, "flooded": words.number(row["flooded"]), "first": row["first"],
                  "at": clock.at(row["first_at"]), "dead": dead, "doubt": doubt}
        if not row["out"] and not row["flooded"]:
            yield Line(words.text("{gear} in doubt", gear=called))
        elif not row["flooded"]:
            yield Line(words.text("{gear} out{doubt}; no water at their live parts", **values))
        else:
            yield Line(words.text("{gear} out{doubt}; {flooded} flooded{dead}, the first is {first}, {at}"
                                  if row["out"] else "{gear} flooded{dead}, the first is {first}, {at}", **values))
    if told.tripped:
        yield Line(words.plural("{n} circuit opened by a wet lamp", "{n} circuits opened by a wet lamp", told.tripped))


def _is_all_in_doubt(told: Summary) -> bool:
    """Say whether lamps may go out, and none does for sure."""
    return not told.lamps_out_at_worst and bool(told.lamps_in_doubt_at_worst)


def _lamps(told: Summary, kinds: Kinds, clock: _Clock) -> Iterator[Line]:
    words = clock.speech
    if told.lamps_out_at_worst:
        said = words.plural("{n} of {lamps} lamps out at worst, {at}", "{n} of {lamps} lamps out at worst, {at}",
                            told.lamps_out_at_worst, lamps=words.number(told.lamps), at=clock.at(told.worst_at))
        if told.lamps_in_doubt_at_worst:
            said += words.plural(", {n} more may be", ", {n} more may be", told.lamps_in_doubt_at_worst)
        hours = round(told.dark_hours)
        yield Line(said + words.plural("; {n} lamp-hour of darkness", "; {n} lamp-hours of darkness", hours))
    elif told.lamps_in_doubt_at_worst:
        yield Line(words.plural("no lamp surely out, {n} in doubt, {at}", "no lamp surely out, {n} in doubt, {at}",
                                told.lamps_in_doubt_at_worst, at=clock.at(told.worst_at)))
    elif told.lamps:
        yield Line(words.text("no lamp out, of {lamps}", lamps=words.number(told.lamps)))
    if told.worst_street and _is_all_in_doubt(told):
        yield Line(words.plural("most in doubt: {street}, {n} lamp, {hours} lamp-hours of darkness if it goes out",
                                "most in doubt: {street}, {n} lamps, {hours} lamp-hours of darkness if they go out",
                                told.worst_street_lamps, street=told.worst_street,
                                hours=words.number(told.worst_street_dark_hours)))
    elif told.worst_street:
        yield Line(words.plural("worst street: {street}, {n} lamp, {hours} lamp-hours of darkness",
                                "worst street: {street}, {n} lamps, {hours} lamp-hours of darkness",
                                told.worst_street_lamps, street=told.worst_street,
                                hours=words.number(told.worst_street_dark_hours)))
    if told.lamps_not_back:
        yield Line(words.plural("{n} lamp not back by the end of the run", "{n} lamps not back by the end of the run",
                                told.lamps_not_back))


def _sites(told: Summary, kinds: Kinds, clock: _Clock) -> Iterator[Line]:
    words = clock.speech
    for site in told.sites[:_SITES]:
        yield Line(_site(site, clock), is_alarm=bool(site["people"] and (site["surely"] or site["in_doubt"])))
    if len(told.sites) > _SITES:
        yield Line(words.plural("{n} more site without power or in doubt", "{n} more sites without power or in doubt",
                                len(told.sites) - _SITES))


def _site(site: Mapping[str, Any], clock: _Clock) -> str:
    words = clock.speech
    name = site["name"] or site["asset"]
    if site["people"]:
        name += words.plural(" ({n} person)", " ({n} people)", site["people"])

    def spans(rows: list[Mapping[str, Any]], end: Callable[[str | None], str] = clock.back) -> str:
        return words.listing([words.text("{start} to {end}", start=clock.at(row["start"]), end=end(row["end"]))
                              for row in rows])

    said = []
    if site["surely"]:
        said.append(words.text("without power, {spans}", spans=spans(site["surely"])))
    if site["reserve"]:
        said.append(words.text("on its reserve, {spans}", spans=spans(site["reserve"], clock.at)))
    if site["in_doubt"]:
        may = _joined(site["in_doubt"])
        listed = words.text("may be without power, {spans}", spans=spans(may))
        computed = [row["computed_from"] for row in may if row["computed_from"] not in (None, row["start"])]
        said.append(words.text("{may} (as computed {time}, in doubt)", may=listed, time=words.listing(
            [clock.at(at) for at in computed])) if computed else listed)
    return words.text("{site}: {said}", site=name, said=("\u00a0; " if words.lang == "fr" else "; ").join(said))


def _joined(rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Give intervals with those that follow on one another made one, and from when each is computed out, if at all."""
    found: list[Mapping[str, Any]] = []
    for row in rows:
        since = row["start"] if row["computed"] == "out" else None
        if found and found[-1]["end"] == row["start"]:
            found[-1] = {"start": found[-1]["start"], "end": row["end"],
                         "computed_from": found[-1]["computed_from"] or since}
        else:
            found.append({"start": row["start"], "end": row["end"], "computed_from": since})
    return found


def _rest(told: Summary, kinds: Kinds, clock: _Clock) -> Iterator[Line]:
    words = clock.speech
    if told.buildings_wet:
        yield Line(words.plural("{n} building with its feet in the water, {inside} flooded inside",
                                "{n} buildings with their feet in the water, {inside} flooded inside",
                                told.buildings_wet, inside=words.number(told.buildings_flooded)))
    if told.zones_suspended:
        yield Line(words.plural("{n} irrigation zone suspended", "{n} irrigation zones suspended",
                                told.zones_suspended))
    if told.may_be_live:
        said = words.plural("to be cut: {n} place, where {things} things may be live in water",
                            "to be cut: {n} places, where {things} things may be live in water",
                            told.may_be_live, things=words.number(told.may_be_live_things))
        if told.may_be_live_grid:
            said += words.plural("; {n} of them is the grid operator's to cut",
                                 "; {n} of them are the grid operator's to cut", told.may_be_live_grid)
        if told.may_be_live_unknown:
            said += words.plural("; for {n} of these things the supply is not known",
                                 "; for {n} of these things the supply is not known", told.may_be_live_unknown)
        yield Line(said, is_alarm=True)


def _acts(told: Summary, kinds: Kinds, clock: _Clock) -> Iterator[Line]:
    words = clock.speech
    if told.act_first:
        values = {"asset": told.act_first, "at": clock.at(told.act_first_before), "base": told.act_first_base}
        message = {"touch": "next cabinet to act on: {asset}, leaving {base} before {at} (the water comes first)",
                   "access": "next cabinet to act on: {asset}, leaving {base} before {at} (the way closes first)"}.get(
                       told.act_first_binds, "next cabinet to act on: {asset}, before {at}")
        yield Line(words.text(message, **values))
    if told.acts_past:
        yield Line(words.plural("too late for {n} cabinet when this run was issued",
                                "too late for {n} cabinets when this run was issued", told.acts_past))


def _cut_off(told: Summary, kinds: Kinds, clock: _Clock) -> Iterator[Line]:
    words = clock.speech
    if told.acts_unreachable:
        yield Line(words.plural("{n} cabinet that no way leads to before the water does",
                                "{n} cabinets that no way leads to before the water does", told.acts_unreachable))
    dry = {name: count for name, count in told.islands.items() if Role.SWITCHES in kinds[name].roles
           or Role.VITAL in kinds[name].roles}
    if dry:
        yield Line(words.text("dry, but cut off for a time: {things}", things=words.listing(
            [words.counted(kinds, name, count) for name, count in dry.items()])), is_alarm=True)
    if told.edges_unknown:
        yield Line(words.plural("{n} stretch of street where the water is not known: taken as dry and open",
                                "{n} stretches of street where the water is not known: taken as dry and open",
                                told.edges_unknown))
    if told.edges_over_rivers:
        yield Line(words.plural("{n} stretch of street crosses water without a known bridge: it closes with it",
                                "{n} stretches of street cross water without a known bridge: they close with it",
                                told.edges_over_rivers))
    if told.off_street:
        yield Line(words.text("far from any street, so no way there is told: {things}", things=words.listing(
            [words.counted(kinds, name, count) for name, count in told.off_street.items()])))


def _crews(told: Summary, kinds: Kinds, clock: _Clock) -> Iterator[Line]:
    words = clock.speech
    if told.derogation:
        yield Line(words.text("Hours beyond the limits by derogation: {why}", why=told.derogation), is_alarm=True)
    if not told.crews:
        return
    said = words.plural("{n} crew", "{n} crews", told.crews)
    waits = [words.plural("{n} for {what}", "{n} for {what}", count, what=words.text(WAITS[reason]))
             for reason, count in told.waiting_at_end.items()]
    count = sum(told.waiting_at_end.values())
    if count:
        said += words.plural("; at the end {n} repair waits: {waits}", "; at the end {n} repairs wait: {waits}", count,
                             waits=words.listing(waits))
    yield Line(said)


def _how_sure(told: Summary, kinds: Kinds, clock: _Clock) -> Iterator[Line]:
    words = clock.speech
    if told.contradictions:
        yield Line(words.plural("{n} fact contradicts the computation", "{n} facts contradict the computation",
                                told.contradictions), is_alarm=True)
    if told.doubtful:
        yield Line(words.plural("{n} asset in doubt: the water comes within the error of a height on which it hangs",
                                "{n} assets in doubt: the water comes within the error of a height on which they hang",
                                told.doubtful))
    if told.unknown:
        yield Line(words.plural("{n} asset where the water is not known: computed as dry",
                                "{n} assets where the water is not known: computed as dry", told.unknown))
    for one in told.placeless[:_PLACELESS]:
        yield Line(words.plural("{asset} has no position: no water is computed for it; {n} lamp hangs on it",
                                "{asset} has no position: no water is computed for it; {n} lamps hang on it",
                                one["lamps"], asset=one["asset"]))
    if len(told.placeless) > _PLACELESS:
        yield Line(words.plural("{n} more supplier of lamps has no position: no water is computed for it",
                                "{n} more suppliers of lamps have no position: no water is computed for them",
                                len(told.placeless) - _PLACELESS))
    for name, count in told.placeless_alone.items():
        yield Line(words.text("{things} without a position: no water is computed there",
                              things=words.counted(kinds, name, count)))
    for name, count in told.no_supplier.items():
        yield Line(words.text("{things} without a known supplier: computed as fed",
                              things=words.counted(kinds, name, count)))
    for name, count in told.inferred_links.items():
        yield Line(words.text("{things} on an inferred link (guessed at import, not surveyed)",
                              things=words.counted(kinds, name, count)))
