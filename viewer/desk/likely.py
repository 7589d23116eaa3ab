"""What an ensemble answers at the desk: how likely, before when, because of what, how sure."""

from __future__ import annotations

from typing import Any

import numpy as np

from geodata.ensemble.asking import first_half_out, first_out
from twin.ensemble.answers import word_of
from twin.ensemble.confidence import Share
from twin.ensemble.deciding import Split, best_split, settled
from twin.errors import InputError
from twin.explaining.drivers import driver_lines
from twin.explaining.likely import Asked, between, likely_lines, often, settling_lines
from twin.explaining.nights import columns, figure_rows, heading, night_lines
from twin.explaining.words import speech
from twin.quantities import NONE, BoolArray, FloatArray
from twin.results.returns import early, late
from twin.world.kinds import LANGUAGES, Role
from viewer.desk.whole import Whole
from viewer.desk.words import tell

#: Dots that the page draws of what decides.
DOTS = 400
#: Hours are told from as many nights on.
_FEWEST_HOURS = 10
QUARTER_S = 900


def answer(loaded: Whole) -> dict[str, Any]:
    """Give the answer of an ensemble: its figures, and each vital site with how likely it loses its power."""
    ensemble = loaded.ensemble
    assert ensemble is not None
    answers, city = ensemble.answers, loaded.result.city
    rows: list[dict[str, Any]] = []
    for row in answers.sites.tolist():
        who, k = city.assets[row], answers.place(row)
        people = city.assets.people[row]
        rows.append({"asset": str(who.id), "name": str(who.name or who.id), "street": str(who.street or ""),
                     "people": None if np.isnan(people) else int(people), "share": _share(answers.share_out(row)),
                     "first": [loaded.start + int(value) for value in answers.first_s[k]]
                     if k >= 0 and np.isfinite(answers.first_s[k]).all() else None})
    rows.sort(key=lambda one: (-one["share"]["count"], one["asset"]))
    plan = loaded.result.plan
    return {"run": {**loaded.entry.named(), "start": loaded.start, "duration": loaded.duration_s,
                    "t0": int(plan.issued_at.timestamp())},
            "n": answers.n, "failed": len(answers.failed), "sites": rows,
            "told": {lang: {"heading": heading(plan.told(plan.name, lang), answers, lang),
                            "columns": list(columns(lang)),
                            "figures": [[one.name, *zip((one.low, one.middle, one.high), one.within, strict=True)]
                                        for one in figure_rows(answers, lang)],
                            "lines": list(night_lines(city, answers, lang))} for lang in LANGUAGES}}


def _share(share: Share) -> dict[str, Any]:
    """Give a share in tenths and words, with the nights behind it and the interval of 95 %."""
    # Neither never nor always is said of what happens in some nights.
    tenths = 0 if not share.count else 10 if share.count == share.n else min(9, max(1, round(share.value * 10)))
    return {"count": share.count, "n": share.n, "low": share.low, "high": share.high, "tenths": tenths,
            "word": str(word_of(share.count, max(share.n, 1))),
            "said": {lang: [often(speech(lang), share), between(speech(lang), share)] for lang in LANGUAGES}}


def answer_of(loaded: Whole, asset: str, until: int | None) -> dict[str, Any]:
    """Give how likely an asset goes out, at all and before a moment; because of what, and what decides.

    Parameters
    ----------
    asset
        Its id.
    until
        A moment [s since 1970], or None.
    """
    ensemble, city = loaded.ensemble, loaded.result.city
    assert ensemble is not None
    row, answers = city.assets.row(asset), ensemble.answers
    first_s = first_out(ensemble.folder, str(ensemble.told["digest"]), answers, row)
    who = city.assets[row]
    question = Asked(asset=who, at_s=None, is_out=~np.isnan(first_s))
    return {"asset": str(who.id), "name": str(who.name or ""), "kind": str(who.kind), "street": str(who.street or ""),
            "lines": {lang: list(likely_lines(loaded.result, answers, question, lang, is_apart=True))
                      for lang in LANGUAGES},
            "hours": _hours(loaded, row), **_chances(loaded, first_s, until, [row], str(who.id))}


def _hours(loaded: Whole, row: int) -> dict[str, Any] | None:
    """Give between which hours an asset goes out 8 times out of 10, and by when it is back; None where it never does.

    ``back`` is half of the times before the first, and 9 times out of 10 before the second, which is None beyond the
    run; it is None where half or more are.
    """
    assert loaded.ensemble is not None
    answers, start = loaded.ensemble.answers, loaded.result.plan.start
    k = answers.place(row)
    if k == NONE or not np.isfinite(answers.first_s[k]).all():
        return None
    low, _, high = answers.first_s[k]
    _, half, most = answers.back_s[k]
    return {"out": [loaded.start + early(int(low), start), loaded.start + late(int(high), start)],
            "back": None if not np.isfinite(half) else [
                loaded.start + late(int(half), start),
                loaded.start + late(int(most), start) if np.isfinite(most) else None]}


