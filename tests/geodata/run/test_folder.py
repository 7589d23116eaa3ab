"""The run folder: whole or absent, the same bytes for the same run, and nothing lost on the way back."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import subprocess
import sys
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geodata.run.folder as run_folder_module
from geodata.city.file import read_city, write_city
from geodata.city.model import CityFile
from geodata.city.package import Package
from geodata.run.folder import Run, read_run, write_run
from geodata.run.head import run_head
from geodata.run.manifest import describe, plan_of, plan_to_dict
from geodata.run.schemas import OPTIONAL, TABLES
from geodata.seals import SEAL, seal_of
from tests.geodata.runs import made_up_result, made_up_water
from tests.geodata.towns import assert_same, small_town
from tests.reference.hand_town import HandTown
from twin.engine.simulate import run
from twin.errors import InputError
from twin.explaining.explain import explain
from twin.results.result import Result

INPUTS = [{"name": "city", "file": "ville.gpkg", "sha256": "ab" * 32}]


def write_small_run(out: Path, *, seed: int = 7, water: bool = True) -> Result:
    town = small_town()
    result = made_up_result(town, seed)
    envelope, grid, times_s = made_up_water() if water else (None, None, np.zeros(0, np.int64))
    write_run(result, town, envelope, grid, times_s, out, INPUTS)
    return result


def test_a_promised_update_comes_back_and_its_absence_too() -> None:
    result = made_up_result(small_town(), 7)
    assets = result.city.assets
    promised = replace(result.plan, next_update=result.plan.issued_at + timedelta(hours=1))
    for plan in (result.plan, promised):
        assert plan_of(plan_to_dict(plan, assets)) == plan
    assert promised.digest != result.plan.digest
    assert describe(replace(result, plan=promised), [])["next_update"] == promised.next_update.isoformat()


def assert_same_result(mine: Result, theirs: Result) -> None:
    theirs.city.assert_equal(mine.city)
    assert mine.plan.digest == theirs.plan.digest
    assert replace(mine.plan, flood="{}") == replace(theirs.plan, flood="{}")
    for part in ("outages", "doubts", "feeds", "exposure", "trace", "series"):
        assert_same_columns(getattr(mine, part), getattr(theirs, part), part)
    assert mine.indicators == theirs.indicators
    assert mine.provenance == theirs.provenance
    assert mine.warnings == theirs.warnings


def assert_same_columns(mine: object, theirs: object, path: str) -> None:
    for f in fields(mine):  # type: ignore[arg-type]
        a, b = getattr(mine, f.name), getattr(theirs, f.name)
        if a is None or isinstance(a, (int, float, str, dict)):
            assert a == b, f"{path}.{f.name}"
        elif isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b, err_msg=f"{path}.{f.name}")
            assert a.dtype == b.dtype, f"{path}.{f.name}: {a.dtype} against {b.dtype}"
        else:
            assert_same_columns(a, b, f"{path}.{f.name}")


def all_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_run_comes_back_whole(tmp_path: Path) -> None:
    result = write_small_run(tmp_path / "nuit")
    run = read_run(tmp_path / "nuit")
    assert_same_result(result, run.result)
    assert_same(small_town(), run.city_file)
    envelope, grid, times_s = made_up_water()
    assert run.water is not None
    np.testing.assert_array_equal(run.water.peak_m, envelope.peak_m)
    np.testing.assert_array_equal(run.water.first, envelope.first)
    np.testing.assert_array_equal(run.water.last, envelope.last)
    assert run.water_grid == grid
    assert run.water_times_s.tolist() == times_s.tolist()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), outages=st.integers(0, 6), events=st.integers(0, 6),
       start=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_any_small_run_comes_back_whole(tmp_path: Path, seed: int, outages: int, events: int, start: datetime) -> None:
    town = small_town()
    result = made_up_result(town, seed, outages=outages, events=events, start=start)
    out = tmp_path / "run"
    write_run(result, town, None, None, np.zeros(0, np.int64), out)
    run = read_run(out)
    assert_same_result(result, run.result)
    assert run.water is None
    assert run.water_grid is None


def test_same_run_gives_same_bytes(tmp_path: Path) -> None:
    write_small_run(tmp_path / "a")
    write_small_run(tmp_path / "b")
    assert all_bytes(tmp_path / "a") == all_bytes(tmp_path / "b")


def test_city_copied_from_its_file_has_the_bytes_of_one_written_from_memory(tmp_path: Path) -> None:
    write_city(small_town(), tmp_path / "ville.gpkg")
    town = read_city(tmp_path / "ville.gpkg")
    write_run(made_up_result(town), town, None, None, np.zeros(0, np.int64), tmp_path / "copied")
    write_small_run(tmp_path / "written", water=False)
    assert (tmp_path / "copied/city.gpkg").read_bytes() == (tmp_path / "written/city.gpkg").read_bytes()


def test_thresholds_of_the_scenario_stand_in_the_city_of_the_run(tmp_path: Path) -> None:
    write_city(small_town(), tmp_path / "ville.gpkg")
    town = read_city(tmp_path / "ville.gpkg")
    raised = town.city.assets.fail_m.copy()
    raised[town.city.assets.row("A")] = 0.77
    city = replace(town.city, assets=town.city.assets.replaced(fail_m=raised))
    result = replace(made_up_result(town), city=city)
    write_run(result, town, None, None, np.zeros(0, np.int64), tmp_path / "run")
    assert read_run(tmp_path / "run").result.city.assets.fail_m[1] == 0.77


def test_every_table_has_the_columns_and_types_of_the_contract(tmp_path: Path) -> None:
    write_small_run(tmp_path / "run")
    for name, schema in TABLES.items():
        if name in OPTIONAL and not (tmp_path / "run" / name).exists():
            continue
        found = pq.read_schema(tmp_path / "run" / name)
        assert found.remove_metadata().equals(schema), name
        assert all(field.type == pa.timestamp("ms", tz="UTC") for field in found if pa.types.is_timestamp(field.type))
    assert TABLES["outages.parquet"].names == [
        "asset_id", "kind", "start", "end", "mechanism", "cause_asset_id", "root_asset_id", "root_mechanism",
        "root_depth_m", "held_mechanism", "held_asset_id", "dark_s", "doubtful", "event_row"]
    assert TABLES["exposure.parquet"].names == [
        "asset_id", "kind", "ground_m", "peak_depth_m", "peak_time", "touched_at", "failed_at", "water_left_at",
        "margin_m", "doubtful", "coverage", "unknown_s", "shortfall_m", "geometry"]
    assert TABLES["events.parquet"].names == ["row", "time", "event", "asset_id", "cause_row", "contributors", "detail"]
    assert TABLES["timeline.parquet"].names == ["time", "kind", "mechanism", "out", "dark"]


def test_times_are_moments_in_utc_and_never_is_null(tmp_path: Path) -> None:
    result = write_small_run(tmp_path / "run")
    table = pq.read_table(tmp_path / "run/outages.parquet")
    starts = table["start"].to_pylist()
    assert starts[0] == result.plan.start.astimezone(UTC) + (starts[0] - result.plan.start)
    assert [(s - result.plan.start).total_seconds() for s in starts] == result.outages.start_s.tolist()
    assert [end is None for end in table["end"].to_pylist()] == (result.outages.end_s == -1).tolist()
    assert [dark is None for dark in table["dark_s"].to_pylist()] == (result.outages.dark_s == -1).tolist()


def test_exposure_opens_as_geoparquet_with_shapes_and_crs(tmp_path: Path) -> None:
    import geopandas

    write_small_run(tmp_path / "run")
    frame = geopandas.read_parquet(tmp_path / "run/exposure.parquet")
    town = small_town()
    assert frame.crs.to_epsg() == 2154
    assert [shape is None for shape in frame.geometry] == [shape is None for shape in town.shapes]
    assert frame.geometry[5].equals(town.shapes[5])
    geo = json.loads(pq.read_schema(tmp_path / "run/exposure.parquet").metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"]["geometry_types"] == ["Point", "Polygon"]
    assert geo["columns"]["geometry"]["bbox"] == [10.0, 1.0, 60.0, 70.0]


def test_water_raster_names_its_bands(tmp_path: Path) -> None:
    write_small_run(tmp_path / "run")
    with rasterio.open(tmp_path / "run/water.tif") as raster:
        assert raster.descriptions == (
            "peak_depth_m", "first_wet_step_0.05_m", "last_wet_step_0.05_m", "first_wet_step_0.30_m",
            "last_wet_step_0.30_m", "first_wet_step_0.80_m", "last_wet_step_0.80_m")
        assert raster.crs.to_epsg() == 2154
        assert set(raster.dtypes) == {"float32"}


def test_run_json_says_what_the_run_is_and_rests_on(tmp_path: Path) -> None:
    write_small_run(tmp_path / "run")
    info = json.loads((tmp_path / "run/run.json").read_text(encoding="utf-8"))
    assert info["status"] == "exercise"
    assert info["issued_at"] == "2026-11-22T16:00:00+01:00"
    assert info["inputs"] == INPUTS
    assert info["plan"]["declared"][0]["asset_id"] == "S"
    assert info["counts"]["assets"]["lamp"] == 2
    assert sum(info["counts"]["mechanisms"].values()) == info["counts"]["outages"] == 5
    assert set(info["files"]) == {*TABLES, "city.gpkg", "water.tif"} - {
        "returns.parquet", "street_returns.parquet", "street_depths.parquet", "street_heads.parquet"}
    assert {"twin", "python", "numpy"} <= set(info["versions"])


def test_run_may_be_replaced_but_nothing_else(tmp_path: Path) -> None:
    write_small_run(tmp_path / "run", seed=1)
    result = write_small_run(tmp_path / "run", seed=2)
    assert_same_result(result, read_run(tmp_path / "run").result)
    mine = tmp_path / "photos"
    mine.mkdir()
    (mine / "chat.jpg").write_text("miaou")
    with pytest.raises(InputError, match=r"without a run\.json.*Choose another --out"):
        write_small_run(mine)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match="found a file"):
        write_small_run(tmp_path / "notes.txt")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "photos", "run"]
    assert [path.name for path in mine.iterdir()] == ["chat.jpg"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_interrupted_run_leaves_what_stood_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                 failure: BaseException) -> None:
    first = write_small_run(tmp_path / "run", seed=1)

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(run_folder_module, "write_water", fail)
    expected = InputError if isinstance(failure, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        write_small_run(tmp_path / "run", seed=2)
    with pytest.raises(expected):
        write_small_run(tmp_path / "new", seed=2)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert_same_result(first, read_run(tmp_path / "run").result)


@pytest.mark.parametrize(("lost", "message"), [
    ("run.json", r"no run\.json in it"), ("outages.parquet", r"a run without outages\.parquet"),
    ("city.gpkg", r"a run without city\.gpkg"), ("water.tif", r"a run without water\.tif")])
def test_folder_that_lost_a_part_says_which(tmp_path: Path, lost: str, message: str) -> None:
    write_small_run(tmp_path / "run")
    (tmp_path / "run" / lost).unlink()
    with pytest.raises(InputError, match=message):
        read_run(tmp_path / "run")


def test_truncated_table_is_refused(tmp_path: Path) -> None:
    write_small_run(tmp_path / "run")
    table = tmp_path / "run/events.parquet"
    table.write_bytes(table.read_bytes()[:-40])
    with pytest.raises(InputError, match=r"events\.parquet \(its size has changed\)"):
        read_run(tmp_path / "run")


def test_a_byte_that_turned_is_noticed(tmp_path: Path) -> None:
    write_small_run(tmp_path / "run")
    table = tmp_path / "run/exposure.parquet"
    spoilt = bytearray(table.read_bytes())
    spoilt[len(spoilt) // 2] ^= 0x40
    table.write_bytes(bytes(spoilt))
    with pytest.raises(InputError, match=r"exposure\.parquet \(its content has changed\)"):
        read_run(tmp_path / "run")


def edit_run_json(folder: Path, *, is_sealed: bool, **values: object) -> None:
    """Change values of a ``run.json``; ``is_sealed``: with the digest of what it then says."""
    info = json.loads((folder / "run.json").read_text(encoding="utf-8")) | values
    (folder / "run.json").write_text(json.dumps({**info, SEAL: seal_of(info)} if is_sealed else info), encoding="utf-8")


@pytest.mark.parametrize("is_sealed", [True, False])
@pytest.mark.parametrize("key", ["files", "indicators", "provenance", "warnings", "water", "plan", "inputs", "start"])
def test_run_json_edited_by_hand_is_refused(tmp_path: Path, key: str, is_sealed: bool) -> None:
    write_small_run(tmp_path / "run")
    edit_run_json(tmp_path / "run", is_sealed=is_sealed, **{key: "edited"})
    with pytest.raises(InputError, match=r"run\.json.*[rR]un the scenario again"):
        read_run(tmp_path / "run")


def test_another_value_of_the_same_sort_is_refused_by_the_seal(tmp_path: Path) -> None:
    write_small_run(tmp_path / "run")
    edit_run_json(tmp_path / "run", is_sealed=False, seed=8)
    with pytest.raises(InputError, match=r"field 'sha256': found other values than the run wrote"):
        read_run(tmp_path / "run")
    with pytest.raises(InputError, match=r"field 'sha256'"):
        run_head(tmp_path / "run")


def test_run_json_laid_out_otherwise_is_read(tmp_path: Path) -> None:
    result = write_small_run(tmp_path / "run")
    file = tmp_path / "run/run.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")), sort_keys=True, indent=7), "utf-8")
    assert_same_result(result, read_run(tmp_path / "run").result)


def test_a_run_of_before_there_were_seals_is_read(tmp_path: Path) -> None:
    result = write_small_run(tmp_path / "run")
    file = tmp_path / "run/run.json"
    info = json.loads(file.read_text(encoding="utf-8"))
    del info[SEAL]
    file.write_text(json.dumps(info), encoding="utf-8")
    assert_same_result(result, read_run(tmp_path / "run").result)


@pytest.mark.parametrize(("indicators", "message"), [
    ({"lamps": 3}, r"field 'indicators\.lamps': found 3; expected an object"),
    ({"roots": [{}]}, r"field 'indicators\.roots\.0': found None; expected a value 'asset'"),
    ({"no_supplier": {"lamp": 2**40}}, r"field 'indicators\.no_supplier\.lamp': .*expected a whole number, 0 or more"),
    ({"no_supplier": {"lamp": True}}, "expected a whole number"),
    ({"no_supplier": {"tram": 1}}, r"found 'tram'; expected a kind of city\.gpkg"),
    ({"clusters": {}}, "expected a list")])
def test_indicators_of_another_shape_are_refused(tmp_path: Path, indicators: dict[str, object], message: str) -> None:
    write_small_run(tmp_path / "run")
    edit_run_json(tmp_path / "run", is_sealed=True, indicators=indicators)
    with pytest.raises(InputError, match=message):
        read_run(tmp_path / "run")


def test_folder_needs_nothing_but_itself(tmp_path: Path) -> None:
    write_city(small_town(), tmp_path / "ville.gpkg")
    town = read_city(tmp_path / "ville.gpkg")
    result = made_up_result(town)
    write_run(result, town, *made_up_water(), tmp_path / "run", INPUTS)
    (tmp_path / "elsewhere").mkdir()
    shutil.move(tmp_path / "run", tmp_path / "elsewhere/run")
    (tmp_path / "ville.gpkg").unlink()
    run: Run = read_run(tmp_path / "elsewhere/run")
    assert_same_result(result, run.result)


def test_manual_names_every_table_column_and_key(tmp_path: Path) -> None:
    write_small_run(tmp_path / "run")
    manual = (Path(__file__).parents[3] / "docs/file-formats.md").read_text(encoding="utf-8")
    info = json.loads((tmp_path / "run/run.json").read_text(encoding="utf-8"))
    named = {word for name, schema in TABLES.items() for word in (name, *schema.names)} | set(info)
    with Package(tmp_path / "run/city.gpkg") as package:
        for table in (*package.layers, *package.tables):
            named |= {column for column in package.columns(table) if not column.startswith("src_")}
        named |= set(package.pairs("metadata", "key", "value"))
    assert sorted(word for word in named if f"`{word}`" not in manual) == []


def test_run_read_back_explains_in_the_same_words(tmp_path: Path, hand_town: HandTown) -> None:
    result = run(hand_town.city, hand_town.plan, hand_town.exposure)
    town = CityFile(city=hand_town.city, shapes=np.full(len(hand_town.city.assets), None, dtype=object))
    write_run(result, town, None, None, np.zeros(0, np.int64), tmp_path / "run")
    again = read_run(tmp_path / "run").result
    for name in hand_town.city.assets.id:
        for lang in ("fr", "en"):
            for at_s in (None, 20_000, 38_000):
                assert str(explain(again, name, lang, at_s)) == str(explain(result, name, lang, at_s))
                assert explain(again, name, lang, at_s).to_dict() == explain(result, name, lang, at_s).to_dict()


def test_disk_that_fills_leaves_no_folder(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk."""
    program = (
        "import sys, numpy as np; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n"
        "from geodata.run.folder import write_run\n"
        "from tests.geodata.runs import made_up_result; from tests.geodata.towns import small_town\n"
        "from twin.errors import InputError\n"
        "try:\n    town = small_town()\n"
        "    write_run(made_up_result(town), town, None, None, np.zeros(0, np.int64), Path(sys.argv[1]) / 'run')\n"
        "except InputError as error:\n    print(error)\n    raise SystemExit(2)\n")

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    done = subprocess.run([sys.executable, "-B", "-c", program, str(tmp_path), str(Path(__file__).parents[3])],
                          capture_output=True, text=True, preexec_fn=limit, check=False, timeout=60)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "expected a place that can be written" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["new", "run"])
