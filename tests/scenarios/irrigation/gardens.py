"""A city of three zones on one controller, each a square of a thousand square metres."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely
from ruamel.yaml import YAML

from geodata.city.model import CityFile
from scenarios.irrigation.loading import PreparedSeason, prepare_season, read_programme
from tests.reference.cities import city_of
from twin.irrigation.indicators import Indicators
from twin.irrigation.season import balance

INVALID = Path(__file__).parents[2] / "invalid" / "irrigation"


def gardens(*, is_doubled: bool = False) -> CityFile:
    links = [("P", "A"), ("A", "K-07"), *(("K-07", f"Z-{i}") for i in (1, 2, 3))]
    links += [("K-08", "Z-1"), ("P", "K-08")] if is_doubled else []
    kinds: dict[str, Any] = {"P": "substation", "A": "cabinet", "K-07": "controller", "K-08": "controller",
                             **{f"Z-{i}": "zone" for i in (1, 2, 3)}}
    city = city_of(kinds, links)
    shapes = np.full(len(kinds), None, object)
    for i in (1, 2, 3):
        shapes[city.assets.row(f"Z-{i}")] = shapely.box(100 * i, 0, 100 * i + 40, 25)
    return CityFile(city=city, shapes=shapes)


def programme_file(folder: Path, **changes: Any) -> Path:
    """Write a programme file: two waterings a week, with keys changed or added."""
    content: dict[str, Any] = {
        "season": "Semaine sèche", "from": "2026-07-06", "to": "2026-07-12",
        "weather": {"file": "weather.csv", "columns": {"time": "day", "eto": {"column": "eto", "unit": "mm"},
                                                       "rain": {"column": "rain", "unit": "mm"}}},
        "defaults": {"soil": "loam", "vegetation": "cool_turf", "taw_mm": 75, "depletion_mm": 20},
        "programmes": [{"name": "pelouses", "zones": "all", "days": ["mar", "ven"], "hours": ["04:00", "12:00"],
                        "rate_mm_h": 15, "efficiency": 0.8, "trigger": {"depletion": 1}}], **changes}
    (folder / "weather.csv").write_bytes((INVALID / "weather.csv").read_bytes())
    path = folder / "week.irrigation.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(content, file)
    return path


def prepared(folder: Path, state: Path | None = None, **changes: Any) -> PreparedSeason:
    return prepare_season(read_programme(programme_file(folder, **changes)), gardens(), None, state)


def told(folder: Path, state: Path | None = None, **changes: Any) -> Indicators:
    return Indicators(balance(prepared(folder, state, **changes).season))
