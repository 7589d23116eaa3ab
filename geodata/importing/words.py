"""What names of files and columns mean, in the languages that city files were met in.

Source
------
``geodata/data/draft_words.csv``: words seen in public inventories of lighting, roads and water, to be added to.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from functools import cache
from importlib import resources

#: Asset kinds that a draft can tell, suppliers before what they feed.
KINDS = ("substation", "service_box", "cabinet", "circuit", "lamp", "building", "site", "traffic_signal",
         "lift_station", "pump", "gauge")
#: Context layers that a draft can tell.
CONTEXTS = ("street", "district", "water", "park", "bridge")
#: A truncated word (dBase holds ten letters) must keep this many to be known.
_SHORTEST = 6
_NUMERO = re.compile(r"\b[Nn][°º]")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def folded(text: str) -> str:
    """Give a text in small ASCII letters: ``Éclairage`` is ``eclairage``, ``Straße`` is ``strasse``.

    Examples
    --------
    >>> folded("Émile Straße")
    'emile strasse'
    """
    plain = text.replace("ß", "ss").replace("Œ", "OE").replace("œ", "oe")
    plain = re.sub("[äöüÄÖÜ]", lambda hit: {"ä": "ae", "ö": "oe", "ü": "ue"}[hit[0].lower()], plain)
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode().casefold()


@cache
def parts_of(name: str) -> tuple[str, ...]:
    """Give the words that a name is made of: those apart, those in camel case, and the whole.

    Examples
    --------
    >>> parts_of("VilleMTP_EclairagePublic")
    ('ville', 'mtp', 'eclairage', 'public', 'villemtpeclairagepublic')
    >>> parts_of("N° armoire")
    ('no', 'armoire', 'noarmoire')
    """
    said = _NUMERO.sub("No ", name.replace("ß", "ss"))
    plain = unicodedata.normalize("NFKD", said).encode("ascii", "ignore").decode()
    words = [part.casefold() for part in _PARTS.findall(plain) if not part.isdigit()]
    whole = "".join(words)
    return tuple(dict.fromkeys((*words, *((whole,) if whole else ()))))


@cache
def _vocabulary() -> dict[str, dict[str, set[str]]]:
    """Give word -> what it means -> the languages in which it does."""
    text = resources.files("geodata").joinpath("data/draft_words.csv").read_text(encoding="utf-8")
    found: dict[str, dict[str, set[str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        for word in row["words"].split():
            found.setdefault(word, {}).setdefault(row["means"], set()).add(row["language"])
    return found


@cache
def _known(word: str) -> tuple[str, ...]:
    """Give the words of the vocabulary that a word is, or is the beginning of."""
    words = _vocabulary()
    if word in words:
        return (word,)
    if len(word) < _SHORTEST:
        return ()
    return tuple(known for known in words if len(known) >= _SHORTEST and (known.startswith(word)
                                                                         or word.startswith(known)))


@cache
def meanings(name: str) -> frozenset[str]:
    """Give what the words of a name mean: kinds, context layers, and what columns hold.

    Examples
    --------
    >>> sorted(meanings("QUADRO")), sorted(meanings("NUM_TAV")), sorted(meanings("xyz"))
    (['cabinet'], ['id'], [])
    """
    words = _vocabulary()
    return frozenset(meaning for part in parts_of(name) for known in _known(part) for meaning in words[known])


def languages(names: Counter[str]) -> Counter[str]:
    """Give how much the words of names speak for each language; words of several languages count for none."""
    words, found = _vocabulary(), Counter[str]()
    for name, count in names.items():
        for part in parts_of(name):
            spoken = {language for known in _known(part) for of in words[known].values() for language in of}
            if len(spoken) == 1 and (language := spoken.pop()):
                found[language] += count
    return found
