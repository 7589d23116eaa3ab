"""Compile the catalogues: ``python -m twin.locale.compile`` after editing a ``.po``."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compiled(po: Path) -> bytes:
    """Give the bytes of the ``.mo`` of a ``.po``."""
    with po.open("rb") as file:
        catalogue = read_po(file)
    # The header would carry the moment of compiling: the same words must give the same bytes.
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def main() -> None:
    """Write every ``.mo`` beside its ``.po``."""
    for po in sorted(Path(__file__).parent.glob("*/LC_MESSAGES/*.po")):
        po.with_suffix(".mo").write_bytes(compiled(po))


if __name__ == "__main__":
    main()
