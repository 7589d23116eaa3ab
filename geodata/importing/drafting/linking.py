"""Who supplies whom: which column's values are the ids of which table, and whether that is more than chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from geodata.importing.drafting.guess import Guess
from geodata.importing.drafting.placing import metres_of
from geodata.importing.drafting.seen import Column
from geodata.importing.report import is_nothing
from geodata.importing.words import meanings, parts_of
from geodata.tables.values import alike_by_number, extracted, letter_and_number, loose
from twin.quantities import FloatArray, TextArray

#: Suppliers before what they feed; what has no rank here feeds nothing and is fed by what has.
_RANK = {"substation": 0, "service_box": 1, "cabinet": 2, "circuit": 3}
_LAST = 9
#: Share of the records whose value must be an id of the supplier.
_ENOUGH = 0.5
#: Share that must be an id as it stands before others are met by their letter and number.
_SOME = 0.25
#: Linked records stand nearer to their supplier than to one drawn by lot by this factor, or it is chance.
_NEARER = 0.6
#: Ways in which a supplier's id stands at the head of a longer text.
_HEADS = (r"^([^-_/.: ]+)[-_/.: ]", r"^(.+)[-_/.: ][^-_/.: ]+$")
#: Records at which a pattern is tried first.
_FEW = 500
#: A missing name that stands this often is more likely a code for "none".
_OFTEN = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """One possible link."""

    consumer: Guess
    supplier: Guess
    column: Column
    key: Column
    pattern: str = ""
    #: Share of the records that meet an id.
    met: float
    is_named: bool
    is_near: bool

    @property
    def score(self) -> float:
        """How much speaks for it."""
        return self.met + 0.5 * self.is_named + 0.5 * self.is_near + (0.2 if "id" in self.key.means else 0.0)


def find_links(guesses: Sequence[Guess]) -> None:
    """Find the supplier of each table, and what its records call it; the supplier's id is the key that is used."""
    for consumer in sorted(guesses, key=lambda guess: _RANK.get(guess.kind, _LAST), reverse=True):
        if not consumer.kind or consumer.is_told or consumer.links:
            continue
        found = sorted((candidate for supplier in guesses for candidate in _candidates(consumer, supplier)),
                       key=lambda candidate: (-candidate.score, bool(candidate.pattern)))
        if found:
            _take(found[0], found[1:])


def _candidates(consumer: Guess, supplier: Guess) -> Iterator[Candidate]:
    mine, theirs = _RANK.get(consumer.kind, _LAST), _RANK.get(supplier.kind, _LAST)
    if supplier is consumer or not supplier.kind or theirs == _LAST or mine <= theirs:
        return
    for key in keys_of(supplier):
        rows = {loose((value,)): row for row, value in reversed(list(enumerate(key.texts))) if value is not None}
        for column in consumer.seen.columns.values():
            if _is_place(consumer, column) or _describes(column):
                continue
            yield from _tried(consumer, supplier, column, key, rows, "")
            if not column.is_numeric and column.unique > 0.5:
                for pattern in _HEADS:
                    few = extracted(column.texts[:_FEW], pattern)[0]
                    if np.mean([text is not None and loose((str(text),)) in rows for text in few]) < _ENOUGH:
                        continue  # most texts have no such head: the rest need not be read
                    yield from _tried(consumer, supplier, column, key, rows, pattern)


def _tried(consumer: Guess, supplier: Guess, column: Column, key: Column, rows: dict[tuple[str, ...], int],
           pattern: str) -> Iterator[Candidate]:
    texts = extracted(column.texts, pattern)[0] if pattern else column.firsts
    given = np.array([value is not None for value in texts], dtype=bool)
    met = {value: rows.get(loose((str(value),)), -1) for value in set(texts[given])}
    row = np.array([-1 if value is None else met[value] for value in texts], dtype=np.int64)
    if not pattern and not key.is_numeric and (row >= 0).sum() >= _SOME * given.sum():
        # Most are met as they stand; the same names written in another way are met by their letter and number.
        alike = {sign: rows[loose((value,))] for sign, value in alike_by_number(key.counts).items()}
        row = np.array([found if found >= 0 or value is None else alike.get(letter_and_number(str(value)), -1)
                        for found, value in zip(row.tolist(), texts, strict=True)], dtype=np.int64)
    linked = row >= 0
    share = linked.sum() / max(given.sum(), 1)
    distinct = len(np.unique(row[linked]))
    is_named = _speaks_of(column, supplier, key)
    # one consumer for each supplier is a numbering, unless both call it the same
    is_numbering = column.unique > 0.95 and not pattern and len(row) > 5 and column.name != key.name
    if share < _ENOUGH or is_numbering or (distinct < 2 and not (is_named and len(rows) > 1)):
        return
    is_near = _is_near(consumer.degrees, supplier.degrees, row)
    # numbers from 1 meet each other by chance; texts hardly do
    by_letters = not key.is_numeric and share >= 0.8 and distinct >= 3
    if pattern and not (by_letters and share >= 0.8):
        return
    if is_named or is_near or by_letters:
        yield Candidate(consumer=consumer, supplier=supplier, column=column, key=key, pattern=pattern,
                        met=float(share), is_named=is_named, is_near=is_near)


