"""Where a city stands and how far it reaches is said, so that a wrong CRS is seen without a map beneath."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.importing import import_city
from geodata.importing.report import report_text

MAPPING = """city: Saintes
timezone: Europe/Paris
crs: EPSG:2154
source: {attribution: ""}
layers:
  - name: lamps
    file: lamps.csv
    kind: lamp
    id: id
    position: {x: x, y: y}
    crs: EPSG:2154
"""
STREETS = """context:
  street:
    - file: streets.geojson
      name: name
"""


def told(folder: Path, mapping: str, lang: str) -> str:
    rows = [f"L-{i},{417000 + 10 * i},{6522000 + 20 * i}" for i in range(101)]
    (folder / "lamps.csv").write_text("\n".join(["id,x,y", *rows]), encoding="utf-8")
    (folder / "streets.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "Rue A"}, "geometry": '
        '{"type": "LineString", "coordinates": [[-0.63, 45.74], [-0.62, 45.75]]}}]}', encoding="utf-8")
    (folder / "city.yaml").write_text(mapping, encoding="utf-8")
    return report_text(dict(import_city(folder / "city.yaml").report), lang).replace("\u00a0", " ")


@pytest.mark.parametrize(("lang", "where", "bare"), [
    ("en", "98 % of its assets within 1.0 km from west to east and 2.0 km from south to north",
     "no streets and no river: maps show the assets on white ground"),
    ("fr", "98 % de ses équipements sur 1,0 km d’ouest en est et 2,0 km du sud au nord",
     "ni rues ni rivière : les cartes montrent les équipements sur fond blanc")])
def test_the_middle_the_extent_and_a_bare_ground_are_said(tmp_path: Path, lang: str, where: str, bare: str) -> None:
    said = told(tmp_path, MAPPING, lang)
    assert where in said
    assert "latitude 45" in said
    assert bare in said


def test_a_city_with_streets_is_not_told_to_add_some(tmp_path: Path) -> None:
    said = told(tmp_path, MAPPING + STREETS, "en")
    assert "98 % of its assets" in said
    assert "white ground" not in said
