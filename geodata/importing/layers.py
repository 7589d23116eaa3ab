"""Layers: from a declaration to records with kind, position and id, every step tallied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geodata.importing.columns import nulls_of, read_text
from geodata.importing.complaints import Complaints
from geodata.importing.conditions import chosen
from geodata.importing.derived import derived
from geodata.importing.filled_down import filled_down
from geodata.importing.ids import Identified, identified
from geodata.importing.positions import (
    crs_of,
    guesses,
    label,
    out_of_range,
    placed,
    to_degrees,
    transformed,
)
from geodata.importing.readers import read_table
from geodata.importing.report import LayerReport
from geodata.importing.schema import ContextSpec, LayerSpec, Mapping, PositionSpec, TableSpec
from geodata.importing.shapes import mended, repeated
from geodata.importing.swapped import turned
from geodata.tables.table import Table
from geodata.tables.values import mapped
from twin.errors import InputError, InputErrors
from twin.quantities import Int64Array, TextArray
from twin.world.kinds import Kinds

#: A record farther than this from the middle of the city is doubtful; a layer of which most is, is refused [m].
FAR_M = 200_000.0


@dataclass(slots=True)
class Layer:
    """One layer on its way in."""

    name: str
    spec: TableSpec
    report: LayerReport
    #: Records asked for.
    table: Table
    #: Kind of each record, (N,); empty for context.
    kind: TextArray
    #: Shape of each record, first in the file's CRS, then in the city's.
    geometry: TextArray
    #: CRS of ``geometry``; empty when nothing is placed or nobody knows.
    crs: str = ""
    #: A point on each shape in the city's CRS, found in the file's own; None where there is no position.
    point: TextArray = field(default_factory=lambda: np.empty(0, dtype=object))
    id: TextArray = field(default_factory=lambda: np.empty(0, dtype=object))
    raw: TextArray = field(default_factory=lambda: np.empty(0, dtype=object))
    #: Which lantern of its record an asset is, from 1; 0 where it is the record itself, (N,).
    piece: Int64Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def take(self, rows: Any) -> None:
        """Keep only these records."""
        self.table, self.kind, self.geometry = self.table.take(rows), self.kind[rows], self.geometry[rows]
        if len(self.id):
            self.id, self.raw = self.id[rows], self.raw[rows]
        if len(self.point):
            self.point = self.point[rows]
        if len(self.piece):
            self.piece = self.piece[rows]

    def tally(self, tallies: Sequence[tuple[str, str, Any]]) -> None:
        """Note what was met, by ids where there are some already, else by the records' names."""
        names = self.id if len(self.id) else self.table.record
        for outcome, reason, mask in tallies:
            self.report.add(outcome, reason, names[mask])

    @property
    def is_placed(self) -> bool:
        """Whether any record has a position."""
        return bool((~shapely.is_missing(self.geometry)).any())


class Tables:
    """The files of a mapping, each read once however many layers it serves."""

    def __init__(self, root: Path, mapping: Mapping) -> None:
        self._root = root
        self._read: dict[str, Table] = {}
        self._wanted = tuple(dict.fromkeys(_columns_named(mapping)))

    def read(self, spec: TableSpec) -> Table:
        """Give the records of a declaration's files."""
        key = spec.model_dump_json(include={"file", "layer", "records", "encoding", "csv", "gdal_where", "fill"})
        if key not in self._read:
            self._read[key] = filled_down(read_table(self._root, spec, self._wanted), spec.fill)
        return self._read[key]


