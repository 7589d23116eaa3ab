"""Export: one HTML file that holds the map, the lists and the run they come from, and asks for nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import jinja2
import numpy as np

from geodata.atomic import write_whole
from twin.codes import Action, Mechanism
from twin.errors import InputError
from twin.quantities import NONE
from twin.world.assets import Source
from twin.world.kinds import LANGUAGES
from twin.world.sun import dark_periods
from viewer import scripts
from viewer.outputs.contacts import read_contacts
from viewer.outputs.countries import country_of
from viewer.outputs.release import require_release
from viewer.public.night import PublicNight, public_night
from viewer.scene.compose import Scene, pack_scene
from viewer.scene.intervals import NEAR
from viewer.scene.pack import Packer, safe_json
from viewer.scene.spec import specification
from viewer.states import carried, states, svg
from viewer.words import registers

if TYPE_CHECKING:
    from geodata.run.folder import Run

_SOURCES = resources.files("viewer")
_DAY_S = 86_400
#: What the operator's timeline can name.
TIMELINE = ("water", "first_dark", "flooded", "failed", "cut", "restore", "fact", "note")


def export_map(run: Run, out: Path | str, *, public: bool, lang: str | None = None, released_by: str | None = None,
               city: Path | str | None = None, fields: Path | str | None = None) -> Path:
    """Write a run as one HTML file.

    Parameters
    ----------
    run
        ``geodata.run.folder.Run``.
    out
        The file to write; an existing page is replaced, any other file stays.
    public
        The page for residents, with what the public list allows; else the operator's page, with everything.
    lang
        Language that the page opens in, ``fr`` or ``en``; both are in the file. Without it French for the operator, and
        for the public an official language of the country where it is one of the two, else English.
    released_by
        Who released it: needed to publish a forecast, and written in the file.
    city
        The city's own file of telephone numbers, addresses and links (TOML); the country's without it.
    fields
        The city's own list of what may leave (TOML); the shipped one without it.

    Raises
    ------
    InputError
        A language other than fr and en, a public forecast that nobody released, a place that cannot be written.
    """
    out = Path(out)
    text = page(run, public=public, lang=lang, released_by=released_by, city=city, fields=fields)
    write_whole(out, text, opens="<!doctype html", sort="a page")
    return out


def page(run: Run, *, public: bool, lang: str | None = None, released_by: str | None = None,
         city: Path | str | None = None, fields: Path | str | None = None) -> str:
    """Give the page as text: same run, same text."""
    if lang is not None and lang not in LANGUAGES:
        raise InputError(found=f"language '{lang}'", expected=" or ".join(LANGUAGES), field="lang")
    if public:
        return _public(public_night(run, fields), lang, require_release(
            run.result.plan.status, released_by, what="a public page"), Path(city) if city else None)
    lang = lang or "fr"
    scene = pack_scene(run)
    config = {**operator_config(run, scene), "public": False, "lang": lang}
    kinds = [{"name": kind.name, "words": {language: {"one": w.one, "many": w.many, "gender": w.gender}
                                           for language, w in kind.words.items()},
              "stages": [round(stage.value) for stage in kind.repair_s]} for kind in run.result.city.assets.kinds]
    scene.packer.text("kinds", kinds)
    view = {"symbols": {key: svg(key) for key in states()["symbols"]}, "run": run}
    return _rendered("operator", scene.packer, config, view, lang=lang, status=run.result.plan.status,
                     city=run.result.city.name)


def operator_config(run: Run, scene: Scene) -> dict[str, Any]:
    """Give what the operator's map must know beside its pack: names, times, nights, status, lists."""
    clock = _Clock(run.result.plan.start, run.result.city.timezone)
    return {**_common(run, clock), **_operator(run, scene, clock)}


def _public(night: PublicNight, lang: str | None, released_by: str, contacts: Path | None) -> str:
    """Give the public page of a night: what it was not told, it cannot write."""
    from viewer.outputs.public_page import public_config, public_view
    from viewer.public.scene import pack_public

    country = country_of(night.country, night.timezone, night.latitude, night.longitude)
    people = read_contacts(contacts, country)
    packer, frame = pack_public(night)
    clock = _Clock(night.start, night.timezone)
    lang = lang or country.language
    config = {"city": night.city, "status": night.status, "start": clock.start, "offsets": clock.offsets(
        night.duration_s), "duration": night.duration_s, "step": night.step_s, "issued": clock.since(night.issued_at),
        "validUntil": clock.since(night.valid_until), "nextUpdate": clock.since(night.next_update),
        "nights": [list(span) for span in night.nights], "public": True, "lang": lang,
        **public_config(night, frame, people, released_by=released_by)}
    return _rendered("public", packer, config, public_view(night, people, lang=lang, released_by=released_by),
                     lang=lang, status=night.status, city=night.city)


