"""Drafts: files that nobody has described become a city at the first try, and what is unsure is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from geodata.city.model import CityFile
from geodata.importing import import_city
from geodata.importing.drafting.draft import Draft, draft
from geodata.importing.drafting.writing import flow
from geodata.importing.schema import Mapping
from geodata.inputs.yaml_file import load_model
from tests.geodata.importing.test_sheets import workbook_of
from twin.errors import InputError
from twin.world.assets import Source


def drafted(folder: Path, files: dict[str, str], **options: Any) -> tuple[Draft, dict[str, dict[str, Any]]]:
    """Write files, draft their mapping beside them; give it with its layers by name."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    made = draft([folder / name for name in files], beside=folder, city="Bourg", **options)
    (folder / "bourg.yaml").write_text(made.text, encoding="utf-8")
    mapping = YAML(typ="safe", pure=True).load(made.text)
    return made, {layer["name"]: layer for layer in mapping["layers"]}


def city_of(folder: Path) -> CityFile:
    return import_city(folder / "bourg.yaml")


def suppliers(city_file: CityFile) -> dict[str, str]:
    assets, supplies = city_file.city.assets, city_file.city.supplies
    return {str(assets.id[c]): str(assets.id[s]) for s, c in zip(supplies.supplier, supplies.consumer, strict=True)}


def unsure(made: Draft) -> str:
    return "\n".join(f"{where}: {text}" for where, text in made.unsure)


CABINETS = "NUM;RUE;LON;LAT\nA-01;Quai Foch;4,9981;47,2602\nA-02;Rue du Port;5,0003;47,2611\n" \
           "A-03;Rue Haute;5,0103;47,2651\n"
LAMPS = "ID,ARMOIRE,DEPART,LAMPE,RUE,LON,LAT\n" + "".join(
    f"L-{i},A-0{1 + i % 3},{i % 2},LED 36 W,Quai Foch,{[4.9981, 5.0003, 5.0103][i % 3] + i * 1e-5:.5f},"
    f"{[47.2602, 47.2611, 47.2651][i % 3]:.4f}\n" for i in range(30))


def test_two_tables_become_a_city_with_its_circuits(tmp_path: Path) -> None:
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": LAMPS})
    assert layers["armoires"] == {
        "name": "armoires", "file": "armoires.csv", "kind": "cabinet", "id": "NUM", "crs": "EPSG:4326",
        "position": {"x": "LON", "y": "LAT"}, "fields": {"street": "RUE"}}
    assert layers["lampes"]["supplied_by"] == {"layer": "circuits", "match": ["ARMOIRE", "DEPART"], "feed": "switched"}
    assert layers["lampes"]["id"] == "ID"
    assert layers["lampes"]["fields"]["power_w"]["column"] == "LAMPE"
    assert layers["circuits"]["supplied_by"] == {"kind": "cabinet", "by": "ARMOIRE"}
    assert "DEPART is taken for the circuit: 6 pairs of ARMOIRE and DEPART" in unsure(made)
    city_file = city_of(tmp_path)
    assert city_file.city.timezone == "Europe/Paris"
    assert city_file.country == "FR"
    assert city_file.city.crs == "EPSG:2154"
    assert city_file.report["assets"] == {"cabinet": 3, "circuit": 6, "lamp": 30}
    assert suppliers(city_file)["L-4"] == "A-02-0"
    assert list(city_file.extra["lamp"]["src_power_w"]) == [36.0] * 30


def test_codes_for_none_and_names_that_lead_nowhere_are_told_apart(tmp_path: Path) -> None:
    lamps = LAMPS.replace("DEPART,", "AUTRE,") + "L-90,Z999,0,,,5.0,47.26\nL-91,Z999,0,,,5.0,47.26\n" \
                                                 "L-92,A-07,0,,,5.0,47.26\n"
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": lamps})
    assert layers["lampes"]["no_value"] == {"ARMOIRE": ["Z999"]}
    assert "taken as codes for none: Z999 ×2" in unsure(made)
    assert "names that lead nowhere (1): A-07 ×1" in unsure(made)
    link = city_of(tmp_path).report["links"][0]
    assert {why: tally["ids"] for why, tally in link["reasons"].items()} == {
        "names no supplier": ["L-90", "L-91"], "names a supplier that the city lacks": ["L-92"],
        "no supplier; runs as if always fed": ["L-90", "L-91", "L-92"]}


