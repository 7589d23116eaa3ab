"""What the desk says of a source, in French and English: its newest datum, what is wrong, what was refused."""

from __future__ import annotations

import re
from typing import Any

from geodata.wording import refusal_text
from twin.errors import InputError
from viewer.desk.words import tell

#: A refusal as it is kept, in English: where, what was found, what was expected, what to do.
_KEPT = re.compile(r"(?:field '(?P<field>[^']*)': )?found (?P<found>.*?); expected (?P<expected>.*?)\."
                   r"(?: (?P<remedy>.+))?", re.DOTALL)


def says(lang: str, row: dict[str, Any], now: int) -> str:
    """Give the sentences about a source.

    Parameters
    ----------
    row
        A row of ``Sources.listed``, ``late`` in it.
    now
        [s since 1970].
    """
    parts = [_freshness(lang, row, now)]
    if row["failures"]:
        parts.append(tell(lang, f"feed_failed_{row['failure']}", n=row["failures"]))
    if row["next"] is not None:
        wait = max(0, row["next"] - now)
        parts.append(tell(lang, "feed_next", span=span(lang, wait)) if wait else tell(lang, "feed_next_now"))
    if row["refusals"]:
        total = sum(one["n"] for one in row["refusals"])
        why = ", ".join(tell(lang, "feed_why_n", n=one["n"], why=tell(lang, f"feed_why_{one['why']}"))
                        for one in row["refusals"][:3])
        parts.append(tell(lang, "feed_refused", n=total, why=why))
    return " ".join(parts)


def refusal(lang: str, reason: str) -> str:
    r"""Give the last refusal of a source, kept in English, in a language; as it is kept where it has no such parts.

    Examples
    --------
    >>> refusal("fr", "field 'unit': found 'inch'; expected m, cm or mm.").replace("\xa0", " ")
    'champ « unit » : « inch » ; attendu : m, cm or mm.'
    """
    parts = _KEPT.fullmatch(reason)
    if lang == "en" or parts is None:
        return reason
    field, found, expected, remedy = (value or "" for value in parts.group("field", "found", "expected", "remedy"))
    return refusal_text(InputError(field=field, found=found, expected=expected, remedy=remedy), lang)


def _freshness(lang: str, row: dict[str, Any], now: int) -> str:
    if row["newest"] is None:
        return tell(lang, "feed_never" if row["pace_s"] else "feed_quiet")
    old = span(lang, max(0, now - row["newest"]))
    if not row["pace_s"]:
        return tell(lang, "feed_event", span=old)
    late = now - row["newest"] > 2 * row["pace_s"]
    return tell(lang, "feed_late" if late else "feed_fresh", span=old, pace=span(lang, row["pace_s"]))


def span(lang: str, seconds: int) -> str:
    r"""Give a length of time in its two largest units.

    Examples
    --------
    >>> span("fr", 50), span("en", 3 * 3600 + 300), span("fr", 2 * 86_400)
    ('50\u202fs', '3\u202fh 5\u202fmin', '2\u202fj')
    """
    day = "j" if lang == "fr" else "d"
    if seconds < 120:
        return f"{seconds}\u202fs"
    if seconds < 3600:
        return f"{seconds // 60}\u202fmin"
    if seconds < 86_400:
        hours, minutes = divmod(seconds // 60, 60)
        return f"{hours}\u202fh" + (f" {minutes}\u202fmin" if minutes else "")
    days, hours = divmod(seconds // 3600, 24)
    return f"{days}\u202f{day}" + (f" {hours}\u202fh" if hours else "")
