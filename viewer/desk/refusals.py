"""Refusals as people read them: what was found, what was expected and what to do, in French and in English.

The program's own sentences are English. Those that the desk raises stand in ``data/refusals.fr.json``, with ``{}`` for
what changes; those of files and scenarios in ``geodata``'s catalogue. What is in neither is quoted as it is said.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources

from geodata.wording import wording
from twin.errors import InputError


def in_words(error: InputError) -> dict[str, str]:
    """Give a refusal by language.

    Examples
    --------
    >>> in_words(InputError(field="by", found="no run", expected="a run that is done"))["fr"].replace(chr(160), " ")
    'Champ « by » : aucun calcul ; attendu : un calcul terminé.'
    """
    where = ", ".join([*([f"champ «\u00a0{error.field}\u00a0»"] if error.field else []), *error.ids[:5]])
    text = f"{french(error.found)}\u00a0; attendu\u00a0: {french(error.expected)}"
    text += "" if text.endswith((".", "?")) else "."
    said = (f"{where}\u00a0: " if where else "") + text + (f" {french(error.remedy)}" if error.remedy else "")
    return {"en": str(error), "fr": said[:1].upper() + said[1:]}


def french(piece: str) -> str:
    """Give a piece of a refusal in French, as it is where nobody translated it."""
    exact, patterns = _table()
    if piece in exact:
        return exact[piece]
    for pattern, text in patterns:
        if found := pattern.fullmatch(piece):
            return text.replace("{}", "%s") % found.groups()
    return wording("fr", "refusals").told(piece)


@cache
def _table() -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    table = json.loads(resources.files("viewer").joinpath("data/refusals.fr.json").read_text("utf-8"))
    patterns = [(re.compile("(.*?)".join(map(re.escape, key.split("{}"))), re.DOTALL), text)
                for key, text in table.items() if "{}" in key]
    return {key: text for key, text in table.items() if "{}" not in key}, patterns
