"""``run.json``, read as what was written: of this version, with the values that its digest seals.

The head of a run is what it says first of itself; for lists of runs its tables and its city stay closed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from geodata.causes import cause_of
from geodata.inputs.plain_file import bytes_of
from geodata.run.shape import HEAD, Known, check
from geodata.seals import SEAL, seal_of
from twin.errors import InputError

#: Version of the layout.
FORMAT = "citytwin-run-2"
#: File of the season of irrigation that a night is a part of, where there is one.
SEASON = "irrigation.json"
_SAID = ("name", "city", "status", "start", "duration_s", "issued_at", "valid_until", "timezone", "plan_sha256")


def sealed(text: str) -> str:
    """Give the text of a ``run.json`` with the digest of its values as the last key.

    Examples
    --------
    >>> "sha256" in json.loads(sealed('{"seed": 1}'))
    True
    """
    return f'{text.rstrip().removesuffix("}").rstrip()},\n "{SEAL}": "{seal_of(json.loads(text))}"\n}}\n'


def run_info(path: Path | str) -> dict[str, Any]:
    """Give what the ``run.json`` of a folder says.

    Raises
    ------
    InputError
        No folder of a run, one of another version, or values that are not those that were written.
    """
    path = Path(path)
    file = path / "run.json"
    remedy = "`twin run SCENARIO --out DIR` leaves such a folder; `twin demo` makes one at once."
    again = "Copy the folder again, or run the scenario again."
    try:
        info = json.loads(bytes_of(file, expected="the run.json of a run").decode("utf-8"))
        seal = seal_of(info) if isinstance(info, dict) else ""
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(file=str(path), found="no run.json in it" if path.is_dir() else "no such folder",
                         expected="the folder of a run", remedy=remedy) from None
    except OSError as error:
        raise InputError(file=str(file), found=f"a file that cannot be read ({cause_of(error)})",
                         expected="the run.json of a run") from error
    except (ValueError, RecursionError) as error:
        raise InputError(file=str(file), found=f"text that is no JSON ({error})", expected="the run.json of a run",
                         remedy=again) from error
    if not isinstance(info, dict) or info.get("format") != FORMAT:
        found = info.get("format") if isinstance(info, dict) else None
        raise InputError(file=str(file), field="format", found=f"'{found}'", expected=f"'{FORMAT}'",
                         remedy="It was written by another program or another version of the twin.")
    # What an earlier version wrote has no seal.
    if SEAL in info and info[SEAL] != seal:
        raise InputError(file=str(file), field=SEAL, found="other values than the run wrote",
                         expected="a run as `twin run` leaves it", remedy=again)
    check(info, HEAD, Known(file=str(file)))
    return info


def run_head(path: Path | str) -> dict[str, Any]:
    """Give name, city, status, start, duration, issue time, limit, zone and the plan's digest of a run.

    ``names``: what its name is in a language, where its scenario says so.

    Raises
    ------
    InputError
        See ``run_info``.
    """
    info = run_info(path)
    names = {row[1]: row[2] for row in info["plan"].get("texts", ()) if len(row) == 3 and row[0] == info["name"]}
    return {**{name: info[name] for name in _SAID}, "names": names}
