"""Where an export may be written: whole or not at all, and over nothing but its own sort."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geodata import atomic
from tests.nights import night
from twin.errors import InputError
from viewer.outputs.cap import export_cap
from viewer.outputs.leaflet import export_leaflet
from viewer.outputs.page import export_map

EXPORTS: dict[str, Callable[[Any, Path], Path]] = {
    "page": lambda run, out: export_map(run, out, public=True),
    "leaflet": lambda run, out: export_leaflet(run, out, streets=["all"]),
    "alert": lambda run, out: export_cap(run, out, now=run.result.plan.issued_at),
}


@pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
def test_a_file_of_another_sort_stays(export: Callable[[Any, Path], Path], tmp_path: Path) -> None:
    mine = tmp_path / "run.json"
    mine.write_text('{"mine": true}', encoding="utf-8")
    with pytest.raises(InputError, match=r"a file of another sort.*so it stays"):
        export(night(), mine)
    assert mine.read_text(encoding="utf-8") == '{"mine": true}'


@pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
def test_its_own_sort_is_replaced(export: Callable[[Any, Path], Path], tmp_path: Path) -> None:
    first = export(night(), tmp_path / "out").read_bytes()
    assert export(night(), tmp_path / "out").read_bytes() == first


def test_a_disk_that_fills_leaves_the_page_that_stood_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "map.html"
    out.write_text("<!doctype html>the old page", encoding="utf-8")

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="no space left"):
        atomic.write_whole(out, "<!doctype html>new", opens="<!doctype html", sort="a page")
    monkeypatch.undo()
    assert out.read_text(encoding="utf-8") == "<!doctype html>the old page"
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]
