"""The page of a night that is over, for residents: what we said, what happened, what you told us, what we change.

Streets and counts alone: no lamp, no cabinet, no caller. What the public list does not let out of a lamp's street is
told as numbers without names.
"""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from geodata.atomic import write_whole
from geodata.ours import PAGE_MARK
from twin.review.levels import LevelError
from twin.review.night import by_the_clock
from twin.review.review import Review
from twin.review.streets import ORDER, judge_streets
from twin.review.verdicts import Verdict
from twin.texts import clean
from twin.world.kinds import Role
from viewer.outputs.release import require_release
from viewer.public.allowed import Allowed
from viewer.words import Voice

#: A mean error of the level under this is none that anybody would see [m].
_RIGHT_M = 0.01


@dataclass(frozen=True, slots=True)
class _Group:
    sort: str
    title: str
    number: str
    names: str


@dataclass(frozen=True, slots=True)
class _Part:
    title: str
    lines: Sequence[str]
    groups: Sequence[_Group] = ()


def export_review_page(found: Review, out: Path, *, lang: str, changes: Sequence[str] = (),
                       released_by: str | None = None, fields: Path | None = None) -> Path:
    """Write the page.

    Parameters
    ----------
    found
        The review.
    out
        HTML file to write.
    lang
        ``fr`` or ``en``.
    changes
        What the city changes, in its own words, a sentence each: nobody else can know it.
    released_by
        Who releases it; needed for a night that took place.
    fields
        The city's own list of what may leave (TOML); the shipped one without it.

    Raises
    ------
    InputError
        A night that took place without a name; a list or place that cannot be read or written.
    """
    status = found.night.issues[-1].result.plan.status
    released = require_release(status, released_by, what="the page of a night")
    say = Voice(lang)
    words: Mapping[str, str] = tomllib.loads(
        resources.files("viewer").joinpath("data/review.toml").read_text("utf-8"))[say.lang]
    write_whole(out, _render(found, say, words, list(changes), released, Allowed.read(fields)), opens="<!doctype html",
                sort="a page", mark=PAGE_MARK)
    return out


def _render(found: Review, say: Voice, words: Mapping[str, str], changes: list[str], released: str, allowed: Allowed
            ) -> str:
    city = found.night.issues[-1].result.city
    issued = [by_the_clock(city, one.issued) for one in found.night.issues]
    status = found.night.issues[-1].result.plan.status
    kinds = city.assets.kinds
    tells = all(allowed(name, "street") for name in kinds.names if Role.LIGHTS in kinds[name].roles)
    streets = judge_streets(found.night)
    templates = resources.files("viewer").joinpath("templates")
    style = templates.joinpath("review.css").read_text("utf-8")
    template = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined).from_string(
        templates.joinpath("review.html.j2").read_text("utf-8"))
    parts = [_Part(words["said"], list(_said(streets, issued, say, words))),
             _Part(words["came"], [] if streets else [words["nothing"]],
                   list(_groups(streets, say, words, tells=tells))),
             _Part(words["told"], [_counted(words, "told", found.night.called, say)])]
    parts += [_Part(words["level"], [_level(one, say, words)]) for one in _nearest(found.levels)]
    parts.append(_Part(words["learn"], list(_learnt(found, streets, say, words))))
    if changes:
        parts.append(_Part(words["change"], [clean(one) for one in changes]))
    return template.render(
        lang=say.lang, town=clean(city.name), title=words["title"].format(day=say.day(issued[0])),
        status=words[status] if status != "forecast" else "", not_real=words["not_real"], intro=words["intro"],
        parts=parts, released=words["released"].format(name=released) if released else "", style=Markup(style),
        style_hash=base64.b64encode(sha256(style.encode()).digest()).decode())


def _said(streets: Mapping[str, Verdict], issued: Sequence[datetime], say: Voice, words: Mapping[str, str]
          ) -> Iterator[str]:
    yield words["said_one" if len(issued) == 1 else "said_many"].format(
        n=say.number(len(issued)), first=say.at(issued[0], issued[0]), last=say.at(issued[-1], issued[0]))
    announced = sum(one in (Verdict.HIT, Verdict.FALSE_ALARM, Verdict.UNSEEN) for one in streets.values())
    yield words["said_none" if not announced else "said_street" if announced == 1 else "said_streets"].format(
        n=say.number(announced))


def _groups(streets: Mapping[str, Verdict], say: Voice, words: Mapping[str, str], *, tells: bool) -> Iterator[_Group]:
    for verdict in ORDER:
        mine = [clean(street) for street, one in streets.items() if one is verdict]
        if mine:
            yield _Group(verdict.value, words[verdict.value], say.number(len(mine)), ", ".join(mine) if tells else "")


def _counted(words: Mapping[str, str], key: str, n: int, say: Voice) -> str:
    return words[f"{key}_none" if not n else f"{key}_one" if n == 1 else f"{key}_many"].format(n=say.number(n))


def _nearest(levels: Sequence[LevelError]) -> list[LevelError]:
    """Give of each gauge the error at the longest lead that it has: what people heard the day before."""
    last: dict[str, LevelError] = {one.gauge: one for one in levels}
    return list(last.values())[:1]


def _level(one: LevelError, say: Voice, words: Mapping[str, str]) -> str:
    if abs(one.bias_m) < _RIGHT_M:
        return words["level_right"]
    bias = f"{say.number(round(abs(one.bias_m) * 100))}\u00a0cm"
    return words["level_low" if one.bias_m < 0 else "level_high"].format(bias=bias)


def _learnt(found: Review, streets: Mapping[str, Any], say: Voice, words: Mapping[str, str]) -> Iterator[str]:
    of = list(streets.values())
    counts = (("learn_miss", of.count(Verdict.MISS)), ("learn_false", of.count(Verdict.FALSE_ALARM)),
              ("learn_heights", len(found.taught)))
    for key, n in counts:
        if n:
            yield words[key if n > 1 else f"{key}_one"].format(n=say.number(n))
    if not any(n for _, n in counts):
        yield words["learn_nothing"]
