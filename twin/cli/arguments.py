"""Arguments and options that several commands share, and what they mean."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from geodata.wording import Wording

Lang = Literal["fr", "en"]
Spoken = Annotated[Lang | None, typer.Option("--lang", help="Language of the answer; without it the terminal's.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
Scenario = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a shipped one.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN_DIR", help="A folder that `twin run` left.")]
City = Annotated[str | None, typer.Option("--city", metavar="CITY.gpkg", help="A city instead of the scenario's.")]
Issued = Annotated[str | None, typer.Option("--issued", metavar="TIME", help="Issue time: ISO 8601, or now.")]


#: Language that was asked for before the command: ``twin --lang fr run …``.
_ASKED: ContextVar[Lang | None] = ContextVar("asked", default=None)


def ask_in(lang: Lang | None) -> None:
    """Keep the language that is asked for before the command, for those that ask for none themselves."""
    _ASKED.set(lang)


def language_of(lang: Lang | None) -> Lang:
    """Give the language to answer in: the one asked for, else French where the terminal is set to it, else English."""
    asked = lang or _ASKED.get()
    if asked is not None:
        return asked
    # The order of POSIX: the first that is set decides.
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "fr" if locale.startswith("fr") else "en"


def words_in(lang: Lang | None) -> Wording:
    """Give what says the command line's own lines in the language to answer in."""
    from geodata.wording import wording

    return wording(language_of(lang), "command")


def check_place(out: Path) -> None:
    """Refuse a place that a run may not take, before the work and not after it."""
    from scenarios.places import check_place

    check_place(out)


def city_named(name: str) -> Any:
    """Read a city by its path, or the built-in one by its name."""
    if name == "valmont":
        from geodata.demo_town import valmont

        return valmont()
    from geodata.city.file import read_city

    return read_city(Path(name))


def words_of(given: Sequence[str] | None) -> list[str]:
    """Give the words of an option that may be repeated and may hold several, parted by commas."""
    return [word.strip() for one in given or () for word in one.split(",") if word.strip()]


def moment_of(text: str | None, result: Any) -> int | None:
    """Give a moment of a run as people write it, in seconds from its start; None where none is asked for."""
    if text is None:
        return None
    from zoneinfo import ZoneInfo

    from geodata.inputs.times import moment_s
    from twin.errors import InputError

    plan = result.plan
    try:
        seconds = moment_s(text, plan.start, ZoneInfo(result.city.timezone))
    except InputError as error:
        error.field = "--at"
        raise
    if not 0 <= seconds <= plan.duration_s:
        raise InputError(field="--at", found=f"'{text}'", expected=f"a moment of the run, which begins at "
                         f"{plan.start.isoformat(timespec='minutes')} and lasts {plan.duration_s / 3600:g} h")
    return seconds


def seconds_of(text: str, option: str) -> int:
    """Give the seconds of a duration as people write it; a refusal names the option."""
    from geodata.inputs.times import duration_s
    from twin.errors import InputError

    try:
        return round(duration_s(text))
    except InputError as error:
        error.field = option
        raise
