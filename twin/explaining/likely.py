"""How likely, in words: shares in tenths, hours between which, causes with their shares, and what would make it surer.

A share is told as people say it, 7 times out of 10, with the count and the interval behind it; never as 71.2 %.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np

from twin.codes import Mechanism
from twin.ensemble.answers import CERTAIN_FROM, Answers, Word, word_of
from twin.ensemble.confidence import Share, members_for
from twin.ensemble.deciding import Split, best_split, settled
from twin.ensemble.uncertain import HOLLOWS
from twin.explaining.likely_hours import depth_lines, hour_lines
from twin.explaining.teller import Teller
from twin.explaining.words import Speech, speech
from twin.quantities import NONE, BoolArray
from twin.results.result import Result
from twin.world.assets import Asset, Source
from twin.world.kinds import Role

#: Causes told one by one before the rest is counted, and the least share that is told.
_CAUSES, _LEAST = 3, 0.05
#: How sharp a share the tool tells the price of.
_SHARP = 0.01
_STATE = {Role.PREMISES: "without power", Role.CIRCUIT: "without power", Role.WATERS: "without watering"}
_WORD = {Word.CERTAIN: "almost certain", Word.LIKELY: "likely", Word.POSSIBLE: "possible", Word.UNLIKELY: "unlikely"}
_MECHANISM = {Mechanism.FLOODED: "flooded", Mechanism.TRIPPED: "tripped", Mechanism.CUT: "cut off",
              Mechanism.FAILED: "failed"}
_SPLIT = {
    "level.offset_m": ("where the river stands {value} or more above the level of the plan",
                       "where the river stands {value} or more below the level of the plan"),
    "level.shift_s": ("where the water comes {value} or more later", "where the water comes {value} or more earlier"),
    "level.scale": ("where the rise is {value} times that of the plan or more",
                    "where the rise is {value} times that of the plan or less"),
    "flow.discharge": ("where the discharge is {value} times that of the plan or more",
                       "where the discharge is {value} times that of the plan or less"),
    "flow.rain": ("where the rain is {value} times that of the plan or more",
                  "where the rain is {value} times that of the plan or less"),
    "flow.roughness": ("where the ground is {value} times as rough as in the plan, or more",
                       "where the ground is {value} times as rough as in the plan, or less"),
    "travel": ("where crews drive {value} times as long as planned, or more",
               "where crews drive {value} times as long as planned, or less"),
    "crest": ("where the crest of {name} stands {value} or more above that of the plan",
              "where the crest of {name} stands {value} or more below that of the plan"),
    "pumps": ("where {name} fails", "where {name} does not fail"),
    "gauge": ("where the river stands {value} or more above the level of the plan at {name}",
              "where the river stands {value} or more below the level of the plan at {name}"),
    "flow.members": ("where the discharge of {name} peaks at {value} m³/s or more",
                     "where the discharge of {name} peaks at {value} m³/s or less")}
_SPLIT |= dict.fromkeys(("level.members", "level.forecast"), _SPLIT["level.offset_m"])
#: How the names of quantities begin that are drawn for one thing each, and their sorts.
_NAMED = {"crest.": "crest", "pumps.": "pumps", "level.members.": "gauge", "level.forecast.": "gauge",
          "flow.members.": "flow.members"}
#: What a bound is told in, by the name of a quantity: a factor; else a depth, or a duration.
_FACTORS = ("level.scale", "flow.discharge", "flow.rain", "flow.roughness", "travel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question to an ensemble about one asset."""

    asset: Asset
    #: In which nights it is out, at ``at_s`` or at all, (n,).
    is_out: BoolArray
    #: Moment of the question [s]; None: at any.
    at_s: int | None
    #: In which nights it first goes out before ``at_s``, (n,); None: not asked.
    is_before: BoolArray | None = None


def often(words: Speech, share: Share) -> str:
    """Give how often, if ever, in words of ten.

    Examples
    --------
    >>> from twin.ensemble.confidence import share_of
    >>> [often(speech("en"), share_of(k, 1000)) for k in (12, 712, 980)]
    ['less than once out of 10', '7 times out of 10', 'more than 9 times out of 10']
    """
    if share.count == share.n:
        return words.plural("in the one night computed", "in all {n} nights computed", share.n)
    tenths = round(share.value * 10)
    if share.value < _LEAST:
        return words.text("less than once out of 10")
    if share.value >= CERTAIN_FROM:
        return words.text("more than 9 times out of 10")
    tenths = min(max(tenths, 1), 9)
    return words.plural("once out of 10", "{n} times out of 10", tenths)


