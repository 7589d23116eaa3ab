"""What a scenario may write under ``flood:``: exactly one source of water, and what holds for all of them.

Files are relative to the scenario. A moment is ISO 8601, ``+5h`` from the start, or HH:MM (the first after the start);
a duration is ``90min``, ``2h``, ``1h30`` or ``45s``.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from geodata.hazards.declared.flow import FlowModel, Inflow, Rain, Seconds, Spec
from geodata.inputs.lengths import length_unit

#: Sources of water; a flood has exactly one of them (``rain`` and ``inflow`` may stand together).
SOURCES = ("rasters", "netcdf", "raster", "catalogue", "extents", "river_stage", "hand", "fill_spill", "frames", "rain",
           "inflow")
#: Sources that read these keys beside them; with any other they would do nothing.
_READ_BY = {"after": ("rasters", "netcdf", "raster", "catalogue", "extents", "river_stage", "hand", "frames"),
            "nodata": ("rasters", "netcdf", "raster", "catalogue", "extents"),
            "holes": ("rasters", "netcdf", "raster", "catalogue")}


def _one_spelling(value: object) -> object:
    # What it is not, the literal type refuses, with the units that it knows.
    return length_unit(value) or value if isinstance(value, str) else value


#: Unit of a depth, a level or an altitude: ``us_ft`` and ``feet`` are read, and kept as ``us-ft`` and ``ft``.
LengthUnit = Annotated[Literal["m", "dm", "cm", "mm", "ft", "us-ft", "in"],
                       BeforeValidator(_one_spelling, json_schema_input_type=Literal["m", "cm", "mm", "ft", "us-ft"])]


#: What the values of a file are.
Quantity = Literal["depth", "surface"]
SpeedUnit = Literal["m/s", "dm/s", "cm/s", "mm/s", "km/h", "ft/s", "kt"]


class Rasters(Spec):
    """A series of depth rasters, one a frame, or the same tiles for each, all on one grid."""

    #: Pattern (``depth_*.tif``), or the files in order.
    files: Annotated[str, Field(min_length=1)] | Annotated[tuple[str, ...], Field(min_length=1)]
    #: Exactly one of ``times``, ``pattern`` and ``step``; without any, times are looked for in the names.
    #: A moment per file.
    times: tuple[str, ...] | None = None
    #: How a name tells its time: ``%Y%m%d%H%M`` letters (``depth_%Y%m%dT%H%M.tif``), or ``{s}``, ``{min}``, ``{h}`` for
    #: a number counted from ``first`` (``depth_{min}.tif``).
    pattern: str | None = None
    #: Equal step between files in the order of their names, numbers in them counted as numbers.
    step: Seconds | None = Field(None, ge=1)
    #: Moment of the first file (``step``), or of number 0 (``pattern`` with a number); the start when not given.
    first: str | None = None
    #: Band of the depths; files with several must be told.
    band: int | None = Field(None, ge=1)
    #: Unit of the values; that of the file's own tag, else metres, unless they can hardly be that.
    unit: LengthUnit | None = None
    #: ``depth`` above ground, or elevation of the water ``surface``, from which the city's terrain is subtracted.
    quantity: Quantity | None = None
    #: CRS where the files have none, or a wrong one.
    crs: str | None = None

    #: How fast the water flows: speed rasters, one a frame in the same order, on the same grid. Streets then close by
    #: total head, depth + speed² / 2 g, where it is the higher.
    velocity: Annotated[str, Field(min_length=1)] | Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    #: Unit of the velocities, where the file does not tell; m/s when neither says one.
    velocity_unit: SpeedUnit | None = None

    @model_validator(mode="after")
    def _one_clock(self) -> Self:
        if sum(value is not None for value in (self.times, self.pattern, self.step)) > 1:
            given = [name for name in ("times", "pattern", "step") if getattr(self, name) is not None]
            raise ValueError(f"{' and '.join(given)}; expected exactly one of times, pattern and step")
        return self


class NetCDF(Spec):
    """One NetCDF file: SFINCS map output, LISFLOOD-FP, or CF ``flood_water_thickness``."""

    file: str
    #: Name of the depth variable; found by its standard name, then by its usual names, when not given.
    variable: str | None = None
    #: Moment of time 0 where the file counts from nothing, or from a day that is not the scenario's.
    first: str | None = None
    crs: str | None = None
    #: Unit of the values, where the variable has none of its own.
    unit: LengthUnit | None = None
    #: ``depth`` above ground, or elevation of the water ``surface``, from which the city's terrain is subtracted.
    quantity: Quantity | None = None
    #: How fast the water flows: name of the speed, names of its two components, or ``found``: by standard or usual
    #: names. Streets then close by total head, depth + speed² / 2 g, where it is the higher.
    velocity: tuple[str, str] | Annotated[str, Field(min_length=1)] | None = None
    #: Unit of the velocities, where the variables have none; m/s when neither says one.
    velocity_unit: SpeedUnit | None = None


class Raster(Spec):
    """One depth raster, held for a period; dry before and after it."""

    #: A file, a pattern, a folder, a zip archive or a VRT of tiles, or a list of them: one raster.
    file: Annotated[str, Field(min_length=1)] | Annotated[tuple[str, ...], Field(min_length=1)]
    from_: str | None = Field(None, alias="from")
    #: End of the period; without it the water stays.
    to: str | None = None
    #: Band of the depths; a file with several must be told.
    band: int | None = Field(None, ge=1)
    #: Unit of the values; that of the file's own tag, else metres, unless they can hardly be that.
    unit: LengthUnit | None = None
    #: ``depth`` above ground, or elevation of the water ``surface``, from which the city's terrain is subtracted.
    quantity: Quantity | None = None
    crs: str | None = None
    #: How fast the water flows: a speed raster, or its tiles, on the same grid. Streets then close by
    #: total head, depth + speed² / 2 g, where it is the higher.
    velocity: Annotated[str, Field(min_length=1)] | Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    #: Unit of the velocities, where the file does not tell; m/s when neither says one.
    velocity_unit: SpeedUnit | None = None


class ClassRule(Spec):
    """How a class of depth becomes a depth."""

    file: str
    layer: str | None = None
    where: str | None = None
    #: Columns with the bounds of the class [m]; TRI's ``ht_min`` and ``ht_max`` are found by themselves.
    min_column: str | None = None
    max_column: str | None = None
    #: Column with one depth for each shape; ``depth``, ``hauteur`` and the like are found by themselves.
    depth_column: str | None = None
    #: One depth for all shapes, where they are outlines only [m]: an assumption, and its error is as large.
    depth_m: float | None = Field(None, gt=0, le=10)
    #: Unit of the depths in columns; metres when neither this nor the column's name says one.
    unit: LengthUnit | None = None
    #: Column with the class's name, and its bounds [m]; CNIG's ``palier_hauteur`` is known.
    class_column: str | None = None
    classes: dict[str, tuple[float, float | None]] = Field(default_factory=dict)
    #: Which depth of a class counts; an open class ("over 2 m") counts its lower bound plus ``open_class_m``.
    depth: Literal["midpoint", "upper", "lower"] = "midpoint"
    open_class_m: float = Field(0.5, ge=0)
    #: Cell of the grid on which the extents are drawn [m].
    cell_m: float = Field(2.0, gt=0, le=100)
    crs: str | None = None

    @model_validator(mode="after")
    def _one_depth(self) -> Self:
        if self.depth_m is not None and (self.min_column or self.depth_column or self.class_column):
            raise ValueError("`depth_m` beside a column of depths or classes; expected one of them")
        return self


class Extents(ClassRule):
    """Flood extents with depth classes, held for a period."""

    from_: str | None = Field(None, alias="from")
    to: str | None = None


class LevelMap(Spec):
    """The flood map of one level at the gauge: a depth raster, or extents with depth classes."""

    #: In the catalogue's datum [m].
    level_m: float
    file: Annotated[str, Field(min_length=1)] | Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    extents: ClassRule | None = None
    band: int | None = Field(None, ge=1)
    unit: LengthUnit | None = None
    quantity: Quantity | None = None
    crs: str | None = None

    @model_validator(mode="after")
    def _one_file(self) -> Self:
        if (self.file is None) == (self.extents is None):
            raise ValueError(f"{'neither' if self.file is None else 'both'} of file and extents; expected exactly one: "
                             "file is a depth raster")
        return self


class Readings(Spec):
    """Water levels over time at one gauge."""

    #: Gauge of the city, by id or name. With datum ``altitude`` and neither gauge nor ``at``, the levels are taken to
    #: hold where the river is nearest to the middle of the city, and it is said.
    gauge: str | None = None
    #: A table (CSV, RDB), or the JSON of Hub'Eau, Vigicrues, Pegelonline, the Environment Agency or USGS.
    levels: str | tuple[tuple[str, float], ...]
    #: ``gauge``: above the gauge's zero; ``altitude``: above the terrain's datum.
    datum: Literal["gauge", "altitude"]
    #: Altitude of the gauge's zero, where the city does not hold it.
    zero_m: float | None = None
    #: Unit of a table without one in its header; metres where neither says one.
    unit: LengthUnit | None = None
    #: Column of a table, and station of a file with several.
    column: str | None = None
    station: str | None = None
    #: Zone of times without an offset: ``UTC``, ``local`` (the city's clocks), ``+01:00``, ``Europe/Paris``.
    zone: str | None = None
    #: Which comes first in dates that can be read both ways.
    days: Literal["day_first", "month_first"] | None = None
    #: Readings that stand out: judged one by one, all kept, or left out.
    outliers: Literal["judge", "keep", "leave_out"] = "judge"
    #: Place, where the city has no such gauge: x and y in the city's CRS.
    at: tuple[float, float] | None = None


class Catalogue(Readings):
    """Flood maps by gauge level; the hydrograph picks and interpolates."""

    maps: tuple[LevelMap, ...] = Field(min_length=1)
    #: Datum of the maps' levels; that of the hydrograph when not given.
    maps_datum: Literal["gauge", "altitude"] | None = None


class Levee(Spec):
    """A protection: its crest stands in the terrain; behind it, above its protection level, nobody knows."""

    name: str = "levee"
    line: tuple[tuple[float, float], ...] = Field(min_length=2)
    #: Altitude of the crest [m].
    crest_m: float
    #: Level of the river at the levee up to which it protects [m]; its crest when not given.
    protects_to_m: float | None = None
    #: From when until when it is there, from the start; only where that changes no other water.
    from_: Seconds = Field(0.0, alias="from")
    until: Seconds | None = None


class Conduit(Spec):
    """A culvert or an underpass that joins two places that the terrain keeps apart."""

    name: str = "conduit"
    at: tuple[float, float]
    to: tuple[float, float]
    #: Altitude of its sill [m]; the terrain at its higher end when not given.
    sill_m: float | None = None


class _Levels(Spec):
    """Levels along a river: one gauge at the top of the table, or several under ``gauges``."""

    #: Name of the river among the city's water, or a file with its line.
    river: str
    gauge: str | None = None
    levels: str | tuple[tuple[str, float], ...] | None = None
    datum: Literal["gauge", "altitude"] | None = None
    zero_m: float | None = None
    unit: LengthUnit | None = None
    column: str | None = None
    station: str | None = None
    zone: str | None = None
    days: Literal["day_first", "month_first"] | None = None
    outliers: Literal["judge", "keep", "leave_out"] = "judge"
    at: tuple[float, float] | None = None
    gauges: tuple[Readings, ...] = ()
    #: Interval of the frames between the readings.
    every: Seconds = Field(300.0, ge=1)

    @model_validator(mode="after")
    def _some_levels(self) -> Self:
        if (self.levels is None) == (not self.gauges):
            raise ValueError(f"{'neither' if self.levels is None else 'both'} of levels and gauges; expected levels "
                             "beside `gauge`, or for each gauge in the list `gauges`")
        if self.levels is not None and self.datum is None:
            raise ValueError("no datum; expected datum: gauge (above the gauge's zero) or datum: altitude")
        if self.gauges and self.datum is not None:
            raise ValueError("datum beside the list `gauges`; expected a datum beside each gauge of that list")
        return self

    @property
    def readings(self) -> tuple[Readings, ...]:
        """The gauges, whichever way they were written."""
        if self.gauges:
            return self.gauges
        assert self.levels is not None
        assert self.datum is not None
        return (Readings(gauge=self.gauge, levels=self.levels, datum=self.datum, zero_m=self.zero_m, unit=self.unit,
                         column=self.column, station=self.station, zone=self.zone, days=self.days,
                         outliers=self.outliers, at=self.at),)


class RiverStage(_Levels):
    """A river's level over terrain, filled outward from the river."""

    #: Width of the river, where its shape in the city is only a line [m].
    width_m: float = Field(10.0, gt=0)
    levees: tuple[Levee, ...] = ()
    conduits: tuple[Conduit, ...] = ()
    #: Rate at which water left in hollows drains on the fall [mm/h]; 0: it stays.
    drain_mm_h: float = Field(10.0, ge=0)
    #: Half-width of the area around the river that is computed [m]; the whole terrain when not given.
    reach_m: float | None = Field(None, gt=0)


