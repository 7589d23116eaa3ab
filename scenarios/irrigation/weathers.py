"""The weather stations of a season: each read with its reference evapotranspiration, and which zone takes which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geodata.city.model import CityFile
from geodata.weather.reading import read_weather
from geodata.weather.specs import WeatherSpec
from geodata.weather.stations import nearest_stations
from scenarios.irrigation.schema import SeasonSpec
from twin.errors import InputError
from twin.irrigation.season import Station
from twin.irrigation.weather import Note, ObservedRain, Reference, reference_of
from twin.quantities import Int32Array

#: Height above sea level of a station that nobody states, where the city has no terrain [m].
DEFAULT_ELEVATION_M = 100.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Weathers:
    """Stations in their order, that of ``weather`` first."""

    city_file: CityFile
    names: tuple[str, ...]
    specs: tuple[WeatherSpec, ...]
    rain: tuple[ObservedRain, ...]
    reference: tuple[Reference, ...]

    @staticmethod
    def read(spec: SeasonSpec, city_file: CityFile, folder: Path, notes: list[Note]) -> Weathers:
        """Read all stations of a season; what is to be said of them is added to the notes.

        Raises
        ------
        InputError
            Weather that cannot be read, two stations of one name.
        """
        city = city_file.city
        specs = {spec.weather.name or spec.weather.file.stem: spec.weather}
        for name, one in spec.stations.items():
            if name in specs:
                raise InputError(field="stations", found=f"two stations called '{name}'", expected="a name for each")
            specs[name] = one
        rain, reference = [], []
        for one in specs.values():
            weather = read_weather(one, folder=folder, timezone=city.timezone, latitude=city.latitude, first=spec.first,
                                   last=spec.last)
            notes += weather.notes
            rain.append(weather.rain)
            reference.append(reference_of(
                weather, latitude=one.latitude if one.latitude is not None else city.latitude,
                elevation_m=_elevation(one, city_file, notes), is_coastal=one.coastal))
        return Weathers(city_file=city_file, names=tuple(specs), specs=tuple(specs.values()), rain=tuple(rain),
                        reference=tuple(reference))

    def others(self) -> tuple[Station, ...]:
        """Give the stations beside the first."""
        return tuple(Station(name=name, rain=rain, reference=reference) for name, rain, reference in zip(
            self.names[1:], self.rain[1:], self.reference[1:], strict=True))

    def of_zones(self, rows: Sequence[int], named: Sequence[str | None], complain: Callable[..., InputError],
                 notes: list[Note]) -> Int32Array:
        """Give the station of each zone, (Z,); zones without a place that name none take the first, and are counted.

        Parameters
        ----------
        rows
            Rows of the zones' assets.
        named
            Station that each zone names; None: the nearest.
        complain
            Gives a complaint about a place of the file.
        notes
            What every reader must be told is added.

        Raises
        ------
        InputError
            A zone that names a station that there is not.
        """
        if len(self.names) == 1 and not any(named):
            return np.zeros(0, np.int32)
        strange = next((name for name in named if name is not None and name not in self.names), None)
        if strange is not None:
            raise complain(("stations",), found=f"no station '{strange}', which a zone names",
                           expected=f"one of {', '.join(self.names)}")
        places = [None if one.latitude is None or one.longitude is None else (one.latitude, one.longitude)
                  for one in self.specs]
        nearest = nearest_stations(self.city_file, rows, places)
        found = np.array([near if name is None else self.names.index(name)
                          for name, near in zip(named, nearest.tolist(), strict=True)], np.int32)
        lost = int((found < 0).sum())
        if lost:
            notes.append(Note(f"Zones that name no station and have no nearest one, with the weather of "
                              f"{self.names[0]}: {lost}.",
                              f"Zones sans station indiquée ni station la plus proche, avec la météo de "
                              f"{self.names[0]}\u00a0: {lost}."))
        return np.maximum(found, 0).astype(np.int32)


def _elevation(spec: WeatherSpec, city_file: CityFile, notes: list[Note]) -> float:
    if spec.elevation_m is not None:
        return spec.elevation_m
    ground = city_file.city.assets.ground_m
    if np.isfinite(ground).any():
        return float(np.nanmean(ground))
    notes.append(Note(f"The height of the station is not stated: {DEFAULT_ELEVATION_M:g} m.",
                      f"L’altitude de la station n’est pas indiquée\u00a0: {DEFAULT_ELEVATION_M:g} m."))
    return DEFAULT_ELEVATION_M
