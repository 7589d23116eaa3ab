"""Edits: what one changes of a plan and its city. One module applies them, whoever asks: scenario, measure or desk.

An edit takes a plan and a city and gives both anew, sharing every column that it does not touch. What it changed is
kept in the plan, so that a run says what it rests on. Undo is to leave an edit out: edits are values, and a list of
them is applied to the base in order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from typing import Any, ClassVar

import numpy as np

from twin.codes import Action
from twin.errors import InputError
from twin.quantities import Int64Array, column
from twin.stages import Stage
from twin.world.assets import Assets, Source, unknown_id
from twin.world.city import City
from twin.world.closing import CloseStreet
from twin.world.crew_edits import ExtraCrew, ExtraStock, PrePosition
from twin.world.edit import Edit, Edited
from twin.world.kinds import STAGES, Figure, Kinds, Role
from twin.world.people import MovePeople
from twin.world.plan import Declared, Plan
from twin.world.supplies import Feed, Service, Supplies

__all__ = ["SORTS", "AddSupplier", "CloseStreet", "Declare", "Edit", "Edited", "ExtraCrew", "ExtraStock", "Isolate",
           "MovePeople", "PrePosition", "Protect", "Raise", "RemoveSupplier", "Repair", "Reserve", "Threshold",
           "apply_all", "digest", "in_order", "of_dict", "to_dict"]


class _OfOne:
    """An edit of one asset."""

    __slots__ = ()
    asset: str

    def rows(self, city: City) -> Int64Array:
        """Give the assets at which something changes, (N,)."""
        return np.array([city.assets.row(self.asset)])


@dataclass(frozen=True, slots=True)
class Threshold:
    """Other heights above ground for an asset, or for all of a kind."""

    #: Id of an asset, or name of a kind.
    key: str
    #: None: as it is. [m]
    touch_m: float | None = None
    fail_m: float | None = None
    stage: ClassVar[Stage] = Stage.EXPOSE

    def rows(self, city: City) -> Int64Array:
        """Give the assets at which something changes, (N,)."""
        return _of_key(self.key, city.assets)

    def apply(self, plan: Plan, city: City) -> Edited:
        """Set the heights; a height that was surveyed and counts no longer is a warning."""
        assets = city.assets
        rows = _of_key(self.key, assets)
        columns: dict[str, Any] = {}
        told: list[Mapping[str, Any]] = []
        for name in ("touch_m", "fail_m"):
            value = getattr(self, name)
            if value is None:
                continue
            heights, sources = np.array(getattr(assets, name)), np.array(getattr(assets, _source_of(name)))
            surveyed = int(np.isin(sources[rows], [Source.SURVEY, Source.OBSERVED]).sum())
            if surveyed:
                told.append({"warning": "threshold_over_survey", "key": self.key, "column": name, "value_m": value,
                             "count": surveyed})
            heights[rows], sources[rows] = value, Source.DEFAULT
            columns |= {name: heights, _source_of(name): sources}
        if not columns:
            return Edited(plan=plan, city=city)
        changed = assets.replaced(**columns)
        _check_order(changed, rows)
        said = tuple((self.key, name, float(value)) for name in ("touch_m", "fail_m")
                     if (value := getattr(self, name)) is not None)
        return Edited(plan=replace(plan, thresholds=(*plan.thresholds, *said)), city=replace(city, assets=changed),
                      warnings=tuple(told))


@dataclass(frozen=True, slots=True)
class Raise(_OfOne):
    """An asset lifted: its heights of touch and failure move together."""

    asset: str
    by_m: float
    stage: ClassVar[Stage] = Stage.EXPOSE

    def apply(self, plan: Plan, city: City) -> Edited:
        """Lift it; its heights are those it had and more, and their sources stay."""
        assets = city.assets
        row = assets.row(self.asset)
        if not np.isfinite(self.by_m):
            raise InputError(field="by_m", found=f"{self.by_m}", expected="a height in metres", ids=(self.asset,))
        if np.isnan(assets.fail_m[row]):
            raise InputError(field="asset", found="an asset that water does not fail", expected="one with a fail_m",
                             ids=(self.asset,))
        columns: dict[str, Any] = {}
        for name in ("touch_m", "fail_m"):
            heights = np.array(getattr(assets, name))
            heights[row] += self.by_m
            columns[name] = heights
        said = tuple((self.asset, name, float(values[row])) for name, values in columns.items()
                     if not np.isnan(values[row]))
        return Edited(plan=replace(plan, thresholds=(*plan.thresholds, *said)),
                      city=replace(city, assets=assets.replaced(**columns)))


@dataclass(frozen=True, slots=True)
class Protect(_OfOne):
    """An asset sealed or sandbagged: water touches it as before, and reaches its live parts at another height only."""

    asset: str
    #: Height above ground [m].
    to_m: float
    stage: ClassVar[Stage] = Stage.EXPOSE

    def apply(self, plan: Plan, city: City) -> Edited:
        """Set the height of failure; what it was has to lie below."""
        row = city.assets.row(self.asset)
        before_m = float(city.assets.fail_m[row])
        if not self.to_m > before_m:
            raise InputError(field="to_m", found="an asset that water does not fail" if np.isnan(before_m) else
                             f"{self.to_m:g} m", expected=f"more than its fail_m, {before_m:g} m", ids=(self.asset,))
        fail_m = np.array(city.assets.fail_m)
        fail_m[row] = self.to_m
        return Edited(plan=replace(plan, thresholds=(*plan.thresholds, (self.asset, "fail_m", float(self.to_m)))),
                      city=replace(city, assets=city.assets.replaced(fail_m=fail_m)))


@dataclass(frozen=True, slots=True)
class Reserve(_OfOne):
    """A reserve for an asset: a generator with its fuel, ready beside it. A longer one that it has already stays."""

    asset: str
    #: How long it lasts from the moment at which the supply is lost.
    lasts_s: int
    stage: ClassVar[Stage] = Stage.SIMULATE

    def apply(self, plan: Plan, city: City) -> Edited:
        """Set the reserve."""
        row, buffer_s = city.assets.row(self.asset), np.array(city.assets.buffer_s)
        if self.lasts_s <= 0:
            raise InputError(field="lasts_s", found=f"{self.lasts_s} s", expected="longer than 0 s", ids=(self.asset,))
        buffer_s[row] = max(int(buffer_s[row]), self.lasts_s)
        said = ("reserve", self.asset, self.asset, self.lasts_s)
        return Edited(plan=replace(plan, supplies=(*plan.supplies, said)),
                      city=replace(city, assets=city.assets.replaced(buffer_s=buffer_s)))


@dataclass(frozen=True, slots=True)
class Isolate:
    """An asset taken off its circuit: it hangs on what feeds the circuit, and no longer opens the protection.

    That it is dead is declared beside (``Declare`` a cut).
    """

    asset: str
    stage: ClassVar[Stage] = Stage.SIMULATE

    def rows(self, city: City) -> Int64Array:
        """Give the assets at which something changes, (N,): itself, and its circuits, which it may have tripped."""
        row = city.assets.row(self.asset)
        return np.array([row, *self._circuits(city, row)[0].tolist()])

    def apply(self, plan: Plan, city: City) -> Edited:
        """Hang it on what feeds its circuit."""
        row, s = city.assets.row(self.asset), city.supplies
        circuits, edges = self._circuits(city, row)
        if not len(circuits):
            raise InputError(field="asset", found="an asset that no circuit feeds", expected="a lamp on a circuit",
                             ids=(self.asset,))
        supplier = np.array(s.supplier)
        for circuit, edge in zip(circuits.tolist(), edges.tolist(), strict=True):
            supplier[edge] = s.suppliers_of(circuit)[0] if len(s.suppliers_of(circuit)) else circuit
        columns = {f.name: getattr(s, f.name) for f in fields(Supplies)} | {"supplier": supplier}
        said = ("isolate", str(city.assets.id[circuits[0]]), self.asset, 0)
        return _resupplied(plan, city, Supplies.of(len(city.assets), **columns), said)

    @staticmethod
    def _circuits(city: City, row: int) -> tuple[Int64Array, Int64Array]:
        into = city.supplies.edges_into(row)
        edges = np.arange(into.start, into.stop)
        edges = edges[city.assets.of_role(Role.CIRCUIT)[city.supplies.supplier[edges]]]
        return city.supplies.supplier[edges].astype(np.int64), edges


@dataclass(frozen=True, slots=True)
class Repair:
    """How long a repair takes for all of a kind."""

    kind: str
    #: If it was live as the water came, and if it was dead [s].
    live_s: int
    dead_s: int
    stage: ClassVar[Stage] = Stage.SIMULATE

    def rows(self, city: City) -> Int64Array:
        """Give the assets at which something changes, (N,)."""
        return np.flatnonzero(city.assets.of_kind(self.kind))

    def apply(self, plan: Plan, city: City) -> Edited:
        """Set the durations: one sum, since nobody says how it is shared out among the stages."""
        kinds = city.assets.kinds
        if self.kind not in kinds.names:
            raise InputError(found=f"'{self.kind}'", expected=f"a kind: {', '.join(kinds.names)}",
                             remedy=_near(self.kind, kinds.names))
        if self.live_s < 0 or self.dead_s < 0:
            raise InputError(found=f"{min(self.live_s, self.dead_s)} s", expected="0 or more seconds")
        changed = [replace(kind, repair_s=_one_stage(self.live_s), repair_dead_s=_one_stage(self.dead_s))
                   if kind.name == self.kind else kind for kind in kinds.kinds]
        return Edited(plan=replace(plan, repair_s=(*plan.repair_s, (self.kind, self.live_s, self.dead_s))),
                      city=replace(city, assets=replace(city.assets, kinds=Kinds(tuple(changed)))))


@dataclass(frozen=True, slots=True)
class AddSupplier:
    """One more supplier of power: a second feed, a generator. It is the last alternative where there are others."""

    supplier: str
    consumer: str
    #: Changeover time: seconds until it delivers once the group has lost the one it had.
    transfer_s: int = 0
    stage: ClassVar[Stage] = Stage.SIMULATE

    def rows(self, city: City) -> Int64Array:
        """Give the assets at which something changes, (N,)."""
        return np.array([city.assets.row(self.consumer)])

    def apply(self, plan: Plan, city: City) -> Edited:
        """Add the link."""
        s = city.supplies
        supplier, consumer = _ends(self, city.assets)
        into = s.edges_into(consumer)
        same = bool(np.any(s.supplier[into] == supplier))
        if supplier == consumer or same:
            raise InputError(found=f"the link '{self.supplier}' to '{self.consumer}'",
                             expected="a link that the city does not have",
                             remedy="It is there already." if same else "An asset does not supply itself.")
        groups = s.group[into]
        power = s.service[into] == Service.POWER
        # Where the city knows a group of power, the new supplier is its last alternative.
        group = int(groups[power].min()) if power.any() else int(groups.max(initial=-1)) + 1
        rank = int(s.preference[into][power & (groups == group)].max(initial=-1)) + 1
        new = {"supplier": supplier, "consumer": consumer, "service": Service.POWER, "group": group,
               "preference": rank, "transfer_s": self.transfer_s, "feed": Feed.PERMANENT, "source": Source.DEFAULT}
        columns = {name: np.append(getattr(s, name), value) for name, value in new.items()}
        return _resupplied(plan, city, Supplies.of(len(city.assets), **columns),
                           ("add", self.supplier, self.consumer, self.transfer_s))


@dataclass(frozen=True, slots=True)
class RemoveSupplier:
    """One supplier less, where there are alternatives: a line under repair."""

    supplier: str
    consumer: str
    stage: ClassVar[Stage] = Stage.SIMULATE

    def rows(self, city: City) -> Int64Array:
        """Give the assets at which something changes, (N,)."""
        return np.array([city.assets.row(self.consumer)])

    def apply(self, plan: Plan, city: City) -> Edited:
        """Take the link away."""
        s = city.supplies
        supplier, consumer = _ends(self, city.assets)
        into = s.edges_into(consumer)
        mine = s.supplier[into] == supplier
        if not mine.any():
            feeding = ", ".join(str(city.assets.id[row]) for row in s.supplier[into]) or "nothing"
            raise InputError(found=f"the link '{self.supplier}' to '{self.consumer}'",
                             expected=f"a link of the city; {feeding} feeds {self.consumer}")
        groups = s.group[into]
        if any(np.all(mine[groups == group]) for group in np.unique(groups[mine])):
            raise InputError(found=f"the only link of its sort into '{self.consumer}'", expected="one of several",
                             remedy="To take its only supplier away, cut or fail that one under `events`.")
        keep = np.ones(len(s), bool)
        keep[into] = ~mine
        columns = {f.name: column(getattr(s, f.name)[keep], getattr(s, f.name).dtype.type) for f in fields(Supplies)}
        return _resupplied(plan, city, Supplies(**columns), ("remove", self.supplier, self.consumer, 0))


@dataclass(frozen=True, slots=True)
class Declare(_OfOne):
    """Something done to an asset, or reported of it, at a moment: a cut, a failure, a fact."""

    action: Action
    asset: str
    #: [s] from the start.
    at_s: int
    by: str = ""
    reason: str = ""
    stage: ClassVar[Stage] = Stage.SIMULATE

    def apply(self, plan: Plan, city: City) -> Edited:
        """Add it to what the plan declares, in order of time."""
        row = city.assets.row(self.asset)
        if not 0 <= self.at_s <= plan.duration_s:
            raise InputError(field="at_s", found=f"{self.at_s} s from the start",
                             expected=f"a moment of the run, 0 to {plan.duration_s} s", ids=(self.asset,))
        declared = Declared(at_s=self.at_s, action=self.action, asset=row, by=self.by, reason=self.reason)
        return Edited(plan=replace(plan, declared=in_order((*plan.declared, declared))), city=city)


#: Every sort of edit by its word in files.
SORTS: Mapping[str, type[Edit]] = {
    "threshold": Threshold, "raise": Raise, "protect": Protect, "repair": Repair, "reserve": Reserve,
    "isolate": Isolate, "add_supplier": AddSupplier, "remove_supplier": RemoveSupplier, "declare": Declare,
    "move_people": MovePeople, "pre_position": PrePosition, "extra_crew": ExtraCrew, "extra_stock": ExtraStock,
    "close_street": CloseStreet}


def apply_all(plan: Plan, city: City, edits: Iterable[Edit]) -> Edited:
    """Apply edits in order.

    Raises
    ------
    InputError
        The first that does not fit.
    """
    edited = Edited(plan=plan, city=city)
    for edit in edits:
        after = edit.apply(edited.plan, edited.city)
        edited = Edited(plan=after.plan, city=after.city, warnings=(*edited.warnings, *after.warnings))
    return edited


def in_order(declared: Iterable[Declared]) -> tuple[Declared, ...]:
    """Give what is declared in the order in which a plan keeps it."""
    return tuple(sorted(declared, key=lambda d: (d.at_s, d.action, d.asset)))


def to_dict(edit: Edit) -> dict[str, Any]:
    """Give an edit as plain JSON values."""
    sort = next(word for word, kind in SORTS.items() if type(edit) is kind)
    values: dict[str, Any] = asdict(edit)  # type: ignore[call-overload]
    if isinstance(edit, Declare):
        values["action"] = edit.action.name.lower()
    return {"edit": sort, **values}


def of_dict(values: Mapping[str, Any]) -> Edit:
    """Give an edit back from plain JSON values.

    Raises
    ------
    InputError
        A sort that there is not, a key that it does not have.
    """
    sort = SORTS.get(str(values.get("edit")))
    if sort is None:
        raise InputError(field="edit", found=f"'{values.get('edit')}'", expected=f"one of {', '.join(SORTS)}")
    given = {name: value for name, value in values.items() if name != "edit"}
    known = [f.name for f in fields(sort)]  # type: ignore[arg-type]
    if unknown := sorted(set(given) - set(known)):
        raise InputError(field=unknown[0], found="a key that this edit does not have", expected=", ".join(known))
    try:
        if sort is Declare:
            given["action"] = Action[str(given["action"]).upper()]
        return sort(**given)
    except (KeyError, TypeError) as error:
        raise InputError(field="edit", found=f"{values.get('edit')} without {error}",
                         expected=f"the keys {', '.join(known)}") from None


def digest(edits: Iterable[Edit]) -> str:
    """Give the SHA-256 of a list of edits: what a variant of a run is known by."""
    return sha256(json.dumps([to_dict(edit) for edit in edits], sort_keys=True,
                             ensure_ascii=False).encode()).hexdigest()


def _source_of(height: str) -> str:
    return height.replace("_m", "_source")


def _of_key(key: str, assets: Assets) -> Int64Array:
    if key in assets.kinds.names:
        return np.flatnonzero(assets.of_kind(key))
    try:
        return np.array([assets.row(key)])
    except InputError:
        names = dict.fromkeys([*assets.kinds.names, *assets.id], 0)
        raise InputError(field="key", found=f"'{key}'",
                         expected=f"a kind ({', '.join(assets.kinds.names)}) or an asset's id",
                         remedy=unknown_id(key, names, assets.ids_look()).remedy) from None


def _check_order(assets: Assets, rows: Any) -> None:
    upside_down = rows[assets.fail_m[rows] < assets.touch_m[rows]]
    if len(upside_down):
        first = upside_down[0]
        raise InputError(found=f"fail_m {assets.fail_m[first]:g} below touch_m {assets.touch_m[first]:g} for "
                         f"{len(upside_down)} of them, {assets.id[first]} first", expected="fail_m at or above touch_m",
                         remedy="Say both touch_m and fail_m.")


def _one_stage(seconds: int) -> tuple[Figure, ...]:
    return tuple(Figure(value=float(seconds if stage == STAGES[-1] else 0), unit="s", source="the scenario",
                        assumption=True) for stage in STAGES)


def _ends(edit: AddSupplier | RemoveSupplier, assets: Assets) -> tuple[int, int]:
    rows = []
    for end in ("supplier", "consumer"):
        try:
            rows.append(assets.row(getattr(edit, end)))
        except InputError as error:
            error.field = end
            raise
    return rows[0], rows[1]


def _resupplied(plan: Plan, city: City, supplies: Supplies, said: tuple[str, str, str, int]) -> Edited:
    return Edited(plan=replace(plan, supplies=(*plan.supplies, said)), city=replace(city, supplies=supplies))


def _near(word: str, words: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, list(words), n=1)
    return f"Did you mean '{near[0]}'?" if near else ""