def _rendered(name: str, packer: Packer, config: dict[str, Any], view: dict[str, Any], *, lang: str, status: str,
              city: str) -> str:
    public = name == "public"
    for key, value in {"words": scripts.words(name), "states": carried(public=public),
                       "spec": specification(public=public)}.items():
        packer.text(key, value)
    deck, script, loader = scripts.deck(), scripts.built(name), scripts.built("loader").text
    style = _style(name)
    policy = ("default-src 'none'; img-src 'self' data:; connect-src 'none'; font-src 'none'; object-src 'none'; "
              "base-uri 'none'; form-action 'none'; "
              f"script-src {_hash(loader)} {_hash(script.text)} {_hash(deck.text)}; style-src {_hash(style)}")
    return _templates().get_template(f"{name}.html").render(
        config=safe_json(config), data=packer.base64(), deck=deck.packed, loader=loader, style=style,
        script=script.packed, policy=policy, lang=lang,
        words=registers()[lang], status=status, city=city, **view)


@cache
def _style(name: str) -> str:
    colors = "".join(f"--{key.replace('_', '-')}:{value};" for key, value in states()["colors"].items())
    return ":root{" + colors + "}\n" + "\n".join(
        _SOURCES.joinpath("page", file).read_text("utf-8") for file in ("common.css", f"{name}.css"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.FunctionLoader(
        lambda name: _SOURCES.joinpath("templates", name).read_text("utf-8")), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined)


class _Clock:
    """Times of the run as the page counts them: seconds from the start."""

    def __init__(self, start: datetime, timezone: str) -> None:
        self.zone = ZoneInfo(timezone)
        self.start = int(start.timestamp())
        self._start = start

    def since(self, moment: datetime | str | None) -> int | None:
        """Give the seconds from the start of a moment, ISO text or not."""
        if moment is None:
            return None
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment)
        return round(moment.timestamp()) - self.start

    def local(self, seconds: float) -> datetime:
        """Give the local time of a second of the run."""
        return (self._start + timedelta(seconds=float(seconds))).astimezone(self.zone)

    def offsets(self, duration_s: int) -> list[list[int]]:
        """Give the zone's offsets from UTC over the run: from which second on, and how much [s]."""
        found: list[list[int]] = []
        for seconds in range(-7 * 86_400, duration_s + 8 * 86_400, 900):
            offset = self.local(seconds).utcoffset()
            value = int(offset.total_seconds()) if offset is not None else 0
            if not found or found[-1][1] != value:
                found.append([seconds, value])
        return found


def _common(run: Run, clock: _Clock) -> dict[str, Any]:
    """Give what the operator's page must know: names, times, nights, status."""
    plan, city = run.result.plan, run.result.city
    # A night is named from dusk to dawn, also where the run begins after the one or ends before the other.
    nights = dark_periods(plan.start.astimezone(UTC) - timedelta(seconds=_DAY_S), plan.duration_s + 2 * _DAY_S,
                          plan.dark, latitude=city.latitude, longitude=city.longitude,
                          timezone=city.timezone) - _DAY_S
    nights = nights[(nights[:, 1] > 0) & (nights[:, 0] < plan.duration_s)]
    wet = _wet_span(run)
    return {"name": plan.name, "city": city.name, "status": plan.status, "start": clock.start,
            "offsets": clock.offsets(plan.duration_s), "duration": plan.duration_s, "step": plan.step_s,
            "issued": clock.since(plan.issued_at), "validUntil": clock.since(plan.valid_until),
            "nextUpdate": clock.since(plan.next_update),
            "nights": np.asarray(nights).tolist(), "wetSpan": wet, "peakAt": _peak_at(run)}


def _wet_span(run: Run) -> list[int] | None:
    """Give from when until when some asset stands in water, None where none does."""
    exposure = run.result.exposure
    touched = exposure.touched_at_s[exposure.touched_at_s != NONE]
    if not len(touched):
        return None
    never_left = bool(((exposure.touched_at_s != NONE) & (exposure.water_left_at_s == NONE)).any())
    last = run.result.plan.duration_s if never_left else int(exposure.water_left_at_s.max())
    return [int(touched.min()), last]


