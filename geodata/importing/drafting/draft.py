"""A first mapping of files that nobody has described: what it takes each for, and what it is unsure of."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geodata.drivers import regular
from geodata.importing.drafting.blanks import find_fills
from geodata.importing.drafting.country import country_of, timezone_of
from geodata.importing.drafting.filling import derive_circuits, derive_substations, fill
from geodata.importing.drafting.guess import Guess, Remark
from geodata.importing.drafting.joining import find_joins
from geodata.importing.drafting.kinds import guess_kind
from geodata.importing.drafting.leaving import leave_columns
from geodata.importing.drafting.linking import find_links
from geodata.importing.drafting.losing import say_what_is_lost
from geodata.importing.drafting.naming import find_id
from geodata.importing.drafting.nearing import link_the_nearest
from geodata.importing.drafting.osm import keep_tagged, osm_guesses
from geodata.importing.drafting.placing import find_crs, place
from geodata.importing.drafting.seen import ENDINGS, OSM, is_raster, look
from geodata.importing.drafting.writing import comment, context_lines, layer_lines, left_out_lines, scalar, table_lines
from geodata.importing.positions import crs_of, utm_of
from geodata.importing.words import KINDS, folded, languages
from geodata.wording import refusal_text, wording
from twin.errors import InputError, InputErrors

#: Values of each column that speak for a language.
_SAMPLE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A drafted mapping."""

    #: YAML, with its comments.
    text: str
    #: What was found: one line for each table.
    found: tuple[str, ...]
    #: What a person should look at: (layer and key, sentence).
    unsure: tuple[tuple[str, str], ...]


def draft(files: Sequence[Path | str], *, beside: Path | str = ".", city: str = "", lang: str = "en",
          progress: Callable[[str], None] | None = None) -> Draft:
    """Draft the mapping of a city from its files.

    Parameters
    ----------
    files
        Tables, sheets, lists, layers, rasters of terrain; or folders that hold them.
    beside
        Folder that the mapping will stand in: its paths are relative to it.
    city
        Name of the city; the folder of its files when not given.
    lang
        Language of the comments: ``en`` or ``fr``.
    progress
        Called with a line of text before each file.

    Raises
    ------
    InputErrors
        Files that are missing or cannot be read, nothing among them that can be an asset.
    """
    paths = _files(files)
    guesses, problems = _looked_at(paths, Path(beside), progress or (lambda _line: None))
    spoken = languages(_names(guesses))
    for guess in guesses:
        keep_tagged(guess)
        find_fills(guess)
        place(guess)
    find_crs(guesses, spoken)
    _take_something(guesses)
    find_joins(guesses)
    _leave_out_copies(guesses)
    find_links(guesses)
    _leave_out_the_placeless(guesses)
    _make_sure_of_assets(guesses, problems)
    for guess in guesses:
        if (guess.kind or guess.context) and not guess.is_told:
            fill(guess)
    for guess in guesses:
        derive_circuits(guess, guesses)
        if guess.kind and not guess.is_told:
            find_id(guess)
    for guess in guesses:
        derive_substations(guess, guesses)
    link_the_nearest(guesses)
    for guess in guesses:
        if guess.kind or guess.context or guess.is_list:
            say_what_is_lost(guess)
        leave_columns(guess)
    return _written(guesses, spoken, _terrain(paths, Path(beside)), city or _city(paths), lang, problems)


def _files(files: Sequence[Path | str]) -> list[Path]:
    """Give the files, those of folders in order of names; a shapefile's companions are no files of their own."""
    found: list[Path] = []
    for one in map(Path, files):
        inside = [one]
        if one.is_dir():
            inside = sorted(path for path in one.iterdir() if path.is_file())
        else:
            regular(one, file=str(one), expected="a file of the city: a table, a sheet, a list, a layer")
        shapes = {path.stem for path in inside if path.suffix.lower() == ".shp"}
        found += [path for path in inside if one.is_file() or (not path.name.startswith(".")
                  and (path.suffix.lower() in ENDINGS
                       or (path.suffix.lower() == ".dbf" and path.stem not in shapes)))]
    if not found:
        raise InputError(found="no file", expected="files of the city: tables, sheets, lists, layers")
    return list(dict.fromkeys(found))


def _looked_at(paths: Sequence[Path], beside: Path,
               say: Callable[[str], None]) -> tuple[list[Guess], list[InputError]]:
    guesses: list[Guess] = []
    problems: list[InputError] = []
    names: Counter[str] = Counter()
    for path in paths:
        if is_raster(path):
            continue
        say(f"looking at {path.name}")
        try:
            name = _named(path, beside)
            found = osm_guesses(path, name) if path.suffix.lower() in OSM else map(guess_kind, look(path, name))
            for guess in found:
                names[guess.name] += 1
                if names[guess.name] > 1:
                    guess.seen.name = f"{guess.name}_{names[guess.name]}"
                guesses.append(guess)
        except InputError as error:
            problems += error.complaints if isinstance(error, InputErrors) else [error]
    return guesses, problems


