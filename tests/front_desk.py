"""The front desk as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def twin(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``twin`` with some words."""
    return subprocess.run([sys.executable, "-m", "twin.cli", *words], cwd=options.pop("cwd", ROOT), text=True,
                          capture_output=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}, **options)
