"""Links: who supplies whom, by ids, through equal columns, or the nearest, and then said to be inferred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from geodata.importing.columns import Others
from geodata.importing.complaints import Complaints
from geodata.importing.link_spec import LinkSpec
from geodata.importing.matching import matched
from geodata.importing.placeable import Found, Placeable
from geodata.importing.report import LinkReport
from geodata.streets import StreetNet
from twin.errors import InputError
from twin.quantities import NONE, BoolArray, FloatArray, Int64Array, TextArray
from twin.world.assets import Source
from twin.world.supplies import Feed, Service


@dataclass(slots=True)
class Edges:
    """Edges found so far, as lists of columns."""

    supplier: list[Int64Array] = field(default_factory=list)
    consumer: list[Int64Array] = field(default_factory=list)
    service: list[Any] = field(default_factory=list)
    group: list[Any] = field(default_factory=list)
    preference: list[Any] = field(default_factory=list)
    transfer_s: list[Any] = field(default_factory=list)
    feed: list[Any] = field(default_factory=list)
    source: list[Any] = field(default_factory=list)

    def columns(self) -> dict[str, Any]:
        """Give the columns of ``Supplies.of``."""
        return {name: np.concatenate(getattr(self, name)) if getattr(self, name) else np.zeros(0, dtype=np.int64)
                for name in self.__slots__}

    def add(self, spec: LinkSpec, consumer: Int64Array, supplier: Int64Array, source: Any, group: int,
            preference: int) -> None:
        """Add the edges of the consumers that have a supplier."""
        n = len(consumer)
        self.supplier.append(supplier)
        self.consumer.append(consumer)
        self.service.append(np.full(n, Service[spec.service.upper()]))
        self.group.append(np.full(n, group))
        self.preference.append(np.full(n, preference))
        self.transfer_s.append(np.full(n, spec.transfer_s))
        self.feed.append(np.full(n, Feed[spec.feed.upper()]))
        self.source.append(source)


def link_all(layers: Sequence[Placeable], streets: StreetNet | None, others: Others,
             complaints: Complaints) -> tuple[Edges, list[LinkReport]]:
    """Resolve all links of all layers.

    Raises
    ------
    InputError
        A link to a kind or layer that the city lacks, columns that are not there, no streets where asked for.
    """
    edges, reports = Edges(), []
    measured: list[tuple[LinkReport, Int64Array, Int64Array, FloatArray, LinkSpec]] = []
    x_m = np.concatenate([layer.x_m for layer in layers])
    y_m = np.concatenate([layer.y_m for layer in layers])
    names = np.concatenate([layer.id for layer in layers])
    for layer in layers:
        consumers = layer.first_row + np.arange(len(layer.raw))
        for group, link in enumerate(layer.spec.supplied_by):
            alternatives = link.any_of or [link]
            anybody = np.zeros(len(consumers), dtype=bool)
            preference = 0
            for choice in alternatives:
                report = LinkReport(layer=layer.name, how=_said(choice), asked=len(consumers),
                                    columns=_own_columns(layer, choice))
                found = Found.nothing(len(consumers))
                with complaints.of(layer.name):
                    found = _resolve(layer, choice, layers, streets, report, f"supplied_by.{group}", others)
                myself = found.supplier == consumers
                report.add("an asset that names itself as its supplier; left out", layer.id[myself])
                linked = np.flatnonzero((found.supplier != NONE) & ~myself)
                if preference:
                    linked = linked[~_already(edges, consumers[linked], found.supplier[linked], group)]
                anybody[linked] = True
                flow = _with_flow(choice, link)
                edges.add(flow, consumers[linked], found.supplier[linked], found.source[linked], group, preference)
                measured.append((report, consumers[linked], found.supplier[linked], found.along_m[linked], flow))
                _add_more(edges, flow, consumers, found, group, preference, len(layer.spec.supplied_by))
                preference += 1 if choice.choose == "all" else 1 + len(found.more)
                report.linked = len(linked)
                report.inferred = int((found.source[linked] == Source.INFERRED).sum())
                reports.append(report)
            if not anybody.all():
                reports[-1].add("no supplier; runs as if always fed", layer.id[~anybody])
            served = np.concatenate(edges.supplier) if edges.supplier else np.zeros(0, dtype=np.int64)
            for choice in alternatives:
                _idle(reports[-1], choice, layers, served)
    complaints.tell()
    own = np.column_stack([x_m, y_m])
    place = _places(edges, own)
    for report, consumer, supplier, along_m, flow in measured:
        _distances(report, consumer, supplier, along_m, own, place, names, flow)
    return edges, reports


def _own_columns(layer: Placeable, choice: LinkSpec) -> tuple[str, ...]:
    """Give the layer's own columns that name the supplier, as its file spells them."""
    if choice.looked_up_in is not None:
        return ()
    folded = {str(name).casefold(): str(name) for name in layer.table.columns}
    return tuple(folded.get(name.casefold(), name) for name in (choice.by or list(choice.match)))


