"""The sub-commands of ``twin``, one subject a module; help lists them in this order."""

# isort: off
from twin.cli.commands import demo, city, run, explain, compare, export, flood, serve

__all__ = ["city", "compare", "demo", "explain", "export", "flood", "run", "serve"]
