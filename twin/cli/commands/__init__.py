"""The sub-commands of ``twin``, one subject a module; help lists them in this order."""

# isort: off
from twin.cli.commands import demo, city, run, listing, explain, compare, rank, report, export, flood

__all__ = ["city", "compare", "demo", "explain", "export", "flood", "listing", "rank", "report", "run"]
