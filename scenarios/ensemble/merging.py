"""Parts of an ensemble, made on machines that share nothing, put together: the same bytes as from one.

Each part leaves beside its blocks a file that says what was asked for, of how many parts it is one, and by what its
nights are known. Parts of other nights, of another version or of another number are refused before anything is copied.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from geodata.atomic import beside
from geodata.causes import cause_of
from geodata.ensemble.blocks import Block, check_digest
from twin import __version__
from twin.errors import InputError

FORMAT = "citytwin-ensemble-part-1"
_MEMBERS = "members"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an ensemble was asked for by: the same again prepares the same nights."""

    #: Name of a shipped scenario, or its file.
    scenario: str
    city: str | None
    issued: str | None
    #: Day to which the night was moved, ISO; None: its own.
    date: str | None = None

    @classmethod
    def of(cls, scenario: str, city: str | None, issued: str | None, date: str | None = None) -> Asked:
        """Give what was typed, files by their whole path."""
        def whole(text: str | None) -> str | None:
            return str(Path(text).resolve()) if text is not None and Path(text).is_file() else text

        return cls(scenario=whole(scenario) or scenario, city=whole(city), issued=issued, date=date)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSaid:
    """What a part says of itself."""

    folder: Path
    digest: str
    version: str
    n: int
    k: int
    of: int
    asked: Asked


def write_part(folder: Path, digest: str, n: int, part: tuple[int, int], asked: Asked) -> None:
    """Say in a folder that a part is whole.

    Raises
    ------
    OSError
        It cannot be written.
    """
    k, of = part
    name = f"part-{k}-of-{of}.json"
    told = {"format": FORMAT, "digest": digest, "version": __version__, "n": n, "k": k, "of": of,
            "asked": asdict(asked)}
    with beside(folder / name) as work:
        (work / name).write_text(json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
        (work / name).replace(folder / name)


def read_parts(folders: Sequence[Path]) -> list[PartSaid]:
    """Read what parts say of themselves, and make sure that they are those of one ensemble, all of them.

    Raises
    ------
    InputError
        A folder without a part, a damaged one; parts of other nights, another version, another number; a part that is
        not there.
    """
    found = [_read(path) for folder in folders for path in _paths(folder)]
    first = found[0]
    for other in found[1:]:
        for name, mine, theirs in (("version", first.version, other.version), ("digest", first.digest, other.digest),
                                   ("-n", first.n, other.n), ("--part", f"…/{first.of}", f"…/{other.of}")):
            if mine != theirs:
                raise InputError(file=str(other.folder), field=name, found=str(theirs)[:12],
                                 expected=f"{str(mine)[:12]}, as in {first.folder}",
                                 remedy="Make all parts by one command, of one scenario and with one version.")
    if first.version != __version__:
        raise InputError(file=str(first.folder), field="version", found=first.version, expected=__version__,
                         remedy="Merge with the version that made the parts.")
    lacking = sorted(set(range(1, first.of + 1)) - {part.k for part in found})
    if lacking:
        raise InputError(found=f"no part {', '.join(map(str, lacking))} of {first.of}", expected="all parts",
                         remedy=f"twin ensemble … --part {lacking[0]}/{first.of} makes one.")
    return found


def gather(parts: Sequence[PartSaid], out: Path) -> None:
    """Copy the blocks of all parts to one folder; what is there stays.

    Raises
    ------
    InputError
        A block that is damaged or of other nights.
    OSError
        The disk is full; what was copied stays, and the same command goes on.
    """
    (out / _MEMBERS).mkdir(parents=True, exist_ok=True)
    for folder in dict.fromkeys(part.folder for part in parts):
        for path in sorted((folder / _MEMBERS).glob("*.npz")):
            check_digest(path, Block(path).digest, parts[0].digest)
            target = out / _MEMBERS / path.name
            if target.exists():
                continue
            copy = target.with_name(f".{target.name}.part")
            try:
                shutil.copyfile(path, copy)
                copy.replace(target)
            finally:
                copy.unlink(missing_ok=True)


def _paths(folder: Path) -> list[Path]:
    paths = sorted(folder.glob("part-*-of-*.json"))
    if not paths:
        raise InputError(file=str(folder), found="a folder without a part of an ensemble that is whole",
                         expected="what twin ensemble --part left", remedy="The same command goes on with a part that "
                         "was stopped.")
    return paths


def _read(path: Path) -> PartSaid:
    try:
        told = json.loads(path.read_text("utf-8"))
        if told["format"] != FORMAT:
            raise ValueError(f"format {told['format']}")
        return PartSaid(folder=path.parent, digest=str(told["digest"]), version=str(told["version"]),
                        n=int(told["n"]), k=int(told["k"]), of=int(told["of"]), asked=Asked(**told["asked"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(file=str(path), found=f"a file that cannot be read ({cause_of(error)})",
                         expected="what twin ensemble --part left", remedy="Make that part again.") from error
