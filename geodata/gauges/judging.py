"""Each reading judged before it counts: against its neighbours, the bank, and how fast a river can move.

Loggers that fail send codes (99999, -999), nothing (0 at the peak) or noise; one such value floods or dries a town.
Five rules, in this order:

1. A *code* (-999, 9999, 99.9 and the like in the file's own unit; 0 too, and what is within a millimetre of it) that
   stands apart from its neighbours is no reading: it is left out.
2. A reading beyond what the *bank* allows is no reading of this river.
3. A river does not *move faster* than 1 m and 20 m/h from one reading to the next. The longest run of readings that
   keeps to that is the river, if it is more than half of them; the others are left out. Where no half agrees, nobody
   can tell, and the file is refused.
4. A short *excursion* (up to three readings out and back, by more than 1 m and by five times what readings elsewhere
   stand off the line between those beside them) is left out where it goes down, for that errs on the wet side; where
   it goes up it is kept, up to 10 m, and said; beyond 10 m it is asked about.
5. A *spike*, one reading that jumps up or down by at most 1 m and back, is kept and said. It is one where it stands off
   by more than 0.10 m, by more than ten times what the series resolves, by more than five times what readings around
   stand off the line between those beside them (more where its own steps in time are longer), and where the readings
   beside it differ by no more than half of that: a flash flood does not come back to where it was.

Whatever is left out or doubted is counted and told with its time and value. Levels written in the scenario by hand are
never left out: what rules 2 and 3 find among them is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from geodata.gauges.raw import Raw, comma, few, few_fr, spoken, spoken_fr
from geodata.inputs.lengths import UNITS_M
from twin.errors import InputError
from twin.quantities import BoolArray, FloatArray, Int64Array
from twin.water.hazard import Doubt

#: Values that loggers and archives write for "nothing", in whatever unit the file has.
_LOW_CODES = (-99.0, -99.9, -999.0, -999.9, -999.99, -9999.0, -99999.0, -999999.0, -32768.0)
_HIGH_CODES = (99.9, 99.99, 999.0, 999.9, 999.99, 9999.0, 9999.9, 99999.0, 999999.0, 32767.0, 65535.0, 1e20, 1e30)
#: From one reading to the next a river moves by at most this: the fastest rise that was gauged in a town is 8 m in 45
#: minutes (Guadalupe River at Kerrville, Texas, 4 July 2025: US National Weather Service), 10.7 m/h; a bore may come
#: between two readings at once.
STEP_M, RATE_M_H = 1.0, 20.0
#: Excursions: at most so many readings, at least so large [m], and so many times what the river does elsewhere.
_LONGEST, _SMALLEST_M, _TIMES = 3, 1.0, 5.0
#: Spikes: at least so large [m], so many times what the series resolves; those beside differ by this share at most.
_SPIKE_M, _STEPS, _BESIDE = 0.10, 10.0, 0.5
#: A rise out and back beyond this is asked about [m].
_ASKED_M = 10.0
#: A 0 this far from its neighbours is no reading [m]; so is a negative code. A logger's 0 may be a millimetre off.
_APART_M, _ZERO_M = 0.5, 0.001
#: Levels beyond this are a wrong unit, not a river [m]: altitudes of gauges stay below it.
HIGHEST_M = 5000.0
#: Readings looked back for the one before in the longest run.
_BACK = 60


@dataclass(slots=True)
class _Judged:
    """Readings that are still in, and what was found about the others."""

    raw: Raw
    start: datetime
    level_m: FloatArray
    is_in: BoolArray
    told: dict[str, list[int]] = field(default_factory=dict)

    def drop(self, rows: Sequence[int] | Int64Array, why: str) -> None:
        self.is_in[rows] = False
        self.told.setdefault(why, []).extend(int(row) for row in rows)

    def shown(self, rows: Sequence[int] | Int64Array) -> str:
        """Give the time and the value of readings, as the file has it."""
        return few([f"{spoken(self.start, int(self.raw.times_s[row]))}: {self.raw.value[row]:g} {self.raw.unit}"
                    for row in rows])

    def shown_fr(self, rows: Sequence[int] | Int64Array) -> str:
        """Give the same in French."""
        return few_fr([f"{spoken_fr(self.start, int(self.raw.times_s[row]))} : {comma(float(self.raw.value[row]))} "
                       f"{self.raw.unit}" for row in rows])


#: Why readings are left out, of one and of several, in both languages: half a sentence after their number.
_WHY = {
    "code": (("holds a code for no reading, far from those beside it,", "hold codes for no reading, far from those "
              "beside them,"),
             ("porte un code d’absence de mesure, loin de ses voisines,", "portent un code d’absence de mesure, loin "
              "de leurs voisines,")),
    "bank": (("lies beyond what the bank of the river allows", "lie beyond what the bank of the river allows"),
             ("sort de ce que la rive permet", "sortent de ce que la rive permet")),
    "rate": ((f"moves faster than a river can ({STEP_M:g} m and {RATE_M_H:g} m/h)",
              f"move faster than a river can ({STEP_M:g} m and {RATE_M_H:g} m/h)"),
             (f"varie plus vite qu’une rivière ne le peut ({STEP_M:g} m et {RATE_M_H:g} m/h)",
              f"varient plus vite qu’une rivière ne le peut ({STEP_M:g} m et {RATE_M_H:g} m/h)")),
    "down": (("falls far below those before and after it", "fall far below those before and after them"),
             ("tombe loin sous celles d’avant et d’après", "tombent loin sous celles d’avant et d’après")),
    "up": (("stands far above those before and after it", "stand far above those before and after them"),
           ("dépasse de loin celles d’avant et d’après", "dépassent de loin celles d’avant et d’après")),
    "spike": (("jumps off those before and after it", "jump off those before and after them"),
              ("s’écarte d’un coup de celles d’avant et d’après", "s’écartent d’un coup de celles d’avant et d’après")),
}


def judged(raw: Raw, *, start: datetime, field: str, outliers: str = "judge", is_file: bool = True,
           between_m: tuple[float, float] | None = None) -> tuple[Int64Array, FloatArray, list[Doubt]]:
    """Give the readings that count, in metres, and what was left out or is doubted.

    Parameters
    ----------
    raw
        Readings in order of time, in the file's unit.
    outliers
        ``judge``: as the rules say; ``keep``: all that can be read, whatever it is; ``leave_out``: without excursions
        up and spikes either.
    is_file
        False: levels written in the scenario.
    between_m
        What the bank allows, lowest and highest, in the datum of the file [m].

    Raises
    ------
    InputError
        Readings of which no half agree, an excursion that is asked about.
    """
    level_m = raw.value * UNITS_M[raw.unit]
    state = _Judged(raw, start, level_m, np.ones(len(level_m), np.bool_))
    doubts: list[Doubt] = []
    if len(level_m) and outliers != "keep":
        if is_file:
            _codes(state, field)
        _check_unit(state, field)
        if between_m is None or _bank(state, between_m, field, is_file=is_file):
            _rate(state, field, is_file=is_file)
            if is_file:
                doubts += _excursions(state, field, outliers)
                doubts += _spikes(state, outliers)
    for why, rows in state.told.items():
        en, fr = _WHY[why]
        k = 0 if len(rows) == 1 else 1
        doubts.append(Doubt(
            f"{raw.file}: {len(rows)} of {len(level_m)} readings {en[k]} and {('is', 'are')[k]} left out "
            f"({state.shown(rows)}).",
            f"{raw.file} : {len(rows)} des {len(level_m)} mesures {fr[k]} et {('est écartée', 'sont écartées')[k]} "
            f"({state.shown_fr(rows)})."))
    return raw.times_s[state.is_in], level_m[state.is_in], doubts


def _codes(state: _Judged, field: str) -> None:
    """Leave out codes that stand apart from the readings beside them."""
    value, level_m, times_s = state.raw.value, state.level_m, state.raw.times_s
    low, high = np.isin(value, _LOW_CODES), np.isin(value, _HIGH_CODES)
    zero = np.abs(level_m) <= _ZERO_M * (1 + 1e-9)
    asked = low | high | zero
    true = np.flatnonzero(~asked)
    if not len(true):
        if np.any(low | high):
            raise InputError(file=state.raw.file, field=field, found="no reading but codes for none "
                             f"({', '.join(f'{v:g}' for v in sorted(set(value[low | high].tolist())))})",
                             expected="levels")
        return
    rows = np.flatnonzero(asked)
    after = np.searchsorted(true, rows)
    before_row, after_row = true[np.maximum(after - 1, 0)], true[np.minimum(after, len(true) - 1)]
    has_both = (after > 0) & (after < len(true))
    span = np.maximum(times_s[after_row] - times_s[before_row], 1)
    share = np.where(has_both, (times_s[rows] - times_s[before_row]) / span, 0.0)
    expected = level_m[before_row] + (level_m[after_row] - level_m[before_row]) * share
    apart = np.abs(level_m[rows] - expected)
    slack = np.where(has_both, np.maximum(_APART_M, 0.5 * np.abs(level_m[after_row] - level_m[before_row])), 0.0)
    # At either end one neighbour alone speaks: a river may begin at 0, never at -999.
    hours = np.abs(times_s[rows] - times_s[before_row]) / 3600
    at_end = np.where(low[rows], _APART_M, np.where(zero[rows], STEP_M + 3.0 * hours, 5.0))
    wrong = apart > np.where(has_both, slack, at_end)
    if wrong.any():
        state.drop(rows[wrong], "code")


def _check_unit(state: _Judged, field: str) -> None:
    """Refuse levels that can only be in another unit: half of them above the highest ground that has rivers."""
    known = state.level_m[state.is_in]
    high = np.flatnonzero(state.is_in & ~(np.abs(state.level_m) <= HIGHEST_M))
    if 2 * len(high) > len(known):
        row = int(high[0])
        raise InputError(file=state.raw.file, field=field, found=f"level {state.level_m[row]:g} m at "
                         f"{spoken(state.start, int(state.raw.times_s[row]))}", expected="levels of a river in metres",
                         remedy="Say the unit: `unit: mm` or `unit: cm`.")


def _bank(state: _Judged, between_m: tuple[float, float], field: str, *, is_file: bool) -> bool:
    """Leave out what the bank does not allow; tell whether most of the readings lie within it."""
    low, high = between_m
    rows = np.flatnonzero(state.is_in & ((state.level_m < low) | (state.level_m > high)))
    if 2 * len(rows) >= state.is_in.sum():
        return False  # another zero or datum, which the reader of the river refuses with both figures
    if len(rows) and not is_file:
        raise _impossible(state, rows, field, f"levels between {low:.2f} and {high:.2f} m")
    if len(rows):
        state.drop(rows, "bank")
    return True


def _rate(state: _Judged, field: str, *, is_file: bool) -> None:
    rows = np.flatnonzero(state.is_in)
    times_s, level_m = state.raw.times_s[rows], state.level_m[rows]
    allowed = STEP_M + RATE_M_H * np.diff(times_s) / 3600
    if not np.any(np.abs(np.diff(level_m)) > allowed):
        return
    keep = _longest_run(times_s, level_m)
    out = np.setdiff1d(np.arange(len(rows)), keep)
    if not is_file or 2 * len(keep) <= len(rows):
        raise _impossible(state, rows[out] if is_file else rows[1:][np.abs(np.diff(level_m)) > allowed], field,
                          f"levels that move by at most {STEP_M:g} m and {RATE_M_H:g} m/h from one to the next")
    state.drop(rows[out], "rate")


def _impossible(state: _Judged, rows: Int64Array, field: str, expected: str) -> InputError:
    return InputError(file=state.raw.file, field=field, expected=expected,
                      found=f"readings that no river has ({state.shown(rows)})",
                      remedy="Correct them; `outliers: keep` takes them as they stand.")


def _longest_run(times_s: Int64Array, level_m: FloatArray) -> Int64Array:
    """Give the longest run of readings in which each can follow the one before; of equals the one that ends last."""
    n = len(times_s)
    length, previous = np.ones(n, np.int64), np.full(n, -1, np.int64)
    for i in range(1, n):
        first = max(0, i - _BACK)
        hours = (times_s[i] - times_s[first:i]) / 3600
        fits = np.abs(level_m[i] - level_m[first:i]) <= STEP_M + RATE_M_H * hours
        if fits.any():
            # Of equally long runs the one that comes from nearest: else a reading beside a spike would go in its place.
            longest = np.flatnonzero(fits & (length[first:i] == length[first:i][fits].max()))
            best = longest[np.argmin(np.abs(level_m[i] - level_m[first:i][longest]))]
            length[i], previous[i] = length[first + best] + 1, first + best
    at = int(n - 1 - np.argmax(length[::-1]))
    run = []
    while at >= 0:
        run.append(at)
        at = int(previous[at])
    return np.array(run[::-1], np.int64)


def _excursions(state: _Judged, field: str, outliers: str) -> list[Doubt]:
    """Judge what goes out and back within three readings."""
    rows = np.flatnonzero(state.is_in)
    level_m = state.level_m[rows]
    off_m = _off_the_line(state.raw.times_s[rows], level_m)
    doubts: list[Doubt] = []
    i = 1
    while i < len(rows) - 1:
        found = _excursion(level_m, off_m, i)
        if found is None:
            i += 1
            continue
        last, size = found
        members = rows[i:last + 1]
        if size < 0 or outliers == "leave_out":
            state.drop(members, "down" if size < 0 else "up")
        elif size > _ASKED_M:
            raise InputError(
                file=state.raw.file, field=field, expected="readings that a river has",
                found=f"{state.shown(members)}, {size:.1f} m above the readings beside it",
                remedy="Say `outliers: leave_out` if it is none, or `outliers: keep` if the river did that.")
        else:
            doubts.append(Doubt(
                f"{state.raw.file}: {state.shown(members)} stands {size:.1f} m above the readings beside it, and is "
                "kept. Say `outliers: leave_out` if it is none.",
                f"{state.raw.file} : la mesure du {state.shown_fr(members)} dépasse de {comma(size, 1)} m ses "
                "voisines, et elle est gardée. Indiquer `outliers: leave_out` si elle est fausse."))
        i = last + 2
    return doubts


def _off_the_line(times_s: Int64Array, level_m: FloatArray) -> FloatArray:
    """Give how far each reading stands off the line between the one before and the one after, (N,) [m]; 0 at ends.

    A river that rises fast steps far from one reading to the next and stays close to that line.
    """
    off_m = np.zeros(len(level_m))
    if len(level_m) > 2:
        share = (times_s[1:-1] - times_s[:-2]) / (times_s[2:] - times_s[:-2])
        off_m[1:-1] = np.abs(level_m[1:-1] - level_m[:-2] - (level_m[2:] - level_m[:-2]) * share)
    return off_m


def _excursion(level_m: FloatArray, off_m: FloatArray, i: int) -> tuple[int, float] | None:
    """Give the last reading and the signed size [m] of an excursion that begins at ``i``; None for none."""
    for last in range(i, min(i + _LONGEST, len(level_m) - 1)):
        out, back = level_m[i] - level_m[i - 1], level_m[last + 1] - level_m[last]
        if out * back >= 0:
            continue
        size = min(abs(out), abs(back))
        # The readings beside it stand off lines that end in it: they do not count.
        elsewhere = np.concatenate([off_m[max(0, i - 13):i - 1], off_m[last + 2:last + 14]])
        if len(elsewhere) >= 4 and size > max(_SMALLEST_M, _TIMES * float(elsewhere.max(initial=0.0))):
            return last, float(np.sign(out) * size)
    return None


def _spikes(state: _Judged, outliers: str) -> list[Doubt]:
    """Say which single readings jump off those beside them by less than an excursion, and back."""
    rows = np.flatnonzero(state.is_in)
    times_s, level_m = state.raw.times_s[rows], state.level_m[rows]
    jumps = _jumps(level_m)
    found = [i for i in jumps if _stands_out(times_s, level_m, i, jumps)]
    if not found:
        return []
    if outliers == "leave_out":
        state.drop(rows[found], "spike")
        return []
    file, count, largest_m = state.raw.file, len(found), max(_size_m(level_m)[found])
    one = count == 1
    return [Doubt(
        f"{file}: {count} of {len(state.level_m)} readings {'jumps' if one else 'jump'} off those before and after "
        f"{'it' if one else 'them'} and back, by {'' if one else 'up to '}{largest_m:.2f} m "
        f"({state.shown(rows[found])}), and {'is' if one else 'are'} kept. Say `outliers: leave_out` if "
        f"{'it is none' if one else 'they are none'}.",
        f"{file} : {count} des {len(state.level_m)} mesures {'s’écarte' if one else 's’écartent'} d’un coup de celles "
        f"d’avant et d’après, puis {'revient' if one else 'reviennent'}, de {comma(largest_m, 2)} m"
        f"{'' if one else ' au plus'} ({state.shown_fr(rows[found])}) ; {'elle est gardée' if one else 'elles sont '}"
        f"{'' if one else 'gardées'}. Indiquer `outliers: leave_out` si {'elle est fausse' if one else 'elles sont '}"
        f"{'' if one else 'fausses'}.")]


def _size_m(level_m: FloatArray) -> FloatArray:
    """Give by how much each reading stands off both beside it on the same side, (N,) [m]; 0 where it does not."""
    size_m, out_m, back_m = np.zeros(len(level_m)), np.diff(level_m)[:-1], -np.diff(level_m)[1:]
    if len(level_m) > 2:
        size_m[1:-1] = np.where(out_m * back_m > 0, np.minimum(np.abs(out_m), np.abs(back_m)), 0.0)
    return size_m


def _jumps(level_m: FloatArray) -> Int64Array:
    """Give the readings that are large enough for a spike, and come back to where they were, increasing."""
    size_m, beside_m = _size_m(level_m), np.zeros(len(level_m))
    if len(level_m) > 2:
        beside_m[1:-1] = np.abs(level_m[2:] - level_m[:-2])
    steps_m = np.diff(np.unique(np.round(level_m, 6)))
    least_m = max(_SPIKE_M, _STEPS * float(steps_m.min(initial=np.inf) if len(steps_m) else 0.0))
    return np.flatnonzero((size_m > least_m) & (size_m <= _SMALLEST_M) & (beside_m <= _BESIDE * size_m))


def _stands_out(times_s: Int64Array, level_m: FloatArray, i: int, jumps: Int64Array) -> bool:
    """Tell whether a reading stands off by more than the readings around do, the time between them considered."""
    around = np.concatenate([np.arange(max(1, i - 13), i - 1), np.arange(i + 2, min(i + 14, len(level_m) - 1))])
    # Two spikes do not hide each other.
    around = around[~np.isin(around, np.concatenate([jumps - 1, jumps, jumps + 1]))]
    if len(around) < 4:
        return False
    off_m, span_s = _off_the_line(times_s, level_m), np.zeros(len(times_s))
    span_s[1:-1] = times_s[2:] - times_s[:-2]
    usual_m = off_m[around] * np.maximum(span_s[i] / span_s[around], 1.0)
    return bool(_size_m(level_m)[i] > _TIMES * float(usual_m.max()))
