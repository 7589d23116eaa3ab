"""What is asked to be run: a scenario with its files. Same content, same name: what is there is not made again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import twin
from scenarios.forms import TwoTexts
from scenarios.load import SUFFIX, find_scenario, load_scenario, shipped
from scenarios.schema import Scenario
from twin.errors import InputError

#: How a run is named in the desk's folder and in addresses: nothing else reaches the disk.
RUN_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A run that somebody asks for."""

    #: Name made of the content.
    id: str
    scenario: Path
    name: str
    #: What the name is in a language, where the scenario says so.
    names: dict[str, str] = field(default_factory=dict)
    #: The run that it is a variant of; empty for a night of its own.
    base: str = ""
    #: Day that an exercise or a simulation is moved to, YYYY-MM-DD; empty where it is not.
    date: str = ""
    city: str = ""
    #: Nights of an ensemble; 0: the one night of a run.
    nights: int = 0
    #: Streets that others announced as closed and that it carries.
    closures: tuple[str, ...] = ()


def request_of(file: Path, *, city: str, base: str = "", date: str = "", nights: int = 0,
               closures: Iterable[str] = ()) -> Request:
    """Give the request to run a scenario as it stands on the disk now, or to draw so many nights of it.

    ``closures``: streets that the file closes because others announced it; the run says so.

    Raises
    ------
    InputError
        A scenario that cannot be read.
    """
    scenario = load_scenario(file)
    digest = sha256(f"{twin.__version__}\n{date}\n{f'{nights} nights' if nights else ''}".encode())
    for path in (file, *sorted(set(_files(scenario))), *([Path(city)] if city and city != "valmont" else [])):
        digest.update(f"{path.name}\n".encode())
        digest.update(path.read_bytes())
    name = scenario.scenario
    return Request(id=digest.hexdigest()[:16], scenario=file, name=str(name), base=base, date=date,
                   names={"en": name.en} if isinstance(name, TwoTexts) else {}, nights=nights,
                   closures=tuple(closures), city="" if scenario.city else city)


def _files(scenario: Scenario) -> Iterator[Path]:
    """Give the files that a scenario's water names."""
    plain = scenario.model_dump(mode="json", include={"flood"}, exclude_none=True)
    for text in _texts(plain):
        path = scenario.folder / text
        try:
            if path.is_file():
                yield path
        except OSError:  # a text too long or too strange to be a name
            continue


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def scenarios_in(folder: Path, city: str) -> dict[str, Path]:
    """Give the scenarios that the desk offers: those of its folder, and those that ship with the built-in town."""
    own = {path.name.removesuffix(SUFFIX): path for path in sorted(folder.glob(f"*{SUFFIX}"))}
    return {**(shipped() if city == "valmont" else {}), **own}


def named(name: str, folder: Path, city: str) -> Path:
    """Give the file of a scenario that the desk offers.

    Raises
    ------
    InputError
        None of that name.
    """
    offered = scenarios_in(folder, city)
    if name not in offered:
        raise InputError(field="scenario", found=f"'{name[:80]}'", expected=f"one of {', '.join(offered) or 'none'}")
    return find_scenario(offered[name])
