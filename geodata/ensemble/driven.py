"""What drives an answer, kept in the folder of its nights: one file for each answer that was asked for.

``twin drivers`` leaves it as ``drivers/ANSWER.json``. Where the folder is that of an ensemble too, its map and its
point of the situation tell it; what drives the nights of another scenario, city, water or version is refused there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from geodata.atomic import beside
from twin.ensemble.driver import Driver
from twin.errors import InputError

FORMAT = "citytwin-drivers-1"
#: Folder of the answers, within that of the nights.
DRIVERS = "drivers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """What drives one answer."""

    #: A figure, or the id of an asset: whether it goes out.
    of: str
    #: Nights of each set.
    n: int
    #: Mean of the answer over the first set of nights, and its standard deviation.
    mean: float
    sd: float
    #: The largest total first.
    drivers: tuple[Driver, ...]
    #: How many floods the nights of each set share; 0: each has its own.
    floods: int = 0


def write_driven(folder: Path, digest: str, found: Driven) -> None:
    """Keep what drives an answer.

    Parameters
    ----------
    folder
        Folder of the nights.
    digest
        What the ensemble is known by, its quantities not exchanged.
    found
        What drives the answer.

    Raises
    ------
    OSError
        It cannot be written.
    """
    place = folder / DRIVERS / f"{quote(found.of, safe='')}.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    told = {"format": FORMAT, "digest": digest, **asdict(found)}
    with beside(place) as work:
        (work / place.name).write_text(json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
        (work / place.name).replace(place)


def read_driven(folder: Path, digest: str) -> Sequence[Driven]:
    """Give what drives each answer that was asked for, in order of their names; none where nobody asked.

    Raises
    ------
    InputError
        A file that is damaged, or of other nights.
    """
    return [_read(path, digest) for path in sorted((folder / DRIVERS).glob("*.json"))]


def _read(path: Path, digest: str) -> Driven:
    remedy = "Run the same twin drivers command again, or delete the file."
    try:
        told = json.loads(path.read_text("utf-8"))
        if told.pop("format") != FORMAT:
            raise ValueError("another format")
        theirs = str(told.pop("digest"))
        found = Driven(**told | {"drivers": tuple(Driver(**one) for one in told["drivers"])})
        if not found.drivers:
            raise ValueError("no quantity")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(file=str(path), found=f"a file that cannot be read ({type(error).__name__}: {error})",
                         expected="what twin drivers left", remedy=remedy) from error
    if theirs != digest:
        raise InputError(file=str(path), found=f"what drives other nights ({theirs[:12]})",
                         expected=f"those of this ensemble ({digest[:12]})", remedy=remedy)
    return found
