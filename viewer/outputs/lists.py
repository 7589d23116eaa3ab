"""Lists beside a point of the situation: on paper (PDF, HTML) or as tables (CSV), in the language asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geodata.csv_file import write_csv_file
from geodata.run.headings import headings, opens
from geodata.run.journal import grid_rows, write_grid
from geodata.run.listing import write_csv
from geodata.run.roads import access_if_kept
from geodata.run.sites import write_sites
from twin.errors import InputError
from twin.explaining import returning
from twin.explaining.acts_papers import acts_paper, cuts_paper
from twin.explaining.papers import Paper, grid_paper
from twin.explaining.sites_paper import listed_sites, sites_paper
from twin.explaining.untouchable import untouchable_paper
from twin.results.act_ways import with_ways
from twin.results.listing import listing
from twin.results.order_of_return import ReturnOrder
from twin.results.situation import situation
from viewer.outputs.papers import export_paper

if TYPE_CHECKING:
    from geodata.run.folder import Run
    from twin.results.returns import Returns

#: Nights that are drawn for an order of return where the run drew none.
NIGHTS = 20
#: More acts than any night has.
_ALL = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Where to write each list; None: not asked for."""

    grid: Path | None = None
    handover: Path | None = None
    cuts: Path | None = None
    returns: Path | None = None
    acts: Path | None = None
    sites: Path | None = None


def export_lists(run: Run, t_s: int, places: Lists, order: ReturnOrder, *, lang: str,
                 numbers: Mapping[str, str] | None = None, contacts: Mapping[str, str] | None = None) -> None:
    """Write the lists asked for: ``.csv`` as a table, ``.pdf`` as tagged PDF, ``.html`` as a page that prints the same.

    Parameters
    ----------
    run
        The run read from its folder.
    t_s
        The moment [s from the start].
    places
        Where to write them.
    order
        The order of return at the moment.
    lang
        ``fr`` or ``en``. Tables have their keys as headings in English.
    numbers
        Telephone numbers by whose hand an act is: see ``twin.explaining.situation.page_of``.
    contacts
        Private numbers by the id of a site: they stand on the list of sites.

    Raises
    ------
    InputError
        A name that says no form, a place that cannot be written; PDF without the extra.
    """
    result, city = run.result, run.result.city.name
    for table in (places.grid, places.handover, places.cuts, places.returns, places.sites):
        _check(table, (".csv", ".pdf", ".html"))
    _check(places.acts, (".pdf", ".html"))
    tables: dict[str, Callable[[Path], object]] = {
        "grid": lambda out: write_grid(result, t_s, out, lang),
        "handover": lambda out: write_csv(listing(result, t_s, states=["do_not_re_energise"]), out, lang),
        "cuts": lambda out: write_csv(listing(result, t_s, states=["live_in_water"]), out, lang),
        "sites": lambda out: write_sites(result, t_s, listed_sites(result.city.assets), contacts or {}, out, lang),
        "returns": lambda out: write_csv_file(out, headings(returning.COLUMNS, lang), returning.table(order, lang),
                                              sort="an order of return", opens=opens(returning.COLUMNS), lang=lang)}
    papers: dict[str, Callable[[], Paper]] = {
        "grid": lambda: grid_paper(result, grid_rows(result, t_s), t_s, lang),
        "handover": lambda: untouchable_paper(result, t_s, lang), "cuts": lambda: cuts_paper(result, t_s, lang),
        "sites": lambda: sites_paper(result, t_s, lang, contacts),
        "returns": lambda: returning.returns_paper(order, lang),
        "acts": lambda: acts_paper(with_ways(situation(result, t_s, most_acts=_ALL), access_if_kept(run)), lang,
                                   numbers)}
    for name, paper in papers.items():
        place: Path | None = getattr(places, name)
        if place is None:
            continue
        if place.suffix.lower() == ".csv":
            tables[name](place)
        else:
            export_paper(paper(), city, place)


def lacks_nights(run: Run) -> bool:
    """Tell whether a run has crews, whose nights can be drawn, and drew none itself."""
    return run.result.returns is None and run.result.plan.crews is not None


def drawn(run: Run, nights: int) -> Returns | None:
    """Give nights drawn for a run with crews that drew none itself; None for what has its own, or no crews."""
    from twin.engine.simulate import draw_returns

    return draw_returns(run.result.view, nights, access_if_kept(run)) if lacks_nights(run) else None


def _check(place: Path | None, forms: tuple[str, ...]) -> None:
    if place is not None and place.suffix.lower() not in forms:
        raise InputError(file=str(place), found=f"a name that ends in '{place.suffix}'",
                         expected=f"one of {', '.join(forms)}: it says how the list is written")
