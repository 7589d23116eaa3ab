"""Rankings, plans and preventive cuts in words: cells of tables, and the lines around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.deciding.crewed import Crewed
from twin.deciding.cutting import Cuts
from twin.deciding.plans import Pair, Step
from twin.deciding.ranking import Ranking
from twin.deciding.terms import COUNTS
from twin.explaining.first_lines import Line
from twin.explaining.listed import label, teller_of
from twin.explaining.teller import Teller
from twin.quantities import NONE
from twin.results.result import Result
from twin.world.kinds import Role

#: Pairs and single points told one by one before the rest is counted.
_TOLD = 5
#: Critical sites that hang on a single thing and are told.
_SITES_TOLD = 20
OBJECTIVE_WORDS = {
    "sites": "critical sites first, then people, then light", "people": "people first, then critical sites, then light",
    "lamps": "light first, then people, then critical sites",
    "streets": "light in main streets first, then all light, then people"}


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is read: headings, and cells by row."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def whose(teller: Teller, row: int) -> str:
    """Give who acts at an asset: the city, or the grid operator who has to be asked."""
    return teller.text("to be asked of the grid operator") if teller.result.city.assets.has_role(row, Role.GRID) else \
        teller.text("city")


def hours_cells(teller: Teller, seconds: Sequence[float]) -> tuple[str, ...]:
    """Give counts in hours: critical sites, people, lamps, lamps in main streets."""
    return tuple(teller.speech.number(float(value) / 3600, 1 if name == "site_s" and value else 0)
                 for name, value in zip(COUNTS, seconds, strict=True))


def ranked_table(ranking: Ranking, lang: str, top: int) -> Table:
    """Give the first rows of a ranking."""
    teller, assets = teller_of(ranking.result, lang), ranking.result.city.assets
    text = teller.text
    rows = []
    for i in range(min(top, len(ranking))):
        asset = assets[int(ranking.asset[i])]
        kind = teller.speech.kind(assets.kinds, asset.kind).one
        rows.append((teller.speech.number(i + 1), label(teller, asset), kind, asset.street, whose(teller, asset.row),
                     *hours_cells(teller, ranking.spared[i].tolist()), _height(teller, int(ranking.height_cm[i])),
                     _height(teller, int(ranking.height_more_cm[i])), _then(teller, ranking, i),
                     teller.speech.number(int(ranking.place_by_lamps[i])),
                     teller.speech.number(float(ranking.loss[i][COUNTS.index("lamp_s")]) / 3600),
                     teller.speech.number(int(ranking.alone_lamps[i]))))
    return Table(("", text("what"), text("kind"), text("where"), text("by whom"), text("site-hours spared"),
                  text("people-hours spared"), text("lamp-hours spared"), text("in main streets"),
                  text("height needed"), text("at 0.10 m more water"), text("then"), text("place by light"),
                  text("lamp-hours if lost all night"), text("lamps on it alone")), tuple(rows))


def _height(teller: Teller, height_cm: int) -> str:
    return "–" if not height_cm else "+" + teller.speech.depth(height_cm / 100)


def _then(teller: Teller, ranking: Ranking, i: int) -> str:
    still = int(ranking.still_dark[i])
    tail = "" if not still else teller.speech.plural("{n} lamp dark all the same", "{n} lamps dark all the same", still)
    if ranking.then_root[i] == NONE:
        return tail
    root = ranking.result.city.assets[int(ranking.then_root[i])]
    said = teller.text("then {root}, {time}", root=root.id, time=teller.clock(int(ranking.then_s[i])))
    return f"{said}; {tail}" if tail and teller.speech.lang == "en" else f"{said}\u00a0; {tail}" if tail else said


def ranked_lines(ranking: Ranking, pairs: Sequence[Pair], lang: str) -> list[Line]:
    """Give what stands around a ranking: how it is ordered, what was left out, what hangs on one thing, and pairs."""
    teller, assets = teller_of(ranking.result, lang), ranking.result.city.assets
    text, words = teller.text, teller.speech
    lines = [Line(text("Order: {order}. Each figure is a run with that thing kept dry, crews without limit.",
                       order=text(OBJECTIVE_WORDS[ranking.objective])))]
    lines.append(Line(words.plural("{n} thing that the water reaches;", "{n} things that the water reaches;",
                                   len(ranking)) + " " + words.plural(
        "{n} that it does not: to protect it spares exactly nothing.",
        "{n} that it does not: to protect them spares exactly nothing.", ranking.untouched)))
    if ranking.single_points:
        lines.append(Line(text("Critical sites that hang on a single thing:")))
        wet = set(ranking.asset.tolist())
        # Those whose single thing the water reaches first, then the most people.
        points = sorted(ranking.single_points, key=lambda pair: (wet.isdisjoint(pair[1]),
                                                                 -np.nan_to_num(assets.people[pair[0]])))
        for vital, things in points[:_SITES_TOLD]:
            lines.append(Line("  " + text("{site} on {things}", site=label(teller, assets[vital]),
                                          things=words.listing([str(assets.id[row]) for row in things]))))
        if len(points) > _SITES_TOLD:
            lines.append(Line("  " + words.plural("{n} more such site", "{n} more such sites",
                                                  len(points) - _SITES_TOLD)))
    more = [pair for pair in pairs if any(value > 0 for value in pair.beyond)]
    for pair in more[:_TOLD]:
        one, other = (str(assets.id[ranking.asset[place]]) for place in pair.places)
        site, people, lamp, _ = hours_cells(teller, pair.beyond)
        lines.append(Line(text("{one} and {other} together spare more than each alone: {lamp} lamp-hours, {people} "
                               "people-hours, {site} site-hours beyond the sum.", one=one, other=other, lamp=lamp,
                               people=people, site=site)))
    if len(more) > _TOLD:
        lines.append(Line(words.plural("{n} more such pair", "{n} more such pairs", len(more) - _TOLD)))
    return lines


def crewed_lines(ranking: Ranking, crewed: Sequence[Crewed], lang: str) -> list[Line]:
    """Say what the first of a ranking spare with the run's own crews, who go where they are needed then."""
    teller, assets = teller_of(ranking.result, lang), ranking.result.city.assets
    lines = [Line(teller.text("Run again with the crews of this run, who are free for others then:"))]
    for one in crewed:
        site, people, lamp, _ = _signed(teller, (-one.spared).tolist())
        alone = hours_cells(teller, ranking.spared[one.place].tolist())
        lines.append(Line("  " + teller.text(
            "{asset}: {lamp} lamp-hours, {people} people-hours, {site} site-hours (crews without limit: −{alone} "
            "lamp-hours)", asset=label(teller, assets[int(ranking.asset[one.place])]), lamp=lamp, people=people,
            site=site, alone=alone[COUNTS.index("lamp_s")])))
    return lines