def between(words: Speech, share: Share) -> str:
    """Give the count behind a share, and between which shares the true one lies."""
    low, high = int(np.floor(share.low * 100)), int(np.ceil(share.high * 100))
    count, n = words.number(share.count), words.number(share.n)
    if (as_many := round(share.effective)) < share.n:
        return words.text("{count} of {n} nights, as sure as {as_many} by the floods that they share; between {low} "
                          "and {high} out of 100", count=count, n=n, as_many=words.number(as_many), low=low, high=high)
    return words.text("{count} of {n} nights; between {low} and {high} out of 100", count=count, n=n, low=low,
                      high=high)


def bounds(words: Speech, share: Share) -> str:
    """Give between which shares the true one lies, where the count stands beside.

    Examples
    --------
    >>> bounds(speech("en"), share_of(33, 48))
    '54 to 80 out of 100'
    """
    return words.text("{low} to {high} out of 100", low=int(np.floor(share.low * 100)),
                      high=int(np.ceil(share.high * 100)))


def likely_lines(base: Result, answers: Answers, asked: Asked, lang: str, *, is_apart: bool = False
                 ) -> tuple[str, ...]:
    """Give what an ensemble says of an asset, a paragraph each, the first in one sentence.

    Parameters
    ----------
    base
        The run of the plan itself: its city and its clock.
    answers
        The answers.
    asked
        The question.
    lang
        ``fr`` or ``en``.
    is_apart
        Whether what would settle it is told elsewhere, by ``settling_lines``.
    """
    zone = ZoneInfo(base.city.timezone)
    teller = Teller(base, speech(lang), base.plan.start.astimezone(zone))
    words, asset = teller.speech, asked.asset
    share = answers.share_in(asked.is_out)
    state = words.text("dark", gender=teller.gender(asset)) if teller.has_role(asset, Role.LIGHTS) else words.text(
        next((said for role, said in _STATE.items() if teller.has_role(asset, role)), "out of service"))
    when = "" if asked.at_s is None else words.text("at {time}, ", time=teller.clock(asked.at_s))
    values = {"when": when, "asset": teller.placed(asset), "state": state}
    if not share.count:
        lines = [words.plural("{when}{asset} is not {state} in the one night computed.",
                              "{when}{asset} is {state} in none of the {n} nights computed.", share.n, **values)]
    else:
        word = words.text(_WORD[word_of(share.count, share.n)])
        lines = [words.text("{when}{asset} is {state} {often}: {word} ({between}).", often=often(words, share),
                            word=word, between=between(words, share), **values)]
    if share.count and asked.at_s is not None:
        # What follows is told of the whole night.
        ever = answers.share_out(asset.row)
        lines.append(words.text("At some time of the night: {often} ({between}).", often=often(words, ever),
                                between=between(words, ever)))
    if asked.is_before is not None:
        early = answers.share_in(asked.is_before)
        lines.append(words.text("Out at some time before then: {often} ({between}).", often=often(words, early),
                                between=between(words, early)) if early.count else
                     words.text("Before then, in none of the nights."))
    if share.count:
        lines += _causes(teller, answers, asset)
        lines += hour_lines(teller, answers, asset)
    lines += [*depth_lines(teller, answers, asset), *_decides(teller, answers, asked)]
    if not is_apart:
        lines += [*_known(words, answers, asked.is_out), *_unmeasured(teller, answers, [asset.row], share)]
    lines += _surer(teller, answers, share)
    return tuple(Speech.sentence(line) for line in (*lines, *_left_out(teller, answers, asset)))


def _causes(teller: Teller, answers: Answers, asset: Asset) -> Iterator[str]:
    """Tell the roots with their shares of the nights in which it goes out."""
    words, causes = teller.speech, answers.causes_of(asset.row)
    total = sum(cause.count for cause in causes)
    told = [cause for cause in causes[:_CAUSES] if cause.count >= _LEAST * total]
    parts = []
    for i, cause in enumerate(told):
        root = teller.result.city.assets[cause.root]
        why = words.text(_MECHANISM.get(cause.mechanism, "failed"), gender=teller.gender(root))
        tenths = min(max(round(10 * cause.count / total), 1), 10)
        values = {"root": _of(teller, asset, root), "why": why}
        if tenths == 10:
            parts.append(words.text("always because of {root} ({why})" if cause.count == total else
                                    "almost always because of {root} ({why})", **values))
        else:
            one, many = ("in {n} because of {root} ({why})",) * 2 if i else (
                "in {n} case out of 10 because of {root} ({why})", "in {n} cases out of 10 because of {root} ({why})")
            parts.append(words.plural(one, many, tenths, **values))
    rest = total - sum(cause.count for cause in told)
    if rest and len(causes) > len(told):
        parts.append(words.plural("for the rest because of {n} other cause",
                                  "for the rest because of {n} other causes", len(causes) - len(told)))
    if parts:
        yield words.text("When this happens, it is {causes}.", causes=", ".join(parts))