def _add_more(edges: Edges, flow: LinkSpec, consumers: Int64Array, found: Found, group: int, preference: int,
              groups: int) -> None:
    """Add the further suppliers of records that name several: alternatives, or needed each in a group of its own."""
    for place, supplier in enumerate(found.more, start=1):
        rows = np.flatnonzero((supplier != NONE) & (supplier != consumers))
        own = group + place * groups if flow.choose == "all" else group
        if flow.choose != "all":
            rows = rows[~_already(edges, consumers[rows], supplier[rows], group)]
        edges.add(flow, consumers[rows], supplier[rows], found.source[rows], own,
                  preference if flow.choose == "all" else preference + place)


def _places(edges: Edges, xy: FloatArray) -> FloatArray:
    """Give positions, (A, 2): an asset without one, a circuit, stands where its supplier does."""
    place = xy.copy()
    for consumer, supplier, preference in list(zip(edges.consumer, edges.supplier, edges.preference, strict=True)) * 3:
        open_ones = np.isnan(place[consumer, 0]) & (preference == 0)
        place[consumer[open_ones]] = place[supplier[open_ones]]
    return place


def _with_flow(choice: LinkSpec, outer: LinkSpec) -> LinkSpec:
    """Give an alternative with what its group says of service and feed, where it says nothing itself."""
    update = {name: getattr(outer, name) for name in ("service", "feed") if name not in choice.model_fields_set}
    return choice.model_copy(update=update)


def _already(edges: Edges, consumer: Int64Array, supplier: Int64Array, group: int) -> BoolArray:
    """Give the mask of edges that an earlier alternative of the same group has made."""
    known = {pair for c, s, g in zip(edges.consumer, edges.supplier, edges.group, strict=True)
             if len(g) and g[0] == group for pair in zip(c.tolist(), s.tolist(), strict=True)}
    return np.array([pair in known for pair in zip(consumer.tolist(), supplier.tolist(), strict=True)], dtype=bool)


def _resolve(layer: Placeable, link: LinkSpec, layers: Sequence[Placeable], streets: StreetNet | None,
             report: LinkReport, path: str, others: Others) -> Found:
    n = len(layer.raw)
    if link.first_of:
        supplier = np.full(n, NONE, dtype=np.int64)
        source = np.full(n, Source.SURVEY, dtype=np.int64)
        along = np.full(n, np.nan)
        more: list[Int64Array] = []
        for choice in link.first_of:
            found = _resolve(layer, choice, layers, streets, report, path, others)
            new = (supplier == NONE) & (found.supplier != NONE)
            supplier[new], source[new], along[new] = found.supplier[new], found.source[new], found.along_m[new]
            more += [np.full(n, NONE, dtype=np.int64) for _ in range(len(found.more) - len(more))]
            for column, other in zip(more, found.more, strict=False):
                column[new] = other[new]
        return Found(supplier=supplier, source=source, along_m=along, more=tuple(more))
    suppliers = _suppliers(link, layers, layer, path)
    if link.nearest_m is not None:
        return _nearest(layer, link, suppliers, streets, report)
    return matched(layer, link, suppliers, report, path, others)


def _suppliers(link: LinkSpec, layers: Sequence[Placeable], own: Placeable,
               path: str) -> list[tuple[Placeable, BoolArray]]:
    if link.layer is not None:
        found = [(layer, np.ones(len(layer.raw), dtype=bool)) for layer in layers if layer.name == link.layer]
        if not found:
            raise InputError(file=own.table.file, field=f"layers.{own.name}.{path}", found=f"layer '{link.layer}'",
                             expected=f"one of {', '.join(layer.name for layer in layers)}")
        return found
    found = [(layer, mask) for layer in layers if (mask := np.asarray(layer.kind == link.kind)).any()]
    kinds = sorted({str(kind) for layer in layers for kind in set(layer.kind)})
    if not found and not any(link.kind == layer.spec.kind.fixed for layer in layers):
        raise InputError(file=own.table.file, field=f"layers.{own.name}.{path}.kind", found=f"kind '{link.kind}'",
                         expected=f"a kind that some layer gives: {', '.join(kinds)}")
    return found


