"""The files that an answer rests on, with their digests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from geodata.beside import files_read
from geodata.digests import sha256_of
from geodata.raster_files import is_pattern, matching
from scenarios.schema import Scenario

if TYPE_CHECKING:
    from geodata.city.model import CityFile

#: Keys under ``flood:`` that may name a folder of files.
_FILES = ("file", "files")


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One file, or one part of the package."""

    #: ``scenario``, ``crews`` (a file that scenarios share), ``city``, ``terrain`` (beside the city), ``flood`` or
    #: ``source`` (what the city was made from), ``irrigation`` (programme, weather and state of its season).
    role: str
    #: As the scenario names it: never a path of this computer.
    file: str
    sha256: str
    #: Date of the data, ISO; empty when not stated.
    date: str = ""
    licence: str = ""
    attribution: str = ""

    def to_dict(self) -> dict[str, str]:
        """Give plain JSON values, without what is empty."""
        plain = {"role": self.role, "file": self.file, "sha256": self.sha256, "date": self.date,
                 "licence": self.licence, "attribution": self.attribution}
        return {key: value for key, value in plain.items() if value}


def digest(path: Path) -> str:
    """Give the SHA-256 of a file; of a folder, that of its files' names and digests in order."""
    stat = path.stat()
    return _digest(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4096)
def _digest(path: Path, _changed_ns: int, _size: int) -> str:
    if path.is_dir():
        from hashlib import sha256

        total = sha256()
        for inner in sorted(p for p in path.rglob("*") if p.is_file()):
            total.update(f"{inner.relative_to(path).as_posix()} {digest(inner)}\n".encode())
        return total.hexdigest()
    return sha256_of(path)


def flood_files(scenario: Scenario) -> tuple[Input, ...]:
    """Give the files that the flood of a scenario rests on.

    Those that it names, patterns and folders included, and those that are read with them: sidecars, tiles of a VRT.
    """
    if scenario.flood is None:
        return ()
    found: dict[str, Path] = {}
    for key, text in _texts(scenario.flood):
        for path in _named(scenario.folder, key, text):
            for read in files_read(path) if path.is_file() else [path]:
                found[_shown(read, scenario.folder)] = read
    return tuple(Input(role="flood", file=name, sha256=digest(path)) for name, path in sorted(found.items()))


def member_files(scenario: Scenario) -> tuple[Input, ...]:
    """Give the files of the hydrographs that an ensemble of a scenario draws from; none where it has none."""
    said = scenario.uncertainty
    if said is None:
        return ()
    drawn = (*(() if said.level is None else (said.level.members, said.level.forecast)),
             None if said.flow is None else said.flow.members)
    names = {text for one in drawn if one is not None for key, text in _texts(one) if key == "file"}
    paths = sorted(path for name in names if (path := scenario.folder / name).is_file())
    return tuple(Input(role="flood", file=_shown(path, scenario.folder), sha256=digest(path)) for path in paths)


def _named(folder: Path, key: str, text: str) -> list[Path]:
    """Give the files that a text under ``flood:`` names; none where it names something else."""
    path = folder / text
    try:
        if path.is_file() or (path.is_dir() and (path / "zarr.json").exists()):
            return [path]
        if path.is_dir():
            return sorted(p for p in path.iterdir() if p.is_file()) if key in _FILES else []
        if not is_pattern(text):
            return []
        return [p for p in matching(text, folder) if p.is_file()]
    except (OSError, ValueError):  # no name that a file can have: whoever opens it says so
        return []


def inputs_of(scenario: Scenario, city_file: CityFile, city: str | Path | None, flood: tuple[Input, ...]
              ) -> tuple[Input, ...]:
    """Give all inputs of a run: the scenario, the city and what it was made from, the files of its flood."""
    listed: list[Input] = []
    if scenario.path is not None:
        listed.append(Input(role="scenario", file=scenario.path.name, sha256=digest(scenario.path)))
    for key, part in ({} if scenario._document is None else scenario._document.parts).items():
        listed.append(Input(role=key, file=Path(part.file).name, sha256=digest(Path(part.file))))
    name = str(city) if city is not None else scenario.city
    if name is not None and name != "valmont":
        path = Path(name) if city is not None else scenario.folder / name
        if path.is_file():
            listed.append(Input(role="city", file=path.name, sha256=digest(path)))
            from geodata.city.place import terrain_path

            terrain = terrain_path(path)
            if city_file.terrain is not None and terrain.is_file():
                listed.append(Input(role="terrain", file=terrain.name, sha256=digest(terrain)))
    listed += [Input(role="source", file=source.file or source.name, sha256=source.sha256, date=source.date,
                     licence=source.licence, attribution=source.attribution) for source in city_file.sources]
    return (*listed, *flood)


def _shown(path: Path, folder: Path) -> str:
    try:
        return path.relative_to(folder).as_posix()
    except ValueError:
        return path.name


def _texts(value: Any, key: str = "") -> list[tuple[str, str]]:
    """Give every text in a value with the key under which it stands."""
    if isinstance(value, BaseModel):
        return [pair for name in type(value).model_fields for pair in _texts(getattr(value, name), name)]
    if isinstance(value, dict):
        return [pair for entry in value.values() for pair in _texts(entry, key)]
    if isinstance(value, list | tuple):
        return [pair for entry in value for pair in _texts(entry, key)]
    if isinstance(value, Path):
        return [(key, str(value))]
    return [(key, value)] if isinstance(value, str) and value else []
