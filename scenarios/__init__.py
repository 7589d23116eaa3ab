"""What to run: scenario files, their resolution into plans, and expectations as tests.

>>> from scenarios import load_scenario, run_scenario
>>> night = run_scenario(load_scenario("ouche-q10"))
>>> all(outcome.is_met for outcome in night.expectations())
True
>>> print(night.explain("A-012", lang="fr").sentence)
L’armoire d’éclairage A-012 ...
>>> night.tables.outages.to_pandas().columns[:5].tolist()
['asset_id', 'kind', 'start', 'end', 'mechanism']
>>> [len(night.tables[name].to_pandas()) > 0 for name in ("exposure", "events", "timeline")]
[True, True, True]
>>> night.tables.trace.equals(night.tables.events)
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.expect import Outcome
    from scenarios.load import load_scenario, shipped
    from scenarios.prepared import Prepared
    from scenarios.resolve import prepare
    from scenarios.running import Finished, run_scenario
    from scenarios.schema import Scenario

__all__ = ["Finished", "Outcome", "Prepared", "Scenario", "load_scenario", "prepare", "run_scenario", "shipped"]

_HOME = {"Finished": "running", "Outcome": "expect", "Prepared": "prepared", "Scenario": "schema",
         "load_scenario": "load", "prepare": "resolve", "run_scenario": "running", "shipped": "load"}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for: pytest loads this package at every start (PEP 562)."""
    if name in _HOME:
        return getattr(import_module(f"scenarios.{_HOME[name]}"), name)
    raise AttributeError(f"module 'scenarios' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
