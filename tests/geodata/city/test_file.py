"""The city file: nothing is lost on the way to disk and back, and what cannot be read says why."""

from __future__ import annotations

import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geodata.atomic as atomic_module
from geodata.city.file import read_city, write_city
from geodata.city.kind_table import kind_to_dict
from geodata.city.model import CityFile, Context, SourceRecord
from tests.geodata.towns import assert_same, objects, small_town
from twin.errors import InputError, InputErrors
from twin.world.assets import Assets, Protection, Source
from twin.world.city import City
from twin.world.kinds import Kinds, built_in_kinds
from twin.world.supplies import Feed, Service, Supplies

OWN_KIND = {**kind_to_dict(built_in_kinds()["pump"]), "touch_m": {"value": 0.4, "unit": "m", "source": "survey 2024"}}


def test_town_comes_back_whole(tmp_path: Path) -> None:
    town = small_town()
    write_city(town, tmp_path / "ville.gpkg")
    again = read_city(tmp_path / "ville.gpkg")
    assert_same(town, again)
    assert again.origin is not None
    assert again.origin.is_current(again)
    assert not again.origin.is_current(replace(again, report={}))


def test_same_city_gives_same_bytes(tmp_path: Path) -> None:
    write_city(small_town(), tmp_path / "a.gpkg")
    write_city(small_town(), tmp_path / "b.gpkg")
    write_city(read_city(tmp_path / "a.gpkg"), tmp_path / "c.gpkg")
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "c.gpkg").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.gpkg", "b.gpkg", "c.gpkg"]


# ------------------------------------------------------------------------------------------------------ any city

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["💡", "مصباح", "Rue de l’Église", "=x", "S1", "  padded ", "a'b\"c", "é"])
HEIGHT = st.floats(-5, 5) | st.just(np.nan)
PLACE = st.floats(-1e7, 1e7)


def two_languages(name: str) -> dict[str, Any]:
    words = {"one": name, "many": f"{name}s", "the": f"the {name}", "of_the": f"of the {name}"}
    return {"fr": words, "en": words}


@st.composite
def own_kinds(draw: st.DrawFn) -> Kinds:
    own: dict[str, Any] = {}
    if draw(st.booleans()):
        own["fontaine"] = {"symbol": "dot", "words": two_languages("fontaine"),
                           "touch_m": {"value": draw(st.floats(0, 2)), "unit": "m", "source": "relevé"}}
    if draw(st.booleans()):
        own["pump"] = OWN_KIND
    if draw(st.booleans()):
        own["réseau"] = {"footprint": "none", "roles": ["circuit"], "words": two_languages("réseau"),
                         "repair_s": {"reach": 60, "source": "équipe", "assumption": True}}
    return built_in_kinds().with_kinds(own)


@st.composite
def shapes_at(draw: st.DrawFn, x: float, y: float) -> Any:
    sort = draw(st.integers(0, 4))
    return [None, shapely.Point(x, y), shapely.box(x - 2, y - 1, x + 2, y + 3),
            shapely.MultiPolygon([shapely.box(x, y, x + 1, y + 1), shapely.box(x + 5, y, x + 6, y + 1)]),
            shapely.Point(x, y, 12.5)][sort]


