"""Fixtures for everyone: small cities, and the town worked by hand."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable

import pytest

from tests.reference.cities import city_of
from tests.reference.hand_town import HandTown
from tests.reference.hand_town import hand_town as _hand_town
from tests.shared import PLACE
from twin.world.city import City


def pytest_configure(config: pytest.Config) -> None:
    """Open the folder that all workers of this run share: they inherit its name."""
    if PLACE not in os.environ:
        os.environ[PLACE] = tempfile.mkdtemp(prefix="twin-shared-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(PLACE), ignore_errors=True))


@pytest.fixture
def tiny_city() -> Callable[..., City]:
    """Build a small city: ``tiny_city({"S": "substation", "L": "lamp"}, [("S", "L")])``."""
    return city_of


@pytest.fixture(scope="session")
def hand_town() -> HandTown:
    """Give the town worked by hand: ``.city``, ``.plan``, ``.exposure``."""
    return _hand_town()
