"""What pages run: the bytes that they carry are those that were built, and building again gives the same."""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from viewer.scripts import built

BUNDLE = Path(__file__).parents[2] / "viewer" / "bundle"
PAGE = BUNDLE.parent / "page"


def test_the_packed_bundle_has_the_committed_digest() -> None:
    script = gzip.decompress((BUNDLE / "deck.js.gz").read_bytes())
    assert hashlib.sha256(script).hexdigest() == (BUNDLE / "deck.sha256").read_text().split()[0]


def test_it_needs_no_eval_and_names_no_address_to_load_from() -> None:
    text = gzip.decompress((BUNDLE / "deck.js.gz").read_bytes()).decode()
    assert not re.search(r"\beval\(|new Function\(", text)
    assert "</script" not in text.lower()


def test_versions_are_pinned_exactly_and_what_is_bundled_has_its_licence() -> None:
    pinned = json.loads((BUNDLE / "package.json").read_text())["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pinned.values())
    lock = (BUNDLE / "package-lock.json").read_text()
    assert "resolved" not in lock
    licences = (BUNDLE / "LICENSES.txt").read_text()
    for name in pinned:
        if name.startswith("@deck.gl/"):
            assert f"{name} {pinned[name]} (" in licences


def test_what_is_built_comes_from_the_sources_that_stand_beside_it() -> None:
    lines = (PAGE / "built" / "pages.sha256").read_text().splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    present = [*PAGE.rglob("*.js"), *PAGE.rglob("*.ts"), PAGE / "built" / "words.json"]
    assert listed == {path.relative_to(PAGE).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
                      for path in present}, "viewer/page was changed: run `make bundle`"


@pytest.mark.parametrize("name", ["public", "operator", "loader"])
def test_a_built_script_needs_no_eval_and_cannot_end_its_own_element(name: str) -> None:
    text = built(name).text
    assert not re.search(r"\beval\(|new Function\(|\bimport\(", text)
    assert "</script" not in text.lower()


def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    if shutil.which("node") is None or not (BUNDLE / "node_modules").is_dir():
        pytest.skip("node or viewer/bundle/node_modules is missing: `make bundle` installs them")
    subprocess.run(["node", "pages.mjs", str(tmp_path)], cwd=BUNDLE, check=True, capture_output=True)
    again = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert again == {path.name: path.read_bytes() for path in (PAGE / "built").iterdir()}
