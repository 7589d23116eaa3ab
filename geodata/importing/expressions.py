"""Regular expressions of a mapping: those that can take for ever on a short text are refused before any text is seen.

Python's engine tries every way to match. Where a repeated part can itself be repeated in ways of its own, as in
``(a+)+$``, a text of thirty letters has a billion ways. The rule here is the usual one: nothing of varying length
within a repetition, and few repetitions without an end in one expression.
"""

from __future__ import annotations

import re
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

#: A repetition of at most so many is spelt out by hand and does no harm.
_FEW = 4
#: Repetitions without an end in one expression: each multiplies the ways by the length of the text.
_MOST_ENDLESS = 3
#: Of a longer text only the beginning is looked at [characters].
LONGEST_TEXT = 500
_REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT}


def check(pattern: str) -> None:
    r"""Make sure that an expression is one, and ends in time on any text.

    Raises
    ------
    ValueError
        None, or one whose ways to match explode.

    Examples
    --------
    >>> check(r"^A-(\d+)$")
    >>> check("(a+)+$")
    Traceback (most recent call last):
    ValueError: '(a+)+$' repeats what can itself be longer or shorter; expected no repetition within a repetition
    """
    try:
        re.compile(pattern)
        tree = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"'{pattern}' ({error}); expected a regular expression") from error
    if _explodes(tree, within=False):
        raise ValueError(f"'{pattern}' repeats what can itself be longer or shorter; expected no repetition within a "
                         "repetition")
    if _endless(tree) > _MOST_ENDLESS:
        raise ValueError(f"'{pattern}' has more than {_MOST_ENDLESS} repetitions without an end; expected fewer")


def _explodes(tree: Any, *, within: bool) -> bool:
    """Tell whether something of varying length, or with alternatives, stands within a repetition."""
    for op, argument in tree:
        if op in _REPEATS:
            low, high, inner = argument
            if (within and low != high) or _explodes(inner, within=within or high > _FEW):
                return True
        elif op == sre.BRANCH:
            if within or any(_explodes(branch, within=within) for branch in argument[1]):
                return True
        elif op == sre.SUBPATTERN:
            if _explodes(argument[3], within=within):
                return True
        elif op in (sre.ASSERT, sre.ASSERT_NOT):
            if _explodes(argument[1], within=within):
                return True
        elif op == sre.GROUPREF_EXISTS:
            return True
    return False


def _endless(tree: Any) -> int:
    """Count the repetitions without an end."""
    count = 0
    for op, argument in tree:
        if op in _REPEATS:
            count += (argument[1] > LONGEST_TEXT) + _endless(argument[2])
        elif op == sre.BRANCH:
            count += sum(_endless(branch) for branch in argument[1])
        elif op == sre.SUBPATTERN:
            count += _endless(argument[3])
        elif op in (sre.ASSERT, sre.ASSERT_NOT):
            count += _endless(argument[1])
    return count
