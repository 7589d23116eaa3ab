"""Import by declaration: a mapping and its files become one city, and a report of every record.

The order of the work: read every layer, find and check the CRSs, name the records, mend and project their shapes,
read their fields, link suppliers and consumers, find streets and districts, sample the terrain. Complaints about
different layers are collected and raised together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from geodata.city.model import CityFile, Context
from geodata.crs import check_crs
from geodata.importing.asset_fields import FIELDS, NUMBERS, TEXTS, extras_of, field_of, joined_extras
from geodata.importing.believable import believable
from geodata.importing.columns import Others
from geodata.importing.complaints import Complaints
from geodata.importing.conditions import chosen
from geodata.importing.contexts import contexts_of
from geodata.importing.doubts import links_at_nothing, too_wide
from geodata.importing.ground import terrain_of
from geodata.importing.ids import repeats
from geodata.importing.layers import Layer, Progress, Tables, check_kinds, give_ids, open_layer, project, settle_crs
from geodata.importing.links import link_all
from geodata.importing.pieces import divide_lanterns, divide_points
from geodata.importing.placeable import Placeable
from geodata.importing.places import nearest_names, within_names
from geodata.importing.positions import utm_of
from geodata.importing.readers import files_there
from geodata.importing.report import ImportReport
from geodata.importing.schema import LayerSpec, Mapping, TableSpec
from geodata.importing.sources import files_named, root_of, sources_of
from geodata.importing.whereabouts import say_where
from geodata.inputs.yaml_file import load_model
from geodata.streets import StreetNet
from geodata.tables.table import Table
from twin.errors import InputError
from twin.quantities import TextArray
from twin.world.assets import Assets, Labels, Protection, Source
from twin.world.city import City
from twin.world.kinds import Kinds, built_in_kinds
from twin.world.supplies import Supplies

_SHIPPED = Path(__file__).parents[1] / "mappings"


def mapping_path(mapping: Path | str) -> Path:
    """Give the file of a mapping: a path, or the name of a shipped one.

    Raises
    ------
    InputError
        Neither; the shipped ones are listed.
    """
    path = Path(mapping)
    if path.exists():
        return path
    shipped = _SHIPPED / f"{mapping}.yaml"
    if "/" not in str(mapping) and shipped.exists():
        return shipped
    names = sorted(p.stem for p in _SHIPPED.glob("*.yaml"))
    raise InputError(file=str(mapping), found="no such file",
                     expected=f"a mapping in YAML, or one of {', '.join(names)}")


def import_city(mapping: Path | str, data: Path | str | None = None, progress: Progress | None = None) -> CityFile:
    """Make a city from the files that a mapping names.

    Parameters
    ----------
    mapping
        The mapping, or the name of a shipped one.
    data
        Folder that the mapping's paths are relative to; the mapping's own when not given.
    progress
        Called with a line of text before each part of the work.

    Raises
    ------
    InputErrors
        All complaints about the mapping and its files, with file, field, line and what to do.

    Examples
    --------
    >>> import_city("lecce", data="shared/data").city.assets.of_kind("lamp").sum()  # doctest: +SKIP
    np.int64(20632)
    """
    path = mapping_path(mapping)
    declared, places = load_model(path, Mapping)
    root, beside = root_of(declared, path, data)
    say = progress or (lambda _line: None)
    kinds = built_in_kinds().with_kinds(declared.kinds)
    complaints = Complaints(path, declared, places)
    layers, context, others, warnings = _open_all(declared, root, kinds, complaints, say)
    middle, crs = _settle(declared, [*layers.values(), *context.values()], complaints)
    say("positions and ids")
    for layer in (*layers.values(), *context.values()):
        with complaints.of(layer.name):
            if isinstance(layer.spec, LayerSpec):
                divide_points(layer, kinds)
                give_ids(layer)
                divide_lanterns(layer)
            project(layer, crs, middle, kinds)
    complaints.tell()
    report = ImportReport(city=declared.city, crs=crs, layers=[layer.report for layer in layers.values()],
                          context=[layer.report for layer in context.values()], warnings=warnings)
    report.notes += beside
    if declared.crs is None:
        report.notes.append(f"the mapping names no CRS: {crs}, the UTM zone of the city")
    prefixed = _city_ids(layers, report)
    say("fields")
    contexts = contexts_of(context, others, complaints)
    _near_misses(declared, report)
    return _assembled(declared, root, kinds, crs, middle, layers, prefixed, contexts, report, complaints, others, say)


def files_of_mapping(mapping: Path | str, data: Path | str | None = None) -> list[Path]:
    """Give the files and folders that a mapping names and that are there, before any is read.

    Raises
    ------
    InputError
        A mapping that cannot be read.
    """
    path = mapping_path(mapping)
    declared, _ = load_model(path, Mapping)
    return [path, *(file for file, _ in files_named(declared, root_of(declared, path, data)[0]))]


def _open_all(declared: Mapping, root: Path, kinds: Kinds, complaints: Complaints, say: Callable[[str], None]
              ) -> tuple[dict[str, Layer], dict[str, Layer], Others, list[str]]:
    tables = Tables(root, declared)
    layers: dict[str, Layer] = {}
    lost: set[str] = set()
    for spec in declared.layers:
        name = spec.name or (Path(spec.file[0]).stem if spec.file else "-".join(spec.distinct))
        if name in layers and not spec.name:
            name = f"{name}.{spec.kind.fixed or spec.kind.column}"
        if name in layers:
            complaints.add(InputError(field="layers.name", found=f"two layers called '{name}'",
                                      expected="a name for each", remedy="Give them names: {name: ...}."), name)
            continue
        say(f"reading {name}")
        if spec.derived_from is not None and spec.derived_from in lost:
            lost.add(name)  # what is derived from a layer that could not be read is no mistake of its own
            continue
        with complaints.of(name):
            check_kinds(spec, name, kinds)
            layers[name] = open_layer(spec, name, tables, layers, kinds)
        if name not in layers:
            lost.add(name)
            with complaints.of(name):  # a kind misspelt hides no missing file
                files_there(spec, root)
    context: dict[str, Layer] = {}
    for kind, specs in declared.context.items():
        for place, item in enumerate(specs):
            say(f"reading {kind}")
            name = kind if len(specs) == 1 else f"{kind}.{place}"
            with complaints.of(name):
                context[name] = open_layer(item, name, tables, layers, kinds)
    looked_at: dict[str, Table] = {}
    warnings: list[str] = []
    for name, table_spec in declared.tables.items():
        with complaints.of(name):
            whole = tables.read(table_spec)
            asked = chosen(whole, table_spec)
            looked_at[name] = whole.take(asked.mask)
            warnings += [f"{name}: {warning}" for warning in (*whole.warnings, *asked.warnings)]
    complaints.tell()

    def others(name: str) -> tuple[Table, TableSpec]:
        if name in layers:
            return layers[name].table, layers[name].spec
        if name in looked_at:
            return looked_at[name], declared.tables[name]
        raise InputError(field="from", found=f"'{name}'", expected=f"one of {', '.join([*layers, *looked_at])}")

    return layers, context, others, warnings


def _settle(declared: Mapping, layers: Sequence[Layer], complaints: Complaints) -> tuple[tuple[float, float], str]:
    around = settle_crs(layers, declared, complaints)
    with complaints.of():
        if declared.crs is not None:
            check_crs(declared.crs, file="")
    complaints.tell()
    if around is None:
        raise InputError(field="layers", found="no layer with positions", expected="at least one asset with a position",
                         remedy="State position: {x: COLUMN, y: COLUMN} and crs: of a layer.")
    return around, declared.crs or utm_of(*around)


def _city_ids(layers: dict[str, Layer], report: ImportReport) -> dict[str, TextArray]:
    """Give ids unique in the city: kinds that share a numbering get their kind before the number."""
    ids = np.concatenate([layer.id for layer in layers.values()])
    kind = np.concatenate([layer.kind for layer in layers.values()])
    owner = np.concatenate([np.full(len(layer.id), name, dtype=object) for name, layer in layers.items()])
    shared = repeats(ids)
    kinds = sorted(set(kind[shared]))
    if len(kinds) > 1:
        touched = np.isin(kind, kinds)
        ids = np.where(touched, np.array([f"{k}-{i}" for k, i in zip(kind, ids, strict=True)], dtype=object), ids)
        report.notes.append(f"ids of {', '.join(kinds)} share a numbering ({int(shared.sum()):,} ids): the kind stands "
                            "before each of theirs")
        shared = repeats(ids)
    if shared.any():
        touched = np.isin(owner, sorted(set(owner[shared])))
        ids = np.where(touched, np.array([f"{o}-{i}" for o, i in zip(owner, ids, strict=True)], dtype=object), ids)
        report.notes.append(f"layers {', '.join(sorted(set(owner[shared])))} share a numbering: the layer's name "
                            "stands before each id")
        if (left := repeats(ids)).any():
            raise InputError(field="id", found="ids repeated between layers", expected="ids unique in the city",
                             ids=sorted(set(ids[left])))
    return {name: ids[owner == name] for name in layers}


def _near_misses(declared: Mapping, report: ImportReport) -> None:
    """Warn of fields that are spelt nearly as one that means something: they are kept, but mean nothing."""
    for spec in declared.layers:
        for field in spec.fields:
            if field not in FIELDS and (near := get_close_matches(field, FIELDS, n=1, cutoff=0.8)):
                report.warnings.append(f"field '{field}' is kept as src_{field}; did you mean '{near[0]}'?")


def _assembled(declared: Mapping, root: Path, kinds: Kinds, crs: str, middle: tuple[float, float],
               layers: dict[str, Layer], ids: dict[str, TextArray], contexts: dict[str, Context],
               report: ImportReport, complaints: Complaints, others: Others,
               say: Callable[[str], None]) -> CityFile:
    columns, extra = _columns(layers, kinds, ids, others, complaints)
    shapes = np.concatenate([layer.geometry for layer in layers.values()])
    inside = np.concatenate([layer.point for layer in layers.values()])
    x_m, y_m = shapely.get_x(inside), shapely.get_y(inside)
    kind = np.concatenate([layer.kind for layer in layers.values()])
    city_ids = np.concatenate([ids[name] for name in layers])
    placeless = np.array([kinds[name].footprint == "none" for name in sorted(set(kind))] or [False])
    without = np.isnan(x_m) & ~np.isin(kind, np.array(sorted(set(kind)), dtype=object)[placeless])
    for name, layer in layers.items():
        mine = without[_rows(layers, name)]
        layer.report.add("doubtful", "no position: kept, its exposure is unknown", ids[name][mine])
        for one in sorted(set(layer.kind)):
            layer.report.kept[one] = int((layer.kind == one).sum())
    say("links")
    net = None
    if any(one.along == "street" for spec in declared.layers for link in spec.supplied_by
           for one in (link, *link.any_of, *link.first_of)) and "street" in contexts:
        net = StreetNet.of(contexts["street"].geometry)
    placeables, row = [], 0
    for name, layer in layers.items():
        n = len(layer.id)
        assert isinstance(layer.spec, LayerSpec)
        placeables.append(Placeable(name=name, spec=layer.spec, table=layer.table, kind=layer.kind, raw=layer.raw,
                                    own_id=layer.id, first_row=row, x_m=x_m[row:row + n], y_m=y_m[row:row + n],
                                    id=ids[name]))
        row += n
    edges, report.links = link_all(placeables, net, others, complaints)
    report.warnings += [*links_at_nothing(report.links), *too_wide(x_m, y_m)]
    say("streets, districts and ground")
    _place_names(declared, contexts, shapes, x_m, y_m, columns, report)
    terrain = terrain_of(declared.terrain, root, x_m, y_m, crs, shapes, columns, city_ids, kind, kinds, report)
    assets = _assets(kinds, city_ids, kind, x_m, y_m, columns, complaints)
    supplies = Supplies.of(len(assets), **edges.columns())
    report.assets = {name: int((kind == name).sum()) for name in kinds.names if (kind == name).any()}
    report.supplies = len(supplies)
    lon, lat = middle
    if np.isfinite(x_m).any():
        to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        lon, lat = to_degrees.transform(float(np.nanmedian(x_m)), float(np.nanmedian(y_m)))
    say_where(x_m, y_m, float(lat), float(lon), contexts, report)
    city = City(name=declared.city, crs=crs, latitude=round(float(lat), 5), longitude=round(float(lon), 5),
                timezone=declared.timezone, assets=assets, supplies=supplies)
    return CityFile(city=city, shapes=shapes, context=contexts, terrain=terrain, sources=sources_of(declared, root),
                    extra=extra, report=report.to_dict(), country=declared.country)


def _rows(layers: dict[str, Layer], name: str) -> slice:
    first = 0
    for other, layer in layers.items():
        if other == name:
            return slice(first, first + len(layer.id))
        first += len(layer.id)
    raise KeyError(name)


def _columns(layers: dict[str, Layer], kinds: Kinds, ids: dict[str, TextArray], others: Others,
             complaints: Complaints) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Give the fields of all assets, and the imported columns of each kind."""
    total = sum(len(layer.id) for layer in layers.values())
    columns: dict[str, Any] = {name: np.full(total, np.nan) for name in NUMBERS}
    columns |= {name: np.full(total, "", dtype=object) for name in TEXTS}
    columns["touch_source"] = np.full(total, Source.SURVEY, dtype=np.int8)
    columns["protection"] = np.full(total, Protection.NONE, dtype=np.int8)
    columns["protection_source"] = np.full(total, Source.SURVEY, dtype=np.int8)
    parts: dict[str, list[dict[str, Any]]] = {}
    for name, layer in layers.items():
        rows = _rows(layers, name)
        assert isinstance(layer.spec, LayerSpec)
        layer.id, own = ids[name], layer.id  # reasons name assets as the city does
        made: dict[str, Any] = {}
        for field, spec in layer.spec.fields.items():
            with complaints.of(name):
                values = field_of(layer, field, spec, others)
                if field in NUMBERS:
                    columns[field][rows] = believable(layer, field, values.as_numbers())
                elif field in TEXTS:
                    columns[field][rows] = values.as_texts()
                elif field == "protection":
                    words = np.array(values.as_texts())
                    columns[field][rows] = np.select([words == "rcd", words == "fuse"],
                                                     [Protection.RCD, Protection.FUSE], Protection.NONE)
                else:
                    made[f"src_{field}"] = values.values
        with complaints.of(name):
            made = extras_of(layer, layer.spec.keep) | made
        for one in sorted(set(layer.kind)):
            mask = layer.kind == one
            parts.setdefault(one, []).append({"": int(mask.sum()), **{k: v[mask] for k, v in made.items()}})
        _ordered(layer, columns, rows, kinds)
        layer.id = own
    complaints.tell()
    return columns, {kind: joined_extras(items) for kind, items in parts.items()}


