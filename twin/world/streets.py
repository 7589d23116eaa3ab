"""Streets by their names, as people type them: any case, with or without accents, hyphens and dots."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches

from twin.errors import InputError


def folded(name: str) -> str:
    """Give a street's name as names are compared: without accents, case, hyphens and dots.

    Examples
    --------
    >>> folded("Quai de l’Épée-d'Or")
    'quai de l epee d or'
    """
    letters = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)).lower()
    return " ".join(re.sub(r"[’'\-.]", " ", letters).split())


def street_named(words: Sequence[str], name: str, *, field: str = "street") -> int:
    """Give the place of a street among the names that a city has.

    Parameters
    ----------
    words
        Names of streets: ``Assets.street.words``.
    name
        As somebody typed it; a name written exactly so comes first.
    field
        Option or key that it came from, for the message.

    Raises
    ------
    InputError
        No such street; the nearest spellings are named.
    """
    alike = [place for place, word in enumerate(words) if word == name] or [
        place for place, word in enumerate(words) if folded(word) == folded(name)]
    if alike:
        return alike[0]
    by_name = {folded(word): word for word in words}
    near = [by_name[word] for word in get_close_matches(folded(name), by_name, n=3, cutoff=0.5)]
    raise InputError(field=field, found=f"street '{name}'", expected="a street of this city in which an asset stands",
                     remedy=f"Did you mean {' or '.join(near)}?" if near else "")