@st.composite
def city_files(draw: st.DrawFn) -> CityFile:
    kinds = draw(own_kinds())
    n = draw(st.integers(0, 8))

    def many(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=n, max_size=n))

    ids = draw(st.lists(TEXT.filter(bool), min_size=n, max_size=n, unique=True))
    kind = many(st.sampled_from(kinds.names))
    x, y = np.array(many(PLACE | st.just(np.nan)), float), np.array(many(PLACE), float)
    x[np.isnan(y)], y[np.isnan(x)] = np.nan, np.nan
    touch, fail = np.array(many(HEIGHT), float), np.array(many(HEIGHT), float)
    assets = Assets.of(
        kinds, id=ids, kind=kind, name=objects(*many(TEXT)), x_m=x, y_m=y, ground_m=np.array(many(HEIGHT), float),
        touch_m=touch, fail_m=fail, height_error_m=np.array(many(st.floats(0, 2)), float),
        protection=many(st.sampled_from(Protection)), buffer_s=many(st.integers(0, 2**40)),
        people=many(st.floats(0, 1e6) | st.just(np.nan)), zero_m=many(HEIGHT), street=many(TEXT | st.none()),
        district=many(TEXT), owner=many(TEXT), operator=many(TEXT))
    if n and draw(st.booleans()):  # left out on purpose: water cannot fail it, though its kind has a height
        row = draw(st.integers(0, n - 1))
        fail_m, source = assets.fail_m.copy(), assets.fail_source.copy()
        fail_m[row], source[row] = np.nan, Source.NONE
        assets = assets.replaced(fail_m=fail_m, fail_source=source)
    pairs = sorted(draw(st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=6))) if n else []
    pairs = [(a, b) for a, b in pairs if a != b]
    group = [draw(st.integers(0, 2)) for _ in pairs]
    # The alternatives of a group give one service.
    service = {key: draw(st.sampled_from(Service)) for key in sorted({(b, g) for (_, b), g in zip(pairs, group,
                                                                                             strict=True)})}
    supplies = Supplies.of(
        n, supplier=[a for a, _ in pairs], consumer=[b for _, b in pairs], preference=list(range(len(pairs))),
        group=group, transfer_s=[draw(st.integers(0, 2**40)) for _ in pairs],
        service=[service[b, g] for (_, b), g in zip(pairs, group, strict=True)],
        feed=[draw(st.sampled_from(Feed)) for _ in pairs],
        source=[draw(st.sampled_from(Source)) for _ in pairs])
    shapes = objects(*(None if np.isnan(a) else draw(shapes_at(a, b)) for a, b in zip(x, y, strict=True)))
    city = City(name=draw(TEXT), crs=draw(st.sampled_from(["EPSG:2154", "EPSG:32632"])), assets=assets,
                latitude=draw(st.floats(-90, 90)), longitude=draw(st.floats(-180, 180)), timezone="Europe/Paris",
                supplies=supplies)
    context = {}
    for name in draw(st.sets(st.sampled_from(["street", "district", "water", "parc d’été"]))):
        count = draw(st.integers(0, 3))
        context[name] = Context(
            id=objects(*draw(st.lists(TEXT.filter(bool), min_size=count, max_size=count, unique=True))),
            name=objects(*draw(st.lists(TEXT, min_size=count, max_size=count))),
            geometry=objects(*(shapely.LineString([(i, 0), (i, 9)]) for i in range(count))),
            columns={"rank": objects(*draw(st.lists(TEXT, min_size=count, max_size=count))),
                     "width_m": np.arange(count, dtype=float)})
    extra = {}
    for name in sorted(set(kind)):
        count = kind.count(name)
        extra[name] = {"src_watt": np.array(draw(st.lists(HEIGHT, min_size=count, max_size=count)), float),
                       "src_libellé": objects(*draw(st.lists(TEXT | st.none(), min_size=count, max_size=count))),
                       "src_n": np.array(draw(st.lists(st.integers(-2**40, 2**40), min_size=count, max_size=count)),
                                         np.int64)}
    sources = tuple(SourceRecord(name=draw(TEXT), file=draw(TEXT), date="2024-02-29")
                    for _ in range(draw(st.integers(0, 2))))
    report = draw(st.dictionaries(TEXT, st.integers() | TEXT | st.lists(st.booleans(), max_size=2), max_size=3))
    return CityFile(city=city, shapes=shapes, context=context, sources=sources, extra=extra, report=report)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture,
                                                                  HealthCheck.too_slow])
@given(town=city_files())
def test_any_city_comes_back_whole(tmp_path: Path, town: CityFile) -> None:
    write_city(town, tmp_path / "ville.gpkg")
    assert_same(town, read_city(tmp_path / "ville.gpkg"))


