"""Edits of what crews are and have: one sent ahead, one more, more parts. No water and no supply changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from twin.errors import InputError
from twin.quantities import NONE, Int64Array
from twin.stages import Stage
from twin.world.city import City
from twin.world.crews import Crew, CrewPlan, known_skills
from twin.world.edit import Edited
from twin.world.plan import Plan


@dataclass(frozen=True, slots=True)
class PrePosition:
    """A crew is sent to a place before its first shift: it sets out from there and not from its base."""

    crew: str
    #: Id of the asset at which its first shift begins.
    place: str
    stage: ClassVar[Stage] = Stage.SIMULATE

    def rows(self, city: City) -> Int64Array:
        """Give the place, (1,); with crews every asset may change."""
        return np.array([city.assets.row(self.place)])

    def apply(self, plan: Plan, city: City) -> Edited:
        """Let its first shift begin there.

        Raises
        ------
        InputError
            A night without crews, a crew that there is not, a place that there is not.
        """
        crews = _crews_of(plan, "pre_position")
        ids = [crew.id for crew in crews.crews]
        if self.crew not in ids:
            raise InputError(field="pre_position", found=f"crew '{self.crew}'", ids=(self.crew,),
                             expected=f"a crew of the plan: {', '.join(ids)}")
        _place(city, self.place, "place")
        return _with(plan, city, replace(crews, crews=tuple(
            replace(crew, stands_at=self.place) if crew.id == self.crew else crew for crew in crews.crews)))


@dataclass(frozen=True, slots=True)
class ExtraCrew:
    """One crew more, behind those that there are."""

    id: str
    #: Id of the asset that it sets out from.
    base: str
    people: int
    skills: tuple[str, ...]
    #: On duty from until before, [s], in order.
    shifts: tuple[tuple[int, int], ...]
    #: Depth from which its vehicle enters no street by day [m]; None: the plan's.
    wade_m: float | None = None
    #: Id of the asset at which its first shift begins; empty: its base.
    stands_at: str = ""
    stage: ClassVar[Stage] = Stage.SIMULATE

    def __post_init__(self) -> None:
        # From JSON they come as lists.
        object.__setattr__(self, "skills", tuple(self.skills))
        object.__setattr__(self, "shifts", tuple((int(begin), int(end)) for begin, end in self.shifts))

    def rows(self, city: City) -> Int64Array:
        """Give its base, (1,); with crews every asset may change."""
        return np.array([city.assets.row(self.base)])

    def apply(self, plan: Plan, city: City) -> Edited:
        """Add the crew.

        Raises
        ------
        InputError
            A night without crews, an id that is taken, a place or a skill that there is not.
        """
        crews = _crews_of(plan, "extra_crew")
        if self.id in [crew.id for crew in crews.crews]:
            raise InputError(field="id", found=f"a second crew '{self.id}'", expected="an id of its own",
                             ids=(self.id,))
        for field in ("base", "stands_at"):
            if name := getattr(self, field):
                _place(city, name, field)
        if unknown := sorted(set(self.skills) - set(known_skills())):
            raise InputError(field="skills", found=f"skill '{unknown[0]}'",
                             expected=f"one of {', '.join(known_skills())}")
        if not self.shifts:
            raise InputError(field="shifts", found="a crew without hours", expected="one shift or more", ids=(self.id,))
        crew = Crew(id=self.id, base=self.base, people=self.people, skills=tuple(sorted(set(self.skills))),
                    wade_m=self.wade_m, shifts=self.shifts, stands_at=self.stands_at)
        return _with(plan, city, replace(crews, crews=(*crews.crews, crew)))


@dataclass(frozen=True, slots=True)
class ExtraStock:
    """More parts of one reference: in stock from the beginning, or delivered at a moment."""

    part: str
    count: int
    #: When they come [s]; -1: they are there.
    at_s: int = NONE
    stage: ClassVar[Stage] = Stage.SIMULATE

    def rows(self, city: City) -> Int64Array:
        """Give no asset, (0,): with crews every asset may change."""
        return np.zeros(0, np.int64)

    def apply(self, plan: Plan, city: City) -> Edited:
        """Add the parts.

        Raises
        ------
        InputError
            A night without crews, fewer than one part, a reference that is never short.
        """
        crews = _crews_of(plan, "extra_stock")
        if self.count < 1:
            raise InputError(field="extra_stock", found=f"{self.count} of {self.part}", expected="one or more")
        short = {rule.part for _, _, rule in crews.stages if rule.part}
        if self.part not in short:
            raise InputError(field="extra_stock", found=f"part '{self.part}', which no stage uses up",
                             expected=f"one of {', '.join(sorted(short))}" if short else
                             "a part that a stage of `crews: stages` uses up",
                             remedy="A part that nothing uses up is never short.")
        if self.at_s != NONE:
            come = (*crews.deliveries, (self.part, self.at_s, self.count))
            return _with(plan, city, replace(crews, deliveries=tuple(sorted(come, key=lambda d: d[1]))))
        stock = dict(crews.stock)
        stock[self.part] = stock.get(self.part, 0) + self.count
        return _with(plan, city, replace(crews, stock=tuple(sorted(stock.items()))))


def _crews_of(plan: Plan, field: str) -> CrewPlan:
    if plan.crews is None:
        raise InputError(field=field, found="a night whose crews are unlimited", expected="one with `crews`",
                         remedy="Say who repairs under `crews`: without it every repair begins at once.")
    return plan.crews


def _place(city: City, name: str, field: str) -> None:
    try:
        city.assets.row(name)
    except InputError as error:
        error.field = field
        raise


def _with(plan: Plan, city: City, crews: CrewPlan) -> Edited:
    return Edited(plan=replace(plan, crews=crews), city=city)
