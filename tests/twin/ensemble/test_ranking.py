"""What a protection spares, night by night: worked by hand on a cabinet, its lamp and a site beside a river."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin.ensemble.nights import DURATION_S, all_rows, ensemble_of, river_of
from twin.deciding.worth import Worth
from twin.engine.simulate import run
from twin.ensemble.distributions import Uniform
from twin.ensemble.member import member
from twin.ensemble.ranking import first_to_try, spared_by
from twin.ensemble.tally import Tally
from twin.ensemble.uncertain import Height, Uncertainty
from twin.water.exposure import exposure_of

N = 40
C, S, P, L = range(4)


@pytest.fixture(scope="module")
def made():
    """P feeds C and S, C feeds L; water comes to 0.4 m at C and S, and nowhere near P."""
    ensemble = ensemble_of(
        {"C": "cabinet", "S": "site", "P": "substation", "L": "lamp"}, [("P", "C"), ("P", "S"), ("C", "L")],
        lambda city: Uncertainty(heights=(Height(rows=all_rows(city), distribution=Uniform(low=0.2, high=0.6),
                                                 is_absolute=True),)),
        river=river_of([0.0, 0.0, 50.0, 50.0]))
    nights = [member(ensemble, i) for i in range(N)]
    tally = Tally(ensemble.city)
    for night in nights:
        tally.add(night)
    base = run(ensemble.city, ensemble.plan, exposure_of(ensemble.water.nominal, ensemble.city.assets))
    return ensemble, base, nights, tally.answers()


def seconds(night, asset):
    mine = night.asset == asset
    return int(np.where(night.end_s[mine] < 0, DURATION_S, night.end_s[mine]).sum() - night.start_s[mine].sum())


def test_what_puts_most_out_is_tried_first(made):
    _, base, _, answers = made
    found = first_to_try(base, answers, ["cabinet", "site", "substation"])
    # The site's own nights count first; the substation never floods and is not there.
    assert found.tolist() == [S, C]
    assert 0 < int(answers.out[answers.place(C)]) < N


def test_protection_spares_what_the_thing_costs_and_nothing_else(made):
    ensemble, base, nights, _ = made
    found = spared_by(ensemble, base, nights, np.array([S, C, P], np.int32), objective="sites", worth=Worth.of(base))
    by_asset = {row.asset: row for row in found.rows}
    site = np.array([seconds(night, S) for night in nights])
    assert by_asset[S].spared[0].value == pytest.approx(site.mean())
    half = 1.959963984540054 * site.std(ddof=1) / np.sqrt(N)
    assert by_asset[S].spared[0].high - by_asset[S].spared[0].value == pytest.approx(half)
    assert by_asset[S].spared[2].value == 0, "the lamp hangs on the cabinet"
    assert by_asset[C].spared[0].value == 0
    # No water stands at the substation: no night is made anew, and it spares exactly nothing.
    assert by_asset[P].tried == 0
    assert {change.value for change in by_asset[P].spared} == {0}
    assert found.rows[0].asset == S


def test_a_night_that_is_kept_dry_draws_what_it_drew(made):
    ensemble, _, nights, _ = made
    flooded = next(night for night in nights if seconds(night, C) and seconds(night, S))
    kept = member(ensemble, flooded.index, kept_dry=np.array([C], np.int32))
    assert seconds(kept, C) == seconds(kept, L) == 0
    assert seconds(kept, S) == seconds(flooded, S)
    np.testing.assert_array_equal(kept.peak_um, flooded.peak_um)


def test_two_that_differ_by_little_say_how_many_nights_tell_them_apart(made):
    ensemble, base, nights, _ = made
    two = spared_by(ensemble, base, nights[:6], np.array([S, P], np.int32), objective="lamps", worth=Worth.of(base))
    assert two.nights_to_tell_apart is None or two.nights_to_tell_apart > 6
