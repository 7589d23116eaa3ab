"""What Python and the pages' scripts say to one another: keys of texts, codes, columns and the ids of elements."""

import ast
import gzip
import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from viewer import enums, scripts
from viewer.outputs.page import page
from viewer.words import REGISTERS, registers

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "viewer" / "page"
TEMPLATES = ROOT / "viewer" / "templates"
PAGES = ("public", "operator")
#: Python that speaks with the words of the pages.
SPEAKERS = [*(ROOT / "viewer").rglob("*.py"), ROOT / "twin" / "cli" / "causes.py"]


def sources(name: str) -> list[Path]:
    """Give the scripts of a page, those of the other ones left out."""
    others = {"built", *(part for other in {*PAGES, "desk"} - {name} for part in (other, f"{other}.js"))}
    return [path for path in PAGE.rglob("*.js") if not others & set(path.parts)]


@pytest.mark.parametrize("name", PAGES)
def test_every_text_that_a_page_asks_for_stands_in_every_register(name: str) -> None:
    words = registers()
    assert scripts.keys(name) - set(words["fr"]) == set()
    assert scripts.keys(name) - set(words["en"]) == set()
    assert set(words["simple"]) <= set(words["fr"]), "what is simple falls back on French"


def spoken(path: Path) -> tuple[set[str], set[str], set[str]]:
    """Give the keys that a module of Python says, the beginnings of keys, and every text in it."""
    said, begun, texts = set(), set(), set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.add(node.value)
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function, key = node.func, node.args[0]
        speaks = getattr(function, "id", None) in ("say", "voice") or getattr(function, "attr", None) == "rich"
        if speaks and isinstance(key, ast.Constant):
            said.add(str(key.value))
        if speaks and isinstance(key, ast.JoinedStr) and isinstance(key.values[0], ast.Constant):
            begun.add(str(key.values[0].value))
    return said, begun, texts


def test_every_text_that_python_says_stands_in_the_catalogues() -> None:
    words = set(registers()["fr"])
    for path in SPEAKERS:
        said, begun, _ = spoken(path)
        assert said <= words, path
        assert all(any(key.startswith(start) for key in words) for start in begun), path


def test_no_text_is_left_over() -> None:
    asked = scripts.keys("public") | scripts.keys("operator")
    for file in TEMPLATES.glob("*.html"):
        for one, other in re.findall(r"\bsay\('([a-z_0-9]+)'|\bwords\.([a-z_0-9]+)", file.read_text("utf-8")):
            asked |= {one or other}
    begun: set[str] = set()
    for path in SPEAKERS:
        _, starts, texts = spoken(path)
        asked, begun = asked | texts, begun | starts
    left = {key for key in registers()["fr"] if key not in asked and not key.startswith(tuple(begun))}
    assert left == set(), "nobody says these any more"


def test_the_enums_of_the_pages_are_those_of_python() -> None:
    assert enums.main(["--check"]) == 0, "run `make bundle`"


def test_codes_are_named_and_not_numbered() -> None:
    code = re.compile(r"\b(state|service|source|coverage|mech|action|level)\w*(\[[^\]]*\])?\s*(===?|!==?)\s*\d")
    for path in [*PAGE.rglob("*.js"), *(ROOT / "viewer").rglob("*.py")]:
        if not {"built", "node_modules"} & set(path.parts):
            assert not code.search(path.read_text("utf-8")), f"{path.relative_to(ROOT)}: a bare number for a code"


def declared() -> dict[str, tuple[str, bool]]:
    """Give the columns that types.d.ts declares: type, and whether a page can lack them."""
    text = (PAGE / "types.d.ts").read_text("utf-8")
    names = {name: re.findall(r"'(\w+)'", words)
             for name, words in re.findall(r"^type (\w+Name) = ([^;]+);", text, re.MULTILINE)}
    found = {name: (kind, bool(optional)) for name, optional, kind in
             re.findall(r"^  '([a-z_]+\.\w+)'(\??): ([\w| ]+);", text, re.MULTILINE) if kind != "string"}
    for kind, columns, array in re.findall(r"\bEach<(\w+), ([^,>]+), (\w+)>", text):
        for family in names.get(kind, ()):
            found |= {f"{family}.{column}": (array, True) for column in re.findall(r"'(\w+)'", columns)}
    return found


def only(name: str) -> set[str]:
    """Give the columns that types.d.ts declares for one page alone."""
    text = (PAGE / "types.d.ts").read_text("utf-8")
    columns = {kind: (more or "", re.findall(r"^  '([a-z_]+\.\w+)'", body, re.MULTILINE)) for kind, more, body in
               re.findall(r"interface (\w+Columns)(?: extends (\w+))? \{([^}]*)\}", text)}
    more, own = columns[{"operator": "AssetColumns", "public": "LampColumns"}[name]]
    return {*own, *columns.get(more, ("", []))[1]}


def other_than(name: str) -> str:
    return next(one for one in PAGES if one != name)


def header(run: Any, *, public: bool) -> dict[str, Any]:
    """Give the header of a page's packed stream: its columns and texts."""
    packed = re.search(r'id="data">([^<]*)<', page(run, public=public, lang="fr"))
    assert packed is not None
    stream = gzip.decompress(b64decode(packed[1]))
    return dict(json.loads(stream[4:4 + int.from_bytes(stream[:4], "little")]))


@pytest.mark.parametrize("name", PAGES)
def test_the_types_of_the_scripts_are_those_of_what_is_packed(made_run: Any, name: str) -> None:
    packed, types = header(made_run, public=name == "public"), declared()
    for column in packed["columns"]:
        kind, _ = types.get(column["name"], ("no type", False))
        kinds = kind.replace("Flags", "Uint8Array").split(" | ")
        assert column["type"] in kinds, f"{column['name']} is {column['type']}, types.d.ts says {kind}"
    other = only(other_than(name)) - only(name)
    always = {column for column, (_, optional) in types.items() if not optional and column not in other}
    assert always <= {column["name"] for column in packed["columns"]}, "types.d.ts says that these are always there"
    text = (PAGE / "types.d.ts").read_text("utf-8")
    for key in packed["texts"]:
        assert re.search(rf"^  '?{re.escape(key)}'?\??: ", text, re.MULTILINE), f"types.d.ts lacks the text {key}"


def test_no_column_is_packed_for_nobody() -> None:
    text = "".join(path.read_text("utf-8") for name in PAGES for path in sources(name))
    for column in declared():
        family, name = column.split(".")
        ways = (f"'{column}'", f"`${{name}}.{name}`", f"`{family}.{name.rstrip('012')}${{i}}`")
        stem, _, end = name.rpartition("_")
        of_stem = f"'{stem}'" in text and f"`{family}.${{name}}_{end}`" in text
        assert of_stem or any(way in text for way in ways), f"no script reads {column}"


@pytest.mark.parametrize("name", PAGES)
def test_every_element_that_a_script_takes_by_its_id_is_on_the_page(name: str) -> None:
    html = "".join((TEMPLATES / file).read_text("utf-8") for file in (f"{name}.html", "zoom.html"))
    present = set(re.findall(r'\bid="([a-z-]+)"', html))
    for path in sources(name):
        asked = set(re.findall(r"ById\('([a-z-]+)'\)", path.read_text("utf-8")))
        assert asked <= present, path.name


def test_every_register_is_one_of_the_pages() -> None:
    text = (PAGE / "types.d.ts").read_text("utf-8")
    assert all(f"'{register}'" in text for register in REGISTERS)