def _peak_at(run: Run) -> int:
    """Give when the water stands highest: the middle one of the assets' own peaks."""
    peaks = run.result.exposure.peak_time_s
    peaks = np.sort(peaks[peaks != NONE])
    return int(peaks[len(peaks) // 2]) if len(peaks) else 0


def _operator(run: Run, scene: Scene, clock: _Clock) -> dict[str, Any]:
    """Give the lists of the operator's page, assets by their number in the page."""
    result = run.result
    indicators: Mapping[str, Any] = result.indicators
    assets = result.city.assets
    number = scene.number
    row = {name: i for i, name in enumerate(assets.id)}

    def of(asset_id: str) -> int:
        return int(number[row[asset_id]])

    live = []
    for entry in indicators.get("may_be_live", {}).get("rows", ()):
        depth = entry["depth_m"]
        live.append({"us": [of(one) for one in entry["assets"]], "count": entry["assets_count"], "cut": entry["cut"],
                     "from": clock.since(entry["from"]), "to": clock.since(entry["to"]), "street": entry["street"],
                     "depth": None if depth is None else round(depth * 100)})
    moments = [{"u": of(entry["asset"]), "at": clock.since(entry["act_before"]),
                "failed": clock.since(entry["failed_at"]), "lamps": entry["lamps"]}
               for entry in indicators.get("last_moment_to_act", {}).get("rows", ())]
    roots = [{"u": of(entry["asset"]), "lamps": entry["lamps"], "share": entry["share"]}
             for entry in indicators.get("roots", ())]
    facts = [{"u": int(number[one.asset]), "at": one.at_s, "by": one.by, "reason": one.reason,
              "fact": one.action >= Action.FACT_OUT, "action": Action(one.action).name.lower()}
             for one in result.plan.declared]
    sources = (assets.touch_source, assets.fail_source, assets.protection_source)
    return {"live": live, "facts": facts, "most": _most_out(run), "near": _near(scene),
            "lastMoments": moments, "roots": roots, "events": _events(run, scene),
            "defaults": int(sum((np.asarray(source) == Source.DEFAULT).sum() for source in sources)),
            "doubtful": int(np.asarray(result.exposure.is_doubtful).sum())}


def _most_out(run: Run) -> list[int]:
    """Give how many lamps are out at once at most as computed, and how many of these are in doubt."""
    outages = run.result.outages
    mine = np.flatnonzero(run.result.city.assets.of_kind("lamp")[outages.asset])
    start, doubtful = outages.start_s[mine], outages.is_doubtful[mine]
    end = np.where(outages.end_s[mine] == NONE, run.result.plan.duration_s + 1, outages.end_s[mine])
    most = [0, 0]
    for moment in np.unique(start).tolist():
        out = (start <= moment) & (moment < end)
        if out.sum() > most[0]:
            most = [int(out.sum()), int((out & doubtful).sum())]
    return most


def _near(scene: Scene) -> int:
    """Give the lamps that are never out as computed, though they might be: the water comes within the errors."""
    table = scene.patterns
    weight = np.bincount(scene.lamp_patterns, minlength=len(table.offsets) - 1)
    near = 0
    for pattern in np.flatnonzero(weight).tolist():
        rows = table.rows[table.offsets[pattern]:table.offsets[pattern + 1]]
        near += int(weight[pattern]) if rows and all(row[3] == NEAR for row in rows) else 0
    return near


def _events(run: Run, scene: Scene) -> list[dict[str, Any]]:
    """Give the few events that a timeline can name: first water, first lamp, cabinets and substations, decisions."""
    result = run.result
    outages, assets, plan = result.outages, result.city.assets, result.plan
    names = np.array(assets.kinds.names, dtype=object)[assets.kind]
    events: list[dict[str, Any]] = []
    houses = (names == "building") & (result.exposure.touched_at_s != NONE)
    if houses.any():
        events.append({"kind": "water", "at": int(result.exposure.touched_at_s[houses].min()), "u": -1})
    lamps = names[outages.asset] == "lamp"
    if lamps.any():
        events.append({"kind": "first_dark", "at": int(outages.start_s[lamps].min()), "u": -1})
    for i in np.flatnonzero(outages.mechanism == Mechanism.FLOODED).tolist():
        asset = int(outages.asset[i])
        if names[asset] in ("cabinet", "substation") and not outages.is_doubtful[i]:
            events.append({"kind": "flooded", "at": int(outages.start_s[i]), "u": int(scene.number[asset])})
    words = {Action.FAIL: "failed", Action.CUT: "cut", Action.RESTORE: "restore"}
    events += [{"kind": words.get(declared.action, "fact"), "at": declared.at_s,
                "u": int(scene.number[declared.asset]), "tone": "danger"} for declared in plan.declared]
    events += [{"kind": "note", "at": note.at_s, "u": -1, "text": note.text} for note in plan.notes]
    return sorted(events, key=lambda event: (event["at"], event["kind"], event["u"]))[:400]
