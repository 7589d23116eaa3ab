"""What leaves a run in a public file is what the list allows, and nothing else."""

import gzip
import re
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fake_town
import numpy as np
import pytest
from viewer.outputs.public import Allowed

from twin.errors import InputError
from viewer.outputs.page import _lean, export_map, page

CANARY = "CANARI7Q"


def everything_in(text: str) -> str:
    """Give the page with all that is packed in it, as text."""
    packed = re.findall(r'<script type="application/gzip"[^>]*>([^<]*)</script>', text)
    return text + "".join(gzip.decompress(b64decode(one)).decode("utf-8", "replace") for one in packed)


@pytest.fixture(scope="module")
def canaries() -> Any:
    city_file = fake_town.town(4, 2, spread=CANARY)
    assets = city_file.city.assets
    extra = {"lamp": {"src_note": np.array([CANARY] * int(assets.of_kind("lamp").sum()), dtype=object)}}
    kinds = np.array(assets.kinds.names, dtype=object)[assets.kind]
    ids = [f"{CANARY}-{i}" if kinds[i] != "lamp" else assets.id[i] for i in range(len(assets))]
    renamed = assets.replaced(id=np.array(ids, dtype=object))
    city = replace(city_file.city, assets=renamed)
    return fake_town.run_of(replace(city_file, city=city, extra=extra))


def test_no_attribute_of_the_inventory_leaves(canaries: Any) -> None:
    public = everything_in(page(canaries, public=True, lang="fr"))
    assert CANARY not in public
    assert CANARY in everything_in(page(canaries, public=False, lang="fr")), "the operator sees them"


def test_a_city_that_allows_no_lamp_numbers_writes_none(made_run: Any, tmp_path: Path) -> None:
    fields = tmp_path / "fields.toml"
    fields.write_text('[lamp]\nfields = ["position", "street"]\n[street]\nfields = ["name", "outline"]\n', "utf-8")
    with_numbers = everything_in(page(made_run, public=True, lang="fr"))
    without = everything_in(page(made_run, public=True, lang="fr", fields=fields))
    assert '"lamp.id":"0L-' in with_numbers
    assert '"lamp.id"' not in without


def test_a_cabinet_stands_for_its_street_not_for_its_place(made_run: Any) -> None:
    from viewer.outputs.public import coarse_position

    assets = made_run.result.city.assets
    lines = {str(name): [shape] for name, shape in zip(made_run.city_file.context["street"].name,
                                                       made_run.city_file.context["street"].geometry, strict=True)}
    for row in np.flatnonzero(assets.of_kind("cabinet")):
        point = coarse_position(made_run, int(row), lines)
        middle = lines[assets.street[row]][0].interpolate(0.5, normalized=True)
        assert point == (middle.x, middle.y)


def test_the_page_asks_for_nothing_and_needs_no_eval(pages: dict[str, Path]) -> None:
    for file in pages.values():
        text = file.read_text("utf-8")
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
        assert policy is not None
        assert "default-src 'none'" in policy[1].replace("&#39;", "'")
        assert "unsafe" not in policy[1]
        assert not re.search(r'(src|href)="https?://(?!www\.vigicrues)', text)
        assert not re.search(r' (style|on\w+)="', text)


def test_a_forecast_needs_the_name_of_who_releases_it(tmp_path: Path) -> None:
    run = fake_town.run_of(fake_town.town(3, 2), status="forecast")
    with pytest.raises(InputError, match="released-by"):
        export_map(run, tmp_path / "map.html", public=True)
    file = export_map(run, tmp_path / "map.html", public=True, released_by="Ada Ferrand")
    assert "Ada Ferrand" in file.read_text("utf-8")


def test_a_language_that_we_do_not_speak_is_refused(made_run: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="language 'de'"):
        export_map(made_run, tmp_path / "map.html", public=True, lang="de")


