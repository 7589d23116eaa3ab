"""What goes out together, in words: all of some assets in one night, and which sites and circuits fall together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from twin.ensemble.answers import Answers
from twin.ensemble.confidence import Share
from twin.ensemble.together import Joint, groups_of
from twin.explaining.likely import between, often
from twin.explaining.listed import teller_of
from twin.explaining.words import Speech, speech
from twin.quantities import BoolArray, Int32Array
from twin.results.result import Result
from twin.world.assets import Asset
from twin.world.kinds import Role

#: Assets of a group, and groups of a kind, that are told by name before the rest is counted.
_NAMED, _GROUPS = 6, 8
#: A group that falls together in a smaller share of the nights is only counted.
_LEAST = 0.05


def joint_lines(base: Result, found: Joint, assets: Sequence[Asset], lang: str) -> list[str]:
    """Give how often some assets are out together.

    Parameters
    ----------
    base
        The run of the plan itself.
    found
        How often they are.
    assets
        Two or more.
    lang
        ``fr`` or ``en``.
    """
    teller = teller_of(base, lang)
    words, n = teller.speech, len(assets)
    names = words.listing([teller.asset(asset) for asset in assets])
    if not found.some.count:
        return [Speech.sentence(words.text("None of them goes out in any night: {assets}.", assets=names))]
    lines = [words.text("Together: {assets}.", assets=names),
             words.text("all out in one night") + _share(words, found.all)]
    lines.append(words.text("all out at one moment") + _share(words, found.at_once))
    lines.append(words.text("one of them at least") + _share(words, found.some))
    if found.all.count and n > 1 and found.all.value >= 1.2 * found.apart:
        lines.append(words.text("They hang together: if each had its own nights, all would go out together {often}.",
                                often=_apart(words, found.apart)))
    return [Speech.sentence(line) for line in lines]


def _share(words: Speech, share: Share) -> str:
    colon = "\u00a0: " if words.lang == "fr" else ": "
    if not share.count:
        return colon + words.plural("not in the one night computed.", "in none of the {n} nights.", share.n)
    return colon + words.text("{often} ({between}).", often=often(words, share), between=between(words, share))


def _apart(words: Speech, share: float) -> str:
    if share < 0.05:
        return words.text("less than once out of 10")
    return words.plural("once out of 10", "{n} times out of 10", min(max(round(share * 10), 1), 9))


def group_lines(base: Result, answers: Answers, rows: Int32Array, out: BoolArray, lang: str) -> list[str]:
    """Give which assets fall in the same nights, the largest group first, with how often and because of what.

    Parameters
    ----------
    base, answers
        The run of the plan itself, and the answers.
    rows
        The assets, (R,).
    out
        In which nights each goes out, (n, R).
    lang
        ``fr`` or ``en``.
    """
    teller = teller_of(base, lang)
    words, assets = teller.speech, base.city.assets
    groups = groups_of(out)
    often_enough = [group for group in groups if out[:, group].all(axis=1).mean() >= _LEAST]
    lines = []
    for group in often_enough[:_GROUPS]:
        share = answers.share_in(np.asarray(out[:, group].all(axis=1)))
        names = [words.label(assets.kinds, assets[int(rows[k])]) for k in group[:_NAMED]]
        if len(group) > _NAMED:
            names.append(words.plural("{n} other", "{n} others", len(group) - _NAMED))
        told = words.text("together {often} ({between}): {assets}", often=often(words, share),
                          between=between(words, share), assets=words.listing(names))
        root = _root(answers, [int(rows[k]) for k in group])
        lines.append(words.text("{told}; most often because of {root}.", told=told, root=str(assets.id[root]))
                     if root is not None else f"{told}.")
    if more := len(often_enough) - _GROUPS:
        lines += [words.plural("{n} more group falls together.", "{n} more groups fall together.", more)] * (more > 0)
    if hardly := len(groups) - len(often_enough):
        lines.append(words.plural("{n} more group does in fewer than 1 night of 20.",
                                  "{n} more groups do in fewer than 1 night of 20.", hardly))
    if not groups:
        lines.append(words.text("No two of them fall in the same nights."))
    return [Speech.sentence(line) for line in lines]


def _root(answers: Answers, rows: Sequence[int]) -> int | None:
    """Give the root of more than half of the first outages of a group; None where none is."""
    count: Counter[int] = Counter()
    for row in rows:
        for cause in answers.causes_of(row):
            count[cause.root] += cause.count
    root, most = count.most_common(1)[0]
    return root if 2 * most > count.total() else None


def many_at_once(answers: Answers, lang: str) -> list[str]:
    """Give how often two critical sites, three and so on are without power in one night, as far as it happens."""
    words, count = speech(lang), answers.site_out.sum(axis=1)
    told = []
    for least in range(2, int(count.max(initial=0)) + 1):
        share = answers.share_in(count >= least)
        told.append(words.text("{n} critical sites or more without power in one night", n=words.number(least))
                    + _share(words, share))
    return [Speech.sentence(line) for line in told]


def default_rows(base: Result) -> list[Int32Array]:
    """Give of which assets it is told what falls together where nobody asks: critical sites, then circuits."""
    assets = base.city.assets
    return [np.flatnonzero(assets.of_role(role)).astype(np.int32) for role in (Role.VITAL, Role.CIRCUIT)]
