"""Messages for telephones: they fit, they use the alphabet, and they are as cautious as the public page."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.nights import night
from twin.errors import InputError
from viewer.outputs.sms import GSM, LONGEST, _shortened, export_sms, gsm, messages
from viewer.public.lamps import MAY, OUT
from viewer.public.night import public_night


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    out = export_sms(night("ouche-q100"), tmp_path_factory.mktemp("sms") / "sms.csv")
    with out.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_each_message_fits_and_uses_the_alphabet(rows: list[dict[str, str]]) -> None:
    assert len(rows) > 100
    for row in rows:
        assert len(row["text"]) == int(row["signs"]) <= LONGEST
        assert set(row["text"]) <= GSM, row["text"]


def test_each_message_says_status_street_return_danger_and_limit(rows: list[dict[str, str]]) -> None:
    for row in rows:
        text, fr = row["text"], row["lang"] == "fr"
        assert text.startswith("SIMULATION. ")
        assert ("Retour inconnu." if fr else "Return unknown.") in text
        assert ("Restez loin des lampadaires dans l'eau." if fr else "Keep away from lamp posts in water.") in text
        assert ("Valable 24/11 4h00." if fr else "Valid until 24/11 04:00.") in text
    assert {row["lang"] for row in rows} == {"fr", "en"}
    streets = [row["street"] for row in rows if row["lang"] == "fr"]
    assert streets == [row["street"] for row in rows if row["lang"] == "en"]


def test_a_message_tells_what_the_public_is_told(rows: list[dict[str, str]]) -> None:
    told = public_night(night("ouche-q100"))
    place = told.streets.index("Boulevard du Midi") + 1
    lists = [told.lamps.patterns[p] for p in told.lamps.pattern[told.lamps.street == place].tolist()]
    out = sum(any(state == OUT for _, _, state in one) for one in lists)
    first = told.moment(min(start for one in lists for start, _, state in one if state == OUT))
    assert first.minute % 15 == 0, "to the quarter of an hour"
    text = next(row["text"] for row in rows if row["street"] == "Boulevard du Midi" and row["lang"] == "fr")
    may = sum(bool(one) and all(state == MAY for _, _, state in one) for one in lists)
    assert f"{out} à {out + may}/{len(lists)} lampes s'éteignent vers {first.hour}h{first.minute:02d}" in text


def test_streets_in_which_lamps_only_may_go_out_are_told_so(rows: list[dict[str, str]]) -> None:
    told = public_night(night("ouche-q100"))
    for place, street in enumerate(told.streets, start=1):
        lists = [told.lamps.patterns[p] for p in told.lamps.pattern[told.lamps.street == place].tolist()]
        states = {state for one in lists for _, _, state in one}
        text = " ".join(row["text"] for row in rows if row["street"] == street)
        if not states:
            assert not text, "a street in which nothing goes out has no message"
        elif states == {MAY}:
            assert "may go out" in text
            assert "s'éteignent" not in text
        assert ("go out about" in text or "goes out about" in text) == (OUT in states)


def test_no_asset_but_its_street_is_in_the_file(rows: list[dict[str, str]]) -> None:
    assets = night("ouche-q100").result.city.assets
    whole = " ".join(row["text"] for row in rows)
    ids = [str(name) for name in assets.id[~assets.of_kind("zone")]]
    assert not [name for name in ids if name in whole]
    assert not [str(name) for name in assets.name[np.flatnonzero(assets.of_kind("site"))] if str(name) in whole]


def test_a_long_name_is_shortened_and_never_what_is_said_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told: Any = public_night(night("ouche-q100"))
    long = "Boulevard de l’Ancienne-Manufacture-des-Tabacs-et-Allumettes-de-Valmont-sur-Ouche"
    object.__setattr__(told, "streets", tuple(long for _ in told.streets))
    for _, lang, text in messages(told, None, "112"):
        assert len(text) <= LONGEST
        assert text.startswith("SIMULATION. Bd de l'Ancienne")
        assert ("Valable" if lang == "fr" else "Valid") in text
    assert _shortened("Avenue de la Gare") == "Av. de la Gare"


def test_letters_that_the_alphabet_lacks_lose_their_marks() -> None:
    assert gsm("Forêt, Noël, Cœur, Garçons, l’Île") == "Foret, Noel, Coeur, Garcons, l'Ile"
    assert gsm("é è à ù É") == "é è à ù É"
    assert gsm("漢") == "?"


def test_a_forecast_is_released_by_somebody_and_not_when_it_is_over(tmp_path: Path) -> None:
    import fake_town

    run = fake_town.run_of(fake_town.town(4, 2), status="forecast")
    with pytest.raises(InputError, match="released-by"):
        export_sms(run, tmp_path / "sms.csv")
    valid = run.result.plan.valid_until
    with pytest.raises(InputError, match="a forecast that is over"):
        export_sms(run, tmp_path / "sms.csv", released_by="M. Durand", now=valid)
    out = export_sms(run, tmp_path / "sms.csv", released_by="M. Durand", lang="en",
                     now=datetime(2000, 1, 1, tzinfo=UTC))
    with out.open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert {(row["lang"], row["released_by"]) for row in found} == {("en", "M. Durand")}
    assert all(row["text"].startswith("FORECAST. ") for row in found)


def test_a_list_without_streets_and_a_calm_night_have_no_messages(tmp_path: Path) -> None:
    fields = tmp_path / "fields.toml"
    fields.write_text("[lamp]\nfields = [\"position\"]\n", encoding="utf-8")
    with pytest.raises(InputError, match="without their street"):
        export_sms(night("ouche-q100"), tmp_path / "sms.csv", fields=fields)
    with pytest.raises(InputError, match="fr or en"):
        export_sms(night("ouche-q100"), tmp_path / "sms.csv", lang="de")
