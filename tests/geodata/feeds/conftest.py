"""What tests of feeds share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.geodata.feeds.loopback import Web, web


@pytest.fixture
def service() -> Iterator[Web]:
    with web() as made:
        yield made