def street_answer(loaded: Whole, street: str, until: int | None) -> dict[str, Any]:
    """Give how likely half of a street's lamps go out, at all and before a moment; when, and what decides.

    Parameters
    ----------
    street
        Its name.
    until
        A moment [s since 1970], or None.

    Raises
    ------
    InputError
        No such street, or one without lamps.
    """
    ensemble, assets = loaded.ensemble, loaded.result.city.assets
    assert ensemble is not None
    words = list(assets.street.words)
    code = words.index(street) if street and street in words else -2
    lamps = np.flatnonzero(assets.of_role(Role.LIGHTS) & (assets.street.codes == code))
    if not len(lamps):
        raise InputError(field="street", found="a street without lamps", expected="a street with lamps")
    half_s = first_half_out(ensemble.folder, str(ensemble.told["digest"]), ensemble.answers, lamps)
    is_out = ~np.isnan(half_s)
    # Rounded to the quarter of an hour, outward: no hour is surer than the nights are.
    low_s, high_s = np.quantile(half_s[is_out], (0.1, 0.9)) if is_out.sum() >= _FEWEST_HOURS else (np.nan, np.nan)
    when = None if np.isnan(low_s) else [loaded.start + int(low_s // QUARTER_S) * QUARTER_S,
                                        loaded.start - int(-high_s // QUARTER_S) * QUARTER_S]
    return {"street": street, "lamps": len(lamps), "hours": when and {"out": when},
            "lines": {lang: [] for lang in LANGUAGES},
            **_chances(loaded, half_s, until, lamps.tolist())}


def _chances(loaded: Whole, at_s: FloatArray, until: int | None, rows: list[int], asset: str = "") -> dict[str, Any]:
    """Give how likely something happens, at all and before a moment, by when it does in each night; what decides.

    ``rows`` are the assets that it is about, ``asset`` the id of the one where it is one.
    """
    assert loaded.ensemble is not None
    share_in, happens = loaded.ensemble.answers.share_in, ~np.isnan(at_s)
    early = None if until is None else happens & (np.nan_to_num(at_s) < until - loaded.start)
    asked = happens if early is None else early
    split = best_split(loaded.ensemble.answers.drawn, asked)
    return {"ever": _share(share_in(happens)), "until": until,
            "before": None if early is None else _share(share_in(early)), "decides": _decides(loaded, asked, split),
            "settles": {lang: _settles(loaded, asked, split, rows, asset, lang) for lang in LANGUAGES}}


def _settles(loaded: Whole, happens: BoolArray, split: Split | None, rows: list[int], asset: str, lang: str
             ) -> list[str]:
    """Give what would settle it: what drives it where `twin drivers` was asked, what to read, what to measure."""
    assert loaded.ensemble is not None
    if not 0 < int(happens.sum()) < len(happens):
        return [tell(lang, "settles_sure")]
    answers = loaded.ensemble.answers
    driven = next((one for one in loaded.ensemble.driven if one.of == asset), None)
    lines = [] if driven is None else driver_lines(
        loaded.result.city, driven.drivers, driven.of, driven.n, lang, driven.floods)[:1]
    read = _read(loaded, happens, split, lang)
    lines += [*read, *settling_lines(loaded.result, answers, rows, happens, lang, is_read=bool(read))]
    return lines or [tell(lang, "settles_nothing")]


def _read(loaded: Whole, happens: BoolArray, split: Split | None, lang: str) -> list[str]:
    """Give which peak at the gauge would settle it, as it is read there; empty where no level does."""
    assert loaded.ensemble is not None
    drawn, words = loaded.ensemble.answers.drawn, speech(lang)
    if split is None or split.name != "level.offset_m" or len(loaded.curves) != 1:
        return []
    found, curve = settled(drawn[split.name], happens, split), loaded.curves[0]
    if found is None:
        return []
    peak_m = float(np.max(curve.level_m))
    return [tell(lang, "settles_peak" if split.is_above else "settles_peak_below", gauge=curve.name,
                 always=words.depth(peak_m + found.always), never=words.depth(peak_m + found.never))]


def _decides(loaded: Whole, happens: Any, split: Split | None) -> dict[str, Any] | None:
    """Give the draw that tells the nights apart best, else that of the level, night by night; None without any."""
    assert loaded.ensemble is not None
    drawn = loaded.ensemble.answers.drawn
    name = split.name if split else "level.offset_m"
    if name not in drawn or not 0 < int(happens.sum()) < len(happens):
        return None
    peak_m = max((float(np.max(curve.level_m)) for curve in loaded.curves), default=None)
    return {"name": name, "values": [round(float(value), 4) for value in drawn[name][:DOTS]],
            "out": happens[:DOTS].tolist(), "at": split.at if split else None,
            "right": split.right if split else None, "n": len(happens), "peak_m": peak_m}
