"""Texts for a calling machine: whole sentences of the same counts, as cautious as what the public reads."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.nights import night
from twin.errors import InputError
from viewer.outputs.call import _clock, _date, calls, export_call
from viewer.outputs.street_messages import streets_told
from viewer.public.night import PublicNight, public_night


@pytest.fixture(scope="module")
def told() -> PublicNight:
    return public_night(night("ouche-q100"))


@pytest.fixture(scope="module")
def texts(told: PublicNight) -> dict[tuple[str, str], str]:
    return {(street, lang): text for street, lang, text in calls(told, None, "112")}


def test_a_text_is_read_out_as_it_stands(texts: dict[tuple[str, str], str]) -> None:
    assert texts["Rue des Tanneurs", "fr"] == (
        "Ceci est une simulation. Rien de ce qui suit n’est observé. Message de Valmont-sur-Ouche sur l’éclairage "
        "public, Rue des Tanneurs. 25 lampes sur 37 devraient s’éteindre, les premières vers 19 heures 45. "
        "On ne sait pas quand la lumière reviendra. Restez loin des lampadaires et des armoires "
        "électriques qui sont dans l’eau. Ils peuvent être sous tension, même éteints. Préparez une lampe de poche. Ne "
        "marchez pas et ne roulez pas dans l’eau. Ce message vaut jusqu’au mardi 24 novembre à 4 heures. En cas de "
        "danger, appelez le 1 1 2.")


def test_each_text_has_the_counts_of_its_message_and_says_no_more(told: PublicNight, texts: dict[tuple[str, str], str]
                                                                  ) -> None:
    streets, _ = streets_told(told, None)
    assert len(texts) == 2 * len(streets)
    for street in streets:
        french, english = texts[street.name, "fr"], texts[street.name, "en"]
        if not street.out:
            assert "devrai" not in french
            assert "Il se peut" in french
            assert "may go out" in english
        for text in (french, english):
            sentence = next(s for s in re.split(r"(?<=[.:]) ", text) if "lamp" in s and ("go out" in s or "éteig" in s
                                                                                        or "éteindre" in s))
            figures = {int(n) for n in re.findall(r"\b\d+\b", re.split(r" at about | vers ", sentence)[0])}
            assert figures <= {street.out, street.may, street.out + street.may, street.lamps}
            assert not re.search(r"[/()\[\]&]|\b[A-Z]-\d", text), text


def test_times_are_said_as_people_say_them() -> None:
    import tomllib
    from importlib import resources

    words = tomllib.loads(resources.files("viewer").joinpath("data/call.toml").read_text("utf-8"))
    at = {clock: datetime(2026, 11, 1, *clock) for clock in ((0, 0), (1, 0), (12, 0), (20, 5))}
    assert [_clock(moment, "fr") for moment in at.values()] == ["minuit", "1 heure", "midi", "20 heures 5"]
    assert [_clock(moment, "en") for moment in at.values()] == ["midnight", "01:00", "noon", "20:05"]
    assert _date(at[1, 0], "fr", words["fr"]) == "dimanche 1er novembre à 1 heure"
    assert _date(at[1, 0], "en", words["en"]) == "Sunday 1 November, 01:00"
    assert set(words["fr"]) == set(words["en"])


def test_a_forecast_is_released_by_somebody_and_not_when_it_is_over(tmp_path: Path) -> None:
    import fake_town

    run = fake_town.run_of(fake_town.town(4, 2), status="forecast")
    with pytest.raises(InputError, match="released-by"):
        export_call(run, tmp_path / "call.csv")
    with pytest.raises(InputError, match="a forecast that is over"):
        export_call(run, tmp_path / "call.csv", released_by="M. Durand", now=run.result.plan.valid_until)
    out = export_call(run, tmp_path / "call.csv", released_by="M. Durand", lang="fr",
                      now=datetime(2000, 1, 1, tzinfo=UTC))
    with out.open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert {(row["lang"], row["released_by"]) for row in found} == {("fr", "M. Durand")}
    assert all(row["spoken"].startswith("Ceci est une prévision. Elle peut être fausse. ") for row in found)
    with pytest.raises(InputError, match="fr or en"):
        export_call(night("ouche-q10"), tmp_path / "call.csv", lang="de")
