"""GeoPackages that are the same bytes for the same content: GDAL would write the clock into them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyogrio

#: The moment that stands in a GeoPackage in place of the one of writing.
MOMENT = "2000-01-01T00:00:00.000Z"
_OPTIONS = {"OGR_CURRENT_DATE": MOMENT, "OGR_SQLITE_SYNCHRONOUS": "OFF"}


@contextmanager
def pinned() -> Iterator[None]:
    """Let GDAL write ``MOMENT`` for the clock, and leave syncing to who moves the file."""
    pyogrio.set_gdal_config_options(_OPTIONS)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(_OPTIONS))
