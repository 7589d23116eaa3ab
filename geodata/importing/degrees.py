"""Coordinates as people write them: decimal, in degrees, minutes and seconds, with N S E W or O before or behind.

A text is read whole or not at all: what is left over might be what matters (the S of 33 52 10S).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

#: O is west in the Romance languages (ouest, ovest, oeste) and east in German (Ost).
_LETTERS = "NSEWO"
_SPACE = r"[ \t\u00a0\u202f\u2009]"
_NUMBER = r"\d+(?:[.,]\d+)?"
_ANGLE = re.compile(
    rf"""(?P<before>[NSEWO]\.?)?{_SPACE}*(?P<sign>[+-])?{_SPACE}*
         (?P<d>{_NUMBER}){_SPACE}*(?P<du>°|º|˚|d(?:eg)?)?{_SPACE}*
         (?:(?P<m>{_NUMBER}){_SPACE}*(?P<mu>'|’|′|m(?:in)?)?{_SPACE}*)?
         (?:(?P<s>{_NUMBER}){_SPACE}*(?P<su>"|''|’’|”|″|s(?:ec)?)?{_SPACE}*)?
         (?P<behind>[NSEWO])?""",
    re.VERBOSE)
#: Digits in groups of three: 6 688 800,5.
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f\u2009'’]\d{3})+(?:[.,]\d+)?")
_PLAIN = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?")


def degrees_of(text: str, letters: str = "NSEW", *, is_o_east: bool = False) -> float:
    """Give an angle as decimal degrees; NaN where the text is not one from end to end.

    Parameters
    ----------
    text
        ``40°28.679'N``, ``N 47 15 36,5``, ``4.9981 E``, ``5°02'10"O``.
    letters
        Hemispheres that can be meant: ``NS`` for a latitude, ``EW`` for a longitude.
    is_o_east
        Whether O is Ost; else it is ouest, ovest, oeste.

    Examples
    --------
    >>> round(degrees_of("40°28.679'N"), 6), round(degrees_of("18 10 05,2 E"), 6), degrees_of("Lecce")
    (40.477983, 18.168111, nan)
    >>> degrees_of("33 30 00S"), degrees_of("O5.5"), degrees_of("-5 E")
    (-33.5, -5.5, nan)
    """
    # letters of hemispheres are capitals, those of units small: 10S is south, 10s are seconds
    match = _ANGLE.fullmatch(_capital(text.strip().replace("\u2212", "-")))
    if match is None or (match["before"] and match["behind"]):
        return math.nan
    parts = [match[name] for name in ("d", "m", "s") if match[name] is not None]
    units = [match["du"], match["mu"], match["su"]]
    letter = (match["before"] or match["behind"] or "").rstrip(".")
    if any("." in part or "," in part for part in parts[:-1]) or (letter and match["sign"]):
        return math.nan
    if (match["su"] or "").startswith("s") and not (match["du"] or "").startswith("d"):
        return math.nan  # 33 52 10 s: seconds, or south?
    if len(parts) == 1 and not letter and units[0] is None:
        return math.nan  # a number like any other
    if letter == "O":
        letter = "E" if is_o_east else "W"
    degrees, minutes, seconds = (float((match[name] or "0").replace(",", ".")) for name in ("d", "m", "s"))
    if minutes >= 60 or seconds >= 60 or (letter and letter not in letters):
        return math.nan
    value = degrees + minutes / 60 + seconds / 3600
    if value > (90 if letter in ("N", "S") else 180):
        return math.nan
    return -value if letter in ("S", "W") or match["sign"] == "-" else value


def _capital(text: str) -> str:
    """Give a text whose hemisphere letter at its end is a capital: ``47.26 n``; units (``s``) stay as they are."""
    return text[:-1] + text[-1].upper() if re.search(r"[^a-zA-Z][newo]$", text) else text


def letter_of(text: str) -> str:
    """Give the hemisphere letter of an angle, empty without one."""
    stripped = text.strip()
    return next((sign.upper() for sign in (stripped[:1], stripped[-1:]) if sign and sign.upper() in _LETTERS
                 and sign != "s"), "")


def o_is_east(texts: Iterable[str]) -> bool:
    """Say whether O is Ost: where some of the values are west by W, and none east by E."""
    letters = {letter_of(text) for text in texts}
    return "W" in letters and "E" not in letters


def is_grouped(text: str) -> bool:
    """Say whether the spaces or apostrophes of a text set thousands apart: 6 688 800, and not 47 15 36.

    Examples
    --------
    >>> is_grouped("6 688 800,5"), is_grouped("47 15 36"), is_grouped("4'52")
    (True, False, False)
    """
    return _GROUPED.fullmatch(text.strip()) is not None


def number_of(text: str) -> float:
    """Give a plain number with a point or a comma; NaN where it is none."""
    packed = re.sub(r"[ \u00a0\u202f\u2009'’]", "", text) if is_grouped(text) else text.strip()
    packed = packed.replace("\u2212", "-")
    return float(packed.replace(",", ".")) if _PLAIN.fullmatch(packed) else math.nan


def pair_of(text: str, *, is_o_east: bool = False) -> tuple[float, float, bool] | None:
    r"""Give the two coordinates of a text in the order in which they stand; None where it is not read whole.

    Returns
    -------
    tuple
        First, second, and whether letters say that the first is the longitude. Where letters say that it is the
        latitude, or none say anything, that is False.

    Examples
    --------
    >>> pair_of("47.2602, 5.0003"), pair_of("47,2602 5,0003"), pair_of("E 5.5; N 47.25")
    ((47.2602, 5.0003, False), (47.2602, 5.0003, False), (5.5, 47.25, True))
    >>> pair_of("47°15'00\"N 5°30'00\"E"), pair_of("47 15 36"), pair_of("near 47.26, 5.00")
    ((47.25, 5.5, False), None, None)
    """
    parts = _halves(text.strip().strip("()[]{}").strip())
    if len(parts) == 3 and re.search("[,;|/]", text) and not any(letter_of(part) for part in parts):
        parts = parts[:2] if not math.isnan(number_of(parts[2])) else []  # the third is an altitude
    if len(parts) != 2:
        return None
    letters = [letter_of(part) for part in parts]
    if bool(letters[0]) != bool(letters[1]):
        return None
    values = [_half(part, letter, is_o_east=is_o_east) for part, letter in zip(parts, letters, strict=True)]
    is_east = [letter in ("E", "W", "O") for letter in letters]
    if any(math.isnan(value) for value in values) or (letters[0] and is_east[0] == is_east[1]):
        return None
    return values[0], values[1], is_east[0]


def _half(text: str, letter: str, *, is_o_east: bool) -> float:
    plain = math.nan if letter else number_of(text)
    return degrees_of(text, "NS" if letter in ("N", "S") else "EW" if letter else "NSEW", is_o_east=is_o_east) \
        if math.isnan(plain) else plain


def _halves(text: str) -> list[str]:
    """Cut a text where its first coordinate ends."""
    for sign in (";", "|", "/"):
        if sign in text:
            return [part.strip() for part in text.split(sign)]
    behind = re.fullmatch(r"(.*?[^A-Za-z][NSEWO])[\s,]+(.*[^A-Za-z][NSEWO])", text)
    before = re.fullmatch(r"([NSEWO].*?)[\s,]+([NSEWO].*)", text)
    hit = before or behind
    if hit is not None:
        return [hit[1], hit[2]]
    signs = re.fullmatch(r"([^°º]*[°º][^°º]*?)[\s,]+([+-]?\d+\s*[°º].*)", text)
    if signs is not None:
        return [signs[1], signs[2]]
    if "." in text or re.search(r",\s", text):
        by_comma = [part.strip() for part in (re.split(r",\s+" if "." not in text else ",", text))]
        if len(by_comma) > 1:
            return by_comma
    if text.count(",") == 1 and not re.search(r"\s", text):
        return text.split(",")
    return text.split()
