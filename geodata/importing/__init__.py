"""Import by declaration: a city's own files, named in a mapping, become one city file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geodata.importing.city import files_of_mapping as files_of_mapping
    from geodata.importing.city import import_city as import_city
    from geodata.importing.city import mapping_path as mapping_path
    from geodata.importing.report import report_text as report_text
    from geodata.importing.schema import Mapping as Mapping

_WHERE = {"files_of_mapping": "city", "import_city": "city", "mapping_path": "city", "report_text": "report",
          "Mapping": "schema"}
__all__ = ["Mapping", "files_of_mapping", "import_city", "mapping_path", "report_text"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"geodata.importing.{_WHERE[name]}"), name)
