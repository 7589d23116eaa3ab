"""The sub-commands of ``twin``, one subject a module; help lists them in this order."""

# isort: off
from twin.cli.commands import (
    demo, city, run, listing, explain, crews, compare, rank, ensemble, drivers, year, report, export, flood, irrigate,
    cache, serve,
)

__all__ = ["cache", "city", "compare", "crews", "demo", "drivers", "ensemble", "explain", "export", "flood", "irrigate",
           "listing", "rank", "report", "run", "serve", "year"]