def test_order_of_assets_survives_layers_of_mixed_kinds(tmp_path: Path) -> None:
    kinds = built_in_kinds()
    names = [f"X{i}" for i in range(9)]
    assets = Assets.of(kinds, id=names, kind=["lamp", "cabinet", "circuit"] * 3, x_m=np.arange(9.0), y_m=np.zeros(9))
    town = small_town()
    city = replace(town.city, assets=assets, supplies=Supplies.of(9, supplier=[1, 2], consumer=[2, 0]))
    extra = {"lamp": {"src_n": np.array([10, 13, 16])}}
    write_city(CityFile(city=city, shapes=np.full(9, None, dtype=object), extra=extra), tmp_path / "ville.gpkg")
    again = read_city(tmp_path / "ville.gpkg")
    assert list(again.city.assets.id) == names
    assert again.extra["lamp"]["src_n"].tolist() == [10, 13, 16]


def test_gis_tools_list_every_layer_and_table(tmp_path: Path) -> None:
    write_city(small_town(), tmp_path / "ville.gpkg")
    listed = dict(pyogrio.list_layers(tmp_path / "ville.gpkg").tolist())
    assert listed == {
        "substation": "Point", "cabinet": "Point", "circuit": None, "lamp": "Point", "building": "Polygon",
        "gauge": "Point", "street": "LineString", "supplies": None, "kinds": None, "metadata": None, "sources": None}
    lamps = pyogrio.read_dataframe(tmp_path / "ville.gpkg", layer="lamp")
    assert lamps.crs.to_epsg() == 2154
    assert lamps["street_id"].tolist() == ["V2", "V2"]
    assert lamps["fail_source"].tolist() == ["default", "default"]


def test_terrain_stands_beside(tmp_path: Path) -> None:
    from geodata.terrain import Terrain
    from twin.water.hazard import Grid

    grid = Grid(rows=2, columns=3, transform=(10.0, 0.0, 0.0, 0.0, -10.0, 20.0), crs="EPSG:2154")
    height_m = np.array([[1, 2, 3], [4, np.nan, 6]], np.float32)
    terrain = Terrain(height_m=height_m, grid=grid, error_m=0.2, vertical="NGF")
    write_city(replace(small_town(), terrain=terrain), tmp_path / "ville.gpkg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ville.gpkg", "ville.terrain.tif"]
    again = read_city(tmp_path / "ville.gpkg").terrain
    assert again is not None
    np.testing.assert_array_equal(again.height_m, terrain.height_m)
    (tmp_path / "ville.terrain.tif").unlink()
    with pytest.raises(InputError, match=r"no file 'ville\.terrain\.tif' beside it"):
        read_city(tmp_path / "ville.gpkg")


# ------------------------------------------------------------------------------------------------- edited by hand


