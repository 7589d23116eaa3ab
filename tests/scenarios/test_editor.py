"""The JSON Schema that editors use says what the loader says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scenarios.editor import schema, schema_text
from scenarios.load import shipped
from scenarios.reading import read_document

COMMITTED = Path(__file__).parents[2] / "scenarios" / "scenario.schema.json"
INVALID = Path(__file__).parents[1] / "invalid" / "scenarios"
#: Refused by their form alone; the others need the city, the clock or a rule between keys.
BY_FORM = ("wrong_status", "unknown_key", "incomplete")


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def test_the_committed_schema_is_in_step() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == schema_text(), "run `make schema`"


def test_the_issues_example_is_valid(validator: Any) -> None:
    example = {
        "scenario": "Crue décennale de l'Ouche", "city": "valmont", "start": "2026-11-22T16:00+01:00",
        "duration": "36h", "step": "5min", "status": "exercise", "seed": 7,
        "flood": {"river_stage": {"river": "ouche", "gauge": "pont-neuf", "levels": "q10.csv", "datum": "gauge"}},
        "thresholds": {"cabinet": {"fail_m": 0.40}},
        "facts": [{"at": "22:10", "asset": "A-012", "state": "out", "by": "appel du 22 h 08"}],
        "expect": [{"at": "21:00", "kind": "lamp", "out": [300, 500]}, {"asset": "A-012", "mechanism": "flooded"}]}
    assert [error.message for error in validator.iter_errors(json.loads(json.dumps(example)))] == []


def test_every_shipped_scenario_is_valid(validator: Any) -> None:
    for path in shipped().values():
        assert [error.message for error in validator.iter_errors(read_document(path).data)] == [], path.name


@pytest.mark.parametrize("name", BY_FORM)
def test_what_is_wrong_by_its_form_is_refused(validator: Any, name: str) -> None:
    assert list(validator.iter_errors(read_document(INVALID / f"{name}.yaml").data))


def test_the_documents_hold_every_key() -> None:
    from scenarios import schema as models

    text = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    parts = (models.Scenario, models.Event, models.Fact, models.Threshold, models.ExpectCounts, models.ExpectAsset,
             models.Dark, models.Link)
    for part in parts:
        for name in part.model_fields:
            assert f"{name}:" in text or f"`{name}`" in text, f"{part.__name__}.{name}"
