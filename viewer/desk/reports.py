"""What leaves the desk as a file: points of the situation, lists, the public's page, open data; made and released by.

Each is what `twin report` or `twin export` writes of the same run. What speaks to the public leaves from the approved
run alone, with the name of who releases it.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.run.journal import write_journal
from twin.errors import InputError
from twin.results.situation import situation
from viewer.desk.bench import Bench
from viewer.desk.loaded import Loaded
from viewer.desk.store import Store, publish

if TYPE_CHECKING:
    from viewer.desk.whole import Whole

#: The city's own contacts, list of what may leave and private numbers, where they lie in the desk's folder.
CONTACTS, FIELDS, PHONES = "contacts.toml", "public_fields.toml", "phones.toml"
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants made."""

    sort: str
    #: One of the forms of the sort; empty: its first.
    form: str = ""
    #: Moment that it tells of [s from the start of the run]; not asked of all sorts.
    t_s: int
    lang: str
    #: The present at the desk: whether an alert or a message still holds is judged by it.
    now: datetime
    #: Who releases it; empty for what stays inside.
    released_by: str = ""
    #: Streets of a leaflet; empty: all that lose a lamp.
    streets: tuple[str, ...] = ()
    #: What a point counts from: an earlier moment [s from the start of the run], or the folder of another run.
    since_s: int | None = None
    since_run: Path | None = None
    #: The earlier alert that one takes the place of, or takes back.
    update: Path | None = None
    cancel: Path | None = None
    contacts: Path | None = None
    phones: Path | None = None
    fields: Path | None = None

    @property
    def public(self) -> dict[str, Any]:
        """What the makers of public files are given."""
        return {"released_by": self.released_by, "fields": self.fields}


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of file; ``forms``: name of each form to the end of its file's name, the first where none is asked."""

    forms: dict[str, str]
    make: Callable[[Whole, Wish, Path], object]
    #: Whether it tells of one moment, and whether it speaks to the public.
    has_moment: bool = False
    is_released: bool = False


def _situation(loaded: Whole, wish: Wish, out: Path) -> None:
    from geodata.ensemble.place import run_within
    from geodata.run.folder import read_run
    from geodata.run.roads import access_if_kept
    from twin.explaining.situation import page_of
    from twin.results.act_ways import with_ways
    from twin.results.compare import check_alike
    from viewer.outputs.help_numbers import numbers_of
    from viewer.outputs.pdf import export_pdf
    from viewer.outputs.report import export_report

    since: dict[str, Any] = {} if wish.since_s is None else {"since_s": wish.since_s}
    if wish.since_run is not None:
        other = read_run(run_within(wish.since_run)).result
        check_alike(other, loaded.result)
        since = {"since_run": other}
    told = with_ways(situation(loaded.result, wish.t_s, **since), access_if_kept(loaded.run))
    if wish.form == "pdf":
        export_pdf(loaded.run, told, page_of(told, wish.lang, numbers_of(loaded.run, wish.contacts)), out)
        return
    many = loaded.ensemble
    export_report(loaded.run, told, out, lang=wish.lang, answers=None if many is None else many.answers,
                  driven=() if many is None else many.driven, contacts=wish.contacts)


def _log(loaded: Whole, wish: Wish, out: Path) -> None:
    write_journal(loaded.result, wish.t_s, wish.lang, out)


def _listed(name: str) -> Callable[[Whole, Wish, Path], None]:
    """Give the maker of a list beside the point: a table, or paper."""
    def make(loaded: Whole, wish: Wish, out: Path) -> None:
        from geodata.run.sheets import read_phones
        from twin.results.order_of_return import order_of_return
        from viewer.outputs.help_numbers import numbers_of
        from viewer.outputs.lists import NIGHTS, Lists, drawn, export_lists

        order = order_of_return(loaded.result, wish.t_s, drawn(loaded.run, NIGHTS) if name == "returns" else None)
        export_lists(loaded.run, wish.t_s, Lists(**{name: out}), order, lang=wish.lang,
                     numbers=numbers_of(loaded.run, wish.contacts), contacts=read_phones(wish.phones).sites)

    return make


