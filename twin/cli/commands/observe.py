"""``twin observe``: live data in, beside the desk or without it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, Spoken, city_named, language_of, words_in
from twin.cli.exits import NOT_AS_EXPECTED
from twin.cli.printing import console_on, print_json, say
from twin.cli.progress import stages

if TYPE_CHECKING:
    from geodata.city.model import CityFile
    from geodata.feeds.schema import ObserveSpec
    from geodata.wording import Wording


@app.command(short_help="Take in live data: gauges, lamps, closed roads, alerts, reports.",
             epilog="Example:  twin observe valmont-observe.yaml --folder night --once")
def observe(config: Annotated[Path, typer.Argument(metavar="CONFIG.yaml", help="The sources and how each is read.")],
            folder: Annotated[Path, typer.Option("--folder", metavar="DIR", help="The desk's folder: both may work on "
                                                 "it at once.")] = Path("desk"),
            city: Annotated[str | None, typer.Option("--city", metavar="CITY.gpkg", help="A city instead of the "
                                                     "configuration's.")] = None,
            once: Annotated[bool, typer.Option("--once", help="Ask each source once, tell how it stands, end; code 3 "
                                               "where one did not answer.")] = False,
            status: Annotated[bool, typer.Option("--status", help="Ask nobody: tell how each source stands.")] = False,
            lang: Spoken = None, json: Json = False) -> None:
    """Ask the sources of a configuration and listen to them, until Ctrl-C; what comes is kept in the desk's folder."""
    from geodata.feeds.schema import Way, check_assets, read_config
    from twin.errors import InputError
    from viewer.desk.alone import alone
    from viewer.desk.clock import DeskClock
    from viewer.desk.feeding import OBSERVED_ALREADY, OBSERVING, Feeding
    from viewer.desk.places import Places
    from viewer.desk.sources import Sources
    from viewer.desk.store import Store

    spec = read_config(config)
    name = city or spec.city
    if name is None:
        raise InputError(file=str(config), field="city", found="none", expected="the city file, here or with --city")
    with stages(lang=language_of(lang)) as stage:
        stage("reading the city")
        city_file = _city(name, config)
    known = [str(one) for one in city_file.city.assets.id]
    check_assets(spec, frozenset(known), file=str(config))
    folder.mkdir(parents=True, exist_ok=True)
    clock = DeskClock()
    store = Store(folder / "desk.sqlite")
    try:
        sources = Sources(store, known, clock.now, Places(city_file))
        if status:
            _tell(sources.listed(clock.epoch()), language_of(lang), is_json=json)
            return
        with alone(folder, OBSERVING, found=OBSERVED_ALREADY):
            feeding = Feeding(spec, sources)
            if once:
                answered = [feeding.once(name) for name, one in spec.sources.items() if one.way == Way.ASKED]
                _tell(sources.listed(clock.epoch()), language_of(lang), is_json=json)
                if not all(answered):
                    raise typer.Exit(NOT_AS_EXPECTED)
                return
            _listen(feeding, spec, words_in(lang))
    finally:
        store.close()


def _city(name: str, config: Path) -> CityFile:
    """Read the city: a name that ships, or a file from beside the configuration."""
    beside = config.parent / name
    found: CityFile = city_named(str(beside) if beside.is_file() else name)
    return found


def _listen(feeding: Any, spec: ObserveSpec, words: Wording) -> None:
    from threading import Event

    from geodata.feeds.schema import Way

    sent = [name for name, one in spec.sources.items() if one.way == Way.SENT]
    if sent:
        say(words.text("Posted to the desk, not here: {names} (twin serve --observe).", names=", ".join(sent)))
    say(words.plural("Observing {n} source; end it with Ctrl-C.", "Observing {n} sources; end it with Ctrl-C.",
                     len(spec.sources) - len(sent)))
    feeding.start()
    try:
        Event().wait()
    finally:
        feeding.close()


def _tell(rows: list[dict[str, Any]], lang: str, *, is_json: bool) -> None:
    if is_json:
        print_json([{key: value for key, value in row.items() if key != "ticks"} for row in rows])
        return
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(escape(row["name"]), escape(row["says"][lang]))
    console_on().print(table)
