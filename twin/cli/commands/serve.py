"""``twin serve``: the control room's desk in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.app import app
from twin.cli.arguments import Spoken, language_of, words_in
from twin.cli.printing import say
from twin.cli.progress import stages


@app.command(short_help="Open the control room's desk in a browser.",
             epilog="Example:  twin serve valmont --folder night")
def serve(city: Annotated[str, typer.Argument(metavar="CITY", help="A city file (.gpkg), or valmont.")],
          folder: Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where the desk keeps its runs, its "
                                               "scenarios and what people did.")] = Path("desk"),
          port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any that is free.")] = 8765,
          host: Annotated[str, typer.Option("--host", help="An address of this machine to itself.")] = "127.0.0.1",
          origin: Annotated[str, typer.Option("--origin", metavar="https://NAME", help="The address under which a "
                                              "proxy on this machine shows the desk to others.")] = "",
          observe: Annotated[Path | None, typer.Option("--observe", metavar="CONFIG.yaml", help="Sources of live data "
                                                       "that are asked and listened to.")] = None,
          clock: Annotated[str | None, typer.Option("--clock", metavar="TIME", help="An exercise: the desk's clock "
                                                    "stands at this moment now (ISO 8601) and runs on.")] = None,
          lang: Spoken = None) -> None:
    """Open the control room's desk: river, alarms, acts, variants, runs, for the browser of this machine."""
    from datetime import datetime

    from geodata.feeds.schema import check_assets, read_config
    from twin.errors import InputError
    from viewer.desk.bench import Beside
    from viewer.desk.clock import DeskClock
    from viewer.desk.desk import Desk
    from viewer.desk.memory import few_heaps
    from viewer.desk.outgoing import observe as observe_at
    from viewer.desk.server import check_host, name_of
    from viewer.desk.server import serve as serve_desk

    check_host(host)
    name_of(origin)
    if observe is not None and clock is not None:
        raise InputError(field="--observe", found="--clock beside it", expected="one of the two",
                         remedy="In an exercise what comes in is typed in or posted: live data are of another time.")
    moment = None
    if clock is not None:
        try:
            moment = datetime.fromisoformat(clock)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise InputError(field="--clock", found=f"'{clock}'",
                             expected="ISO 8601 with offset: 2026-11-22T21:12+01:00")
    few_heaps()
    bench = Beside()
    with stages(lang=language_of(lang)) as stage:
        stage("reading the city")
        city_file = bench.ask("city", city)
        name = city if city == "valmont" else str(Path(city).resolve())
        config = None
        if observe is not None:
            config = read_config(observe)
            check_assets(config, frozenset(str(one) for one in city_file.city.assets.id), file=str(observe))
        desk = Desk(folder.resolve(), name, city_file, DeskClock.set_to(moment), bench=bench)
    if config is not None:
        observe_at(desk, config)
    words = words_in(lang)
    serve_desk(desk, host=host, port=port, origin=origin, tell=lambda address: say("\n".join((
        words.text("The desk is open, once, at:"), f"  {address}", words.text("End it with Ctrl-C.")))))
