"""Job: one repair, or those of the lamps of one street together, as a row of stages with and without a crew."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from twin.crews.draws import uniform
from twin.quantities import FloatArray
from twin.world.assets import Assets
from twin.world.crews import CrewPlan, Lasts, StageRule
from twin.world.kinds import STAGES, Kinds

#: Night drawn by nobody: medians, and tests fail only where that is the more likely outcome.
NOMINAL = 0
_DRY, _INSPECT = STAGES.index("clean_dry"), STAGES.index("inspect")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A stage of one job."""

    #: Place in ``STAGES``.
    stage: int
    rule: StageRule
    lasts: Lasts


@dataclass(frozen=True, eq=False)
class Steps:
    """The steps of a kind's repair, with what a crew does that comes before each."""

    steps: tuple[Step, ...]

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, at: int) -> Step:
        return self.steps[at]

    @cached_property
    def visits(self) -> tuple[tuple[Step, ...], ...]:
        """The steps from each on, up to the next that needs no crew."""
        found = []
        for at in range(len(self.steps) + 1):
            ahead = self.steps[at:]
            found.append(ahead[:next((i for i, step in enumerate(ahead) if not step.rule.crew), len(ahead))])
        return tuple(found)

    @cached_property
    def needs(self) -> tuple[frozenset[str], ...]:
        """What the crew of each visit must be qualified for."""
        return tuple(frozenset(step.rule.skill for step in visit if step.rule.skill) for visit in self.visits)

    @cached_property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """The parts that each visit uses up."""
        return tuple(tuple(step.rule.part for step in visit if step.rule.part) for visit in self.visits)


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """One repair; several lamps of one street are one job."""

    #: Rows of the assets, increasing; those that water came back to are gone.
    members: list[int]
    #: The n-th repair of each.
    repair: dict[int, int]
    steps: Steps
    #: The assets were dead as the water came.
    is_dead: bool = False
    #: Where it stands among its steps, and how often the test failed.
    at: int = 0
    failed: int = 0
    #: The step whose test failed; 0 before.
    resume: int = 0
    #: Since when it is ready for a crew [s].
    ready_s: int = 0
    priority: int = 1
    lamps: int = 0
    #: Beside the inspection: how long the wet lamps are looked for along the circuits that they opened [s].
    search_s: int = 0
    #: Parts taken along and not yet used up.
    parts: list[str] = field(default_factory=list)
    has_begun: bool = False
    #: What was said last of its waiting.
    told: str = ""

    @property
    def row(self) -> int:
        """Its place in the order of ties: that of its first asset."""
        return self.members[0]

    @property
    def visit(self) -> tuple[Step, ...]:
        """The steps up to the next that needs no crew: what a crew that comes now does without a break."""
        return self.steps.visits[self.at]

    @property
    def needs(self) -> frozenset[str]:
        """What the crew of the visit must be qualified for."""
        return self.steps.needs[self.at]

    def planned_s(self, members: int | None = None) -> int:
        """Give the seconds planned for the visit, for all members or the first few."""
        count = len(self.members) if members is None else members
        return sum(step.lasts.planned_s * count + self._search_s(step) for step in self.visit)

    def _search_s(self, step: Step) -> int:
        return self.search_s if step.stage == _INSPECT and not self.failed else 0

    def work_s(self) -> int:
        """Give the seconds of crew planned for all that is left of it."""
        return sum(step.lasts.planned_s * len(self.members) + self._search_s(step)
                   for step in self.steps.steps[self.at:] if step.rule.crew)

    def seconds(self, step: Step, assets: Assets, seed: int, sample: int, factor: FloatArray | None = None) -> int:
        """Give how long a step takes: with a crew one member after the other, without one all at once.

        Parameters
        ----------
        step
            The step.
        assets, seed, sample
            Keys of the draws; sample 0: medians.
        factor
            Of how long each asset takes, (A,); None: as said.
        """
        name, attempt = STAGES[step.stage], self.failed + 1
        drawn = [step.lasts.planned_s if sample == NOMINAL or step.lasts.form == "fixed" else
                 step.lasts.quantile(uniform(seed, sample, str(assets.id[row]), name, self.repair[row], attempt))
                 for row in self.members]
        if factor is not None:
            drawn = [round(seconds * factor[row]) for seconds, row in zip(drawn, self.members, strict=True)]
        return sum(drawn) + self._search_s(step) if step.rule.crew else max(drawn)

    def test_fails(self, step: Step, assets: Assets, seed: int, sample: int) -> bool:
        """Tell whether the test at the end of a step fails; once in a repair at most."""
        if self.failed or step.rule.fails <= 0:
            return False
        if sample == NOMINAL:
            return step.rule.fails > 0.5
        return any(uniform(seed, sample, str(assets.id[row]), "test", self.repair[row], 1) < step.rule.fails
                   for row in self.members)

    def again(self) -> None:
        """Go back to drying, then to the step whose test has failed; what was replaced stays so."""
        self.failed += 1
        self.resume = self.at
        self.at = next((i for i, step in enumerate(self.steps.steps[:self.at]) if step.stage == _DRY), self.at)

    def advance(self) -> None:
        """Go on to the next step."""
        self.at = self.resume if self.at < self.resume else self.at + 1


def steps_of(plan: CrewPlan, kinds: Kinds, code: int, *, is_dead: bool) -> Steps:
    """Give the steps of a kind's repair: its stages that take time, and ``reach`` only where nobody drives."""
    kind = kinds.names[code]
    seconds = (kinds.stage_dead_s if is_dead else kinds.stage_s)[code].tolist()
    steps = []
    for stage, (name, fixed_s) in enumerate(zip(STAGES, seconds, strict=True)):
        if not fixed_s or (name == "reach" and plan.travel == "streets"):
            continue
        rule = plan.rule(kind, name)
        steps.append(Step(stage=stage, rule=rule, lasts=rule.lasts or Lasts(form="fixed", values=(float(fixed_s),))))
    return Steps(tuple(steps))
