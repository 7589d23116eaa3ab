"""What a programme file says of its weather: a file, its columns with their units, where the station stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from geodata.hazards.declared.flow import no_truth
from geodata.inputs.declared import Declared
from geodata.tables.dialect import CsvSpec


class WeatherPart(Declared):
    """A mapping under ``weather:``: closed, every number in it a finite one."""

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth(cls, value: object, info: ValidationInfo) -> object:
        return no_truth(value, cls.model_fields[str(info.field_name)].annotation)


class ColumnSpec(WeatherPart):
    """A column of measured values: its name and its unit; a name alone where the file itself says the unit."""

    short: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "string"},)

    column: str
    unit: str | None = Field(default=None, description="degC, mm, m/s, MJ/m2, J/cm2, %, …")

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: object) -> object:
        return {"column": value} if isinstance(value, str) else value


class WindSpec(ColumnSpec):
    """The wind, and at what height it was measured: 10 m at most stations, and a third stronger there than at 2 m."""

    short = ()

    height_m: float = Field(gt=0.2, le=200, description="height of the anemometer above the ground [m]")


class ColumnsSpec(WeatherPart):
    """Which columns hold what. Temperatures (or ETo) and rain are needed; the rest has documented fall-backs."""

    time: str = Field(description="day, or day and hour")
    rain: ColumnSpec
    t_min: ColumnSpec | None = None
    t_max: ColumnSpec | None = None
    temperature: ColumnSpec | None = Field(default=None, description="of the hour, in an hourly file")
    wind: WindSpec | None = None
    radiation: ColumnSpec | None = Field(default=None, description="solar radiation")
    rh_mean: ColumnSpec | None = Field(default=None, description="relative humidity, of the day or the hour")
    rh_min: ColumnSpec | None = None
    rh_max: ColumnSpec | None = None
    dew: ColumnSpec | None = Field(default=None, description="dew point")
    eto: ColumnSpec | None = Field(default=None, description="reference evapotranspiration, where the file has it")

    @model_validator(mode="after")
    def _has_temperatures(self) -> ColumnsSpec:
        both = self.t_min is not None and self.t_max is not None
        if not both and self.temperature is None and self.eto is None:
            raise ValueError("neither temperatures nor ETo; expected 't_min' and 't_max', 'temperature' of each hour, "
                             "or 'eto'")
        return self

    def measured(self) -> dict[str, ColumnSpec]:
        """Give the columns of values by what they hold, those that are named."""
        return {name: spec for name in type(self).model_fields
                if isinstance(spec := getattr(self, name), ColumnSpec)}


class WeatherSpec(WeatherPart):
    """Measured weather of the season."""

    file: Path
    columns: ColumnsSpec
    csv: CsvSpec = CsvSpec()
    encoding: str | None = None
    zone: str | None = Field(default=None, description="zone of times without an offset: UTC, local, +01:00")
    days: Literal["day_first", "month_first"] | None = None
    stamp: Literal["end", "start"] = Field(default="end", description="an hour's values bear its end, or its start")
    null: list[str] = Field(default_factory=list, description="texts that mean no value: -999, 9999")
    name: str | None = Field(default=None, description="of the station; without it that of its file")
    latitude: float | None = Field(default=None, ge=-90, le=90, description="of the station; the city's without it")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="with several stations: the nearest "
                                    "counts for each zone")
    elevation_m: float | None = Field(default=None, ge=-500, le=9000, description="of the station above sea level")
    coastal: bool = Field(default=False, description="radiation from temperatures: by the sea")
    gaps: Literal["refuse", "fill"] = Field(default="refuse", description="fill: mean of the days around, without rain")


class ForecastSpec(WeatherPart):
    """Rain that is forecast, one row for each issue and day: never credited, it may hold watering back."""

    file: Path
    issued: str = Field(description="column: when it was issued")
    day: str = Field(description="column: the day that it speaks of")
    rain: ColumnSpec
    csv: CsvSpec = CsvSpec()
    encoding: str | None = None
    zone: str | None = None
    days: Literal["day_first", "month_first"] | None = None
