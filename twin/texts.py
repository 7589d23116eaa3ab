"""Texts from files, made fit to leave: no sign that steers a terminal, a reader's eye or a spreadsheet.

Names come from inventories that anybody may have filled. ``clean`` is for what is published, ``visible`` for what is
shown on a terminal, ``inert`` for the cells of a table.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

#: Joiners that scripts of India and Persia are written with; other invisible signs turn text around or hide it.
_JOINERS = {"\u200c", "\u200d"}
#: Categories of Unicode: control, format, half of a letter, not assigned.
_HIDDEN = {"Cc", "Cf", "Cs", "Cn"}
#: What a spreadsheet reads as the start of a formula, also in its wide form.
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
#: What steers a terminal or turns a line around: controls but the end of a line and the tab, marks of direction, tags.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
                       "\U000e0000-\U000e007f]")
#: Letters of French and signs of the field that do not come apart into ASCII.
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "−": "-",
                        "×": "x", "·": ".", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "→": "->", "≥": ">=",
                        "≤": "<=", "±": "+/-", "°": " deg", "‑": "-"})


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


def visible(text: str) -> str:
    r"""Give a text for a terminal: lines stay, and what would steer it is seen as a sign and does nothing.

    Examples
    --------
    >>> visible("Rue\x1b[2J Haute\n")
    'Rue\ufffd[2J Haute\n'
    """
    return _STEERING.sub("\ufffd", text)


def inert(text: str) -> str:
    """Give a text as a cell of a table that no spreadsheet takes for a formula.

    Source
    ------
    OWASP, CSV injection: an apostrophe in front of ``= + - @``, tab and carriage return.

    Examples
    --------
    >>> inert("=1+1"), inert("Rue A")
    ("'=1+1", 'Rue A')
    """
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text[:1] in ("\t", "\r") else text


def plain(text: str) -> str:
    """Give a text in ASCII: letters without their accents, signs as they are typed, ``?`` for what has no likeness.

    Examples
    --------
    >>> plain("L’Île-à-Vache : 2 m³")
    "L'Ile-a-Vache : 2 m3"
    """
    apart = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    kept = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return kept.encode("ascii", "replace").decode("ascii")


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start:error.end]), error.end


#: Name of the way to write what an encoding lacks, for ``open(errors=…)``.
PLAINLY = "twin-plainly"
codecs.register_error(PLAINLY, _plainly)
