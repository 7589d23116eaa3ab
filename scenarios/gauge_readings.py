"""Gauge readings among the facts, held against the levels that the water of the scenario was made from.

They are never computed with: an operator sees how far the night that is computed stands from the night outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from geodata.inputs.times import moment_s
from scenarios.schema import Scenario

if TYPE_CHECKING:
    from geodata.city.model import CityFile


def compared(scenario: Scenario, city_file: CityFile, start: datetime, zone: ZoneInfo) -> list[Mapping[str, Any]]:
    """Give each reading of a gauge that the scenario's water has levels for, beside that level.

    Returns
    -------
    ``gauge``, ``at_s`` [s from the start], ``read_m`` and ``scenario_m`` [m above the gauge's zero],
    ``difference_m`` (read less scenario), ``by``; plain JSON values.
    """
    from geodata.hazards.river_stage import find_gauge, hydrograph, zero_of
    from geodata.inputs.times import by_the_clock

    flood = scenario.flood
    if flood is None or not any(fact.gauge is not None for fact in scenario.facts):
        return []
    source = flood.river_stage or flood.hand
    listed = source.readings if source is not None else (flood.catalogue,) if flood.catalogue is not None else ()
    field = f"flood.{flood.source}"
    graphs = {}
    for reading in listed:
        if reading.gauge is not None:
            row = find_gauge(reading.gauge, city_file, field)
            graph = hydrograph(reading, start=by_the_clock(start, zone.key), folder=scenario.folder, field=field)
            zero_m = zero_of(reading.model_copy(update={"datum": "gauge"}), city_file, field) \
                if reading.datum == "altitude" else 0.0
            graphs[row] = graph, zero_m
    told: list[Mapping[str, Any]] = []
    for fact in scenario.facts:
        if fact.gauge is None or fact.level_m is None:
            continue
        row = find_gauge(fact.gauge, city_file, "facts")
        if row in graphs:
            graph, zero_m = graphs[row]
            at_s = moment_s(fact.at, start, zone)
            level_m = float(graph.at(np.array([at_s], np.int64))[0]) - zero_m
            told.append({"warning": "gauge_reading", "gauge": str(city_file.city.assets.id[row]), "at_s": at_s,
                         "read_m": fact.level_m, "scenario_m": round(level_m, 3),
                         "difference_m": round(fact.level_m - level_m, 3), "by": fact.by})
    return told
