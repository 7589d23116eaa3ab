"""The sub-commands of ``twin``, one subject a module; help lists them in this order."""

# isort: off
from twin.cli.commands import demo, city, run, explain, compare, crews, export, flood, irrigate

__all__ = ["city", "compare", "crews", "demo", "explain", "export", "flood", "irrigate", "run"]