def _sheets(loaded: Whole, wish: Wish, out: Path) -> None:
    from viewer.outputs.sheets import export_sheets

    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        made = Path(folder) / "sheets"
        export_sheets(loaded.run, wish.t_s, made, lang=wish.lang, phones=wish.phones, pdf=wish.form == "pdf")
        _packed(made, out)


def _operator(loaded: Whole, wish: Wish, out: Path) -> None:
    from viewer.outputs.page import export_map

    export_map(loaded.run, out, public=False, lang=wish.lang, ensemble=loaded.ensemble)


def _gis(loaded: Whole, wish: Wish, out: Path) -> None:
    from viewer.outputs.gis import export_gis

    export_gis(loaded.run, out, lang=wish.lang)


def _residents(loaded: Whole, wish: Wish, out: Path) -> None:
    from viewer.outputs.page import export_map

    export_map(loaded.run, out, public=True, lang=wish.lang, city=wish.contacts, **wish.public)


def _leaflet(loaded: Whole, wish: Wish, out: Path) -> None:
    from viewer.outputs.leaflet import export_leaflet

    export_leaflet(loaded.run, out, streets=list(wish.streets) or ["all"], lang=wish.lang, contacts=wish.contacts,
                   **wish.public)


def _sms(loaded: Whole, wish: Wish, out: Path) -> None:
    from viewer.outputs.sms import export_sms

    export_sms(loaded.run, out, lang=wish.lang, contacts=wish.contacts, now=wish.now, **wish.public)


def _call(loaded: Whole, wish: Wish, out: Path) -> None:
    from viewer.outputs.call import export_call

    export_call(loaded.run, out, lang=wish.lang, contacts=wish.contacts, now=wish.now, **wish.public)


def _alert(loaded: Whole, wish: Wish, out: Path) -> None:
    from viewer.outputs.cap import export_cap

    export_cap(loaded.run, out, contacts=wish.contacts, now=wish.now, update=wish.update, cancel=wish.cancel,
               all_clear=wish.sort == "all_clear", **wish.public)


def _open_data(loaded: Whole, wish: Wish, out: Path) -> None:
    from viewer.outputs.open_data import export_open_data

    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        _packed(export_open_data(loaded.run, Path(folder) / "open-data", format=wish.form, **wish.public), out)


def _packed(folder: Path, out: Path) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                packed.write(file, file.relative_to(folder).as_posix())


_LIST = {"csv": ".csv", "html": ".html", "pdf": ".pdf"}
_PAPER = {"html": ".html", "pdf": ".pdf"}
#: All that can be made, in the order in which it is offered.
SORTS = {
    "situation": Sort(_PAPER, _situation, has_moment=True),
    "acts": Sort(_PAPER, _listed("acts"), has_moment=True),
    "log": Sort({"csv": ".csv"}, _log, has_moment=True),
    "handover": Sort(_LIST, _listed("handover"), has_moment=True),
    "cuts": Sort(_LIST, _listed("cuts"), has_moment=True),
    "sites": Sort(_LIST, _listed("sites"), has_moment=True),
    "returns": Sort(_LIST, _listed("returns"), has_moment=True),
    "grid": Sort(_LIST, _listed("grid"), has_moment=True),
    "sheets": Sort({"html": ".zip", "pdf": ".zip"}, _sheets, has_moment=True),
    "operator": Sort({"html": ".html"}, _operator), "gis": Sort({"gpkg": ".gpkg"}, _gis),
    "residents": Sort({"html": ".html"}, _residents, is_released=True),
    "leaflet": Sort({"html": ".html"}, _leaflet, is_released=True),
    "sms": Sort({"csv": ".csv"}, _sms, is_released=True), "call": Sort({"csv": ".csv"}, _call, is_released=True),
    "alert": Sort({"cap": ".xml"}, _alert, is_released=True),
    "all_clear": Sort({"cap": ".xml"}, _alert, is_released=True),
    "open_data": Sort({"geojson": ".zip", "csv": ".zip", "geoparquet": ".zip"}, _open_data, is_released=True)}


