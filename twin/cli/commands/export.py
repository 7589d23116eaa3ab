"""``twin export``: maps, leaflets, open data, alerts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, Lang, city_named, language_of, words_in
from twin.cli.printing import print_json, say
from twin.cli.progress import stages
from twin.cli.summary import expiry, tell_expiry

if TYPE_CHECKING:
    from geodata.ensemble.folder import EnsembleFolder
    from geodata.run.folder import Run


#: What is shown: a run, an ensemble, or a city by itself.
Shown = Annotated[Path, typer.Argument(metavar="RUN_DIR|CITY.gpkg", help="A folder that `twin run` or `twin ensemble` "
                                       "left, or a city.")]


@app.command(short_help="Make a map, a leaflet, open data or an alert.",
             epilog="Example:  twin export demo --public --lang fr --out crue.html")
def export(run_dir: Shown,
           out: Annotated[Path, typer.Option("--out", metavar="map.html", help="The file or folder to write.")],
           public: Annotated[bool, typer.Option("--public", help="The residents' map: only what a public list "
                                                "allows leaves the run.")] = False,
           lang: Annotated[Lang | None, typer.Option("--lang", help="Language that it opens in; without it the "
                                                     "country's where it is French, else English.")] = None,
           format: Annotated[Literal["html", "gpkg", "geojson", "csv", "geoparquet", "cap", "sms", "call"],
                             typer.Option("--format", help="A page, all of the run for GIS (gpkg), open data "
                                          "with its datapackage, an alert, messages for telephones (sms), or texts for "
                                          "a calling machine (call).")] = "html",
           released_by: Annotated[str | None, typer.Option("--released-by", metavar="NAME",
                                                           help="Who releases a forecast or an alert.")] = None,
           leaflet: Annotated[list[str] | None, typer.Option("--leaflet", metavar="STREET",
                                                             help="A one-page notice for this street; repeat "
                                                             "it for more; all gives every street that loses a lamp."
                                                             )] = None,
           contacts: Annotated[Path | None, typer.Option("--contacts", metavar="FILE.toml",
                                                         help="The city's telephone numbers, addresses and links.")
                               ] = None,
           fields: Annotated[Path | None, typer.Option("--fields", metavar="FILE.toml",
                                                       help="The city's own list of what may leave: of all but "
                                                       "the operator's map.")] = None,
           all_clear: Annotated[bool, typer.Option("--all-clear", help="An alert that says that all is calm.")] = False,
           update: Annotated[Path | None, typer.Option("--update", metavar="ALERT.xml", help="The earlier alert that "
                                                       "this one takes the place of.")] = None,
           cancel: Annotated[Path | None, typer.Option("--cancel", metavar="ALERT.xml", help="The earlier alert that "
                                                       "this one takes back.")] = None,
           json: Json = False) -> None:
    """Make a map, a GeoPackage, open data or an alert from a run folder: one file, offline.

    A city file in its place gives the map or the GeoPackage of the city without a flood.
    """
    _check(format, out, public=public, leaflet=leaflet, contacts=contacts, fields=fields,
           alert=[name for name, given in (("--all-clear", all_clear), ("--update", update), ("--cancel", cancel))
                  if given])
    with stages(lang=language_of(lang)) as stage:
        stage("reading the run")
        ensemble = _ensemble(run_dir)
        # the operator's map opens in French without a word, and a city's title is of its page
        found = ensemble.run if ensemble is not None else _read(
            run_dir, lang or "fr" if format == "html" else language_of(lang),
            public=public or bool(leaflet) or format not in ("html", "gpkg"))
        stage("writing")
        if format == "gpkg":
            from viewer.outputs.gis import export_gis

            written = export_gis(found, out, lang=language_of(lang))
        elif format == "cap":
            from viewer.outputs.cap import export_cap

            written = export_cap(found, out, released_by=released_by, contacts=contacts, fields=fields,
                                 all_clear=all_clear, update=update, cancel=cancel)
        elif format == "sms":
            from viewer.outputs.sms import export_sms

            written = export_sms(found, out, lang=lang, released_by=released_by, contacts=contacts, fields=fields)
        elif format == "call":
            from viewer.outputs.call import export_call

            written = export_call(found, out, lang=lang, released_by=released_by, contacts=contacts, fields=fields)
        elif format != "html":
            from viewer.outputs.open_data import export_open_data

            written = export_open_data(found, out, format=format, released_by=released_by, fields=fields)
        elif leaflet:
            from viewer.outputs.leaflet import export_leaflet

            written = export_leaflet(found, out, streets=leaflet, lang=lang, released_by=released_by,
                                     contacts=contacts, fields=fields)
        else:
            from viewer.outputs.page import export_map

            written = export_map(found, out, public=public, lang=lang, released_by=released_by, city=contacts,
                                 fields=fields, ensemble=ensemble)
    from geodata.wording import wording

    words, own = wording(language_of(lang)), words_in(lang)
    notes: list[str] = []
    if public or leaflet or format not in ("html", "gpkg"):
        from viewer.outputs.notes import notes_of

        notes = notes_of(found, contacts=contacts, fields=fields)
    size = sum(p.stat().st_size for p in (written.rglob("*") if written.is_dir() else [written]) if p.is_file())
    if json:
        print_json({"file": str(written), "bytes": size, "format": format, "public": public, "lang": lang,
                    "notes": notes, **expiry(found.result.plan)})
        return
    say(words.text("Written: {file} ({n} kB)", file=written, n=f"{size / 1000:,.0f}"))
    for note in notes:
        say(f"  {own.told(note)}")
    if not is_city(run_dir):
        tell_expiry(found.result.plan, language_of(lang), found.result.city.timezone)


def is_city(place: Path) -> bool:
    """Tell whether a city stands in the place of a run: the built-in one by its name, or a file."""
    return str(place) == "valmont" or place.is_file()


def _ensemble(place: Path) -> EnsembleFolder | None:
    """Read an ensemble; its run is that of the plan, in doubt of what is out in some nights. None: a run or a city."""
    from geodata.ensemble.place import is_ensemble

    if not is_ensemble(place):
        return None  # a run's page needs nothing of what makes nights
    from geodata.ensemble.folder import read_ensemble

    return read_ensemble(place)


def _read(place: Path, lang: str, *, public: bool) -> Run:
    """Read a run, or a city as a day without a flood, which is for its own people only."""
    from geodata.run.folder import read_run

    if not is_city(place):
        return read_run(place)
    from datetime import UTC, datetime

    from geodata.run.calm import calm_run
    from twin.errors import InputError
    from twin.explaining.words import speech

    if public:
        raise InputError(file=str(place), found="a city, no run", expected="a run folder for what the public is told",
                         remedy="twin run SCENARIO --city CITY.gpkg --out DIR makes one.")
    city_file = city_named(str(place))
    name = speech(lang).text("{city}, without a flood", city=city_file.city.name)
    return calm_run(city_file, place, name=name, now=datetime.now(UTC))


def _check(format: str, out: Path, *, public: bool, leaflet: list[str] | None, contacts: Path | None,
           fields: Path | None, alert: list[str]) -> None:
    """Refuse options that would do nothing beside the format that is asked for."""
    from twin.errors import InputError

    if format == "html" and out.suffix.casefold() not in ("", ".html", ".htm"):
        raise InputError(field="--out", found=f"'{out.name}' for a page", expected="a name that ends in '.html'",
                         remedy="A page is printed to PDF from the browser; twin report --pdf point.pdf writes one. "
                         "--format writes other files.")
    if leaflet and format != "html":
        raise InputError(field="--leaflet", found=f"a leaflet as {format}", expected="--format html, or no --leaflet")
    if contacts is not None and not (public or leaflet or format in ("cap", "sms", "call")):
        raise InputError(field="--contacts", found="contacts for what names nobody",
                         expected="--public, --leaflet, --format cap, sms or call")
    if public and format == "gpkg":
        raise InputError(field="--public", found="--public with --format gpkg, which leaves nothing out",
                         expected="--format geojson, csv or geoparquet for the public")
    if fields is not None and format in ("html", "gpkg") and not (public or leaflet):
        raise InputError(field="--fields", found="a list for the public beside the operator's map",
                         expected="--public, --leaflet, or --format geojson, csv, geoparquet, cap, sms or call")
    if alert and format != "cap":
        raise InputError(field=alert[0], found=f"{alert[0]} for what is no alert", expected="--format cap")
