"""Questions about crews: bars, positions and jobs of a run at a moment."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from geodata.run.crews import write_csv
from twin.errors import InputError
from twin.explaining.crew_words import STAGE_WORDS
from twin.explaining.words import WAITS, speech
from twin.world.kinds import LANGUAGES
from viewer.desk.answers import Asked, get
from viewer.desk.rank_routes import choices, run_asked
from viewer.desk.tonight import about, brief


def routes() -> list[Route]:
    """Give the routes."""
    return [get("/api/crews", _crews), get("/api/crews/at", _at), get("/crews.csv", _csv)]


def _crews(asked: Asked) -> Any:
    """Give the crews of a run; ``crews`` is None where it has none, and repairs begin as soon as the water has left."""
    loaded = run_asked(asked, asked.query.get("run", ""))
    found: dict[str, Any] = {**about(asked.desk), "runs": choices(asked), "run": brief(loaded), "crews": None}
    if loaded is None or loaded.result.plan.crews is None:
        return found
    plan = loaded.result.plan.crews
    return {**found, "crews": loaded.crew_board.crews(), "others": loaded.crew_board.others(),
            "policy": plan.policy, "owner": plan.owner,
            "derogation": plan.derogation, "samples": plan.samples,
            "stock": [{"part": part, "count": count} for part, count in plan.stock],
            "deliveries": [{"part": part, "at_s": at_s, "count": count} for part, at_s, count in plan.deliveries],
            "words": {lang: {**{key: speech(lang).text(text) for key, text in STAGE_WORDS.items()},
                             **{key: speech(lang).text(text) for key, text in WAITS.items()}} for lang in LANGUAGES}}


def _csv(asked: Asked) -> Response:
    """Give the visits of the crews of a run as `twin crews --csv` writes them."""
    loaded = run_asked(asked, asked.query.get("run", ""))
    if loaded is None or loaded.result.plan.crews is None:
        raise InputError(field="run", found="a run without crews", expected="one whose scenario declares crews")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "crews.csv"
        write_csv(loaded.result, file)
        text = file.read_text(encoding="utf-8-sig")
    # The mark lets spreadsheets read the accents.
    return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers={
        "content-disposition": f'attachment; filename="{loaded.entry.number}-crews.csv"'})


def _at(asked: Asked) -> Any:
    """Give positions and jobs at a second of a run."""
    loaded, text = run_asked(asked, asked.query.get("run", "")), asked.query.get("t", "")
    if loaded is None or not text.isdigit() or len(text) > 9:
        raise InputError(field="t", found=f"'{text[:20]}'", expected="a run, and whole seconds from its start")
    t_s = min(int(text), loaded.duration_s)
    # Ways out are searched in the streets: at the bench.
    shut = asked.desk.bench.ask("shut", *loaded.place, t_s) if loaded.result.plan.crews is not None else {}
    positions = [{**one, "shut": shut.get(one["crew"])} for one in loaded.crew_board.positions(t_s)]
    return {"t": t_s, "positions": positions, **loaded.crew_board.jobs(t_s)}
