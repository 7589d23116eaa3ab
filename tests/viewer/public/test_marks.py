"""What leaves in a public file is what the list names: a mark in every text of a run tells what got out, and where."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from marks import CONTACTS, everything, found, marked_run

#: What leaves with the shipped list: field by field, and nothing else.
SHIPPED = {
    ("lamp", "id"), ("lamp", "street"), ("traffic_signal", "id"), ("traffic_signal", "street"),
    ("street", "layer_name"), ("district", "layer_name"), ("water", "layer_name"), ("bridge", "layer_name"),
    ("source", "name"), ("source", "date"), ("source", "licence"), ("source", "attribution")}
#: What a city says to the public on purpose: its name, the night's public title, its contacts.
MEANT = {("city", "name"), ("plan", "title_fr"), ("plan", "title_en")}
#: Marks of a word of the list.
WORDS = {("street", "name"): {("street", "layer_name")}, ("district", "name"): {("district", "layer_name")},
         ("water", "name"): {("water", "layer_name")}, ("bridge", "name"): {("bridge", "layer_name")},
         ("lamp", "street"): {("lamp", "street")}, ("lamp", "id"): {("lamp", "id")},
         ("traffic_signal", "id"): {("traffic_signal", "id")},
         # The streets that meet at a signal are read off the layer of streets.
         ("traffic_signal", "street"): {("traffic_signal", "street"), ("street", "layer_name")},
         **{("source", field): {("source", field)} for field in ("name", "date", "licence", "attribution")}}
LIST = {(kind, field) for kind, table in tomllib.loads(resources.files("viewer").joinpath(
    "data/public_fields.toml").read_text("utf-8")).items() for field in table["fields"]}


@pytest.fixture(scope="module")
def run() -> Any:
    return marked_run()


@pytest.fixture(scope="module")
def contacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("contacts") / "contacts.toml"
    file.write_text(CONTACTS, encoding="utf-8")
    return file


def test_no_writer_reads_the_run_itself() -> None:
    """What a writer was not given, it cannot let out: it makes the view of the night, and reads nothing else."""
    viewer = Path(__file__).parents[3] / "viewer"
    for name in ("outputs/cap.py", "outputs/leaflet.py", "outputs/notes.py", "outputs/open_data.py",
                 "outputs/public_page.py", "outputs/summary.py", "public/scene.py"):
        tree = ast.parse((viewer / name).read_text("utf-8"))
        uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "run"]
        allowed = [ast.unparse(node) for node in ast.walk(tree)
                   if isinstance(node, ast.Call | ast.Attribute) and ast.unparse(node).startswith(
                       ("public_night(run, ", "run.result.plan.status"))]
        assert len(uses) == len(allowed), f"{name}: {[ast.unparse(use) for use in uses]}"


def test_the_marks_are_there_to_be_found(run: Any) -> None:
    from marks import unpacked

    from viewer.outputs.page import page

    seen = found(unpacked(page(run, public=False, lang="fr")))
    assert {("cabinet", "id"), ("site", "name"), ("substation", "street"), ("secret_kind", "word_fr"),
            ("note", "text"), ("declared", "by"), ("lamp", "owner")} <= seen, "the operator sees them"


def test_with_the_shipped_list_nothing_leaves_but_what_it_names(run: Any, contacts: Path, tmp_path: Path) -> None:
    made = everything(run, tmp_path, contacts=contacts)
    assert not [name for name in made if name.endswith("refused") and "Rue Haute" not in name]
    for name, text in made.items():
        strange = {(of, field) for of, field in found(text) if of != "contacts"} - SHIPPED - MEANT
        assert not strange, f"{name}: {strange}"
    # Bridges are drawn without their name, no map draws the names of districts, a signal in a street needs no number.
    undrawn = {("bridge", "layer_name"), ("district", "layer_name"), ("traffic_signal", "id"),
               ("traffic_signal", "street")}
    assert SHIPPED - undrawn <= found(made["page fr"]), "the test sees what may leave"
    assert "Feux tricolores éteints" in made["page fr"]
    assert ("lamp", "street") in found(made["alert"]) & found(made["geoparquet"]) & found(made["leaflet en all"])


def test_no_name_of_a_file_and_no_path_leaves(run: Any, tmp_path: Path) -> None:
    for name, text in everything(run, tmp_path).items():
        assert "inventory_of_2024" not in text, name
        assert str(tmp_path) not in text, name
        assert not re.search(r"/(home|root|tmp|work|Users)/", text), name


def test_a_list_that_allows_nothing_lets_nothing_out(run: Any, contacts: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.toml"
    nothing.write_text("".join(f"[{kind}]\nfields = []\n" for kind in sorted({kind for kind, _ in LIST})), "utf-8")
    made = everything(run, tmp_path, fields=nothing, contacts=contacts)
    assert {name for name in made if name.endswith("refused")} >= {
        "geojson: refused", "csv: refused", "geoparquet: refused", "alert: refused", "leaflet fr Rue Haute 1: refused"}
    for name, text in made.items():
        assert {(of, field) for of, field in found(text) if of != "contacts"} <= MEANT, name
    page = made["page fr"]
    assert "La ville ne publie pas le détail de ce calcul." in page
    assert not re.search(r'<tr><th scope="row">', page), "no street in the table"
    # Of the packed columns, none holds a row of the town; nor does the page say how many lamps there are.
    lengths = dict(re.findall(r'"name":"([a-z.0-9]+)","type":"\w+","length":(\d+)', page))
    assert {name: n for name, n in lengths.items() if n != "0"} == {"iv.offsets": "2"}
    assert '"streets":[]' in page
    assert '"rivers":[]' in page
    assert '"water":null' in page


@pytest.mark.parametrize("word", sorted(LIST), ids=".".join)
def test_one_word_of_the_list_lets_only_its_own_out(word: tuple[str, str], run: Any, tmp_path: Path) -> None:
    kind, field = word
    one = tmp_path / "one.toml"
    one.write_text(f'[{kind}]\nfields = ["{field}"]\n', encoding="utf-8")
    for name, text in everything(run, tmp_path, fields=one).items():
        assert found(text) - MEANT <= WORDS.get(word, set()), f"{name}: {found(text) - MEANT}"
