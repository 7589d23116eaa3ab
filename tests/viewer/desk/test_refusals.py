"""Refusals of the desk: each is said in French as well, whatever it is about."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from tests.viewer.desk.conftest import Seat
from twin.errors import InputError
from viewer.desk.refusals import french, in_words

ROOT = Path(__file__).parents[3]
TABLE = json.loads((ROOT / "viewer/data/refusals.fr.json").read_text("utf-8"))
#: Pieces that are nothing but what was given.
BARE = {"{}", "'{}'"}


def texts_of(node: ast.expr) -> list[str]:
    """Give the texts of a piece, with {} for what changes; none for what is computed elsewhere."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)]
    return [*texts_of(node.body), *texts_of(node.orelse)] if isinstance(node, ast.IfExp) else []


def test_every_refusal_of_the_desk_has_its_french() -> None:
    missing = []
    for path in sorted((ROOT / "viewer/desk").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InputError":
                pieces = [one.value for one in node.keywords if one.arg in ("found", "expected", "remedy")]
                missing += [f"{path.name}: {text}" for one in pieces for text in texts_of(one)
                            if text not in TABLE and text not in BARE]
    assert missing == []


def test_what_changes_in_a_sentence_is_carried_over() -> None:
    assert french("up to 12 ids") == "12 équipements au plus"
    assert french("the link 'A-1' to 'B-2'") == "le lien de «\u00a0A-1\u00a0» vers «\u00a0B-2\u00a0»"
    assert french("something else") == "something else", "it is quoted as the program says it"
    error = InputError(field="run", found="no such run", expected="one of the list", ids=("A-1",), remedy="Go on.")
    assert in_words(error) == {"en": str(error), "fr": (
        "Champ «\u00a0run\u00a0», A-1\u00a0: aucun calcul de ce nom\u00a0; attendu\u00a0: l’une de la liste. Go on.")}


def test_a_refusal_comes_in_both_languages(seat: Seat) -> None:
    answer = seat.post("/api/rank/cost", key="budget", cost=-1)
    assert answer.status_code == 422
    assert answer.json()["said"]["fr"] == "Champ «\u00a0cost\u00a0»\u00a0: -1\u00a0; attendu\u00a0: de 0 à 1e+09."
    unknown = seat.post("/api/rank/cost", key="A-999", cost=1).json()["said"]
    assert unknown["fr"].startswith("A-999\u00a0: l’équipement «\u00a0A-999\u00a0»\u00a0; attendu\u00a0: ")
