"""Crews, declared: who repairs after water, what each stage asks of them, and by which policy they are sent."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from twin.quantities import BoolArray
from twin.world.assets import Assets
from twin.world.kinds import STAGES, Role

POLICIES = ("nearest", "most_lamps", "critical_first", "list")
#: Limits of a crew's hours [s]: work in a day, span of a day, rest between two.
#: Source: décret 2000-815 art. 3 (territorial civil service, France).
WORK_S, SPAN_S, REST_S = 10 * 3600, 12 * 3600, 11 * 3600
#: Beyond every horizon [s].
FOREVER_S = 1 << 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasts:
    """How long something takes: ``fixed`` (s), ``triangular`` (low, mode, high) or ``exponential`` (mean) [s]."""

    form: str
    values: tuple[float, ...]

    def quantile(self, u: float) -> int:
        """Give the whole seconds that a share ``u`` of draws stays below; at least 1 unless it is fixed at 0.

        Source: inverse distribution functions.

        Examples
        --------
        >>> Lasts(form="triangular", values=(2, 3, 7)).quantile(0.9)
        6
        """
        if self.form == "fixed":
            return round(self.values[0])
        if self.form == "exponential":
            return max(1, round(-self.values[0] * math.log1p(-u)))
        low, mode, high = self.values
        span = high - low
        if span == 0:
            return max(1, round(low))
        split = (mode - low) / span
        drawn = low + math.sqrt(u * span * (mode - low)) if u < split else high - math.sqrt(
            (1 - u) * span * (high - mode))
        return max(1, round(drawn))

    @property
    def planned_s(self) -> int:
        """What one plans with: the median."""
        return self.quantile(0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRule:
    """What one stage of a kind's repair asks for."""

    #: A crew is there as long as it lasts; else it runs by itself.
    crew: bool = True
    #: What somebody of the crew must be qualified for; empty: nothing.
    skill: str = ""
    #: It may begin between sunset and sunrise.
    dark: bool = True
    #: Probability that the test at its end fails: then drying and all after it come again, once.
    fails: float = 0.0
    #: Reference of a part that it uses up; empty: none.
    part: str = ""
    #: How long it takes; None: as the kind says.
    lasts: Lasts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """People who go together."""

    id: str
    #: Id of the asset that it sets out from at the beginning of a shift.
    base: str
    people: int = 2
    skills: tuple[str, ...] = ()
    #: Depth from which its vehicle enters no street by day [m]; None: the plan's.
    wade_m: float | None = None
    #: On duty from until before, [s], in order.
    shifts: tuple[tuple[int, int], ...] = ((0, FOREVER_S),)
    #: Id of the asset at which its first shift begins, where it was sent ahead; empty: its base.
    stands_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewPlan:
    """All that a plan says of crews."""

    crews: tuple[Crew, ...]
    #: Whose they are: only what is this owner's is scheduled.
    owner: str = "city"
    policy: str = "nearest"
    #: Ids in the order of the policy ``list``; what is not on it comes after.
    order: tuple[str, ...] = ()
    #: Crews that stay for jobs of priority 0.
    reserve: int = 0
    #: Priorities by asset id, 0 first; else 0 for what feeds a vital site and for signals and lift stations, 1 for all.
    priority: tuple[tuple[str, int], ...] = ()
    #: Rules by kind and stage, where they are not those of ``crew_stages.toml``.
    stages: tuple[tuple[str, str, StageRule], ...] = ()
    #: Parts by reference; a reference that is not here is never short. And deliveries: reference, second, number.
    stock: tuple[tuple[str, int], ...] = ()
    deliveries: tuple[tuple[str, int, int], ...] = ()
    #: ``streets``, or ``none``: everybody is everywhere at once, and ``reach`` takes its seconds.
    travel: str = "streets"
    #: Who lets the limits of hours be broken, and why; empty: nobody.
    derogation: str = ""
    #: Nights drawn for the range of returns; 0: none.
    samples: int = 0
    #: What it takes to part a tripped circuit and try one half, while its wet lamps are looked for [s]; 0: not counted.
    search_s: int = 0

    def rule(self, kind: str, stage: str) -> StageRule:
        """Give the rule of a stage of a kind."""
        own = [rule for name, one, rule in self.stages if (name, one) == (kind, stage)]
        return own[-1] if own else default_rule(stage)

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        table = asdict(self)
        if not self.search_s:
            del table["search_s"]
        return table

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> CrewPlan:
        """Give the plan back from its JSON values."""
        def lasts(given: Any) -> Lasts | None:
            return None if given is None else Lasts(form=given["form"], values=tuple(given["values"]))

        return cls(**{
            **table,
            "crews": tuple(Crew(**{**crew, "skills": tuple(crew["skills"]),
                                   "shifts": tuple(tuple(shift) for shift in crew["shifts"])})
                           for crew in table["crews"]),
            "order": tuple(table["order"]),
            "stages": tuple((kind, stage, StageRule(**{**rule, "lasts": lasts(rule["lasts"])}))
                            for kind, stage, rule in table["stages"]),
            **{name: tuple(tuple(row) for row in table[name]) for name in ("priority", "stock", "deliveries")}})


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("twin").joinpath("data/crew_stages.toml").read_text(encoding="utf-8"))


@cache
def default_rule(stage: str) -> StageRule:
    """Give the rule of a stage in ``twin/data/crew_stages.toml``."""
    table = _data()["stage"][stage]
    return StageRule(**{name: table[name] for name in ("crew", "skill", "dark", "fails", "part") if name in table})


def known_skills() -> Mapping[str, str]:
    """Give the electrical roles that crews may have, with their meaning."""
    return dict(_data()["skill"])


def owner_of(kind: str, roles: frozenset[Role]) -> str:
    """Give whose a kind is to mend: ``city``, ``grid``, ``water`` or ``premises``."""
    known = _data()["owner"]
    if kind in known:
        return str(known[kind])
    return "grid" if Role.GRID in roles else "premises" if Role.PREMISES in roles else "city"


def scheduled(assets: Assets, owner: str) -> BoolArray:
    """Give the mask of the assets whose repair waits for this owner's crews, (A,): its kinds that have a repair."""
    kinds = assets.kinds
    mine = np.array([owner_of(kind.name, kind.roles) == owner and kind.repair_total_s > 0 for kind in kinds], bool)
    return np.asarray(mine[assets.kind])


assert tuple(_data()["stage"]) == STAGES
