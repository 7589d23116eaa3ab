"""What leaves a run in a public file is what the list allows, and nothing else."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fake_town
import numpy as np
import pytest
from marks import unpacked

from twin.errors import InputError
from viewer.outputs import public_page
from viewer.outputs.page import export_map, page
from viewer.public.allowed import Allowed
from viewer.public.night import public_night
from viewer.words import Voice


def test_a_city_that_allows_no_lamp_numbers_writes_none(made_run: Any, tmp_path: Path) -> None:
    fields = tmp_path / "fields.toml"
    fields.write_text('[lamp]\nfields = ["position", "street"]\n[street]\nfields = ["name", "outline"]\n', "utf-8")
    with_numbers = unpacked(page(made_run, public=True, lang="fr"))
    without = unpacked(page(made_run, public=True, lang="fr", fields=fields))
    assert '"lamp.id":"0L-' in with_numbers
    assert '"lamp.id":"0L-' not in without


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
    allowed = Allowed.read()
    assert allowed("lamp", "position")
    assert not allowed.tells("cabinet")
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


def test_a_night_is_named_from_dusk_to_dawn_though_the_run_ends_before(made_run: Any) -> None:
    start = made_run.result.plan.start  # noon
    plan = replace(made_run.result.plan, duration_s=36 * 3600)
    long = public_night(SimpleNamespace(**{**vars(made_run), "result": replace(made_run.result, plan=plan)}))
    assert len(long.nights) == 2
    first, second = long.nights
    assert second[1] > 36 * 3600, "the second night goes on after the run"
    assert abs((second[0] - first[0]) - 86_400) < 300
    assert abs((second[1] - second[0]) - (first[1] - first[0])) < 300
    assert long.night == first, "the page is about the night that the run holds whole"
    assert (start + timedelta(seconds=first[0])).hour in (16, 17)


@pytest.mark.parametrize(("day", "heading"), [
    (12, ["Vauclair-sur-Ouche,", "nuit du 12 au 13 janvier"]),
    (31, ["Vauclair-sur-Ouche,", "nuit du 31 janvier au 1er février"])])
def test_a_night_over_the_end_of_a_month_names_both(made_run: Any, day: int, heading: list[str]) -> None:
    plan = replace(made_run.result.plan, start=made_run.result.plan.start.replace(day=day))
    moved = SimpleNamespace(**{**vars(made_run), "result": replace(made_run.result, plan=plan)})
    assert public_page.heading(public_night(moved), Voice("fr")) == heading


def test_a_source_is_named_once(made_run: Any) -> None:
    city_file = replace(made_run.city_file, sources=made_run.city_file.sources * 3)
    text = page(SimpleNamespace(**{**vars(made_run), "city_file": city_file}), public=True, lang="fr")
    assert text.split('id="how-text"')[1].split("</div>")[0].count("inventaire de l’éclairage") == 1


def test_only_water_that_is_drawn_has_a_name() -> None:
    import shapely

    from viewer.scene.ground import river_line

    assert river_line(shapely.LineString([(0, 0), (400, 0)])) is None
    band = river_line(shapely.box(0, 0, 400, 30))
    assert band is not None
    assert np.allclose(band[0][:, 1], 15)


@pytest.mark.parametrize(("status", "hours", "said"), [
    ("exercise", 0, "La période calculée commence"), ("exercise", 2, "Faite"), ("forecast", 0, "Faite")])
def test_the_hour_at_which_a_night_begins_is_not_called_the_hour_it_was_made(
        made_run: Any, status: str, hours: int, said: str) -> None:
    """A run without an hour of issue is issued as its night begins; the same bytes come out tomorrow."""
    night = public_night(made_run)
    night = replace(night, status=status, issued_at=night.start + timedelta(hours=hours))
    view = public_page.public_view(night, SimpleNamespace(), lang="fr", released_by="")
    assert str(view["made"]).startswith(said)
    assert str(view["made_short"]).startswith(said)