def edited(path: Path, *statements: str) -> Path:
    """Write the small town, then change it as someone would in QGIS or SQLite."""
    write_city(small_town(), path)
    database = sqlite3.connect(path)
    for name in [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
        database.execute(f'DROP TRIGGER "{name}"')  # they need GDAL's own functions
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()
    return path


def test_lamp_added_by_hand_takes_the_defaults_of_its_kind(tmp_path: Path) -> None:
    path = edited(tmp_path / "ville.gpkg", "INSERT INTO lamp (id, geom) SELECT 'L3', geom FROM lamp WHERE id = 'L1'",
                  "UPDATE gpkg_ogr_contents SET feature_count = 3 WHERE table_name = 'lamp'",
                  "UPDATE lamp SET fail_m = 0.9, fail_source = NULL WHERE id = 'L1'")
    assets = read_city(path).city.assets
    added = assets.row("L3")
    assert (assets.fail_m[added], assets.fail_source[added]) == (0.30, Source.DEFAULT)
    assert (assets.x_m[added], assets.y_m[added]) == (30.0, 3.0)
    assert assets.fail_source[assets.row("L1")] == Source.SURVEY


def test_city_that_stands_open_in_qgis_is_read_as_it_looks_there(tmp_path: Path) -> None:
    path = edited(tmp_path / "ville.gpkg")
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")  # as QGIS opens it: what is saved stands in a file beside
    database.execute("UPDATE lamp SET fail_m = 0.66 WHERE id = 'L1'")
    database.commit()
    assets = read_city(path).city.assets
    database.close()
    assert assets.fail_m[assets.row("L1")] == 0.66


def test_city_that_stands_open_in_qgis_is_neither_copied_nor_written_over(tmp_path: Path) -> None:
    write_city(small_town(), tmp_path / "ville.gpkg")
    city_file = read_city(tmp_path / "ville.gpkg")
    assert city_file.origin is not None
    assert city_file.origin.is_current(city_file)
    (tmp_path / "ville.gpkg-wal").touch()
    assert not city_file.origin.is_current(city_file)
    with pytest.raises(InputError, match=r"stands open in another program.*Close it in QGIS"):
        write_city(city_file, tmp_path / "ville.gpkg")


def test_layer_emptied_by_hand_has_no_imported_columns(tmp_path: Path) -> None:
    town = small_town()
    kinds = [name for name in town.city.assets.kinds.names if name in town.extra]
    path = edited(tmp_path / "ville.gpkg", f"DELETE FROM {kinds[0]}", "DELETE FROM supplies",
                  "UPDATE gpkg_ogr_contents SET feature_count = NULL")
    read = read_city(path)
    assert list(read.extra) == kinds[1:]
    write_city(read, tmp_path / "again.gpkg")


def test_layer_added_by_hand_is_drawn_as_context(tmp_path: Path) -> None:
    write_city(small_town(), tmp_path / "ville.gpkg")
    import geopandas

    frame = geopandas.GeoDataFrame({"nom": ["Clos"]}, geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:2154")
    pyogrio.write_dataframe(frame, tmp_path / "ville.gpkg", layer="jardins", driver="GPKG", append=True)
    layer = read_city(tmp_path / "ville.gpkg").context["jardins"]
    assert layer.geometry[0].equals(shapely.box(0, 0, 1, 1))
    assert layer.columns["nom"].tolist() == ["Clos"]


@pytest.mark.parametrize(("statement", "message"), [
    ("DELETE FROM lamp WHERE id = 'L2'", r"supplies\.consumer', L2: found 1 link with assets that the city lacks"),
    ("UPDATE lamp SET id = 'L1'", r"field 'id', L1: found repeated ids"),
    ("UPDATE lamp SET id = NULL WHERE id = 'L2'", "assets without an id"),
    ("UPDATE lamp SET touch_source = 'guess'", r"touch_source': found 'guess'; expected one of survey, observed"),
    ("UPDATE circuit SET protection = 'rdc'", r"protection': found 'rdc'; expected one of rcd, fuse"),
    ("UPDATE supplies SET service = 'gas'", r"supplies\.service': found 'gas'; expected one of power, control, water"),
    ("UPDATE supplies SET transfer_s = -1", r"supplies\.transfer_s', .*found -1; expected 0 to"),
    ("UPDATE supplies SET transfer_s = 9000000000000000000", r"supplies\.transfer_s', .*found 9e\+18; expected 0 to"),
    ("UPDATE supplies SET preference = 40000", r"supplies\.preference', .*found 40000; expected 0 to 32767"),
    ("UPDATE supplies SET \"group\" = 'x'", r"supplies\.group': found 'x'; expected numbers"),
    ("UPDATE supplies SET supplier = consumer", r"supplies', A, .*found \d+ assets that supply themselves"),
    ("UPDATE lamp SET fail_m = 'half a metre'", r"lamp\.fail_m': found 'half a metre'; expected numbers"),
    ("UPDATE lamp SET ground_m = 9e999", r"ground_m', L1, .*found inf; expected -1000 to 10000"),
    ("UPDATE lamp SET height_error_m = -1", r"height_error_m', L1, .*found -1; expected 0 to 1000"),
    ("UPDATE lamp SET name = x'ff00fe'", r"lamp\.name': found bytes that are no UTF-8 text"),
    ("UPDATE metadata SET value = 'Mars/Olympus' WHERE key = 'timezone'", r"metadata\.timezone': found 'Mars/Olympus'"),
    ("UPDATE metadata SET value = 'nan' WHERE key = 'longitude'", r"metadata\.longitude': found 'nan'"),
    ("UPDATE metadata SET value = '[]' WHERE key = 'report'", "text that is no JSON of its sort"),
    ("ALTER TABLE lamp RENAME COLUMN fail_m TO fail", r"'lamp': found no column fail_m.*renamed or deleted"),
    ("ALTER TABLE supplies DROP COLUMN feed", r"'supplies': found no column feed"),
    ("DELETE FROM gpkg_contents WHERE table_name = 'supplies'", "a GeoPackage without supplies"),
    ("DELETE FROM metadata WHERE key = 'timezone'", r"metadata\.timezone': found nothing; expected an IANA"),
    ("UPDATE metadata SET value = 'x' WHERE key = 'latitude'", r"metadata\.latitude': found 'x'"),
    ("UPDATE metadata SET value = 'EPSG:4326' WHERE key = 'crs'", r"geographic CRS in degrees.*UTM zone"),
    ("UPDATE metadata SET value = 'EPSG:2272' WHERE key = 'crs'", r"which counts in US survey foot"),
    ("UPDATE metadata SET value = 'EPSG:32631' WHERE key = 'crs'", r"a layer in 'RGF93 v1 / Lambert-93'"),
    ("UPDATE metadata SET value = 'city-9' WHERE key = 'format'", "another version of the twin"),
    ("UPDATE metadata SET value = '{' WHERE key = 'report'", "text that is no JSON"),
])
def test_city_spoilt_by_hand_says_what_and_where(tmp_path: Path, statement: str, message: str) -> None:
    counted = "UPDATE gpkg_ogr_contents SET feature_count = (SELECT count(*) FROM lamp) WHERE table_name = 'lamp'"
    path = edited(tmp_path / "ville.gpkg", statement, counted)
    with pytest.raises(InputError, match=message) as caught:
        read_city(path)
    assert str(caught.value).startswith(str(path))


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    path = edited(tmp_path / "ville.gpkg", "ALTER TABLE lamp DROP COLUMN owner", "ALTER TABLE cabinet DROP COLUMN name")
    with pytest.raises(InputErrors) as caught:
        read_city(path)
    assert [complaint.field for complaint in caught.value.complaints] == ["cabinet", "lamp"]


# ----------------------------------------------------------------------------------------------------- bad files


def test_file_that_ends_early_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    write_city(small_town(), tmp_path / "ville.gpkg")
    whole = (tmp_path / "ville.gpkg").read_bytes()
    for kept in (0, 50, 100, 4096, len(whole) // 2, len(whole) - 1):
        (tmp_path / "part.gpkg").write_bytes(whole[:kept])
        with pytest.raises(InputError, match=r"ends early|no GeoPackage|an empty file"):
            read_city(tmp_path / "part.gpkg")


def test_page_of_noise_within_a_layer_is_refused(tmp_path: Path) -> None:
    write_city(small_town(), tmp_path / "ville.gpkg")
    database = sqlite3.connect(tmp_path / "ville.gpkg")
    page = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'lamp'").fetchone()[0]
    size = database.execute("PRAGMA page_size").fetchone()[0]
    database.close()
    spoilt = bytearray((tmp_path / "ville.gpkg").read_bytes())
    spoilt[(page - 1) * size:page * size] = b"\xff" * size
    (tmp_path / "ville.gpkg").write_bytes(spoilt)
    with pytest.raises(InputError, match="damaged file"):
        read_city(tmp_path / "ville.gpkg")


@pytest.mark.parametrize(("make", "message"), [
    (lambda path: None, "no such file"),
    (lambda path: path.mkdir(), "cannot be read"),
    (lambda path: path.write_text("id;x;y\n"), "no GeoPackage"),
    (lambda path: sqlite3.connect(path).execute("CREATE TABLE t (a)").connection.close(), "no GeoPackage"),
    (lambda path: pyogrio.write_dataframe(_frame(), path, layer="buildings", driver="GPKG"),
     r"without metadata and supplies \(it holds: buildings\).*twin import")])
def test_what_is_no_city_file_says_so(tmp_path: Path, make: Callable[[Path], Any], message: str) -> None:
    make(tmp_path / "x.gpkg")
    with pytest.raises(InputError, match=message):
        read_city(tmp_path / "x.gpkg")


def _frame() -> Any:
    import geopandas

    return geopandas.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, 0)], crs="EPSG:2154")


