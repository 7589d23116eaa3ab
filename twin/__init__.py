"""A lightweight digital twin for a city's control centre: what goes dark in a flood, and why.

>>> from scenarios import run_scenario
>>> import twin
>>> night = run_scenario("ouche-q10").result
>>> night.outages
Outages: 913 rows
>>> print(twin.explain(night, "A-012", lang="en").sentence)
Lighting cabinet A-012 ...
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin.errors import InputError, InvalidTransition, TwinError
    from twin.explaining.explain import explain
    from twin.results.outages import Outages
    from twin.results.result import Result
    from twin.results.trace import Trace
    from twin.water.exposure import Exposure
    from twin.water.hazard import Hazard
    from twin.world.assets import Asset, Assets
    from twin.world.city import City
    from twin.world.plan import Plan
    from twin.world.supplies import Supplies

__all__ = ["Asset", "Assets", "City", "Exposure", "Hazard", "InputError", "InvalidTransition", "Outages", "Plan",
           "Result", "Supplies", "Trace", "TwinError", "explain"]
__version__ = "0.1.0"

_HOME = {"Asset": "world.assets", "Assets": "world.assets", "City": "world.city", "Exposure": "water.exposure",
         "Hazard": "water.hazard", "InputError": "errors", "InvalidTransition": "errors", "Outages": "results.outages",
         "Plan": "world.plan", "Result": "results.result", "Supplies": "world.supplies", "Trace": "results.trace",
         "TwinError": "errors", "explain": "explaining.explain"}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for: ``import twin`` must not cost numba (PEP 562)."""
    if name in _HOME:
        return getattr(import_module(f"twin.{_HOME[name]}"), name)
    raise AttributeError(f"module 'twin' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