def test_a_place_that_cannot_be_written_is_told(made_run: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a place that can be written"):
        export_map(made_run, tmp_path / "missing" / "map.html", public=True)


def test_without_a_script_the_page_still_tells_the_night(made_run: Any) -> None:
    text = page(made_run, public=True, lang="fr")
    assert "<strong>" in text
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th><td class="number">(\d+) sur', text)
    assert len(rows) > 3
    outages = made_run.result.outages
    lamp = made_run.result.city.assets.of_kind("lamp")
    assert sum(int(n) for _, n in rows) <= int(lamp[outages.asset].sum())


def test_files_stay_small(pages: dict[str, Path]) -> None:
    assert pages["public"].stat().st_size < 600_000


def test_the_shipped_list_names_only_what_the_page_knows() -> None:
    allowed = Allowed.public()
    assert allowed("lamp", "position")
    assert not allowed("cabinet", "position")
    assert not allowed("site", "name")
    assert not allowed("building", "id")


@pytest.mark.parametrize(("hours", "french", "english"), [
    (6.5, "prochain point à 18\u00a0h\u00a030", "next update at 18:30"),
    (13, "prochain point le mercredi 13 janvier à 1\u00a0h\u00a000", "next update on Wednesday 13 January at 01:00")])
def test_the_next_update_stands_beside_the_limit_where_it_is_promised(made_run: Any, hours: float, french: str,
                                                                      english: str) -> None:
    start = made_run.result.plan.start
    plan = replace(made_run.result.plan, next_update=start + timedelta(hours=hours),
                   valid_until=start + timedelta(hours=20))
    promised = SimpleNamespace(**{**vars(made_run), "result": replace(made_run.result, plan=plan)})
    for lang, words in (("fr", french), ("en", english)):
        text = page(promised, public=True, lang=lang)
        for place in ('<span id="made" class="full">', '<p class="print-edge print-head"',
                      '<p class="print-edge print-foot"'):
            assert words in text.split(place)[1].split("</")[0 if "p " in place else 1], place
    assert "next update" not in page(made_run, public=True, lang="en").split("<main")[0], "nobody promised one"


def test_expiry_is_written_in_the_page(made_run: Any) -> None:
    until = made_run.result.plan.valid_until
    assert until - made_run.result.plan.start == timedelta(hours=11.5)
    assert "23\u00a0h\u00a030" in page(made_run, public=True, lang="fr")


def test_a_fact_is_the_cause_only_of_what_it_opened(made_run: Any) -> None:
    """A fact on a cabinet that the water has drowned already changes no cause; one on a sound cabinet is its cause."""
    from viewer.outputs.public import STORIES, public_stories

    from twin.results.outages import Mechanism
    from twin.results.trace import What

    result, assets = made_run.result, made_run.result.city.assets
    outages, trace = result.outages, result.trace
    cabinet = int(np.flatnonzero(assets.of_kind("cabinet"))[0])
    mine = np.flatnonzero(assets.of_kind("lamp")[outages.asset])
    flooded = int(np.flatnonzero(trace.what == What.FLOODED)[0])
    event = len(trace)
    told = replace(trace, time_s=np.r_[trace.time_s, trace.time_s[flooded] + 3600],
                   what=np.r_[trace.what, np.int8(What.REPORTED)], asset=np.r_[trace.asset, np.int32(cabinet)],
                   cause_row=np.r_[trace.cause_row, np.int32(-1)], offsets=np.r_[trace.offsets, 0],
                   detail=np.r_[trace.detail, np.array([""], dtype=object)])

    def words(opened_by: int, mechanism: Mechanism) -> str:
        rows, how, roots = outages.event_row.copy(), outages.root_mechanism.copy(), outages.root.copy()
        rows[mine], how[mine], roots[mine] = opened_by, mechanism, cabinet
        run = SimpleNamespace(**{**vars(made_run), "result": replace(result, trace=told, outages=replace(
            outages, event_row=rows, root_mechanism=how, root=roots))})
        stories = public_stories(run)
        return STORIES[stories.table[int(stories.of_outage[mine[0]])][0]]

    assert words(flooded, Mechanism.FLOODED) == "cabinet_flooded"
    assert words(event, Mechanism.FAILED) == "reported"
    assert words(flooded, Mechanism.FAILED) == "failed"


def test_scripts_leave_without_their_comments_and_with_their_texts() -> None:
    text = "/** What it\n * does. */\nfunction a() {\n  // why\n  return `x // y` + 'https://z'; // kept\n}\n"
    assert _lean(text) == "function a() {\nreturn `x // y` + 'https://z'; // kept\n}\n"
    for file in sorted((Path(__file__).parents[2] / "viewer" / "page").glob("*.js")):
        for line in file.read_text("utf-8").splitlines():
            assert line.count("`") % 2 == 0, f"{file.name}: a text over several lines would lose its indentation"


def test_a_night_is_named_from_dusk_to_dawn_though_the_run_ends_before(made_run: Any) -> None:
    from viewer.outputs.page import _Clock, _common
    from viewer.outputs.public_page import _night

    start = made_run.result.plan.start  # noon
    plan = replace(made_run.result.plan, duration_s=36 * 3600)
    long = SimpleNamespace(**{**vars(made_run), "result": replace(made_run.result, plan=plan)})
    config = _common(long, _Clock(long))
    assert len(config["nights"]) == 2
    first, second = config["nights"]
    assert second[1] > 36 * 3600, "the second night goes on after the run"
    assert abs((second[0] - first[0]) - 86_400) < 300
    assert abs((second[1] - second[0]) - (first[1] - first[0])) < 300
    assert _night(config) == first, "the page is about the night that the run holds whole"
    assert (start + timedelta(seconds=first[0])).hour in (16, 17)


def test_a_source_is_named_once(made_run: Any) -> None:
    city_file = replace(made_run.city_file, sources=made_run.city_file.sources * 3)
    text = page(SimpleNamespace(**{**vars(made_run), "city_file": city_file}), public=True, lang="fr")
    assert text.count("inventaire de l’éclairage") == 1


def test_only_water_that_is_drawn_has_a_name() -> None:
    import shapely

    from viewer.scene.compose import river_line

    assert river_line(shapely.LineString([(0, 0), (400, 0)])) is None
    band = river_line(shapely.box(0, 0, 400, 30))
    assert band is not None
    assert np.allclose(band[0][:, 1], 15)
