"""Zones of a season: of what the programme file says of each, else of the city file, else of a default, counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geodata.city.gardens import ZoneRecord
from geodata.city.model import CityFile
from scenarios.irrigation.schema import SeasonSpec, ZoneSpec
from twin.irrigation.data import curve_numbers, on_slope, soils, vegetation
from twin.irrigation.zones import Zone

#: What stands for a zone without soil, plant or area; each is counted and said.
DEFAULT_SOIL, DEFAULT_PLANT, DEFAULT_AREA_M2 = "loam", "cool_turf", 500.0


@dataclass(frozen=True, eq=False)
class ZoneMaker:
    """Makes zones. A zone's own keys come first, then the city file, then ``defaults`` of the programme file."""

    spec: SeasonSpec
    city_file: CityFile
    #: What the city file says, by the id of the zone.
    records: Mapping[str, ZoneRecord]

    def value(self, zone: str, name: str) -> Any:
        """Give a value of a zone; None where nobody states one."""
        own = self.spec.zones.get(zone, ZoneSpec())
        mine = getattr(own, name)
        if name in own.model_fields_set and mine is not None:
            return mine
        record = getattr(self.records[zone], name, None)
        return getattr(self.spec.defaults, name) if record is None else record

    def plant(self, zone: str) -> str:
        """Give what grows on a zone."""
        return str(self.value(zone, "vegetation") or DEFAULT_PLANT)

    def zone(self, zone: str, row: int, programme: int, controller: str) -> Zone:
        """Give a zone: its id, the row of its asset, the row of its programme, the id of its controller."""
        defaulted = [name for name in ("soil", "vegetation") if self.value(zone, name) is None]
        soil = soils()[self.value(zone, "soil") or DEFAULT_SOIL]
        area = self.value(zone, "area_m2") or self._outline_m2(row)
        if area is None:
            area = DEFAULT_AREA_M2
            defaulted.append("area_m2")
        number, by_month = self.value(zone, "curve_number"), self.value(zone, "kc_by_month")
        if number is None:
            number = on_slope(curve_numbers()[self.value(zone, "condition"), soil.group],
                              self.value(zone, "slope_percent") or 0.0)
        return Zone(
            id=zone, name=str(self.city_file.city.assets.name[row]), area_m2=area, soil=soil,
            vegetation=vegetation()[self.plant(zone)], programme=programme, curve_number=number,
            taw_mm=self.value(zone, "taw_mm"), root_m=self.value(zone, "root_m"), kc=self.value(zone, "kc"),
            kc_by_month=tuple(by_month) if by_month else None, is_dual=self.value(zone, "dual"),
            wetted=self.value(zone, "wetted"), rate_mm_h=self.value(zone, "rate_mm_h"),
            efficiency=self.value(zone, "efficiency"), controller=controller, defaulted=tuple(defaulted))

    def _outline_m2(self, row: int) -> float | None:
        shape = self.city_file.shapes[row] if row < len(self.city_file.shapes) else None
        return float(shape.area) if shape is not None and shape.area > 0 else None


def counted_defaults(zones: Sequence[Zone]) -> Mapping[str, int]:
    """Give on how many zones each default stands."""
    names = [name for zone in zones for name in zone.defaulted]
    return {name: names.count(name) for name in dict.fromkeys(names)}
