"""What a run says first of itself, for lists of runs: its tables and its city stay closed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from geodata.run.folder import FORMAT
from twin.errors import InputError

_SAID = ("name", "city", "status", "start", "duration_s", "issued_at", "valid_until", "timezone", "plan_sha256")


def run_head(path: Path | str) -> dict[str, Any]:
    """Give name, city, status, start, duration, issue time, limit, zone and the plan's digest of a run.

    Raises
    ------
    InputError
        No folder of a run, or of another version.
    """
    file = Path(path) / "run.json"
    try:
        info = json.loads(file.read_text(encoding="utf-8"))
        if info["format"] != FORMAT:
            raise InputError(file=str(file), field="format", found=f"'{info['format']}'", expected=f"'{FORMAT}'")
        return {name: info[name] for name in _SAID}
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(file=str(file), found="no run.json that can be read", expected="the folder of a run") from None
