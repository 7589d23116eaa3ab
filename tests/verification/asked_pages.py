"""The pages put to the question: map and its counters, the public page, leaflets and messages; see ``asked.py``."""

from __future__ import annotations

import csv
import html
import re
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.verification.asked_tables import Tables
from tests.viewer.page_browser import opened
from viewer.outputs.leaflet import export_leaflet
from viewer.outputs.page import export_map
from viewer.outputs.sms import export_sms

if TYPE_CHECKING:
    from tests.verification.asked import Asked

NONE_JS = 0xFFFFFFFF
#: What the page's script says of pairs of asset and second.
ON_THE_MAP = """(pairs) => { const {model, chain} = twinPage; const all = model.ids();
  const at = new Map(all.map((id, u) => [id, u]));
  const words = {1: 'out', 2: 'may_be_out', 5: 'on_reserve', 6: 'last_feed', 7: 'no_supplier'};
  return pairs.map(([id, t]) => { const u = at.get(id); const {iv, conditions, waits} = model;
    const i = iv.at(model.pattern[u], t); const k = model.condition(u, t);
    const mechanism = i < 0 ? '' : chain.mechanism(i); const isSuspended = mechanism === 'touched';
    const state = i >= 0 ? iv.state[i] : k >= 0 ? conditions.state[k] : 0;
    const isOut = i >= 0 && mechanism !== 'near' && !isSuspended;
    const walk = isOut ? chain.walk(u, t) : [];
    return {condition: isSuspended ? 'suspended' : (words[state] ?? 'in_service'),
      since: i < 0 || isSuspended ? -1 : iv.since[i], root: walk.length ? all[walk[walk.length - 1].u] : null,
      flooded: waits.untestedSince(u, t)}; }); }"""
COUNTERS = {"lamp_dark": ("lamps", 0), "lamp_may": ("lamps", 1), "cabinet_out": ("cabinets", 0),
            "cabinet_may": ("cabinets", 1), "site_out": ("sites", 0), "site_may": ("sites", 1)}


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text) or 0)


