"""What the pages mirror of Python's codes and words, written as one JavaScript module.

    python -m viewer.enums          writes viewer/page/enums.js
    python -m viewer.enums --check  exit code 1 where that file is not what would be written

A number of a column means the same on both sides because both read it here; ``make bundle`` writes the module first,
and a test fails when it is stale.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import get_args

from scenarios.schema import Scenario
from twin.codes import Action
from twin.results.crew_days import Doing
from twin.results.queue import REASONS
from twin.results.waits import WAITS
from twin.water.depths import Coverage
from twin.world.assets import Source
from twin.world.kinds import STAGES
from twin.world.supplies import Service
from viewer.outputs.operator_page import TIMELINE
from viewer.public.stories import STAGES as PUBLIC_WAITS
from viewer.public.stories import STORIES
from viewer.scene.compose import NO_HEIGHT
from viewer.scene.families import FAMILIES
from viewer.scene.gardens import LOCKS, WATERINGS
from viewer.scene.gardens import STEPS as RESTART_STEPS
from viewer.scene.intervals import MECHANISMS, OPEN, State
from viewer.scene.likely import Likely

#: The module that is written.
MODULE = Path(__file__).parent / "page" / "enums.js"

_HEAD = """\
/**
 * Codes and words of the pack's columns. Written by `python -m viewer.enums` from the enums of the engine and of
 * viewer/scene: change those, then run `make bundle`.
 */
"""
#: Longest line of the scripts.
_WIDEST = 120


def module() -> str:
    """Give the text of ``enums.js``."""
    return "\n".join([
        _HEAD,
        _words("MECHANISMS", "Mechanism", "How an outage came about, by its number.", MECHANISMS),
        _codes("State", "What an interval says of an asset.", _members(State)),
        _codes("Likely", "The three words of maps of probability; 0 is none of them.", _members(Likely)),
        _words("STAGES", "Stage", "Stages of a repair after water, in order.", STAGES),
        _words("WAITS", "Wait", "What an asset that is down by itself waits for, by its number.", WAITS),
        _words("PUBLIC_WAITS", "PublicWait", "What the light of a street waits for, as the public is told.",
               PUBLIC_WAITS),
        _words("FAMILIES", "Family", "What a kind is drawn as; without one it has no symbol.", FAMILIES),
        _words("STORIES", "Story", "Why a lamp is dark, as the public is told, by its number.", STORIES),
        _words("ACTIONS", "Action", "What a scenario or a fact does to an asset, by its number.",
               [action.name.lower() for action in Action]),
        _words("STATUSES", "Status", "What a page shows: never an observation.",
               get_args(Scenario.model_fields["status"].annotation)),
        _words("LOCKS", "LockReason", "Why a zone is locked, by its number, the gravest first.", LOCKS),
        _words("RESTART_STEPS", "RestartStep", "Steps of a zone's restart after a flood, by their number.",
               RESTART_STEPS),
        _words("WATERINGS", "WateringWord", "What a programme did on a day, by its number.", WATERINGS),
        _words("TIMELINE", "TimelineEvent", "What the operator's timeline can name.", TIMELINE),
        _words("REASONS", "Reason", "What a repair waits for where crews are limited.", REASONS),
        _codes("Doing", "What a crew does.", _members(Doing)),
        _codes("Service", "What flows along an edge.", _members(Service)),
        _codes("Source", "Where a value comes from.", _members(Source)),
        _codes("Coverage", "How much of an asset the water's maker covers.", _members(Coverage)),
        f"/** End of an interval that does not end within the run. */\nexport const OPEN = {OPEN};\n",
        f"/** A height in centimetres that is not known. */\nexport const NO_HEIGHT = {NO_HEIGHT};\n",
    ])


def _members(enum: type[IntEnum]) -> dict[str, int]:
    return {member.name: member.value for member in enum}


def _codes(name: str, meaning: str, members: Mapping[str, int]) -> str:
    inside = ", ".join(f"{key}: {value}" for key, value in members.items())
    line = f"export const {name} = /** @type {{const}} */ ({{{inside}}});"
    if len(line) > _WIDEST:
        inside = "".join(f"  {key}: {value},\n" for key, value in members.items()).rstrip(",\n")
        line = f"export const {name} = /** @type {{const}} */ ({{\n{inside}\n}});"
    return f"/** {meaning} */\n{line}\n"


def _words(name: str, kind: str, meaning: str, words: Sequence[str]) -> str:
    inside = "".join(f"  {json.dumps(word)},\n" for word in words).replace('"', "'").rstrip(",\n")
    return (f"/** {meaning} */\nexport const {name} = /** @type {{const}} */ ([\n{inside}\n]);\n"
            f"/** @typedef {{typeof {name}[number]}} {kind} */\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the module, or tell whether it is what would be written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 where the module is stale")
    text = module()
    if parser.parse_args(arguments).check:
        return int(not MODULE.is_file() or MODULE.read_text("utf-8") != text)
    MODULE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