def plan_table(ranking: Ranking, steps: Sequence[Step], lang: str) -> Table:
    """Give the steps of a plan within a budget."""
    teller, assets = teller_of(ranking.result, lang), ranking.result.city.assets
    text = teller.text
    spent, rows = 0.0, []
    for i, step in enumerate(steps):
        spent += step.cost
        row = int(ranking.asset[step.place])
        rows.append((teller.speech.number(i + 1), label(teller, assets[row]), assets.street[row], whose(teller, row),
                     _height(teller, int(ranking.height_cm[step.place])), teller.speech.number(step.cost),
                     teller.speech.number(spent), *hours_cells(teller, step.adds)))
    return Table(("", text("what"), text("where"), text("by whom"), text("height needed"), text("cost"), text("so far"),
                  text("site-hours spared"), text("people-hours spared"), text("lamp-hours spared"),
                  text("in main streets")), tuple(rows))


def plan_line(ranking: Ranking, steps: Sequence[Step], lang: str) -> Line:
    """Say what of a plan is not the city's to do: it is asked for, and counted apart."""
    teller = teller_of(ranking.result, lang)
    grid = sum(step.cost for step in steps
               if ranking.result.city.assets.has_role(int(ranking.asset[step.place]), Role.GRID))
    city = sum(step.cost for step in steps) - grid
    return Line(teller.text("The city's own work: {city}; to be asked of the grid operator: {grid}.",
                            city=teller.speech.number(city), grid=teller.speech.number(grid)))


def cuts_table(cuts: Cuts, lang: str, top: int) -> Table:
    """Give the preventive cuts with their trade."""
    teller, assets = teller_of(cuts.result, lang), cuts.result.city.assets
    text, words = teller.text, teller.speech
    rows = []
    for i in range(min(top, len(cuts))):
        row = int(cuts.asset[i])
        near = [text(word) for word, flag in (("site within 100 m", cuts.near_site[i]),
                                              ("main street", cuts.near_main[i]),
                                              ("houses within 20 m", cuts.near_houses[i]),
                                              ("way to a refuge", cuts.near_refuge[i])) if flag]
        site, people, lamp, _ = _signed(teller, cuts.costs[i].tolist())
        rows.append((label(teller, assets[row]), assets.street[row], whose(teller, row),
                     teller.clock(int(cuts.at_s[i])), _closed_again(teller, cuts, i),
                     words.duration(float(cuts.live_s[i])), words.duration(float(cuts.live_after_s[i])),
                     words.duration(float(cuts.near_s[i])),
                     ", ".join(near), lamp, people, site))
    return Table((text("what"), text("where"), text("by whom"), text("cut at"), text("closed again from"),
                  text("live in water as it is"), text("with the cut"), text("spared near people"), text("near"),
                  text("lamp-hours of darkness"), text("people-hours"), text("site-hours")), tuple(rows))


def _closed_again(teller: Teller, cuts: Cuts, i: int) -> str:
    if cuts.until_s[i] >= cuts.result.plan.duration_s:
        return teller.text("after the end of the run")
    return teller.clock(int(cuts.until_s[i]))


def _signed(teller: Teller, seconds: Sequence[float]) -> tuple[str, ...]:
    said = hours_cells(teller, [abs(value) for value in seconds])
    return tuple(text if text.strip("0.,") == "" else f"{'−' if value < 0 else '+'}{text}"
                 for text, value in zip(said, seconds, strict=True))


def cuts_lines(result: Result, lead_s: int, lang: str) -> list[Line]:
    """Give what stands above the table of cuts."""
    teller = teller_of(result, lang)
    return [Line(teller.text("Opened {lead} before the first water behind it, closed when the water has left; what "
                             "flooded meanwhile waits for its repair. + is more darkness, − is less. Never said to be "
                             "safe: a cut is checked on the spot.", lead=teller.speech.duration(lead_s)))]
