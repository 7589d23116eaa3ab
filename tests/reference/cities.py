"""Small cities and plans for tests, said in as few words as they deserve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from twin.world.assets import Assets
from twin.world.city import City
from twin.world.kinds import STAGES, Figure, Kinds, built_in_kinds
from twin.world.plan import Plan
from twin.world.supplies import Feed, Service, Supplies

START = datetime(2026, 11, 22, 15, tzinfo=UTC)


def kinds_with_repairs(repairs: Mapping[str, tuple[int, int]]) -> Kinds:
    """Give the built-in kinds, some with the seconds of repair given (live, dead as the water came)."""

    def stages(seconds: int) -> tuple[Figure, ...]:
        return tuple(Figure(value=float(seconds if stage == "replace" else 0), unit="s", source="a test",
                            assumption=True) for stage in STAGES)

    return Kinds(tuple(
        replace(kind, repair_s=stages(repairs[kind.name][0]), repair_dead_s=stages(repairs[kind.name][1]))
        if kind.name in repairs else kind for kind in built_in_kinds()))


def city_of(assets: Mapping[str, str | Mapping[str, Any]], links: Sequence[Sequence[Any]] = (), *,
            kinds: Kinds | None = None) -> City:
    """Build a city.

    Parameters
    ----------
    assets
        Kind of each asset by id, or ``{"kind": ..., "fail_m": ..., "buffer_s": ...}``.
    links
        ``(supplier, consumer)`` with, optionally, a mapping of ``group``, ``preference``, ``transfer_s``,
        ``service``, ``feed``. Without a preference, suppliers of a group rank as they are listed.
    kinds
        The kinds; the built-in ones by default.

    Examples
    --------
    >>> city = city_of({"S": "substation", "L": {"kind": "lamp", "fail_m": 0.4}}, [("S", "L")])
    >>> len(city.supplies)
    1
    """
    kinds = kinds or built_in_kinds()
    rows = {name: {"kind": given} if isinstance(given, str) else dict(given) for name, given in assets.items()}
    columns = {key: [row.get(key, missing) for row in rows.values()]
               for key, missing in (("touch_m", np.nan), ("fail_m", np.nan), ("height_error_m", np.nan),
                                    ("protection", 0), ("buffer_s", 0))}
    count = len(rows)
    table = Assets.of(kinds, id=list(rows), kind=[row["kind"] for row in rows.values()],
                      x_m=10.0 * np.arange(count), y_m=np.zeros(count), ground_m=np.zeros(count), **columns)
    edges: dict[str, list[int]] = {name: [] for name in (
        "supplier", "consumer", "service", "group", "preference", "transfer_s", "feed")}
    seen: dict[tuple[int, int], int] = {}
    for supplier, consumer, *more in links:
        given = dict(more[0]) if more else {}
        group = (table.row(consumer), int(given.get("group", 0)))
        rank = seen[group] = seen.get(group, -1) + 1
        for name, value in (("supplier", table.row(supplier)), ("consumer", group[0]), ("group", group[1]),
                            ("preference", given.get("preference", rank)), ("transfer_s", given.get("transfer_s", 0)),
                            ("service", given.get("service", Service.POWER)),
                            ("feed", given.get("feed", Feed.PERMANENT))):
            edges[name].append(int(value))
    return City(name="test town", crs="EPSG:2154", latitude=47.3, longitude=5.0, timezone="Europe/Paris", assets=table,
                supplies=Supplies.of(count, **edges))


def plan_of(duration_s: int, **given: Any) -> Plan:
    """Give a plan that starts on 22 November 2026 at 15:00 UTC; any field by name."""
    return Plan(**{
        "name": "test", "start": START, "duration_s": duration_s, "step_s": 300, "status": "simulation",
        "issued_at": START, "valid_until": START + timedelta(seconds=duration_s), "seed": 1, "reset_s": 1800, **given})
