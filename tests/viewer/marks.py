"""A town with a mark of its own in every text that a run can carry, and what is found of them in what leaves."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64decode
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fake_town
import geopandas
import numpy as np
import pyarrow.parquet as pq

from geodata.city.model import Context, SourceRecord
from twin.world.assets import Assets, Labels
from twin.world.kinds import Figure, Kinds, Words
from twin.world.plan import Action, Declared, Note
from viewer.outputs.call import export_call
from viewer.outputs.cap import export_cap
from viewer.outputs.leaflet import export_leaflet
from viewer.outputs.ngsi import entities
from viewer.outputs.open_data import export_open_data, feature_collections
from viewer.outputs.page import page
from viewer.outputs.sms import export_sms

#: A mark, wherever it stands.
MARK = re.compile(r"ZQ([a-z_]+)\.([a-z_0-9]+)QZ")


def mark(of: str, field: str) -> str:
    """Give the mark of a field of a kind, a layer or a part of a run."""
    return f"ZQ{of}.{field}QZ"


def marked_run(*, status: str = "exercise") -> Any:
    """Give a run whose every text holds a mark: each column of each kind, layers, kinds, sources, plan, trace."""
    city_file = fake_town.town(4, 2)
    run = fake_town.run_of(_with_signals(city_file), status=status)
    city_file, result = run.city_file, run.result
    assets = _marked_assets(result.city.assets)
    city = replace(result.city, assets=assets, name=f"Ville {mark('city', 'name')}")
    extra = {kind: {name: np.array([mark(kind, name)] * int(assets.of_kind(kind).sum()), dtype=object)
                    for name in ("src_note", "src_access", "src_key")} for kind in assets.kinds.names}
    context = {name: _marked_layer(name, layer) for name, layer in city_file.context.items()}
    context["district"] = _marked_layer("district", city_file.context["block"])
    context["secret"] = _marked_layer("secret", city_file.context["park"])
    sources = (SourceRecord(**{f.name: mark("source", f.name) for f in fields(SourceRecord)}),
               SourceRecord(name="inventory_of_2024", file="/home/ZQsource.homeQZ/inventory_of_2024.csv"))
    shapes = run.city_file.outlines
    marked = replace(city_file, city=city, shapes=shapes, context=context, sources=sources, extra=extra,
                     report={"note": mark("report", "note")})
    plan = replace(
        result.plan, name=mark("plan", "name"), flood='{"river": "' + mark("plan", "flood") + '"}',
        public_title=(("en", mark("plan", "title_en")), ("fr", mark("plan", "title_fr"))),
        declared=(Declared(at_s=10, action=Action.CUT, asset=0, by=mark("declared", "by"),
                           reason=mark("declared", "reason")),),
        notes=(Note(at_s=20, text=mark("note", "text"), by=mark("note", "by")),),
        thresholds=((mark("plan", "threshold"), "fail_m", 0.4),), repair_s=((mark("plan", "repair"), 1, 1),),
        supplies=(("add", mark("plan", "supplier"), mark("plan", "consumer"), 0),),
        measures=(json.dumps({"measure": "raise", "assets": [mark("measure", "asset")], "authority": "city",
                              "by_m": 0.5, **{key: mark("measure", key) for key in ("name", "by", "note")}}),))
    trace = replace(result.trace, detail=np.array([f'{{"by": "{mark("trace", "detail")}"}}'] * len(result.trace),
                                                  dtype=object))
    done = replace(result, city=city, plan=plan, trace=trace, outages=_all_out(result.outages, assets),
                   indicators={"note": mark("indicators", "note")}, provenance={"note": mark("provenance", "note")},
                   warnings=({"warning": mark("warning", "text")},))
    return SimpleNamespace(**{**vars(run), "city_file": marked, "result": done, "path": Path("/" + mark("run", "path")),
                              "info": {"note": mark("info", "note"), "plan": plan.to_dict()}})


def _all_out(outages: Any, assets: Any) -> Any:
    """Add an outage of one asset of each kind that has none: what is told of a kind is then told of it."""
    names = np.array(assets.kinds.names, dtype=object)[assets.kind]
    rows = np.array([np.flatnonzero(names == kind)[0] for kind in assets.kinds.names
                     if (names == kind).any() and kind not in ("lamp", "circuit")], np.int64)
    order = np.argsort(np.r_[outages.start_s, np.full(len(rows), 30_000)], kind="stable")
    more = {"asset": rows, "start_s": 30_000, "end_s": -1, "mechanism": 5, "cause": rows, "root": rows,
            "root_mechanism": 5, "root_depth_m": np.nan, "held_mechanism": 5, "held": rows, "dark_s": -1,
            "is_doubtful": False, "event_row": 0}
    return replace(outages, **{name: np.r_[getattr(outages, name), np.broadcast_to(value, len(rows)).astype(
        getattr(outages, name).dtype)][order] for name, value in more.items()})


def _with_signals(city_file: Any) -> Any:
    """Make some of the houses at the quay into other things: sites, gauges, signals and a kind of the city's own."""
    assets = city_file.city.assets
    own = replace(assets.kinds["site"], name="secret_kind")
    kinds = Kinds((*assets.kinds.kinds, own))
    kind = np.array(assets.kind)
    houses = np.flatnonzero(assets.of_kind("building"))
    for name, row in zip(("gauge", "traffic_signal", "traffic_signal", "pump", "lift_station", "service_box",
                          "controller", "zone", "secret_kind", "secret_kind"), houses[:40:4], strict=True):
        kind[row] = kinds.index(name)
    taken = {f.name: getattr(assets, f.name) for f in fields(Assets) if f.init and f.name not in ("kind", "kinds")}
    return replace(city_file, city=replace(city_file.city, assets=Assets(kind=kind.astype(np.int16), kinds=kinds,
                                                                         **taken)), shapes=city_file.outlines)


