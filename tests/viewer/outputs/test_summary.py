"""A night is told in full sentences whatever is in it: lamps, signals, houses without power, or nothing at all."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geodata.city.model import CityFile, Context, SourceRecord
from geodata.run.folder import Run, read_run
from scenarios import load_scenario, prepare, run_scenario
from tests.viewer.fake_town import all_in_doubt
from tests.viewer.test_cap import alert, export_cap, one
from twin.world.assets import Assets
from twin.world.city import City
from twin.world.kinds import built_in_kinds
from twin.world.supplies import Supplies
from viewer.outputs.leaflet import export_leaflet
from viewer.outputs.page import page
from viewer.outputs.summary import also, paragraph
from viewer.public.night import public_night
from viewer.words import REGISTERS, Voice

SCENARIO = """scenario: a secret name
city: none.gpkg
start: 2026-11-22T16:00+01:00
duration: 12h
step: 30min
status: exercise
events:
"""


def night_of(folder: Path, kinds: dict[str, str], links: list[tuple[str, str]], fail: str, *, streets: bool = False,
             until: str = "+10h") -> Run:
    """Run a few assets on a line, some of which fail; with two streets that cross at the first signal."""
    ids = list(kinds)
    x = 851_500 + 10.0 * np.arange(len(ids))
    assets = Assets.of(built_in_kinds(), id=ids, kind=list(kinds.values()), x_m=x, y_m=np.full(len(ids), 6_688_000.0),
                       ground_m=np.zeros(len(ids)), name=[""] * len(ids))
    supplies = Supplies.of(len(ids), supplier=[ids.index(a) for a, _ in links],
                           consumer=[ids.index(b) for _, b in links])
    city = City(name="Signals", crs="EPSG:2154", latitude=47.3, longitude=5.0, timezone="Europe/Paris", assets=assets,
                supplies=supplies)
    context: dict[str, Any] = {}
    if streets:
        import shapely

        at = shapely.Point(x[ids.index("101")], 6_688_000)
        lines = [shapely.LineString([(at.x - 200, at.y + 3), (at.x + 200, at.y + 3)]),
                 shapely.LineString([(at.x + 4, at.y - 200), (at.x + 4, at.y + 200)])]
        geometry = np.empty(2, dtype=object)
        geometry[:] = lines
        context["street"] = Context(id=np.array(["a", "b"], dtype=object), geometry=geometry,
                                    name=np.array(["Rue du Bac", "Rue Haute"], dtype=object))
    city_file = CityFile(city=city, shapes=np.full(len(ids), None, object), context=context, country="FR",
                         sources=(SourceRecord(name="Relevé", file="a.csv", licence="CC0"),))
    scenario = folder / "s.scenario.yaml"
    event = f'  - {{at: "17:07", fail: {fail}, until: {until}}}\n' if fail else "  []\n"
    scenario.write_text(SCENARIO + event, encoding="utf-8")
    run_scenario(prepare(load_scenario(scenario), city_file)).write(folder / "run")
    return read_run(folder / "run")


def visible(run: Run) -> str:
    """Give what a public page says without its script, and the texts that it holds for it."""
    text = page(run, public=True, lang="fr")
    return re.sub(r"<script type=.application/gzip.*?</script>", "", text, flags=re.DOTALL)


SIGNALS = {"T1": "substation", "T2": "substation", "101": "traffic_signal", "102": "traffic_signal",
           "103": "traffic_signal"}
FED = [("T1", "101"), ("T1", "102"), ("T2", "103")]


def test_a_night_of_signals_alone_names_the_junctions(tmp_path: Path) -> None:
    run = night_of(tmp_path, SIGNALS, FED, "[T1, T2]")
    told = public_night(run)
    assert told.signals == 3
    assert [(one.number, one.from_s) for one in told.junctions] == [("101", 3600), ("102", 3600), ("103", 3600)]
    said = paragraph(told, Voice("fr"))
    assert said.startswith("Les feux tricolores de **3 carrefours** s’éteignent\u00a0: feu n°\u00a0101")
    assert "L’éclairage n’est pas dans les données" in said
    assert also(told, Voice("en")) == [
        "Traffic signals out from about 17:00: signal no.\u00a0101, signal no.\u00a0102 and signal no.\u00a0103."]
    assert "feu n°\u00a0102" in visible(run)
    assert not re.search(r"\bT1\b|secret", visible(run))
    leaflet = export_leaflet(run, tmp_path / "a.html", streets=["all"], lang="en").read_text("utf-8")
    assert "The traffic signals at 3 junctions go out" in leaflet
    found = alert(export_cap(run, tmp_path / "a.xml"))
    assert "les feux tricolores de 3 carrefours peuvent s’éteindre" in one(found, "c:info/c:headline")
    assert one(found, "c:info/c:event") == "Feux tricolores éteints"
    assert "ralentissez" in one(found, "c:info/c:instruction")


def test_a_junction_is_called_by_the_streets_that_meet_there(tmp_path: Path) -> None:
    run = night_of(tmp_path, SIGNALS, FED, "T1", streets=True)
    told = public_night(run)
    assert [(one.streets, one.number) for one in told.junctions] == [(("Rue Haute", "Rue du Bac"), "")]
    assert "Rue Haute / Rue du Bac" in paragraph(told, Voice("fr"))


def test_substations_alone_are_told_where_houses_lose_their_power(tmp_path: Path) -> None:
    houses = {f"B{k}": "building" for k in range(34)}
    kinds = {"T1": "substation", **houses}
    run = night_of(tmp_path, kinds, [("T1", house) for house in houses], "T1")
    said = paragraph(public_night(run), Voice("fr"))
    assert "Jusqu’à environ **30 bâtiments** n’ont plus d’électricité." in said
    assert not re.search(r"\bT1\b", visible(run))
    found = alert(export_cap(run, tmp_path / "a.xml"))
    assert "des bâtiments peuvent perdre l’électricité" in one(found, "c:info/c:headline")
    (tmp_path / "few").mkdir()
    few = night_of(tmp_path / "few", {"T1": "substation", "B1": "building"}, [("T1", "B1")], "T1")
    assert "A few buildings lose electricity." in paragraph(public_night(few), Voice("en"))


@pytest.mark.parametrize("fail", ["", "T1"], ids=["nothing", "a substation that feeds nobody"])
def test_a_calm_night_says_so_of_all_that_is_told(fail: str, tmp_path: Path) -> None:
    run = night_of(tmp_path, {"T1": "substation", "T2": "substation", "L1": "lamp", "101": "traffic_signal"},
                   [("T2", "L1"), ("T2", "101")], fail)
    told = public_night(run)
    assert told.is_calm
    assert paragraph(told, Voice("fr")) == ("Dans ce calcul, tout reste calme. Aucune lampe ne s’éteint. Aucun feu "
                                            "tricolore ne s’éteint.")
    assert paragraph(told, Voice("en")) == ("As computed here, all is calm. No lamp goes out. No traffic signal goes "
                                            "out.")
    text = page(run, public=True, lang="en")
    assert "all is calm" in text


def test_no_paragraph_is_ever_blank_or_unfinished(tmp_path: Path) -> None:
    made = {"signals": night_of(tmp_path, SIGNALS, FED, "T1"), "lamps": night_of(
        tmp_path, {"T1": "substation", "L1": "lamp", "L2": "lamp"}, [("T1", "L1"), ("T1", "L2")], "T1")}
    lists = ["", "[lamp]\nfields = []\n", '[lamp]\nfields = ["street"]\n', '[traffic_signal]\nfields = ["id"]\n',
             '[building]\nfields = ["power"]\n']
    for run in made.values():
        for text in lists:
            fields = tmp_path / "fields.toml"
            fields.write_text(text or "", encoding="utf-8")
            for register in REGISTERS:
                for is_brief in (True, False):
                    said = paragraph(public_night(run, fields if text else None), Voice(register), is_brief=is_brief)
                    assert said.endswith("."), said
                    assert "{" not in said
                    assert "  " not in said
                    assert said.count("**") % 2 == 0


def test_a_signal_that_may_go_out_is_told_so(tmp_path: Path) -> None:
    run = night_of(tmp_path, SIGNALS, FED, "T1")
    doubtful = replace(run, result=replace(run.result, doubts=all_in_doubt(run.result.outages)))
    assert "peuvent s’éteindre" in paragraph(public_night(doubtful), Voice("fr"))
    assert "that may go out from about 17:00" in also(public_night(doubtful), Voice("en"))[0]


def test_times_are_told_to_the_quarter_from_any_start(tmp_path: Path) -> None:
    run = night_of(tmp_path, SIGNALS, FED, "T1")
    start = datetime.fromisoformat("2026-11-22T16:05:00+01:00")
    odd = public_night(replace(run, result=replace(run.result, plan=replace(run.result.plan, start=start))))
    assert (odd.start + timedelta(seconds=odd.junctions[0].from_s)).minute % 15 == 0
