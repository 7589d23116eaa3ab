"""The JSON Schema of scenario files, for editors that complete and check while one types.

It is made from the models, committed as ``scenarios/scenario.schema.json`` and kept in step by a test. A file that
begins with ``# yaml-language-server: $schema=scenario.schema.json`` is checked by any editor that knows YAML schemas.
"""

from __future__ import annotations

import json
from typing import Any

from scenarios.schema import Scenario


def schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a scenario file."""
    made = Scenario.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made,
            "title": "Scenario of the city's digital twin"}


def programme_schema_text() -> str:
    """Give the JSON Schema of a programme file of ``twin irrigate``, as text."""
    from scenarios.irrigation.schema import SeasonSpec

    made = SeasonSpec.model_json_schema(by_alias=True, mode="validation")
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **made,
                       "title": "Season of irrigation of the city's digital twin"}, ensure_ascii=False, indent=2) + "\n"


def schema_text() -> str:
    """Give it as the text of the committed file."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"
