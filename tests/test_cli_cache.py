"""``twin cache``: what is kept, and emptying it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twin import cli


def test_the_cache_is_told_and_cleared_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path))
    store = tmp_path / "flow" / ("a" * 24)
    store.mkdir(parents=True)
    (store / "flow.json").write_bytes(b"x" * 2_500_000)
    assert cli.main(["cache", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Computed water: {tmp_path / 'flow'}\n  1 store, 2.5 MB\n  After a run, ")
    assert "60 days" in said
    assert "10 GB" in said
    assert cli.main(["cache", "--lang", "fr"]) == 0
    assert f"Eau calculée\u00a0: {tmp_path / 'flow'}\n  1 calcul conservé, 2,5 Mo\n" in capsys.readouterr().out
    assert cli.main(["cache", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kept"][0]["bytes"] == 2_500_000
    assert cli.main(["cache", "--clear", "--lang", "fr"]) == 0
    assert "1 calcul supprimé, 2,5 Mo" in capsys.readouterr().out
    assert not store.exists()