def _columns_named(mapping: Mapping) -> Iterator[str]:
    """Give every column name that a mapping speaks of: OSM tags are looked for only then."""
    specs: list[TableSpec] = [*mapping.layers, *(item for items in mapping.context.values() for item in items),
                              *mapping.tables.values()]
    for spec in specs:
        yield from (column for every in spec.where for column in every)
        yield from spec.no_value
        fields = list(spec.fields.values()) if isinstance(spec, LayerSpec | ContextSpec) else []
        if isinstance(spec, ContextSpec) and spec.name is not None:
            fields.append(spec.name)
        for item in fields:
            yield from ([item.column] if item.column else item.columns)
            yield from (*item.match, *item.match.values())
        if isinstance(spec, LayerSpec):
            if spec.kind.column:
                yield spec.kind.column
            yield from (*spec.distinct, *([spec.lanterns] if spec.lanterns else []))
            for link in spec.supplied_by:
                for one in (link, *link.any_of, *link.first_of):
                    yield from (*one.by, *one.match, *one.match.values(), *one.on, *one.on.values())
        if spec.__class__ is not TableSpec and getattr(spec, "id", None) is not None:
            yield from spec.id.columns  # type: ignore[attr-defined]


def check_kinds(spec: LayerSpec, name: str, kinds: Kinds) -> None:
    """Check every kind that a layer speaks of.

    Raises
    ------
    InputErrors
        Kinds that the city lacks; the known ones are listed.
    """
    links = [one for link in spec.supplied_by for one in (link, *link.any_of, *link.first_of)]
    named = [("kind", kind) for kind in (spec.kind.fixed, *spec.kind.map.values(), spec.kind.otherwise)
             if kind not in (None, "drop")]
    named += [("supplied_by.kind", one.kind) for one in links if one.kind is not None]
    wrong = []
    for key, kind in dict.fromkeys(named):
        if kind not in kinds.names:
            near = get_close_matches(str(kind), kinds.names, n=1)
            wrong.append(InputError(field=f"layers.{name}.{key}", found=f"kind '{kind}'",
                                    expected=f"one of {', '.join(kinds.names)}",
                                    remedy=f"Did you mean {near[0]}?" if near else
                                    "Kinds of your own stand under 'kinds' in the mapping."))
    if wrong:
        raise InputErrors(wrong)


def open_layer(spec: LayerSpec | ContextSpec, name: str, tables: Tables, done: dict[str, Layer],
               kinds: Kinds) -> Layer:
    """Read one layer: its records asked for, their kind, their geometry in the file's CRS.

    Raises
    ------
    InputError
        Whatever keeps the layer from being read at all.
    """
    if isinstance(spec, LayerSpec) and spec.derived_from is not None:
        return _derived(spec, name, done)
    table = tables.read(spec)
    report = LayerReport(name=name, file=table.file, found=dict(table.found), read=len(table), notes=list(table.notes),
                         warnings=list(table.warnings))
    asked_for = chosen(table, spec)
    mask = asked_for.mask
    report.notes += asked_for.notes
    report.warnings += asked_for.warnings
    report.not_asked = int((~mask).sum())
    asked = table if mask.all() else table.take(mask)
    tallies = [tally for tally in table.tallies if tally[2]]
    wanted = set(asked.record) if tallies else set()
    named = {column for every in spec.where for column in every}
    for outcome, reason, ids in tallies:
        if not reason.startswith("old tag") or any(f" {column}=" in reason for column in named):
            report.add(outcome, reason, [i for i in ids if i in wanted])
    kind, keep = _kinds(asked, spec, report)
    if not keep.all():
        asked, kind = asked.take(keep), kind[keep]
    position = spec.position
    if position is None and isinstance(spec, LayerSpec) and spec.kind.fixed and \
            kinds[spec.kind.fixed].footprint == "none" and asked.geometry is None:
        position = PositionSpec(source="none")
    override = spec.crs if spec.crs not in (None, "guess") else None
    null = tuple(dict.fromkeys((*nulls_of(spec), *_position_nulls(spec))))
    where = placed(asked, position, override, null)
    crs = "" if spec.crs == "guess" else where.crs
    layer = Layer(name=name, spec=spec, report=report, table=asked, kind=kind, geometry=where.geometry, crs=crs)
    report.notes += where.notes
    report.warnings += where.warnings
    layer.tally(where.tallies)
    return layer


def _position_nulls(spec: TableSpec) -> Iterator[str]:
    if spec.position is not None:
        for column in (spec.position.x, spec.position.y, spec.position.column):
            yield from spec.no_value.get(column or "", ())


