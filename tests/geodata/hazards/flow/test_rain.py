"""Rain of a scenario: storms, intensities, CSV and rasters over time, on the run's clock."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from geodata.hazards.declared.flow import Rain
from geodata.hazards.flow.rain import build_rain
from geodata.hazards.flow.series import Run
from tests.geodata.waters import RAINED, radar

START = datetime(2026, 7, 17, 20, tzinfo=timezone(timedelta(hours=2)))


def rain(tmp_path, *, warm_up=0.0, duration=3600.0, **spec):
    return build_rain(Rain.model_validate(spec), RAINED, Run(tmp_path, START, warm_up, duration))


def of_csv(tmp_path, rows, **more):
    (tmp_path / "rain.csv").write_text("time,mm_h\n" + rows.replace(" / ", "\n") + "\n", encoding="utf-8")
    return rain(tmp_path, file="rain.csv", **more)


def test_a_row_holds_until_the_next_however_long(tmp_path):
    made = of_csv(tmp_path, "0,10 / 10min,20 / 20min,5 / 60min,0")
    assert made.times_s.tolist() == [0, 600, 1200, 3600]
    assert made.mm_h.tolist() == [10, 20, 5]
    assert made.notes == ()


def test_a_hole_in_a_regular_record_can_be_taken_as_dry(tmp_path):
    made = of_csv(tmp_path, "0,1 / 5min,2 / 10min,3 / 15min,4 / 20min,5 / 40min,6 / 45min,0", gaps="dry")
    assert made.mm_h.tolist() == [1, 2, 3, 4, 5, 0, 6]
    assert made.times_s.tolist() == [0, 300, 600, 900, 1200, 1500, 2400, 2700]


def test_a_last_row_that_rains_is_said_to_end_the_rain(tmp_path):
    notes = of_csv(tmp_path, "0,10 / 10min,20").notes
    assert notes == ("The last row of rain.csv ends the rain; its 20 mm/h do not fall.",)


def test_starts_moves_what_counts_from_the_start(tmp_path):
    assert of_csv(tmp_path, "0,10 / 10min,0", starts="20min", warm_up=60.0).times_s.tolist() == [1260, 1860]
    radar(tmp_path / "r.nc", clock=None)
    assert rain(tmp_path, rasters="r.nc", starts="10min").times_s.tolist() == [600, 1200, 1800, 2400]


def test_a_missing_value_in_a_list_can_be_taken_as_dry(tmp_path):
    made = rain(tmp_path, mm_h=[1, None, 2], every="10min", gaps="dry")
    assert made.mm_h.tolist() == [1, 0, 2]
    assert made.notes == ("1 of 3 intervals of the rain had no value and were taken as dry.",)


def test_rain_that_goes_on_after_the_run_is_cut_and_said(tmp_path):
    made = rain(tmp_path, storm={"total_mm": 40, "duration": "2h", "shape": "uniform"})
    assert made.notes == ("Rain that falls after the run ends is left out: 20 of 40 mm.",)
    made = of_csv(tmp_path, "-20min,6 / 0,12 / 30min,0", warm_up=600.0)
    assert made.notes == ("Rain that falls before the run begins is left out: 1 of 8 mm.",)


@pytest.mark.parametrize(("units", "scale"), [
    ("mm/h", 1), ("mm h-1", 1), ("mm hr-1", 1), ("mm h**-1", 1), ("kg m-2 h-1", 1), ("mm s-1", 3600),
    ("kg m-2 s-1", 3600), ("m s-1", 3.6e6)])
def test_rasters_are_read_in_their_units(tmp_path, units, scale):
    radar(tmp_path / "r.nc", units=units, crs="EPSG:2154", rates=np.full((3, 5, 6), 36.0 / scale))
    made = rain(tmp_path, rasters="r.nc")
    assert made.raster(0) == pytest.approx(np.full((4, 6), 36.0), rel=1e-6)
    notes = () if scale == 1 else (f"r.nc: rain in {units} was multiplied by {scale:.0f} to be in mm/h.",)
    assert made.notes == notes


@pytest.mark.parametrize("order", [("time", "y", "x"), ("x", "time", "y")])
def test_cells_take_the_nearest_value_whatever_the_order_of_dimensions(tmp_path, order):
    radar(tmp_path / "r.nc", order=order)
    made = rain(tmp_path, rasters="r.nc", warm_up=600.0)
    assert made.times_s.tolist() == [600, 1200, 1800, 2400]
    assert made.raster(1)[0] == pytest.approx([2.1, 2.1, 2.2, 2.2, 2.3, 2.3])
    assert made.mm_h == pytest.approx([1.3, 2.3, 3.3])
    assert made.notes == ("r.nc names no CRS; its coordinates are taken to be in the city's, EPSG:2154.",)


def test_holes_of_rasters_can_be_taken_as_dry(tmp_path):
    rates = np.ones((6, 5, 6))
    rates[1, 2, 2] = np.nan
    radar(tmp_path / "r.nc", times=(0, 300, 600, 900, 1200, 2400), rates=rates, crs="EPSG:2154")
    made = rain(tmp_path, rasters="r.nc", gaps="dry")
    assert made.times_s.tolist() == [0, 300, 600, 900, 1200, 1500, 2400, 2700]
    assert made.mm_h.tolist() == [1, 1, 1, 1, 1, 0, 1]
    assert (made.raster(1).min(), made.raster(5).max()) == (0, 0)
    assert made.notes == ("In 1 of 6 frames of the rain cells had no value and were taken as dry.",
                          "1 of 7 intervals of the rain had no value and were taken as dry.")


def test_what_lies_outside_the_domain_does_not_matter(tmp_path):
    rates = np.ones((3, 5, 6))
    rates[:, 0] = np.nan
    rates[:, :, -1] = -5.0
    radar(tmp_path / "r.nc", rates=rates)
    assert rain(tmp_path, rasters="r.nc").mm_h.tolist() == [1, 1, 1]