def test_numbers_that_meet_by_chance_are_no_link(tmp_path: Path) -> None:
    # lamps numbered 1 to 60 beside cabinets numbered 1 to 40: no name and no distance speaks for it
    spread = np.random.default_rng(7).uniform(-0.02, 0.02, (100, 2))
    cabinets = "".join(f"{i + 1},{5 + spread[i, 0]:.5f},{47.26 + spread[i, 1]:.5f}\n" for i in range(40))
    lamps = "".join(f"{i + 1},{1 + i % 40},{5 + spread[40 + i, 0]:.5f},{47.26 + spread[40 + i, 1]:.5f}\n"
                    for i in range(60))
    made, layers = drafted(tmp_path, {"armoires.csv": "NUM,X,Y\n" + cabinets, "lampes.csv": "NUM,AGE,X,Y\n" + lamps})
    assert "by" not in layers["lampes"]["supplied_by"]  # the nearest is a guess of its own
    assert "no column says who supplies these: the nearest cabinet is taken" in unsure(made)
    assert set(city_of(tmp_path).city.supplies.source) == {Source.INFERRED}


def test_a_column_without_a_telling_name_is_a_link_where_distance_speaks_for_it(tmp_path: Path) -> None:
    spread = np.random.default_rng(7).uniform(-0.02, 0.02, (40, 2))
    cabinets = "".join(f"{i + 1},{5 + x:.5f},{47.26 + y:.5f}\n" for i, (x, y) in enumerate(spread))
    lamps = "".join(f"{i + 1},{1 + i % 40},{5 + spread[i % 40, 0] + 1e-4:.5f},{47.26 + spread[i % 40, 1]:.5f}\n"
                    for i in range(120))
    _, layers = drafted(tmp_path, {"armoires.csv": "NUM,X,Y\n" + cabinets, "lampes.csv": "NUM,AGE,X,Y\n" + lamps})
    assert layers["lampes"]["supplied_by"] == {"kind": "cabinet", "by": "AGE"}


def test_the_supplier_is_cut_out_of_the_lamps_own_name(tmp_path: Path) -> None:
    lamps = "REF,LON,LAT\n" + "".join(f"A-0{1 + i % 3}/{i:03},{5 + i * 1e-4},47.26\n" for i in range(12))
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": lamps})
    assert layers["lampes"]["supplied_by"]["by"] == "REF"
    assert "that may be chance" in unsure(made)
    found = suppliers(city_of(tmp_path))
    assert len(found) == 12
    assert found["A-02/004"] == "A-02"


def test_cabinets_of_one_name_are_told_apart_by_distance(tmp_path: Path) -> None:
    cabinets = CABINETS + "A-01;Rue Basse;5,0203;47,2651\n" + "".join(f"B-{i};Rue;5,03;47,27\n" for i in range(12))
    made, layers = drafted(tmp_path, {"armoires.csv": cabinets, "lampes.csv": LAMPS.replace("DEPART", "AUTRE")})
    assert layers["lampes"]["supplied_by"] == {"kind": "cabinet", "by": "ARMOIRE", "choose": "nearest"}
    assert "several of armoires bear the same NUM: the nearest is taken" in unsure(made)
    city_file = city_of(tmp_path)
    assert int((city_file.city.supplies.source == Source.INFERRED).sum()) == 10


def test_metres_without_a_crs_are_put_where_the_rest_stands(tmp_path: Path) -> None:
    lamps = "ID,ARMOIRE,X_L93,Y_L93\n" + "".join(f"L{i},A-01,{851_300 + i},{6_688_800 + i}\n" for i in range(12))
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": lamps})
    assert layers["lampes"]["crs"] == "EPSG:2154"
    assert "crs" not in unsure(made)  # the columns' names say it
    (tmp_path / "bare").mkdir()
    made, layers = drafted(tmp_path / "bare", {"armoires.csv": CABINETS, "lampes.csv": lamps.replace("_L93", "")})
    assert layers["lampes"]["crs"] == "EPSG:2154"
    assert "lampes, crs: guessed" in unsure(made)
    assert 0 < city_of(tmp_path).report["links"][0]["median_m"] < 4_000


