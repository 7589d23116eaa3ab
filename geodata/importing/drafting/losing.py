"""What the records of a table lose on their way: lines of totals that are none, and records that stand nowhere."""

from __future__ import annotations

import numpy as np

from geodata.importing.drafting.guess import Guess

#: Records named one by one.
_FIRST = 5


def say_what_is_lost(guess: Guess) -> None:
    """Say of a table that is taken up which of its lines are no records, and which records have no position."""
    totals = guess.seen.table.totals
    if totals:
        guess.unsure("", "a line of totals is taken for no record and left out ({lines})",
                     lines=", ".join(totals[:_FIRST]))
    if not guess.kind or guess.kind == "circuit":
        return
    if not np.isfinite(guess.degrees).any():
        if guess.position is None and guess.geometry is None:
            guess.unsure("position", "nothing says where these stand: no water is computed for them, and they go out "
                         "only with what feeds them")
        return
    nowhere = ~np.isfinite(guess.degrees).all(axis=1) & ~guess.seen.copies
    n = int(nowhere.sum())
    if n:
        names = [str(record) for record in guess.seen.table.record[nowhere][:_FIRST]]
        guess.unsure_of("position", "{n} record without coordinates that can be read: kept, and no water is computed "
                        "for it ({lines})", "{n} records without coordinates that can be read: kept, and no water is "
                        "computed for them ({lines})", n, lines=", ".join(names) + (" …" if n > _FIRST else ""))
