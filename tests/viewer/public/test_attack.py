"""Which lamps hang on one cabinet cannot be read off a public file better than guessed from where they stand."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.nights import night
from tests.viewer.public.attack import (
    best_guess,
    judged,
    neighbours,
    one_feeder_share,
    told_before,
    told_by_page,
    unpacked,
)
from viewer.outputs.open_data import export_open_data
from viewer.outputs.page import page

#: What the best of many weights may gain by luck over nearness alone, share of lamps.
LUCK = 0.06


@cache
def public_page(name: str = "ouche-q10") -> str:
    return page(night(name), public=True, lang="fr")


@pytest.mark.parametrize("name", ["ouche-q10", "valmont-substation"])
def test_times_and_causes_say_no_more_of_feeders_than_nearness(name: str) -> None:
    run = night(name)
    told = told_by_page(public_page(name), run)
    nearness, best = best_guess(told, run, by_place_alone=True), best_guess(told, run, by_place_alone=False)
    assert best.fall <= nearness.fall + LUCK, (best, nearness)
    assert best.off_m > 40, "a cabinet is not placed better than by the middle of its lamps"


def test_the_attack_would_find_what_pages_said_before() -> None:
    run = night()
    before = told_before(run, by_place=True)
    assert best_guess(before, run, by_place_alone=False).fall > 0.99
    assert best_guess(told_before(run, by_place=False), run, by_place_alone=False).fall > 0.8
    assert one_feeder_share(before, run, 0) > 0.5


def test_what_is_told_alike_is_seldom_of_one_feeder() -> None:
    run = night()
    told = told_by_page(public_page(), run)
    assert one_feeder_share(told, run, 0) < 0.25, "circuits"
    assert one_feeder_share(told, run, 1) < 0.3, "cabinets"
    any_two, alike_two = neighbours(told, run)
    assert alike_two < any_two + 0.12, "of two streets"


def test_no_time_of_the_town_is_finer_than_a_quarter_of_an_hour(tmp_path: Path) -> None:
    run = night()
    columns, texts = unpacked(public_page())
    assert not [name for name in (*columns, *texts) if name.startswith(("place", "hold", "story."))]
    for name in ("iv.start", "iv.end", "told.start", "told.end", "wet.start", "wet.end"):
        times = columns[name][columns[name] < 2**32 - 1]
        assert not (times % 900).any(), name
    for path in export_open_data(run, tmp_path / "data", format="geojson").glob("*.geojson"):
        for text in re.findall(r"\dT(\d\d:\d\d:\d\d)", path.read_text("utf-8")):
            assert text[3:] in ("00:00", "15:00", "30:00", "45:00"), path.name
    assert "kinds" not in texts, "what a repair is busy with tells whose box it is"


def test_the_order_of_rows_tells_nothing(tmp_path: Path) -> None:
    run = night()
    for name, keys in (("lamps", ["street", "lamp"]), ("streets", ["street"]), ("street_hours", ["street", "from"])):
        folder = export_open_data(run, tmp_path / name, format="csv")
        rows = pd.read_csv(folder / f"{name}.csv", keep_default_na=False)
        order = sorted(range(len(rows)), key=lambda k, rows=rows, keys=keys: (
            rows[keys[0]][k].casefold(), rows[keys[0]][k], *(rows[key][k] for key in keys[1:])))
        assert order == list(range(len(rows))), name


def test_counts_by_street_stay_right_whoever_is_drawn_dark() -> None:
    from viewer.public.lamps import OUT
    from viewer.public.night import public_night

    run = night()
    told, spans, assets = public_night(run), run.result.spans, run.result.city.assets
    start = spans.start_s // 900 * 900
    end = np.where(spans.end_s < 0, 10**9, -(-spans.end_s // 900) * 900)
    doubts: dict[int, list[tuple[int, int]]] = {}
    for k in np.flatnonzero(~spans.is_sure).tolist():
        doubts.setdefault(int(spans.asset[k]), []).append((int(start[k]), int(end[k])))

    def is_doubted(k: int, second: int) -> bool:
        return any(first <= second < last for first, last in doubts.get(int(spans.asset[k]), ()))

    # A quarter with doubt is told as doubt, unless the whole outage lies in such quarters.
    mine = np.flatnonzero(assets.of_kind("lamp")[spans.asset] & spans.is_sure)
    hidden = {k for k in mine.tolist() if end[k] < 10**9 and all(
        is_doubted(k, at) for at in range(int(start[k]), int(end[k]), 900))}
    names = np.array(["", *told.streets], dtype=object)[told.lamps.street]
    for second in range(0, run.result.plan.duration_s, 7 * 900):
        out = np.array([any(start <= second < end and state == OUT for start, end, state in one)
                        for one in told.lamps.patterns])[told.lamps.pattern]
        true = spans.asset[[k for k in mine[(start[mine] <= second) & (second < end[mine])].tolist()
                            if k in hidden or not is_doubted(k, second)]]
        expected = pd.Series([assets.street[int(row)] for row in np.unique(true)], dtype=object).value_counts()
        assert pd.Series(names[out], dtype=object).value_counts().to_dict() == expected.to_dict(), second


@pytest.mark.parametrize(("like", "leaves"), [("{cabinet}-{k}", False), ("{cabinet}/L1/{k}", False), ("L-{k}", True)])
def test_numbers_that_name_the_feeder_do_not_leave(like: str, leaves: bool) -> None:
    from dataclasses import replace

    from viewer.public.night import public_night

    run = night("valmont-substation")
    assets = run.result.city.assets
    from tests.viewer.public.attack import feeders

    cabinet, lamp = feeders(run)[:, 1], assets.of_kind("lamp")
    ids = np.array([like.format(cabinet=assets.id[cabinet[k]] if cabinet[k] >= 0 else "x", k=f"{k:05}")
                    if lamp[k] else one for k, one in enumerate(assets.id)], dtype=object)
    other: Any = replace(run, result=replace(run.result, city=replace(run.result.city, assets=assets.replaced(id=ids))))
    told = public_night(other)
    assert (told.lamp_numbers is not None) == leaves
    assert bool(told.held_back) != leaves
    assert leaves or str(ids[lamp][0]) not in json.dumps(page(other, public=True, lang="fr"))


def test_the_judge_knows_the_truth() -> None:
    run = night("valmont-substation")
    told = told_before(run, by_place=True)
    truth = np.array([words[0] for words in told.words])
    assert judged(truth, told, run).fall == 1.0
