"""A run in a few lines, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from twin.cli.printing import console_on, say

if TYPE_CHECKING:
    from scenarios.expect import Outcome
    from scenarios.running import Finished
    from scenarios.summary import Summary


def summary_of(finished: Finished) -> Summary:
    """Give the first things to say of a run."""
    from scenarios.summary import summarise

    return summarise(finished.result)


def tell_run(finished: Finished, told: Summary, out: Path) -> None:
    """Say a run in a few lines."""
    from scenarios.summary import clock

    kinds = finished.result.city.assets.kinds

    def tell(count: int, one: str, many: str, more: str = "") -> None:
        if count:
            say(f"  {count:>6,} {one if count == 1 else many}{more}")

    say(f"{told.name}: {told.status}, {told.city}, {clock(told.start)} to {clock(told.end)}", style="bold")
    for kind, (count, first, moment) in told.drowned.items():
        if kind not in ("lamp", "building"):
            words = kinds[kind].words["en"]
            tell(count, words.one, words.many, f" drowned; the first is {first}, {clock(moment)}")
    tell(told.tripped, "circuit", "circuits", " tripped by a wet lamp")
    if told.lamps_out_at_worst:
        tell(told.lamps_out_at_worst, "", "", f"of {told.lamps:,} lamps out at worst, "
             + (f"{told.lamps_in_doubt_at_worst:,} of them in doubt, " if told.lamps_in_doubt_at_worst else "")
             + f"{clock(told.worst_at)}; "
             f"{told.dark_hours:,.0f} lamp-hours of darkness")
    elif told.lamps:
        say(f"       0 of {told.lamps:,} lamps out")
    if told.worst_street:
        say(f"         worst street: {told.worst_street}, {told.worst_street_lamps} lamps, "
             f"{told.worst_street_dark_hours:,.0f} lamp-hours")
    tell(told.lamps_not_back, "lamp", "lamps", " not back by the end of the run")
    tell(told.buildings_wet, "building", "buildings", f" with wet feet, {told.buildings_flooded:,} flooded inside")
    tell(len(told.sites_without_power), "site", "sites",
         f" without power: {', '.join(told.sites_without_power)}")
    tell(told.zones_suspended, "irrigation zone", "irrigation zones", " suspended")
    tell(told.may_be_live, "place", "places", " where live parts may stand in water until someone cuts (see run.json)")
    if told.act_first:
        say(f"         first to act on: cabinet {told.act_first}, before {clock(told.act_first_before)}")
    tell(told.contradictions, "fact contradicts", "facts contradict", " the computation (see run.json)")
    tell(told.doubtful, "outcome", "outcomes", " in doubt: the water comes within the error of the heights")
    tell(told.unknown, "asset", "assets", " where the water is not known: run as dry")
    for doubt in told.water_doubts:
        say(f"  Check: {doubt}", style="bold yellow")
    if told.water_book:
        say(f"  {told.water_book} Do not rely on this water.", style="bold red")
    say(f"  run folder: {out}")


def tell_lamp(finished: Finished, told: Summary) -> None:
    """Say why one lamp is dark, in both languages."""
    if told.lamp_to_explain:
        say("\nWhy one lamp is dark", style="bold")
        for lang in ("fr", "en"):
            say(f"  {lang}  {finished.explain(told.lamp_to_explain, lang=lang).sentence}")


def tell_outcomes(name: str, file: str, outcomes: Sequence[Outcome], error: str) -> None:
    """Say how the expectations of one scenario came out."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    if error:
        say(f"{name}  ({file})\n{error}\n", style="bold red")
        return
    if not outcomes:
        say(f"{name}  ({file}): runs; it expects nothing\n")
        return
    table = Table(title=escape(f"{name}  ({file})"), title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("line", "of", "expected", "found", ""):
        table.add_column(heading, justify="right" if heading == "line" else "left", overflow="fold")
    for outcome in outcomes:
        table.add_row(str(outcome.line or ""), escape(outcome.subject), escape(outcome.expected), escape(outcome.found),
                      "holds" if outcome.is_met else "FAILS", style="" if outcome.is_met else "red")
    console_on().print(table)