def keys_of(guess: Guess) -> list[Column]:
    """Give the columns that can be the id of a table, the likeliest first."""
    found = []
    for column in guess.seen.columns.values():
        if _is_place(guess, column) or _describes(column) or column.present < 0.9 * len(guess.seen):
            continue
        again = sum(text is not None for text in column.texts[guess.seen.copies])
        own = len(column.counts) / max(column.present - again, 1)
        if own < 0.9 or (column.is_numeric and not column.is_whole):
            continue
        said = column.name.casefold()
        named = "id" in column.means or said.endswith("id") or parts_of(column.name) == parts_of(guess.name)
        counted = "row" in column.means
        length = float(np.median([len(value) for value in column.counts]))
        found.append((own + 0.6 * named - 0.3 * counted - 0.3 * (length > 24), column))
    return [column for _, column in sorted(found, key=lambda item: -item[0])]


def _describes(column: Column) -> bool:
    """Say whether a column is about a record, and is not its name: a street, an owner."""
    return bool(column.means & {"street", "district", "name", "owner", "operator"}) \
        and not column.means & {"id", *_RANK}


def _is_place(guess: Guess, column: Column) -> bool:
    used = guess.position.values() if isinstance(guess.position, dict) else ()
    return column.name in used or (bool({"x", "y"} & column.means) and not column.is_whole and column.is_numeric)


def _speaks_of(column: Column, supplier: Guess, key: Column) -> bool:
    """Say whether a column's name names the supplier, or is that of its key and no mere "id"."""
    names = set(parts_of(column.name)) & set(parts_of(supplier.name))
    same = column.name.casefold() == key.name.casefold() and not {"id", "row"} & meanings(key.name)
    return supplier.kind in column.means or bool(names) or same


def _is_near(mine: FloatArray, theirs: FloatArray, row: np.ndarray) -> bool:
    """Say whether linked records stand near their supplier, compared with suppliers drawn by lot."""
    if not len(mine) or not len(theirs):
        return False
    both = np.flatnonzero(row >= 0)
    both = both[np.isfinite(mine[both, 0]) & np.isfinite(theirs[row[both], 0])]
    if len(both) < 10:
        return False
    around = np.nanmedian(theirs, axis=0)
    here, there = metres_of(mine[both], around), metres_of(theirs[row[both]], around)
    shuffled = there[np.random.default_rng(0).permutation(len(there))]
    lot = np.median(np.hypot(*(here - shuffled).T))
    return bool(lot > 0 and np.median(np.hypot(*(here - there).T)) < _NEARER * lot)


