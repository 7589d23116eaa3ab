"""What is known of each record: streets, names, owners, power; and the circuits that exist in no file of their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geodata.importing.drafting.guess import Guess
from geodata.importing.drafting.seen import Column
from geodata.importing.quantity_text import unit_named
from geodata.importing.report import is_nothing
from geodata.importing.words import meanings, parts_of
from geodata.tables.values import UNITS, extracted, fold, numbers

#: Field -> what a column that holds it means, for asset layers.
_TEXTS = {"street": "street", "name": "name", "district": "district", "owner": "owner", "operator": "operator"}
#: Wattage inside a text, the surest way first.
_WATTS = ((r"(\d+(?:[.,]\d+)?)\s*[Ww]\b", 3.0), (r"(\d+)\s*$", 18.0))
_WATT_WORDS = frozenset(("w", "watt", "watts"))
#: No street lamp has more watts.
_MOST_W = 2000.0
#: Share of a column's values that must be what it seems to hold.
_MOST_READ = 0.6
#: Values that are named.
_NAMED = 4
#: The middle one of plinths is no lower and no higher than this [m].
_LEAST_M, _MOST_M = 0.02, 3.0
#: A height that stands with its unit.
_WITH_UNIT = re.compile(r"[\d.,]+\s*([^\W\d_]+)\.?")
YES = {"si", "sí", "oui", "yes", "ja", "true", "1", "x", "vrai", "o", "y"}
NO = {"no", "non", "nein", "nee", "false", "0", "faux", "n"}
#: Substations that are named have at least two cabinets each, on average.
_MOST_NAMED = 0.5
#: A column that divides a cabinet's lamps has no more values than this in all.
_MOST_CIRCUITS = 60


def fill(guess: Guess) -> None:
    """Find the fields of a layer, and what its columns write for "none"."""
    columns = [column for column in guess.seen.columns.values() if not _is_taken(guess, column)]
    for field, meaning in _TEXTS.items():
        fitting = [column for column in columns if meaning in column.means and not column.is_numeric
                   and not (meaning == "name" and column.means & {"street", "district", "owner", "operator"})]
        if not fitting:
            continue
        best = max(fitting, key=lambda column: column.present)
        guess.fields[field] = _street(fitting) if field == "street" else best.name
        _nothings(guess, best)
    if guess.kind == "lamp":
        _power(guess, columns)
        _lanterns(guess, columns)
    if guess.kind in ("building", "site"):
        for column in columns:
            if "people" in column.means and column.is_numeric:
                guess.fields["people"] = column.name
                guess.unsure("fields.people", "is {column} the number of dwellings of a building, of people in a site?",
                             column=column.name)
    _heights(guess, columns)


def derive_circuits(lamps: Guess, suppliers: Sequence[Guess]) -> None:
    """Make circuits of the lines that lamps name beside their cabinet, where no table has them."""
    link = lamps.links[0] if lamps.links else {}
    cabinets = next((guess for guess in suppliers if guess.kind == "cabinet" and
                     link.get("kind", guess.kind) == "cabinet" and link.get("layer", guess.name) == guess.name), None)
    if cabinets is None or lamps.kind != "lamp" or not link or {"pattern", "from"} & link.keys():
        return
    own = link.get("by") or next(iter(link["match"]))
    cabinet = lamps.seen.columns[own]
    for column in lamps.seen.columns.values():
        if "circuit" not in column.means or column is cabinet or len(column.counts) > _MOST_CIRCUITS:
            continue
        pairs = {pair for pair in zip(cabinet.texts, column.texts, strict=True) if None not in pair}
        if len(pairs) <= len(cabinet.counts):
            continue
        fields = _protection(own, cabinets)
        lamps.derived.append({"name": "circuits", "from": lamps.name, "distinct": [own, column.name],
                              "kind": "circuit", "id": [own, column.name], **({"fields": fields} if fields else {}),
                              "supplied_by": dict(link)})
        to_circuit = {"layer": "circuits", "match": [own, column.name], "feed": "switched"}
        lamps.links = [to_circuit]
        blank = sum(1 for a, b in zip(cabinet.texts, column.texts, strict=True) if a is not None and b is None)
        if blank:
            lamps.links = [{"first_of": [to_circuit, dict(link)]}]
        lamps.unsure("supplied_by", "{column} is taken for the circuit: {count} pairs of {cabinet} and {column}",
                     column=column.name, cabinet=own, count=f"{len(pairs):,}")
        return


def derive_substations(guess: Guess, others: Sequence[Guess]) -> None:
    """Make substations of those that cabinets name, where no table has them: a level of supply, without a position."""
    if guess.kind not in ("cabinet", "service_box") or guess.links or guess.is_told or guess.kind_map \
            or any(other.kind == "substation" for other in others):
        return
    for column in guess.seen.columns.values():
        names = {fold(value) for value in column.counts if not is_nothing(value)}
        if "substation" not in column.means or column.is_numeric or _is_taken(guess, column) \
                or not names or len(names) > max(1, _MOST_NAMED * column.present):
            continue
        guess.derived.append({"name": "substations", "from": guess.name, "distinct": [column.name],
                              "kind": "substation", "id": [column.name], "position": "none"})
        guess.links = [{"kind": "substation", "by": column.name}]
        guess.unsure("supplied_by", "{column} is taken for what feeds them: its {count} names become substations "
                     "without a position, which no water reaches; delete this line and the layer below if it is "
                     "something else",
                     column=column.name, count=f"{len(names):,}")
        _nothings(guess, column)
        return


def _protection(own: str, cabinets: Guess) -> dict[str, Any]:
    """Give the protection of circuits where their cabinet says yes or no to differential protection."""
    for column in cabinets.seen.columns.values():
        words = {fold(value): value for value in column.counts if not is_nothing(value)}
        if "protection" in column.means and words.keys() <= YES | NO and words.keys() & YES:
            cabinets.unsure("", "{column} is taken for a residual-current device: yes {yes}, no {no}",
                            column=column.name, yes=", ".join(words[w] for w in words if w in YES),
                            no=", ".join(words[w] for w in words if w in NO) or "-")
            cabinets.lent.add(column.name)
            _nothings(cabinets, column)
            return {"protection": {"from": cabinets.name, "match": {own: cabinets.id[0]}, "column": column.name,
                                   "map": {word: "rcd" if fold(word) in YES else "fuse" for word in words.values()}}}
    return {}


def _is_taken(guess: Guess, column: Column) -> bool:
    used = set(guess.position.values()) if isinstance(guess.position, dict) else set()
    for link in guess.links:  # not yet through circuits
        if "from" in link:
            used |= set(link["on"])
            continue
        used |= {link["by"]} if isinstance(link.get("by"), str) else set(link["match"])
    return column.name in used or column.name == guess.kind_column


def _street(columns: Sequence[Column]) -> str | list[str]:
    """Give the column of the street's name, with that of its type (rue, via) where it stands in one of its own."""
    typed = [column for column in columns if len(column.counts) <= max(3, 0.1 * column.present)
             and "street" in meanings(column.counts.most_common(1)[0][0])
             and len(parts_of(column.counts.most_common(1)[0][0])) == 1]
    rest = [column for column in columns if column not in typed]
    if not typed or not rest:
        return max(columns, key=lambda column: column.present).name
    kind = max(typed, key=lambda column: column.present)
    order = list(columns)
    name = max(rest, key=lambda column: (column.present, -abs(order.index(column) - order.index(kind))))
    return [kind.name, name.name]


