"""Numbers as people and programs write them: decimal comma or point, digits of this script only."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def plain_number(text: str) -> float | None:
    """Give the number that a text is; None for anything else: digits of other scripts, ``nan``, ``1_000``.

    Examples
    --------
    >>> plain_number("1,5"), plain_number("-3e2"), plain_number("\u0663"), plain_number("nan")
    (1.5, -300.0, None, None)
    """
    plain = text.strip().replace(",", ".").replace("\u202f", "").replace("\u00a0", "").replace("\u2212", "-")
    return float(plain) if _NUMBER.fullmatch(plain) else None