def _take(best: Candidate, others: list[Candidate]) -> None:
    consumer, supplier = best.consumer, best.supplier
    link: dict[str, object] = {"kind": supplier.kind, "by": best.column.name}
    if not supplier.id:
        supplier.id = [best.key.name]
    if supplier.kind_map or supplier.id != [best.key.name]:
        link = {"layer": supplier.name, "match": {best.column.name: best.key.name}}
    if best.pattern:
        link["pattern"] = best.pattern
    key = "supplied_by"
    consumer.remark(key, "{share} % of {column} are {key} of {supplier}", share=f"{100 * best.met:.0f}",
                    column=best.column.name, key=best.key.name, supplier=supplier.name)
    if best.pattern or not (best.is_named or best.is_near):
        consumer.unsure(key, "that may be chance: no name and no distance speaks for it")
    for other in others:
        if other.supplier is supplier and other.column is not best.column and other.score > best.score - 0.2 \
                and other.is_named:
            consumer.unsure(key, "{column} would do as well", column=other.column.name)
    if best.column.has_lists:
        link["choose"] = "alternatives"
        consumer.unsure(key, "{column} lists several: taken as alternatives; say choose: all where each is needed",
                        column=best.column.name)
        consumer.links = [link]
        return
    corrections, is_by_number = _sentinels(best)
    if corrections:
        link["corrections"] = corrections
    if is_by_number:
        link["spelling"] = "number"
    texts = extracted(best.column.texts, best.pattern)[0] if best.pattern else best.column.texts
    if _is_ambiguous(texts, best.key.texts[~supplier.seen.copies]):
        link["choose"] = "nearest"
        consumer.unsure(key, "several of {supplier} bear the same {key}: the nearest is taken",
                        supplier=supplier.name, key=best.key.name)
    consumer.links = [link]


def _is_ambiguous(texts: TextArray, keys: TextArray) -> bool:
    """Say whether several suppliers bear a name that is given; records said twice over are one."""
    exact = Counter(str(value) for value in keys if value is not None)
    folded = Counter(loose((value,)) for value, count in exact.items() for _ in range(count))
    return any(exact[value] > 1 or (not exact[value] and folded[loose((value,))] > 1)
               for value in {str(text) for text in texts if text is not None})


def _sentinels(best: Candidate) -> tuple[dict[str, str], bool]:
    """Take names that look like "none" and lead nowhere as no value; give those that one id looks like, with it.

    And whether others meet one id by their letter and number.
    """
    if best.pattern:
        return {}, False
    known = {loose((value,)) for value in best.key.counts}
    lost = {value: count for value, count in best.column.counts.items() if loose((value,)) not in known}
    heads = {head for value in best.key.counts if (head := _head(value))}
    none = [value for value, count in lost.items()
            if count >= _OFTEN or (is_nothing(value) and (count > 1 or _head(value) not in heads))]
    if none:
        best.consumer.no_value[best.column.name] = none
        best.consumer.unsure("no_value", "no record of {supplier} is called so; taken as codes for none: {codes}",
                             supplier=best.supplier.name, codes=", ".join(f"{v} ×{lost[v]:,}" for v in none))
    alike: dict[str, set[str]] = {}
    for value in best.key.counts:
        alike.setdefault(_look(value), set()).add(value)
    likely = {value: next(iter(ids)) for value in lost if value not in none
              and len(ids := alike.get(_look(value), set())) == 1}
    if likely:
        best.consumer.unsure("supplied_by", "names that lead nowhere and look like one id, taken for it: {names}",
                             names=", ".join(f"{v} → {likely[v]}" for v in likely))
    rest = [value for value in lost if value not in none and value not in likely]
    by_number = alike_by_number(best.key.counts)
    spelt = [value for value in rest if letter_and_number(value) in by_number]
    if spelt:
        best.consumer.unsure("supplied_by", "{count} names written in another way are linked by their letter and "
                             "number, which is inferred: {names}", count=f"{len(spelt):,}", names=", ".join(
                                 f"{v} → {by_number[letter_and_number(v)]}"
                                 for v in sorted(spelt, key=lambda v: -lost[v])[:5]))
        rest = [value for value in rest if value not in spelt]
    if rest:
        best.consumer.unsure("supplied_by", "names that lead nowhere ({count}): {names}", count=f"{len(rest):,}",
                             names=", ".join(f"{v} ×{lost[v]:,}" for v in sorted(rest, key=lambda v: -lost[v])[:5]))
    return likely, bool(spelt)


def _head(name: str) -> str:
    """Give the letter that a numbered name begins with; empty where it begins with none."""
    return name[:1].casefold() if name[:1].isalpha() and any(sign.isdigit() for sign in name) else ""


def _look(name: str) -> str:
    """Give a name without what the eye passes over: signs between, O for 0, I and l for 1.

    Examples
    --------
    >>> _look("ARM-O7") == _look("arm 07"), _look("ARM-01") == _look("ARM-11")
    (True, False)
    """
    return "".join(sign for sign in name.casefold() if sign.isalnum()).translate(str.maketrans("oil", "011"))
