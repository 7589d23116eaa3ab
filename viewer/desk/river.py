"""The river at the desk: what the gauge reads, what each run foretold, and the forecast held to the gauge again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scenarios.stage_curves import StageCurve
from twin.live.anchoring import anchored
from twin.live.gauge import faults
from twin.quantities import NONE, FloatArray, Int64Array
from twin.world.kinds import LANGUAGES
from viewer.desk.feed_book import LEAD_S
from viewer.desk.loaded import Loaded
from viewer.desk.sources import Sources
from viewer.desk.words import tell

#: Readings that are shown, and that a forecast is held to [s].
SHOWN_S, HELD_S = 12 * 3600, 3 * 3600
#: A curve is drawn from this long before now to this long after [s], with a point so often.
BEFORE_S, AFTER_S, STEP_S = 6 * 3600, 12 * 3600, 900
#: A reading older than this says nothing of now [s].
OLD_S = 1800


def river(latest: Loaded | None, approved: Loaded | None, sources: Sources, now: int,
          which: tuple[str, str]) -> dict[str, Any]:
    """Give the gauge of the night: readings, curves, correction, what it stands for. Plain JSON values.

    Parameters
    ----------
    latest, approved
        The runs; None where there is none.
    sources
        Where readings come from.
    now
        [s since 1970].
    which
        Id and name of the gauge.
    """
    shown = latest or approved
    gauge, name = which
    rows = sources.levels(gauge, now - SHOWN_S) if gauge else []
    readings = _judged(rows)
    sound = [row for row in readings if not row["fault"] and row["observed"] <= now]
    newest = sound[-1] if sound else None
    apart = None if latest is not None and approved is not None and approved.entry.id == latest.entry.id else approved
    curves = {which: _curve(loaded, gauge, now) for which, loaded in (("latest", latest), ("approved", apart))
              if loaded is not None}
    in_force = approved or latest
    foretold = _level(in_force, gauge, newest["observed"]) if newest and in_force else None
    held = _anchored(shown, gauge, sound, now) if sound and shown else None
    return {"gauge": gauge, "name": name, "readings": readings, "newest": newest, "curves": curves,
            "anchored": held,
            "foretold_m": foretold,
            "difference_m": None if newest is None or foretold is None else round(newest["value"] - foretold, 3),
            "passed": _passed(sources, gauge, now, _lead(held, curves, now)), "rise_m": _rise(sound),
            "marks": _marks(shown, gauge, now) if shown else []}


def _lead(held: dict[str, Any] | None, curves: dict[str, list[list[float]]], now: int) -> int:
    """Give how far ahead the highest level that the screen names lies, in whole hours [s]; ``LEAD_S`` for none."""
    ahead = [point for point in curves.get("latest") or curves.get("approved") or () if point[0] >= now]
    peak = held["peak"]["at"] if held else max(ahead, key=lambda point: point[1])[0] if ahead else now + LEAD_S
    return max(3600, round((peak - now) / 3600) * 3600)


def _passed(sources: Sources, gauge: str, now: int, lead_s: int) -> dict[str, Any] | None:
    """Give how often what a service foretold was passed at a lead, in words; None where nothing can be said.

    Where nothing was foretold so far ahead, it is said of ``LEAD_S``.
    """
    for lead in dict.fromkeys((lead_s, LEAD_S)):
        n, of = sources.book.passed(gauge, now, lead)
        if of:
            return {"n": n, "of": of, "lead_s": lead, "says": {lang: tell(
                lang, "forecast_passed", n=of, passed=n, hours=lead // 3600) for lang in LANGUAGES}}
    return None


def _judged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = faults(np.array([row["observed"] for row in rows], float), np.array([row["value"] for row in rows], float))
    return [{"observed": row["observed"], "value": round(row["value"], 3), "source": row["source"], "fault": one.value}
            for row, one in zip(rows, found, strict=True)]


def _rise(sound: list[dict[str, Any]]) -> float | None:
    """Give by how much the river rose within the hour before the last reading [m]; None without one that old."""
    if not sound:
        return None
    last = sound[-1]
    before = [row for row in sound if 2700 <= last["observed"] - row["observed"] <= 4500]
    return round((last["value"] - before[-1]["value"]) * 3600 / (last["observed"] - before[-1]["observed"]),
                 3) if before else None


def _curve(loaded: Loaded, gauge: str, now: int) -> list[list[float]]:
    """Give the level over time, as far as the run has one: moments [s since 1970] and metres."""
    curve = next((one for one in loaded.curves if one.gauge == gauge), None)
    if curve is None:
        return []
    at = np.arange((now - BEFORE_S) // STEP_S * STEP_S, now + AFTER_S + 1, STEP_S)
    at = at[(at >= loaded.start) & (at <= loaded.start + loaded.duration_s)]
    level = np.interp(at - loaded.start, curve.times_s, curve.level_m)
    return [[int(t), round(float(m), 3)] for t, m in zip(at, level, strict=True)]


def _level(loaded: Loaded, gauge: str, epoch: int) -> float | None:
    curve = next((one for one in loaded.curves if one.gauge == gauge), None)
    t_s = loaded.at(epoch)
    return None if curve is None or t_s is None else round(float(np.interp(t_s, curve.times_s, curve.level_m)), 3)


def _anchored(loaded: Loaded, gauge: str, sound: list[dict[str, Any]], now: int) -> dict[str, Any] | None:
    """Give the curve held to the gauge, beside the raw one; None where there is no curve, or no fresh reading."""
    curve = next((one for one in loaded.curves if one.gauge == gauge), None)
    held = [row for row in sound if now - HELD_S <= row["observed"] <= now]
    if curve is None or not held or now - held[-1]["observed"] > OLD_S or loaded.at(now) is None:
        return None
    wanted = np.arange(now, min(now + AFTER_S, loaded.start + loaded.duration_s) + 1, STEP_S, dtype=float)
    found = anchored(np.array([row["observed"] for row in held], float), np.array([row["value"] for row in held]),
                     np.asarray(curve.times_s + loaded.start, np.float64), curve.level_m, wanted, now_s=float(now))
    top = int(np.argmax(found.level_m))
    return {"way": found.way.value, "earlier_s": found.earlier_s, "last_error_m": round(found.last_error_m, 3),
            "curve": [[int(t), round(float(m), 3), round(float(sd), 3)]
                      for t, m, sd in zip(wanted, found.level_m, found.sd_m, strict=True)],
            "peak": {"at": int(wanted[top]), "level": round(float(found.level_m[top]), 3),
                     "give": round(2 * float(found.sd_m[top]), 3)}}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Corrected:
    """The levels of a run with the river as it was read: readings where there are some, then the curve held to them."""

    curve: StageCurve
    #: [s] from the run's start, and the level above the gauge's zero, (T,) [m].
    times_s: Int64Array
    level_m: FloatArray
    #: How it was held to the gauge: ``shifted``, ``levelled`` or ``raw``; shifted by how much [s], earlier positive.
    way: str
    earlier_s: int
    #: Read less foretold at the last reading [m], and when that was [s since 1970].
    off_m: float
    read_at: int


def corrected(loaded: Loaded, sources: Sources, now: int) -> Corrected | None:
    """Give the corrected levels of a run from one gauge; None without such a curve, or without a fresh reading."""
    if len(loaded.curves) != 1 or loaded.at(now) is None:
        return None
    curve = loaded.curves[0]
    sound = [row for row in _judged(sources.levels(curve.gauge, now - SHOWN_S))
             if not row["fault"] and max(loaded.start, now - HELD_S) <= row["observed"] <= now]
    if not sound or now - sound[-1]["observed"] > OLD_S:
        return None
    at, read = (np.array([row[key] for row in sound], float) for key in ("observed", "value"))
    last, start = int(at[-1]), loaded.start
    ahead = np.arange(last - start + 300, loaded.duration_s + 1, 300, dtype=np.int64)
    found = anchored(at, read, np.asarray(curve.times_s + start, np.float64), curve.level_m,
                     (ahead + start).astype(float), now_s=float(last))
    before = curve.times_s < at[0] - start
    return Corrected(
        curve=curve, way=found.way.value, earlier_s=int(found.earlier_s), off_m=found.last_error_m, read_at=last,
        times_s=np.concatenate([curve.times_s[before], (at - start).astype(np.int64), ahead]),
        level_m=np.concatenate([np.asarray(curve.level_m)[before], read, found.level_m]))


def _marks(loaded: Loaded, gauge: str, now: int) -> list[dict[str, Any]]:
    """Give levels that stand for something: the level at which each substation and each event of the night begins."""
    curve = next((one for one in loaded.curves if one.gauge == gauge), None)
    if curve is None:
        return []
    assets, exposure = loaded.result.city.assets, loaded.result.exposure
    told: list[dict[str, Any]] = []
    for row in np.flatnonzero(assets.of_kind("substation") & (exposure.failed_at_s != NONE)).tolist():
        t_s = int(exposure.failed_at_s[row])
        told.append({"level": round(float(np.interp(t_s, curve.times_s, curve.level_m)), 2), "asset": str(
            assets.id[row]), "name": str(assets.name[row] or ""), "at": loaded.start + t_s})
    return sorted(told, key=lambda mark: abs(mark["at"] - now))[:3]
