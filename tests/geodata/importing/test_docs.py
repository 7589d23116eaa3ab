"""docs/import.md: its example is run, its fragments are valid, and it knows every key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from geodata.importing import Mapping, import_city, report_text
from geodata.importing.drafting.draft import draft
from geodata.importing.schema import (
    Condition,
    ContextSpec,
    CsvSpec,
    FieldSpec,
    IdSpec,
    KindSpec,
    LayerSpec,
    LinkSpec,
    PositionSpec,
    SourceSpec,
    TerrainSpec,
)

TEXT = (Path(__file__).parents[3] / "docs" / "import.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+) (\S+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def yaml(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def test_five_minutes_do_what_the_page_says(tmp_path: Path) -> None:
    for _, name, text in BLOCKS:
        if name.endswith((".csv", ".yaml")):
            (tmp_path / name).write_text(text, encoding="utf-8")
    expected = next(text for _, name, text in BLOCKS if name == "report")
    city_file = import_city(tmp_path / "bourg.yaml")
    assert report_text(city_file.report) == expected.rstrip("\n")
    assets = city_file.city.assets
    assert [assets[assets.row(name)].fail_m for name in ("A-01", "A-02")] == [0.4, 0.35]


def test_the_draft_is_the_one_that_the_page_shows(tmp_path: Path) -> None:
    for _, name, text in BLOCKS:
        if name.endswith(".csv"):
            (tmp_path / name).write_text(text, encoding="utf-8")
    made = draft([tmp_path / "armoires.csv", tmp_path / "lampes.csv"], beside=tmp_path, city="Bourg")
    assert made.text == next(text for _, name, text in BLOCKS if name == "draft.yaml")
    (tmp_path / "draft.yaml").write_text(made.text, encoding="utf-8")
    assert import_city(tmp_path / "draft.yaml").report["assets"] == {"cabinet": 2, "circuit": 4, "lamp": 5}


@pytest.mark.parametrize("text", [text for _, name, text in BLOCKS if name == "layer"])
def test_layer_fragments_are_valid(text: str) -> None:
    LayerSpec.model_validate(yaml(text))


@pytest.mark.parametrize("text", [text for _, name, text in BLOCKS if name == "mapping"])
def test_mapping_fragments_are_valid(text: str) -> None:
    layer = {"file": "a.csv", "kind": "lamp", "id": "ID"}
    Mapping.model_validate({"city": "Bourg", "timezone": "Europe/Paris", "layers": [layer], **yaml(text)})


def test_links_of_the_table_are_valid() -> None:
    links = re.findall(r"^\| `(\{(?:kind|layer|first_of|any_of).*?\})` \|", TEXT, re.MULTILINE)
    assert len(links) == 6
    for link in links:
        LinkSpec.model_validate(yaml(link))


@pytest.mark.parametrize("model", [Mapping, LayerSpec, ContextSpec, TerrainSpec, FieldSpec, LinkSpec, IdSpec, KindSpec,
                                   PositionSpec, CsvSpec, SourceSpec, Condition], ids=lambda model: model.__name__)
def test_the_page_knows_every_key(model: type[BaseModel]) -> None:
    # long forms of shorthands that nobody writes
    internal = {"fixed", "gdal_where"}
    for name, info in model.model_fields.items():
        key = info.alias or name
        if key not in internal:
            assert re.search(rf"(?<![\w-]){key}(?![\w-])", TEXT), key
