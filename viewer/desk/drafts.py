"""Variants in the making: a base run and a list of lines, each an edit with its author, counted or set aside.

Each change makes a new version, and undo goes back to the one before. Who changes a version that is no longer the last
is told who was first; nothing is lost.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twin.codes import Action
from twin.errors import InputError
from twin.world.edits import Declare, Edit, of_dict
from viewer.desk import measure_lines
from viewer.desk.store import Store, publish

TABLES = """
CREATE TABLE IF NOT EXISTS draft_run (draft TEXT PRIMARY KEY, run TEXT NOT NULL, lines TEXT NOT NULL);
"""
#: Sorts of edits that the desk composes; ``level`` moves the water and needs a run of its own.
SORTS = ("raise", "cut", "fail", "fact", "add_supplier", "remove_supplier", "level", *measure_lines.SORTS)
#: Lines of a draft, and versions kept of it, at most.
MOST_LINES, MOST_VERSIONS = 100, 100
#: Assets of one line at most: the lamps of a circuit.
MOST_ASSETS = 200
#: The river is shifted by this at most [m].
MOST_LEVEL_M = 10.0
_LONGEST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A variant in the making."""

    id: str
    name: str
    #: Its base run.
    base: str
    made_by: str
    made_at: int
    version: int
    changed_by: str
    #: ``id``, ``on``, ``by``, ``at``, ``sort`` and what its edit needs; plain JSON values.
    lines: tuple[Mapping[str, Any], ...]

    def edits(self, *, without: str = "") -> list[Edit]:
        """Give the edits of the lines that count, one line left out where asked; the shift of the river is none.

        Raises
        ------
        InputError
            A line that makes no edit.
        """
        return [edit for line in self.lines if line["on"] and line["id"] != without for edit in edits_of(line)]

    def plain_edits(self) -> list[Edit]:
        """Give the edits that scenario files say as such: those of measures stand in ``entries``."""
        return [edit for line in self.lines if line["on"] and line["sort"] not in measure_lines.SORTS
                for edit in edits_of(line)]

    def entries(self) -> dict[str, list[dict[str, Any]]]:
        """Give what the measures that count add to a scenario file, by its key."""
        found: dict[str, list[dict[str, Any]]] = {}
        for line in self.lines:
            if line["on"] and line["sort"] in measure_lines.SORTS:
                for key, entries in measure_lines.entries_of(line).items():
                    found.setdefault(key, []).extend(entries)
        return found

    @property
    def counted(self) -> str:
        """The lines that count, as text: the same lines give the same run."""
        return json.dumps([dict(line) for line in self.lines if line["on"]], ensure_ascii=False, sort_keys=True)

    @property
    def needs_run(self) -> bool:
        """Whether a line counts whose outcome a run alone can tell."""
        return any(line["on"] and line["sort"] in measure_lines.NEEDS_RUN for line in self.lines)

    @property
    def level_m(self) -> float:
        """By how much the river is shifted [m]."""
        return sum(float(line["by_m"]) for line in self.lines if line["on"] and line["sort"] == "level")

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return {"id": self.id, "name": self.name, "base": self.base, "made_by": self.made_by, "made_at": self.made_at,
                "version": self.version, "changed_by": self.changed_by, "lines": [dict(line) for line in self.lines],
                "level_m": self.level_m}


