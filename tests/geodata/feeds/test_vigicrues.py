"""Vigicrues: metres, forecasts by issue, errors that come as answers."""

from __future__ import annotations

from typing import Any

import pytest

from geodata.feeds.readers import about_of
from geodata.feeds.taken import Taken
from geodata.feeds.vigicrues import read_forecast
from geodata.observations.normal import Why
from tests.geodata.feeds.messages import KNOWN, NOW, spec, taken, values, whys

VIGI = spec(type="vigicrues", url="https://vigi.example/services", stations={"O408101001": "pont-neuf"}, forecasts=True)


def observed(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"VersionFlux": "Beta 0.3.1", "Serie": {"CdStationHydro": "O408101001", "LbStationHydro": "Pont-Neuf",
                                                   "GrdSerie": "H", "ObssHydro": list(rows)} | more}


def simulated(*points: Any, **more: Any) -> dict[str, Any]:
    return {"Simul": {"CdEntVigiCru": "O408101001", "LbEntVigiCru": "Pont-Neuf", "GrdSimul": "H",
                      "DtProdSimul": "2026-11-29T21:00:00+01:00", "CommentSimul": None,
                      "Prevs": list(points)} | more, "DateHeureCreationFichier": "2026-11-29T21:04:59+00:00"}


def point(hour: int, low: Any = 2.1, mid: Any = 2.3, high: Any = 2.6) -> dict[str, Any]:
    return {"DtPrev": f"2026-11-30T{hour:02}:00:00+01:00", "ResMinPrev": low, "ResMoyPrev": mid, "ResMaxPrev": high}


def forecast(body: Any) -> Taken:
    import json

    return read_forecast(json.dumps(body).encode(), about_of("vigi", VIGI, known=KNOWN, received=NOW))


def test_observations_are_in_metres_whatever_form_their_times_have() -> None:
    found = taken(VIGI, observed({"DtObsHydro": "2026-11-29T21:00:00+01:00", "ResObsHydro": 2.31},
                                 {"DtObsHydro": "2026-11-29T20:05:00", "ResObsHydro": 2.32},
                                 [1795983000000, 2.33]))
    assert [(one.observed, one.value) for one in found.observations] == [
        (1795982400, 2.31), (1795982700, 2.32), (1795983000, 2.33)]
    assert values(taken(VIGI, observed([1795983000000, 41.5], GrdSerie="Q"))) == [("pont-neuf", "flow", 41.5)]


def test_a_forecast_holds_three_chances_by_issue() -> None:
    found = forecast(simulated(point(1), point(2, low=None, high=None)))
    assert [(one.issued, one.at, one.low_m, one.mid_m, one.high_m) for one in found.forecasts] == [
        (1795982400, 1795996800, 2.1, 2.3, 2.6), (1795982400, 1796000400, None, 2.3, None)]
    assert found.newest == 1795982400


def test_a_forecast_of_several_stations_gives_those_of_the_city() -> None:
    one = simulated(point(1))["Simul"]
    found = forecast({"Simul": [one, one | {"CdEntVigiCru": "X"}]})
    assert (len(found.forecasts), whys(found)) == (1, {Why.SERIES: 1})


@pytest.mark.parametrize(("body", "why"), [
    (simulated(point(1, low=None, mid=None, high=None)), Why.VALUE), (simulated(point(1, low=2.9)), Why.VALUE),
    (simulated(point(1, mid="2.3")), Why.VALUE), (simulated(point(1), GrdSimul="Q"), Why.WHAT),
    (simulated(point(1), DtProdSimul=None), Why.ZONE), (simulated(point(1), DtProdSimul="2026-11-30T21:00:00Z"),
                                                        Why.FUTURE),
    ({"error_msg": "no station", "code": 400}, Why.FORM), ({"message": "nothing", "code": 204}, Why.FORM),
    ({"Simul": None}, Why.FORM), ([], Why.FORM)])
def test_what_is_no_forecast_is_refused(body: Any, why: Why) -> None:
    found = forecast(body)
    assert (found.forecasts, whys(found)) == ([], {why: 1})


@pytest.mark.parametrize("value", [2200, -9999, "2.2", 10**400, True, [2.2]])
def test_a_forecast_that_no_river_has_is_refused_at_its_point(value: Any) -> None:
    """Millimetres in the place of metres, a code for no value."""
    found = forecast(simulated(point(1, low=None, mid=value, high=None), point(2)))
    assert (len(found.forecasts), whys(found)) == (1, {Why.VALUE: 1})


def test_an_error_that_comes_as_an_answer_is_said() -> None:
    found = taken(VIGI, {"error_msg": "station inconnue", "code": 400})
    assert "station inconnue" in found.refused[0].reason
