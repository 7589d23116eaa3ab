"""What the importer, its drafts and the data doctor say, in French and English; English is the source text.

The French stands in ``geodata/locale/fr/geodata.po``, one entry a sentence with its ``{values}``; that of refusals, one
entry for each thing found, expected or advised, in ``refusals.po`` beside it. Sentences that a city
file keeps are English: they are met again by their form, so that a report written last year is read in French too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from twin.errors import Frame, InputError
from twin.world.kinds import LANGUAGES, Kinds, built_in_kinds

_VALUE = re.compile(r"\{(\w+)\}")
#: Placeholders that hold a number, and what one looks like.
_NUMBERED, _NUMBER = re.compile(r"(?:n|count)\d*"), r"[-+]?(?:[\d.,]+(?:e[-+]?\d+)?|inf)|nan"
#: Numbers of English reports: 1,234 and 0.35 before a unit.
#: A value and nothing beside it, as the file has it.
_QUOTED = re.compile(r"\A'([^']*)'\Z")
#: Words that follow a number: ``{n?record/records}``.
_CHOICE = re.compile(r"\{(\w+)\?([^{}/]*)/([^{}/]*)\}")
_DECIMAL = re.compile(r"[-+]?\d+\.\d+")
#: Where a record stands in its file.
_PLACE = re.compile(r"\b(line|row|record|feature) (\d+)\b")
#: Values of a sentence that are never phrases of the catalogue.
_KEPT = ("names", "original")
_LETTERS = re.compile(r"[A-Za-z]{3}")
_THOUSANDS = re.compile(r"(?<![\w,.])\d{1,3}(?:,\d{3})+(?![\w,])")


@dataclass(frozen=True, slots=True)
class Wording:
    """One language."""

    lang: str
    #: File of sentences that it speaks.
    catalogue: str
    #: English text with ``{values}`` -> the language's.
    sentences: dict[str, str]

    @property
    def colon(self) -> str:
        """Give a colon with what stands around it: in French it is never cut off from its word."""
        return "\u00a0: " if self.lang == "fr" else ": "

    def text(self, message: str, /, **values: object) -> str:
        """Give a sentence with its values put in."""
        said = self._chosen(self.sentences.get(message, message), values)
        return _VALUE.sub(lambda hit: self.value(str(values[hit[1]])), said)

    def _chosen(self, said: str, values: Mapping[str, object]) -> str:
        """Give a sentence with the words that fit its numbers: ``{n?record/records}``."""
        return _CHOICE.sub(lambda hit: hit[2] if self._is_one(str(values[hit[1]])) else hit[3], said)

    def _is_one(self, number: str) -> bool:
        try:
            n = abs(float(number.replace(",", "")))
        except ValueError:
            return False
        return n < 2 if self.lang == "fr" else n == 1

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Give the form of a sentence that fits ``n``; ``{n}`` is the number as the language writes it."""
        is_one = n == 1 or (n == 0 and self.lang == "fr")
        return self.text(one if is_one else many, n=f"{n:,}", **values)

    def counted(self, kinds: Kinds, name: str, n: int) -> str:
        """Give a number of things of a kind: 1 365 lampes, 1 lamp."""
        words = kinds[name].words[self.lang]
        one = n == 1 or (n == 0 and self.lang == "fr")
        return f"{self.value(f'{n:,}')} {words.one if one else words.many}"

    def kind(self, name: str) -> str:
        """Give the word for one of a kind or context layer, with the name that a mapping calls it by."""
        said = self.word(name)
        return said if said == name else f"{said} ({name})"

    def word(self, name: str) -> str:
        """Give the word for one of a kind or context layer; of another its name."""
        if self.lang == "en":
            return name
        kinds = built_in_kinds()
        return kinds[name].words[self.lang].one if name in kinds.names else self.sentences.get(name, name)

    def things(self, name: str, n: int, kinds: Kinds | None = None) -> str:
        """Give a number of assets of a kind, or of records of a context layer: 40 armoires d’éclairage, 8 rues."""
        known = kinds or built_in_kinds()
        if name in known.names:
            return self.counted(known, name, n)
        forms = {"street": ("{n} street", "{n} streets"), "district": ("{n} district", "{n} districts"),
                 "water": ("{n} body of water", "{n} bodies of water"), "park": ("{n} park", "{n} parks"),
                 "bridge": ("{n} bridge", "{n} bridges")}
        return self.plural(*forms[name], n) if name in forms else f"{self.value(f'{n:,}')} {name}"

    def records(self, text: str) -> str:
        """Give places in a file in the language's words: line 12 is ligne 12 in French."""
        return _PLACE.sub(lambda hit: f"{self.sentences.get(hit[1], hit[1])} {hit[2]}", text)

    def listing(self, parts: Sequence[str]) -> str:
        """Give a list in words: a, b and c."""
        word = "et" if self.lang == "fr" else "and"
        return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"

    def decimal(self, value: float) -> str:
        """Give a number as short as it is: 0.35 is 0,35 in French."""
        return f"{value:g}".replace(".", "," if self.lang == "fr" else ".")

    def day(self, day: date) -> str:
        """Give a day as the language writes it: 2013-06-26, 26 juin 2013."""
        if self.lang == "en":
            return day.isoformat()
        from babel.dates import format_date

        return re.sub(r"^1 ", "1er ", format_date(day, "long", locale=self.lang))

    def value(self, text: str) -> str:
        """Give a value as the language writes it: 1,234 is 1 234 in French."""
        if self.lang == "en":
            return text
        if _DECIMAL.fullmatch(text):
            return text.replace(".", ",")
        return _THOUSANDS.sub(lambda hit: hit[0].replace(",", "\u202f"), text)

    def told(self, english: str) -> str:
        """Give a sentence that a report keeps in English; as it is where no entry has its form."""
        if self.lang == "en":
            return english
        if english in self.sentences:
            return self.sentences[english]
        found = self.form_of(english)
        if found is None:
            return self.value(english)
        values = {name: self._within(name, value) for name, value in found[1].items()}
        return _VALUE.sub(lambda name: values[name[1]], self._chosen(found[0], found[1]))

    def form_of(self, english: str) -> tuple[str, dict[str, str]] | None:
        """Give the sentence of the entry whose form a text has, and the text's values; None where none has it.

        Of several the one with the most words of its own whose values can be told too: "a line of a file at noon" is
        a phrase, and no "line", "file" and "noon" of a short form.
        """
        first: tuple[str, dict[str, str]] | None = None
        for form in _forms(self.lang, self.catalogue):
            if (values := form.values(english)) is not None:
                if all(self._is_told(name, value) for name, value in values.items()):
                    return form.said, values
                first = first or (form.said, values)
        return first

    def _is_told(self, name: str, value: str) -> bool:
        """Tell whether a value is one word, numbers, names, or something that an entry says."""
        if name in _KEPT or " " not in value or value in self.sentences or not _LETTERS.search(value):
            return True
        found = self.form_of(value)
        return found is not None and all(self._is_told(*one) for one in found[1].items())

    def _within(self, name: str, value: str) -> str:
        """Give a value of a sentence; it may be a phrase of the catalogue itself, a name never is one word of it."""
        if name == "original":  # what a library said, as one looks it up
            return value
        if name == "names":  # of keys, kinds, assets, streets: only what joins them is translated
            return self.value(value.replace(" or ", " ou ").replace(" and ", " et "))
        if name == "kinds":
            return ", ".join(self.word(one) for one in value.split(", "))
        if name == "said":
            return self.records(self.value(value))
        if name == "which":
            return self.sentences.get(value, value)
        return self.word(value) if name == "kind" else self.told(value) if " " in value else self.value(value)


