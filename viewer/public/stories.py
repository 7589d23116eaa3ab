"""Stories: why a street is dark and what its light waits for, told by street instead of by lamp.

A cause for each lamp, or the second at which its repair begins, would sort the lamps by feeder. A street is told the
cause that most of its dark lamps have at that time, by quarters of an hour; what a repair is busy with is not told,
since its length gives away whose box it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.codes import Mechanism, What
from twin.quantities import NONE
from twin.world.assets import Source
from twin.world.kinds import Role
from viewer.public.quarters import OPEN, Quarters

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: Why a lamp is dark, as the public is told. The order is the code's.
STORIES = ("none", "cabinet_flooded", "lamp_tripped", "lamp_flooded", "feed_flooded", "feed_failed", "cut", "failed",
           "reported", "may")
#: What the light waits for: the water to fall, the repair to end, the supply to be there again.
STAGES = ("recede", "repair", "supply")
#: What begins and what ends the time in which an asset is mended, or waits for those who mend it.
_BEGIN, _END = (What.CALLED, What.REPAIR_STARTED), (What.REPAIRED, What.REPAIR_UNDONE)
#: Causes whose end no water decides.
_DECLARED = {STORIES.index(code) for code in ("cut", "failed", "feed_failed", "reported")}


@dataclass(frozen=True, slots=True)
class Row:
    """What a street is told of a while in which lamps of it are dark."""

    start_s: int
    end_s: int
    #: Place in ``STORIES`` and in ``STAGES``.
    story: int
    stage: int
    #: False where it rests on a link that nobody has surveyed.
    is_sure: bool


@dataclass(frozen=True, slots=True)
class StreetTold:
    """All that a street is told of why it is dark."""

    rows: tuple[Row, ...]
    #: Place in ``STORIES`` of what puts most of its lamps out, over the whole run, and whether the link is surveyed.
    story: int
    is_sure: bool


def stories_of(run: Run) -> Any:
    """Give the story of each outage, (O,): its place in ``STORIES``; 0 for what is no lamp."""
    result = run.result
    outages, assets = result.outages, result.city.assets
    told = _told(outages, result.trace)
    found = np.zeros(len(outages), np.int64)
    for i in np.flatnonzero(assets.of_role(Role.LIGHTS)[outages.asset]).tolist():
        root = int(outages.root[i])
        roles = assets.kinds.kinds[int(assets.kind[outages.asset[i] if root == NONE else root])].roles
        found[i] = STORIES.index(_code(roles, int(outages.root_mechanism[i]), own=root == int(outages.asset[i]),
                                       told=bool(told[i])))
    return found


def streets_told(run: Run, stories: Any, street_of: Any, quarters: Quarters) -> Mapping[int, StreetTold]:
    """Give what each street is told, by its number; streets without a dark lamp are not in it.

    Parameters
    ----------
    run
        ``geodata.run.folder.Run``.
    stories
        Story of each outage, (O,).
    street_of
        Number of the street of each asset, (A,); 0 is told too: lamps without a street.
    quarters
        How times are rounded.
    """
    outages, spans = run.result.outages, run.result.spans
    assets, supplies = run.result.city.assets, run.result.city.supplies
    sure = np.ones(len(assets), bool)
    sure[supplies.consumer[supplies.source == Source.INFERRED]] = False
    windows = repair_windows(run)
    parts: dict[int, list[tuple[int, int, int, int, bool]]] = {}
    outages_of: dict[int, list[tuple[int, bool]]] = {}
    for span in np.flatnonzero(spans.is_sure & (np.append(stories, 0)[spans.outage] > 0)).tolist():
        i = int(spans.outage[span])
        asset, story = int(outages.asset[i]), int(stories[i])
        end = OPEN if spans.end_s[span] == NONE else int(spans.end_s[span])
        own = parts.setdefault(int(street_of[asset]), [])
        outages_of.setdefault(int(street_of[asset]), []).append((story, bool(sure[asset])))
        held = int(outages.held[i])
        busy = [] if story in _DECLARED or held == NONE else windows.get(held, [])
        waits_for_supply = story in _DECLARED or held == NONE
        for start_s, end_s, stage in _stages(quarters.down(int(spans.start_s[span])), quarters.up(end), busy,
                                             waits_for_supply=waits_for_supply, quarters=quarters):
            own.append((start_s, end_s, story, stage, bool(sure[asset])))
    return {street: StreetTold(tuple(_commonest(rows)), *_main(outages_of[street])) for street, rows in parts.items()}


def _main(lamps: list[tuple[int, bool]]) -> tuple[int, bool]:
    """Give the story of most outages; of two as common the earlier code."""
    counts = Counter(lamps)
    return min(counts, key=lambda one: (-counts[one], one[0], not one[1]))


def repair_windows(run: Run) -> dict[int, list[tuple[int, int]]]:
    """Give the repairs of each asset that was under water, by row: when they begin, and when they end.

    A repair that the water undid ends where the water came back; one that outlasts the run is open. Where it waits for
    crews it begins with the wait: the water has left by then.
    """
    trace = run.result.trace
    found: dict[int, list[tuple[int, int]]] = {}
    begun: dict[int, int] = {}
    for row in np.flatnonzero(np.isin(trace.what, (*_BEGIN, *_END))).tolist():
        asset, at_s = int(trace.asset[row]), int(trace.time_s[row])
        if trace.what[row] in _BEGIN:
            begun.setdefault(asset, at_s)
        else:
            found.setdefault(asset, []).append((begun.pop(asset), at_s))
    for asset, at_s in begun.items():
        found.setdefault(asset, []).append((at_s, OPEN))
    return found


def _stages(start: int, end: int, windows: list[tuple[int, int]], *, waits_for_supply: bool,
            quarters: Quarters) -> Iterator[tuple[int, int, int]]:
    """Cut an outage by what it waits for, at quarters: a stage is told late rather than early."""
    recede, repair, supply = range(len(STAGES))
    if waits_for_supply:
        yield start, end, supply
        return
    at = start
    for begun, over in windows:
        begun, over = quarters.up(begun), quarters.up(over)
        for until, stage in ((begun, recede), (over, repair)):
            if at < min(until, end):
                yield at, min(until, end), stage
                at = min(until, end)
    if at < end:
        # Mended by its own stages and yet held: what it waits for is no repair.
        yield at, end, supply if windows else recede


def _commonest(parts: list[tuple[int, int, int, int, bool]]) -> Iterator[Row]:
    """Give, between any two moments at which something changes, what most lamps have; of two the earlier code."""
    moments = sorted({moment for part in parts for moment in part[:2]})
    place = {moment: k for k, moment in enumerate(moments)}
    kinds = sorted({part[2:] for part in parts}, key=lambda kind: (kind[0], kind[1], not kind[2]))
    change = np.zeros((len(kinds), len(moments)), np.int64)
    number = {kind: k for k, kind in enumerate(kinds)}
    for start, end, story, stage, is_sure in parts:
        change[number[story, stage, is_sure]][place[start]] += 1
        change[number[story, stage, is_sure]][place[end]] -= 1
    count = np.cumsum(change, axis=1)
    best, most = count.argmax(axis=0), count.max(axis=0)
    row: Row | None = None
    for k in range(len(moments) - 1):
        said = kinds[int(best[k])] if most[k] else None
        if row is not None and said is not None and row.end_s == moments[k] and said == (row.story, row.stage,
                                                                                         row.is_sure):
            row = Row(row.start_s, moments[k + 1], *said)
            continue
        if row is not None:
            yield row
        row = None if said is None else Row(moments[k], moments[k + 1], *said)
    if row is not None:
        yield row


def _told(outages: Any, trace: Any) -> Any:
    """Tell of each outage whether the chain of events that opened it begins with a fact, (O,)."""
    if not len(trace):
        return np.zeros(len(outages), bool)
    first = np.array(outages.event_row, np.int64)
    while (above := trace.cause_row[first] != NONE).any():
        first[above] = trace.cause_row[first[above]]
    return np.asarray(trace.what[first] == What.REPORTED)


def _code(root: Set[Role], mechanism: int, *, own: bool, told: bool) -> str:
    """Name the story by the mechanism at the root and what that does; a fact causes only what it opened itself."""
    if mechanism == Mechanism.CUT:
        return "cut"
    if mechanism == Mechanism.FLOODED:
        if own:
            return "lamp_flooded"
        if Role.LIGHTS in root:
            return "lamp_tripped"
        return "cabinet_flooded" if Role.SWITCHES in root else "feed_flooded"
    if mechanism == Mechanism.FAILED:
        if told:
            return "reported"
        return "failed" if root & {Role.LIGHTS, Role.CIRCUIT, Role.SWITCHES} else "feed_failed"
    return "lamp_tripped" if mechanism == Mechanism.TRIPPED else "feed_failed"
