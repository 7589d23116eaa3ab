"""Blocks of houses: no house is ever shown alone."""

from types import SimpleNamespace
from typing import Any

import fake_town
import numpy as np
import pytest
import shapely

from twin.world.assets import Assets
from twin.world.kinds import built_in_kinds
from viewer.scene.blocks import JOIN_M, LEAST_HOUSES, blocks_of


def houses(*places: tuple[float, float], blocks: list[Any] | None = None) -> Any:
    """Give a run with square houses of 10 m at these places, and perhaps the city's own blocks."""
    shapes = np.array([shapely.box(x, y, x + 10, y + 10) for x, y in places], dtype=object)
    assets = Assets.of(built_in_kinds(), id=[f"B-{i}" for i in range(len(places))], kind=["building"] * len(places),
                       x_m=[x + 5 for x, _ in places], y_m=[y + 5 for _, y in places])
    layer = None if blocks is None else SimpleNamespace(geometry=blocks)
    city = SimpleNamespace(assets=assets)
    return SimpleNamespace(result=SimpleNamespace(city=city),
                           city_file=SimpleNamespace(shapes=shapes, context={"block": layer} if layer else {}))


ROW = [(12.0 * i, 0.0) for i in range(5)]


def test_a_small_cluster_joins_the_nearest_block() -> None:
    run = houses(*ROW, (0, 50), (12, 50))
    outlines, block_of = blocks_of(run, public=True)
    assert len(outlines) == 1
    assert block_of.tolist() == [0] * 7
    assert outlines[0].geom_type == "Polygon"
    assert outlines[0].buffer(0.5).contains(shapely.union_all(run.city_file.shapes))


def test_a_lone_house_far_away_belongs_to_no_block() -> None:
    outlines, block_of = blocks_of(houses(*ROW, (0, 20 + JOIN_M + 10)), public=True)
    assert len(outlines) == 1
    assert block_of.tolist() == [0] * 5 + [-1]


def test_small_clusters_make_a_block_together() -> None:
    outlines, block_of = blocks_of(houses((0, 0), (40, 0), (80, 0), (120, 0), (400, 0), (440, 0)), public=True)
    assert block_of.tolist() == [0, 0, 0, 0, -1, -1]
    assert len(outlines) == 1


def test_the_citys_own_small_blocks_are_joined_too() -> None:
    blocks = [shapely.box(-5, -5, 62, 15), shapely.box(-5, 40, 25, 65)]
    run = houses(*ROW, (0, 50), blocks=blocks)
    assert blocks_of(run, public=True)[1].tolist() == [0] * 6
    assert blocks_of(run, public=False)[1].tolist() == [0] * 5 + [1], "the operator sees the city's blocks"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_public_block_holds_enough_houses(seed: int) -> None:
    rng = np.random.default_rng(seed)
    outlines, block_of = blocks_of(houses(*(rng.random((150, 2)) * 900).round().tolist()), public=True)
    counts = np.bincount(block_of[block_of >= 0], minlength=len(outlines))
    assert len(outlines) > 3
    assert counts.min() >= LEAST_HOUSES
    assert (block_of < 0).any(), "some houses stand far from all others"


def test_every_block_of_a_town_holds_enough_houses() -> None:
    run = fake_town.run_of(fake_town.town(4, 2))
    outlines, block_of = blocks_of(run, public=True)
    assert np.bincount(block_of[block_of >= 0], minlength=len(outlines)).min() >= LEAST_HOUSES


def test_houses_of_no_block_are_told_as_a_number_without_a_place() -> None:
    from dataclasses import replace

    from viewer.public.night import public_night

    city_file = fake_town.town(4, 2)
    shapes = city_file.shapes.copy()
    houses_ = np.flatnonzero(city_file.city.assets.of_kind("building"))
    run = fake_town.run_of(city_file)
    wet = [int(row) for row in houses_ if run.result.exposure.touched_at_s[row] >= 0]
    assert public_night(run).blocks.lone == 0
    shapes[wet[0]] = shapely.transform(shapes[wet[0]], lambda xy: xy + np.array([5_000, 0]))
    far = fake_town.run_of(replace(city_file, shapes=shapes))
    assert public_night(far).blocks.lone == 1
