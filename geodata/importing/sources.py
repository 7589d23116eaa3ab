"""The files that a city is made from: which they are, and the record of each with its digest, licence and date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from geodata.beside import files_read
from geodata.city.model import SourceRecord
from geodata.digests import sha256_of
from geodata.importing.readers import files_of, shown
from geodata.importing.schema import Mapping, SourceSpec
from geodata.inputs.archives import parted
from twin.errors import InputError


def files_named(declared: Mapping, root: Path) -> Iterator[tuple[Path, SourceSpec]]:
    """Give every file or folder that a mapping names and that is there, with what the mapping says of it."""
    specs: list[tuple[list[str], SourceSpec]] = [(layer.file, layer.source) for layer in declared.layers]
    specs += [(item.file, item.source) for item in declared.tables.values()]
    specs += [(item.file, item.source) for items in declared.context.values() for item in items]
    if declared.terrain is not None:
        specs.append((declared.terrain.file, declared.terrain.source))
    for files, source in specs:
        for pattern in files:
            with suppress(InputError):  # no such file: whoever reads it says so
                yield from [(path, source) for path in map(on_disk, files_of(root, pattern)) if path.exists()]


def root_of(declared: Mapping, path: Path, data: Path | str | None) -> tuple[Path, list[str]]:
    """Give the folder that the paths of a mapping are relative to, and what is to be said of it.

    A mapping that was written beside its files is met where they stand, though ``--data`` names another folder: that
    they are in neither is for whoever reads them to say.
    """
    if data is None:
        return path.parent, []
    if not any(files_named(declared, Path(data))) and any(files_named(declared, path.parent)):
        return path.parent, [f"the mapping's paths lead to its files from its own folder, not from {data}: read there"]
    return Path(data), []


def on_disk(path: Path) -> Path:
    """Give the file whose bytes are read: of a member its archive."""
    within = None if path.exists() else parted(path)
    return path if within is None else Path(within[0])


def sources_of(declared: Mapping, root: Path) -> tuple[SourceRecord, ...]:
    """Give a record of every file or folder read."""
    records: dict[str, SourceRecord] = {}
    for path, source in files_named(declared, root):
        name = shown(root, path)
        if name in records:
            continue
        said = {key: getattr(source, key) or getattr(declared.source, key)
                for key in ("name", "date", "licence", "attribution")}
        records[name] = SourceRecord(name=said.pop("name") or path.stem, file=name, sha256=digest_of(path), **said)
    return tuple(records.values())


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file; of a folder, or a file that others are read with, that of all names and digests.

    What stands beside a file decides what it says: the ``.dbf`` and ``.prj`` of a shapefile, the tiles of a VRT.
    """
    read = [inner for inner in path.rglob("*") if inner.is_file()] if path.is_dir() else files_read(path)
    if read == [path]:
        return sha256_of(path)
    total = sha256()
    for file in sorted(read):
        inner = file.relative_to(path).as_posix() if path.is_dir() else file.name
        total.update(f"{inner} {sha256_of(file)}\n".encode("utf-8", "surrogateescape"))
    return total.hexdigest()
