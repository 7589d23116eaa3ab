"""Maps of probability: three words and three patterns, tenths and no percents; they count what the nights say."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_browser import opened

from geodata.ensemble.asking import nights_dark, nights_of, nights_out
from geodata.ensemble.driven import write_driven
from geodata.ensemble.folder import EnsembleFolder, read_ensemble
from tests.nights import twenty_nights
from tests.viewer.outputs.test_driver_strip import BOTH
from tests.viewer.public.attack import best_guess, told_by_page, unpacked
from tests.viewer.test_axe import violations
from twin.cli.entry import main
from twin.ensemble.deciding import best_split
from twin.quantities import NONE
from twin.world.kinds import Role
from viewer.outputs.page import operator_scene, page
from viewer.scene.deciding import DOTS, draws_of
from viewer.scene.intervals import OPEN
from viewer.scene.likely import OPEN_CM

N = 20
#: Three in the morning, eleven hours after the start.
AT_S = 11 * 3600


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> EnsembleFolder:
    out = tmp_path_factory.mktemp("likely") / "nights"
    shutil.copytree(twenty_nights(), out)
    for driven in (BOTH, replace(BOTH, of="S-08")):
        write_driven(out, read_ensemble(out).told["digest"], driven)
    return read_ensemble(out)


@pytest.fixture(scope="module")
def likely_pages(found: EnsembleFolder, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("likely_pages")
    written = {}
    for name, public in (("operator", []), ("public", ["--public"])):
        written[name] = folder / f"{name}.html"
        assert main(["export", str(found.folder), *public, "--lang", "fr", "--out", str(written[name])]) == 0
    return written


@pytest.fixture
def evening(found: EnsembleFolder) -> Any:
    return found.base.plan.issued_at + timedelta(hours=1)


def at(columns: dict[str, Any], pattern: int, column: str) -> int:
    """Give a column of the interval of a pattern at three in the morning; 0 where there is none."""
    for i in range(*columns["iv.offsets"][pattern:pattern + 2].tolist()):
        if columns["iv.start"][i] <= AT_S < columns["iv.end"][i]:
            return int(columns[column][i])
    return 0


def nights_out_at(found: EnsembleFolder, at_s: int) -> Any:
    """Give in how many nights each asset is out at a moment, (A,)."""
    out = np.zeros(len(found.base.city.assets), np.int64)
    for _, night in nights_of(found.folder, found.told["digest"], found.answers):
        out[night.asset[(night.start_s <= at_s) & ((night.end_s > at_s) | (night.end_s == NONE))]] += 1
    return out


def test_each_lamp_has_the_word_that_its_nights_give_it(found: EnsembleFolder) -> None:
    columns, texts = unpacked(page(found.run, public=False, ensemble=found))
    assets, out = found.base.city.assets, nights_out_at(found, AT_S)
    lamps = np.flatnonzero(assets.of_role(Role.LIGHTS))
    first = texts["count"]["node"]
    patterns = columns["asset.pattern"][first:first + texts["count"]["lamp"]]
    state, word, tenths = ({p: at(columns, p, name) for p in set(patterns.tolist())}
                           for name in ("iv.state", "iv.word", "iv.tenths"))
    told = sorted((state[p], word[p], tenths[p]) for p in patterns.tolist() if state[p] == 2)
    assert {1, 2, 3} <= {one for _, one, _ in told}
    # Rule 2 of the design beside the share: who is in doubt is neither hardly nor almost always out.
    counts = np.bincount([one for _, one, _ in told], minlength=4)
    share = out[lamps] / N
    is_doubt = (share > 0.05) & (share < 0.95)
    expected = np.array([0, int((is_doubt & (share < 0.25)).sum()),
                         int((is_doubt & (share >= 0.25) & (share <= 0.75)).sum()),
                         int((is_doubt & (share > 0.75)).sum())])
    # Where the plan's own run says the other thing than nearly all nights, doubt is told though the share is none.
    other = int(counts.sum() - expected.sum())
    assert 0 <= other <= 0.02 * len(lamps)
    assert np.all(counts >= expected)


def test_causes_are_told_with_their_shares(found: EnsembleFolder) -> None:
    columns, _ = unpacked(page(found.run, public=False, ensemble=found))
    answers = found.answers
    assert len(columns["likely.asset"]) == len(answers.asset)
    assert columns["likely.nights"].sum() == answers.out.sum()
    for k in range(0, len(answers.asset), 97):
        rows = slice(*columns["likely.offsets"][k:k + 2].tolist())
        total, cases = columns["likely.nights"][rows].sum(), columns["likely.cases"][rows]
        assert total == columns["likely.out"][k]
        assert np.all(np.abs(cases - 10 * columns["likely.nights"][rows] / max(total, 1)) <= 0.5)


def test_the_bounds_of_hours_and_depths_are_those_of_the_answers(found: EnsembleFolder) -> None:
    columns, _ = unpacked(page(found.run, public=False, ensemble=found))
    answers, number = found.answers, operator_scene(found.run, found).number
    order = np.argsort(number[answers.asset], kind="stable")
    bounded = 0
    for name, within, places in (("first", answers.first_within_s, (0, 2)), ("back", answers.back_within_s, (1, 2)),
                                 ("depth", answers.depth_within_m, (0, 1, 2))):
        for k in places:
            for end, way in enumerate(("low", "high")):
                got, expected = columns[f"likely.{name}{k}_{way}"], within[order, k, end]
                is_open = got == (OPEN_CM if name == "depth" else OPEN)
                np.testing.assert_array_equal(is_open, ~np.isfinite(expected))
                known = expected[~is_open]
                bounded += len(known)
                assert np.all(np.abs(got[~is_open] - (100 * known if name == "depth" else known)) <= (
                    0.56 if name == "depth" else 0))  # to the millimetre first, then to the centimetre
    # Twenty nights do not bound P10 below, nor P90 above.
    assert bounded
    assert np.all(columns["likely.first0_low"] == OPEN)


def test_all_that_may_be_drawn_has_a_word_on_the_map() -> None:
    script = resources.files("viewer").joinpath("page/operator/likely.js").read_text("utf-8")
    told = re.search(r"const DRAWN = .*?\[(.*?)\]", script, re.DOTALL)
    assert told is not None
    names = set(re.findall(r"'(\w+)'", told[1]))
    source = resources.files("twin").joinpath("ensemble/uncertain.py").read_text("utf-8")
    drawn = source[source.index("def _quantities"):source.index("def to_dict")]
    assert names == {"level", "flow", *re.findall(r'\("(\w+)", ', drawn)}


def test_what_decides_of_each_asset_is_what_explain_says(found: EnsembleFolder) -> None:
    columns, _ = unpacked(page(found.run, public=False, ensemble=found))
    answers, number = found.answers, operator_scene(found.run, found).number
    names = draws_of(found)
    assert "level.offset_m" in names
    dots, told = min(answers.n, DOTS), 0
    place = {int(u): k for k, u in enumerate(columns["likely.asset"].tolist())}
    for row in answers.asset[::60].tolist():
        out = nights_out(found.folder, str(found.told["digest"]), answers, row)
        split = best_split({name: answers.drawn[name] for name in names}, out) if 0 < out.sum() < answers.n else None
        pattern = int(columns["decide.pattern"][place[int(number[row])]])
        assert (pattern > 0) == (split is not None)
        if split is None:
            continue
        told += 1
        p, wide = pattern - 1, (dots + 7) // 8
        assert names[columns["decide.draw"][p]] == split.name
        assert columns["decide.at"][p] == pytest.approx(split.at, abs=1e-5)
        assert (columns["decide.above"][p], columns["decide.right"][p]) == (split.is_above, split.right)
        bits = np.unpackbits(columns["decide.bits"][p * wide:(p + 1) * wide])[:dots]
        np.testing.assert_array_equal(bits.astype(bool), out[:dots])
    assert told > 5
    k = names.index("level.offset_m")
    values = columns["decide.values"][k * dots:(k + 1) * dots]
    np.testing.assert_allclose(values, answers.drawn["level.offset_m"][:dots], atol=1e-6)


def test_the_public_page_holds_nothing_of_what_decides(found: EnsembleFolder) -> None:
    text = page(found.run, public=True, ensemble=found)
    assert not [name for name in unpacked(text)[0] if name.startswith("decide")]
    assert "decides" not in json.loads(re.search(r'id="config">(.*?)</script>', text, re.S)[1])  # type: ignore[index]


def test_a_street_is_told_as_often_as_one_of_its_lamps_is_dark(found: EnsembleFolder) -> None:
    text = page(found.run, public=True, ensemble=found)
    config = json.loads(re.search(r'id="config">(.*?)</script>', text, re.S)[1])  # type: ignore[index]
    assets = found.base.city.assets
    street = "Quai des Lavandières"
    rows = np.flatnonzero(assets.of_role(Role.LIGHTS) & (assets.street.codes == assets.street.words.index(street)))
    dark = int(nights_dark(found, rows, np.zeros(len(rows), np.int64), 1)[0])
    number = unpacked(text)[1]["streets"].index(street) + 1
    assert config["often"][str(number)] == (10 if dark >= 0.95 * N else round(10 * dark / N))


def test_words_do_not_give_feeders_away(found: EnsembleFolder) -> None:
    told = told_by_page(page(found.run, public=True, lang="fr", ensemble=found), found.run)
    nearness, best = (best_guess(told, found.run, by_place_alone=alone) for alone in (True, False))
    assert best.fall <= nearness.fall + 0.06, (best, nearness)


def test_a_run_by_itself_has_no_words(made_run: Any) -> None:
    columns, _ = unpacked(page(made_run, public=False))
    assert not [name for name in columns if name in ("iv.word", "iv.tenths") or name.startswith("likely.")]
    assert "iv.word" not in unpacked(page(made_run, public=True))[0]


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_operators_map_tells_words_patterns_and_causes(chromium: Any, likely_pages: dict[str, Path], evening: Any,
                                                       lang: str) -> None:
    page_ = opened(chromium, likely_pages["operator"], now=evening, width=1600, height=900)
    page_.click(f"[data-lang={lang}]")
    page_.evaluate(f"() => {{ const time = document.getElementById('time'); time.value = {AT_S}; "
                   "time.dispatchEvent(new Event('input')); }")
    legend = page_.inner_text(".likely")
    for word in {"fr": ("probable", "possible", "peu probable", "20 nuits tirées au sort, graine 7"),
                 "en": ("likely", "possible", "unlikely", "20 nights drawn, seed 7")}[lang]:
        assert word in legend
    drawn = [page_.eval_on_selector(f".likely .sym-lamp_{word}", "one => one.innerHTML")
             for word in ("likely", "possible", "unlikely")]
    assert len(set(drawn)) == 3, "patterns, not colour alone"
    page_.evaluate("() => twinPage.choose(twinPage.model.ids().indexOf('S-08'), true)")
    said = page_.inner_text("#why")
    assert re.search(r"fois sur 10" if lang == "fr" else r"out of 10", said)
    assert re.search("À cause de|Because of", said)
    known = page_.locator("#why .known").all_inner_texts()
    assert len(known) >= 2
    assert all(re.match("Précision de|How well", line) and "{" not in line for line in known), known
    assert ("pompes" if lang == "fr" else "pumps") in legend
    assert "%" not in said + legend
    assert page_.errors == []
    page_.context.close()


@pytest.mark.browser
def test_operators_map_tells_what_decides(chromium: Any, likely_pages: dict[str, Path], evening: Any) -> None:
    page_ = opened(chromium, likely_pages["operator"], now=evening, width=1366, height=768)
    assert page_.locator(".driven p:visible").first.inner_text().replace("\u00a0", " ") == (
        "Heures-lampes sans lumière : deux tiers de l’incertitude viennent du niveau de la rivière, avec ou sans le "
        "reste.")
    assert page_.locator(".driven svg.strip:visible").count() == 6
    page_.click("[data-lang=en]")
    assert page_.locator(".driven b:visible").all_inner_texts()[:3] == ["two thirds", "half", "less than a tenth"]
    assert "%" not in page_.inner_text(".driven")
    assert page_.errors == []
    page_.context.close()


@pytest.mark.browser
@pytest.mark.parametrize(("lang", "said"), [("fr", "Cela seul donne la bonne réponse dans"),
                                            ("en", "That alone is right in")])
def test_operators_panel_draws_what_decides_of_an_asset_and_tells_it_as_a_table(
        chromium: Any, likely_pages: dict[str, Path], evening: Any, lang: str, said: str) -> None:
    page_ = opened(chromium, likely_pages["operator"], now=evening, width=1366, height=768)
    page_.click(f"[data-lang={lang}]")
    chosen = page_.evaluate("""() => { const c = twinPage.model.columns;
      const k = c['decide.pattern'].findIndex((p) => p > 0); const u = c['likely.asset'][k];
      twinPage.choose(u, true); return c['likely.out'][k]; }""")
    assert said in page_.inner_text("#why").replace("\u00a0", " ")
    assert page_.locator(".decided circle").count() == N
    assert page_.locator(".decided circle.out").count() == chosen
    page_.click(".decided-table summary")
    cells = page_.locator(".decided-table tbody td").all_inner_texts()
    assert (sum(map(int, cells[::2])), sum(map(int, cells[1::2]))) == (N, chosen)
    assert page_.locator(".decided svg").get_attribute("aria-hidden") == "true", "the table tells it"
    assert page_.errors == []
    page_.context.close()


@pytest.mark.browser
def test_public_page_says_may_and_how_often(chromium: Any, likely_pages: dict[str, Path], evening: Any) -> None:
    page_ = opened(chromium, likely_pages["public"], now=evening)
    page_.evaluate(f"() => {{ const time = document.getElementById('time'); time.value = {AT_S}; "
                   "time.dispatchEvent(new Event('input')); }")
    legend = page_.inner_text(".legend")
    assert "peuvent s’éteindre\u00a0: probable, plus de 3 fois sur 4" in legend
    assert "peuvent s’éteindre\u00a0: peu probable" in legend
    page_.fill("#search", "Quai de la République")
    page_.keyboard.press("Enter")
    answer = page_.inner_text("#answer")
    assert "peuvent être éteintes à cette heure" in answer
    assert re.search(r"de dix|dix nuits", answer)
    assert "%" not in answer + legend
    page_.click("[data-lang=simple]")
    assert "sans doute" in page_.inner_text(".legend")
    assert page_.errors == []
    page_.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", ["operator", "public"])
def test_axe_finds_nothing(chromium: Any, likely_pages: dict[str, Path], evening: Any, name: str) -> None:
    sync = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page_ = opened(chromium, likely_pages[name], now=evening, width=1600, height=900)
    if name == "operator":
        page_.evaluate("() => twinPage.choose(twinPage.model.ids().indexOf('S-08'), true)")
    else:
        page_.fill("#search", "Quai de la République")
        page_.keyboard.press("Enter")
        page_.evaluate("() => document.getElementById('map').scrollIntoView({block: 'center'})")
    assert violations(sync.Axe(), page_) == []
    page_.context.close()
