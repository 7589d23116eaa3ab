"""Exit codes of the command line."""

from __future__ import annotations

DONE, OUR_MISTAKE, YOUR_INPUT, NOT_AS_EXPECTED, INTERRUPTED = 0, 1, 2, 3, 130
