"""Names, measures and levels: numbered, noted or refused; what a scenario cannot mean is never computed."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
import shapely

from geodata.hazards.declared.flow import FlowModel, Inflow, Rain
from geodata.hazards.flow.build import build_setup
from geodata.hazards.flow.naming import names_of
from tests.geodata.waters import X0, Y0, city, terrain
from twin.errors import InputError
from twin.flood.model import FlowModel as Run

START = datetime(2026, 6, 1, 18, tzinfo=UTC)
POND = [("Étang", "", shapely.box(100, 100, 150, 150))]


def place(x, y):
    return (X0 + x, Y0 + y)


def setup(tmp_path, *inflows, water=None, **model):
    town = city(terrain=terrain(np.tile(50 - 0.1 * np.arange(40.0), (21, 1))), water=water)
    return build_setup(Rain(mm_h=20.0, lasts="10min"), [Inflow.model_validate(given) for given in inflows],
                       FlowModel.model_validate({"infiltration": None, **model}), city_file=town, folder=tmp_path,
                       start=START, duration_s=600.0)


def test_what_has_no_name_is_numbered_past_the_names_given():
    model = FlowModel.model_validate({
        "pumps": [{"at": (0, 0), "m3_s": 1}, {"name": "gully 1", "at": (0, 0), "m3_s": 1}, {"at": (0, 0), "m3_s": 1},
                  {"name": "pump 1", "at": (0, 0), "m3_s": 1}],
        "culverts": [{"at": (0, 0), "to": (1, 1), "area_m2": 1}], "drains": {"points": [(0, 0, 1), (0, 0, 1)]}})
    names = names_of([Inflow(at=(0, 0), m3_s=1.0), Inflow(at=(0, 0), m3_s=2.0)], model)
    assert names.inflows == ("inflow 1", "inflow 2")
    assert names.pumps == ("pump 2", "gully 1", "pump 3", "pump 1")
    assert names.culverts == ("culvert",)
    assert names.gullies == ("gully 2", "gully 3")


@pytest.mark.parametrize(("inflows", "says"), [
    ([{"name": "Ouche"}, {"name": "Ouche"}], r"flood\.inflow\[1\]\.name.*the name 'Ouche' again.*flood\.inflow\[0\]"),
    ([{"name": "west"}], r"the name 'west' again.*flood\.model\.edges\.west has it already"),
    ([{"name": " "}], "an empty name")])
def test_a_name_that_the_book_could_not_tell_apart_is_refused(inflows, says):
    with pytest.raises(InputError, match=says):
        names_of([Inflow.model_validate({"at": (0, 0), "m3_s": 1.0, **more}) for more in inflows],
                 FlowModel.model_validate({}))


def test_the_book_of_two_nameless_inflows_pumps_and_gullies_balances(tmp_path):
    run = Run(setup(tmp_path, {"at": place(105, 105), "m3_s": 1.0}, {"at": place(205, 105), "m3_s": 2.0},
                    pumps=[{"at": place(105, 105), "m3_s": 0.1}, {"at": place(205, 105), "m3_s": 0.1}],
                    drains={"points": [(*place(155, 105), 0.05), (*place(165, 105), 0.05)]}))
    run.advance(600.0)
    book = run.book()
    assert book.inflow_m3 == pytest.approx({"inflow 1": 600.0, "inflow 2": 1200.0}, rel=1e-6)
    assert set(book.pumped_out_m3) == {"pump 1", "pump 2", "gully 1", "gully 2"}
    assert book.complaint(advection=False) == ""


@pytest.mark.parametrize(("model", "says"), [
    ({"pumps": [{"at": place(105, 105), "m3_s": 1, "from": "5h"}]}, "The pump 'pump' comes 300 min after the start"),
    ({"barriers": [{"line": [place(50, 50), place(50, 90)], "height_m": 1, "from": "5h"}]},
     "The barrier 'barrier' comes 300 min after the start, when the run has ended"),
    ({"barriers": [{"line": [place(50, 50), place(54, 50)], "height_m": 1}]},
     "The barrier 'barrier' is 4.0 m long, less than a cell of the terrain"),
    ({"barriers": [{"line": [place(200, 50), place(600, 50)], "height_m": 1}]},
     "leaves the domain: 190 of its 400 m lie outside, no wall stands there"),
    ({"window": [X0 - 500, Y0, X0 + 400, Y0 + 210]}, "reaches up to 500 m beyond the terrain and was cut to it"),
    ({"initial_level_m": 40.0}, "lies below the bed of all water bodies"),
])
def test_what_would_do_nothing_is_noted(tmp_path, model, says):
    assert any(says in note for note in setup(tmp_path, water=POND, **model).notes)


def test_an_inflow_along_a_line_that_leaves_the_domain_is_noted(tmp_path):
    made = setup(tmp_path, {"line": [place(200, 50), place(600, 50)], "m3_s": 1.0})
    assert "The inflow 'inflow' leaves the domain: 190 of its 400 m lie outside, all its water comes in along the " \
           "rest." in made.notes


def test_measures_that_serve_are_not_noted(tmp_path):
    made = setup(tmp_path, {"line": [place(0, 50), place(0, 90)], "m3_s": 1.0}, water=POND, initial_level_m=49.5,
                 barriers=[{"line": [place(50, 50), place(50, 90)], "crest_m": 52, "from": "1min", "to": "5min"}],
                 edges={"east": {"level_m": 47.0}}, window=[X0, Y0, X0 + 400, Y0 + 210])
    assert made.notes == ()


@pytest.mark.parametrize(("model", "says"), [
    ({"barriers": [{"line": [place(50, 50), place(50, 90)], "crest_m": 5050}]}, "a crest at 5050 m over ground of 49"),
    ({"edges": {"east": {"level_m": -9999}}}, "a level of -9999 m where the ground along that edge lies at 46.1 to"),
    ({"edges": {"east": {"level_m": [47, 4700], "every": "10min"}}}, "a level of 4700 m"),
    ({"initial_level_m": 9000}, "a level of 9000 m where the bed of the water bodies"),
    ({"window": [X0 + 100, Y0 + 100, X0 + 110, Y0 + 110]}, "1 x 1 cells of the terrain; expected two rows and two"),
    ({"window": [X0 + 900, Y0, X0 + 950, Y0 + 100]}, "outside the terrain; expected west, south, east, north inside"),
    ({"window": [X0 + 200, Y0, X0 + 100, Y0 + 100]}, "expected west, south, east, north in this order"),
])
def test_what_cannot_be_meant_is_refused(tmp_path, model, says):
    with pytest.raises(InputError, match=says):
        setup(tmp_path, water=POND, **model)


def test_a_level_of_water_bodies_that_the_city_lacks_is_refused(tmp_path):
    with pytest.raises(InputError, match="where the city has no water body"):
        setup(tmp_path, initial_level_m=49.0)


def test_a_window_in_a_void_is_refused(tmp_path):
    height = np.full((21, 40), 50.0)
    height[:, :10] = np.nan
    with pytest.raises(InputError, match=r"flood\.model\.window.*where the terrain has no height at all"):
        build_setup(Rain(mm_h=20.0, lasts="10min"), (), FlowModel(window=(X0, Y0, X0 + 80, Y0 + 100)),
                    city_file=city(terrain=terrain(height)), folder=tmp_path, start=START, duration_s=600.0)