def _derived(spec: LayerSpec, name: str, done: dict[str, Layer]) -> Layer:
    """Give a layer whose records are the distinct values of columns of another layer."""
    assert spec.derived_from is not None
    if spec.derived_from not in done:
        raise InputError(field=f"layers.{name}.from", found=f"layer '{spec.derived_from}'",
                         expected=f"a layer named before this one: {', '.join(done) or 'none'}")
    if spec.kind.fixed is None:
        raise InputError(field=f"layers.{name}.kind", found="a column", expected="one kind for a derived layer")
    other = done[spec.derived_from]
    table, report = derived(spec, name, other.table, other.spec, other.name)
    return Layer(name=name, spec=spec, report=report, table=table,
                 kind=np.full(len(table), spec.kind.fixed, dtype=object),
                 geometry=np.full(len(table), None, dtype=object))


def _kinds(table: Table, spec: LayerSpec | ContextSpec, report: LayerReport) -> tuple[TextArray, Any]:
    n = len(table)
    keep = np.ones(n, dtype=bool)
    if isinstance(spec, ContextSpec):
        return np.full(n, "", dtype=object), keep
    if spec.kind.fixed is not None:
        return np.full(n, spec.kind.fixed, dtype=object), keep
    assert spec.kind.column is not None
    values = read_text(table, spec, spec.kind.column, "kind.column")
    kind, unknown, varied = mapped(values, spec.kind.map, spec.kind.otherwise)
    blank = np.array([value is None for value in values], dtype=bool) & np.array([k is None for k in kind], dtype=bool)
    if spec.kind.otherwise is not None:
        kind[blank] = spec.kind.otherwise
        blank[:] = False
    if unknown.any() or (blank.any() and "" not in spec.kind.map):
        strange = sorted({str(value) for value in values[unknown]}) + (["(blank)"] if blank.any() else [])
        raise InputError(file=table.file, field=f"kind.map ({spec.kind.column})", found=", ".join(strange[:8]),
                         expected=f"one of {', '.join(spec.kind.map)}", ids=list(table.record[unknown | blank]),
                         remedy="Add them to the map, or say otherwise: KIND or drop.")
    report.add("mended", "kind: met its map but for case or spaces", table.record[varied])
    out = np.array([k is None or k == "drop" for k in kind], dtype=bool)
    for value in sorted({str(v) for v in values[out]}):
        report.add("dropped", f"kind: {spec.kind.column} = {value} is not wanted",
                   table.record[out & (values.astype(str) == value)])
    return kind, ~out