class Hand(_Levels):
    """Height above nearest drainage: quick, and blind to what stands between a hollow and the river."""

    #: Width of the river, where its shape in the city is only a line [m].
    width_m: float = Field(10.0, gt=0)


class FillSpill(Spec):
    """A volume of rain in the hollows of the terrain: where it stands in the end. Quick, and blind to time and flow."""

    rain_mm: float = Field(gt=0, le=2000)
    #: What open ground takes before anything runs off it [mm].
    losses_mm: float = Field(0.0, ge=0, le=2000)
    #: What the sewers take from streets and squares [mm].
    drains_mm: float = Field(0.0, ge=0, le=2000)
    #: The period in which it stands: from the start, and to the end, where nothing is said.
    from_: str | None = Field(None, alias="from")
    to: str | None = None
    #: ``blocked``: no water passes a building, rain on its roof falls beside it; ``ignored``: as the terrain says.
    buildings: Literal["blocked", "ignored"] = "blocked"
    #: ``open``: water leaves over the edge of the terrain, at its height; ``closed``: nowhere.
    edges: Literal["open", "closed"] = "open"
    #: West, south, east, north of the part to fill; the whole terrain when not given.
    window: tuple[float, float, float, float] | None = None
    #: No-data of the terrain inside: ``refuse`` it, or take it as a ``wall``.
    voids: Literal["refuse", "wall"] = "wall"


