"""All benchmarks, one after the other: ``python -m benchmarks``. Their figures stand in ``docs/performance.md``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: Script and arguments of each, in the order of the manual.
BENCHMARKS = (("metropolis.py", "--baseline", "--series"), ("engine.py",), ("stage.py",), ("flood.py",))


def main() -> int:
    """Run them; give the number of those that failed."""
    here, failed = Path(__file__).parent, 0
    for script, *arguments in BENCHMARKS:
        if (here / script).exists():
            print(f"\n=== {script} {' '.join(arguments)}", flush=True)
            failed += subprocess.run([sys.executable, str(here / script), *arguments], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
