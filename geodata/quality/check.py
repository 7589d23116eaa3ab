"""The data doctor: what a city file lacks, doubts, infers, and what is out of date.

It examines everything and stops at nothing: each finding says how grave it is, how many assets it concerns, the first
of them, what it means for an answer, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geodata.quality.case import Case
from geodata.quality.findings import SEVERITIES, Finding, Findings
from geodata.quality.link_checks import link_findings
from geodata.quality.spread import MOST_ACROSS_M, across_m
from geodata.quality.supplies import by_kind
from geodata.wording import wording
from twin.world.assets import Source

if TYPE_CHECKING:
    from geodata.city.model import CityFile

#: A source older than this is called old [years]: an assumption, networks are rebuilt over about a decade.
OLD_YEARS = 5
#: Error of a terrain above which single lamps are illustrative [m].
COARSE_TERRAIN_M = 1.0
#: Assets of one kind nearer than this stand in the same place [m].
SAME_PLACE_M = 0.01


def check_city(city_file: CityFile, *, today: date | None = None, lang: str = "en") -> Findings:
    """Examine a city file.

    Parameters
    ----------
    city_file
        The city.
    today
        Day from which the age of sources is counted; the present day when not given.
    lang
        Language of the sentences: ``en`` or ``fr``.

    Returns
    -------
    Findings
        All that was found; ``str`` of it is for people, ``to_dict`` for programs.
    """
    case = Case(city_file=city_file, words=wording(lang))
    assets = case.assets
    found = [*_imported(case), *_ids(case), *_positions(case), *_shapes(case), *_terrain(case), *_heights(case),
             *_gauges(case), *_gardens(case), *link_findings(case), *_sources(case, today or date.today())]
    order = {severity: i for i, severity in enumerate(SEVERITIES)}
    counts = np.bincount(assets.kind, minlength=len(assets.kinds)).tolist()
    return Findings(city=city_file.city.name, links=len(case.supplies), kinds=assets.kinds, lang=lang,
                    assets={name: n for name, n in zip(assets.kinds.names, counts, strict=True) if n},
                    findings=tuple(sorted(found, key=lambda finding: order[finding.severity])))


def _ids(case: Case) -> Iterator[Finding]:
    assets = case.assets
    folded: dict[str, int] = {}
    twins = [(str(assets.id[folded.setdefault(key, row)]), str(name)) for row, name in enumerate(assets.id)
             if folded.setdefault(key := name.strip().casefold(), row) != row]
    if twins:
        yield case.finding(
            "ids", "warning", case.words.plural("{n} id differs from another only by case or spaces",
                                                "{n} ids differ from another only by case or spaces", len(twins)),
            count=len(twins), ids=(f"{a} / {b}" for a, b in twins),
            advice=case.words.text("Are they one asset each? People and forms mix them up."))


def _imported(case: Case) -> Iterator[Finding]:
    """Repeat what the import dropped or doubted, but for what is examined afresh here."""
    layers = case.city_file.report.get("layers", [])
    forms = {"dropped": ("{n} record of {layer} is dropped by the import: {reason}",
                         "{n} records of {layer} are dropped by the import: {reason}"),
             "doubtful": ("{n} record of {layer} is doubtful: {reason}",
                          "{n} records of {layer} are doubtful: {reason}")}
    for layer in layers if isinstance(layers, list) else []:
        for outcome, (one, many) in forms.items():
            for reason, tally in layer.get(outcome, {}).items():
                if not reason.startswith(("no position", "the same position")):
                    yield case.finding(f"import_{outcome}", "warning", case.words.plural(
                        one, many, tally["count"], layer=layer["layer"], reason=case.words.told(reason)),
                        count=tally["count"], ids=tally["ids"])


def _positions(case: Case) -> Iterator[Finding]:
    assets, words = case.assets, case.words
    placed = np.array([kind.footprint != "none" for kind in assets.kinds])[assets.kind]
    nowhere = np.isnan(assets.x_m) | np.isnan(assets.y_m)
    for name, rows in by_kind(assets, nowhere & placed).items():
        yield case.finding(
            "position", "warning", words.plural("{what} has no position", "{what} have no position", len(rows),
                                                what=case.counted(name, len(rows))),
            count=len(rows), ids=case.ids(rows),
            advice=words.plural("Its exposure is unknown; the cascade still reaches it.",
                                "Their exposure is unknown; the cascade still reaches them.", len(rows)))
    width_m = across_m(assets.x_m, assets.y_m)
    if width_m > MOST_ACROSS_M:
        yield case.finding("spread", "warning", words.text("The assets lie {km} km apart", km=f"{width_m / 1000:,.0f}"),
                           count=int((~nowhere).sum()), advice=words.text(
                               "No city is as wide: look at the CRS of each layer, and at x and y."))
    there = np.flatnonzero(~nowhere & placed)
    cell = np.column_stack([assets.kind[there], np.round(assets.x_m[there] / SAME_PLACE_M),
                            np.round(assets.y_m[there] / SAME_PLACE_M)])
    order = np.lexsort((there, cell[:, 2], cell[:, 1], cell[:, 0]))
    again = np.r_[False, np.all(cell[order][1:] == cell[order][:-1], axis=1)] if len(order) else np.zeros(0, bool)
    for name, rows in by_kind(assets, np.sort(there[order][again])).items():
        yield case.finding(
            "same_place", "warning", words.plural("{what} stands where another of its kind stands",
                                                  "{what} stand where another of its kind stands", len(rows),
                                                  what=case.counted(name, len(rows))),
            count=len(rows), ids=case.ids(rows),
            advice=words.text("The same asset twice, or several on one column: both happen."))


def _shapes(case: Case) -> Iterator[Finding]:
    shapes = case.city_file.outlines
    drawn = np.flatnonzero(shapely.get_type_id(shapes) > 0)
    broken = drawn[~shapely.is_valid(shapes[drawn])]
    for name, rows in by_kind(case.assets, broken).items():
        yield case.finding(
            "shape", "warning", case.words.plural("{what} has a broken outline", "{what} have a broken outline",
                                                  len(rows), what=case.counted(name, len(rows))),
            count=len(rows), ids=case.ids(rows), advice=case.words.text("Mend it in QGIS (Fix geometries)."))


def _terrain(case: Case) -> Iterator[Finding]:
    assets, terrain, words = case.assets, case.city_file.terrain, case.words
    there = np.flatnonzero(~np.isnan(assets.x_m) & ~np.isnan(assets.y_m))
    if terrain is None:
        yield case.finding("terrain", "note", words.text("The city has no terrain"),
                           advice=words.text("Depth rasters work without; a river stage needs one."))
        if np.all(np.isnan(assets.ground_m)):
            return
    else:
        if np.isnan(terrain.error_m) or terrain.error_m > COARSE_TERRAIN_M:
            said = words.text("The terrain is one of unknown error") if np.isnan(terrain.error_m) else words.text(
                "The terrain is one with an error of {error} m", error=words.decimal(terrain.error_m))
            yield case.finding("terrain_error", "warning", said, advice=words.text(
                "Results for single lamps are illustrative; trust streets and quarters."))
        x, y = assets.x_m[there], assets.y_m[there]
        height = terrain.at(x, y, case.city_file.city.crs)
        off = _off(terrain, x, y, case.city_file.city.crs)
        for check, rows, one, many in (
                ("off_terrain", there[off], "{what} stands beyond the terrain", "{what} stand beyond the terrain"),
                ("terrain_void", there[np.isnan(height) & ~off], "{what} stands over a void of the terrain",
                 "{what} stand over a void of the terrain")):
            for name, those in by_kind(assets, rows).items():
                yield case.finding(
                    check, "warning", words.plural(one, many, len(those), what=case.counted(name, len(those))),
                    count=len(those), ids=case.ids(those),
                    advice=words.text("A river stage cannot tell whether water reaches them."))
    for name, rows in by_kind(assets, there[np.isnan(assets.ground_m[there])]).items():
        yield case.finding(
            "ground", "note", words.plural("{what} has no ground altitude", "{what} have no ground altitude", len(rows),
                                           what=case.counted(name, len(rows))), count=len(rows), ids=case.ids(rows))


def _off(terrain: Any, x: Any, y: Any, crs: str) -> Any:
    from pyproj import Transformer

    from geodata.terrain import same_crs

    if not same_crs(crs, terrain.grid.crs):
        x, y = Transformer.from_crs(crs, terrain.grid.crs, always_xy=True).transform(x, y)
    return terrain.grid.cell_of(x, y) < 0


def _heights(case: Case) -> Iterator[Finding]:
    assets, kinds, words = case.assets, case.assets.kinds, case.words
    totals = np.bincount(assets.kind, minlength=len(kinds))
    for name, one, many, advice in (
            ("fail", "For {share}, the height of its lowest live part is the default, {value}",
             "For {share}, the height of their lowest live part is the default, {value}",
             "An assumption: survey those near the water first."),
            ("protection", "For {share}, its protection is the default, {value}",
             "For {share}, their protection is the default, {value}",
             "An assumption: it decides whether one wet lamp takes its circuit.")):
        for kind, rows in by_kind(assets, getattr(assets, f"{name}_source") == Source.DEFAULT).items():
            value = words.told("rcd") if name == "protection" else \
                f"{words.decimal(kinds[kind].fail_m.value)} m"  # type: ignore[union-attr]
            total = int(totals[kinds.index(kind)])
            yield case.finding(f"default_{name}", "warning", words.plural(
                one, many, total, share=_share(case, kind, len(rows), total), value=value),
                count=len(rows), advice=words.text(advice))
    touch = by_kind(assets, assets.touch_source == Source.DEFAULT)
    if touch:
        shares = [_share(case, kind, len(rows), int(totals[kinds.index(kind)])) for kind, rows in touch.items()]
        yield case.finding("default_touch", "note", words.text(
            "The height at which water touches an asset is its kind's default for {shares}",
            shares=words.listing(shares)), count=sum(len(rows) for rows in touch.values()))
    below = np.flatnonzero(assets.fail_m < assets.touch_m)
    if len(below):
        yield case.finding(
            "height_order", "warning", words.plural(
                "{n} asset fails below the height at which water touches it",
                "{n} assets fail below the height at which water touches them", len(below)),
            count=len(below), ids=case.ids(below),
            advice=words.text("Heights are above ground: a cellar is negative in both."))


def _share(case: Case, name: str, count: int, total: int) -> str:
    if total == 1:
        return case.assets.kinds[name].words["fr"].the if case.words.lang == "fr" else f"the {case.one(name)}"
    whole = case.counted(name, total)
    return case.words.text("{n} of {whole}", n=f"{count:,}", whole=whole) if count < total else \
        case.words.text("all {whole}", whole=whole)


def _gauges(case: Case) -> Iterator[Finding]:
    if "gauge" not in case.assets.kinds.names:
        return
    rows = np.flatnonzero(case.assets.of_kind("gauge") & np.isnan(case.assets.zero_m))
    if len(rows):
        yield case.finding(
            "gauge_zero", "warning", case.words.plural("{what} has no zero", "{what} have no zero", len(rows),
                                                       what=case.counted("gauge", len(rows))),
            count=len(rows), ids=case.ids(rows),
            advice=case.words.text("Levels read at it cannot be turned into altitudes: give zero_m."))


def _gardens(case: Case) -> Iterator[Finding]:
    """Tell what nobody states of irrigated zones, and what ``twin irrigate`` takes in its place."""
    from geodata.city.gardens import ZoneRecord, zone_records
    from twin.world.kinds import Role

    rows = np.flatnonzero(case.assets.of_role(Role.WATERS)).tolist()
    if not rows:
        return
    records, words = zone_records(case.city_file), case.words
    shapes = case.city_file.shapes
    has_area = {row for row in rows if (shape := shapes[row]) is not None and shape.area > 0}
    for check, lacking, text in (
            ("zone_soil", [row for row in rows if records.get(row, ZoneRecord()).soil is None],
             "Zones without a soil: loam is taken"),
            ("zone_plants", [row for row in rows if records.get(row, ZoneRecord()).vegetation is None],
             "Zones without plants: cool-season turf is taken"),
            ("zone_area", [row for row in rows
                           if row not in has_area and records.get(row, ZoneRecord()).area_m2 is None],
             "Zones without an area or outline: 500 m² are taken")):
        if lacking:
            yield case.finding(check, "note", words.text(text), count=len(lacking), ids=case.ids(lacking),
                               advice=words.text("State it in the mapping (fields: soil, vegetation, area_m2) or in "
                                                 "the programme file of twin irrigate."))


def _sources(case: Case, today: date) -> Iterator[Finding]:
    words = case.words
    if not case.city_file.sources:
        yield case.finding("source", "note", words.text("The city names no sources"))
    undated = []
    for source in case.city_file.sources:
        name = f"{source.name} ({source.file})" if source.file and source.file != source.name else source.name
        try:
            day = date.fromisoformat(source.date[:10])
        except ValueError:
            undated.append(source.file or source.name)
            continue
        years = (today - day).days / 365.25
        age = words.text("{n} years", n=f"{int(years)}") if years >= 2 else \
            words.text("{n} days", n=f"{max((today - day).days, 0)}")
        yield case.finding(
            "source_age", "warning" if years > OLD_YEARS else "note", words.text(
                "Source {name} is of {day}, {age} old", name=name, day=words.day(day), age=age), count=1,
            advice=words.text("Ask its owner for a newer one.") if years > OLD_YEARS else "")
    if undated:
        yield case.finding(
            "source_date", "warning", words.plural("{n} source has no date", "{n} sources have no date", len(undated)),
            count=len(undated), ids=undated,
            advice=words.text("Write it in the mapping: an answer is as old as its data."))
