"""The sub-commands of ``twin``, one subject a module; help lists them in this order."""

# isort: off
from twin.cli.commands import (
    demo, city, run, listing, explain, crews, compare, rank, ensemble, drivers, year, report, export, flood,
    irrigate, observe, serve, account, review, cache,
)

__all__ = ["account", "cache", "city", "compare", "crews", "demo", "drivers", "ensemble", "explain", "export",
           "flood", "irrigate", "listing", "observe", "rank", "report", "review", "run", "serve", "year"]