def _named(path: Path, beside: Path) -> str:
    return os.path.relpath(path.resolve(), beside.resolve()).replace(os.sep, "/")


def _names(guesses: Sequence[Guess]) -> Counter[str]:
    """Give the words of the tables: names of files and columns, and the commonest texts."""
    found: Counter[str] = Counter()
    for guess in guesses:
        found.update([guess.name, *guess.seen.columns])
        for column in guess.seen.columns.values():
            if not column.is_numeric:
                found.update(value for value, _ in column.counts.most_common(_SAMPLE) if len(value) < _SAMPLE)
    return found


def _take_something(guesses: Sequence[Guess]) -> None:
    """Take the largest table with positions for lamps where nothing says what anything is."""
    placed = [guess for guess in guesses if np.isfinite(guess.degrees).any() and not guess.context]
    if placed and not any(guess.kind for guess in guesses):
        best = max(placed, key=lambda guess: len(guess.seen))
        best.kind = "lamp"
        best.unsure("kind", "nothing says what its records are; taken as lamps")


def _make_sure_of_assets(guesses: Sequence[Guess], problems: Sequence[InputError]) -> None:
    """Refuse files of which none can be an asset.

    Raises
    ------
    InputErrors
        There is none; what could not be read may be why.
    """
    if not any(guess.kind and np.isfinite(guess.degrees).any() for guess in guesses):
        if problems:
            raise InputErrors(problems)
        raise InputError(found="nothing that can be an asset", expected="a table with positions: lamps, cabinets, "
                         "buildings", remedy="Give columns names that say what they hold, or write the mapping by "
                         "hand: docs/import.md.")


def _leave_out_copies(guesses: Sequence[Guess]) -> None:
    """Leave out tables that hold the records of another in another form: a CSV beside its shapefile."""
    best: dict[tuple[str, str, int], Guess] = {}

    def worth(guess: Guess) -> tuple[bool, bool, bool]:
        sure = not any(remark.is_unsure for remark in guess.remarks.get("crs", []))
        return bool(np.isfinite(guess.degrees).any()), guess.seen.table.geometry is not None, sure

    known = [guess for guess in guesses if guess.kind or guess.context]
    for guess in sorted(known, key=worth, reverse=True):
        key = (guess.kind or guess.context, folded(str(Path(guess.seen.file).with_suffix(""))), len(guess.seen))
        if key in best and best[key].seen.file != guess.seen.file:
            guess.leave_out("it seems to hold the records of {other} again", other=best[key].seen.file)
        best.setdefault(key, guess)
    for guess in guesses:
        if not guess.kind and not guess.context and not guess.is_list and not guess.remarks.get(""):
            guess.leave_out("nothing says what its records are")
    _say_who_stands_twice([guess for guess in guesses if guess.kind])


def _say_who_stands_twice(guesses: Sequence[Guess]) -> None:
    places = [set(map(tuple, np.round(guess.degrees[np.isfinite(guess.degrees).all(axis=1)], 7).tolist()))
              for guess in guesses]
    for i, guess in enumerate(guesses):
        for j in range(i):
            same = len(places[i] & places[j]) if guesses[j].kind == guess.kind else 0
            if same >= max(3, 0.2 * min(len(places[i]), len(places[j]))):
                guess.unsure("", "{count} of its records stand exactly where records of {other} do: are they the same?",
                             count=f"{same:,}", other=guesses[j].name)


def _leave_out_the_placeless(guesses: Sequence[Guess]) -> None:
    """Leave out what stands nowhere and is linked to nothing: no water reaches it, and nothing hangs on it."""
    suppliers = {link.get("kind") or link.get("layer") for guess in guesses for link in guess.links}
    for guess in guesses:
        if guess.kind and not guess.links and not {guess.kind, guess.name} & suppliers \
                and not np.isfinite(guess.degrees).any():
            guess.leave_out("its records have no position that could be read, and no link")


def _terrain(paths: Sequence[Path], beside: Path) -> list[str]:
    return [_named(path, beside) for path in paths if is_raster(path)]


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def _city(paths: Sequence[Path]) -> str:
    return paths[0].resolve().parent.name.replace("_", " ").strip().title() or "City"


