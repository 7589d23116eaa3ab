"""What the doctor says of links: who hangs in the air, in a ring, too far away, by inference, or on one asset alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from geodata.quality.case import Case
from geodata.quality.findings import Finding
from geodata.quality.supplies import (
    by_kind,
    by_kind_of,
    lengths,
    long_links,
    without_consumer,
)
from twin.world.assets import Source
from twin.world.dominators import losses
from twin.world.graph import without_supplier
from twin.world.kinds import Role

#: With fewer links than this a median length of 0 m may be true.
FEWEST_LINKS = 10
#: Feeders that the list of single points of failure names.
MOST_GRAVE = 5
#: Roles of what is there for what hangs on it.
_FOR_OTHERS = {Role.SWITCHES, Role.CIRCUIT}


def link_findings(case: Case) -> Iterator[Finding]:
    """Give all that is found of the links of a city."""
    yield from _missing(case)
    yield from _orphans(case)
    yield from _rings(case)
    yield from _lengths(case)
    yield from _inferred(case)
    yield from _single_points(case)


def _missing(case: Case) -> Iterator[Finding]:
    """Repeat the names of suppliers that the import met and that the city lacks."""
    links = case.city_file.report.get("links", [])
    for link in links if isinstance(links, list) else []:
        names = [f"{item['name']} ×{item['count']:,}" for item in link.get("missing", [])]
        if names:
            yield case.finding(
                "missing_supplier", "warning", case.words.plural(
                    "{layer}: {n} name of a supplier is that of no asset",
                    "{layer}: {n} names of suppliers are those of no asset", link["missing_names"],
                    layer=link["layer"]), count=link["missing_names"], ids=names,
                advice=case.words.text("A code for none belongs under no_value; the others are missing or misspelt."))


def _orphans(case: Case) -> Iterator[Finding]:
    assets, supplies, words = case.assets, case.supplies, case.words
    totals = np.bincount(assets.kind, minlength=len(assets.kinds))
    for name, rows in by_kind(assets, without_supplier(case.city_file.city)).items():
        every = 1 < len(rows) == totals[assets.kinds.index(name)]
        what = case.counted(name, len(rows))
        said = words.text("All {what} have no supplier", what=what) if every else \
            words.plural("{what} has no supplier", "{what} have no supplier", len(rows), what=what)
        yield case.finding(
            "orphan", "warning", said, count=len(rows), ids=case.ids(rows),
            advice=words.plural("It counts as fed whatever happens: link it with supplied_by.",
                                "They count as fed whatever happens: link them with supplied_by.", len(rows)))
    for name, rows in by_kind(assets, without_consumer(assets, supplies)).items():
        advice = words.plural("Are its lamps missing, or linked to another id?",
                              "Are their lamps missing, or linked to another id?", len(rows))
        is_grave = bool(assets.kinds[name].roles & _FOR_OTHERS)
        yield case.finding(
            "empty", "warning" if is_grave else "note", words.plural(
                "{what} feeds nothing", "{what} feed nothing", len(rows), what=case.counted(name, len(rows))),
            count=len(rows), ids=case.ids(rows), advice=advice if is_grave else "")
    dead = np.flatnonzero(~case.graph.fed())
    if len(dead):
        yield case.finding(
            "dead", "error", words.plural("No source reaches {n} asset: it is out from the start",
                                          "No source reaches {n} assets: they are out from the start", len(dead)),
            count=len(dead), ids=case.ids(dead),
            advice=words.text("Somewhere above them a ring feeds only itself: link it to a source."))


def _rings(case: Case) -> Iterator[Finding]:
    found = case.graph.rings()
    if found:
        yield case.finding(
            "ring", "note", case.words.plural("{n} ring of assets that feed each other",
                                              "{n} rings of assets that feed each other", len(found)),
            count=len(found), ids=("-".join(str(case.assets.id[row]) for row in ring[:4])
                                   + ("…" if len(ring) > 4 else "") for ring in found),
            advice=case.words.text("Legal: a ring does not hold itself up."))


def _lengths(case: Case) -> Iterator[Finding]:
    assets, supplies, words = case.assets, case.supplies, case.words
    supplier, consumer, length_m, limit_m = long_links(assets, supplies)
    names = assets.kinds.names
    pairs = dict.fromkeys(zip(assets.kind[supplier].tolist(), assets.kind[consumer].tolist(), strict=True))
    for one, other in pairs:
        those = np.flatnonzero((assets.kind[supplier] == one) & (assets.kind[consumer] == other))
        yield case.finding(
            "long_link", "warning", words.plural(
                "{what} stands farther than {limit} m from the {feeder} that feeds it",
                "{what} stand farther than {limit} m from the {feeder} that feeds them", len(those),
                what=case.counted(names[other], len(those)), limit=f"{limit_m[those[0]]:,.0f}",
                feeder=case.one(names[one])),
            count=len(those), ids=(words.text("{one} to {other}: {length} m", one=assets.id[consumer[i]],
                                              other=assets.id[supplier[i]], length=f"{length_m[i]:,.0f}")
                                   for i in those),
            advice=words.text("A wrong id, or a wrong position."))
    _, every_m = lengths(assets, supplies)
    for name, links in by_kind_of(assets, supplies.consumer, np.isfinite(every_m)).items():
        if len(links) >= FEWEST_LINKS and np.median(every_m[links]) == 0:
            on_it = links[every_m[links] == 0]
            yield case.finding(
                "zero_length", "warning", words.text("{what} stand exactly where what feeds them stands",
                                                     what=case.counted(name, len(on_it))),
                count=len(on_it), ids=case.ids(supplies.consumer[on_it]),
                advice=words.text("Are these their own positions, or those of their supplier?"))


def _inferred(case: Case) -> Iterator[Finding]:
    inferred = case.supplies.source == Source.INFERRED
    for name, rows in by_kind(case.assets, case.supplies.consumer[inferred]).items():
        yield case.finding(
            "inferred", "warning", case.words.plural("{n} link of {kinds} to a supplier is inferred, not known",
                                                     "{n} links of {kinds} to a supplier are inferred, not known",
                                                     len(rows), kinds=case.many(name)),
            count=len(rows), advice=case.words.text("Answers that rest on them say so."))


def _single_points(case: Case) -> Iterator[Finding]:
    assets, words = case.assets, case.words
    rows, lost = losses(case.city_file.city)
    kinds = assets.kinds
    lights = [i for i, kind in enumerate(kinds) if Role.LIGHTS in kind.roles]
    weight = lost[:, lights].sum(axis=1) if lights else lost.sum(axis=1)
    worst = [int(i) for i in np.lexsort((rows, -lost.sum(axis=1), -weight))[:MOST_GRAVE] if lost[i].sum()]
    for i in worst:
        parts = [case.counted(kinds.names[k], int(n)) for k, n in enumerate(lost[i]) if n]
        name = f" ({assets.name[rows[i]]})" if assets.name[rows[i]] else ""
        feeder = kinds.kinds[assets.kind[rows[i]]].words[words.lang]
        yield case.finding("single_point", "note", words.text(
            "Losing {feeder} {id} alone takes down {lost}", feeder=feeder.of_the if words.lang == "fr" else feeder.one,
            id=f"{assets.id[rows[i]]}{name}", lost=words.listing(parts)), count=int(lost[i].sum()))
    for vital in (kind.name for kind in kinds if Role.VITAL in kind.roles):
        bare = [row for row in np.flatnonzero(assets.of_kind(vital)) if case.graph.alternatives(int(row)) == 1]
        if bare:
            yield case.finding("single_supply", "note", words.plural(
                "{what} has a single supply", "{what} have a single supply", len(bare),
                what=case.counted(vital, len(bare))), count=len(bare), ids=case.ids(bare),
                advice=words.text("Their emergency plan should name a generator."))
