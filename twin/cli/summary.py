"""A run in a few lines, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.cli.printing import console_on, say

if TYPE_CHECKING:
    from geodata.wording import Wording
    from scenarios.expect import Outcome
    from scenarios.running import Finished
    from twin.explaining.words import Speech
    from twin.results.summary import Summary
    from twin.world.plan import Plan


#: What is said of files in the folder that are not of this run, and of how many the names are.
_KEPT = {"fr": "gardé dans le dossier, sans rapport avec ce calcul :", "en": "kept in the folder, not of this run:"}
_STRANGERS = 6


def summary_of(finished: Finished) -> Summary:
    """Give the first things to say of a run."""
    from twin.results.summary import summarise

    return summarise(finished.result)


def tell_run(finished: Finished, told: Summary, out: Path, lang: str) -> None:
    """Say a run in a few lines."""
    from geodata.ours import RUN
    from twin.explaining.first_lines import first_lines
    from twin.explaining.measured import measure_lines
    from twin.explaining.words import speech

    head, *lines = first_lines(told, finished.result.city.assets.kinds, lang)
    say(head.text, style="bold")
    for line in lines:
        say(f"  {line.text}", style="bold red" if line.is_alarm else "")
    if finished.season is not None:
        from twin.explaining.irrigated_run import run_lines

        for line in run_lines(finished.season[1], finished.result.city.assets.kinds, lang):
            say(f"  {line.text}", style="bold red" if line.is_alarm else "")
    for line in measure_lines(finished.result.plan, finished.result.city, lang):
        say(f"  {line.text}", style="bold red" if line.is_alarm else "")
    say(f"  {speech(lang).text('run folder: {out}', out=out)}")
    strangers = RUN.strangers(out)
    if strangers:
        more = "…" if len(strangers) > _STRANGERS else ""
        say(f"  {_KEPT[lang]} {', '.join(strangers[:_STRANGERS])}{more}")


def expiry(plan: Plan) -> dict[str, Any]:
    """Give until when a run holds, and whether that is over now: a page of it then opens as out of date."""
    from datetime import UTC, datetime

    return {"valid_until": plan.valid_until.isoformat(), "expired": plan.valid_until <= datetime.now(UTC)}


def tell_expiry(plan: Plan, lang: str, timezone: str) -> None:
    """Say aloud that a run no longer holds, by the clocks of its city."""
    from zoneinfo import ZoneInfo

    from twin.explaining.words import speech

    if not expiry(plan)["expired"]:
        return
    said, until = speech(lang), plan.valid_until.astimezone(ZoneInfo(timezone))
    remedy = said.text("Make a forecast of today’s water.") if plan.status == "forecast" else \
        said.text("`twin run SCENARIO --date today` moves it to today.")
    say("  " + said.text("OUT OF DATE: valid until {day}, {time}. Its map opens as expired (PÉRIMÉ). {remedy}",
                         day=said.day(until), time=said.clock(until), remedy=remedy),
        style="bold red")


def tell_lamp(finished: Finished, told: Summary, words: Speech) -> None:
    """Say why one lamp is dark, in both languages."""
    if told.lamp_to_explain:
        say("\n" + words.text("Why one lamp is dark"), style="bold")
        for lang in ("fr", "en"):
            say(f"  {lang}  {finished.explain(told.lamp_to_explain, lang=lang).sentence}")


def tell_outcomes(name: str, file: str, outcomes: Sequence[Outcome], error: str, words: Wording) -> None:
    """Say how the expectations of one scenario came out: keys and states as its file has them."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    if error:
        say(f"{name}  ({file})\n{error}\n", style="bold red")
        return
    if not outcomes:
        say(words.text("{name}  ({file}): runs; it expects nothing", name=name, file=file) + "\n")
        return
    table = Table(title=escape(f"{name}  ({file})"), title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("line", "of", "expected", "found", ""):
        table.add_column(words.text(heading), justify="right" if heading == "line" else "left", overflow="fold")
    for outcome in outcomes:
        said = (words.told(text) for text in (outcome.subject, outcome.expected, outcome.found))
        table.add_row(str(outcome.line or ""), *map(escape, said),
                      words.text("holds" if outcome.is_met else "FAILS"), style="" if outcome.is_met else "red")
    console_on().print(table)
