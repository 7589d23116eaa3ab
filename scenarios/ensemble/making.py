"""From a scenario to an ensemble: its plan, its city, its water that can stand otherwise, and what may be otherwise."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from geodata.ensemble.blocks import BLOCK
from geodata.ensemble.floods import FLOODS, FloodFolder
from geodata.ensemble.folder import reduce_blocks, write_answers
from geodata.ensemble.place import BASE, NAME
from scenarios.ensemble.cluster import make_on_cluster
from scenarios.ensemble.floods import FloodPlan
from scenarios.ensemble.merging import Asked, gather, read_parts, write_part
from scenarios.ensemble.running import make
from scenarios.ensemble.water import NightWaters
from scenarios.load import load_scenario
from scenarios.moving import day_of, on_day
from scenarios.prepared import Prepared
from scenarios.resolve import prepare
from scenarios.running import Finished, run_scenario
from twin.ensemble.answers import Answers
from twin.ensemble.doubting import doubts_of_nights, with_doubts
from twin.ensemble.member import Ensemble
from twin.ensemble.moments import Moments
from twin.errors import InputError
from twin.stages import Progress, Stage, Tell, silent

#: More nights than this are a slip.
MOST = 1_000_000

@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Made:
    """An ensemble ready to be drawn from, and the run of its plan as it is."""

    ensemble: Ensemble
    base: Finished
    #: How its floods are made; None where the flow model does not compute its water anew for each night.
    floods: FloodPlan | None = None


@contextmanager
def room_for_nights(out: Path) -> Iterator[None]:
    """Say of a disk that fills that nothing is lost.

    Raises
    ------
    InputError
        The disk is full: what was made is kept.
    """
    try:
        yield
    except OSError as failure:
        if failure.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise InputError(file=str(out), found="a full disk", expected="room for the nights",
                         remedy="What was made is kept: make room, and the same command goes on.") from failure


def check_count(n: int) -> None:
    """Refuse a number of nights that is none.

    Raises
    ------
    InputError
        Below 1, or beyond a million.
    """
    if not 1 <= n <= MOST:
        raise InputError(field="-n", found=f"{n}", expected=f"1 to {MOST:,} nights")


def ensemble_of(prepared: Prepared, out: Path, *, cache: Path | None = None, tell: Tell = silent) -> Made:
    """Run the plan as it is, and make ready what its nights share.

    Parameters
    ----------
    prepared
        A scenario resolved, with ``uncertainty``.
    out
        Folder of the ensemble: the floods of its nights lie there.
    cache, tell
        As for :func:`scenarios.running.run_scenario`.

    Raises
    ------
    InputError
        A scenario without ``uncertainty``; water that cannot be read.
    """
    if prepared.scenario.uncertainty is None:
        raise prepared.scenario.complaint(
            (), found="a scenario without 'uncertainty'", expected="uncertainty: {level: …, heights: …}",
            remedy="docs/ensembles.md says what may stand there; ouche-q100-ensemble is an example.")
    base = run_scenario(prepared, cache=cache, tell=tell)
    made_of = tuple(f"{file.role} {file.sha256}" for file in prepared.inputs if file.role != "scenario")
    shared = Ensemble(plan=prepared.plan, city=prepared.city, water=None, uncertainty=prepared.uncertainty,
                      made_of=made_of)
    waters = NightWaters(prepared, FloodFolder(folder=out.resolve(), digest=shared.digest), cache=cache, tell=tell)
    ensemble = replace(shared, water=waters.at_assets(base.result.exposure.depths), streets=waters.streets(base.result))
    return Made(base=base, ensemble=ensemble, floods=waters.flood_plan())


def run_ensemble(prepared: Prepared, n: int, out: Path, *, workers: int = 1, part: tuple[int, int] | None = None,
                 asked: Asked | None = None, scheduler: str | None = None, cache: Path | None = None,
                 tell: Tell = silent) -> tuple[Made, Answers | None]:
    """Make an ensemble of ``n`` nights in the folder ``out``; what is there already is not made again.

    Parameters
    ----------
    prepared
        A scenario resolved, with ``uncertainty``.
    n
        Nights.
    out
        Folder; new, or that of the same ensemble.
    workers
        Processes.
    part
        ``(k, of)``: only the k-th of so many parts of the nights, from 1; the answers come with the last of them.
    asked
        What it was asked for by; None: the scenario's own file.
    scheduler
        Address of a cluster that makes the nights; None: this machine does.
    cache, tell
        As for :func:`scenarios.running.run_scenario`.

    Returns
    -------
    The ensemble, and its answers; None for a part.

    Raises
    ------
    InputError
        As said; a folder of something else; a disk that is full: what was made is kept.
    """
    check_count(n)
    check_folder(out)
    with room_for_nights(out):
        return _run(prepared, n, out, workers, part, asked, scheduler, cache, tell)


def _run(prepared: Prepared, n: int, out: Path, workers: int, part: tuple[int, int] | None, asked: Asked | None,
         scheduler: str | None, cache: Path | None, tell: Tell) -> tuple[Made, Answers | None]:
    made = ensemble_of(prepared, out, cache=cache, tell=tell)
    out.mkdir(parents=True, exist_ok=True)
    blocks = range(0, n, BLOCK)
    mine = blocks if part is None else blocks[part[0] - 1::part[1]]
    nights = [i for b in mine for i in range(b, min(b + BLOCK, n))]
    if made.floods is not None:
        made.floods.make(made.ensemble, nights, first=0.0 if part is None else (part[0] - 1) / part[1], cache=cache,
                         tell=tell)
    if scheduler is None:
        make(made.ensemble, out, nights, workers=workers, tell=tell)
    else:
        make_on_cluster(made.ensemble, out, nights, scheduler, tell=tell)
    asked = asked or Asked(scenario=str(prepared.scenario.path or ""), city=None, issued=None)
    if part is not None:
        write_part(out, made.ensemble.digest, n, part, asked)
        return made, None
    tell(Progress(stage=Stage.ASK, doing="counting the nights"))
    moments = Moments()
    answers = reduce_blocks(made.ensemble, out, n, moments)
    if not answers.n:
        first, why = next(iter(answers.failed.items()))
        raise InputError(file=str(out), found=f"not one night that could be made; night {first}: {why}",
                         expected="nights", remedy="Run the scenario by twin run to see what is wrong.")
    base = made.base.result
    doubted = with_doubts(base, doubts_of_nights(base, answers, moments), made.ensemble.digest, answers.n)
    replace(made.base, result=doubted).write(out / BASE)
    write_answers(out, made.ensemble, answers, moments.likelihood(answers.n, base.plan.duration_s),
                  made.base.city_file.shapes, asdict(asked))
    return made, answers


def merge_ensemble(parts: Sequence[Path], out: Path, *, workers: int = 1, cache: Path | None = None,
                   tell: Tell = silent) -> tuple[Made, Answers]:
    """Put the parts of an ensemble together, and count.

    Parameters
    ----------
    parts
        Folders that ``--part`` left.
    out
        Folder of the whole: new, or that of the same ensemble.
    workers, cache, tell
        As for :func:`run_ensemble`.

    Raises
    ------
    InputError
        As :func:`scenarios.ensemble.merging.read_parts`; a scenario that changed since, or is not here.
    """
    said = read_parts(parts)
    check_folder(out)
    with room_for_nights(out):
        gather(said, out)
    asked = said[0].asked
    made, answers = run_ensemble(prepared_as(asked), said[0].n, out, workers=workers, asked=asked, cache=cache,
                                 tell=tell)
    assert answers is not None
    return made, answers


def prepared_as(asked: Asked) -> Prepared:
    """Prepare again what an ensemble was asked for by.

    Raises
    ------
    InputError
        A scenario that is not here, or that does not fit its city any more.
    """
    prepared = prepare(load_scenario(asked.scenario), city=asked.city, issued_at=asked.issued)
    return prepared if asked.date is None else on_day(prepared, day_of(asked.date))


def check_folder(out: Path) -> None:
    """Make sure that an ensemble may stand at ``out``.

    Raises
    ------
    InputError
        Something stands there that is no ensemble.
    """
    if out.exists() and not out.is_dir():
        raise InputError(file=str(out), found="a file", expected="a folder, new or of this ensemble",
                         remedy="Choose another --out.")
    ours = (NAME, "members", "arms", FLOODS)
    if out.is_dir() and any(out.iterdir()) and not any((out / name).exists() for name in ours) and not any(
            out.glob("part-*-of-*.json")):
        raise InputError(file=str(out), found="a folder of something else", expected="a new folder, or that of this "
                         "ensemble, which goes on", remedy="Choose another --out.")


def part_of(text: str) -> tuple[int, int]:
    """Read a part such as 3/8.

    Raises
    ------
    InputError
        No such form, or a part beyond the last.
    """
    first, _, last = text.partition("/")
    if not (first.isdigit() and last.isdigit() and 1 <= int(first) <= int(last)):
        raise InputError(field="--part", found=f"'{text}'", expected="a part and how many there are, 3/8 for example")
    return int(first), int(last)


def told_inputs(made: Made) -> list[dict[str, Any]]:
    """Give the files that the answer rests on, plain JSON values."""
    return [file.to_dict() for file in made.base.prepared.inputs]