def _of(teller: Teller, asset: Asset, root: Asset) -> str:
    """Give a root as it stands behind *because of* and *à cause*."""
    words, kinds = teller.speech, teller.result.city.assets.kinds
    if root.row == asset.row:
        return words.text("itself", gender=teller.gender(root))
    return f"{words.kind(kinds, root.kind).of_the} {words.label(kinds, root)}" if words.lang == "fr" else \
        words.asset(kinds, root)


def _decides(teller: Teller, answers: Answers, asked: Asked) -> Iterator[str]:
    """Tell the one draw of the night that tells most of the nights apart, where one does."""
    split = best_split(answers.drawn, asked.is_out)
    if split is None or _sort_of(split.name) not in _SPLIT:
        return
    words = teller.speech
    yield words.text("What decides: it is out {where}. That alone is right in {right} nights of {n}.",
                     where=_where(words, split), right=words.number(split.right), n=words.number(answers.n))


def _known(words: Speech, answers: Answers, is_out: BoolArray) -> Iterator[str]:
    """Tell from where on the draw that decides leaves hardly a doubt: what knowing it would settle."""
    split = best_split(answers.drawn, is_out)
    if split is None or _sort_of(split.name) not in _SPLIT or _sort_of(split.name) == "pumps":
        return
    found = settled(answers.drawn[split.name], is_out, split)
    if found is not None:
        yield words.text("To be surer, know what decides: it is out almost always {always}, and hardly ever {never}.",
                         always=_where(words, replace(split, at=found.always)),
                         never=_where(words, replace(split, at=found.never, is_above=not split.is_above)))


def _sort_of(name: str) -> str:
    """Give the sort of a quantity that has a name of its own: a crest, a pump, a gauge, an inflow."""
    return _parted(name)[0]


def _parted(name: str) -> tuple[str, str]:
    """Give the sort of a quantity, and the name of what it is drawn for; empty where it is drawn for the night."""
    for start, sort in _NAMED.items():
        if name.startswith(start) and len(name) > len(start):
            return sort, name[len(start):]
    return name, ""


def _where(words: Speech, split: Split) -> str:
    sort = _sort_of(split.name)
    above, below = _SPLIT[sort]
    value = split.at if split.is_above else -split.at
    if sort in _FACTORS:
        return words.text(above if split.is_above else below, value=words.number(split.at, 2))
    if sort in _NAMED.values():
        return _where_named(words, split, sort)
    said = words.duration(abs(value)) if split.name == "level.shift_s" else words.depth(abs(value))
    # The other way about where the bound lies on the other side of the plan.
    if value >= 0:
        return words.text(above if split.is_above else below, value=said)
    if split.name == "level.shift_s":
        return words.text("where the water comes no more than {value} earlier" if split.is_above else
                          "where the water comes no more than {value} later", value=said)
    return words.text("where the river stands no more than {value} below the level of the plan" if split.is_above else
                      "where the river stands no more than {value} above the level of the plan", value=said)


@dataclass(frozen=True, slots=True)
class BoundForms:
    """How a bound of one draw is told, with {value} in place of it."""

    #: ``m``, ``s``, ``times``, ``m3_s`` or ``fails``, which has no value.
    unit: str
    #: At the bound or above it, or below; then the same where the bound lies on the other side of the plan.
    forms: tuple[str, str, str, str]


def bound_forms(name: str, lang: str) -> BoundForms | None:
    """Give how a bound of a draw is told on a page; None for a draw that has no words.

    Examples
    --------
    >>> bound_forms("level.offset_m", "en").forms[2]
    'where the river stands no more than {value} below the level of the plan'
    """
    sort = _sort_of(name)
    if sort not in _SPLIT:
        return None
    words = speech(lang)
    unit = "times" if sort in _FACTORS else {"pumps": "fails", "flow.members": "m3_s", "level.shift_s": "s"}.get(
        sort, "m")
    # A value that no sentence has by itself.
    at = {"s": 7 * 3600.0}.get(unit, 7.25)
    said = {"s": words.duration(at), "m": words.depth(at), "m3_s": words.number(at)}.get(unit, words.number(at, 2))
    forms = [_where(words, Split(name=name, at=sign * at, is_above=is_above, right=0)).replace(said, "{value}")
             for sign, is_above in ((1, True), (-1, False), (-1, True), (1, False))]
    if unit in ("times", "m3_s", "fails"):
        # These have no other side: the sign of the bound is never told.
        forms = [_where(words, Split(name=name, at=at, is_above=is_above, right=0)).replace(said, "{value}")
                 for is_above in (True, False)] * 2
    return BoundForms(unit, (forms[0], forms[1], forms[2], forms[3]))