def test_sheets_lists_and_layers_are_tables_of_their_own(tmp_path: Path) -> None:
    names = np.array(["S1", "S2"], dtype=object)
    pyogrio.raw.write(tmp_path / "reseau.gpkg", geometry=shapely.to_wkb(shapely.points([[851000, 6688000]] * 2)),
                      fields=np.array(["CODE"]), field_data=[names], geometry_type="Point", crs="EPSG:2154",
                      layer="postes", driver="GPKG")
    pyogrio.raw.write(tmp_path / "reseau.gpkg", geometry=shapely.to_wkb(shapely.points([[851010, 6688000]] * 3)),
                      fields=np.array(["CODE", "POSTE"]), append=True, geometry_type="Point", crs="EPSG:2154",
                      field_data=[np.array(["A1", "A2", "A3"], dtype=object), names[[0, 1, 1]]],
                      layer="armoires", driver="GPKG")
    (tmp_path / "points.json").write_text(json.dumps({"result": {"lampadaires": [
        {"id": f"L{i}", "armoire": f"A{1 + i % 3}", "place": {"lon": 4.99, "lat": 47.26 + i / 1e5}}
        for i in range(9)]}}), encoding="utf-8")
    made = draft([tmp_path], beside=tmp_path, city="Bourg")
    (tmp_path / "bourg.yaml").write_text(made.text, encoding="utf-8")
    city_file = city_of(tmp_path)
    assert city_file.report["assets"] == {"substation": 2, "cabinet": 3, "lamp": 9}
    assert suppliers(city_file) == {"A1": "S1", "A2": "S2", "A3": "S2", **{f"L{i}": f"A{1 + i % 3}" for i in range(9)}}


def test_a_list_of_suppliers_is_drafted_as_alternatives(tmp_path: Path) -> None:
    lamps = [{"id": f"L{i}", "armoires": ["A-01", "A-02"] if i % 2 else ["A-03"], "lon": 5 + i / 1e4, "lat": 47.26}
             for i in range(8)]
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.json": json.dumps(lamps)})
    assert layers["lampes"]["supplied_by"] == {"kind": "cabinet", "by": "armoires", "choose": "alternatives"}
    assert "armoires lists several: taken as alternatives" in unsure(made)
    assert city_of(tmp_path).report["supplies"] == 12


def test_kinds_mixed_in_one_table_are_mapped_and_the_rest_is_dropped_aloud(tmp_path: Path) -> None:
    rows = [f"{i},{'Luminaire' if i % 5 else 'Armoire'},{5 + i * 1e-4},47.26" for i in range(20)]
    rows += ["90,Mobilier,5,47.26"]
    made, layers = drafted(tmp_path, {"objets.csv": "ID,TYPE,LON,LAT\n" + "\n".join(rows) + "\n"})
    assert layers["objets"]["kind"] == {"column": "TYPE", "otherwise": "drop", "map": {
        "Luminaire": "lamp", "Armoire": "cabinet", "Mobilier": "drop"}}
    assert "what no kind was found for is dropped: Mobilier" in unsure(made)
    assert city_of(tmp_path).report["assets"] == {"cabinet": 4, "lamp": 16}


def test_a_copy_in_another_form_and_tables_without_a_sense_are_left_out_aloud(tmp_path: Path) -> None:
    (tmp_path / "lampes.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"ID": f"L-{i}"}, "geometry": {"type": "Point", "coordinates": [5, 47.26]}}
        for i in range(30)]}), encoding="utf-8")
    for name, text in {"lampes.csv": LAMPS, "divers.csv": "a,b\n1,2\n3,4\n", "batiments.csv": "ID,NOM\n1,Mairie\n"
                       }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    made = draft(sorted(tmp_path.iterdir()), beside=tmp_path, city="Bourg")
    (tmp_path / "bourg.yaml").write_text(made.text, encoding="utf-8")
    assert "lampes: it seems to hold the records of lampes.geojson again" in unsure(made)
    assert "divers: nothing says what its records are" in unsure(made)
    assert "batiments: its records have no position that could be read, and no link" in unsure(made)
    assert "# {file: divers.csv}: ? nothing says what its records are" in made.text
    assert city_of(tmp_path).report["assets"] == {"lamp": 30}


