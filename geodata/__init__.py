"""Files and twin types: every format, CRS and footprint of the project is read and written here.

>>> from geodata import valmont, write_city, read_city
>>> town = valmont()
>>> write_city(town, folder / "valmont.gpkg")
>>> read_city(folder / "valmont.gpkg").city.name
'Valmont-sur-Ouche'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geodata.city.file import read_city, write_city
    from geodata.city.model import CityFile
    from geodata.demo_town import valmont
    from geodata.importing import import_city
    from geodata.run.folder import Run, read_run, write_run

__all__ = ["CityFile", "Run", "import_city", "read_city", "read_run", "valmont", "write_city", "write_run"]

_HOME = {"CityFile": "city.model", "Run": "run.folder", "import_city": "importing", "read_city": "city.file",
         "read_run": "run.folder", "valmont": "demo_town", "write_city": "city.file", "write_run": "run.folder"}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for: readers of files are heavy (PEP 562)."""
    if name in _HOME:
        return getattr(import_module(f"geodata.{_HOME[name]}"), name)
    raise AttributeError(f"module 'geodata' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
