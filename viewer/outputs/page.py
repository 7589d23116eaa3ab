"""Export: one HTML file that holds the map, the lists and the run they come from, and asks for nothing else."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from geodata.atomic import write_whole
from geodata.ours import PAGE_MARK
from geodata.run.roads import RunStreets
from twin.errors import InputError
from twin.irrigation.locks import Reason
from twin.world.kinds import LANGUAGES
from viewer import scripts
from viewer.outputs.clock import Clock
from viewer.outputs.contacts import read_contacts
from viewer.outputs.countries import country_of
from viewer.outputs.operator_page import layers, operator_config
from viewer.outputs.release import require_release
from viewer.scene.compose import Scene, pack_scene
from viewer.scene.crews import pack_crews
from viewer.scene.pack import Packer, safe_json
from viewer.scene.roads import pack_roads
from viewer.scene.spec import specification
from viewer.states import carried, states, svg
from viewer.words import registers

if TYPE_CHECKING:
    from geodata.ensemble.folder import EnsembleFolder
    from geodata.run.folder import Run
    from viewer.public.night import PublicNight

_SOURCES = resources.files("viewer")


def export_map(run: Run, out: Path | str, *, public: bool, lang: str | None = None, released_by: str | None = None,
               city: Path | str | None = None, fields: Path | str | None = None,
               ensemble: EnsembleFolder | None = None) -> Path:
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
    ensemble
        The ensemble of whose plan it is the run: the map then says how likely each thing is.

    Raises
    ------
    InputError
        A language other than fr and en, a public forecast that nobody released, a place that cannot be written.
    """
    out = Path(out)
    text = page(run, public=public, lang=lang, released_by=released_by, city=city, fields=fields, ensemble=ensemble)
    write_whole(out, text, opens="<!doctype html", sort="a page", mark=PAGE_MARK)
    return out


def page(run: Run, *, public: bool, lang: str | None = None, released_by: str | None = None,
         city: Path | str | None = None, fields: Path | str | None = None,
         ensemble: EnsembleFolder | None = None) -> str:
    """Give the page as text: same run, same text."""
    if lang is not None and lang not in LANGUAGES:
        raise InputError(found=f"language '{lang}'", expected=" or ".join(LANGUAGES), field="lang")
    if public:
        from viewer.public.night import public_night

        return _public(public_night(run, fields, ensemble), lang, require_release(
            run.result.plan.status, released_by, what="a public page"), Path(city) if city else None)
    return rendered_operator(run, lang or "fr", ensemble)


def operator_scene(run: Run, ensemble: EnsembleFolder | None = None) -> Scene:
    """Give a run packed with its streets and crews, as every map of an operator shows it."""
    scene = pack_scene(run, ensemble)
    streets = RunStreets.of(run)
    if streets is not None:
        pack_roads(run, streets, scene)
    pack_crews(run, streets, scene)
    return scene


def operator_pack(run: Run, lang: str, ensemble: EnsembleFolder | None = None) -> tuple[Packer, dict[str, Any]]:
    """Give a run packed for the operator's page, and what its script is told beside."""
    scene = operator_scene(run, ensemble)
    clock = Clock(run.result.plan.start, run.result.city.timezone)
    return scene.packer, operator_config(run, scene, clock, lang, ensemble)


def rendered_operator(run: Run, lang: str, ensemble: EnsembleFolder | None = None, **more: Any) -> str:
    """Give the operator's page; ``more`` is what its template shows beside."""
    packer, config = operator_pack(run, lang, ensemble)
    view = {"symbols": {key: svg(key) for key in states()["symbols"]}, "run": run,
            "locks": [reason.word for reason in Reason],
            "is_ensemble": ensemble is not None, "layers": layers(is_ensemble=ensemble is not None),
            "driven": [] if ensemble is None else _driven(run, ensemble), **more}
    return _rendered("operator", packer, config, view, lang=lang, status=run.result.plan.status,
                     city=run.result.city.name)


def _driven(run: Run, ensemble: EnsembleFolder) -> Any:
    from viewer.outputs.driver_strip import told_of

    return told_of(run.result.city, ensemble.driven)


def _public(night: PublicNight, lang: str | None, released_by: str, contacts: Path | None) -> str:
    """Give the public page of a night: what it was not told, it cannot write."""
    from viewer.outputs.public_page import public_config, public_view
    from viewer.public.scene import pack_public

    country = country_of(night.country, night.timezone, night.latitude, night.longitude)
    people = read_contacts(contacts, country)
    packer, frame = pack_public(night)
    clock = Clock(night.start, night.timezone)
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
