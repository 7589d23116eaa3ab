"""A5 (kinematic planes): the discharge at the foot of a plane under rain, rising, steady and falling."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.verification import sheets


@pytest.mark.parametrize(("cell_m", "least"), [(5, 0.998), (1, 0.9995)])
@pytest.mark.parametrize("row", sheets.PLANES, ids=lambda row: f"slope {row[1]}")
def test_plane_gives_the_exact_hydrograph(row, cell_m, least):
    length, _, _, rain_mm_h, rain_s = row
    times = np.linspace(0, 2 * rain_s, 121)
    flow, model = sheets.hydrograph(sheets.plane(*row, cell_m), times)
    got = flow / (2 * cell_m)
    exact = np.array([sheets.plane_discharge(*row, np.linspace(a, b, 9)).mean()
                      for a, b in pairwise(times)])
    book = model.book()
    assert sheets.nse(got, exact) > least
    assert got.max() / (rain_mm_h / 3.6e6 * length) == pytest.approx(1, abs=0.001)
    assert book.created_m3 == 0
    assert abs(book.relative_error) < 1e-6
