"""Ways to a refuge: what stands along the streets by which people go there from houses that the water reaches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geodata.run.folder import Run
from geodata.street_network import Streets
from twin.access.access import Access
from twin.access.escape import ways_to
from twin.errors import InputError
from twin.quantities import NONE, BoolArray
from twin.world.access import AccessRules

#: What stands this near to a street of a way is on it [m]: across the pavement.
ON_WAY_M = 20.0


def on_the_way(run: Run, refuges: Sequence[str]) -> BoolArray:
    """Tell which assets stand on the way of people to a refuge, (A,): from houses that water reaches, to the nearest.

    Parameters
    ----------
    run
        A run whose city has streets.
    refuges
        Ids of the sites that people are sent to.

    Raises
    ------
    InputError
        A city without streets; an id that is none, or a place off every street.
    """
    assets, rules = run.result.city.assets, run.result.plan.access or AccessRules()
    streets = Streets.of(run.city_file, rules)
    if streets is None:
        raise InputError(field="--refuge", found="a city without streets", expected="a layer `street` of lines")
    # As before the water: nothing is wet, nothing is closed.
    access = Access.of(streets.network, None, streets.places(assets), AccessRules(), run.result.plan, run.result.city)
    rows = []
    for name in refuges:
        try:
            rows.append(assets.row(name))
        except InputError as error:
            error.field = "--refuge"
            raise
        if access.place(rows[-1])[0] == NONE:
            raise InputError(field="--refuge", found=f"{name}, which stands off every street",
                             expected="a place within 150 m of a street")
    homes = np.flatnonzero(assets.buildings()
                           & (run.result.exposure.touched_at_s != NONE)).astype(np.int32)
    way = ways_to(access, homes, np.array(rows, np.int32))
    edge, off_m = np.asarray(access.places.edge), np.asarray(access.places.off_m)
    return np.asarray((edge != NONE) & way[np.maximum(edge, 0)] & (np.nan_to_num(off_m, nan=np.inf) <= ON_WAY_M))