def test_columns_that_look_like_positions_and_are_none_are_passed_over(tmp_path: Path) -> None:
    old = [("0", "0") if i % 2 else (f'"27885{i:02},5"', f'"44857{i:02},4"') for i in range(30)]
    rows = "".join(f"L{i},{x},{y},{18.1 + i / 1e4},{40.3 + i / 1e4}\n" for i, (x, y) in enumerate(old))
    made, layers = drafted(tmp_path, {"pali.csv": "COD,Long,Lat,X,Y\n" + rows})
    assert layers["pali"]["position"] == {"x": "X", "y": "Y"}
    assert "X, Y read best; the file has Long, Lat too" in unsure(made)
    assert city_of(tmp_path).city.timezone == "Europe/Rome"


def test_files_that_say_nothing_and_files_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing that can be an asset"):
        drafted(tmp_path, {"a.csv": "p,q\n1,2\n"})
    with pytest.raises(InputError, match=r"none.csv: no such file"):
        draft([tmp_path / "none.csv"], beside=tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="found no file"):
        draft([tmp_path / "empty"], beside=tmp_path)


def test_a_file_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": "ID,LON\n\"open"})
    assert list(layers) == ["armoires"]
    assert "lampes.csv: found a quote that never closes" in unsure(made)


def test_paths_are_those_of_the_mapping(tmp_path: Path) -> None:
    (tmp_path / "gis").mkdir()
    (tmp_path / "maps").mkdir()
    (tmp_path / "gis" / "armoires.csv").write_text(CABINETS, encoding="utf-8")
    made = draft([tmp_path / "gis" / "armoires.csv"], beside=tmp_path / "maps")
    assert "file: ../gis/armoires.csv" in made.text
    (tmp_path / "maps" / "bourg.yaml").write_text(made.text, encoding="utf-8")
    assert import_city(tmp_path / "maps" / "bourg.yaml").report["assets"] == {"cabinet": 3}


def test_a_table_that_names_its_feeders_is_what_they_feed(tmp_path: Path) -> None:
    made, layers = drafted(tmp_path, {"releve.csv": LAMPS.replace("LAMPE", "TYPE").replace("LED 36 W", "a")})
    assert layers["releve"]["kind"] == "lamp"
    assert "releve, kind: the file's name says nothing; its columns speak of lamp" in unsure(made)