def _power(guess: Guess, columns: Sequence[Column]) -> None:
    for column in columns:
        if "power" in column.means and (column.is_numeric or _is_partly_in_watts(column)):
            guess.fields["power_w"] = column.name if column.is_numeric else {"column": column.name, "unit": "W"}
            if not _WATT_WORDS.intersection(parts_of(column.name)):
                guess.unsure("fields.power_w", "is {column} in watts?", column=column.name)
            _nothings(guess, column)
            return
    for pattern, least in _WATTS:
        for column in columns:
            if column.is_numeric or not column.means & {"lamp", "power"}:
                continue
            hits, missed = extracted(column.texts, pattern)
            value = np.array([float(hit.replace(",", ".")) for hit in hits if hit is not None])
            if len(value) >= 0.6 * column.present and ((value >= least) & (value <= _MOST_W)).mean() > 0.9:
                guess.fields["power_w"] = {"column": column.name, "pattern": pattern, "unit": "W"}
                strange = Counter(column.texts[missed])
                guess.unsure("fields.power_w", "read from texts like {sample}",
                             sample=next(text for text, _ in column.counts.most_common() if text not in strange))
                _say_empty(guess, "fields.power_w", Counter({text: count for text, count in strange.items()
                                                             if not is_nothing(text)}), column)
                _nothings(guess, column)
                return


def _is_partly_in_watts(column: Column) -> bool:
    """Say whether bare numbers stand among numbers with their unit, which is one of power."""
    words = [value for value in column.counts if not is_nothing(value)]
    hits = [_WITH_UNIT.fullmatch(value) for value in words]
    units = [unit_named(hit[1]) for hit in hits if hit is not None]
    return bool(units) and bool(np.isfinite(column.numbers.value).any()) \
        and all(unit is not None and UNITS[unit][0] == "power" for unit in units) \
        and len(units) + len(set(column.texts[np.isfinite(column.numbers.value)])) == len(words)


def watts_of(column: Column) -> tuple[str, Counter[str]]:
    """Give the surest pattern of wattage, and the values of a column that it does not meet."""
    pattern = _WATTS[0][0]
    return pattern, Counter(column.texts[extracted(column.texts, pattern)[1]])