def _ordered(layer: Layer, columns: dict[str, Any], rows: slice, kinds: Kinds) -> None:
    """Let water touch an asset no later than it fails it: a low live part brings the default of touch_m down."""
    touch, fail = columns["touch_m"][rows], columns["fail_m"][rows]
    default = kinds.touch_m[kinds.codes(list(layer.kind))]
    with np.errstate(invalid="ignore"):
        lowered = np.isnan(touch) & (fail < default)
        crossed = fail < touch
    columns["touch_m"][rows] = np.where(lowered, fail, touch)
    columns["touch_source"][rows] = np.where(lowered, Source.INFERRED, columns["touch_source"][rows])
    layer.tally([("mended", "touch_m: the default is above fail_m; lowered to it", lowered),
                 ("doubtful", "fail_m is below touch_m", crossed)])


def _place_names(declared: Mapping, contexts: dict[str, Context], shapes: TextArray, x_m: Any, y_m: Any,
                 columns: dict[str, Any], report: ImportReport) -> None:
    """Fill streets by distance and districts by place where the files do not say."""
    for name, find in (("street", nearest_names), ("district", within_names)):
        if name not in contexts:
            continue
        context = contexts[name]
        stated = columns[name] != ""
        spelling = {str(label).casefold(): label for label in context.name if label}
        columns[name][stated] = [spelling.get(word.casefold(), word) for word in columns[name][stated]]
        open_ones = ~stated & np.isfinite(x_m)
        found = find(context, np.column_stack([x_m[open_ones], y_m[open_ones]]), declared.street_within_m)
        columns[name][open_ones] = found
        how = f"the nearest within {declared.street_within_m:g} m" if name == "street" else "the one that holds it"
        report.notes.append(f"{name}: {int(stated.sum()):,} assets by their column, {int((found != '').sum()):,} by "
                            f"{how}, {int((columns[name] == '').sum()):,} without")


def _assets(kinds: Kinds, ids: TextArray, kind: TextArray, x_m: Any, y_m: Any, columns: dict[str, Any],
            complaints: Complaints) -> Assets:
    values = dict(columns)
    buffer = values["buffer_s"]
    values["buffer_s"] = np.where(np.isnan(buffer), 0, np.round(buffer)).astype(np.int64)
    for name in ("street", "district", "owner", "operator"):
        values[name] = Labels.of(list(values[name]))
    with complaints.of():
        assets = Assets.of(kinds, id=list(ids), kind=kinds.codes(list(kind)), x_m=x_m, y_m=y_m, **values)
    complaints.tell()
    return assets
