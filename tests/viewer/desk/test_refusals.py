"""Refusals of the desk come in both languages; that each has its French is held by ``tests/test_refusals.py``."""

from __future__ import annotations

from tests.viewer.desk.conftest import Seat
from twin.errors import InputError
from viewer.desk.answers import told


def test_what_changes_in_a_sentence_is_carried_over() -> None:
    error = InputError(field="run", found="no such run", expected="one of the list", ids=("A-1",), remedy="Go on.")
    assert told(error)["said"] == {"en": str(error), "fr": (
        "Champ «\u00a0run\u00a0», A-1\u00a0: aucun calcul de ce nom\u00a0; attendu\u00a0: l’une de la liste. Go on.")}
    many = InputError(found="the link 'A-1' to 'B-2'", expected="up to 12 ids")
    assert told(many)["said"]["fr"] == (
        "La liaison de «\u00a0A-1\u00a0» à «\u00a0B-2\u00a0»\u00a0; attendu\u00a0: 12 équipements au plus.")


def test_a_refusal_comes_in_both_languages(seat: Seat) -> None:
    answer = seat.post("/api/rank/cost", key="budget", cost=-1)
    assert answer.status_code == 422
    assert answer.json()["said"]["fr"] == "Champ «\u00a0cost\u00a0»\u00a0: -1\u00a0; attendu\u00a0: de 0 à 1e+09."
    unknown = seat.post("/api/rank/cost", key="A-999", cost=1).json()["said"]
    assert unknown["fr"].startswith("A-999\u00a0: l’équipement «\u00a0A-999\u00a0»\u00a0; attendu\u00a0: ")