def _where_named(words: Speech, split: Split, sort: str) -> str:
    """Tell a bound of a crest, a pump, a gauge or an inflow by its name."""
    above, below = _SPLIT[sort]
    name = _parted(split.name)[1]
    if sort == "flow.members":
        return words.text(above if split.is_above else below, name=name, value=words.number(split.at))
    if sort == "pumps":
        # What drains the hollows of a river stage has no name of its own.
        if name == HOLLOWS:
            return words.text("where the hollows are not drained" if split.is_above else
                              "where the hollows are drained")
        return words.text(above if split.is_above else below, name=name)
    value, said = split.at if split.is_above else -split.at, words.depth(abs(split.at))
    if value >= 0:
        return words.text(above if split.is_above else below, name=name, value=said)
    if sort == "gauge":
        return words.text("where the river stands no more than {value} below the level of the plan at {name}" if
                          split.is_above else "where the river stands no more than {value} above the level of the plan "
                          "at {name}", name=name, value=said)
    return words.text("where the crest of {name} stands no more than {value} below that of the plan" if split.is_above
                      else "where the crest of {name} stands no more than {value} above that of the plan", name=name,
                      value=said)


def settling_lines(base: Result, answers: Answers, rows: Sequence[int], is_out: BoolArray, lang: str, *,
                   is_read: bool = False) -> tuple[str, ...]:
    """Give what would settle it: the draw that decides, where one does, and heights that nobody measured.

    Parameters
    ----------
    base
        The run of the plan itself.
    answers
        The answers.
    rows
        The assets that it is about.
    is_out
        In which nights it happens, (n,).
    lang
        ``fr`` or ``en``.
    is_read
        Whether the draw that decides is told elsewhere, as what is read at a gauge.
    """
    teller = Teller(base, speech(lang), base.plan.start.astimezone(ZoneInfo(base.city.timezone)))
    known = () if is_read else _known(teller.speech, answers, is_out)
    return tuple(Speech.sentence(line) for line in (*known, *_unmeasured(teller, answers, rows,
                                                                         answers.share_in(is_out))))


def _unmeasured(teller: Teller, answers: Answers, rows: Sequence[int], share: Share) -> Iterator[str]:
    """Tell whose height nobody measured, of those because of which it happens."""
    words, assets = teller.speech, teller.result.city.assets
    if not _LEAST <= share.value < CERTAIN_FROM:
        return
    counts: Counter[tuple[int, Mechanism]] = Counter()
    for row in rows:
        for cause in answers.causes_of(row):
            counts[cause.root, cause.mechanism] += cause.count
    guessed = [root for (root, mechanism), _ in counts.most_common(_CAUSES)
               if mechanism in (Mechanism.FLOODED, Mechanism.TRIPPED)
               and assets.fail_source[root] in (Source.DEFAULT, Source.INFERRED)]
    if guessed:
        yield words.text("To be surer: measure the height of the live parts of {assets}, taken by default today.",
                         assets=words.listing([teller.asset(assets[row]) for row in guessed]))


def _surer(teller: Teller, answers: Answers, share: Share) -> Iterator[str]:
    """Tell how many nights a sharper share takes."""
    words = teller.speech
    half = (share.high - share.low) / 2
    if half > _SHARP and 0 < share.count < share.n and answers.floods:
        # More nights of the same floods would not be surer of the water.
        yield words.text("These nights tell the share to within {half} out of 100; within 1 takes {more} floods.",
                         half=words.number(np.ceil(half * 100)), more=words.number(np.ceil(
                             members_for(share.value, _SHARP) * answers.floods / share.effective)))
    elif half > _SHARP and 0 < share.count < share.n:
        yield words.text("These nights tell the share to within {half} out of 100; within 1 takes {more} nights.",
                         half=words.number(np.ceil(half * 100)),
                         more=words.number(members_for(share.value, _SHARP)))


def _left_out(teller: Teller, answers: Answers, asset: Asset) -> Iterator[str]:
    words, k = teller.speech, answers.place(asset.row)
    unknown = 0 if k == NONE else int(answers.unknown[k])
    if unknown:
        yield words.plural("In {n} night the water there is of unknown depth for a time, and counts as dry.",
                           "In {n} nights the water there is of unknown depth for a time, and counts as dry.", unknown)
    held = 0 if k == NONE else int(answers.held[k])
    if held:
        yield words.plural("In {n} night the level lies between two flood maps, and neither tells when the water "
                           "comes there: it counts as come, as deep as it may be.", "In {n} nights the level lies "
                           "between two flood maps, and neither tells when the water comes there: it counts as come, "
                           "as deep as it may be.", held)
    yield from failed_lines(words, answers)


def failed_lines(words: Speech, answers: Answers) -> Iterator[str]:
    """Tell of nights that could not be made."""
    if answers.failed:
        first, why = next(iter(sorted(answers.failed.items())))
        yield words.plural("{n} night could not be computed and is not counted: night {first}, {why}",
                           "{n} nights could not be computed and are not counted; night {first}: {why}",
                           len(answers.failed), first=first, why=why)
