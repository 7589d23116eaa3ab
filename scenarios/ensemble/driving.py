"""What drives an answer of a scenario: its nights are made arm by arm, kept, and taken apart."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from geodata.ensemble.asking import nights_out
from geodata.ensemble.driven import Driven, write_driven
from geodata.ensemble.folder import reduce_blocks
from geodata.ensemble.place import NAME
from scenarios.ensemble.cluster import make_on_cluster
from scenarios.ensemble.making import check_count, ensemble_of, room_for_nights
from scenarios.ensemble.running import make
from scenarios.ensemble.sensitivity import drivers_of
from scenarios.prepared import Prepared
from twin.ensemble.arms import FIRST, SECOND, arms_of
from twin.ensemble.sharing import floods_shared
from twin.errors import InputError
from twin.quantities import FloatArray
from twin.stages import Progress, Stage, Tell, silent

#: Folder of the nights of each arm, within that of an ensemble.
ARMS = "arms"
#: Figures of a night that may be asked for; an asset's id asks whether that asset goes out.
FIGURES = ("lamp_hours_dark", "lamps_ever_out", "lamps_ever_dark", "lamps_not_back", "sites_without_power",
           "buildings_without_power")


def drive(prepared: Prepared, of: str, n: int, out: Path, *, workers: int = 1, scheduler: str | None = None,
          tell: Tell = silent) -> Driven:
    """Find what drives an answer, and keep it with its nights.

    Parameters
    ----------
    prepared
        A scenario resolved, with ``uncertainty``.
    of
        One of ``FIGURES``, or the id of an asset: whether it goes out.
    n
        Nights of each set, a power of 2; (d + 2) n are made.
    out
        Folder that keeps the nights: another answer of the same nights costs nothing more. That of the ensemble of the
        same scenario, whose map then tells it, or one by itself.
    workers, scheduler, tell
        As for :func:`scenarios.ensemble.making.run_ensemble`.

    Raises
    ------
    InputError
        No such answer; fewer than two quantities that may be otherwise; n no power of 2; nights that could not be
        made; a folder with the ensemble of another scenario.
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
    _check_folder(out, made.ensemble.digest)
    answers: dict[str, FloatArray] = {}
    for name, arms in arms_of(names).items():
        ensemble, folder = made.ensemble.with_arms(arms), out / ARMS / name
        folder.mkdir(parents=True, exist_ok=True)
        with room_for_nights(out):
            if made.floods is not None:
                made.floods.make(ensemble, range(n), tell=tell)
            if scheduler is None:
                make(ensemble, folder, range(n), workers=workers, tell=tell)
            else:
                make_on_cluster(ensemble, folder, range(n), scheduler, tell=tell)
        tell(Progress(stage=Stage.ASK, doing="counting the nights"))
        found = reduce_blocks(ensemble, folder, n)
        if found.failed:
            index, why = next(iter(sorted(found.failed.items())))
            raise InputError(file=str(folder), found=f"{len(found.failed)} nights that could not be made; night "
                             f"{index}: {why}", expected="all of them: each stands for one in every other set")
        answers[name] = found.figures[of] if row is None else nights_out(
            folder, ensemble.digest, found, row).astype(np.float64)
    flood = floods_shared(prepared.uncertainty, prepared.plan.seed, np.arange(n))
    drivers = drivers_of(names, answers[FIRST], answers[SECOND], np.stack([answers[name] for name in names]),
                         seed=prepared.plan.seed, flood=flood)
    driven = Driven(of=of, n=n, floods=0 if flood is None else len(np.unique(flood)), drivers=tuple(drivers),
                    mean=float(answers[FIRST].mean()), sd=float(answers[FIRST].std()))
    write_driven(out, made.ensemble.digest, driven)
    return driven


def _check_folder(out: Path, digest: str) -> None:
    """Refuse the folder of the ensemble of other nights: its map would tell what drives these."""
    path = out / NAME
    if not path.is_file():
        return
    theirs = str(json.loads(path.read_text("utf-8")).get("digest"))
    if theirs != digest:
        raise InputError(file=str(path), found=f"an ensemble of another scenario, city, water or version "
                         f"({theirs[:12]})", expected=f"that of this one ({digest[:12]}), or a folder without one",
                         remedy="Choose another --out.")
