"""A small town with every sort of column filled, and what it takes for two city files to be the same."""

from __future__ import annotations

import numpy as np
import shapely

from geodata.city.model import CityFile, Context, SourceRecord
from twin.world.assets import Assets, Protection, Source
from twin.world.city import City
from twin.world.kinds import built_in_kinds
from twin.world.supplies import Feed, Supplies


def objects(*values: object) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def small_town(**changes: object) -> CityFile:
    kinds = built_in_kinds()
    assets = Assets.of(
        kinds, id=["S", "A", "K", "L1", "L2", "B", "G"],
        kind=["substation", "cabinet", "circuit", "lamp", "lamp", "building", "gauge"],
        name=["Poste de l’Île", "", "", "💡", "مصباح", "Mairie", "Pont-Neuf"],
        x_m=[10.0, 20.0, np.nan, 30.0, 40.5, 55.0, 60.0], y_m=[1.0, 2.0, np.nan, 3.0, 4.25, 55.0, 6.0],
        ground_m=[230.1, 229.0, np.nan, 228.5, np.nan, 231.0, 220.0], people=[np.nan] * 5 + [12.0, np.nan],
        zero_m=[np.nan] * 6 + [219.35], street=["Rue Haute", "Rue Haute", None, "Quai", "Quai", "", None],
        district=["Île"] * 7, owner=["Ville"] * 7, operator=["", "Régie", "", "", "", "", ""],
        protection=[0, 0, Protection.FUSE, 0, 0, 0, 0], buffer_s=[0, 900, 0, 0, 0, 0, 0])
    supplies = Supplies.of(7, supplier=[0, 1, 2, 2, 0], consumer=[1, 2, 3, 4, 5], transfer_s=[0, 0, 0, 30, 0],
                           feed=[Feed.PERMANENT, Feed.SWITCHED, 0, 0, 0], source=[0, 0, Source.INFERRED, 0, 0])
    shapes = np.full(7, None, dtype=object)
    shapes[5] = shapely.box(50, 50, 60, 70)
    streets = Context(id=objects("V1", "V2"), name=objects("Rue Haute", "Quai"),
                      geometry=objects(shapely.LineString([(0, 0), (1, 9)]), shapely.LineString([(0, 5), (9, 5)])),
                      columns={"rank": objects("main", "minor"), "width_m": np.array([12.0, np.nan])})
    fields: dict[str, object] = {
        "city": City(name="Petite-Ville", crs="EPSG:2154", latitude=47.3, longitude=5.04, timezone="Europe/Paris",
                     assets=assets, supplies=supplies),
        "shapes": shapes, "context": {"street": streets}, "extra": {"lamp": {"src_watt": np.array([70.0, np.nan])}},
        "sources": (SourceRecord(name="Éclairage", file="lampes.csv", date="2023-05-01", sha256="ab" * 32,
                                 licence="ODbL", attribution="© la Ville"),),
        "report": {"lamp": {"read": 2, "kept": 2, "dropped": {}}}}
    return CityFile(**{**fields, **changes})  # type: ignore[arg-type]


def assert_same(mine: CityFile, theirs: CityFile) -> None:
    theirs.city.assert_equal(mine.city)
    assert [k.name for k in mine.city.assets.kinds] == [k.name for k in theirs.city.assets.kinds]
    assert all(a == b for a, b in zip(mine.city.assets.kinds, theirs.city.assets.kinds, strict=True))
    assert [shape is None for shape in mine.shapes] == [shape is None for shape in theirs.shapes]
    present = [i for i, shape in enumerate(mine.shapes) if shape is not None]
    assert all(shapely.equals_identical(mine.shapes[present], theirs.shapes[present]))
    assert list(mine.context) == list(theirs.context)
    for name, layer in mine.context.items():
        other = theirs.context[name]
        assert list(layer.id) == list(other.id)
        assert list(layer.name) == list(other.name)
        assert all(shapely.equals_identical(layer.geometry, other.geometry))
        assert list(layer.columns) == list(other.columns)
        for key, values in layer.columns.items():
            np.testing.assert_array_equal(values, other.columns[key])
    assert mine.sources == theirs.sources
    assert mine.report == theirs.report
    assert {kind: list(columns) for kind, columns in mine.extra.items()} == {
        kind: list(columns) for kind, columns in theirs.extra.items()}
    for kind, columns in mine.extra.items():
        for name, values in columns.items():
            np.testing.assert_array_equal(values, theirs.extra[kind][name])
