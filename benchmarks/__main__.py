"""All benchmarks, one after the other: ``python -m benchmarks``. Their figures stand in ``docs/performance.md``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: Module and arguments of each, in the order of the manual.
BENCHMARKS = (("metropolis", "--baseline", "--series"), ("engine",), ("rank",), ("edit",), ("stage",), ("access",),
              ("ensemble",), ("flood",), ("irrigation",), ("page",), ("alarms",), ("desk", "--minutes", "1"))


def main() -> int:
    """Run them; give the number of those that failed."""
    root, failed = Path(__file__).resolve().parents[1], 0
    for module, *arguments in BENCHMARKS:
        if (root / f"benchmarks/{module}.py").exists():
            print(f"\n=== {module} {' '.join(arguments)}", flush=True)
            failed += subprocess.run([sys.executable, "-m", f"benchmarks.{module}", *arguments], check=False,
                                     cwd=root).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