def settle_crs(layers: Sequence[Layer], mapping: Mapping, complaints: Complaints) -> tuple[float, float] | None:
    """Find the CRS of every layer and check that its positions can be of it; give the middle of the city.

    Metres that pose as degrees are refused with the CRSs that would fit; layers without a CRS are guessed only where
    the mapping asks for it, near the layers that are known.
    """
    known: list[tuple[float, float]] = []
    open_ones = []
    for layer in layers:
        if not layer.is_placed:
            continue
        if not layer.crs:
            open_ones.append(layer)
            continue
        try:
            crs = crs_of(layer.crs)
            if crs.is_engineering:  # "undefined", as GDAL writes it: a drawing's own axes
                layer.crs = ""
                open_ones.append(layer)
                continue
            to_degrees(crs)
        except InputError as error:
            error.file = layer.report.file
            complaints.add(error, layer.name)
            continue
        if layer.spec.position is not None and layer.spec.position.source in ("xy", "text"):
            layer.geometry, swapped = turned(layer.geometry, crs)
            layer.tally([("mended", "x and y in each other's place: far away as written, among the rest the other way "
                          "round, and read so", swapped)])
        bad = out_of_range(layer.geometry, crs)
        present = ~shapely.is_missing(layer.geometry)
        if bad.sum() * 2 > present.sum():
            open_ones.append(layer)
        else:
            layer.tally([("doubtful", "coordinates outside the world; kept without position", bad)])
            layer.geometry[bad] = None
            if layer.is_placed:
                known.append(_middle(layer))
                with complaints.of(layer.name):
                    _check_inside(layer, mapping.crs, *known[-1])
    around = None
    if known:
        around = float(np.median([lon for lon, _ in known])), float(np.median([lat for _, lat in known]))
    for layer in open_ones:
        fitting = guesses(layer.geometry, around, mapping.crs)
        if isinstance(layer.spec, TableSpec) and layer.spec.crs == "guess" and fitting:
            layer.crs = fitting[0]
            layer.report.found["crs guessed among"] = ", ".join(fitting)
            around = around or _middle(layer)
            continue
        sample = np.round(shapely.get_coordinates(layer.geometry[~shapely.is_missing(layer.geometry)][0])[0], 3)
        shown = f"{sample[0]:g}, {sample[1]:g}"
        if layer.crs:
            counts = "degrees" if crs_of(layer.crs).is_geographic else "metres or feet"
            found = f"coordinates like {shown} under {label(layer.crs)}, which counts in {counts}"
        elif layer.spec.crs == "guess":
            found = f"coordinates like {shown} that fit no usual CRS near the rest of the city"
        else:
            found = f"coordinates like {shown} and no CRS"
        remedy = f"Near the rest of the city they would be {', '.join(fitting[:3])}: state crs: {fitting[0]}." \
            if fitting else "State crs: of the layer, as its maker names it."
        complaints.add(InputError(file=layer.report.file, field="crs", found=found,
                                  expected="the CRS that the coordinates are in", remedy=remedy), layer.name)
    return around


def _check_inside(layer: Layer, city_crs: str | None, lon: float, lat: float) -> None:
    """Refuse a layer that lies where the city's CRS is not used."""
    area = crs_of(city_crs).area_of_use if city_crs else None
    if area is None or (area.west - 2 <= lon <= area.east + 2 and area.south - 2 <= lat <= area.north + 2):
        return
    raise InputError(file=layer.report.file, field="crs",
                     found=f"positions around {lon:.2f}, {lat:.2f} (longitude, latitude) under {label(layer.crs)}",
                     expected=f"positions where {city_crs} is used: {area.name}",
                     remedy="The crs of the layer (or of the city) is another, or x and y are swapped.")


def _middle(layer: Layer) -> tuple[float, float]:
    """Give the median longitude and latitude of a layer."""
    bounds = shapely.bounds(layer.geometry[~shapely.is_missing(layer.geometry)])
    x, y = np.median(bounds[:, 0] / 2 + bounds[:, 2] / 2), np.median(bounds[:, 1] / 2 + bounds[:, 3] / 2)
    lon, lat = to_degrees(crs_of(layer.crs)).transform(float(x), float(y))
    return float(lon), float(lat)


def project(layer: Layer, city_crs: str, middle: tuple[float, float], kinds: Kinds) -> None:
    """Bring a layer's shapes into the city's CRS, mended; records with a broken outline are dropped.

    Raises
    ------
    InputError
        Most of the layer lies far from the rest of the city: its CRS is another.
    """
    is_context = isinstance(layer.spec, ContextSpec)
    footprint = {kind.name: kind.footprint for kind in kinds}
    is_area = np.array([is_context or footprint[kind] in ("outline", "area") for kind in layer.kind], dtype=bool)
    unreadable = {i for _, reason, ids in layer.table.tallies if "cannot be read" in reason for i in ids}
    broken = np.array([record in unreadable for record in layer.table.record], dtype=bool) & is_area
    if broken.any():
        layer.report.reasons["doubtful"].pop("the file's geometry cannot be read", None)
        layer.tally([("dropped", "broken outline: its geometry cannot be read", broken)])
        layer.take(~broken)
        is_area = is_area[~broken]
    layer.point = np.full(len(layer.table), None, dtype=object)
    if not layer.is_placed:
        return
    layer.report.found["crs"] = label(layer.crs)
    if not is_context:
        whole = mended(layer.geometry, is_area=is_area)
        layer.tally(whole.tallies)
    else:
        whole = _mended_context(layer)
    layer.geometry = transformed(whole.geometry, crs_of(layer.crs), crs_of(city_crs))
    if not is_context:
        shapes = np.flatnonzero(shapely.get_type_id(whole.geometry) > 0)
        layer.point = layer.geometry.copy()
        layer.point[shapes] = transformed(shapely.point_on_surface(whole.geometry[shapes]), crs_of(layer.crs),
                                          crs_of(city_crs))
    lost = shapely.is_missing(layer.geometry) & ~shapely.is_missing(whole.geometry)
    layer.tally([("doubtful", "coordinates that its CRS cannot hold; kept without position", lost)])
    _check_far(layer, city_crs, middle)
    if not is_context:
        # lanterns of one mast stand in one place, and that is no doubt
        piece = layer.piece if len(layer.piece) else np.zeros(len(layer.kind), dtype=np.int64)
        again = repeated(layer.geometry, zip(layer.kind, piece.tolist(), strict=True))
        layer.tally([("doubtful", "the same outline as another record", again & is_area),
                     ("doubtful", "the same position as another record", again & ~is_area)])


