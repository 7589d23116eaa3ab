"""A night is a function of its index; what chance decides comes out as often as the theory says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.integrate
import scipy.stats

from tests.reference.cities import city_of, kinds_with_repairs
from tests.twin.ensemble.nights import DURATION_S, all_rows, ensemble_of, river_of
from twin.engine.part import Intervals
from twin.engine.simulate import run
from twin.ensemble.confidence import share_of
from twin.ensemble.distributions import Lognormal, Normal, Triangular, Uniform
from twin.ensemble.member import COLUMNS, Ensemble, member
from twin.ensemble.uncertain import Breakdown, Duration, Ground, Height, Level, Own, Uncertainty
from twin.water.exposure import exposure_of
from twin.world.assets import Source

TOWN = {"S": {"kind": "substation", "fail_m": 3.0}, "C": {"kind": "cabinet", "touch_m": 0.05, "fail_m": 0.3},
        "K": {"kind": "circuit", "protection": 1}, "L": {"kind": "lamp", "touch_m": 0.05, "fail_m": 0.5}}
LINKS = [("S", "C"), ("C", "K"), ("K", "L")]
FRAGILE = Lognormal(median=0.4, beta=0.4)
STAND = Triangular(low=-0.4, mode=0.1, high=0.4)


def of_everything(city):
    return Uncertainty(
        level=Level(offset_m=Normal(mean=0, sd=0.2), scale=Uniform(low=0.8, high=1.2),
                    shift_s=Uniform(low=-1800, high=1800)),
        ground=Ground(sd_m=0.1, correlation_m=50), heights=(Own(rows=all_rows(city)),), rcd=0.5,
        repairs=(Duration(rows=all_rows(city), factor=Triangular(low=0.5, mode=1, high=2), each="asset",
                          kind="cabinet"),),
        breakdowns=(Breakdown(rows=all_rows(city)[:1], probability=0.2, from_s=0, to_s=DURATION_S),))


def test_without_anything_uncertain_every_night_is_the_run():
    ensemble = ensemble_of(TOWN, LINKS, lambda city: Uncertainty())
    result = run(ensemble.city, ensemble.plan, exposure_of(ensemble.water.nominal, ensemble.city.assets))
    expected = Intervals.of(result.outages)
    assert len(expected)
    for index in (0, 9):
        night = member(ensemble, index)
        for name in ("asset", "start_s", "end_s", "mechanism", "root", "root_mechanism"):
            np.testing.assert_array_equal(getattr(night, name), getattr(expected, name), err_msg=name)
        assert night.dark_s.sum() == result.outages.dark_s.clip(0).sum()


def test_a_night_is_the_same_whenever_it_is_made():
    ensemble = ensemble_of(TOWN, LINKS, of_everything)
    first = [member(ensemble, i) for i in range(8)]
    for i in (7, 3, 0):
        member(ensemble_of(TOWN, LINKS, of_everything), i).assert_equal(first[i])
    assert len({night.drawn["level.offset_m"] for night in first}) == 8


def test_an_asset_more_leaves_the_nights_of_the_others():
    before = ensemble_of(TOWN, LINKS, of_everything)
    after = ensemble_of({"A": {"kind": "substation", "fail_m": 5.0}} | TOWN, LINKS, lambda city: replace(
        of_everything(city), breakdowns=(Breakdown(rows=all_rows(city)[1:2], probability=0.2, from_s=0,
                                                   to_s=DURATION_S),)))
    # The places of the others are as they were.
    town = after.city.assets
    after = replace(after, city=replace(after.city, assets=town.replaced(x_m=np.array([-990.0, 0, 10, 20, 30]))))
    for i in range(20):
        old, new = member(before, i), member(after, i)
        np.testing.assert_array_equal(new.asset, old.asset + 1)
        for name in COLUMNS[1:5]:
            np.testing.assert_array_equal(getattr(new, name), getattr(old, name), err_msg=name)


def test_fragility_comes_out_as_in_closed_form():
    """One cabinet: a lognormal height against a triangular level; P = ∫ f(level) F(level) d level."""
    def uncertain(city):
        return Uncertainty(level=Level(offset_m=STAND),
                           heights=(Height(rows=all_rows(city)[:1], distribution=FRAGILE, is_absolute=True),))

    ensemble = ensemble_of({"C": {"kind": "cabinet", "touch_m": 0.0, "fail_m": 0.5}}, [], uncertain)
    stand, fragile = scipy.stats.triang(0.5 / 0.8, -0.4, 0.8), scipy.stats.lognorm(0.4, scale=0.4)
    exact, _ = scipy.integrate.quad(lambda offset: stand.pdf(offset) * fragile.cdf(0.4 + offset), -0.4, 0.4,
                                    points=[0.1])
    n = 2000
    out = sum(len(member(ensemble, i).asset) > 0 for i in range(n))
    share = share_of(out, n)
    assert share.low < exact < share.high
    assert share.high - share.low < 0.05


def test_an_unknown_protection_is_drawn_and_a_known_one_is_not():
    town = TOWN | {"K": {"kind": "circuit"}, "C": {"kind": "cabinet", "fail_m": 3.0}, "L2": {"kind": "lamp",
                   "fail_m": 3.0}, "L": {"kind": "lamp", "fail_m": 0.1, "touch_m": 0.05}}
    links = [*LINKS, ("K", "L2")]
    ensemble = ensemble_of(town, links, lambda city: Uncertainty(rcd=0.7))
    row = ensemble.city.assets.row("L2")
    share = share_of(sum(row in member(ensemble, i).asset for i in range(600)), 600)
    assert share.low < 0.7 < share.high
    known = ensemble_of(town | {"K": {"kind": "circuit", "protection": 2}}, links, lambda city: Uncertainty(rcd=0.7))
    assert not any(row in member(known, i).asset for i in range(50))


def test_a_breakdown_comes_as_often_as_said_at_any_second_of_its_span():
    ensemble = ensemble_of({"S": {"kind": "substation", "fail_m": 9.0}}, [], lambda city: Uncertainty(breakdowns=(
        Breakdown(rows=all_rows(city), probability=0.25, from_s=3600, to_s=7200),)))
    starts = np.concatenate([member(ensemble, i).start_s for i in range(800)])
    share = share_of(len(starts), 800)
    assert share.low < 0.25 < share.high
    assert 3600 <= starts.min() < 3700
    assert 7100 < starts.max() < 7200


@pytest.mark.parametrize("each", ["night", "kind", "asset"])
def test_repairs_take_longer_or_shorter_together_or_each_by_itself(each):
    kinds = kinds_with_repairs({"cabinet": (3600, 3600)})
    ensemble = ensemble_of({"C1": {"kind": "cabinet", "touch_m": 0.05, "fail_m": 0.1},
                            "C2": {"kind": "cabinet", "touch_m": 0.05, "fail_m": 0.1}}, [], lambda city: Uncertainty(
        repairs=(Duration(rows=all_rows(city), factor=Uniform(low=0.5, high=1.0), each=each, kind="cabinet"),)),
        kinds=kinds, river=river_of([0, 0], levels_m=(0.0, 0.4, 0.0, 0.0, 0.0, 0.0, 0.0)))
    ends = np.array([member(ensemble, i).end_s for i in range(100)])
    assert np.all((ends == ends[:, :1]).all(axis=1)) == (each != "asset")
    # Water has left both at the first second below 0.05 m, 2 h less 7.5 min after the start.
    waited = ends - (2 * 3600 - 450 + 1)
    assert 1800 <= waited.min() < 1850
    assert 3550 < waited.max() <= 3600


def test_a_wrong_link_hangs_on_the_nearest_other_of_its_kind():
    town = {"C1": {"kind": "cabinet", "fail_m": 0.1, "touch_m": 0.05}, "L": {"kind": "lamp", "fail_m": 9.0},
            "C2": {"kind": "cabinet", "fail_m": 9.0}, "C3": {"kind": "cabinet", "fail_m": 9.0}}
    city = city_of(town, [("C1", "L")])
    source = np.full(1, Source.INFERRED, np.int8)
    source.flags.writeable = False
    city = replace(city, supplies=replace(city.supplies, source=source))
    ensemble = ensemble_of(None, None, lambda _: Uncertainty(wrong_links=0.3), city=city)
    lamp, other = city.assets.row("L"), city.assets.row("C2")
    assert ensemble.alternatives.supplier.tolist() == [other]
    out = [lamp in member(ensemble, i).asset for i in range(400)]
    share = share_of(int(np.sum(out)), 400)
    assert share.low < 0.7 < share.high


def test_the_digest_tells_apart_what_is_drawn_otherwise_and_not_how_many():
    one = ensemble_of(TOWN, LINKS, of_everything)
    assert one.digest == ensemble_of(TOWN, LINKS, of_everything).digest
    assert one.digest != ensemble_of(TOWN, LINKS, of_everything, seed=6).digest
    assert one.digest != ensemble_of(TOWN, LINKS, lambda city: replace(of_everything(city), rcd=0.6)).digest
    assert one.digest != replace(one, made_of=("other water",)).digest


def test_a_scenario_without_water_has_nights_too():
    city = city_of(TOWN, LINKS)
    dry = Ensemble(plan=ensemble_of(TOWN, LINKS, of_everything).plan, city=city, water=None,
                   uncertainty=of_everything(city))
    night = member(dry, 1)
    assert len(night.wet) == 0