# ------------------------------------------------------------------------------------------------- bad places


def test_city_in_degrees_or_with_impossible_text_is_not_written(tmp_path: Path) -> None:
    town = small_town()
    with pytest.raises(InputError, match="geographic CRS in degrees"):
        write_city(replace(town, city=replace(town.city, crs="EPSG:4326")), tmp_path / "a.gpkg")
    with pytest.raises(InputError, match="which is no CRS"):
        write_city(replace(town, city=replace(town.city, crs="Lambert 93")), tmp_path / "a.gpkg")
    for name in ("a\0b", "\ud800"):
        names = objects(*[name] * 7)
        spoilt = replace(town.city, assets=town.city.assets.replaced(name=names))
        with pytest.raises(InputError, match="field 'name'"):
            write_city(replace(town, city=spoilt), tmp_path / "a.gpkg")
    with pytest.raises(InputError, match="names collide"):
        write_city(replace(town, context={"Lamp": town.context["street"]}), tmp_path / "a.gpkg")
    with pytest.raises(InputError, match="second column 'src_WATT'"):
        write_city(replace(town, extra={"lamp": {"src_watt": [1, 2], "src_WATT": [3, 4]}}), tmp_path / "a.gpkg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "message"), [
    ("notes.txt", "a file of another sort; expected a place where nothing stands"), ("folder", "a folder"),
    (".", "a folder"), ("x" * 300, "a name too long")])
