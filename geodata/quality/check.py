"""The data doctor: what a city file lacks, doubts, infers, and what is out of date.

It examines everything and stops at nothing: each finding says how grave it is, how many assets it concerns, the first
of them, what it means for an answer, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geodata.quality.spread import MOST_ACROSS_M, across_m
from geodata.quality.supplies import (
    by_kind,
    by_kind_of,
    lengths,
    long_links,
    losses,
    never_in_service,
    rings,
    supply_count,
    without_consumer,
    without_supplier,
)
from twin.world.assets import Assets, Source
from twin.world.kinds import Kinds
from twin.world.supplies import Supplies

if TYPE_CHECKING:
    from geodata.city.model import CityFile

#: ``error``: an answer would be wrong. ``warning``: doubtful, look at it. ``note``: true, and good to know.
SEVERITIES = ("error", "warning", "note")
#: Ids that a finding names.
FIRST_IDS = 5
#: A source older than this is called old [years]: an assumption, networks are rebuilt over about a decade.
OLD_YEARS = 5
#: Error of a terrain above which single lamps are illustrative [m].
COARSE_TERRAIN_M = 1.0
#: Assets of one kind nearer than this stand in the same place [m].
SAME_PLACE_M = 0.01
#: With fewer links than this a median length of 0 m may be true.
FEWEST_LINKS = 10
#: Feeders that the list of single points of failure names.
MOST_GRAVE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that the doctor found."""

    #: Name of the check, for programs.
    check: str
    severity: str
    #: What was found, a sentence for people.
    text: str
    #: What it means or what to do, a sentence; empty when the text says it all.
    advice: str = ""
    #: How many assets, links or sources it concerns.
    count: int = 0
    #: The first ids.
    ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        named = ", ".join(self.ids[:FIRST_IDS])
        more = f" and {self.count - len(self.ids[:FIRST_IDS]):,} more" if self.count > len(self.ids[:FIRST_IDS]) else ""
        listed = f" ({named}{more})" if named else ""
        return f"{self.text}{listed}." + (f" {self.advice}" if self.advice else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the doctor found in a city, gravest first."""

    city: str
    #: Assets by kind, and links.
    assets: dict[str, int]
    links: int
    findings: tuple[Finding, ...]
    kinds: Kinds = field(repr=False)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def of(self, check: str) -> tuple[Finding, ...]:
        """Give the findings of one check."""
        return tuple(finding for finding in self.findings if finding.check == check)

    def __str__(self) -> str:
        held = ", ".join(_counted(self.kinds, name, n) for name, n in self.assets.items())
        lines = [f"{self.city}: {held or 'no assets'}; {self.links:,} {'link' if self.links == 1 else 'links'}."]
        for severity in SEVERITIES:
            found = [finding for finding in self.findings if finding.severity == severity]
            if found:
                lines += ["", f"{severity.capitalize()}{'s' if len(found) > 1 else ''} ({len(found)})"]
                lines += [f"  - {finding}" for finding in found]
        if not any(finding.severity != "note" for finding in self.findings):
            lines += ["", "Nothing to mend."]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Give JSON values."""
        return {"city": self.city, "assets": dict(self.assets), "links": self.links,
                "severities": {s: sum(f.severity == s for f in self.findings) for s in SEVERITIES},
                "findings": [{"check": f.check, "severity": f.severity, "count": f.count, "text": f.text,
                              "advice": f.advice, "ids": list(f.ids)} for f in self.findings]}


def check_city(city_file: CityFile, *, today: date | None = None) -> Findings:
    """Examine a city file.

    Parameters
    ----------
    city_file
        The city.
    today
        Day from which the age of sources is counted; the present day when not given.

    Returns
    -------
    Findings
        All that was found; ``str`` of it is for people, ``to_dict`` for programs.
    """
    assets, supplies = city_file.city.assets, city_file.city.supplies
    found = [*_imported(city_file), *_ids(assets), *_positions(assets), *_shapes(city_file), *_terrain(city_file),
             *_heights(assets), *_gauges(assets), *_orphans(assets, supplies), *_rings(assets, supplies),
             *_lengths(assets, supplies), *_inferred(assets, supplies), *_single_points(assets, supplies),
             *_sources(city_file, today or date.today())]
    order = {severity: i for i, severity in enumerate(SEVERITIES)}
    counts = np.bincount(assets.kind, minlength=len(assets.kinds)).tolist()
    return Findings(city=city_file.city.name, links=len(supplies), kinds=assets.kinds,
                    assets={name: n for name, n in zip(assets.kinds.names, counts, strict=True) if n},
                    findings=tuple(sorted(found, key=lambda finding: order[finding.severity])))


def _counted(kinds: Kinds, name: str, count: int) -> str:
    words = kinds[name].words["en"]
    return f"{count:,} {words.one if count == 1 else words.many}"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _first(assets: Assets, rows: Any) -> tuple[str, ...]:
    return tuple(str(assets.id[row]) for row in rows[:FIRST_IDS])


def _plain(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(texts)[:FIRST_IDS]


def _ids(assets: Assets) -> Iterator[Finding]:
    folded: dict[str, int] = {}
    twins = [(str(assets.id[folded.setdefault(key, row)]), str(name)) for row, name in enumerate(assets.id)
             if folded.setdefault(key := name.strip().casefold(), row) != row]
    if twins:
        yield Finding(check="ids", severity="warning", count=len(twins), ids=_plain(f"{a} / {b}" for a, b in twins),
                      text=("1 id differs" if len(twins) == 1 else f"{len(twins):,} ids differ")
                      + " from another only by case or spaces",
                      advice="Are they one asset each? People and forms mix them up.")


def _imported(city_file: CityFile) -> Iterator[Finding]:
    """Repeat what the import dropped or doubted, but for what is examined afresh here."""
    layers = city_file.report.get("layers", [])
    for layer in layers if isinstance(layers, list) else []:
        for outcome, said in (("dropped", "dropped by the import"), ("doubtful", "doubtful")):
            for reason, tally in layer.get(outcome, {}).items():
                if reason.startswith(("no position", "the same position")):
                    continue
                records = f"1 record of {layer['layer']} is" if tally["count"] == 1 else \
                    f"{tally['count']:,} records of {layer['layer']} are"
                yield Finding(check=f"import_{outcome}", severity="warning", count=tally["count"],
                              ids=_plain(tally["ids"]), text=f"{records} {said}: {reason}")


def _positions(assets: Assets) -> Iterator[Finding]:
    kinds = assets.kinds
    placed = np.array([kind.footprint != "none" for kind in kinds])[assets.kind]
    nowhere = np.isnan(assets.x_m) | np.isnan(assets.y_m)
    for name, rows in by_kind(assets, nowhere & placed).items():
        yield Finding(check="position", severity="warning", count=len(rows), ids=_first(assets, rows),
                      text=f"{_counted(kinds, name, len(rows))} {_have(len(rows))} no position",
                      advice="Its exposure is unknown; the cascade still reaches it." if len(rows) == 1 else
                      "Their exposure is unknown; the cascade still reaches them.")
    width_m = across_m(assets.x_m, assets.y_m)
    if width_m > MOST_ACROSS_M:
        yield Finding(check="spread", severity="warning", count=int((~nowhere).sum()),
                      text=f"The assets lie {width_m / 1000:,.0f} km apart",
                      advice="No city is as wide: look at the CRS of each layer, and at x and y.")
    there = np.flatnonzero(~nowhere & placed)
    cell = np.column_stack([assets.kind[there], np.round(assets.x_m[there] / SAME_PLACE_M),
                            np.round(assets.y_m[there] / SAME_PLACE_M)])
    order = np.lexsort((there, cell[:, 2], cell[:, 1], cell[:, 0]))
    again = np.r_[False, np.all(cell[order][1:] == cell[order][:-1], axis=1)] if len(order) else np.zeros(0, bool)
    for name, rows in by_kind(assets, np.sort(there[order][again])).items():
        yield Finding(check="same_place", severity="warning", count=len(rows), ids=_first(assets, rows),
                      text=f"{_counted(kinds, name, len(rows))} stand{'s' if len(rows) == 1 else ''} where another of "
                           "its kind stands", advice="The same asset twice, or several on one column: both happen.")


def _shapes(city_file: CityFile) -> Iterator[Finding]:
    assets, shapes = city_file.city.assets, city_file.outlines
    drawn = np.flatnonzero(shapely.get_type_id(shapes) > 0)
    broken = drawn[~shapely.is_valid(shapes[drawn])]
    for name, rows in by_kind(assets, broken).items():
        yield Finding(check="shape", severity="warning", count=len(rows), ids=_first(assets, rows),
                      text=f"{_counted(assets.kinds, name, len(rows))} {_have(len(rows))} a broken outline",
                      advice="Mend it in QGIS (Fix geometries).")


def _terrain(city_file: CityFile) -> Iterator[Finding]:
    assets, terrain, kinds = city_file.city.assets, city_file.terrain, city_file.city.assets.kinds
    there = np.flatnonzero(~np.isnan(assets.x_m) & ~np.isnan(assets.y_m))
    if terrain is None:
        yield Finding(check="terrain", severity="note", text="The city has no terrain",
                      advice="Depth rasters work without; a river stage needs one.")
        if np.all(np.isnan(assets.ground_m)):
            return
    else:
        if np.isnan(terrain.error_m) or terrain.error_m > COARSE_TERRAIN_M:
            stated = "of unknown error" if np.isnan(terrain.error_m) else f"with an error of {terrain.error_m:g} m"
            yield Finding(check="terrain_error", severity="warning", text=f"The terrain is one {stated}",
                          advice="Results for single lamps are illustrative; trust streets and quarters.")
        x, y = assets.x_m[there], assets.y_m[there]
        height = terrain.at(x, y, city_file.city.crs)
        off = _off(terrain, x, y, city_file.city.crs)
        for check, rows, what in (("off_terrain", there[off], "beyond the terrain"),
                                  ("terrain_void", there[np.isnan(height) & ~off], "over a void of the terrain")):
            for name, those in by_kind(assets, rows).items():
                yield Finding(check=check, severity="warning", count=len(those), ids=_first(assets, those),
                              text=f"{_counted(kinds, name, len(those))} stand{'s' if len(those) == 1 else ''} {what}",
                              advice="A river stage cannot tell whether water reaches them.")
    for name, rows in by_kind(assets, there[np.isnan(assets.ground_m[there])]).items():
        yield Finding(check="ground", severity="note", count=len(rows), ids=_first(assets, rows),
                      text=f"{_counted(kinds, name, len(rows))} {_have(len(rows))} no ground altitude")


def _off(terrain: Any, x: Any, y: Any, crs: str) -> Any:
    from pyproj import Transformer

    from geodata.terrain import same_crs

    if not same_crs(crs, terrain.grid.crs):
        x, y = Transformer.from_crs(crs, terrain.grid.crs, always_xy=True).transform(x, y)
    return terrain.grid.cell_of(x, y) < 0


def _heights(assets: Assets) -> Iterator[Finding]:
    kinds = assets.kinds
    totals = np.bincount(assets.kind, minlength=len(kinds))
    for name, words, advice in (
            ("fail", "the height of {their} lowest live part", "An assumption: survey those near the water first."),
            ("protection", "{their} protection", "An assumption: it decides whether one wet lamp takes its circuit.")):
        for kind, rows in by_kind(assets, getattr(assets, f"{name}_source") == Source.DEFAULT).items():
            value = "rcd" if name == "protection" else f"{kinds[kind].fail_m.value:g} m"  # type: ignore[union-attr]
            total = int(totals[kinds.index(kind)])
            said = words.format(their="its" if total == 1 else "their")
            yield Finding(check=f"default_{name}", severity="warning", count=len(rows), advice=advice,
                          text=f"For {_share(kinds, kind, len(rows), total)}, {said} is the default, {value}")
    touch = by_kind(assets, assets.touch_source == Source.DEFAULT)
    if touch:
        shares = [_share(kinds, kind, len(rows), int(totals[kinds.index(kind)])) for kind, rows in touch.items()]
        yield Finding(check="default_touch", severity="note", count=sum(len(rows) for rows in touch.values()),
                      text=f"The height at which water touches an asset is its kind's default for {_listed(shares)}")
    below = np.flatnonzero(assets.fail_m < assets.touch_m)
    if len(below):
        yield Finding(check="height_order", severity="warning", count=len(below), ids=_first(assets, below),
                      text=f"{len(below):,} assets fail below the height at which water touches them",
                      advice="Heights are above ground: a cellar is negative in both.")


def _share(kinds: Kinds, name: str, count: int, total: int) -> str:
    if total == 1:
        return f"the {kinds[name].words['en'].one}"
    return f"{f'{count:,} of' if count < total else 'all'} {_counted(kinds, name, total)}"


def _gauges(assets: Assets) -> Iterator[Finding]:
    if "gauge" not in assets.kinds.names:
        return
    rows = np.flatnonzero(assets.of_kind("gauge") & np.isnan(assets.zero_m))
    if len(rows):
        yield Finding(check="gauge_zero", severity="warning", count=len(rows), ids=_first(assets, rows),
                      text=f"{_counted(assets.kinds, 'gauge', len(rows))} {_have(len(rows))} no zero",
                      advice="Levels read at it cannot be turned into altitudes: give zero_m.")


def _orphans(assets: Assets, supplies: Supplies) -> Iterator[Finding]:
    kinds, totals = assets.kinds, np.bincount(assets.kind, minlength=len(assets.kinds))
    for name, rows in by_kind(assets, without_supplier(assets, supplies)).items():
        every = "All " if 1 < len(rows) == totals[kinds.index(name)] else ""
        yield Finding(check="orphan", severity="warning", count=len(rows), ids=_first(assets, rows),
                      text=f"{every}{_counted(kinds, name, len(rows))} {_have(len(rows))} no supplier",
                      advice=("It counts as fed whatever happens: link it" if len(rows) == 1 else
                              "They count as fed whatever happens: link them") + " with supplied_by.")
    for name, rows in by_kind(assets, without_consumer(assets, supplies)).items():
        yield Finding(check="empty", severity="warning" if name in {"cabinet", "circuit"} else "note", count=len(rows),
                      ids=_first(assets, rows),
                      text=f"{_counted(kinds, name, len(rows))} feed{'s' if len(rows) == 1 else ''} nothing",
                      advice=f"Are {'its' if len(rows) == 1 else 'their'} lamps missing, or linked to another id?"
                      if name in {"cabinet", "circuit"} else "")
    dead = np.flatnonzero(never_in_service(assets, supplies))
    if len(dead):
        yield Finding(check="dead", severity="error", count=len(dead), ids=_first(assets, dead),
                      text=f"No source reaches {len(dead):,} assets: they are out from the start",
                      advice="Somewhere above them a ring feeds only itself: link it to a source.")


def _rings(assets: Assets, supplies: Supplies) -> Iterator[Finding]:
    found = rings(assets, supplies)
    if found:
        yield Finding(check="ring", severity="note", count=len(found),
                      ids=_plain("-".join(str(assets.id[row]) for row in ring[:4]) + ("…" if len(ring) > 4 else "")
                                 for ring in found),
                      text=f"{len(found):,} ring{'s' if len(found) > 1 else ''} of assets that feed each other",
                      advice="Legal: a ring does not hold itself up.")


def _lengths(assets: Assets, supplies: Supplies) -> Iterator[Finding]:
    supplier, consumer, length_m, limit_m = long_links(assets, supplies)
    names = assets.kinds.names
    pairs = dict.fromkeys(zip(assets.kind[supplier].tolist(), assets.kind[consumer].tolist(), strict=True))
    for one, other in pairs:
        those = np.flatnonzero((assets.kind[supplier] == one) & (assets.kind[consumer] == other))
        words = assets.kinds[names[one]].words["en"].one
        yield Finding(check="long_link", severity="warning", count=len(those),
                      ids=_plain(f"{assets.id[consumer[i]]} to {assets.id[supplier[i]]}: {length_m[i]:,.0f} m"
                                 for i in those),
                      text=f"{_counted(assets.kinds, names[other], len(those))} stand{'s' if len(those) == 1 else ''} "
                           f"farther than {limit_m[those[0]]:,.0f} m from the {words} that feeds "
                           f"{'it' if len(those) == 1 else 'them'}",
                      advice="A wrong id, or a wrong position.")
    _, every_m = lengths(assets, supplies)
    for name, links in by_kind_of(assets, supplies.consumer, np.isfinite(every_m)).items():
        if len(links) >= FEWEST_LINKS and np.median(every_m[links]) == 0:
            on_it = links[every_m[links] == 0]
            yield Finding(check="zero_length", severity="warning", count=len(on_it),
                          ids=_first(assets, supplies.consumer[on_it]),
                          text=f"{_counted(assets.kinds, name, len(on_it))} stand exactly where what feeds them stands",
                          advice="Are these their own positions, or those of their supplier?")


def _inferred(assets: Assets, supplies: Supplies) -> Iterator[Finding]:
    inferred = supplies.source == Source.INFERRED
    for name, rows in by_kind(assets, supplies.consumer[inferred]).items():
        yield Finding(check="inferred", severity="warning", count=len(rows),
                      text=f"{len(rows):,} link{'s' if len(rows) > 1 else ''} of {assets.kinds[name].words['en'].many} "
                           f"to a supplier {'are' if len(rows) > 1 else 'is'} inferred, not known",
                      advice="Answers that rest on them say so.")


def _single_points(assets: Assets, supplies: Supplies) -> Iterator[Finding]:
    rows, lost = losses(assets, supplies)
    kinds = assets.kinds
    weight = lost[:, kinds.index("lamp")] if "lamp" in kinds.names else lost.sum(axis=1)
    worst = [int(i) for i in np.lexsort((rows, -lost.sum(axis=1), -weight))[:MOST_GRAVE] if lost[i].sum()]
    for i in worst:
        parts = [_counted(kinds, kinds.names[k], int(n)) for k, n in enumerate(lost[i]) if n]
        name = f" ({assets.name[rows[i]]})" if assets.name[rows[i]] else ""
        words = kinds.kinds[assets.kind[rows[i]]].words["en"].one
        yield Finding(check="single_point", severity="note", count=int(lost[i].sum()), ids=(),
                      text=f"Losing {words} {assets.id[rows[i]]}{name} alone takes down {_listed(parts)}")
    if "site" in kinds.names:
        bare = [row for row in np.flatnonzero(assets.of_kind("site")) if supply_count(supplies, int(row)) == 1]
        if bare:
            yield Finding(check="single_supply", severity="note", count=len(bare), ids=_first(assets, bare),
                          text=f"{_counted(kinds, 'site', len(bare))} {_have(len(bare))} a single supply",
                          advice="Their emergency plan should name a generator.")


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _sources(city_file: CityFile, today: date) -> Iterator[Finding]:
    if not city_file.sources:
        yield Finding(check="source", severity="note", text="The city names no sources")
    undated = []
    for source in city_file.sources:
        name = f"{source.name} ({source.file})" if source.file and source.file != source.name else source.name
        try:
            day = date.fromisoformat(source.date[:10])
        except ValueError:
            undated.append(source.file or source.name)
            continue
        years = (today - day).days / 365.25
        age = f"{years:.0f} years" if years >= 2 else f"{max((today - day).days, 0)} days"
        yield Finding(check="source_age", severity="warning" if years > OLD_YEARS else "note", count=1,
                      text=f"Source {name} is of {day.isoformat()}, {age} old",
                      advice="Ask its owner for a newer one." if years > OLD_YEARS else "")
    if undated:
        yield Finding(check="source_date", severity="warning", count=len(undated), ids=_plain(undated),
                      text=f"{len(undated):,} source{'s have' if len(undated) > 1 else ' has'} no date",
                      advice="Write it in the mapping: an answer is as old as its data.")
