"""Texts of a scenario that stand in both languages: the French one is kept where it is said, the other beside it."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from scenarios.complaints import Complaints
from scenarios.forms import TwoTexts
from scenarios.reading import KeyPath
from scenarios.schema import Scenario


def texts_of(scenario: Scenario, complaints: Complaints) -> tuple[tuple[str, str, str], ...]:
    """Give each text with a language and what it is there, sorted; complain of one that is told in two ways.

    Parts of crews stand with their reference: it is what stock and waits name.
    """
    found: dict[tuple[str, str], str] = {}
    said = [(path, str(text), "en", text.en) for path, text in _texts(scenario, ())]
    for part, name in (scenario.crews.part_names.items() if scenario.crews else ()):
        if isinstance(name, TwoTexts):
            said += [(("crews", "part_names", part), part, "fr", str(name)),
                     (("crews", "part_names", part), part, "en", name.en)]
    for path, text, lang, told in said:
        if (before := found.setdefault((text, lang), told)) != told:
            complaints.add(path, found=f"'{told}' for '{text}', which is '{before}' elsewhere",
                           expected="one English text for a French one")
    return tuple(sorted((text, lang, told) for (text, lang), told in found.items()))


def _texts(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, TwoTexts]]:
    if isinstance(value, TwoTexts):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            if name != "part_names":
                yield from _texts(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, tuple | list):
        for i, one in enumerate(value):
            yield from _texts(one, (*path, i))
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(one, (*path, key))
