"""The Python interface is as short as the README says, and importing a package costs next to nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("package", ["twin", "geodata", "scenarios"])
def test_every_public_name_is_there_and_waits_until_it_is_asked_for(package: str) -> None:
    code = (f"import sys, {package}; "
            "heavy = {'numpy', 'numba', 'pydantic', 'pyogrio', 'rasterio'} & set(sys.modules); "
            f"assert not heavy, heavy; "
            f"assert sorted({package}.__all__) == {package}.__all__, 'sorted'; "
            f"[getattr({package}, name) for name in {package}.__all__]")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("document", ["README.md", "docs/scenarios.md"])
def test_the_python_of_the_documents_runs(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                          capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    # The blocks of a document are one session: the later ones use the names of the first.
    block = "\n".join(part.split("```")[0] for part in text.split("```python\n")[1:])
    assert block
    monkeypatch.chdir(tmp_path)
    if "my-town.gpkg" in block:
        from geodata import valmont, write_city

        write_city(valmont(), tmp_path / "my-town.gpkg")
    names: dict[str, object] = {}
    exec(compile(block, document, "exec"), names)
    assert len(names["result"].outages) > 100  # type: ignore[attr-defined]
