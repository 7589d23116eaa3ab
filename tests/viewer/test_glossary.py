"""Counting words mean one thing each: docs/glossary.md against indicators, terminal, tables, map, leaflet and words."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.nights import night
from twin.explaining.first_lines import first_lines
from twin.quantities import NONE
from twin.results.summary import summarise
from twin.water.depths import Coverage
from twin.world.kinds import Role
from viewer.outputs.clock import Clock
from viewer.outputs.operator_page import operator_config
from viewer.public.night import public_night
from viewer.scene.compose import pack_scene

ROOT = Path(__file__).parents[2]
NIGHTS = ("ouche-q100", "valmont-preventive-cut", "valmont-facts", "valmont-substation", "ouche-q10")
WORDS = ("flooded", "live, dead", "out", "dark", "doubtful, in doubt, may", "downstream, root", "unknown", "suspended",
         "may be live")


def text_of(entry: Any) -> str:
    return json.dumps(entry, ensure_ascii=False)


def french() -> dict[str, str]:
    """Give everything that French readers are told, by its file."""
    data = ROOT / "viewer" / "data"
    leaflet = tomllib.loads((data / "leaflet.toml").read_text("utf-8"))
    alert = tomllib.loads((data / "alert.toml").read_text("utf-8"))
    po = (ROOT / "twin" / "locale" / "fr" / "LC_MESSAGES" / "twin.po").read_text("utf-8")
    return {"words.fr.json": (data / "words.fr.json").read_text("utf-8"),
            "words.simple.json": (data / "words.simple.json").read_text("utf-8"),
            "states.json": (data / "states.json").read_text("utf-8"), "leaflet.toml": text_of(leaflet.get("fr", {})),
            "alert.toml": text_of(alert), "twin.po": "\n".join(re.findall(r'^msgstr.*"(.*)"', po, re.MULTILINE))}


def test_the_glossary_has_every_counting_word_once() -> None:
    section = (ROOT / "docs" / "glossary.md").read_text("utf-8").split("## Words that count")[1]
    rows = re.findall(r"^\| ([a-z, ]+) \|", section, re.MULTILINE)
    assert [row for row in rows if row != "word"] == list(WORDS)


@pytest.mark.parametrize("file", french())
def test_no_other_word_is_used_for_what_the_glossary_names(file: str) -> None:
    said = french()[file].lower()
    for other in ("noyé", "submergé", "douteu", "inondation de l’armoire"):
        assert other not in said, f"{file}: the glossary says inondé, incertain"


def test_nor_in_english() -> None:
    words = json.loads((ROOT / "viewer" / "data" / "words.en.json").read_text("utf-8"))
    said = text_of(list(words.values())).lower()
    assert "drown" not in said
    assert "doubtful" not in re.sub(r"\{\w+\}", "", said), "people read: in doubt"


@pytest.mark.parametrize("name", NIGHTS)
def test_every_count_of_a_night_is_one_number(name: str) -> None:
    run = night(name)
    result = run.result
    assets, exposure, told = result.city.assets, result.exposure, summarise(result)
    page = operator_config(run, pack_scene(run), Clock(result.plan.start, result.city.timezone), "fr")
    indicators = result.indicators
    kinds = assets.kinds.names

    # flooded: from exposure, by kind, whatever took it out first; dead is a part of it
    table = pq.read_table(run.path / "exposure.parquet", columns=["kind", "failed_at"]).to_pylist()
    for row in page["flooded"]:
        kind = kinds[row["kind"]]
        n = sum(one["kind"] == kind and one["failed_at"] is not None for one in table)
        assert row["n"] == told.gear[kind]["flooded"] == indicators["flooded"][kind]["count"] == n
        assert row["dead"] == told.gear[kind]["flooded_dead"] == indicators["flooded"][kind]["dead"] <= n

    # out: surely; doubtful: apart
    spans, lamp = result.spans, assets.of_role(Role.LIGHTS)
    ever = {int(row) for row in spans.asset[spans.is_sure & lamp[spans.asset]]}
    assert len(ever) <= indicators["lamps"]["ever_out"]
    assert page["most"] == {"out": told.lamps_out_at_worst, "doubtful": told.lamps_in_doubt_at_worst}
    assert told.lamps_out_at_worst == indicators["lamps"]["surely"]["most"] >= (
        indicators["lamps"]["most_out"] - indicators["lamps"]["in_doubt_then"]), "the most that surely are"
    doubts = set(pq.read_table(run.path / "doubts.parquet", columns=["asset_id"])["asset_id"].to_pylist())
    assert page["doubtful"] == told.doubtful == indicators["doubtful"]["count"] == len(doubts)
    assert public_night(run).doubtful == told.doubtful, "residents read the same count"
    for kind, row in told.gear.items():
        mine = set(np.flatnonzero(assets.of_kind(kind)).tolist())
        sure = {int(one) for one in spans.asset[spans.is_sure]} & mine
        assert (row["out"], row["in_doubt"]) == (
            len(sure), len(({int(one) for one in result.doubts.asset} & mine) - sure)), kind

    # dark: lamps out while darkness counts; unknown: said, and run as dry
    o = result.outages
    assert indicators["lamps"]["ever_dark"] == len(np.unique(o.asset[lamp[o.asset] & (o.dark_s > 0)]))
    unknown = int((exposure.coverage == Coverage.UNKNOWN).sum())
    assert told.unknown == sum(indicators["coverage"].get("unknown", {}).values()) == unknown
    assert not np.any(exposure.failed_at_s[exposure.coverage == Coverage.UNKNOWN] != NONE)

    # suspended, may be live
    assert told.zones_suspended == indicators["zones"]["suspended"] == len(np.unique(result.suspensions.asset))
    assert indicators["may_be_live"]["count"] == len(page["live"])
    opened = {place["at"] for place in page["live"]}
    assert told.may_be_live == indicators["may_be_live"]["places"] == len(opened) == len(result.cut_order)
    assert len({place["rank"] for place in page["live"]}) == len(opened), "no two places of one rank"


@pytest.mark.parametrize("name", NIGHTS[:2])
def test_the_terminal_says_these_numbers_in_both_languages(name: str) -> None:
    result = night(name).result
    told = summarise(result)
    for lang, out, doubt in (("fr", "lampes éteintes sur", "de plus peut-être"), ("en", "of", "more may be")):
        lines = [line.text.replace("\u202f", "").replace(",", "") for line in
                 first_lines(told, result.city.assets.kinds, lang)]
        [line] = [line for line in lines if line.startswith(f"{told.lamps_out_at_worst} {out}")]
        assert f"{told.lamps_in_doubt_at_worst} {doubt}" in line
        assert any(f"{told.gear['cabinet']['flooded']}" in line for line in lines)
