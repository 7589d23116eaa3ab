"""What drives an answer of a scenario: its nights are made arm by arm, kept, and taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geodata.ensemble.asking import nights_out
from geodata.ensemble.folder import reduce_blocks
from scenarios.ensemble.making import Made, check_count, ensemble_of, room_for_nights
from scenarios.ensemble.running import make
from scenarios.ensemble.sensitivity import drivers_of
from scenarios.prepared import Prepared
from twin.ensemble.arms import FIRST, SECOND, arms_of
from twin.ensemble.driver import Driver
from twin.errors import InputError
from twin.quantities import FloatArray
from twin.stages import Progress, Stage, Tell, silent

#: Folder of the nights of each arm, within that of an ensemble.
ARMS = "arms"
#: Figures of a night that may be asked for; an asset's id asks whether that asset goes out.
FIGURES = ("lamp_hours_dark", "lamps_ever_out", "lamps_ever_dark", "lamps_not_back", "sites_without_power",
           "buildings_without_power")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Driven:
    """What drives one answer."""

    made: Made
    #: A figure, or the id of an asset.
    of: str
    n: int
    drivers: tuple[Driver, ...]
    #: Mean of the answer over the first set of nights, and its standard deviation.
    mean: float
    sd: float


def drive(prepared: Prepared, of: str, n: int, out: Path, *, workers: int = 1, tell: Tell = silent) -> Driven:
    """Find what drives an answer.

    Parameters
    ----------
    prepared
        A scenario resolved, with ``uncertainty``.
    of
        One of ``FIGURES``, or the id of an asset: whether it goes out.
    n
        Nights of each set, a power of 2; (d + 2) n are made.
    out
        Folder that keeps the nights: another answer of the same nights costs nothing more.
    workers, tell
        As for :func:`scenarios.ensemble.making.run_ensemble`.

    Raises
    ------
    InputError
        No such answer; fewer than two quantities that may be otherwise; n no power of 2; nights that could not be
        made.
    """
    check_count(n)
    if n < 2 or n & (n - 1):
        raise InputError(field="-n", found=f"{n}", expected="a power of 2: 64, 128, 256")
    row = None if of in FIGURES else prepared.city.assets.row(of)
    names = prepared.uncertainty.quantities
    made = ensemble_of(prepared, out, tell=tell)
    if len(names) < 2:
        raise InputError(field="uncertainty", found=f"{len(names)} quantity that may be otherwise",
                         expected="two or more", remedy="With one there is nothing to tell apart.")
    answers: dict[str, FloatArray] = {}
    for name, arms in arms_of(names).items():
        ensemble, folder = made.ensemble.with_arms(arms), out / ARMS / name
        folder.mkdir(parents=True, exist_ok=True)
        with room_for_nights(out):
            if made.floods is not None:
                made.floods.make(ensemble, range(n), tell=tell)
            make(ensemble, folder, range(n), workers=workers, tell=tell)
        tell(Progress(stage=Stage.ASK, doing="counting the nights"))
        found = reduce_blocks(ensemble, folder, n)
        if found.failed:
            index, why = next(iter(sorted(found.failed.items())))
            raise InputError(file=str(folder), found=f"{len(found.failed)} nights that could not be made; night "
                             f"{index}: {why}", expected="all of them: each stands for one in every other set")
        answers[name] = found.figures[of] if row is None else nights_out(
            folder, ensemble.digest, found, row).astype(np.float64)
    drivers = drivers_of(names, answers[FIRST], answers[SECOND], np.stack([answers[name] for name in names]),
                         seed=prepared.plan.seed)
    return Driven(made=made, of=of, n=n, drivers=tuple(drivers), mean=float(answers[FIRST].mean()),
                  sd=float(answers[FIRST].std()))