def edits_of(line: Mapping[str, Any]) -> list[Edit]:
    """Give the edits that one line stands for: a cut with an end is two.

    Raises
    ------
    InputError
        A sort that the desk does not compose, a key too many or too few.
    """
    sort = line.get("sort")
    if sort in measure_lines.SORTS:
        return measure_lines.edits_of_measure(line)
    given = {key: value for key, value in line.items() if key not in ("id", "on", "by", "at", "sort", "until_s")}
    if sort == "level":
        by_m = given.get("by_m")
        if set(given) != {"by_m"} or isinstance(by_m, bool) or not isinstance(by_m, int | float) or not (
                0 < abs(by_m) <= MOST_LEVEL_M):
            raise InputError(field="by_m", found=f"{by_m}", expected=f"metres, up to {MOST_LEVEL_M:g} either way")
        return []
    if sort in ("raise", "add_supplier", "remove_supplier"):
        several = given.pop("assets", None) if sort == "raise" else None
        _check(given)
        if several is None:
            return [of_dict({"edit": sort, **given})]
        return [of_dict({"edit": sort, "asset": asset, **given}) for asset in _names(several)]
    actions = {"cut": Action.CUT, "fail": Action.FAIL, "fact": None}
    if sort not in actions:
        raise InputError(field="sort", found=f"'{sort}'", expected=f"one of {', '.join(SORTS)}")
    state = given.pop("state", "")
    facts = {"out": Action.FACT_OUT, "in_service": Action.FACT_IN_SERVICE, "dry": Action.FACT_DRY}
    action = actions[sort] or facts.get(state)
    if action is None or "asset" not in given or "at_s" not in given:
        raise InputError(field="state" if action is None else "asset", found="a line that says too little",
                         expected="asset, at_s, and the state of a fact: out, in_service, dry")
    _check(given)
    begins = of_dict({"edit": "declare", "action": action.name.lower(), **given, "by": str(line.get("by", ""))})
    until = line.get("until_s")
    if until is None or sort == "fact":
        return [begins]
    if not isinstance(until, int) or until <= given["at_s"]:
        raise InputError(field="until_s", found=f"{until}", expected="a moment after the beginning")
    return [begins, Declare(Action.RESTORE, str(given["asset"]), until, by=str(line.get("by", "")))]


def _names(several: Any) -> list[str]:
    """Give the assets of a line for several."""
    if not isinstance(several, list) or not 0 < len(several) <= MOST_ASSETS or not all(
            isinstance(name, str) and len(name) <= _LONGEST for name in several):
        raise InputError(field="assets", found="no list of assets, or a long one", expected=f"up to {MOST_ASSETS} ids")
    return several


def _check(given: Mapping[str, Any]) -> None:
    for key, value in given.items():
        is_text = key in ("asset", "supplier", "consumer", "reason")
        good = isinstance(value, str) and len(value) <= _LONGEST if is_text else (
            isinstance(value, int) if key.endswith("_s") else isinstance(value, int | float))
        if not good or isinstance(value, bool):
            raise InputError(field=str(key)[:_LONGEST], found=f"{value!r}"[:_LONGEST],
                             expected="a text" if is_text else "a number")


