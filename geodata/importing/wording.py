"""What the importer, its drafts and the data doctor say, in French and English; English is the source text.

The French stands in ``geodata/locale/fr/import.po``, one entry a sentence with its ``{values}``. Sentences that a city
file keeps are English: they are met again by their form, so that a report written last year is read in French too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from twin.errors import InputError
from twin.world.kinds import LANGUAGES

_VALUE = re.compile(r"\{(\w+)\}")
#: Numbers of English reports: 1,234 and 0.35 before a unit.
_THOUSANDS = re.compile(r"(?<![\w,.])\d{1,3}(?:,\d{3})+(?![\w,])")


@dataclass(frozen=True, slots=True)
class Wording:
    """One language."""

    lang: str
    #: English text with ``{values}`` -> the language's.
    sentences: dict[str, str]

    def text(self, message: str, /, **values: object) -> str:
        """Give a sentence with its values put in."""
        said = self.sentences.get(message, message)
        return _VALUE.sub(lambda hit: self.value(str(values[hit[1]])), said)

    def value(self, text: str) -> str:
        """Give a value as the language writes it: 1,234 is 1 234 in French."""
        if self.lang == "en":
            return text
        return _THOUSANDS.sub(lambda hit: hit[0].replace(",", "\u202f"), text)

    def told(self, english: str) -> str:
        """Give a sentence that a report keeps in English; as it is where no entry has its form."""
        if self.lang == "en":
            return english
        if english in self.sentences:
            return self.sentences[english]
        for form, said in _forms(self.lang):
            if (hit := form.fullmatch(english)) is not None:
                values = hit.groupdict()
                return _VALUE.sub(lambda name: self.value(values[name[1]]), said)  # noqa: B023 - used at once
        return self.value(english)


@cache
def wording(lang: str) -> Wording:
    """Give the wording of a language.

    Raises
    ------
    InputError
        A language other than fr and en.
    """
    if lang not in LANGUAGES:
        raise InputError(found=f"language '{lang}'", expected=" or ".join(LANGUAGES), field="lang")
    if lang == "en":
        return Wording("en", {})
    from babel.messages.pofile import read_po

    with resources.files("geodata").joinpath(f"locale/{lang}/import.po").open("rb") as file:
        return Wording(lang, {str(entry.id): str(entry.string) for entry in read_po(file)
                              if entry.id and entry.string})


@cache
def _forms(lang: str) -> list[tuple[re.Pattern[str], str]]:
    """Give what a sentence of each entry looks like, the most words of its own first."""
    forms = []
    for english, said in wording(lang).sentences.items():
        if "{" in english:
            parts = _VALUE.split(english)
            seen: set[str] = set()
            form = ""
            for place, part in enumerate(parts):
                if place % 2 == 0:
                    form += re.escape(part)
                elif part in seen:
                    form += f"(?P={part})"
                else:
                    seen.add(part)
                    form += f"(?P<{part}>.*?)"
            forms.append((len("".join(parts[::2])), re.compile(form, re.DOTALL), said))
    return [(form, said) for _, form, said in sorted(forms, key=lambda item: -item[0])]
