"""Masts with several lanterns: told apart where the mapping says so, and told where it does not."""

from __future__ import annotations

from pathlib import Path

from geodata.importing import import_city


def imported(folder: Path, lanterns: str = "") -> tuple[list[str], str]:
    (folder / "l.csv").write_text("ref;nb_foyers;X;Y\nL1;2;851500;6688000\nL2;1;851520;6688000\nL3;6;851540;6688000\n"
                                  "L4;;851560;6688000\nL5;9999;851580;6688000\n", encoding="utf-8")
    (folder / "m.yaml").write_text("city: T\ntimezone: Europe/Paris\ncrs: EPSG:2154\nlayers:\n"
                                   "  - {file: l.csv, kind: lamp, id: ref, position: {x: X, y: Y}, crs: EPSG:2154"
                                   f"{lanterns}}}\n", encoding="utf-8")
    city = import_city(folder / "m.yaml")
    return sorted(str(name) for name in city.city.assets.id), str(city.report)


def test_a_count_of_lanterns_that_the_mapping_passes_over_is_told(tmp_path: Path) -> None:
    ids, report = imported(tmp_path)
    assert ids == ["L1", "L2", "L3", "L4", "L5"]
    assert "nb_foyers says several lanterns, taken as one" in report
    assert "['L1', 'L3']" in report


def test_each_lantern_becomes_an_asset_where_the_mapping_says_so(tmp_path: Path) -> None:
    ids, report = imported(tmp_path, ", lanterns: nb_foyers")
    assert ids == ["L1~1", "L1~2", "L2", *(f"L3~{i}" for i in range(1, 7)), "L4", "L5"]
    assert "taken as one" in report  # 9999 is none
    assert "says several" not in report
