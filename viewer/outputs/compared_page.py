"""Runs of one night on one operator's map: a slider between two of them, the table of the comparison, who gains."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.atomic import write_whole
from geodata.ours import PAGE_MARK
from twin.explaining.compared import compared_lines, figures
from twin.results.compare import Comparison
from twin.world.kinds import LANGUAGES
from viewer.outputs.page import operator_pack, rendered_operator
from viewer.scene.pack import safe_json

if TYPE_CHECKING:
    from geodata.run.folder import Run


def export_compared(first: Run, others: Sequence[tuple[Run, Comparison]], out: Path | str, *, lang: str = "fr"
                    ) -> Path:
    """Write runs of one night as one operator's page.

    Parameters
    ----------
    first
        The run that the others are held against: A, left of the slider.
    others
        The others, each with its comparison: B, one at a time.
    out
        The file to write; an existing page is replaced, any other file stays.
    lang
        Language that the page opens in; both are in the file.

    Raises
    ------
    InputError
        A place that cannot be written.
    """
    out = Path(out)
    beside = []
    for run, found in others:
        packer, config = operator_pack(run, lang)
        beside.append({"name": _names(run), "config": safe_json(config), "data": packer.base64(),
                       "told": {language: _told(found, language) for language in LANGUAGES}})
    compared = {"first": _names(first), "others": beside}
    write_whole(out, rendered_operator(first, lang, compared=compared), opens="<!doctype html", sort="a page",
                mark=PAGE_MARK)
    return out


def _names(run: Run) -> dict[str, str]:
    plan = run.result.plan
    return {language: plan.told(plan.name, language) for language in LANGUAGES}


def _told(found: Comparison, lang: str) -> dict[str, Any]:
    """Give what `twin compare` says, in one language."""
    lines = compared_lines(found, lang)
    return {"figures": [] if found.is_nothing else figures(found, lang),
            "alarms": [line.text for line in lines if line.is_alarm],
            "lines": [line.text for line in lines if not line.is_alarm]}