def _mended_context(layer: Layer) -> Any:
    shapes = np.array(layer.geometry)
    polygons = np.isin(shapely.get_type_id(shapes), (3, 6))
    nothing = np.full(len(shapes), None, dtype=object)
    result = mended(np.where(polygons, shapes, nothing), is_area=np.ones(len(shapes), dtype=bool))
    layer.tally([tally for tally in result.tallies if "made valid" in tally[1]])
    return replace(result, geometry=np.where(polygons, result.geometry, shapes))


def _check_far(layer: Layer, city_crs: str, middle: tuple[float, float]) -> None:
    centre = transformed(shapely.points([middle]), crs_of("EPSG:4326"), crs_of(city_crs))[0]
    bounds = shapely.bounds(layer.geometry)
    distance = np.hypot((bounds[:, 0] + bounds[:, 2]) / 2 - centre.x, (bounds[:, 1] + bounds[:, 3]) / 2 - centre.y)
    with np.errstate(invalid="ignore"):
        far = distance > FAR_M
    if far.sum() * 2 > np.isfinite(distance).sum():
        raise InputError(file=layer.report.file, field="crs",
                         found=f"positions {np.nanmedian(distance) / 1000:,.0f} km from the rest of the city "
                               f"under {layer.report.found.get('crs', layer.crs)}",
                         expected="positions in the city", remedy="The CRS is another, or x and y are swapped: "
                         "state crs: or change position: {x, y}.")
    layer.tally([("doubtful", f"farther than {FAR_M / 1000:.0f} km from the city; kept without position", far)])
    layer.geometry[far] = None
    layer.point[far] = None


def give_ids(layer: Layer) -> None:
    """Give the records of an asset layer their ids, kind by kind; records dropped as duplicates leave the layer.

    Comes before shapes are mended and projected: made ids rest on what the file says.
    """
    assert isinstance(layer.spec, LayerSpec)
    n = len(layer.table)
    layer.id, layer.raw = np.full(n, "", dtype=object), np.full(n, "", dtype=object)
    keep = np.ones(n, dtype=bool)
    for kind in sorted(set(layer.kind)):
        rows = np.flatnonzero(layer.kind == kind)
        found: Identified = identified(layer.table.take(rows), layer.spec.id, layer.geometry[rows],
                                       nulls_of(layer.spec), kind)
        layer.id[rows], layer.raw[rows], keep[rows] = found.id, found.raw, found.keep
        for outcome, reason, mask in found.tallies:
            # what is not in the city is named by its place in the file
            names = found.id[mask] if outcome != "dropped" else [
                f"{i} ({record})" for i, record in zip(found.raw[mask], layer.table.record[rows][mask], strict=True)]
            layer.report.add(outcome, reason, names)
    if not keep.all():
        layer.take(keep)


#: Called with one line of progress.
Progress = Callable[[str], None]