def test_only_a_city_file_is_written_over(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=message):
        write_city(small_town(), tmp_path / name)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "notes.txt"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(28, "No space left on device"),
                                     PermissionError(13, "Permission denied")])
def test_interrupted_write_leaves_the_file_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                          failure: BaseException) -> None:
    path = tmp_path / "ville.gpkg"
    write_city(small_town(), path)
    before, real, calls = path.read_bytes(), pyogrio.write_arrow, []

    def fail(*args: Any, **more: Any) -> None:
        calls.append(args)
        if len(calls) > 3:
            raise failure
        real(*args, **more)

    monkeypatch.setattr(pyogrio, "write_arrow", fail)
    with pytest.raises(InputError if isinstance(failure, OSError) else KeyboardInterrupt):
        write_city(small_town(report={"lamp": "changed"}), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["ville.gpkg"]


def test_folder_that_may_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="no folder"):
        write_city(small_town(), tmp_path / "nowhere/ville.gpkg")
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        write_city(small_town(), tmp_path / "file/ville.gpkg")

    def refuse(**_: Any) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(atomic_module.tempfile, "mkdtemp", refuse)
    with pytest.raises(InputError, match="may not be written"):
        write_city(small_town(), tmp_path / "ville.gpkg")


def test_disk_that_fills_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk: the write fails in the middle, within GDAL."""
    program = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n"
        "from geodata.city.file import write_city; from tests.geodata.towns import small_town\n"
        "from twin.errors import InputError\n"
        "try:\n    write_city(small_town(), Path(sys.argv[1]) / 'ville.gpkg')\n"
        "except InputError as error:\n    print(error)\n    raise SystemExit(2)\n")

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    done = subprocess.run([sys.executable, "-B", "-c", program, str(tmp_path), str(Path(__file__).parents[3])],
                          capture_output=True, text=True, preexec_fn=limit, check=False, timeout=60)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "expected a place that can be written" in done.stdout
    assert list(tmp_path.iterdir()) == []
