"""A lightweight digital twin for a city's control centre: what goes dark in a flood, and why.

>>> import twin  # doctest: +SKIP
>>> city = twin.read_city("valmont")  # doctest: +SKIP
>>> result = twin.run(twin.load_scenario("ouche-q10"), city)  # doctest: +SKIP
>>> print(result.explain("L-0423", lang="fr"))  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin.assets import Asset, Assets
    from twin.city import City
    from twin.errors import InputError, InvalidTransition, TwinError
    from twin.exposure import Exposure
    from twin.hazard import Hazard
    from twin.outages import Outages
    from twin.plan import Plan
    from twin.result import Result
    from twin.supplies import Supplies
    from twin.trace import Trace

__all__ = ["Asset", "Assets", "City", "Exposure", "Hazard", "InputError", "InvalidTransition", "Outages", "Plan",
           "Result", "Supplies", "Trace", "TwinError"]
__version__ = "0.1.0"

_HOME = {"Asset": "assets", "Assets": "assets", "City": "city", "Exposure": "exposure", "Hazard": "hazard",
         "InputError": "errors", "InvalidTransition": "errors", "Outages": "outages", "Plan": "plan",
         "Result": "result", "Supplies": "supplies", "Trace": "trace", "TwinError": "errors"}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for: ``import twin`` must not cost numba (PEP 562)."""
    if name in _HOME:
        return getattr(import_module(f"twin.{_HOME[name]}"), name)
    raise AttributeError(f"module 'twin' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
