"""The supplier that a record names in vain: told by its name, with the nearest."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.importing import import_city
from geodata.quality.named_supplier import supplier_named

MAPPING = """
city: Bourg
timezone: Europe/Paris
crs: EPSG:2154
layers:
  - {name: boxes, file: boxes.csv, kind: cabinet, id: NO, position: {x: X, y: Y}, crs: "EPSG:2154"}
  - {name: lamps, file: lamps.csv, kind: lamp, id: ID, position: {x: X, y: Y}, crs: "EPSG:2154",
     supplied_by: {kind: cabinet, by: BOX}}
"""


def test_a_lamp_tells_the_cabinet_that_it_names_in_vain(tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text("NO;X;Y\nA-098;652000;6862000\nA-099;652100;6862000\n")
    (tmp_path / "lamps.csv").write_text("ID;X;Y;BOX\nL1;652010;6862000;A-098\nL2;652110;6862000;A99\n"
                                        "L3;652120;6862000;Z\nL4;652130;6862000;\n")
    (tmp_path / "m.yaml").write_text(MAPPING)
    city = import_city(tmp_path / "m.yaml")
    told = supplier_named(city, "L2")
    assert told is not None
    assert told.lines("fr") == ["Sa colonne BOX nomme A99, qui n’existe dans aucun fichier\u00a0; le plus proche par "
                                "le nom\u00a0: A-099."]
    assert told.lines("en") == ["Its column BOX names A99, which is in no file; the nearest by its name: A-099."]
    assert told.to_dict() == {"column": "BOX", "name": "A99", "nearest": "A-099"}
    strange = supplier_named(city, "L3")
    assert strange is not None
    assert (strange.name, strange.nearest) == ("Z", "")


@pytest.mark.parametrize("asset", ["L1", "L4", "A-099"])
def test_who_names_none_or_is_fed_is_told_nothing(tmp_path: Path, asset: str) -> None:
    test_a_lamp_tells_the_cabinet_that_it_names_in_vain(tmp_path)
    assert supplier_named(import_city(tmp_path / "m.yaml"), asset) is None