def test_killed_run_leaves_nothing_that_looks_finished(tmp_path: Path, name: str) -> None:
    first = write_small_run(tmp_path / "run")
    program = (
        "import os, signal, sys; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n"
        "import geodata.run.folder as f\n"
        "from tests.geodata.runs import made_up_result, made_up_water; from tests.geodata.towns import small_town\n"
        "f.write_water = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "town = small_town()\n"
        "f.write_run(made_up_result(town, 2), town, *made_up_water(), Path(sys.argv[1]))\n")
    done = subprocess.run([sys.executable, "-B", "-c", program, str(tmp_path / name), str(Path(__file__).parents[3])],
                          capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == ["run"]
    assert_same_result(first, read_run(tmp_path / "run").result)
    second = write_small_run(tmp_path / name, seed=2)
    assert_same_result(second, read_run(tmp_path / name).result)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({"run", name})


def test_tables_in_memory_are_those_of_the_folder(tmp_path: Path) -> None:
    write_small_run(tmp_path / "run")
    found = read_run(tmp_path / "run")
    assert sorted(f"{name}.parquet" for name in found.tables) == sorted(
        set(TABLES) - {"returns.parquet", "street_returns.parquet", "street_depths.parquet", "street_heads.parquet"})
    for name, table in found.tables.items():
        assert table.equals(pq.read_table(tmp_path / "run" / f"{name}.parquet")), name
    frame = found.tables.outages.to_pandas()
    assert list(frame["asset_id"]) == [found.result.city.assets.id[row] for row in found.result.outages.asset]
    assert found.tables.trace.equals(found.tables["events"])
    with pytest.raises(AttributeError, match=r"no table 'outage': events, exposure"):
        _ = found.tables.outage
