"""The store of the flow model: computed, cached, resumed, read back as a hazard, exported."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from threading import Thread
from types import SimpleNamespace

import numpy as np
import pytest

from geodata.hazards.declared.flood import FloodSpec
from geodata.hazards.flow import store as flow_frames
from geodata.hazards.flow.export import write_geotiff, write_netcdf
from geodata.hazards.flow.store import FlowFrames, frame_times, make, open_flow, open_frames
from geodata.inputs.times import duration_s as seconds_in
from geodata.locks import locked
from geodata.terrain import Terrain
from tests.geodata.disks import small_disk
from twin.errors import InputError
from twin.flood.book import Book, Cancelled
from twin.water.hazard import Grid, Hazard

START = datetime(2026, 6, 1, 18, tzinfo=UTC)
HOUR = 3600


@pytest.fixture
def bowl(tiny_city):
    """A bowl of 60 x 80 cells of 4 m around nothing but open ground."""
    y, x = np.mgrid[:60, :80]
    height = (0.01 * np.hypot(x - 40, y - 30) * 4 + 200).astype(np.float32)
    grid = Grid(rows=60, columns=80, transform=(4.0, 0, 0, 0, -4.0, 240.0), crs="EPSG:2154")
    city = tiny_city({"S": "substation", "L": "lamp"}, [("S", "L")])
    return SimpleNamespace(city=city, shapes=np.full(len(city.assets), None, object), context={},
                           terrain=Terrain(height_m=height, grid=grid, error_m=0.1))


def spec(**more):
    return FloodSpec.model_validate({"rain": {"mm_h": 60.0, "lasts": "30min"}, "model": {
        "every": "10min", "infiltration": None, "edges": dict.fromkeys(("north", "east", "south", "west"), "closed")},
        **more})


def given(bowl, tmp_path):
    return {"city_file": bowl, "folder": tmp_path, "start": START, "duration_s": HOUR}


def unfinished(folder):
    """Give the folder in which the water of `cut` is being computed."""
    [found] = folder.glob(".cut.*.water")
    return found


def test_store_is_a_hazard_with_frames_maxima_and_book(bowl, tmp_path):
    told = []
    water = make(spec(), tmp_path / "water", **given(bowl, tmp_path), progress=lambda now, end: told.append((now, end)))
    assert isinstance(water, Hazard)
    assert water.times_s.tolist() == [0, 600, 1200, 1800, 2400, 3000, 3600]
    assert told[-1] == (3600.0, 3600.0)
    middle = 30 * 80 + 40
    series = [float(d[0]) for d in water.depths(np.array([middle]))]
    assert series[0] == 0
    assert series[-1] > 0.1
    envelope = water.envelope()
    assert envelope.peak_m[30, 40] == pytest.approx(max(series))
    wet = [k for k, depth in enumerate(series) if depth >= 0.05]
    assert (envelope.first[0, 30, 40], envelope.last[0, 30, 40]) == (wet[0], wet[-1])
    assert envelope.first[2, 0, 0] == -1
    assert water.book["rain_m3"] == pytest.approx(0.03 * 4800 * 16, rel=1e-6)
    assert abs(water.book["relative_error"]) < 1e-6
    assert water.peak_m[30, 40] >= max(series) - 1e-3
    assert wet[0] * 600 - 600 <= water.arrival_s[30, 40] <= wet[0] * 600
    assert water.depth_error_m == pytest.approx(np.hypot(0.1, 0.1))


def test_same_inputs_are_read_from_the_cache_and_others_are_not(bowl, tmp_path, monkeypatch):
    runs = []
    finish = flow_frames._finish
    monkeypatch.setattr(flow_frames, "_finish", lambda *a: (runs.append(1), finish(*a)))
    for flood in (spec(), spec(), spec(rain={"mm_h": 50.0, "lasts": "30min"})):
        open_flow(flood, **given(bowl, tmp_path), cache=tmp_path / "cache")
    assert len(runs) == 2


def test_stopped_run_goes_on_and_ends_identically(bowl, tmp_path, monkeypatch):
    whole = make(spec(), tmp_path / "whole", **given(bowl, tmp_path))
    monkeypatch.setattr(flow_frames, "CHECKPOINT_S", -1.0)
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 150

    with pytest.raises(Cancelled):
        make(spec(), tmp_path / "cut", **given(bowl, tmp_path), cancel=stop)
    assert (unfinished(tmp_path) / "checkpoint.npz").exists()
    with pytest.raises(InputError, match="did not end"):
        FlowFrames(unfinished(tmp_path))
    assert not (tmp_path / "cut").exists()
    told = []
    resumed = make(spec(), tmp_path / "cut", **given(bowl, tmp_path), progress=lambda now, end: told.append(now))
    assert told[0] > 0
    assert resumed.info == whole.info
    for k in range(7):
        assert resumed.frame(k).tobytes() == whole.frame(k).tobytes()
    assert resumed.peak_m.tobytes() == whole.peak_m.tobytes()


def test_larger_cells_keep_the_terrain_unless_it_is_averaged(bowl, tmp_path):
    model = {"cell_m": 12, "every": "10min", "infiltration": None,
             "edges": dict.fromkeys(("north", "east", "south", "west"), "closed")}
    whole = make(spec(), tmp_path / "whole", **given(bowl, tmp_path))
    kept = make(spec(model=model), tmp_path / "kept", **given(bowl, tmp_path))
    averaged = make(spec(model={**model, "subgrid": False}), tmp_path / "averaged", **given(bowl, tmp_path))
    assert (kept.grid.rows, kept.grid.columns) == (60, 80)
    assert (averaged.grid.rows, averaged.grid.columns) == (20, 26)
    assert "Computed on cells of 12 m" in kept.notes[0]
    assert "averaged to 12 m" in averaged.notes[0]
    assert np.abs(kept.frame(6) - whole.frame(6)).max() < 0.02
    assert kept.book["stored_m3"] == pytest.approx(whole.book["stored_m3"], rel=1e-4)


def test_stopped_run_on_larger_cells_goes_on_and_ends_identically(bowl, tmp_path, monkeypatch):
    monkeypatch.setattr(flow_frames, "CHECKPOINT_S", 0.0)
    model = {"cell_m": 12, "every": "10min"}
    whole = make(spec(model=model), tmp_path / "whole", **given(bowl, tmp_path))
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 150

    with pytest.raises(Cancelled):
        make(spec(model=model), tmp_path / "cut", **given(bowl, tmp_path), cancel=stop)
    assert (unfinished(tmp_path) / "checkpoint.npz").exists()
    resumed = make(spec(model=model), tmp_path / "cut", **given(bowl, tmp_path))
    for k in range(7):
        assert resumed.frame(k).tobytes() == whole.frame(k).tobytes()
    assert resumed.peak_m.tobytes() == whole.peak_m.tobytes()
    assert resumed.book == whole.book


@pytest.mark.parametrize(("every", "duration_s", "times"), [
    ("7min", 600, [0, 420, 600]), ("10h", 600, [0, 600]), ("5min", 1, [0, 1]), ("5min", 600, [0, 300, 600]),
    ("1.5s", 5, [0, 1, 3, 4, 5])])
def test_the_last_frame_is_the_end_of_the_run(every, duration_s, times):
    assert frame_times(seconds_in(every), duration_s).tolist() == times


def test_a_short_last_step_is_read_back_and_exported_at_its_time(bowl, tmp_path):
    import xarray

    model = {"every": "25min", "infiltration": None}
    flood = spec(rain=None, inflow={"at": [160, 120], "m3_s": 1.0}, model=model)
    water = make(flood, tmp_path / "water", **given(bowl, tmp_path))
    assert water.times_s.tolist() == [0, 1500, 3000, 3600]
    assert water.book["time_s"] == 3600
    assert water.book["inflow_m3"] == {"inflow": pytest.approx(3600.0, rel=1e-6)}
    assert len(list(water.depths(np.array([0])))) == 4
    write_netcdf(water, tmp_path / "water.nc")
    with xarray.open_dataset(tmp_path / "water.nc", engine="h5netcdf") as data:
        assert data.time.values[-1] == np.datetime64("2026-06-01T19:00")


def test_files_that_the_twin_did_not_write_are_left_alone(bowl, tmp_path):
    import rasterio
    import xarray

    water = make(spec(), tmp_path / "water", **given(bowl, tmp_path))
    xarray.Dataset({"mm_h": ("x", [1.0])}).to_netcdf(tmp_path / "rain.nc", engine="h5netcdf")
    (tmp_path / "cut.tif").write_bytes(b"II*\x00nothing more")
    (tmp_path / "cut.nc").write_bytes(b"\x89HDF nothing more")
    with rasterio.open(tmp_path / "dtm.tif", "w", driver="GTiff", width=80, height=60, count=1, dtype="float32",
                       crs="EPSG:2154", transform=rasterio.Affine(4, 0, 0, 0, -4, 240)) as raster:
        raster.write(bowl.terrain.height_m, 1)
    for name, write in (("rain.nc", write_netcdf), ("cut.nc", write_netcdf), ("dtm.tif", write_geotiff),
                        ("cut.tif", write_geotiff)):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(InputError, match=r"that `twin flood` did not write.*so it stays"):
            write(water, tmp_path / name)
        assert (tmp_path / name).read_bytes() == before
    for _ in range(2):  # its own are replaced
        write_geotiff(water, tmp_path / "peak.tif")


def test_a_book_that_does_not_balance_is_said(bowl, tmp_path, monkeypatch):
    monkeypatch.setattr(Book, "error_m3", 600.0)
    water = make(spec(), tmp_path / "water", **given(bowl, tmp_path))
    assert water.complaint in water.notes
    assert water.complaint.startswith("The book of the water does not balance: +600 m3 of ")


def test_frames_of_a_store_follow_the_scenarios_clock(bowl, tmp_path):
    make(spec(), tmp_path / "water", **given(bowl, tmp_path))
    later = datetime(2026, 6, 1, 18, 30, tzinfo=UTC)
    water = open_frames(FloodSpec(frames="water"), folder=tmp_path, start=later)
    assert water.times_s.tolist() == [-1800, -1200, -600, 0, 600, 1200, 1800]


def test_export_is_netcdf_that_reads_back(bowl, tmp_path):
    import xarray

    water = make(spec(), tmp_path / "water", **given(bowl, tmp_path))
    told = []
    write_netcdf(water, tmp_path / "water.nc", progress=lambda done, all_: told.append((done, all_)))
    assert told[-1] == (7, 7)
    with xarray.open_dataset(tmp_path / "water.nc", engine="h5netcdf") as data:
        assert data.depth.attrs["standard_name"] == "flood_water_thickness"
        assert data.time.values[-1] == np.datetime64("2026-06-01T19:00")
        assert float(data.depth[-1, 30, 40]) == pytest.approx(float(water.frame(6)[30, 40]), abs=1e-6)
        assert float(data.peak_depth[30, 40]) == pytest.approx(float(water.peak_m[30, 40]), abs=1e-6)
        assert 0 < float(data.arrival[30, 40]) < 1800
    # Written again over its like, and over nothing else.
    write_netcdf(water, tmp_path / "water.nc")
    (tmp_path / "letter.nc").write_text("dear", encoding="utf-8")
    with pytest.raises(InputError, match="of another sort; expected a file that does not exist yet, or a NetCDF file"):
        write_netcdf(water, tmp_path / "letter.nc")
    assert (tmp_path / "letter.nc").read_text(encoding="utf-8") == "dear"


def test_peak_and_arrival_go_out_as_a_geotiff(bowl, tmp_path):
    import rasterio

    water = make(spec(), tmp_path / "water", **given(bowl, tmp_path))
    write_geotiff(water, tmp_path / "peak.tif")
    with rasterio.open(tmp_path / "peak.tif") as raster:
        assert raster.descriptions == ("greatest water depth [m]", "first time at 0.05 m [s]")
        assert raster.crs.to_epsg() == 2154
        assert raster.read(1)[30, 40] == water.peak_m[30, 40]
        assert raster.read(2)[0, 0] == raster.nodata
    with pytest.raises(InputError, match="a folder"):
        write_geotiff(water, tmp_path)


@pytest.mark.parametrize(("flood", "message"), [
    ({"rain": {"file": "none.csv"}}, "none.csv, field 'flood.rain.file': no such file"),
    ({"inflow": {"at": [100, 100], "m3_s": [1, 2], "every": "10min"}, "rain": None}, "a series that ends at 600 s"),
    ({"inflow": {"at": [9000, 100], "m3_s": 1.0}, "rain": None}, "a place at 9000, 100"),
    ({"model": {"cell_m": 5}}, "a whole multiple of 4 m"),
    ({"model": {"infiltration": {"soil": "cheese"}}}, "'cheese'; expected one of sand, loamy_sand"),
    ({"model": {"window": [9000, 0, 9100, 100]}}, "west, south, east, north inside"),
    ({"inflow": [{"at": [100, 100], "m3_s": 1.0}, {"at": [100, 100], "m3_s": [1, 2], "every": "10min"}], "rain": None},
     "field 'flood.inflow[1].m3_s', inflow 2: found a series that ends at 600 s"),
    ({"inflow": {"at": [100, 100], "m3_s": 1e12}}, "field 'flood.inflow', inflow: found 1e+12 m3/s of inflow"),
    ({"model": {"drains": {"points": [[100, 100, 1], [9000, 100, 1]]}}}, "field 'flood.model.drains.points[1]"),
])
def test_what_cannot_be_computed_is_refused(bowl, tmp_path, flood, message):
    with pytest.raises(InputError) as caught:
        make(spec(**flood), tmp_path / "water", **given(bowl, tmp_path))
    assert message in str(caught.value)


def test_folder_of_something_else_is_left_alone(bowl, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match=r"a folder without a flow\.json.*so it stays"):
        make(spec(), tmp_path / "mine", **given(bowl, tmp_path))
    assert (tmp_path / "mine" / "letter.txt").exists()


def test_a_checkpoint_that_is_cut_is_none(bowl, tmp_path, monkeypatch):
    whole = make(spec(), tmp_path / "whole", **given(bowl, tmp_path))
    monkeypatch.setattr(flow_frames, "CHECKPOINT_S", -1.0)
    asked = []
    with pytest.raises(Cancelled):
        make(spec(), tmp_path / "cut", **given(bowl, tmp_path), cancel=lambda: asked.append(1) or len(asked) > 40)
    checkpoint = unfinished(tmp_path) / "checkpoint.npz"
    checkpoint.write_bytes(checkpoint.read_bytes()[:100])
    again = make(spec(), tmp_path / "cut", **given(bowl, tmp_path))
    np.testing.assert_array_equal(again.frame(6), whole.frame(6))


def test_a_file_in_the_way_is_left_alone(bowl, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="a file; expected a folder"):
        make(spec(), tmp_path / "notes.txt", **given(bowl, tmp_path))
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def spoil_info(key, value):
    def spoil(store):
        info = json.loads((store / "flow.json").read_text(encoding="utf-8"))
        (store / "flow.json").write_text(json.dumps({**info, key: value}), encoding="utf-8")

    return spoil


DAMAGES = {
    "a list": lambda store: (store / "flow.json").write_text("[]", encoding="utf-8"),
    "no key": lambda store: (store / "flow.json").write_text('{"complete": true}', encoding="utf-8"),
    **{key: spoil_info(key, "x") for key in ("grid", "times_s", "depth_error_m", "start")},
    "no group": lambda store: (store / "zarr.json").unlink(),
    "no frames": lambda store: (store / "depth_mm/zarr.json").unlink(),
    "a frame cut": lambda store: (store / "depth_mm/c/4/0/0").write_bytes(b""),
    "a frame gone": lambda store: (store / "depth_mm/c/4/0/0").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_store_is_refused_and_never_read_as_dry(bowl, tmp_path, damage):
    make(spec(), tmp_path / "water", **given(bowl, tmp_path))
    DAMAGES[damage](tmp_path / "water")
    with pytest.raises(InputError, match=r"water.*(damaged store|another sort)"):
        list(open_frames(spec(rain=None, model=None, frames="water"), folder=tmp_path, start=START)
             .depths(np.array([0])))


def test_a_damaged_store_in_the_cache_is_made_again(bowl, tmp_path):
    first = open_flow(spec(), **given(bowl, tmp_path), cache=tmp_path / "cache")
    wet = [float(d[0]) for d in first.depths(np.array([30 * 80 + 40]))]
    (first.path / "depth_mm/c/4/0/0").unlink()
    again = open_flow(spec(), **given(bowl, tmp_path), cache=tmp_path / "cache")
    assert [float(d[0]) for d in again.depths(np.array([30 * 80 + 40]))] == wet


def test_rain_of_a_file_with_a_gap(bowl, tmp_path):
    (tmp_path / "rain.csv").write_text("time,mm_h\n2026-06-01T20:00+02:00,30\n0:10,\n1h,0\n".replace("0:10", "10min"))
    with pytest.raises(InputError, match=r"no value|gaps"):
        make(spec(rain={"file": "rain.csv"}), tmp_path / "water", **given(bowl, tmp_path))
    water = make(spec(rain={"file": "rain.csv", "gaps": "dry"}), tmp_path / "water", **given(bowl, tmp_path))
    assert any("taken as dry" in note for note in water.notes)
    assert water.book["rain_m3"] == pytest.approx(30 / 6 / 1000 * 4800 * 16, rel=1e-6)


@pytest.mark.parametrize(("text", "seconds"), [("1h30", 5400), ("45s", 45), ("2 h", 7200), ("1d", 86400), (0, 0)])
def test_durations(text, seconds):
    assert seconds_in(text) == seconds


@pytest.mark.parametrize("bare", ["20", 20, 1.5])
def test_duration_without_a_unit_is_refused(bare):
    with pytest.raises(InputError, match=f"found {bare} without a unit; expected a duration with its unit"):
        seconds_in(bare)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.99, 0.999])
@pytest.mark.parametrize(("name", "write"), [("peak.tif", write_geotiff), ("water.nc", write_netcdf)])
def test_what_does_not_fit_on_the_disk_is_not_called_written(tmp_path, share, name, write):
    drawn = np.random.default_rng(1).random((3, 120, 160)).astype(np.float32)
    water = SimpleNamespace(
        grid=Grid(rows=120, columns=160, transform=(4.0, 0, 0, 0, -4.0, 240.0), crs="EPSG:2154"), notes=(),
        times_s=np.array([0, 600, 1200]), info={"key": "k", "start": START.isoformat()}, frame=lambda k: drawn[k],
        peak_m=drawn[0], arrival_s=drawn[1])
    write(water, tmp_path / name)
    before = (tmp_path / name).read_bytes()
    with small_disk(int(len(before) * share)), pytest.raises(InputError, match="no space left on the disk"):
        write(water, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == before


def spoil_chunk(how):
    def spoil(store):
        chunk = store / "depth_mm/c/4/0/0"
        data = bytearray(chunk.read_bytes())
        chunk.write_bytes(bytes(how(data)))

    return spoil


def flipped(data):
    data[len(data) // 2] ^= 1
    return data


SPOILT = {"a bit": spoil_chunk(flipped), "the end": spoil_chunk(lambda data: data[:-7]),
          "zeros": spoil_chunk(lambda data: data[:20] + bytes(len(data) - 20)),
          "another frame": lambda store: (store / "depth_mm/c/4/0/0").write_bytes(
              (store / "depth_mm/c/2/0/0").read_bytes()),
          "the maxima": lambda store: (store / "peak_m/c/0/0").write_bytes(b"")}


@pytest.mark.parametrize("damage", SPOILT)
def test_a_damaged_chunk_of_the_cache_is_computed_again_and_of_a_store_refused(bowl, tmp_path, damage):
    cells = np.array([30 * 80 + 40, 29 * 80 + 41])
    kept = open_flow(spec(), **given(bowl, tmp_path), cache=tmp_path / "cache")
    before, peak = [frame.tolist() for frame in kept.depths(cells)], kept.peak_m.tobytes()
    SPOILT[damage](kept.path)
    again = open_flow(spec(), **given(bowl, tmp_path), cache=tmp_path / "cache")
    assert [frame.tolist() for frame in again.depths(cells)] == before
    assert again.peak_m.tobytes() == peak
    SPOILT[damage](kept.path)
    with pytest.raises(InputError, match="a damaged store"):
        FlowFrames(kept.path).check()


def test_two_runs_on_one_cold_cache_compute_once(bowl, tmp_path, monkeypatch):
    made, found = [], []
    finish = flow_frames._finish
    monkeypatch.setattr(flow_frames, "_finish", lambda *a: (made.append(1), finish(*a)))
    monkeypatch.setattr(flow_frames, "key_of", lambda *a: "ab" * 32)
    place = tmp_path / "cache/flow" / ("ab" * 12)
    place.parent.mkdir(parents=True)

    def second():
        found.append(open_flow(spec(), **given(bowl, tmp_path), cache=tmp_path / "cache"))

    with locked(place):
        other = Thread(target=second)
        other.start()
        first = open_flow(spec(), **given(bowl, tmp_path), cache=tmp_path / "cache")
    other.join(120)
    assert made == [1]
    assert found[0].peak_m.tobytes() == first.peak_m.tobytes()
    # Beside it the mark of its readers.
    assert sorted(path.name for path in place.parent.iterdir()) == [f".{place.name}.read", place.name]


def test_a_store_of_another_scenario_stays_until_the_new_one_is_whole(bowl, tmp_path, monkeypatch):
    first = make(spec(), tmp_path / "cut", **given(bowl, tmp_path))
    (tmp_path / "cut/notes.txt").write_text("mine", encoding="utf-8")
    other = spec(rain={"mm_h": 30.0, "lasts": "30min"})
    monkeypatch.setattr(flow_frames, "CHECKPOINT_S", -1.0)
    asked = []
    with pytest.raises(Cancelled):
        make(other, tmp_path / "cut", **given(bowl, tmp_path), cancel=lambda: asked.append(1) or len(asked) > 40)
    assert FlowFrames(tmp_path / "cut").info == first.info
    FlowFrames(tmp_path / "cut").check()
    # A frame that is lost beside the checkpoint is not resumed over.
    (unfinished(tmp_path) / "depth_mm/c/0/0/0").unlink()
    whole = make(other, tmp_path / "cut", **given(bowl, tmp_path))
    whole.check()
    assert whole.info["key"] != first.info["key"]
    assert make(other, tmp_path / "whole", **given(bowl, tmp_path)).info == whole.info
    assert (tmp_path / "cut/notes.txt").read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cut", "whole"]


def test_places_that_nearly_agree_have_other_keys():
    import hashlib

    def fed(value):
        digest = hashlib.sha256()
        flow_frames._feed(digest, value)
        return digest.hexdigest()

    assert fed((10.0, 25.0)) != fed((10.02, 5.0))
    assert fed(((1.0, 2.0), 3.0)) != fed((1.0, (2.0, 3.0)))
