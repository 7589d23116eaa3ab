"""Streets of a run in its water: which are closed when, and who can get where, asked of its folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twin.errors import InputError

if TYPE_CHECKING:
    from geodata.run.folder import Run
    from twin.access.access import Access
    from twin.quantities import TextArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunStreets:
    """The streets of a run and the line of each edge."""

    access: Access
    #: In the city's CRS, (E,).
    lines: TextArray

    @classmethod
    def of(cls, run: Run) -> RunStreets | None:
        """Give the streets of a run; None where its plan does not ask for access, or an older one kept no depths.

        Raises
        ------
        InputError
            Depths of other streets than those of the run's city.
        """
        result, rules = run.result, run.result.plan.access
        if rules is None or (result.street_depths is None and result.exposure.depths is not None):
            return None
        # Where nobody asks who gets where, their kernels are not loaded.
        from geodata.street_network import Streets
        from twin.access.access import Access

        streets = Streets.of(run.city_file, rules)
        if streets is None:
            return None
        for name, series in (("street_depths", result.street_depths), ("street_heads", result.street_heads)):
            if series is not None and int(np.max(series.asset, initial=-1)) >= len(streets.network):
                raise InputError(file=str(run.path / f"{name}.parquet"), field="edge",
                                 found=f"edge {int(series.asset.max())}",
                                 expected=f"edges of city.gpkg, 0 to {len(streets.network) - 1}",
                                 remedy="Copy the folder again, or run the scenario again.")
        access = Access.of(streets.network, result.street_depths, streets.places(result.city.assets), rules,
                           result.plan, result.city, heads=result.street_heads)
        return cls(access=access, lines=streets.lines)


def access_of(run: Run) -> Access | None:
    """Give who can get where in a run; None where its plan does not ask.

    Raises
    ------
    InputError
        A run of an earlier version, which kept no depths of streets; depths of other streets.
    """
    found = RunStreets.of(run)
    if found is None and run.result.plan.access is not None and run.result.exposure.depths is not None:
        raise InputError(file=str(run.path / "street_depths.parquet"), found="no depths of streets: a run of an earlier"
                         " version", expected="a run of this one", remedy="Run the scenario again.")
    return None if found is None else found.access


def access_if_kept(run: Run) -> Access | None:
    """Give who can get where in a run; None where its plan does not ask, or the run is of a version that kept none."""
    found = RunStreets.of(run)
    return None if found is None else found.access
