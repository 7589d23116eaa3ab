"""The seal of a JSON file: a digest of its values among them, by which a value that was changed is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

#: Key of the digest of all other values.
SEAL = "sha256"


def seal_of(info: Mapping[str, Any]) -> str:
    """Give the digest of everything that a file says beside the digest itself.

    Of the values, not of the text: whoever spreads the file over other lines or sorts its keys changes nothing.

    Examples
    --------
    >>> seal_of({"seed": 1, "name": "Q10"}) == seal_of({"name": "Q10", "seed": 1, "sha256": "of yesterday"})
    True
    """
    rest = {key: value for key, value in info.items() if key != SEAL}
    return sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