class FloodSpec(Spec):
    """The water of a scenario."""

    rasters: Rasters | None = None
    netcdf: NetCDF | None = None
    raster: Raster | None = None
    catalogue: Catalogue | None = None
    extents: Extents | None = None
    river_stage: RiverStage | None = None
    hand: Hand | None = None
    fill_spill: FillSpill | None = None
    #: A store written by ``twin flood``.
    frames: str | None = None
    rain: Rain | None = None
    inflow: Inflow | Annotated[tuple[Inflow, ...], Field(min_length=1)] | None = None
    #: Choices of the flow model, beside ``rain`` and ``inflow``.
    model: FlowModel | None = None
    #: What holds after the last frame. A run that outlasts the water is refused unless this says otherwise.
    after: Literal["refuse", "hold", "dry"] = "refuse"
    #: What a missing value means: ``dry`` or ``unknown`` say it; ``auto`` takes it as the format tells and as unknown
    #: where the format cannot tell.
    nodata: Literal["auto", "dry", "unknown"] = "auto"
    #: A missing value where a building stands: ``beside`` takes the largest depth at its wall, ``missing`` leaves it.
    holes: Literal["beside", "missing"] = "beside"
    #: Error of the depth, terrain included [m]; the terrain's own where it is computed from it.
    depth_error_m: float | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [name for name in SOURCES if getattr(self, name) is not None]
        flows = bool(given) and set(given) <= {"rain", "inflow"}
        if len(given) != 1 and not flows:
            raise ValueError(f"a flood has exactly one source; found {', '.join(given) or 'none'}; expected one of "
                             f"{', '.join(SOURCES)} (rain and inflow may stand together)")
        if self.model is not None and not flows:
            raise ValueError(f"`model` beside {given[0]}; expected it beside rain and inflow only")
        for key, readers in _READ_BY.items():
            if key in self.model_fields_set and given[0] not in readers:
                raise ValueError(f"`{key}` beside {given[0]}, which does not read it; expected it only beside "
                                 f"{', '.join(readers)}")
        return self

    @property
    def inflows(self) -> tuple[Inflow, ...]:
        """The inflows, one or a list of them in the file; none where there is none."""
        return (self.inflow,) if isinstance(self.inflow, Inflow) else self.inflow or ()

    @property
    def flow_model(self) -> FlowModel:
        """The choices of the flow model, defaults where nothing is said."""
        return self.model or FlowModel.model_validate({})

    @property
    def source(self) -> str:
        """Name of the source in use; ``rain`` where rain and inflow stand together."""
        given = [name for name in SOURCES if getattr(self, name) is not None]
        return given[0]
