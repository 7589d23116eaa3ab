"""What is not to be re-energised at a moment: all that water reached since its last test, cut or not, by street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.quantities import NONE, Int32Array
from twin.results.moment import Moment, moment_of
from twin.results.result import Result
from twin.world.crews import default_rule, owner_of
from twin.world.graph import graph_of
from twin.world.kinds import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Untouchable:
    """Gear of one street, or the lamps of one circuit in it. Seconds from the start, -1 for none."""

    #: Empty where it is not known.
    street: str
    #: Rows, increasing: one piece of gear, or lamps.
    assets: tuple[int, ...]
    #: Row of the circuit of lamps; -1 else.
    circuit: int
    #: When water first reached one of them since its last test.
    since_s: int
    #: Deepest of them now, and the highest water of the run so far [m]; NaN where unknown.
    now_m: float
    highest_m: float
    #: ``cut`` on purpose, ``out`` of service, or in service still: ``live`` may be live in water, to be cut; ``above``
    #: the water is below its live parts, or has left; ``service`` nobody knows.
    state: str
    #: Since when it is cut; -1 else.
    cut_s: int
    #: Who has to test it: ``city``, ``grid``, ``water`` or ``premises``, by name where it is known, and qualified so.
    owner: str
    operator: str
    skill: str


def not_re_energised(result: Result, t_s: int) -> tuple[Untouchable, ...]:
    """Give all that is not to be re-energised before a test, by street, gear first, then lamps by circuit.

    Parameters
    ----------
    result
        A run.
    t_s
        The moment [s from the start].
    """
    moment, assets = moment_of(result, t_s), result.city.assets
    rows = np.flatnonzero(moment.is_not_to_be_re_energised)
    above = graph_of(result.city).nearest_above(assets.of_role(Role.CIRCUIT))
    cut = result.plan.cut_at(t_s)
    groups: dict[tuple[str, int, str, int], list[int]] = {}
    for row in rows.tolist():
        is_lamp = assets.has_role(row, Role.LIGHTS)
        circuit = int(above[row]) if is_lamp else NONE
        alone = NONE if is_lamp and circuit != NONE else row
        groups.setdefault((assets.street[row], circuit, _state(moment, row, cut), alone), []).append(row)
    found = [_group(moment, street, np.array(members, np.int32), circuit, state, cut)
             for (street, circuit, state, _), members in groups.items()]
    return tuple(sorted(found, key=lambda one: (not one.street, one.street, one.circuit != NONE, one.assets)))


def _group(moment: Moment, street: str, rows: Int32Array, circuit: int, state: str, cut: dict[int, int]) -> Untouchable:
    result, assets = moment.result, moment.result.city.assets
    reached = np.concatenate([moment.touched_since_test_s[rows], moment.flooded_since_test_s[rows]])
    first = assets[int(rows[0])]
    kind = assets.kinds[first.kind]
    crews = result.plan.crews
    rule = default_rule("re_energise") if crews is None else crews.rule(kind.name, "re_energise")
    owner = owner_of(kind.name, kind.roles)
    return Untouchable(
        street=street, assets=tuple(rows.tolist()), circuit=circuit, since_s=int(reached[reached != NONE].min()),
        now_m=_deepest(moment.depth_m[rows]), highest_m=_deepest(moment.highest_m(rows)), state=state,
        cut_s=min((cut[row] for row in rows.tolist() if row in cut), default=NONE), owner=owner,
        operator=str(first.operator or ""), skill=rule.skill if owner == "city" else "")


def _deepest(depth_m: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    known = depth_m[~np.isnan(depth_m)]
    return float(known.max()) if len(known) else float("nan")


def _state(moment: Moment, row: int, cut: dict[int, int]) -> str:
    if row in cut:
        return "cut"
    if moment.is_out[row]:
        return "out"
    if moment.to_cut[row] != NONE:
        return "live"
    return "above" if moment.depth_m[row] < moment.result.city.assets.fail_m[row] else "service"
