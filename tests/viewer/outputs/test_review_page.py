"""The page of a night that is over: streets and counts alone, in both languages, released by a name."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from geodata.observations.night import Fact, night_of
from tests.nights import night
from twin.errors import InputError
from twin.review.night import Issue
from twin.review.review import Review, review
from viewer.outputs.review_page import export_review_page


@pytest.fixture(scope="module")
def found() -> Review:
    result = night("ouche-q100").result
    start = int(result.plan.start.timestamp())
    facts = [Fact(asset_id=name, at=start + int(hour * 3600), is_out=out) for name, hour, out in (
        ("P-02", 4.5, False), ("P-02", 5.5, True), ("A-050", 6.0, True), ("A-012", 9.0, False))]
    return review(night_of([Issue.of("q100", result)], facts=facts))


def test_it_names_streets_and_no_gear(found: Review, tmp_path: Path) -> None:
    text = export_review_page(found, tmp_path / "p.html", lang="fr").read_text("utf-8")
    assert "Annoncée, et constatée éteinte" in text
    assert "Constatée éteinte, sans que nous l’ayons annoncé" in text
    assert "Nous avons reçu 4 signalements de personnes. Merci." in text
    assets = found.night.issues[0].result.city.assets
    shown = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    assert not [name for name in assets.id.tolist() if re.search(rf"\b{re.escape(str(name))}\b", shown)]
    assert "://" not in shown


def test_what_the_list_keeps_back_is_a_number(found: Review, tmp_path: Path) -> None:
    fields = tmp_path / "fields.toml"
    fields.write_text('[lamp]\nfields = ["position"]\n', encoding="utf-8")
    text = export_review_page(found, tmp_path / "p.html", lang="en", fields=fields).read_text("utf-8")
    assert "Announced, and found dark" in text
    streets = found.night.issues[0].result.city.assets.street.words
    assert not [street for street in streets if street in text]


def test_changes_are_the_citys_own_words_and_escaped(found: Review, tmp_path: Path) -> None:
    text = export_review_page(found, tmp_path / "p.html", lang="en", changes=["We raise <b>one</b> cabinet."]
                              ).read_text("utf-8")
    assert "What we change" in text
    assert "We raise &lt;b&gt;one&lt;/b&gt; cabinet." in text
    assert "What we change" not in export_review_page(found, tmp_path / "p.html", lang="en").read_text("utf-8")


def test_a_night_that_took_place_is_released_by_a_name(found: Review, tmp_path: Path) -> None:
    issue = found.night.issues[0]
    plan = replace(issue.result.plan, status="forecast")
    real = replace(found, night=replace(found.night, issues=[replace(issue, result=replace(issue.result, plan=plan))]))
    with pytest.raises(InputError, match="without a name"):
        export_review_page(real, tmp_path / "p.html", lang="fr")
    text = export_review_page(real, tmp_path / "p.html", lang="fr", released_by="C. Lenoir").read_text("utf-8")
    assert "Publié par C. Lenoir." in text
    assert "SIMULATION" not in text
