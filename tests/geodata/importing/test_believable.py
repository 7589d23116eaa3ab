"""Heights that a kind can have, and those that are more likely of another unit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from geodata.importing import import_city
from geodata.importing.believable import highest_m
from twin.errors import InputError
from twin.world.kinds import built_in_kinds


def imported(folder: Path, heights: list[str], column: str = "{column: H}", kind: str = "cabinet") -> dict[str, Any]:
    rows = "".join(f"A{i};4.99{i:02d};47.26;{height}\n" for i, height in enumerate(heights))
    (folder / "a.csv").write_text("ID;X;Y;H\n" + rows, encoding="utf-8")
    (folder / "m.yaml").write_text(
        "city: Bourg\ntimezone: Europe/Paris\nlayers:\n"
        f"  - {{name: a, file: a.csv, kind: {kind}, id: ID, position: {{x: X, y: Y}}, crs: EPSG:4326, "
        f"fields: {{fail_m: {column}}}}}\n", encoding="utf-8")
    city_file = import_city(folder / "m.yaml")
    return {"report": city_file.report["layers"][0], "fail_m": city_file.city.assets.fail_m.tolist()}


def test_one_cabinet_at_fifteen_metres_is_doubted_aloud_and_kept(tmp_path: Path) -> None:
    made = imported(tmp_path, ["0.4", "0.5", "15", "0.3"])
    assert made["report"]["doubtful"]["fail_m of cabinet: more than 3 m above ground; in cm or mm? Kept as the file "
                                      "says"] == {"count": 1, "ids": ["A2"]}
    assert made["fail_m"] == [0.4, 0.5, 15.0, 0.3]


def test_cabinets_that_mostly_stand_at_five_metres_are_asked_about(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"heights like 15 m of kind cabinet; expected 3 m above ground at most"):
        imported(tmp_path, ["15", "12", "0.4"])


@pytest.mark.parametrize(("unit", "expected"), [("cm", [0.15, 0.12, 0.1]), ("m", [15.0, 12.0, 10.0])])
def test_a_stated_unit_is_an_answer(tmp_path: Path, unit: str, expected: list[float]) -> None:
    assert imported(tmp_path, ["15", "12", "10"], f"{{column: H, unit: {unit}}}")["fail_m"] == pytest.approx(expected)


def test_metres_taken_for_centimetres_are_doubted(tmp_path: Path) -> None:
    doubtful = imported(tmp_path, ["0.4", "0.5", "0.35", "0.6", "0.3"], "{column: H, unit: cm}")["report"]["doubtful"]
    assert doubtful["fail_m of cabinet: less than 2 cm above ground, as most of them; in m? Kept as the file says"][
        "count"] == 5


def test_a_transformer_on_a_pole_is_believed(tmp_path: Path) -> None:
    assert imported(tmp_path, ["6", "6.5", "7"], kind="substation")["report"]["doubtful"] == {}


def test_every_kind_with_a_live_part_has_its_bound() -> None:
    assert {kind.name for kind in built_in_kinds() if kind.fail_m is not None} <= highest_m().keys()
