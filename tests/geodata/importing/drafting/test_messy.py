"""What a town's own two messy files say, and a draft made wrong of: units, spellings, levels, tags, codes for none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geodata.importing import import_city
from geodata.importing.drafting.draft import draft
from tests.geodata.importing.drafting.test_draft import city_of, drafted, suppliers, unsure
from twin.world.assets import Source

#: Ten cabinets, each with a plinth; ``{}`` is that of the last.
HEAD = "N° armoire;Adresse;LON;LAT;Poste source;Hauteur socle\n"


def cabinets(*plinths: str, posts: tuple[str, ...] = ("Nord", "Sud")) -> str:
    rows = [f"A-{i:03d};{i} Rue Neuve;{-0.63 + i / 1000:.5f};{45.74 + i / 1000:.5f};{posts[i % len(posts)]};{plinth}"
            for i, plinth in enumerate(plinths, start=1)]
    return HEAD + "\n".join(rows) + "\n"


def lamps(*names: str) -> str:
    return "ID;Armoire;LON;LAT\n" + "\n".join(
        f"PL{i:03d};{name};{-0.63 + i / 1000:.5f};{45.74 + i / 1000:.5f}"
        for i, name in enumerate(names, start=1)) + "\n"


NAMES = ("A-001", "A-002", "A3", "ARM 4", "ARM-005", "A-6", "A-007", "A99", "A-008", "A-002", "A-003", "A-004")
PLAIN = ("0,30",) * 6 + ("40 cm", "25 cm")


@pytest.mark.parametrize(("plinths", "unit", "metres"), [
    (PLAIN, "m", 0.30), (("30", "25", "40", "15", "20", "35", "40 cm", "25 cm"), "cm", 0.30)])
def test_bare_plinths_never_become_millimetres(tmp_path: Path, plinths: tuple[str, ...], unit: str,
                                               metres: float) -> None:
    made, layers = drafted(tmp_path, {"armoires.csv": cabinets(*plinths), "lampes.csv": lamps(*NAMES)})
    assert layers["armoires"]["fields"]["fail_m"] == {"column": "Hauteur socle", "unit": unit}
    assert f"“{plinths[0]}” without a unit is read as" in unsure(made)
    assets = city_of(tmp_path).city.assets
    assert assets.fail_m[assets.row("A-001")] == pytest.approx(metres)
    assert assets.fail_m[assets.row("A-007")] == pytest.approx(0.40)


def test_numbers_that_no_unit_makes_a_plinth_of_are_asked_about(tmp_path: Path) -> None:
    made, layers = drafted(tmp_path, {"armoires.csv": cabinets(*["9000"] * 6, "40 cm", "25 cm"),
                                      "lampes.csv": lamps(*NAMES)})
    assert "fail_m" not in layers["armoires"].get("fields", {})
    assert "nothing says its unit; m, cm or mm?" in unsure(made)


def test_names_spelt_otherwise_are_one_rule_and_a_misspelt_one_is_kept(tmp_path: Path) -> None:
    made, layers = drafted(tmp_path, {"armoires.csv": cabinets(*PLAIN), "lampes.csv": lamps(*NAMES)})
    assert layers["lampes"]["supplied_by"] == {"kind": "cabinet", "by": "Armoire", "spelling": "number"}
    assert "no_value" not in layers["lampes"], "A99 is misspelt, no code for none"
    assert "names that lead nowhere (1): A99 ×1" in unsure(made)
    found = city_of(tmp_path)
    fed = suppliers(found)
    assert [fed.get(f"PL{i:03d}") for i in range(1, 10)] == [
        "A-001", "A-002", "A-003", "A-004", "A-005", "A-006", "A-007", None, "A-008"]
    city = found.city
    guessed = {str(city.assets.id[row]) for row in city.supplies.consumer[city.supplies.source == Source.INFERRED]}
    assert guessed == {"PL003", "PL004", "PL005", "PL006"}, "those are said to be inferred wherever they are told"


def test_what_cabinets_name_becomes_a_level_of_supply(tmp_path: Path) -> None:
    made, layers = drafted(tmp_path, {"armoires.csv": cabinets(*PLAIN), "lampes.csv": lamps(*NAMES)})
    assert layers["armoires"]["supplied_by"] == {"kind": "substation", "by": "Poste source"}
    assert "is taken for what feeds them: its 2 names become substations" in unsure(made)
    fed = suppliers(city_of(tmp_path))
    assert (fed["A-001"], fed["A-002"]) == ("Sud", "Nord")


def test_copies_that_are_dropped_are_no_several_suppliers(tmp_path: Path) -> None:
    text = cabinets(*PLAIN)
    text += text.splitlines()[3] + "\n"
    made, layers = drafted(tmp_path, {"armoires.csv": text, "lampes.csv": lamps(*NAMES)})
    assert "choose" not in layers["lampes"]["supplied_by"]
    assert "several of" not in unsure(made)
    assert len(city_of(tmp_path).city.assets) > 0


def test_a_road_among_tagged_lamps_is_left_out_and_said(tmp_path: Path) -> None:
    def feature(number: int, tag: str, shape: dict[str, object]) -> dict[str, object]:
        return {"type": "Feature", "properties": {"id": f"n{number}", "highway": tag}, "geometry": shape}

    here = [[-0.63 + i / 1000, 45.74] for i in range(6)]
    features = [feature(i, "street_lamp", {"type": "Point", "coordinates": place}) for i, place in enumerate(here)]
    features.append(feature(9, "residential", {"type": "LineString", "coordinates": here[:2]}))
    (tmp_path / "eclairage.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    made = draft([tmp_path / "eclairage.geojson"], beside=tmp_path, city="Bourg")
    assert "highway=residential ×1" in unsure(made)
    (tmp_path / "bourg.yaml").write_text(made.text, encoding="utf-8")
    assert len(import_city(tmp_path / "bourg.yaml").city.assets) == 6


def test_lines_of_totals_and_records_that_stand_nowhere_are_said(tmp_path: Path) -> None:
    """Also in French; a record that repeats another is dropped, and not counted as one that stands nowhere."""
    table = ("N° armoire;Longitude;Latitude;Adresse;Quartier\nA-1;-0,6331;45,7431;2 Rue A;Nord\n"
             "A-2;-0,6341;45,7441;3 Rue A;Nord\n"
             "A-3;;;4 Rue A;Nord\nA-4;-0,6351;45,7451;5 Rue A;Nord\nTOTAL;;;;\n")
    (tmp_path / "armoires.csv").write_text(table, encoding="utf-8")
    for lang, totals, nowhere in (
            ("en", "a line of totals is taken for no record and left out (line 6)",
             "1 record without coordinates that can be read: kept, and no water is computed for it (line 4)"),
            ("fr", "une ligne de totaux n’est pas comptée comme un enregistrement et est laissée de côté (ligne 6)",
             "1 enregistrement sans coordonnées lisibles : gardé, mais aucune eau n’y est calculée (ligne 4)")):
        made = draft([tmp_path / "armoires.csv"], beside=tmp_path, lang=lang)
        said = [text.replace("\u00a0", " ") for _, text in made.unsure]
        assert totals in said
        assert nowhere in said
        assert "totals is taken" in made.text or "ligne de totaux" in made.text