def _say_empty(guess: Guess, key: str, strange: Counter[str], column: Column) -> None:
    """Say which values of a column that is read are not, and stay empty."""
    if strange:
        guess.unsure(key, "{n} of {all} values say none and stay empty: {values}", **told_of(strange, column))


def told_of(strange: Counter[str], column: Column) -> dict[str, str]:
    """Give how many values of a column are not read, of how many, and the first few: ``n``, ``all`` and ``values``."""
    named = ", ".join(f"{value} ×{count:,}" for value, count in strange.most_common(_NAMED))
    return {"n": f"{strange.total():,}", "all": f"{column.present:,}",
            "values": named + (" …" if len(strange) > _NAMED else "")}


def _lanterns(guess: Guess, columns: Sequence[Column]) -> None:
    for column in columns:
        if "lanterns" in column.means and column.is_whole and column.present and np.nanmax(column.numbers.value) > 1:
            guess.lanterns = column.name
            guess.unsure("lanterns", "is {column} the number of lanterns of a record? Then each becomes an asset of "
                         "its own", column=column.name)
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class Height:
    """What a column of heights holds."""

    #: Unit of its bare numbers, by the column's name or the one that all others bear; empty where nothing says it.
    unit: str
    #: Whether some stand bare.
    has_bare: bool
    #: Values that are no height, and no code for "none".
    strange: Counter[str]
    #: How many values are heights or seem to be.
    read: int
    #: A bare number as it stands, and what it is read as; empty where the column's name says the unit.
    sample: str = ""
    told: str = ""

    @property
    def is_known(self) -> bool:
        """Whether most values are heights of a known unit."""
        return self.read >= _MOST_READ * (self.read + self.strange.total()) and bool(self.unit or not self.has_bare)


def height_of(column: Column) -> Height:
    """Give what a column of heights holds: bare numbers, numbers with their unit, and the rest."""
    words = Counter(column.texts[column.numbers.unreadable])
    units = {value: unit_named(hit[1]) for value in words if (hit := _WITH_UNIT.fullmatch(value)) is not None}
    units = {value: unit for value, unit in units.items() if unit is not None and UNITS[unit][0] == "length"}
    strange = Counter({value: n for value, n in words.items() if value not in units and not is_nothing(value)})
    nothing = sum(n for value, n in words.items() if is_nothing(value))
    named = next((part for part in parts_of(column.name)[:-1] if part in ("m", "cm", "mm")), None)
    alone = next(iter(set(units.values())), None) if len(set(units.values())) == 1 else None
    bare = column.numbers.value[np.isfinite(column.numbers.value) & (column.numbers.value > 0)]
    middle = float(np.median(bare)) if len(bare) else float("nan")
    unit = named or alone or ""
    if unit and not _LEAST_M <= middle * UNITS[unit][1] <= _MOST_M and len(bare):
        # "0,30" among "40 cm" counts in metres; where no unit makes it a plinth it is asked for.
        unit = "m" if not named and _LEAST_M <= middle <= _MOST_M else ""
    sample = next((text for text, value in zip(column.texts, column.numbers.value, strict=True) if value > 0), "") \
        if unit and not named and len(bare) else ""
    return Height(unit=unit, has_bare=words.total() < column.present, strange=strange, sample=str(sample),
                  read=column.present - nothing - strange.total(), told=_told(str(sample), unit) if sample else "")


def _told(text: str, unit: str) -> str:
    """Give what a number is read as, with its unit and the decimal sign of the file."""
    value = f"{float(numbers(np.array([text], dtype=object)).value[0]):g}"
    return f"{value.replace('.', ',') if ',' in text else value} {unit}"


def _heights(guess: Guess, columns: Sequence[Column]) -> None:
    """Take a height of plinth for the lowest live part where its unit is known: by the column's name, by its texts.

    What stands with its unit counts in it; bare numbers count in the unit of the name, else in the one that all others
    of the column bear, unless that makes no plinth of them and metres do. Without any they are left alone: centimetres
    taken for metres keep every cabinet dry, and metres taken for centimetres drown every one.
    """
    for column in columns:
        if "fail" not in column.means or not column.present:
            continue
        height = height_of(column)
        if not height.is_known or not height.read:
            continue
        guess.fields["fail_m"] = {"column": column.name, "unit": height.unit} if height.has_bare else column.name
        guess.unsure("fields.fail_m", "is {column} the height above ground of the lowest live part?",
                     column=column.name)
        if height.has_bare and height.sample:
            guess.unsure("fields.fail_m", "“{sample}” without a unit is read as {told}: is that so?",
                         sample=height.sample, told=height.told)
        _say_empty(guess, "fields.fail_m", height.strange, column)
        _nothings(guess, column)
        return


def _nothings(guess: Guess, column: Column) -> None:
    """Take what a used column writes for "none" as no value."""
    none = [value for value in column.counts if is_nothing(value)]
    if none:
        guess.no_value[column.name] = none
        guess.remark("no_value", "{column} writes {codes} for none", column=column.name, codes=", ".join(none))
