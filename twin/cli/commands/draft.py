"""``twin import --draft``: a first mapping of files that nobody has described, tried at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.cli.printing import complain, print_json, say
from twin.cli.progress import stages
from twin.errors import InputError

if TYPE_CHECKING:
    from geodata.importing.drafting.draft import Draft


def draft_mapping(files: list[str], out: Path | None, *, city: str, lang: str, json: bool) -> None:
    """Draft a mapping, write it and import with it: what was found, what is unsure, what came of it.

    Raises
    ------
    InputError
        Files that cannot be read; a mapping that is there already; a draft that does not import.
    """
    from geodata.importing.drafting.draft import draft
    from geodata.wording import wording

    if out is not None and out.exists():
        raise InputError(file=str(out), found="a file that is there already", expected="a new file",
                         remedy="A draft never overwrites a mapping: choose another name, or remove it.")
    beside = out.parent if out is not None else Path()
    words = wording(lang)
    with stages(lang=lang) as stage:
        made = draft([Path(file) for file in files], beside=beside, city=city, lang=lang,
                     progress=lambda line: stage(words.told(line)))
        if out is not None:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(made.text, encoding="utf-8")
        stage("trying it")
        report, error = _tried(made, out, beside)
    if json:
        print_json({"mapping": None if out is None else str(out), "text": made.text, "found": list(made.found),
                    "unsure": [{"where": where, "text": text} for where, text in made.unsure],
                    "imports": error is None, "report": report})
    else:
        _tell(made, out, report, lang)
    if error is not None:
        raise error


def _tried(made: Draft, out: Path | None, beside: Path) -> tuple[dict[str, Any], InputError | None]:
    """Import with the draft: the report, and why it cannot be imported."""
    from tempfile import TemporaryDirectory

    from geodata.importing import import_city

    try:
        if out is not None:
            return dict(import_city(out).report), None
        with TemporaryDirectory() as folder:
            path = Path(folder) / "draft.yaml"
            path.write_text(made.text, encoding="utf-8")
            return dict(import_city(path, data=beside).report), None
    except InputError as error:
        return {}, error


def _tell(made: Draft, out: Path | None, report: dict[str, Any], lang: str) -> None:
    from geodata.importing.drafting.telling import draft_text

    if out is None:
        say(made.text)
    # the mapping goes to a file or down a pipe; what is said of it stays on the terminal
    tell = complain if out is None else say
    tell(draft_text(made, report, out, lang))