class Reports:
    """The files of a desk; they are kept for ever."""

    def __init__(self, store: Store, folder: Path, bench: Bench) -> None:
        self.store, self.folder, self._bench = store, folder, bench
        folder.mkdir(parents=True, exist_ok=True)

    def listed(self, most: int = 200) -> list[dict[str, Any]]:
        """Give what was made, the latest first; ``is_there`` tells whether its file still is."""
        rows = self.store.rows("SELECT * FROM report ORDER BY at DESC, rowid DESC LIMIT ?", most)
        return [{**row, "is_there": self.path_of(row).is_file()} for row in rows]

    def path_of(self, row: dict[str, Any]) -> Path:
        """Give where the file of a row lies; of its first form where it is gone."""
        places = [self.folder / f"{row['id']}{suffix}" for suffix in SORTS[row["sort"]].forms.values()]
        return next((place for place in places if place.is_file()), places[0])

    def get(self, report: str) -> dict[str, Any]:
        """Give the row of a file.

        Raises
        ------
        InputError
            None of that name, or its file is gone.
        """
        row = self.store.row("SELECT * FROM report WHERE id = ?", report)
        # A link may lead anywhere: what the desk made is a file.
        if row is None or not self.path_of(row).is_file() or self.path_of(row).is_symlink():
            raise InputError(field="report", found="no such file", expected="one of the list")
        return row

    def _write(self, loaded: Loaded, wish: Wish, out: Path) -> None:
        """Write a file at a bench of its own: nobody's edit waits behind it."""
        bench = self._bench.another()
        try:
            bench.ask("report", *loaded.place, wish, out)
        finally:
            if bench is not self._bench:
                bench.close()

    def make(self, loaded: Loaded, wish: Wish, *, is_approved: bool, by: str, now: int) -> dict[str, Any]:
        """Write a file of a run and keep who made it; nothing stays of one that fails.

        Raises
        ------
        InputError
            No such sort; what speaks to the public from a run that is not approved, or without a name; what the
            writer refuses.
        """
        sort = SORTS.get(wish.sort)
        if sort is None:
            raise InputError(field="sort", found=f"'{wish.sort[:40]}'", expected=f"one of {', '.join(SORTS)}")
        form = wish.form or next(iter(sort.forms))
        if form not in sort.forms:
            raise InputError(field="form", found=f"'{form[:40]}'", expected=f"one of {', '.join(sort.forms)}")
        wish = replace(wish, form=form)
        if sort.is_released and not is_approved:
            raise InputError(field="run", found="a run that nobody approved", expected="the approved run",
                             remedy="What speaks to the public leaves from the approved run alone.")
        if sort.is_released and not 0 < len(wish.released_by.strip()) <= _LONGEST_NAME:
            raise InputError(field="released_by", found="no name, or a long one", expected="who releases it")
        name = secrets.token_hex(8)
        out = self.folder / f"{name}{sort.forms[form]}"
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            made = Path(folder) / out.name
            self._write(loaded, wish, made)
            shutil.move(made, out)
        plan, entry = loaded.result.plan, loaded.entry
        row = {"id": name, "sort": wish.sort, "run": entry.id, "number": entry.number, "name": entry.name,
               "status": str(plan.status), "is_approved": int(is_approved), "lang": wish.lang,
               "street": ", ".join(wish.streets),
               "moment": loaded.start + wish.t_s if sort.has_moment else None, "at": now, "by": by,
               "released_by": wish.released_by.strip() if sort.is_released else "", "bytes": out.stat().st_size}
        with self.store.act() as tx:
            tx.execute(f"INSERT INTO report ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
                       tuple(row.values()))
            publish(tx, at=now, who=by, what="report", journal=True, body={
                "report": name, "sort": wish.sort, "number": entry.number, "released_by": row["released_by"]})
        return {**row, "is_there": True}
