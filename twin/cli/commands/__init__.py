"""The sub-commands of ``twin``, one subject a module; help lists them in this order."""

# isort: off
from twin.cli.commands import demo, city, run, explain, compare, ensemble, drivers, year, export, flood

__all__ = ["city", "compare", "demo", "drivers", "ensemble", "explain", "export", "flood", "run",
           "year"]
