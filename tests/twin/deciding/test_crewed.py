"""A ranking with crews: figures beside crews without limit, and the first of it run again with the run's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.nights import night as shipped_night
from tests.twin.crews.test_cases import crews, night, town
from twin.deciding.crewed import with_crews
from twin.deciding.cutting import cuts
from twin.deciding.keeping import what_would_keep
from twin.deciding.ranking import rank
from twin.deciding.terms import COUNTS
from twin.engine.simulate import run
from twin.errors import InputError
from twin.explaining.kept import kept_lines
from twin.explaining.ranked import crewed_lines

LAMP_S = COUNTS.index("lamp_s")
LAMPS = {"A1": 3, "A2": 5, "A3": 7}


def dark_s(result: object) -> int:
    return int(result.outages.dark_s.clip(0).sum())  # type: ignore[attr-defined]


def test_what_is_spared_with_crews_is_the_difference_of_two_runs_of_the_whole() -> None:
    city = town({"replace": 10_000}, list(LAMPS), LAMPS)
    # Ready after dark, one crew: A1, A2, A3 in turn. Without A1 the others come earlier by its work.
    ready = dict.fromkeys(LAMPS, 5000)
    result = night(city, ready, crews(1, travel="none"))
    ranking = rank(result, objective="lamps", kinds=["cabinet"])
    found = {str(city.assets.id[ranking.asset[one.place]]): one for one in with_crews(ranking, result, None)}
    assert set(found) == set(LAMPS)
    for name, one in found.items():
        dry = night(city, {other: at for other, at in ready.items() if other != name}, crews(1, travel="none"))
        assert one.spared[LAMP_S] == dark_s(result) - dark_s(dry)
        place = ranking.asset.tolist().index(city.assets.row(name))
        # Its own lamps alone are what crews without limit tell; with one crew the next in the queue gain too.
        assert one.spared[LAMP_S] > ranking.spared[place][LAMP_S] or name == "A3"
    lines = crewed_lines(ranking, with_crews(ranking, result, None, most=1), "fr")
    assert lines[0].text == "Recalculé avec les équipes de ce calcul, alors libres pour d’autres\u00a0:"
    assert len(lines) == 2


def test_a_ranking_of_a_run_with_crews_counts_beside_crews_without_limit() -> None:
    city = town({"replace": 10_000}, list(LAMPS), LAMPS)
    result = night(city, dict.fromkeys(LAMPS, 5000), crews(1, travel="none"))
    free = run(city, replace(result.plan, crews=None), result.exposure)
    for objective in ("sites", "lamps"):
        a, b = (rank(one, objective=objective, kinds=["cabinet"]) for one in (result, free))
        np.testing.assert_array_equal(a.spared, b.spared)
        np.testing.assert_array_equal(a.loss, b.loss)
    np.testing.assert_array_equal(cuts(result).costs, cuts(free).costs)


def test_what_would_have_kept_a_lamp_lit_is_told_of_a_run_with_crews_too() -> None:
    city = town({"replace": 10_000}, list(LAMPS), LAMPS)
    result = night(city, dict.fromkeys(LAMPS, 5000), crews(1, travel="none"))
    mine = np.flatnonzero(result.outages.asset == city.assets.row("A3-L0"))
    outage = result.outages[int(mine[0])]
    kept = what_would_keep(result, outage)
    assert (kept.sort, str(city.assets.id[kept.asset]), kept.cut) == ("raise", "A3", None)
    assert kept_lines(result, outage, kept, "fr")


def test_without_crews_there_is_nothing_to_run_with() -> None:
    result = shipped_night().result
    with pytest.raises(InputError, match="a run without crews"):
        with_crews(rank(result, kinds=["cabinet"]), result, None)
