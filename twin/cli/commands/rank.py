"""``twin rank``: what to protect first, and what to cut before the water comes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, RunFolder, Spoken, language_of, seconds_of, words_of
from twin.cli.printing import console_on, print_json, say
from twin.cli.progress import stages

if TYPE_CHECKING:
    from geodata.run.folder import Run
    from twin.explaining.ranked import Table


@app.command(short_help="Rank what to protect first, and what to cut beforehand, with their trade.",
             epilog="Example:  twin rank q100 --budget 20000 --cost cabinet=1500 --lang fr")
def rank(run_dir: RunFolder,
         by: Annotated[Literal["sites", "people", "lamps", "streets"], typer.Option(
             "--by", help="What comes first: critical sites, people, light, or light in main streets.")] = "sites",
         kind: Annotated[list[str] | None, typer.Option("--kind", metavar="KIND,…", help="Only of these kinds; without "
                                                        "it substations, service boxes, cabinets, circuits.")] = None,
         top: Annotated[int | None, typer.Option("--top", min=1, help="Rows to print, 20 unless said; files hold all. "
                                                 "Of an ensemble: how many to try, 5 unless said.")] = None,
         budget: Annotated[float | None, typer.Option("--budget", help="Money for a plan; needs --cost.")] = None,
         cost: Annotated[list[str] | None, typer.Option("--cost", metavar="KIND|ID=COST", help="What protecting one "
                                                        "costs; repeat it for more.")] = None,
         cut: Annotated[bool, typer.Option("--cut", help="Preventive cuts and their trade instead.")] = False,
         lead: Annotated[str, typer.Option("--lead", metavar="TIME", help="With --cut: how long before the water.")
                         ] = "15min",
         refuge: Annotated[list[str] | None, typer.Option("--refuge", metavar="ID,…", help="With --cut: sites that "
                                                          "people are sent to; the ways there count as near people.")
                           ] = None,
         crews: Annotated[bool, typer.Option("--crews", help="Run the first five again with the crews of the run.")
                          ] = False,
         csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE.csv", help="All rows as a table.")] = None,
         lang: Spoken = None, json: Json = False) -> None:
    """Rank what to protect: what each loss costs, what each protection spares, the height that it takes.

    Of an ensemble: what each protection spares night by night, with its interval.
    """
    from geodata.ensemble.place import is_ensemble
    from geodata.run.folder import read_run

    costs = _costs(cost)
    _check(cut=cut, budget=budget, costs=costs, kind=kind, crews=crews, refuge=refuge)
    if is_ensemble(run_dir):
        _check_nights(cut=cut, budget=budget, crews=crews)
        _nights(run_dir, by, words_of(kind), top or 5, csv, language_of(lang), as_json=json)
        return
    top = top or 20
    with stages(computes=True, lang=language_of(lang)) as stage:
        stage("reading the run")
        run = read_run(run_dir)
        stage("trying each")
        if cut:
            _cuts(run, seconds_of(lead, "--lead"), words_of(refuge), top, csv, language_of(lang), json=json)
        else:
            _ranking(run, by, words_of(kind), top, budget, costs, csv, language_of(lang), json=json, crews=crews)


def _nights(folder: Path, by: str, kinds: Sequence[str], top: int, csv: Path | None, lang: str, *, as_json: bool
            ) -> None:
    """Rank what to protect by the nights of an ensemble."""
    from geodata.ensemble.folder import read_ensemble
    from geodata.ensemble.ranking import to_dict, write_csv
    from scenarios.ensemble.ranking import rank_nights
    from twin.explaining.likely_ranked import likely_ranked_lines, likely_ranked_table

    with stages(computes=True, lang=lang) as stage:
        stage("reading the run")
        found = rank_nights(read_ensemble(folder), objective=by, kinds=kinds, top=top, tell=stage)
    if csv is not None:
        write_csv(found, csv)
    if as_json:
        print_json(to_dict(found))
        return
    head, *rest = likely_ranked_lines(found, lang)
    say(head, style="bold")
    _print(likely_ranked_table(found, lang), text_columns=(1, 2, 3, 4))
    for line in rest:
        say(line)


def _check_nights(*, cut: bool, budget: float | None, crews: bool) -> None:
    """Refuse what no ensemble answers."""
    from twin.errors import InputError

    if cut or budget is not None or crews:
        raise InputError(field="--cut" if cut else "--crews" if crews else "--budget", found="an ensemble",
                         expected="a run", remedy="The run of an ensemble's plan stands in its folder `base`.")


def _ranking(run: Run, by: str, kinds: Sequence[str], top: int, budget: float | None, costs: dict[str, float],
             csv: Path | None, lang: str, *, json: bool, crews: bool) -> None:
    from geodata.run.ranking import main_streets, ranking_to_dict, write_csv
    from geodata.run.roads import access_of
    from twin.deciding.crewed import with_crews
    from twin.deciding.plans import costs_of, greedy, pairs
    from twin.deciding.ranking import rank as ranked
    from twin.explaining.ranked import crewed_lines, plan_line, plan_table, ranked_lines, ranked_table
    from twin.explaining.words import speech

    found = ranked(run.result, objective=by, kinds=kinds, is_main=main_streets(run.city_file))
    both = pairs(found)
    steps = None if budget is None else greedy(found, costs_of(found, costs), budget)
    crewed = with_crews(found, run.result, access_of(run)) if crews else ()
    if csv is not None:
        write_csv(found, csv)
    if json:
        print_json(ranking_to_dict(found, both, steps, crewed))
        return
    head, *rest = ranked_lines(found, both, lang)
    say(head.text, style="bold")
    _print(ranked_table(found, lang, top), text_columns=(1, 2, 3, 4, 11))
    for line in [*rest, *(crewed_lines(found, crewed, lang) if crewed else ())]:
        say(line.text)
    if steps is not None:
        say("\n" + speech(lang).text("Plan within {budget}", budget=speech(lang).number(budget or 0)), style="bold")
        _print(plan_table(found, steps, lang), text_columns=(1, 2, 3))
        say(plan_line(found, steps, lang).text)


def _cuts(run: Run, lead_s: int, refuges: Sequence[str], top: int, csv: Path | None, lang: str, *, json: bool
          ) -> None:
    from geodata.run.ranking import cuts_to_dict, main_streets, write_cuts_csv
    from geodata.run.refuges import on_the_way
    from twin.deciding.cutting import cuts
    from twin.explaining.ranked import cuts_lines, cuts_table

    found = cuts(run.result, lead_s=lead_s, is_main=main_streets(run.city_file),
                 is_on_way=on_the_way(run, refuges) if refuges else None)
    if csv is not None:
        write_cuts_csv(found, csv)
    if json:
        print_json(cuts_to_dict(found))
        return
    for line in cuts_lines(run.result, lead_s, lang):
        say(line.text, style="bold")
    _print(cuts_table(found, lang, top), text_columns=(0, 1, 2, 3, 4, 8))


def _print(table: Table, *, text_columns: Sequence[int]) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table as Drawn

    drawn = Drawn(box=box.SIMPLE_HEAD)
    for place, heading in enumerate(table.headings):
        drawn.add_column(escape(heading), justify="left" if place in text_columns else "right", overflow="fold")
    for row in table.rows:
        drawn.add_row(*map(escape, row))
    console_on().print(drawn)


def _costs(given: Sequence[str] | None) -> dict[str, float]:
    from twin.errors import InputError

    found = {}
    for one in given or ():
        key, _, value = one.partition("=")
        try:
            found[key.strip()] = float(value.strip())
        except ValueError:
            raise InputError(field="--cost", found=f"'{one}'", expected="a kind or an id with its cost: cabinet=1500"
                             ) from None
    return found


def _check(*, cut: bool, budget: float | None, costs: dict[str, float], kind: list[str] | None, crews: bool,
           refuge: list[str] | None) -> None:
    """Refuse options that would do nothing."""
    from twin.errors import InputError

    if cut and (budget is not None or costs or kind or crews):
        raise InputError(field="--cut", found="--cut beside --budget, --cost, --kind or --crews",
                         expected="one or the other")
    if refuge and not cut:
        raise InputError(field="--refuge", found="--refuge without --cut", expected="--cut beside it")
    if costs and budget is None:
        raise InputError(field="--cost", found="costs without a budget", expected="--budget beside them")
