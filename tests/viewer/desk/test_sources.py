"""What comes in: HTTP and the inbox; late, doubled, out of order and corrected; kept once, refused by name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tests.viewer.desk.conftest import Seat
from viewer.desk.desk import Desk


def reading(desk: Desk, ago_s: int, level_m: float, **more: Any) -> dict[str, Any]:
    moment = datetime.fromtimestamp(desk.clock.epoch() - ago_s, UTC)
    return {"series": "pont-neuf", "what": "level", "unit": "m", "value": level_m,
            "observed": moment.isoformat()} | more


def sent(seat: Seat, desk: Desk, *said: dict[str, Any], key: str = "") -> Any:
    return seat.client.post("/inbox/echelle", content=json.dumps(list(said)), headers={
        "content-type": "application/json", "authorization": f"Bearer {key or desk.inbox_key}"})


def test_a_machine_shows_the_desks_key(seat: Seat, desk: Desk) -> None:
    assert sent(seat, desk, reading(desk, 60, 2.5), key="guess").status_code == 401
    assert sent(seat, desk, reading(desk, 60, 2.5)).json() == {"accepted": 1, "rejected": []}
    assert (desk.folder / "inbox.key").stat().st_mode & 0o077 == 0


def test_readings_doubled_and_out_of_order_are_kept_once_and_corrected(seat: Seat, desk: Desk) -> None:
    late, early = reading(desk, 600, 2.50), reading(desk, 1200, 2.40)
    for message in (late, early, late, {**early, "value": 2.41}):
        sent(seat, desk, message)
    told = seat.json("/api/tonight")["river"]
    assert [row["value"] for row in told["readings"]] == [2.41, 2.50]
    assert told["newest"]["value"] == 2.50
    assert len(desk.store.rows("SELECT * FROM raw")) == 3, "every message is kept as it came"


def test_a_gauge_that_differs_is_an_alarm_and_its_forecast_is_held_to_it(seat: Seat, desk: Desk) -> None:
    loaded = desk.night().shown
    assert loaded is not None
    import numpy as np

    curve, now = loaded.curves[0], desk.clock.epoch()
    for ago in range(7200, 0, -600):
        level = float(np.interp(now - ago - loaded.start, curve.times_s, curve.level_m)) + 0.26
        sent(seat, desk, reading(desk, ago, round(level, 3)))
    told = seat.json("/api/tonight")
    assert abs(told["river"]["difference_m"] - 0.26) < 0.01
    assert told["river"]["anchored"]["way"] in ("shifted", "levelled")
    first = told["river"]["anchored"]["curve"][0]
    raw = next(level for at, level in told["river"]["curves"]["latest"] if at >= first[0])
    assert first[1] - raw > 0.1, "the corrected curve stands beside the raw one"
    assert "river:pont-neuf" in [row["key"] for row in told["alarm_rows"]]


def test_what_is_refused_is_counted_and_said(seat: Seat, desk: Desk) -> None:
    answer = sent(seat, desk, reading(desk, 60, 2.5), reading(desk, 60, 2.5, series="nobody"),
                  reading(desk, -4000, 9.9))
    assert (answer.status_code, answer.json()["accepted"], len(answer.json()["rejected"])) == (200, 1, 2)
    row = seat.json("/api/runs")["source_rows"][0]
    assert (row["name"], row["accepted"], row["rejected"]) == ("echelle", 1, 2)
    assert "in the future" in row["last_reason"]
    assert sent(seat, desk, {"x" * 100: 1}).status_code == 422


def test_a_source_is_late_by_its_newest_datum_and_not_by_an_answer(seat: Seat, desk: Desk) -> None:
    sent(seat, desk, reading(desk, 3 * 3600, 2.5))
    told = seat.json("/api/about")
    assert told["sources"]["late"] == ["echelle"]
    assert "source:echelle" in [row["key"] for row in seat.json("/api/tonight")["alarm_rows"]]


def test_a_jump_and_a_stuck_gauge_drop_out(seat: Seat, desk: Desk) -> None:
    sent(seat, desk, reading(desk, 1200, 2.5), reading(desk, 600, 4.5))
    told = seat.json("/api/tonight")["river"]
    assert [row["fault"] for row in told["readings"]] == ["", "step"]
    assert told["newest"]["value"] == 2.5


def test_files_of_the_inbox_are_taken_and_put_away(seat: Seat, desk: Desk) -> None:
    folder = desk.folder / "inbox"
    (folder / "agent_1.json").write_text(json.dumps(reading(desk, 60, 2.61)), encoding="utf-8")
    (folder / "agent_2.json").write_text("{", encoding="utf-8")
    (folder / "half.json.part").write_text("{", encoding="utf-8")
    assert desk.inbox.look() == 2
    assert desk.inbox.look() == 0
    assert seat.json("/api/tonight")["river"]["newest"]["value"] == 2.61
    assert len(list((folder / "done").iterdir())) == 1
    assert {path.suffix for path in (folder / "refused").iterdir()} == {".json", ".txt"}
    assert (folder / "half.json.part").exists()


def test_a_reading_by_eye_is_an_observation_with_a_name(seat: Seat, desk: Desk) -> None:
    now = desk.clock.epoch()
    assert seat.post("/api/readings", gauge="pont-neuf", level_m=2.7, seen_at=now - 120).status_code == 200
    assert seat.json("/api/tonight")["river"]["newest"]["value"] == 2.7
    line = next(one for one in seat.json("/api/journal")["lines"] if one["what"] == "note")
    assert (line["who"], "2,70" in line["said"]["fr"], "2.70" in line["said"]["en"]) == ("R. Morel", True, True)
    for wrong in ({"gauge": "nobody"}, {"level_m": "high"}, {"level_m": True}, {"seen_at": now + 9999}):
        said = {"gauge": "pont-neuf", "level_m": 2.7, "seen_at": now} | wrong
        assert seat.post("/api/readings", **said).status_code == 422


def test_a_lamp_controller_confirms_and_contradicts(seat: Seat, desk: Desk) -> None:
    loaded = desk.night().shown
    assert loaded is not None
    import numpy as np

    assets, is_out = loaded.result.city.assets, loaded.moment(loaded.at(desk.clock.epoch()) or 0).is_out
    out = [str(assets.id[row]) for row in np.flatnonzero(is_out & assets.of_kind("cabinet"))][:2]
    sent(seat, desk, *(reading(desk, 60, 0, series=one, what="out", unit="", value=value)
                       for one, value in zip(out, (True, False), strict=True)))
    told = seat.json("/api/tonight")["observed"]
    row = next(one for one in told["rows"] if one["kind"] == "cabinet")
    assert (row["confirmed"], row["contradicted"]) == (1, 1)
    assert row["unseen"] == int((is_out & assets.of_kind("cabinet")).sum()) - 2, "silence is evidence of nothing"
