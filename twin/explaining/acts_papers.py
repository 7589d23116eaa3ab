"""Acts on paper: all acts of a moment, and what to cut now, place by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isnan
from typing import Any

from twin.explaining.act_words import act_notes, act_row, shortened
from twin.explaining.listed import joined, label, teller_of
from twin.explaining.papers import Paper, paper_of
from twin.explaining.site_words import cut_words
from twin.explaining.teller import Teller
from twin.explaining.words import Speech
from twin.results.live_parts import street_of
from twin.results.moment import Moment, moment_of
from twin.results.result import Result
from twin.results.situation import Situation
from twin.results.to_do import LivePlace, darkened, live_places
from twin.world.kinds import Role

_ACTS, _CUTS = (0.8, 1.6, 0.9, 2.6, 1.4), (0, 1.2, 1, 1.1, 2, 1, 1.3)


def acts_paper(told: Situation, lang: str, numbers: Mapping[str, str] | None = None) -> Paper:
    """Give all acts of a moment as a paper, each with every street of its way.

    Parameters
    ----------
    told
        A situation with all its acts (``most_acts``).
    lang
        ``fr`` or ``en``.
    numbers
        As for ``twin.explaining.situation.page_of``.

    Raises
    ------
    InputError
        A language other than fr and en.
    """
    teller = teller_of(told.result, lang, told.t_s)
    text = teller.text
    rows = [act_row(teller, act, told.t_s, numbers, is_whole=True) for act in (*told.now, *told.acts)]
    return paper_of(
        teller, told.t_s, text("Acts, {clock}", clock=teller.speech.clock(teller.moment(told.t_s))), facts=(),
        headings=[text(one) for one in ("before", "what", "who", "where", "if not")], widths=_ACTS, rows=rows,
        bold=(0, 1), notes=[*act_notes(teller, told)] if rows else [text("Nothing is left to be done beforehand.")])


def cuts_paper(result: Result, t_s: int, lang: str) -> Paper:
    """Give what is to be cut now as a paper: place by place, the most dangerous to people first.

    Raises
    ------
    InputError
        A language other than fr and en.
    """
    teller = teller_of(result, lang, t_s)
    text, words, moment = teller.text, teller.speech, moment_of(result, t_s)
    places = live_places(moment)
    things = sum(len(one.members) for one in places)
    facts = [words.plural("{n} thing may be live in water now", "{n} things may be live in water now", things)
             + ", " + words.plural("{n} place to cut", "{n} places to cut", len(places))] if places else []
    notes = [text("In order: in service or of unknown supply before out of service, which is live until it is checked; "
                  "within both substations first, then by people of critical sites within 100 m, houses within 20 m, "
                  "and how much comes to stand in water behind.")] if places else [
        text("Nothing of what was asked for.")]
    return paper_of(
        teller, t_s, text("To be cut: may be live in water, {clock}", clock=words.clock(teller.moment(t_s))),
        facts=facts, headings=[text(one) for one in (
            "no.", "to be cut", "who", "where", "live in water", "water", "state")],
        widths=_CUTS, rows=list(_cut_rows(teller, moment, places)), bold=(0, 1), notes=notes)


def _cut_rows(teller: Teller, moment: Moment, places: tuple[LivePlace, ...]) -> Iterator[tuple[str, ...]]:
    assets, text = teller.result.city.assets, teller.text
    for number, one in enumerate(places, start=1):
        asset = assets[one.place]
        street, *others = dict.fromkeys(filter(None, (street_of(assets, one.place, one.members), *(
            assets.street[row] for row in one.members)))) or ("",)
        behind = [row for row in one.members if row != one.place]
        alone = assets.has_role(one.place, Role.LIGHTS)
        things = _lamps(teller, one.members) if alone else text("the place itself") if not behind else joined(teller, [
            *([text("the place itself")] if len(behind) < len(one.members) else []),
            ", ".join(shortened(teller, [str(assets.id[row]) for row in behind], len(behind)))])
        state = [text("supply not known: live until a cut is known") if one.is_supply_unknown else
                 text("out of service, but treat as live: nobody has checked that it is off")
                 if moment.is_out[one.place] else text("in service")]
        if dark := darkened(moment, (one.place,)):
            state.extend(cut_words(teller, dark, moment.t_s))
        kind = Speech.sentence(teller.speech.kind(assets.kinds, asset.kind).one)
        whose = text("not known: ask") if alone else asset.operator or text(
            "grid operator: ask" if one.by == "grid" else "city")
        what = text("Whatever feeds these lamps: ask") if alone else f"{kind} {label(teller, asset)}"
        where = joined(teller, [street, *([text("behind it: {streets}", streets=", ".join(others))] if others else [])])
        yield (str(number), what, whose, where, things,
               _water(teller, moment, one), joined(teller, state))


def _lamps(teller: Teller, members: tuple[int, ...]) -> str:
    """Give lamps of one street by their number and the first of them."""
    ids = shortened(teller, [str(teller.result.city.assets.id[row]) for row in members])
    return teller.speech.plural("{n} lamp: {ids}", "{n} lamps: {ids}", len(members), ids=", ".join(ids))


def _water(teller: Teller, moment: Moment, one: LivePlace) -> str:
    depth_m = max((float(moment.depth_m[row]) for row in one.members if not isnan(moment.depth_m[row])), default=0.0)
    trend = max(int(moment.trend[row]) for row in one.members)
    said: dict[str, Any] = {"depth": teller.speech.depth(depth_m)}
    return teller.text("{depth}, rising", **said) if trend > 0 else teller.text("{depth}, falling", **said) \
        if all(moment.trend[row] < 0 for row in one.members) else teller.text("{depth} now", **said)
