"""What goes as one is one line: acts with their unfolding, alarms, jobs; said, given and kept for all of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.nights import night
from tests.viewer.desk.conftest import Seat, placed
from tests.viewer.desk.test_browser import Served, chromium, sat, shown  # noqa: F401
from twin.results.together import TOGETHER_S
from viewer.desk.acts import groups_of
from viewer.desk.alarms import alarms_of, of_act
from viewer.desk.crew_board import CrewBoard
from viewer.desk.desk import Desk
from viewer.desk.loaded import Loaded
from viewer.desk.runs import RunEntry

#: Before the first act of the hundred-year night.
EARLY = datetime.fromisoformat("2026-11-22T16:10+01:00")


@pytest.fixture
def desk(tmp_path: Path, open_desk: Callable[..., Desk]) -> Desk:
    placed(tmp_path, name="ouche-q100")
    return open_desk(EARLY)


def several(seat: Seat) -> dict[str, Any]:
    """Give the first group of more than one act."""
    groups = seat.json("/api/tonight")["acts"]["groups"]
    return dict(next(group for group in groups if len(group["assets"]) > 1))


def test_every_act_stands_in_one_group_with_the_moment_of_its_first(seat: Seat, desk: Desk) -> None:
    acts = seat.json("/api/tonight")["acts"]
    assert sum(len(group["assets"]) for group in acts["groups"]) == len(acts["ahead"])
    assert [group["before"] for group in acts["groups"]] == sorted(group["before"] for group in acts["groups"])
    by_asset = {act["asset"]: act for act in acts["ahead"]}
    assets = desk.city_file.city.assets
    for group in acts["groups"]:
        mine = [by_asset[one] for one in group["assets"]]
        assert group["before"] == min(act["before"] for act in mine)
        assert max(act["before"] for act in mine) - group["before"] <= TOGETHER_S
        assert group["lamps"] == sum(act["lamps"] for act in mine)
        assert len({assets.district[assets.row(one)] for one in group["assets"]}) == 1
        assert group["sort"] == "cut" or len(mine) == 1, "a site is warned by itself"
    assert seat.json("/api/about")["next_act"]["assets"] == acts["groups"][0]["assets"]


def test_several_are_given_at_once_or_not_at_all(seat: Seat, desk: Desk) -> None:
    group = several(seat)
    told = seat.post("/api/acts", versions=group["versions"], state="under_way", crew="équipe 2").json()
    assert set(told["versions"].values()) == {1}
    after = next(one for one in seat.json("/api/tonight")["acts"]["groups"] if one["asset"] == group["asset"])
    assert (after["assets"], after["state"], after["crew"]) == (group["assets"], "under_way", "équipe 2")
    line = seat.json("/api/journal")["lines"][0]
    for first, last in group["ranges"]:
        assert first in line["said"]["fr"]
        assert last in line["said"]["fr"]
    stale = {**group["versions"], group["assets"][0]: 1}
    refused = seat.post("/api/acts", versions=stale, state="done", crew="")
    assert refused.status_code == 422
    assert "R. Morel" in refused.json()["error"]
    rows = {act["asset"]: act for act in seat.json("/api/tonight")["acts"]["ahead"]}
    assert {rows[one]["state"] for one in group["assets"]} == {"under_way"}, "none of them was changed"


def test_one_that_went_another_way_leaves_its_group(seat: Seat) -> None:
    group = several(seat)
    alone = group["assets"][0]
    seat.post("/api/acts", asset=alone, state="done", crew="", version=0)
    groups = seat.json("/api/tonight")["acts"]["groups"]
    assert [alone] in [one["assets"] for one in groups]
    assert group["assets"][1:] in [one["assets"] for one in groups]


def test_what_nobody_says_is_done_is_one_alarm_for_all_that_went_as_one(seat: Seat, desk: Desk) -> None:
    group = several(seat)
    seat.post("/api/acts", versions=group["versions"], state="under_way", crew="équipe 2")
    night_shown = desk.night().shown
    assert night_shown is not None
    late = desk.acts.overdue(night_shown, group["before"] + TOGETHER_S + 1)
    assert [one["assets"] for one in late] == [group["assets"]]
    alarm = of_act(late[0])
    assert (alarm.key, alarm.suppresses) == (f"overdue:{group['asset']}", len(group["assets"]))
    assert set(alarm.replaces) == {f"overdue:{one}" for one in group["assets"][1:]}


def test_causes_of_one_errand_are_one_alarm_whose_key_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Loaded(RunEntry(id="0" * 16, number=1, name="n", state="done"), night("ouche-q100"))
    # Without the moments at which much fails at once, which take their causes.
    monkeypatch.setitem(one.result.indicators, "clusters", ())
    keys: dict[str, set[str]] = {}
    for t_s in range(0, 9 * 3600, 120):
        alarms = [alarm for alarm in alarms_of(one, t_s) if alarm.sort in ("root", "roots")]
        assert len({alarm.key for alarm in alarms}) == len(alarms)
        for alarm in alarms:
            if alarm.sort == "roots":
                keys.setdefault(alarm.key, set()).add(json.dumps(alarm.values["ranges"]))
                assert not alarm.sites, "what takes a vital site with it stands by itself"
    assert keys
    assert any(len(members) > 1 for members in keys.values()), "who joins or leaves makes it no other alarm"


def test_jobs_that_wait_alike_are_one_line() -> None:
    result = night("ouche-q100-crews").result
    board = CrewBoard(result)
    for hours in (4, 8, 12, 24):
        jobs = board.jobs(hours * 3600)
        assert sum(row["count"] for row in jobs["rows"]) == jobs["count"] or len(jobs["rows"]) == 80
        for row in jobs["rows"]:
            assert row["count"] == len(row["assets"])
            assert row["asset"] == row["assets"][0]


def test_groups_of_nothing() -> None:
    assert groups_of(night("ouche-q100").result.city.assets, []) == []


@pytest.mark.browser
def test_a_line_for_several_is_unfolded_and_given(chromium: Any, seat: Seat, desk: Desk) -> None:  # noqa: F811
    group = several(seat)
    served = Served(desk)
    page = sat(chromium, served, "R. Morel")
    shown(page, served, "tonight")
    row = f'#act-rows tr[data-asset="{group["asset"]}"]'
    page.wait_for_selector(row)
    first, last = group["ranges"][0]
    assert (f"{first} à {last}" if first != last else first) in page.inner_text(row)
    assert page.locator("#act-rows tr.member").count() == 0
    page.focus(f"{row} .fold")
    page.keyboard.press("Enter")
    assert page.locator("#act-rows tr.member").count() == len(group["assets"])
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true", "the focus stays"
    page.click(f"{row} td:last-child button")
    page.fill("#act-crew", "équipe 2")
    page.click("#sheet button.main")
    page.wait_for_selector(f'{row}.now:has-text("équipe 2")')
    states = {act["asset"]: act["state"] for act in seat.json("/api/tonight")["acts"]["ahead"]}
    assert {states[one] for one in group["assets"]} == {"under_way"}
    assert page.errors == []
    page.context.close()
    served.close()


def test_the_least_of_a_group_is_kept_where_one_is_sure() -> None:
    assets = night("ouche-q100").result.city.assets
    row = {"asset": "A-001", "state": "to_give", "crew": "", "owner": "v", "sort": "cut", "before": 0, "version": 0,
           "street": "r", "lamps": 1, "doubtful": True, "failed": None}
    sure = replace_row(row, asset="A-002", doubtful=False)
    groups = groups_of(assets, [row, sure])
    for group in groups:
        assert group["doubtful"] == all(one["doubtful"] for one in group["members"]), "in doubt where all of it is"


def replace_row(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**row, **more}