def _written(guesses: Sequence[Guess], spoken: Counter[str], terrain: Sequence[str], city: str, lang: str,
             problems: Sequence[InputError]) -> Draft:
    words = wording(lang)
    placed = [guess for guess in guesses if (guess.kind or guess.context) and np.isfinite(guess.degrees).any()]
    head: list[Remark] = []
    lines = [*comment(words.text("A draft. Each line marked with ? is a guess that a person should look at."), 0),
             f"city: {scalar(city)}"]
    middle = np.median(np.array([np.nanmedian(guess.degrees, axis=0) for guess in placed]), axis=0)
    lon, lat = float(middle[0]), float(middle[1])
    country = country_of(lon, lat, spoken)
    city_crs = _city_crs(placed, lon, lat, country)
    head.append(Remark(text="time zone and country from where the records stand: latitude {lat}, longitude {lon}",
                       values={"lat": f"{lat:.2f}", "lon": f"{lon:.2f}"}, is_unsure=True))
    lines += comment(_said(head[-1], lang), 0)
    lines += [f"timezone: {timezone_of(lon, lat, country)}", *([f"country: {country}"] if country else []),
              f"crs: {city_crs}"]
    head.append(Remark(text="say of which day the files are, and under which licence", is_unsure=True))
    lines += [*comment(_said(head[-1], lang), 0), "source:", "  # name: …", "  # date: 2026-01-31", "  # licence: …",
              '  attribution: ""', "", "layers:"]
    assets = [guess for guess in guesses if guess.kind]
    for guess in sorted(assets, key=lambda guess: KINDS.index(guess.kind)):
        lines += [*layer_lines(guess, lambda remark: _said(remark, lang)), ""]
    _contexts(guesses, lines, lang)
    if terrain:
        lines += ["terrain:", f"  file: [{', '.join(map(scalar, terrain))}]"]
        if all(name.lower().endswith(".asc") for name in terrain):  # which have nowhere to say it
            head.append(Remark(text="{files}: no CRS stated; taken as {crs}, that of the city", is_unsure=True,
                               values={"files": _few(terrain), "crs": city_crs}))
            lines += [*comment(_said(head[-1], lang), 2), f"  crs: {city_crs}"]
        lines.append("")
    lists = [guess for guess in guesses if guess.is_list]
    lines += ["tables:", *(line for guess in lists for line in table_lines(guess)), ""] if lists else []
    others = [guess for guess in guesses if not guess.kind and not guess.context and not guess.is_list]
    if others:
        lines += comment(words.text("Left out:"), 0)
    for guess in others:
        lines += left_out_lines(guess, lambda remark: _said(remark, lang))
    unsure = [("", remark.said(words)) for remark in head]
    unsure += [(f"{guess.name}, {key}" if key else guess.name, remark.said(words))
               for guess in guesses for key, remarks in guess.remarks.items() for remark in remarks if remark.is_unsure]
    unsure += [(guess.name, remark.said(words)) for guess in guesses for remark, _ in guess.left if remark.is_unsure]
    unsure += [("", refusal_text(problem, lang)) for problem in problems]
    return Draft(text="\n".join(lines).rstrip() + "\n", unsure=tuple(unsure),
                 found=tuple(_found(guess, lang) for guess in guesses))


def _contexts(guesses: Sequence[Guess], lines: list[str], lang: str) -> None:
    kinds = dict.fromkeys(guess.context for guess in guesses if guess.context)
    if kinds:
        lines.append("context:")
    for kind in kinds:
        lines.append(f"  {kind}:")
        for guess in guesses:
            if guess.context == kind:
                lines += [f"  {line}" if line.strip() else line
                          for line in context_lines(guess, lambda remark: _said(remark, lang))]
    if kinds:
        lines.append("")


def _said(remark: Remark, lang: str) -> str:
    text = remark.said(wording(lang))
    return f"? {text}" if remark.is_unsure else text


def _found(guess: Guess, lang: str) -> str:
    words = wording(lang)
    what = words.kind(guess.kind or guess.context) or words.text(
        "a list of links" if guess.is_list else "nothing known")
    values: dict[str, Any] = {"name": guess.name, "records": f"{len(guess.seen):,}", "what": what}
    if guess.links:
        first = guess.links[0].get("first_of", guess.links)[0]
        if "nearest_m" in first:
            return words.text("{name}: {records} {records?record/records}, taken as {what}, supplied by the nearest "
                              "{kind} (a guess)",
                              kind=words.word(first["kind"]), **values)
        values["by"] = first.get("by") or ", ".join(first["match"])
        return words.text("{name}: {records} {records?record/records}, taken as {what}, supplied by {by}", **values)
    return words.text("{name}: {records} {records?record/records}, taken as {what}", **values)


def _city_crs(placed: Sequence[Guess], lon: float, lat: float, country: str) -> str:
    """Give a CRS in metres: the country's usual one in France, the files' own, else the UTM zone."""
    area = crs_of("EPSG:2154").area_of_use
    if country == "FR" and area is not None and area.west <= lon <= area.east and area.south <= lat <= area.north:
        return "EPSG:2154"
    for guess in placed:
        crs = crs_of(guess.crs)
        code = crs.to_epsg()
        if crs.is_projected and code is not None and all(axis.unit_name == "metre" for axis in crs.axis_info):
            return f"EPSG:{code}"
    return utm_of(lon, lat)
