"""The console command ``twin``: the one room that may import all four packages, and nothing imports it."""

from __future__ import annotations

from twin.cli.app import app
from twin.cli.entry import main

__all__ = ["app", "main"]