@cache
def wording(lang: str, catalogue: str = "geodata") -> Wording:
    """Give the wording of a language.

    Parameters
    ----------
    lang
        ``en`` or ``fr``.
    catalogue
        ``geodata`` for reports, notes and drafts, ``refusals`` for what is wrong with an input.

    Raises
    ------
    InputError
        A language other than fr and en.
    """
    if lang not in LANGUAGES:
        raise InputError(found=f"language '{lang}'", expected=" or ".join(LANGUAGES), field="lang")
    if lang == "en":
        return Wording("en", catalogue, {})
    from babel.messages.pofile import read_po

    with resources.files("geodata").joinpath(f"locale/{lang}/{catalogue}.po").open("rb") as file:
        return Wording(lang, catalogue, {str(entry.id): str(entry.string) for entry in read_po(file)
                                         if entry.id and entry.string})


def refusal_text(error: InputError, lang: str) -> str:
    """Give what is wrong with an input in a language: the same file, field and values as in English.

    Parts that no entry has the form of stay English (values of the file, what a library said).
    """
    if lang == "en":
        return str(error)
    words = wording(lang, "refusals")
    own = Frame()
    frame = Frame(**{name: words.sentences[getattr(own, name)] for name in ("field", "found", "whole", "more")},
                  colon=words.colon)
    return error.said(frame, lambda part: _QUOTED.sub("\u00ab\u00a0\\1\u00a0\u00bb", words.told(part)))


@dataclass(frozen=True, slots=True)
class _Form:
    """What a sentence of an entry looks like."""

    #: The entry's own words, between its values.
    parts: tuple[str, ...]
    names: tuple[str, ...]
    is_numbered: bool
    said: str

    def values(self, english: str) -> dict[str, str] | None:
        """Give the values of a sentence; None where it is none of this form."""
        if not english.startswith(self.parts[0]) or not all(part in english for part in self.parts):
            return None  # of a thousand forms a few are compiled
        hit = _pattern(self).fullmatch(english)
        return None if hit is None else hit.groupdict()


@cache
def _pattern(form: _Form) -> re.Pattern[str]:
    text, seen = re.escape(form.parts[0]), set[str]()
    for name, part in zip(form.names, form.parts[1:], strict=True):
        is_number = form.is_numbered and _NUMBERED.fullmatch(name)
        text += f"(?P={name})" if name in seen else f"(?P<{name}>{_NUMBER if is_number else '.*?'})"
        text += re.escape(part)
        seen.add(name)
    return re.compile(text, re.DOTALL)


@cache
def _forms(lang: str, catalogue: str) -> list[_Form]:
    """Give what a sentence of each entry looks like, the most words of its own first."""
    forms = []
    for english, said in wording(lang, catalogue).sentences.items():
        if "{" in english:
            parts = _VALUE.split(english)
            # reports keep numbers as they are told; what is found in a file may be anything
            forms.append(_Form(tuple(parts[::2]), tuple(parts[1::2]), catalogue == "refusals", said))
    return sorted(forms, key=lambda form: -len("".join(form.parts)))
