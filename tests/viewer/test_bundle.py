"""The vendored deck.gl: the bytes that pages carry are those whose digest is committed."""

import gzip
import hashlib
import json
import re
from pathlib import Path

BUNDLE = Path(__file__).parents[2] / "viewer" / "bundle"


def test_the_packed_bundle_has_the_committed_digest() -> None:
    script = gzip.decompress((BUNDLE / "deck.js.gz").read_bytes())
    assert hashlib.sha256(script).hexdigest() == (BUNDLE / "deck.sha256").read_text().split()[0]


def test_it_needs_no_eval_and_names_no_address_to_load_from() -> None:
    text = gzip.decompress((BUNDLE / "deck.js.gz").read_bytes()).decode()
    assert not re.search(r"\beval\(|new Function\(", text)
    assert "</script" not in text.lower()


def test_versions_are_pinned_exactly_and_every_package_has_its_licence() -> None:
    pinned = json.loads((BUNDLE / "package.json").read_text())["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pinned.values())
    lock = (BUNDLE / "package-lock.json").read_text()
    assert "resolved" not in lock
    licences = (BUNDLE / "LICENSES.txt").read_text()
    for name in pinned:
        if name != "esbuild":
            assert f"{name} {pinned[name]} (" in licences