def _marked_assets(assets: Any) -> Any:
    names = np.array(assets.kinds.names, dtype=object)[assets.kind]

    def texts(field: str, old: list[str]) -> list[str]:
        return [f"{mark(kind, field)} {text}" for kind, text in zip(names, old, strict=True)]

    labels = {field: Labels.of(texts(field, getattr(assets, field).to_list()))
              for field in ("street", "district", "owner", "operator")}
    kinds = Kinds(tuple(replace(
        kind, words={lang: Words(**{part: f"{mark(kind.name, f'word_{lang}')} {part}" for part in (
            "one", "many", "the", "of_the")}) for lang in ("fr", "en")},
        height_error_m=Figure(value=0.1, unit="m", source=mark(kind.name, "figure"), assumption=True))
        for kind in assets.kinds))
    marked = assets.replaced(id=np.array(texts("id", list(assets.id)), dtype=object),
                             name=np.array(texts("name", list(assets.name)), dtype=object), **labels)
    return replace(marked, kinds=kinds)


def _marked_layer(name: str, layer: Any) -> Any:
    count = len(layer)
    return Context(id=np.array([f"{mark(name, 'layer_id')} {k}" for k in range(count)], dtype=object),
                   name=np.array([f"{mark(name, 'layer_name')} {one}" for one in layer.name], dtype=object),
                   geometry=layer.geometry, columns={**layer.columns, "src_note": np.array(
                       [mark(name, "layer_note")] * count, dtype=object)})


#: A file of contacts with a mark in each of its texts.
CONTACTS = f"""
[sender]
id = "{mark('contacts', 'sender_id')}"
name = "{mark('contacts', 'sender_name')}"
[report]
address = "{mark('contacts', 'report')}"
[[emergency]]
number = "{mark('contacts', 'emergency_number')}"
fr = "{mark('contacts', 'emergency_fr')}"
en = "{mark('contacts', 'emergency_en')}"
[grid]
number = "{mark('contacts', 'grid_number')}"
fr = "{mark('contacts', 'grid_fr')}"
en = "{mark('contacts', 'grid_en')}"
[[official]]
url = "{mark('contacts', 'official_url')}"
fr = "{mark('contacts', 'official_fr')}"
en = "{mark('contacts', 'official_en')}"
"""


def everything(run: Any, folder: Path, **given: Any) -> dict[str, str]:
    """Give every public output of a run as text, packed parts unpacked, by name; those that are refused are left out.

    ``given`` may hold ``fields`` and ``contacts``.
    """
    from twin.errors import InputError

    contacts = given.get("contacts")
    allowed = {"fields": given.get("fields")}
    made: dict[str, str] = {}

    def keep(name: str, make: Any) -> None:
        try:
            made[name] = make()
        except InputError as error:
            made[f"{name}: refused"] = str(error)

    for lang in ("fr", "en"):
        keep(f"page {lang}", lambda lang=lang: unpacked(page(run, public=True, lang=lang, city=contacts, **allowed)))
        for streets in ("all", "Rue Haute 1"):
            keep(f"leaflet {lang} {streets}", lambda lang=lang, streets=streets: export_leaflet(
                run, folder / "leaflet.html", streets=[streets], lang=lang, contacts=contacts,
                **allowed).read_text("utf-8"))
    for ending in ("geojson", "csv", "geoparquet"):
        keep(ending, lambda ending=ending: _folder(export_open_data(run, folder / ending, format=ending, **allowed)))
    keep("calls", lambda: export_call(run, folder / "call.csv", contacts=contacts, **allowed).read_text("utf-8"))
    keep("feed", lambda: _fed(run, **allowed))
    keep("messages", lambda: export_sms(run, folder / "sms.csv", contacts=contacts, **allowed).read_text("utf-8"))
    keep("alert", lambda: export_cap(run, folder / "alert.xml", contacts=contacts, now=run.result.plan.issued_at,
                                     **allowed).read_text("utf-8"))
    return made


def _fed(run: Any, **allowed: Any) -> str:
    made = feature_collections(run, **allowed)
    return json.dumps([made, entities(made)], ensure_ascii=False)


def unpacked(text: str) -> str:
    """Give a page with all that is packed in it, as text; lists of numbers without the coding of their fronts."""
    parts = [text]
    for packed in re.findall(r'<script type="application/gzip"[^>]*>([^<]*)</script>', text):
        data = gzip.decompress(b64decode(packed))
        parts.append(data.decode("utf-8", "replace"))
        length = int.from_bytes(data[:4], "little")
        if data[4:5] == b"{" and length < len(data):
            texts = json.loads(data[4:4 + length])["texts"]
            parts += [_decoded(value) for name, value in texts.items() if name.endswith(".id")]
    return "\n".join(parts)


def _decoded(coded: str) -> str:
    """Undo ``front_coded``."""
    whole, before = [], ""
    for line in coded.split("\n"):
        before = before[:int(line[:1] or "0", 36)] + line[1:]
        whole.append(before)
    return "\n".join(whole)


def _folder(folder: Path) -> str:
    parts = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".parquet":
            parts += [geopandas.read_parquet(path).to_csv(), str(pq.read_schema(path).metadata)]
        else:
            parts.append(path.read_text("utf-8"))
    return "\n".join(parts)


def found(text: str) -> set[tuple[str, str]]:
    """Give the marks that stand in a text."""
    return set(MARK.findall(text))
