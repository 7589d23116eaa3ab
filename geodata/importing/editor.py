"""The JSON Schema of mappings, for editors that complete and check while one types.

It is made from the models, committed as ``geodata/mappings/mapping.schema.json`` and kept in step by a test. A mapping
that begins with ``# yaml-language-server: $schema=mapping.schema.json`` is checked by editors that know YAML schemas.
To make the file anew: ``python -m geodata.importing.editor > geodata/mappings/mapping.schema.json``.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from geodata.importing.schema import Mapping


def schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a mapping, short forms included."""
    made = Mapping.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made,
            "title": "Mapping of a city's files for `twin import`"}


def schema_text() -> str:
    """Give it as the text of the committed file."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
