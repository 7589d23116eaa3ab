"""What a table holds: the kind of its assets, or a context layer, told by its name, its columns and its shapes."""

from __future__ import annotations

from collections import Counter

from geodata.importing.drafting.guess import Guess
from geodata.importing.drafting.seen import Column, Seen
from geodata.importing.words import CONTEXTS, KINDS, meanings

#: A name of a file or sheet speaks louder than one of its columns, a file's folder not at all.
_OF_NAME, _OF_COLUMN = 3, 1
#: The shape that a context layer has.
_SHAPES = {"street": ("line",), "district": ("area",), "water": ("line", "area"), "park": ("area",),
           "bridge": ("line", "area", "point")}
#: What a column names again and again is what its records hang on.
_FEEDERS, _OWN = ("substation", "service_box", "cabinet", "circuit"), 0.9
#: More kinds than this in one column is no column of kinds.
_MOST_KINDS = 12


def guess_kind(seen: Seen) -> Guess:
    """Give what a table is taken for; a table that nothing speaks of has neither kind nor context."""
    guess = Guess(seen=seen)
    if not len(seen):
        guess.unsure("", "it has no records")
    mixed = _mixed(seen)
    if mixed is not None:
        column, guess.kind_map = mixed
        guess.kind_column = column.name
        guess.kind = Counter({kind: sum(column.counts[v] for v, k in guess.kind_map.items() if k == kind)
                              for kind in set(guess.kind_map.values()) - {"drop"}}).most_common(1)[0][0]
        guess.unsure("kind", "{column} mixes kinds; what no kind was found for is dropped: {dropped}",
                     column=column.name, dropped=", ".join(v for v, k in guess.kind_map.items() if k == "drop") or "-")
        return guess
    scores = _scores(seen)
    context = _context(seen, scores)
    kinds = Counter({kind: scores[kind] for kind in KINDS if scores[kind]})
    if seen.shape == "area" and len(seen) > 1:
        kinds = Counter({kind: score for kind, score in kinds.items() if kind in ("building", "site", "substation")})
    if seen.shape == "line":
        kinds.clear()
    if context and scores[context] >= max(kinds.values(), default=0):
        guess.context = context
    elif kinds:
        ranked = kinds.most_common(2)
        guess.kind = ranked[0][0]
        if len(ranked) == 2 and ranked[1][1] >= 0.7 * ranked[0][1]:
            guess.unsure("kind", "its names speak of {kind1} and of {kind2}", kind1=ranked[0][0], kind2=ranked[1][0])
        elif ranked[0][1] < _OF_NAME:
            guess.unsure("kind", "the file's name says nothing; its columns speak of {kind}", kind=ranked[0][0])
    return guess


def _scores(seen: Seen) -> Counter[str]:
    """Give how much the names of a table and of its columns speak for each kind and context."""
    scores: Counter[str] = Counter({meaning: _OF_NAME for meaning in meanings(seen.name)
                                    if meaning in KINDS or meaning in CONTEXTS})
    for column in seen.columns.values():
        for meaning in column.means:
            if meaning in _FEEDERS and (meaning == "circuit" or column.unique < _OWN):
                scores["lamp"] += _OF_COLUMN  # its records name what feeds them, so they are something else
            elif meaning in KINDS or meaning in CONTEXTS:
                scores[meaning] += _OF_COLUMN
    return scores


def _context(seen: Seen, scores: Counter[str]) -> str:
    named = meanings(seen.name)
    fitting = [name for name in CONTEXTS if name in named and seen.shape in _SHAPES[name]]
    return max(fitting, key=lambda name: scores[name], default="")


def _mixed(seen: Seen) -> tuple[Column, dict[str, str]] | None:
    """Give the column whose values are several kinds, and the map of its values."""
    for column in seen.columns.values():
        if not 2 <= len(column.counts) <= _MOST_KINDS or column.is_numeric:
            continue
        told = {value: [kind for kind in KINDS if kind in meanings(value)] for value in column.counts}
        kinds = {value: found[0] for value, found in told.items() if len(found) == 1}
        covered = sum(column.counts[value] for value in kinds)
        if len(set(kinds.values())) >= 2 and covered >= 0.8 * column.present:
            return column, {value: kinds.get(value, "drop") for value in column.counts}
    return None