class Drafts:
    """The drafts of a desk."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.add_tables(TABLES)

    def ran(self, draft: Draft, run: str) -> None:
        """Keep which run was made of a draft last, and of which lines."""
        with self.store.act() as tx:
            tx.execute("INSERT OR REPLACE INTO draft_run VALUES (?, ?, ?)", (draft.id, run, draft.counted))

    def run_of(self, draft: Draft) -> tuple[str, bool] | None:
        """Give the run that was made of a draft last, and whether what counts is otherwise since; None for none."""
        row = self.store.row("SELECT run, lines FROM draft_run WHERE draft = ?", draft.id)
        return None if row is None else (str(row["run"]), row["lines"] != draft.counted)

    def make(self, name: str, base: str, *, by: str, now: int) -> Draft:
        """Begin a variant of a run.

        Raises
        ------
        InputError
            No name, or a long one.
        """
        name = _named(name)
        draft = secrets.token_hex(6)
        with self.store.act() as tx:
            tx.execute("INSERT INTO draft VALUES (?, ?, ?, ?, ?, 1, ?, '[]')", (draft, name, base, by, now, by))
            publish(tx, at=now, who=by, what="draft", journal=True, body={"draft": draft, "name": name, "version": 1})
        return self.get(draft)

    def get(self, draft: str) -> Draft:
        """Give a draft.

        Raises
        ------
        InputError
            No such draft.
        """
        row = self.store.row("SELECT * FROM draft WHERE id = ?", draft)
        if row is None:
            raise InputError(field="draft", found="no such variant", expected="one of the list")
        return _draft(row)

    def listed(self) -> list[Draft]:
        """Give all drafts, the latest first."""
        return [_draft(row) for row in self.store.rows("SELECT * FROM draft ORDER BY made_at DESC, id")]

    def change(self, draft: str, lines: list[Mapping[str, Any]], *, version: int, by: str, now: int) -> Draft:
        """Put a list of lines in place of the last one; a line that is new gets its author and its hour.

        Raises
        ------
        InputError
            A line that says nothing, or a version that somebody changed meanwhile: who.
        """
        if len(lines) > MOST_LINES:
            raise InputError(field="lines", found=f"{len(lines)} lines", expected=f"at most {MOST_LINES}")
        before = {line["id"]: line for line in self.get(draft).lines}
        kept = [_signed(line, before, by, now) for line in lines]
        with self.store.act() as tx:
            row = tx.execute("SELECT * FROM draft WHERE id = ?", (draft,)).fetchone()
            if row["version"] != version:
                raise Conflict(row["changed_by"], row["version"])
            self._put(tx, row, kept, by, now)
        return self.get(draft)

    def undo(self, draft: str, *, version: int, by: str, now: int) -> Draft:
        """Go back to the version before.

        Raises
        ------
        InputError
            Nothing before, or a version that somebody changed meanwhile.
        """
        with self.store.act() as tx:
            row = tx.execute("SELECT * FROM draft WHERE id = ?", (draft,)).fetchone()
            if row is None:
                raise InputError(field="draft", found="no such variant", expected="one of the list")
            if row["version"] != version:
                raise Conflict(row["changed_by"], row["version"])
            past = tx.execute("SELECT * FROM draft_before WHERE draft = ? ORDER BY version DESC LIMIT 1",
                              (draft,)).fetchone()
            if past is None:
                raise InputError(field="version", found="nothing before", expected="a change to undo")
            tx.execute("DELETE FROM draft_before WHERE draft = ? AND version = ?", (draft, past["version"]))
            tx.execute("UPDATE draft SET version = version + 1, changed_by = ?, lines = ? WHERE id = ?",
                       (by, past["lines"], draft))
            publish(tx, at=now, who=by, what="draft", body={"draft": draft, "version": version + 1})
        return self.get(draft)

    @staticmethod
    def _put(tx: Any, row: Any, lines: list[dict[str, Any]], by: str, now: int) -> None:
        tx.execute("INSERT INTO draft_before VALUES (?, ?, ?)", (row["id"], row["version"], row["lines"]))
        tx.execute("DELETE FROM draft_before WHERE draft = ? AND version <= ?",
                   (row["id"], row["version"] - MOST_VERSIONS))
        tx.execute("UPDATE draft SET version = version + 1, changed_by = ?, lines = ? WHERE id = ?",
                   (by, json.dumps(lines, ensure_ascii=False), row["id"]))
        publish(tx, at=now, who=by, what="draft", body={"draft": row["id"], "version": row["version"] + 1})


class Conflict(InputError):  # noqa: N818 - it is nobody's error
    """Somebody else was first."""

    def __init__(self, who: str, version: int) -> None:
        super().__init__(field="version", found=f"changed by {who} meanwhile", expected="the variant as it stands now")
        self.who, self.version = who, version


def _signed(line: Mapping[str, Any], before: Mapping[str, Mapping[str, Any]], by: str, now: int) -> dict[str, Any]:
    known = before.get(str(line.get("id", "")))
    on = line.get("on", True)
    if not isinstance(on, bool):
        raise InputError(field="on", found=f"{on!r}", expected="true or false")
    own = {key: value for key, value in line.items() if key not in ("id", "on", "by", "at")}
    # What was changed in a line is its changer's; counting it or not is nobody's.
    is_same = known is not None and own == {k: v for k, v in known.items() if k not in ("id", "on", "by", "at")}
    signed = {**own, "id": known["id"] if known else secrets.token_hex(4), "on": on,
              "by": known["by"] if known and is_same else by, "at": known["at"] if known and is_same else now}
    edits_of(signed)
    return signed


def _named(name: str) -> str:
    if not name.strip() or len(name) > _LONGEST:
        raise InputError(field="name", found="no name, or a long one", expected="a name for the variant")
    return name.strip()


def _draft(row: dict[str, Any]) -> Draft:
    return Draft(**{key: row[key] for key in ("id", "name", "base", "made_by", "made_at", "version", "changed_by")},
                 lines=tuple(json.loads(row["lines"])))
