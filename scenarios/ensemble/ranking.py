"""Ranking an ensemble from its folder: its scenario is prepared again, and its nights are made with each protection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geodata.ensemble.asking import nights_of
from geodata.ensemble.folder import EnsembleFolder
from geodata.ensemble.place import NAME
from geodata.run.ranking import main_streets
from scenarios.ensemble.making import ensemble_of, prepared_as
from scenarios.ensemble.merging import Asked
from twin.deciding.worth import Worth
from twin.ensemble.ranking import LikelyRanking, first_to_try, spared_by
from twin.errors import InputError
from twin.stages import Paced, Stage, Tell, silent


def rank_nights(found: EnsembleFolder, *, objective: str = "sites", kinds: Sequence[str] = (), top: int = 5,
                tell: Tell = silent) -> LikelyRanking:
    """Try protections in all nights of an ensemble.

    Parameters
    ----------
    found
        The ensemble as it was read.
    objective
        A word of ``worth.OBJECTIVES``.
    kinds
        Kinds to rank; without any substations, service boxes, cabinets and circuits.
    top
        How many things to try, those first that put out most.
    tell
        Told how far it is.

    Raises
    ------
    InputError
        The scenario is not there any more, or changed since.
    """
    path, asked = Path(found.folder) / NAME, found.told.get("asked") or {}
    if not asked.get("scenario"):
        raise InputError(file=str(path), field="asked", found="no scenario", expected="the scenario of its nights",
                         remedy="Run the same twin ensemble command again: it makes no night anew.")
    made = ensemble_of(prepared_as(Asked(**asked)), Path(found.folder), tell=tell)
    if made.ensemble.digest != found.told["digest"]:
        raise InputError(file=str(asked["scenario"]), found="a scenario that changed since its nights were made",
                         expected="the same scenario, city, water and version", remedy="Make the ensemble again.")
    if made.floods is not None:
        made.floods.make(made.ensemble, found.answers.index.tolist(), tell=tell)
    rows = first_to_try(found.base, found.answers, kinds)
    paced = Paced(tell, Stage.SIMULATE, "making nights", unit="nights")
    nights = (night for _, night in nights_of(found.folder, found.told["digest"], found.answers))
    worth = Worth.of(found.base, main_streets(found.run.city_file))
    return spared_by(made.ensemble, found.base, nights, rows[:top], objective=objective, worth=worth,
                     untried=max(len(rows) - top, 0), told=lambda done: paced(done, found.answers.n))