def _nearest(layer: Placeable, link: LinkSpec, suppliers: Sequence[tuple[Placeable, BoolArray]],
             streets: StreetNet | None, report: LinkReport) -> Found:
    n = len(layer.raw)
    result = np.full(n, NONE, dtype=np.int64)
    along = np.full(n, np.nan)
    rows = np.concatenate([other.first_row + np.flatnonzero(mask) for other, mask in suppliers] or [np.zeros(0, int)])
    points = np.concatenate([np.column_stack([other.x_m[mask], other.y_m[mask]]) for other, mask in suppliers]
                            or [np.zeros((0, 2))])
    placed = np.isfinite(points).all(axis=1)
    rows, points = rows[placed], points[placed]
    mine = np.column_stack([layer.x_m, layer.y_m])
    known = np.asarray(np.isfinite(mine).all(axis=1))
    report.add("no position, so no nearest supplier", layer.id[~known])
    told = np.zeros(n, dtype=bool)
    assert link.nearest_m is not None
    if len(rows) and known.any():
        straight = known.copy()
        if link.along == "street" and streets is not None:
            on_street = np.flatnonzero(known)
            on_street = on_street[streets.project(mine[on_street])[0] != NONE]
            which, along[on_street] = streets.nearest(mine[on_street], points, link.nearest_m)
            result[on_street] = np.where(which == NONE, NONE, rows[which])
            straight[on_street] = False
            told = _unreached(layer, on_street[which == NONE], points, link.nearest_m, streets, report)
            report.add("far from every street: nearest in a straight line", layer.id[straight])
        elif link.along == "street":
            report.add("no streets in the mapping: nearest in a straight line", layer.id[known])
        metres, which = cKDTree(points).query(mine[straight], distance_upper_bound=link.nearest_m)
        result[straight] = np.where(np.isfinite(metres), rows[np.where(np.isfinite(metres), which, 0)], NONE)
    report.add(f"no supplier within {link.nearest_m:,g} m", layer.id[known & (result == NONE) & ~told])
    return Found(supplier=result, source=np.full(n, Source.INFERRED, dtype=np.int64), along_m=along)


def _unreached(layer: Placeable, rows: Int64Array, points: FloatArray, within_m: float, streets: StreetNet,
               report: LinkReport) -> BoolArray:
    """Say of records that no street leads to a supplier of, though one stands near, why; give their mask, (N,)."""
    mine = np.column_stack([layer.x_m, layer.y_m])[rows]
    metres, which = cKDTree(points).query(mine, distance_upper_bound=within_m)
    near = np.isfinite(metres)
    rows, which = rows[near], which[near]
    here, there = streets.part(mine[near]), streets.part(points[which])
    cut = (here != there) & (there != NONE)
    for mask, why in ((cut, "the streets are not connected there"),
                      (there == NONE, "the supplier stands far from every street"),
                      ((here == there) & (there != NONE), "the way along the streets is longer")):
        report.add(f"no supplier within {within_m:,g} m along the streets, but one in a straight line: {why}; "
                   "along: line would link them", layer.id[rows[mask]])
    told = np.zeros(len(layer.raw), dtype=bool)
    told[rows] = True
    return told


def _distances(report: LinkReport, consumer: Int64Array, supplier: Int64Array, along_m: FloatArray, own: FloatArray,
               place: FloatArray, names: TextArray, link: LinkSpec) -> None:
    line = np.hypot(*(place[consumer] - place[supplier]).T)
    # a circuit stands at its cabinet: nothing to measure
    has_place = np.isfinite(own[consumer]).all(axis=1)
    distance = np.where(has_place, np.where(np.isfinite(along_m), along_m, line), np.nan)
    known = distance[np.isfinite(distance)]
    if len(known):
        report.median_m, report.p99_m = float(np.median(known)), float(np.quantile(known, 0.99))
        report.longest_m = float(known.max())
        with np.errstate(invalid="ignore"):
            long = np.flatnonzero(distance > link.doubtful_beyond_m)
        far = consumer[long[np.argsort(-distance[long], kind="stable")]]
        report.add(f"farther than {link.doubtful_beyond_m:,g} m from its supplier: kept, to be looked at", names[far])


def _idle(report: LinkReport, link: LinkSpec, layers: Sequence[Placeable], served: Int64Array) -> None:
    """Count suppliers that nothing hangs on (cabinets without lamps)."""
    for choice in link.first_of or [link]:
        for other in layers:
            mask = np.asarray(other.kind == choice.kind) if choice.kind else np.full(len(other.raw),
                                                                                     other.name == choice.layer)
            rows = other.first_row + np.flatnonzero(mask)
            idle = rows[~np.isin(rows, served)]
            if len(idle) and choice.nearest_m is None:
                report.add(f"{other.name} that feed nothing", other.id[idle - other.first_row])


def _said(link: LinkSpec) -> str:
    supplier = link.kind or link.layer
    if link.first_of:
        return " else ".join(_said(choice) for choice in link.first_of)
    if link.nearest_m is not None:
        way = "along streets" if link.along == "street" else "in a straight line"
        return f"by the nearest {supplier} within {link.nearest_m:,g} m {way}"
    if link.by:
        through = f" of {link.looked_up_in}" if link.looked_up_in else ""
        return f"by the id of its {supplier} in {', '.join(link.by)}{through}"
    return f"by {', '.join(k if k == v else f'{k} = {v}' for k, v in link.match.items())} of its {supplier}"


