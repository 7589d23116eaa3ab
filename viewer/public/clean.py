"""Names from files, made fit to leave: no sign that steers a terminal, a reader's eye or a spreadsheet."""

from __future__ import annotations

import unicodedata

#: Joiners that scripts of India and Persia are written with; other invisible signs turn text around or hide it.
_JOINERS = {"\u200c", "\u200d"}
#: Categories of Unicode: control, format, half of a letter, not assigned.
_HIDDEN = {"Cc", "Cf", "Cs", "Cn"}
#: What a spreadsheet reads as the start of a formula, also in its wide form.
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def clean(text: object) -> str:
    r"""Give a name in one line without control, direction and unassigned signs.

    Examples
    --------
    >>> clean("Rue \u202eA\x1b[2J\n suite")
    'Rue A[2J suite'
    """
    text = str(text)
    if text.isprintable() and "  " not in text and text == text.strip():  # nearly all names
        return text
    kept = "".join(" " if sign.isspace() else sign for sign in text
                   if sign.isspace() or sign in _JOINERS or unicodedata.category(sign) not in _HIDDEN)
    return " ".join(kept.split())


def inert(text: str) -> str:
    """Give a text as a cell of a table that no spreadsheet takes for a formula.

    Source
    ------
    OWASP, CSV injection: an apostrophe in front of ``= + - @``.

    Examples
    --------
    >>> inert("=1+1"), inert("Rue A")
    ("'=1+1", 'Rue A')
    """
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
