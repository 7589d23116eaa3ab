"""Lecce: a whole lighting inventory. Known answers of data/README.md, recounted here with the csv module alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pyproj

from geodata.city.file import read_city, write_city
from geodata.importing import import_city
from tests.geodata.import_data import DATA, imported, layer_of, needs, reasons, rows_of
from twin.world.assets import Protection, Source
from twin.world.supplies import Feed

pytestmark = needs("lecce")


def lamps() -> list[dict[str, str]]:
    return rows_of(DATA / "lecce" / "Pali_18_02.csv")


def cabinets() -> list[dict[str, str]]:
    return rows_of(DATA / "lecce" / "quadri.csv")


def supplier_of() -> dict[str, str]:
    city = imported("lecce").city
    return {city.assets.id[c]: city.assets.id[s]
            for s, c in zip(city.supplies.supplier, city.supplies.consumer, strict=True)}


def test_every_lamp_cabinet_and_circuit_comes_in() -> None:
    assets = imported("lecce").city.assets
    assert assets.of_kind("lamp").sum() == 20_632 == len(lamps())
    assert assets.of_kind("cabinet").sum() == 556 == len(cabinets())
    assert assets.of_kind("circuit").sum() == 1_216 == len({(r["QUADRO"], r["LINEA"]) for r in lamps()})


def test_the_lamp_without_coordinates_is_kept() -> None:
    city_file = imported("lecce")
    assets = city_file.city.assets
    lost = np.flatnonzero(assets.of_kind("lamp") & np.isnan(assets.x_m))
    assert [assets.street[row] for row in lost] == ["Piazza Partigiani"]
    assert city_file.shapes[lost[0]] is None
    assert reasons(layer_of(city_file, "lamps"), "doubtful")["no position: kept, its exposure is unknown"] == 1
    assert lost[0] in city_file.city.supplies.consumer


def test_each_lamp_hangs_on_the_cabinet_that_its_own_row_names() -> None:
    up = supplier_of()
    city_file = imported("lecce")
    assets, extra = city_file.city.assets, city_file.extra["lamp"]
    found = Counter((quadro, up[up[lamp]]) for lamp, quadro
                    in zip(assets.id[assets.of_kind("lamp")], extra["src_QUADRO"], strict=True))
    assert found == Counter((r["QUADRO"], r["QUADRO"]) for r in lamps())


def test_largest_cabinets_and_circuits_are_the_known_ones() -> None:
    up = supplier_of()
    assets = imported("lecce").city.assets
    circuit_of = [up[name] for name in assets.id[assets.of_kind("lamp")]]
    by_cabinet = Counter(up[name] for name in circuit_of)
    assert {k: by_cabinet[k] for k in ("443", "354", "142", "343", "523")} == {
        "443": 195, "354": 186, "142": 185, "343": 170, "523": 170}
    assert max(by_cabinet.values()) == 195
    assert Counter(circuit_of).most_common(3) == [("6-A", 160), ("443-A", 131), ("264-A", 117)]


def test_549_cabinets_are_used_and_seven_feed_nothing() -> None:
    used = {name for name in supplier_of().values() if "-" not in name}
    assert len(used) == 549
    assert {r["ID"] for r in cabinets()} - used == {"186", "245", "263", "353", "417", "428", "519"}
    link = next(link for link in imported("lecce").report["links"] if link["layer"] == "circuits")
    assert link["reasons"]["cabinets that feed nothing"]["count"] == 7


def test_distances_from_lamp_to_cabinet_and_the_one_that_is_an_error() -> None:
    link = next(link for link in imported("lecce").report["links"] if link["layer"] == "lamps")
    place = {r["ID"]: (float(r["X"]), float(r["Y"])) for r in cabinets()}
    known = [r for r in lamps() if r["X"]]
    geod = pyproj.Geod(ellps="WGS84")
    metres = geod.inv([float(r["X"]) for r in known], [float(r["Y"]) for r in known],
                      [place[r["QUADRO"]][0] for r in known], [place[r["QUADRO"]][1] for r in known])[2]
    # a distance on the map is up to 0.1 % longer than on the ellipsoid in this zone of UTM
    np.testing.assert_allclose([link["median_m"], link["p99_m"], link["longest_m"]],
                               [np.median(metres), np.quantile(metres, 0.99), np.max(metres)], rtol=1e-3)
    # the known answers, measured on a sphere
    np.testing.assert_allclose([np.median(metres), np.quantile(metres, 0.99), np.max(metres)], [151, 698, 5_846],
                               rtol=4e-3)
    assert any("farther than 2,000 m" in reason for reason in link["reasons"])


def test_repeated_numbers_are_told_apart_and_counted() -> None:
    doubtful = reasons(layer_of(imported("lecce"), "lamps"), "doubtful")
    keys = Counter((r["QUADRO"], r["LINEA"], r["RECNO"]) for r in lamps())
    assert sum(count - 1 for count in keys.values()) == 10
    assert (doubtful["id repeated; told apart by content"] + doubtful["the same record again; numbered"]) == 10
    assert doubtful["the same position as another record"] == 3


def test_differenziali_become_the_protection_of_circuits() -> None:
    city = imported("lecce").city
    said = {r["ID"]: r["DIFFERENZI"] for r in cabinets()}
    assert Counter(said.values()) == {"SI": 391, "NO": 48, "": 117}
    up = supplier_of()
    for row in np.flatnonzero(city.assets.of_kind("circuit")):
        word = said[up[city.assets.id[row]]]
        expected = {"SI": (Protection.RCD, Source.SURVEY), "NO": (Protection.FUSE, Source.SURVEY),
                    "": (Protection.RCD, Source.DEFAULT)}[word]
        assert (city.assets.protection[row], city.assets.protection_source[row]) == expected


def test_positions_are_those_of_x_and_y_not_of_the_metres_beside_them() -> None:
    city_file = imported("lecce")
    assets = city_file.city.assets
    rows = np.flatnonzero(assets.of_kind("cabinet"))
    back = pyproj.Transformer.from_crs(city_file.city.crs, "EPSG:4326", always_xy=True)
    lon, lat = back.transform(assets.x_m[rows], assets.y_m[rows])
    place = {r["ID"]: (float(r["X"]), float(r["Y"])) for r in cabinets()}
    np.testing.assert_allclose(np.column_stack([lon, lat]), [place[i] for i in assets.id[rows]], atol=1e-9)


def test_wattage_out_of_free_text_and_decimal_commas() -> None:
    extra = imported("lecce").extra
    power = extra["lamp"]["src_power_w"]
    expected = [float(r["LAMPADA"].split()[-1]) if r["LAMPADA"].split() and r["LAMPADA"].split()[-1].isdigit()
                else np.nan for r in lamps()]
    np.testing.assert_array_equal(power, expected)
    assert np.nansum(extra["cabinet"]["src_rating"] == 4.5) == sum(r["PORTATA"] == "4,5" for r in cabinets()) == 60


def test_lamps_are_fed_through_the_contactor_and_cabinets_of_the_city_are_unfed() -> None:
    city = imported("lecce").city
    is_lamp = city.assets.of_kind("lamp")[city.supplies.consumer]
    assert np.all(city.supplies.feed[is_lamp] == Feed.SWITCHED)
    assert np.all(city.supplies.source == Source.SURVEY)


def test_the_city_file_gives_the_same_city_back(tmp_path: Path) -> None:
    city_file = imported("lecce")
    write_city(city_file, tmp_path / "lecce.gpkg")
    again = read_city(tmp_path / "lecce.gpkg")
    again.city.assert_equal(city_file.city)
    assert again.report == city_file.report
    assert [s.file for s in again.sources] == ["lecce/quadri.csv", "lecce/Pali_18_02.csv"]


def test_ids_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    head, *body = (DATA / "lecce" / "Pali_18_02.csv").read_text(encoding="utf-8").splitlines()
    # the end of the file holds repeated numbers, a whole copy among them
    some = [line for line in body if line.split(",")[3] in ("422", "354", "147")]
    seen = []
    for name, lines in (("forth", some), ("back", some[::-1])):
        folder = tmp_path / name / "lecce"
        folder.mkdir(parents=True)
        (folder / "quadri.csv").write_bytes((DATA / "lecce" / "quadri.csv").read_bytes())
        (folder / "Pali_18_02.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        assets = import_city("lecce", tmp_path / name).city.assets
        seen.append({asset.id: (str(asset.x_m), str(asset.y_m), asset.street) for asset in assets})
    assert seen[0] == seen[1]
    assert "354-A-36~fe4b.2" in seen[0]
