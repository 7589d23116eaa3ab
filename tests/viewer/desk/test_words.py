"""Words of the desk: both languages say the same things, nothing is left over, and every element is on its screen."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from viewer.desk.app import SCREENS
from viewer.desk.words import catalogue

ROOT = Path(__file__).parents[3]
PAGE, TEMPLATES, DESK = ROOT / "viewer/page", ROOT / "viewer/templates/desk", ROOT / "viewer/desk"
FR, EN = catalogue("fr"), catalogue("en")
#: Beginnings of keys whose end is a word of the engine or of the desk's tables.
PARTS = re.compile(r"[`'\"]([a-z_0-9]+_)\$\{|f\"([a-z_]+_)\{|~ ?\"([a-z_]+_)\"")


def texts() -> str:
    files = [*(PAGE / "desk").glob("*.js"), *TEMPLATES.glob("*.html"), *DESK.glob("*.py")]
    return "\n".join(path.read_text("utf-8") for path in files)


def test_both_languages_say_the_same_things() -> None:
    assert list(FR) == list(EN)
    for key, one in FR.items():
        other = EN[key]
        assert type(one) is type(other), key
        forms = zip(one.values(), other.values(), strict=True) if isinstance(one, dict) else [(one, other)]
        for a, b in forms:
            assert set(re.findall(r"\{(\w+)\}", a)) == set(re.findall(r"\{(\w+)\}", b)), key
    assert not any(re.search(r"[^\u00a0\u202f][:;?!»]( |$)", text) for text in FR.values() if isinstance(text, str)
                   if "://" not in text), "French sets these signs apart"


def test_no_text_is_left_over_and_none_is_missing() -> None:
    said = texts()
    begun = {next(filter(None, found)) for found in PARTS.findall(said)} | {"screen_", "site_", "row_"}
    words = set(re.findall(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", said))
    left = [key for key in FR if key not in words and not key.startswith(tuple(begun))]
    assert left == [], "nobody says these"
    asked = set(re.findall(r"\bt\('([a-z_0-9]+)'", said))
    asked |= set(re.findall(r'data-(?:t|label|hint)="([a-z_0-9]+)"', said))
    pages = set(json.loads((ROOT / "viewer/data/words.fr.json").read_text("utf-8")))
    assert asked - set(FR) - pages == set()


def test_every_text_that_python_says_is_there() -> None:
    for path in DESK.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tell" and len(node.args) > 1:
                key = node.args[1]
                if isinstance(key, ast.Constant):
                    assert key.value in FR, key.value


@pytest.mark.parametrize("screen", SCREENS)
def test_every_element_that_a_screen_takes_by_its_id_is_on_it(screen: str) -> None:
    names = ("screen", screen, *(("map", "timeline") if screen not in ("runs", "journal") else ()))
    html = "".join((TEMPLATES / f"{name}.html").read_text("utf-8") for name in names)
    present = set(re.findall(r'\bid="([a-z-]+)"', html)) | set(re.findall(r'map_id = "([a-z-]+)"', html))
    scripts = {"tonight": ("tonight", "acts", "alarms", "observed", "timeline"), "wall": ("wall",),
               "whatif": ("whatif", "line_form", "timeline"), "crews": ("crews", "timeline")}.get(screen, (screen,))
    for name in ("frame", "start", *scripts):
        asked = set(re.findall(r"\bbyId\('([a-z-]+)'\)", (PAGE / "desk" / f"{name}.js").read_text("utf-8")))
        assert asked <= present, name