def asked_of_map(asked: Asked, tables: Tables, run: Any, browser: Any, pairs: list[tuple[int, int]],
                 times: list[int], now: Any) -> None:
    """Ask the operator's map in the browser: pairs at any second, counters at positions of the slider."""
    name = tables.folder.name
    with tempfile.TemporaryDirectory() as folder:
        file = export_map(run, Path(folder) / "map.html", public=False, lang="fr")
        page = opened(browser, file, now=now, width=1600, height=900, timeout_ms=240_000)
        page.set_default_timeout(240_000)
        told = page.evaluate(ON_THE_MAP, [[tables.ids[k], t_s] for k, t_s in pairs])
        own_at: dict[int, Any] = {}
        for (k, t_s), said in zip(pairs, told, strict=True):
            if t_s not in own_at:
                own_at = {t_s: tables.condition(t_s)}
            own, where = str(own_at[t_s][k]), (name, t_s, tables.ids[k])
            asked.same("map", "condition", said["condition"], own, *where)
            asked.same("map", "since", said["since"], tables.since(k, t_s) if own != "suspended" else -1, *where)
            if said["root"] is not None:
                asked.same("map", "root", said["root"], (tables.root(k, t_s) or ("",))[0], *where)
            asked.same("map", "flooded since its test", -1 if said["flooded"] == NONE_JS else said["flooded"],
                       tables.untested("flooded", k, t_s), *where)
        for k, t_s in enumerate(sorted({t // tables.step_s * tables.step_s for t in times})):
            lang = ("fr", "en")[k % 2]
            page.click(f"[data-lang={lang}]")
            page.evaluate("t => twinPage.player.to(t)", t_s)
            counts = tables.counts(t_s)
            for key, (group, part) in COUNTERS.items():
                if page.locator(f"[data-count={key}]").count():
                    said = _number(page.locator(f"[data-count={key}]").first.inner_text())
                    asked.same("counts: map", key, said, counts[group][part], name, t_s, lang)
            words = page.inner_text("#figure-out").replace("\n", " ")
            asked.same("counts: map", "figure", _number(re.split(r"(?<!\d),|,(?!\d)", words)[0]), counts["lamps"][0],
                       name, t_s, lang, words)
            series = page.evaluate("t => { const {out, may} = twinPage.model.counts(t); return [out, may]; }", t_s)
            asked.same("counts: map", "series", tuple(series), counts["lamps"], name, t_s)
        asked.same("map", "errors", page.errors, [], name)
        page.context.close()


def asked_of_public(asked: Asked, tables: Tables, run: Any, browser: Any, times: list[int], now: Any) -> None:
    """Ask the public page in the browser: lamps out and maybe out by street, to the quarter and beside the second."""
    name, who = tables.folder.name, released(tables)
    with tempfile.TemporaryDirectory() as folder:
        file = export_map(run, Path(folder) / "public.html", public=True, lang="fr", **who)
        page = opened(browser, file, now=now, width=1280, height=800, timeout_ms=240_000)
        told = page.evaluate("""(times) => { const {model} = twinPage; return times.map((t) => Object.fromEntries(
          model.byStreet.rows(t).filter((row) => model.streets[row.street]).map((row) =>
          [model.streets[row.street], [row.out, row.may]]))); }""", times)
        asked.same("public page", "errors", page.errors, [], name)
        page.context.close()
    for t_s, streets in zip(times, told, strict=True):
        own, exact = tables.public(t_s), tables.at_the_second(t_s)
        for street in sorted({*own, *exact, *streets}):
            said, (out, may) = tuple(streets.get(street, (0, 0))), exact.get(street, (0, 0))
            where = (name, t_s, street)
            asked.same("public page", "lamps of a street", said, own.get(street, (0, 0)), *where)
            asked.same("public page", "none is told light that may be out", sum(said) >= out + may, True, *where,
                       said, (out, may))
            if said[0] > out:
                asked.rounding["street moments surer than the second"] += 1
                asked.rounding["of them with doubt told as sure"] += said[0] + said[1] == out + may
            asked.rounding["street moments"] += 1


def released(tables: Tables) -> dict[str, str]:
    """Give who releases what a forecast tells the public."""
    return {"released_by": "R. Morel"} if tables.info["status"] == "forecast" else {}


def asked_of_papers(asked: Asked, tables: Tables, run: Any) -> None:
    """Ask the leaflets of all streets and the messages for telephones, in both languages."""
    own, name, who = tables.public(None), tables.folder.name, released(tables)
    if not own:
        return
    now = run.result.plan.issued_at + timedelta(hours=1)
    with tempfile.TemporaryDirectory() as folder:
        for lang in ("fr", "en"):
            text = export_leaflet(run, Path(folder) / "l.html", streets=["all"], lang=lang, **who).read_text("utf-8")
            seen = {}
            for part in text.split("<article")[1:]:
                title = re.search(r"<h1[^>]*>(.*?)</h1>", part, re.DOTALL)
                plain = html.unescape(re.sub(r"<[^>]+>", " ", part))
                plain = re.sub(r"\s+", " ", plain.replace("\u202f", " ").replace("\xa0", " "))
                seen[_plain(title.group(1) if title else "")] = _leaflet(plain, lang)
            for street, counts in own.items():
                asked.same("leaflet", "counts", seen.get(_plain(street)), counts, name, lang, street)
            asked.same("leaflet", "streets", sorted(seen), sorted(_plain(one) for one in own), name, lang)
        file = Path(folder) / "s.csv"
        export_sms(run, file, now=now, **who)
        with file.open(encoding="utf-8") as rows:
            told = list(csv.DictReader(rows))
    for row in told:
        asked.same("sms", "counts", _message(row["text"]), own.get(row["street"], (0, 0)), name, row["street"],
                   row["text"])
    asked.same("sms", "streets", sorted({row["street"] for row in told}), sorted(own), name)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(text)).strip()


def _leaflet(plain: str, lang: str) -> tuple[int, int]:
    out, more, only = {
        "fr": (r"(\d+) lampes? sur \d+ s’étei", r"(\d+) autres? peu", r"(\d+) lampes? sur \d+ peu"),
        "en": (r"(\d+) of \d+ lamps go", r"(\d+) more may", r"(\d+) of \d+ lamps may")}[lang]
    sure, may = re.search(out, plain), re.search(more, plain) or re.search(only, plain)
    return (int(sure.group(1)) if sure else 0, int(may.group(1)) if may else 0)


def _message(text: str) -> tuple[int, int] | str:
    if both := re.search(r"(\d+) (?:à|to) (\d+)/\d+", text):
        return int(both.group(1)), int(both.group(2)) - int(both.group(1))
    if one := re.search(r": (\d+)/\d+ lamp\w* (\S+)", text):
        n = int(one.group(1))
        return (0, n) if one.group(2).startswith(("peu", "may")) else (n, 0)
    return text


