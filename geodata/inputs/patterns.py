"""Regular expressions that users write, matched in time that grows with the text and no faster.

Python's own engine tries every way to divide a text: ``(a+)+$`` on forty letters takes longer than a night. RE2 keeps
all ways at once; in exchange it knows no look-around and no back-references, which are refused when a file is read.

Source: R. Cox, "Regular Expression Matching Can Be Simple And Fast", 2007.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

#: Letters, digits and spaces of every script: RE2 takes ``\\w`` and ``\\s`` for those of ASCII alone.
_CLASSES = {"w": r"\pL\pM\pN_", "s": r"\s\x{a0}\x{2000}-\x{200a}\x{202f}\x{3000}"}


@lru_cache(maxsize=256)
def pattern_of(text: str) -> Any:
    r"""Give a compiled expression: ``search(text)`` gives a match or None, as Python's own does.

    Raises
    ------
    ValueError
        Not a regular expression, or one that looks around or back.

    Examples
    --------
    >>> pattern_of(r"^([A-Z]+\d+)-").search("AR12-034").group(1)
    'AR12'
    >>> pattern_of(r"(\d+)\s*W").search("36\u00a0W").group(1)
    '36'
    """
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(_of_every_script(text), options)
    except re2.error as error:
        why = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(f"'{text}' ({why}); expected a regular expression without look-around and back-references"
                         ) from error


def _of_every_script(text: str) -> str:
    """Give an expression whose classes mean what they mean in Python."""
    made, in_class, place = [], False, 0
    while place < len(text):
        sign = text[place]
        if sign == "\\" and place + 1 < len(text):
            letter = text[place + 1]
            place += 2
            if letter in _CLASSES:
                made.append(_CLASSES[letter] if in_class else f"[{_CLASSES[letter]}]")
            elif letter.lower() in _CLASSES and not in_class:
                made.append(f"[^{_CLASSES[letter.lower()]}]")
            else:
                made.append(r"\z" if letter == "Z" else sign + letter)
            continue
        if sign == "[" and not in_class:
            # a bracket that closes at once is a sign of the class: []a] and [^]]
            head = "[^" if text.startswith("[^", place) else "["
            sign = head + "]" if text.startswith("]", place + len(head)) else head
        in_class = sign[0] == "[" or (in_class and sign != "]")
        made.append(sign)
        place += len(sign)
    return "".join(made)