OSM = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="49.50" lon="11.28" version="1"><tag k="highway" v="street_lamp"/></node>
<node id="2" lat="49.50" lon="11.281" version="1"><tag k="man_made" v="street_cabinet"/></node>
<node id="3" lat="49.51" lon="11.28" version="1"/><node id="4" lat="49.51" lon="11.29" version="1"/>
<node id="5" lat="49.52" lon="11.29" version="1"/>
<way id="6" version="1"><nd ref="3"/><nd ref="4"/><nd ref="5"/><nd ref="3"/><tag k="building" v="yes"/></way>
<way id="7" version="1"><nd ref="3"/><nd ref="4"/><tag k="highway" v="residential"/><tag k="name" v="Markt"/></way>
</osm>"""


def test_the_tags_of_openstreetmap_say_the_kinds(tmp_path: Path) -> None:
    made, layers = drafted(tmp_path, {"town.osm": OSM})
    assert {name: layer["where"] for name, layer in layers.items()} == {
        "lamps": {"highway": "street_lamp"}, "cabinets": {"man_made": "street_cabinet"},
        "buildings": {"building": {"present": True}}}
    assert "lamps: no column says who supplies these" in unsure(made)
    city_file = city_of(tmp_path)
    assert sorted(city_file.city.assets.id) == ["n1", "n2", "w6"]
    assert list(city_file.context["street"].name) == ["Markt"]
    assert city_file.city.timezone == "Europe/Berlin"


WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=12)


@given(value=st.recursive(WORDS | st.integers(-9, 9), lambda inner: st.lists(inner, max_size=3)
                          | st.dictionaries(WORDS, inner, max_size=3), max_leaves=6))
def test_what_is_written_is_read_again(value: Any) -> None:
    assert YAML(typ="safe", pure=True).load(f"k: {flow(value)}\n")["k"] == value


CELLS = st.sampled_from(["", "A1", "A2", "1", "2", "4.5", "Rue Haute", "?", "Z999", "47,26", "x" * 30, "é", "-", "0"])
HEADS = st.sampled_from(["ID", "NUM", "ARMOIRE", "X", "Y", "LON", "LAT", "RUE", "DEPART", "LAMPE", "NOM", "a b", "é:"])


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
          deadline=None)
@given(tables=st.lists(st.tuples(st.lists(HEADS, min_size=2, max_size=6, unique=True),
                                 st.lists(st.lists(CELLS, min_size=6, max_size=6), min_size=1, max_size=8)),
                       min_size=1, max_size=2))
def test_whatever_the_tables_a_draft_is_a_mapping_or_a_refusal(tmp_path: Path, tables: Any) -> None:
    paths = []
    for name, (heads, rows) in zip(("armoires.csv", "lampes.csv"), tables, strict=False):
        lines = [";".join(heads), *(";".join(row[:len(heads)]) for row in rows)]
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        paths.append(tmp_path / name)
    try:
        made = draft(paths, beside=tmp_path, city="Bourg")
    except InputError:
        return
    (tmp_path / "bourg.yaml").write_text(made.text, encoding="utf-8")
    assert load_model(tmp_path / "bourg.yaml", Mapping)[0].city == "Bourg"
    try:
        city_of(tmp_path)
    except InputError as error:
        # numbers drawn by lot may put records on two sides of the earth; the mapping is one in any case
        assert "no layer with positions" in str(error) or error.field.endswith(".crs")  # noqa: PT017


UNLINKED = "ID,NB_FOYERS,LON,LAT\n" + "".join(
    f"L-{i},{1 + i % 2},{[4.9981, 5.0003, 5.0103][i % 3] + i * 1e-5:.5f},{[47.2602, 47.2611, 47.2651][i % 3]:.4f}\n"
    for i in range(30))


def test_a_list_of_links_joins_two_tables(tmp_path: Path) -> None:
    links = "PL;ARM;ETAT\n" + "".join(f"L-{i};A-0{1 + i % 3};ok\n" for i in range(30))
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": UNLINKED, "liens.csv": links})
    assert layers["lampes"]["supplied_by"] == {"kind": "cabinet", "by": "ARM", "from": "liens", "on": {"ID": "PL"}}
    assert YAML(typ="safe", pure=True).load(made.text)["tables"] == {"liens": {"file": "liens.csv"}}
    assert "liens joins them: its PL is ID here, its ARM names the cabinet" in unsure(made)
    found = suppliers(city_of(tmp_path))
    assert len(found) == 45  # lanterns stand apart
    assert {found[f"L-{i}"] for i in range(0, 30, 6)} == {"A-01"}


def test_a_list_that_names_two_cabinets_of_a_lamp_is_asked_about(tmp_path: Path) -> None:
    links = "PL;ARM\n" + "".join(f"L-{i};A-0{1 + i % 3}\n" for i in range(30)) + "L-0;A-02\n"
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": UNLINKED, "liens.csv": links})
    assert layers["lampes"]["supplied_by"]["choose"] == "alternatives"
    assert "liens names several for some" in unsure(made)


def test_without_a_column_the_nearest_is_drafted_and_to_be_confirmed(tmp_path: Path) -> None:
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": UNLINKED})
    assert layers["lampes"]["supplied_by"] == {"kind": "cabinet", "nearest_m": 50}
    assert "the nearest cabinet is taken, marked inferred in every answer" in unsure(made)
    supplies = city_of(tmp_path).city.supplies
    assert len(supplies) == 45
    assert set(supplies.source) == {Source.INFERRED}


def test_far_from_every_cabinet_nothing_is_drafted(tmp_path: Path) -> None:
    far = UNLINKED.replace(",47.2", ",47.4")
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": far})
    assert "supplied_by" not in layers["lampes"]
    assert "A guess would be supplied_by: {kind: cabinet, nearest_m: 300}" in unsure(made)


def test_names_that_look_like_one_id_are_corrected_in_the_draft(tmp_path: Path) -> None:
    lamps = LAMPS.replace("L-0,A-01", "L-0,A-O1").replace("L-1,A-02", "L-1,a 02").replace("DEPART", "NOTE")
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": lamps})
    assert layers["lampes"]["supplied_by"]["corrections"] == {"A-O1": "A-01", "a 02": "A-02"}
    assert "A-O1 → A-01" in unsure(made)
    city_file = city_of(tmp_path)
    assert suppliers(city_file)["L-0"] == "A-01"
    told = city_file.report["links"][-1]["reasons"]
    assert told["names its supplier as the mapping corrects it"]["count"] == 2


def test_a_height_with_its_unit_in_the_text_is_drafted(tmp_path: Path) -> None:
    cabinets = "NUM;HAUTEUR SOCLE;LON;LAT\nA-01;0,40 m;4,9981;47,2602\nA-02;35 cm;5,0003;47,2611\n" \
               "A-03;;5,0103;47,2651\n"
    _, layers = drafted(tmp_path, {"armoires.csv": cabinets, "lampes.csv": LAMPS})
    assert layers["armoires"]["fields"]["fail_m"] == "HAUTEUR SOCLE"
    assert city_of(tmp_path).city.assets.fail_m[:2].tolist() == pytest.approx([0.4, 0.35])


@pytest.mark.parametrize(("name", "heights"), [
    ("Hauteur socle (cm)", ("20", "20 cm", "0,3 m", "n.c.")), ("HAUTEUR_SOCLE_CM", ("20", "20", "30 cm", "")),
    ("Hauteur socle", ("20", "20 cm", "30 cm", "nc"))])
def test_bare_numbers_beside_heights_with_their_unit_count_in_the_unit_that_is_known(
        tmp_path: Path, name: str, heights: tuple[str, ...]) -> None:
    rows = "".join(f"A-0{k + 1};{height};{4.9981 + k / 1000:.4f};47,2602\n".replace(".", ",").replace("n,c,", "n.c.")
                   for k, height in enumerate(heights))
    made, layers = drafted(tmp_path, {"armoires.csv": f"NUM;{name};LON;LAT\n{rows}", "lampes.csv": LAMPS})
    assert layers["armoires"]["fields"]["fail_m"] == {"column": name, "unit": "cm"}
    assert "lowest live part" in unsure(made)
    assert city_of(tmp_path).city.assets.fail_m[:3].tolist() == pytest.approx([0.2, 0.2, 0.3])


def test_bare_numbers_of_no_known_unit_are_no_height(tmp_path: Path) -> None:
    cabinets = "NUM;HAUTEUR SOCLE;LON;LAT\nA-01;20;4,9981;47,2602\nA-02;20 cm;5,0003;47,2611\nA-03;0,3 m;5,01;47,26\n"
    _, layers = drafted(tmp_path, {"armoires.csv": cabinets, "lampes.csv": LAMPS})
    assert "fail_m" not in layers["armoires"].get("fields", {})


def test_a_column_of_lanterns_is_drafted_and_asked_about(tmp_path: Path) -> None:
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": UNLINKED})
    assert layers["lampes"]["lanterns"] == "NB_FOYERS"
    assert "is NB_FOYERS the number of lanterns of a record?" in unsure(made)


MESSY = (
    "Commune de Bourg - Eclairage public;;;;;;;;\nEdite le 12/03/2026;;;;;;;;\n"
    "N° point;Quartier;Armoire;Départ;Latitude;Longitude;Puissance;Type;Observations\n" + "".join(
        f"PL{i:03d};{'Centre' if i == 0 else 'Rives' if i == 30 else ''};A-0{1 + i // 20};{i % 2};47,26{i:02d};"
        f"4,99{i:02d};{['70W SHP', 'LED 36 W', 'LED', 'n.c.', '100 W'][i % 5]};SHP;\n" for i in range(60)))


def test_blanks_under_a_heading_are_drafted_as_filled_down_and_counted(tmp_path: Path) -> None:
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": MESSY})
    assert layers["lampes"]["fill"] == {"Quartier": "down"}
    assert "lampes, fill: Quartier is blank on 58 lines below a value" in unsure(made)
    city_file = city_of(tmp_path)
    assets = city_file.city.assets
    assert [assets[assets.row(i)].district for i in ("PL000", "PL029", "PL030", "PL059")] == [
        "Centre", "Centre", "Rives", "Rives"]
    assert city_file.report["layers"][1]["mended"]["Quartier: blank under a value; filled down"]["count"] == 58


def test_a_column_that_is_filled_here_and_there_is_no_heading(tmp_path: Path) -> None:
    rows = "".join(f"L{i};A-01;{'' if i % 3 else 'Centre'};47.26{i:02d};4.99{i:02d}\n" for i in range(20))
    _, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": "ID;ARMOIRE;QUARTIER;LAT;LON\n" + rows})
    assert "fill" not in layers["lampes"]


def test_lines_that_repeat_another_word_for_word_are_named_and_dropped(tmp_path: Path) -> None:
    lines = MESSY.splitlines(keepends=True)
    text = "".join(lines[:23] + lines[19:23] + lines[23:])
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": text})
    assert layers["lampes"]["id"] == {"columns": "N° point", "duplicates": "drop_copies"}
    assert ("lampes, id: 4 records say in every column what one before them says, and are dropped (line 24, line 25, "
            "line 26, line 27).") in unsure(made)
    report = city_of(tmp_path).report
    assert report["assets"]["lamp"] == 60
    assert report["layers"][1]["dropped"] == {"the same record again, in every column": {
        "count": 4, "ids": ["PL016 (line 24)", "PL017 (line 25)", "PL018 (line 26)", "PL019 (line 27)"]}}


def test_a_block_pasted_under_another_heading_repeats_what_was_written(tmp_path: Path) -> None:
    """What was blank in both lines is no difference, though it is filled with two names."""
    lines = MESSY.splitlines(keepends=True)
    drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": "".join([*lines, *lines[5:8]])})
    assert city_of(tmp_path).report["assets"]["lamp"] == 60


def test_lines_that_share_an_id_and_say_different_things_are_kept(tmp_path: Path) -> None:
    text = MESSY + "PL059;;A-03;1;47,2659;4,9959;250 W;SHP;\n"
    made, _ = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": text})
    assert "1 record shares its id with another" in unsure(made)
    assert city_of(tmp_path).report["assets"]["lamp"] == 61


def test_records_alike_without_a_number_are_kept_and_asked_about(tmp_path: Path) -> None:
    text = "TYPE;ARMOIRE;LAT;LON\n" + "".join(f"LED;A-01;47.26{i // 2:02d};4.99{i // 2:02d}\n" for i in range(20))
    made, layers = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": text})
    assert layers["lampes"]["id"] == "content"
    assert "10 records say in every column what one before them says, and are numbered" in unsure(made)
    assert city_of(tmp_path).report["assets"]["lamp"] == 20


def test_what_a_draft_does_not_take_up_is_listed_with_why(tmp_path: Path) -> None:
    cabinets = "NUM;LON;LAT;HAUTEUR SOCLE (cm);DIFFERENTIEL;OBS\n" + "".join(
        f"A-0{i};4,99{i:02d};47,26{i:02d};{['haut', 'bas', '40', 'moyen'][i % 4]};{['OUI', 'NON', '300 mA'][i % 3]};x\n"
        for i in range(1, 9))
    power = MESSY.replace("LED 36 W", "LED").replace("100 W", "SHP")
    made, layers = drafted(tmp_path, {"armoires.csv": cabinets, "lampes.csv": power})
    assert "power_w" not in layers["lampes"].get("fields", {})
    for said in ("# ? HAUTEUR SOCLE (cm) is not read as a height: 6 of 8 values are none (bas ×2, moyen ×2, haut ×2)",
                 '# fail_m: {column: "HAUTEUR SOCLE (cm)", unit: cm}',
                 "# ? DIFFERENTIEL is not read as a protection: 3 of 8 values are neither yes nor no (300 mA ×3)",
                 "# ? Puissance is not read as watts: 48 of 60 values bear none (LED ×24, n.c. ×12, SHP ×12)",
                 "# power_w: {column: Puissance, pattern: ", "# not taken up, kept as they are: OBS",
                 "# not taken up, kept as they are: Type"):
        assert said in made.text, made.text
    assert "lampes: Puissance is not read as watts" in unsure(made)


def test_the_lines_that_would_take_a_column_all_the_same_are_mapping(tmp_path: Path) -> None:
    power = MESSY.replace("LED 36 W", "LED").replace("100 W", "SHP")
    made, _ = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": power})
    (tmp_path / "bourg.yaml").write_text(made.text.replace("    # fields:\n", "    fields:\n").replace(
        "# power_w:", "power_w:"), encoding="utf-8")
    lamps = city_of(tmp_path).report["layers"][1]
    assert lamps["doubtful"]["power_w: the pattern is not in the text; left empty"]["count"] == 48


def test_heights_are_taken_though_a_few_are_words(tmp_path: Path) -> None:
    cabinets = "NUM;LON;LAT;SOCLE_CM\n" + "".join(
        f"A-0{i};4,99{i:02d};47,26{i:02d};{['40', '0,5 m', 'env. 50', '60 cm', 'n.c.'][i % 5]}\n" for i in range(10))
    made, layers = drafted(tmp_path, {"armoires.csv": cabinets, "lampes.csv": MESSY.replace("A-0", "A-0")})
    assert layers["armoires"]["fields"]["fail_m"] == {"column": "SOCLE_CM", "unit": "cm"}
    assert "armoires, fields.fail_m: 2 of 10 values say none and stay empty: env. 50 ×2" in unsure(made)
    assets = city_of(tmp_path).city.assets
    assert [assets[assets.row(f"A-0{i}")].fail_m for i in range(4)] == pytest.approx([0.4, 0.5, 0.35, 0.6])


def test_the_draft_in_french_calls_lines_and_kinds_in_french(tmp_path: Path) -> None:
    lines = MESSY.splitlines(keepends=True)
    made, _ = drafted(tmp_path, {"armoires.csv": CABINETS, "lampes.csv": "".join([*lines, lines[9]])}, lang="fr")
    said = "\n".join([*made.found, unsure(made), made.text]).replace("\u00a0", " ")
    assert "1 enregistrement répète mot pour mot un enregistrement précédent ; il est écarté (ligne 64)." in said
    assert "armoires : 3 enregistrements, type retenu : armoire d’éclairage (cabinet)" in said


def test_a_workbook_of_two_sheets_says_what_the_tables_saved_from_it_say(tmp_path: Path) -> None:
    """Titles over merged cells, merged quarters, a block that repeats: the same city as from the text tables."""
    lamps = [line.split(";") for line in MESSY.splitlines()]
    lamps += lamps[10:14]
    cabinets = [line.split(";") for line in CABINETS.splitlines()]
    workbook_of(tmp_path / "ep.xlsx", {"Armoires": ([["Armoires 2026"], *cabinets], ["A1:D1"]),
                                       "Lampes": (lamps, ["A1:I1", "A2:I2", "B4:B33", "B34:B63"])})
    made = draft([tmp_path / "ep.xlsx"], beside=tmp_path, city="Bourg")
    (tmp_path / "bourg.yaml").write_text(made.text, encoding="utf-8")
    report = city_of(tmp_path).report
    assert report["assets"] == {"cabinet": 3, "circuit": 6, "lamp": 60}
    assert report["layers"][1]["dropped"]["the same record again, in every column"]["count"] == 4
    assert "fill" not in made.text  # merged cells say themselves what they hold for
    quarters = city_of(tmp_path).city.assets
    assert [quarters[quarters.row(i)].district for i in ("PL029", "PL030")] == ["Centre", "Rives"]


def test_a_terrain_that_cannot_say_its_crs_gets_that_of_the_city(tmp_path: Path) -> None:
    cells = "\n".join(" ".join(["250.0"] * 40) for _ in range(40))
    (tmp_path / "mnt.asc").write_text("ncols 40\nnrows 40\nxllcorner 848000\nyllcorner 6682000\ncellsize 200\n"
                                      f"NODATA_value -9999\n{cells}\n", encoding="utf-8")
    (tmp_path / "armoires.csv").write_text(CABINETS, encoding="utf-8")
    made = draft([tmp_path / "armoires.csv", tmp_path / "mnt.asc"], beside=tmp_path, city="Bourg")
    assert "# ? mnt.asc: no CRS stated; taken as EPSG:2154, that of the city\n  crs: EPSG:2154\n" in made.text
    (tmp_path / "bourg.yaml").write_text(made.text, encoding="utf-8")
    assert float(city_of(tmp_path).city.assets.ground_m[0]) == 250.0
