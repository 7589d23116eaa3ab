"""Decisions that a point of the situation asks for, and what was done and reported up to it, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from twin.explaining.act_words import shortened
from twin.explaining.listed import joined
from twin.explaining.measured import measures_of, what_of
from twin.explaining.place_names import closed_words, is_closed, the
from twin.explaining.site_words import price_words
from twin.explaining.teller import Teller
from twin.quantities import NONE
from twin.results.situation import Site, Situation
from twin.world.kinds import Role

#: What is told of a street that was reported closed or open.
_STREET = {"closed": "{street} closed", "open": "{street} open"}


def decisions(teller: Teller, told: Situation) -> Iterator[tuple[str, str]]:
    """Tell what is asked of whom, the most pressing first."""
    assets = teller.result.city.assets

    def named(rows: list[int]) -> str:
        return teller.speech.listing([the(teller, row) for row in rows])

    def water_s(site: Site) -> int:
        """Give when water may next come nearer to a site, at its door or inside; -1 no more."""
        may_s = site.loss.may_s if site.loss is not None and site.loss.root == site.asset else NONE
        return min((at_s for at_s in (site.wet_s, may_s, site.inside_s) if at_s > told.t_s), default=NONE)

    yield from _cuts_now(teller, told)
    wet = sorted((site for site in told.sites if site.people and water_s(site) != NONE), key=water_s)
    closed = [site.asset for site in wet if is_closed(teller, site.asset, told.t_s, water_s(site))]
    if rows := [site.asset for site in wet if site.asset not in closed]:
        yield teller.text("Mayor"), teller.text("bring people out of the water or upstairs: {sites}.",
                                                sites=teller.speech.listing([assets.called(row) for row in rows]))
    if closed:
        yield teller.text("Mayor"), teller.text(
            "make sure that nobody is in {sites} ({closed}; the number of people is the roll of the day).",
            sites=named(closed), closed=closed_words(teller, told.t_s))
    dark = [site for site in told.sites if site.people and site.inside_s == NONE
            and (site.since_s != NONE or site.loss is not None) and (site.loss is None or site.loss.root != site.asset)]
    if dark:
        yield teller.text("Mayor"), teller.text("another place than {sites}, or a generator there.",
                                                sites=named([site.asset for site in dark[:2]]))
    need = [site for site in told.sites if site.people and site.inside_s == NONE
            and (site.reserve_ends_s != NONE or site.since_s != NONE)]
    if need:
        yield teller.text("Prefect"), teller.text("mobile generator for {sites}.",
                                                  sites=named([site.asset for site in need[:2]]))
    out = np.flatnonzero(told.moment.is_out & assets.of_role(Role.SOURCE) & assets.of_role(Role.GRID))
    if len(out):
        named_ids = teller.speech.listing([str(name) for name in assets.id[out[:4]]])
        yield teller.text("Grid operator"), teller.text("a firm hour of return for {assets}.", assets=named_ids)
    cut = [act for act in told.acts if act.by == "grid"]
    if cut:
        yield teller.text("Grid operator"), teller.text("cut {assets} before {time}.", assets=teller.speech.listing(
            [str(assets.id[row]) for row in cut[0].assets[:4]]), time=teller.clock(cut[0].before_s))
    unknown = told.moment.is_live_by_unknown
    if unknown.any():
        yield teller.text("Grid operator"), teller.speech.plural(
            "say what feeds {n} thing that may be live in water, its supply not known, and cut it.",
            "say what feeds {n} things that may be live in water, their supply not known, and cut it.",
            int(unknown.sum()))
    who = {"grid": "Grid operator", "prefect": "Prefect"}
    for record in _planned(told):
        if record["authority"] in who:
            what = what_of(record, told.result.plan, told.result.city, teller.speech)
            yield teller.text(who[record["authority"]]), teller.text("as planned, {what}.", what=what)


def _cuts_now(teller: Teller, told: Situation) -> Iterator[tuple[str, str]]:
    """Tell whose word the cuts of now want: the grid operator's, for the city's places too that no way leads to."""
    ids = teller.result.city.assets.id
    for act in told.now:
        places = teller.speech.listing(shortened(teller, [str(ids[row]) for row in act.assets]))
        if act.by == "grid":
            yield teller.text("Grid operator"), joined(teller, [
                teller.text("cut {assets} now", assets=places),
                *price_words(teller, act.darkened, told.t_s)]) + "."
        elif act.upstream:
            dark = list(dict.fromkeys(site for sites in act.upstream_darkens for site in sites))
            yield teller.text("Grid operator"), joined(teller, [
                teller.text("cut {above} now, in place of {assets}, where no way leads",
                            above=teller.speech.listing([str(ids[row]) for row in act.upstream]), assets=places),
                *price_words(teller, dark, told.t_s)]) + "."
        else:
            yield teller.text("City"), teller.text("cut {assets} now.", assets=places)


def _planned(told: Situation) -> list[Mapping[str, Any]]:
    """Give the measures of the plan that are still ahead."""
    return [record for record in measures_of(told.result.plan) if record.get("at_s", NONE) > told.t_s]


def done(teller: Teller, told: Situation) -> Iterator[str]:
    """Tell what was cut on purpose up to now, the latest first; before it whose hours go beyond the limits."""
    assets, plan = teller.result.city.assets, told.result.plan
    if plan.crews is not None and plan.crews.derogation:
        yield teller.text("Hours beyond the limits by derogation: {why}",
                          why=plan.told(plan.crews.derogation, teller.speech.lang))
    cut = plan.cut_at(told.t_s)
    gauges = {str(name) for row in np.flatnonzero(assets.of_role(Role.GAUGE))
              for name in (assets.id[row], assets.name[row]) if name}
    notes = [note for note in plan.notes if note.at_s <= told.t_s and note.text.split(":")[0] not in gauges]
    for note in notes[-2:]:
        by = f", {plan.told(note.by, teller.speech.lang)}" if note.by else ""
        yield teller.text("Reported: {what} ({time}{by}).", what=_noted(teller, note.text),
                          time=teller.clock(note.at_s), by=by)
    against = sum(w.get("warning") == "contradiction" for w in told.result.warnings)
    if against:
        yield teller.speech.plural("{n} fact contradicts the computation.", "{n} facts contradict the computation.",
                                   against)
    for record in [record for record in _planned(told) if record["authority"] not in ("grid", "prefect")][:2]:
        yield teller.text("Planned: {what}.", what=what_of(record, plan, told.result.city, teller.speech))
    if cut:
        named = [f"{assets.id[row]} ({teller.clock(at_s)})" for row, at_s in list(cut.items())[-4:]]
        yield teller.text("Done: cut {assets}.", assets=teller.speech.listing(named))
    stale = told.moment.is_not_to_be_re_energised & ~assets.of_role(Role.LIGHTS)
    if stale.any():
        yield teller.speech.plural(
            "{n} thing not to be re-energised before a test, lamps apart: on the printed list “Do not re-energise”.",
            "{n} things not to be re-energised before a test, lamps apart: on the printed list “Do not re-energise”.",
            int(stale.sum()))


def _noted(teller: Teller, note: str) -> str:
    """Give a note as it was written; that a street is closed or open in the language that is told."""
    street, _, state = note.rpartition(": ")
    if state not in _STREET or street not in teller.result.city.assets.street.words:
        return teller.result.plan.told(note, teller.speech.lang)
    return teller.text(_STREET[state], street=street)
