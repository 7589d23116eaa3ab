"""What a scenario says of water that flows: rain, inflow and the choices of the flow model.

``flood: {rain: ...}`` and ``flood: {inflow: ...}`` may stand together; ``model:`` beside them holds everything that has
a good default (cell size, roughness, infiltration, drains, edges, barriers, pumps, culverts). Places are in the
city's CRS [m], times are durations from the start of the scenario (``90min``, ``2h``, ``1h30``, ``45s``).
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from geodata.inputs.times import duration_s
from twin.errors import InputError

#: A sill that stands higher above the ground is an altitude by mistake [m].
HIGHEST_SILL_M = 20.0


Seconds = Annotated[float, BeforeValidator(duration_s, json_schema_input_type=str | Literal[0])]
Point = tuple[float, float]


def no_truth(value: object, annotation: object) -> object:
    """Give a value back, unless it is true or false where a number belongs: ``yes`` is no metre.

    Raises
    ------
    ValueError
        It is.
    """
    if isinstance(value, bool):
        wanted = set(_types_in(annotation))
        if wanted & {int, float} and bool not in wanted:
            raise ValueError(f"{str(value).lower()}; expected a number")
    return value


def _types_in(annotation: object) -> list[object]:
    inner = get_args(annotation)
    return [found for part in inner for found in _types_in(part)] if inner else [annotation]


class Spec(BaseModel):
    """A mapping under ``flood:``: closed, and every number in it a finite one."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False, defer_build=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth(cls, value: object, info: ValidationInfo) -> object:
        return no_truth(value, cls.model_fields[str(info.field_name)].annotation)


def _refuse_beside(spec: Spec, names: tuple[str, ...], beside: str) -> None:
    """Refuse keys that change nothing: who writes them means something by them."""
    given = [name for name in names if name in spec.model_fields_set and getattr(spec, name) is not None]
    if given:
        raise InputError(found=f"'{given[0]}' beside {beside}, where it has no effect", expected=f"no '{given[0]}'",
                         remedy="Leave it out.")


class Storm(Spec):
    """A design storm: how much, how long, in what shape."""

    total_mm: float = Field(gt=0, le=2000)
    duration: Seconds = Field(gt=0)
    #: ``double_triangle`` puts ``peak_share`` of the rain in ``peak_duration`` around ``peak_at``: Desbordes' storm.
    shape: Literal["uniform", "triangle", "double_triangle"] = "triangle"
    #: Place of the peak in the storm, 0 (start) to 1 (end).
    peak_at: float = Field(0.5, gt=0, lt=1)
    peak_duration: Seconds | None = Field(None, gt=0)
    peak_share: float = Field(0.6, gt=0, lt=1)
    starts: Seconds = 0.0

    @model_validator(mode="after")
    def _peak(self) -> Storm:
        if self.shape != "double_triangle":
            _refuse_beside(self, ("peak_duration", "peak_share"), f"shape {self.shape}")
        if self.shape == "uniform":
            _refuse_beside(self, ("peak_at",), "shape uniform")
        if self.peak_duration is not None and self.peak_duration >= self.duration:
            raise InputError(found=f"a peak of {self.peak_duration:g} s in a storm of {self.duration:g} s",
                             expected="a peak_duration shorter than the storm")
        return self


class Rain(Spec):
    """Rain over the whole domain, uniform or as rasters; exactly one of ``mm_h``, ``file``, ``storm``, ``rasters``."""

    #: Intensity of each step [mm/h] (null: missing), or one number held for the duration ``lasts``.
    mm_h: float | tuple[float | None, ...] | None = None
    #: Length of a step of ``mm_h``.
    every: Seconds | None = Field(None, gt=0)
    lasts: Seconds | None = Field(None, gt=0)
    #: When it starts; beside ``file`` and ``rasters`` it moves times that are counted from the start of the scenario.
    starts: Seconds = 0.0
    #: CSV ``time,mm_h``: each row holds until the next; the last row ends the rain.
    file: str | None = None
    storm: Storm | None = None
    #: NetCDF of rain over (time, y, x) in the city's CRS; its units say whether in mm/h.
    rasters: str | None = None
    #: A missing value or a hole in regular times: refuse it, or count it and take it as dry.
    gaps: Literal["refuse", "dry"] = "refuse"

    @model_validator(mode="after")
    def _one_source(self) -> Rain:
        given = [name for name in ("mm_h", "file", "storm", "rasters") if getattr(self, name) is not None]
        if len(given) != 1:
            raise InputError(found=" and ".join(given) or "no rain",
                             expected="exactly one of mm_h, file, storm, rasters")
        if self.storm is not None:
            if "starts" in self.model_fields_set:
                raise InputError(found="'starts' beside the storm", expected="it inside: storm: {..., starts: 15min}")
            _refuse_beside(self, ("every", "lasts", "gaps"), "storm")
        elif self.mm_h is None:
            _refuse_beside(self, ("every", "lasts"), given[0])
        elif isinstance(self.mm_h, tuple):
            _check_steps(self.mm_h, self.every, "mm_h")
            _refuse_beside(self, ("lasts",), "a list mm_h")
        else:
            if self.lasts is None:
                raise InputError(found="one number mm_h without 'lasts'", expected="how long it falls, lasts: 30min")
            _refuse_beside(self, ("every", "gaps"), "one number mm_h")
        return self


def _both(one: object) -> str:
    return "neither" if one is None else "both"


def _check_steps(values: tuple[float | None, ...], every: float | None, name: str) -> None:
    if not values:
        raise InputError(found=f"an empty list {name}", expected="one value or more")
    if every is None:
        raise InputError(found=f"a list {name} without 'every'", expected="the length of its steps, every: 5min")


class Inflow(Spec):
    """Water that comes in at a place: a river at the edge of the domain, a burst main, a breach."""

    name: str = "inflow"
    #: A point, or a line; a line within a cell of the domain's edge is a river that flows in over that edge.
    at: Point | None = None
    line: tuple[Point, ...] | None = Field(None, min_length=2)
    #: Discharge [m3/s]: one number, or one a step of ``every`` (linear between).
    m3_s: float | tuple[float, ...] | None = None
    every: Seconds | None = Field(None, gt=0)
    #: CSV ``time,m3_s`` (linear between rows).
    file: str | None = None
    #: What holds after the last value.
    after: Literal["refuse", "hold", "zero"] = "refuse"

    @model_validator(mode="after")
    def _whole(self) -> Inflow:
        if (self.at is None) == (self.line is None):
            raise InputError(found=_both(self.at), expected="exactly one of at and line")
        if (self.m3_s is None) == (self.file is None):
            raise InputError(found=_both(self.m3_s), expected="exactly one of m3_s and file")
        if isinstance(self.m3_s, tuple):
            _check_steps(self.m3_s, self.every, "m3_s")
        elif self.file is not None:
            _refuse_beside(self, ("every",), "file")
        else:
            _refuse_beside(self, ("every", "after"), "one number m3_s")
        return self


class Edge(Spec):
    """One side of the domain; exactly one of ``slope`` (normal depth), and ``level_m`` or ``file`` (a stage)."""

    #: Slope of the energy line behind the edge: water leaves at normal depth.
    slope: float | None = Field(None, gt=0, le=1)
    #: Water level [m in the terrain's datum]: one number, or one a step of ``every`` (linear between).
    level_m: float | tuple[float, ...] | None = None
    every: Seconds | None = Field(None, gt=0)
    #: CSV ``time,level_m`` (linear between rows).
    file: str | None = None
    #: What holds after the last level.
    after: Literal["refuse", "hold"] = "refuse"

    @model_validator(mode="after")
    def _one(self) -> Edge:
        if sum(value is not None for value in (self.slope, self.level_m, self.file)) != 1:
            raise InputError(found=", ".join(sorted(self.model_fields_set)) or "nothing",
                             expected="exactly one of slope, level_m and file")
        if isinstance(self.level_m, tuple):
            _check_steps(self.level_m, self.every, "level_m")
        elif self.file is not None:
            _refuse_beside(self, ("every",), "file")
        else:
            _refuse_beside(self, ("every", "after"), "slope" if self.slope is not None else "one number level_m")
        return self


class Edges(Spec):
    """The four sides: ``open`` lets water leave at the slope of the bed, ``closed`` is a wall."""

    north: Literal["open", "closed"] | Edge = "open"
    east: Literal["open", "closed"] | Edge = "open"
    south: Literal["open", "closed"] | Edge = "open"
    west: Literal["open", "closed"] | Edge = "open"


class Infiltration(Spec):
    """Losses into unsealed ground: a soil of ``soils.csv`` (Green-Ampt; loam, half full, by default), or ``mm_h``."""

    #: A constant rate, instead of a soil [mm/h].
    mm_h: float | None = Field(None, ge=0, le=500)
    soil: str | None = None
    #: Part of the pore space of the soil already full at the start, 0 dry to 1 saturated.
    saturation: float = Field(0.5, ge=0, le=1)

    @model_validator(mode="after")
    def _one(self) -> Infiltration:
        if self.mm_h is not None and self.model_fields_set & {"soil", "saturation"}:
            beside = " and ".join(sorted(self.model_fields_set & {"soil", "saturation"}))
            raise ValueError(f"mm_h and {beside}; expected a constant rate mm_h, or soil and saturation")
        return self


class Drains(Spec):
    """The sewers as a sink: a capacity over sealed streets, or gullies at points. No surcharge, no pipes."""

    #: Over sealed ground (streets, squares, roofs) [mm/h].
    mm_h: float | None = Field(None, ge=0, le=500)
    #: Or a raster of capacities over all ground [mm/h].
    raster: str | None = None
    #: Gullies: x, y and capacity of each [m3/s].
    points: tuple[tuple[float, float, Annotated[float, Field(gt=0, le=500)]], ...] = ()

    @model_validator(mode="after")
    def _one(self) -> Drains:
        if self.mm_h is not None and self.raster is not None:
            raise ValueError("mm_h and raster; expected one of them")
        if self.mm_h is None and self.raster is None and not self.points:
            raise ValueError("drains that take nothing; expected mm_h, raster or points")
        return self


class Barrier(Spec):
    """A wall that is put up: its line, its crest above the datum or above the ground, from when to when."""

    #: What notes call it; numbered where it is not given.
    name: str | None = None
    line: tuple[Point, ...] = Field(min_length=2)
    crest_m: float | None = None
    height_m: float | None = Field(None, gt=0, le=50)
    from_: Seconds = Field(0.0, alias="from")
    to: Seconds | None = None

    @model_validator(mode="after")
    def _one(self) -> Barrier:
        if (self.crest_m is None) == (self.height_m is None):
            raise ValueError(f"{'neither' if self.crest_m is None else 'both'} of crest_m and height_m; expected "
                             "exactly one: crest_m is an altitude, height_m counts from the ground")
        if len(set(self.line)) == 1:
            raise ValueError("a line whose points are all the same; expected two places at least")
        return self


class Pump(Spec):
    """Takes water at one place to another, or out of the domain (``to: out``)."""

    #: What the book calls it; numbered where it is not given.
    name: str | None = None
    at: Point
    to: Point | Literal["out"] = "out"
    m3_s: float = Field(gt=0, le=500)
    #: Depth above the ground at the intake that starts it, and below which it stops [m].
    on_m: float = Field(0.10, gt=0)
    off_m: float = Field(0.03, ge=0)
    from_: Seconds = Field(0.0, alias="from")
    until: Seconds | None = None


class Culvert(Spec):
    """A pipe under an embankment: flows with the head between its ends, either way unless it has a flap."""

    #: What the book calls it; numbered where it is not given.
    name: str | None = None
    at: Point
    to: Point
    #: Area of the opening [m2].
    area_m2: float = Field(gt=0, le=500)
    #: Most it carries [m3/s].
    m3_s: float | None = Field(None, gt=0)
    #: Height of its sill above the ground at each end [m]; no altitude.
    sill_m: float = Field(0.0, ge=0)
    #: It flows from ``at`` to ``to`` only.
    flap: bool = False

    @field_validator("sill_m")
    @classmethod
    def _no_altitude(cls, value: float) -> float:
        if value > HIGHEST_SILL_M:
            raise ValueError(f"{value:g} m; expected at most {HIGHEST_SILL_M:g} m above the ground at its ends (it is "
                             "no altitude, as the sill of river_stage.conduits is)")
        return value


class FlowModel(Spec):
    """Choices of the flow model that have a default."""

    #: Cell of the computation [m], a whole multiple of the terrain's; the terrain's cell when not given.
    cell_m: float | None = Field(None, gt=0, le=100)
    #: Larger cells keep the storage and the conveyance of the terrain inside them; ``false`` averages the terrain.
    subgrid: bool = True
    #: Manning's n [s/m^(1/3)]: one number, or by land class of ``land_classes.csv`` (default).
    roughness: float | None = Field(None, ge=0.005, le=1)
    #: Or a raster of it.
    roughness_raster: str | None = None
    #: ``blocked``: no water passes a building; ``raised``: its ground is lifted; ``ignored``: as the terrain says.
    buildings: Literal["blocked", "raised", "ignored"] = "blocked"
    infiltration: Infiltration | None = Field(default_factory=lambda: Infiltration.model_validate({}))
    drains: Drains | None = None
    edges: Edges = Edges()
    barriers: tuple[Barrier, ...] = ()
    pumps: tuple[Pump, ...] = ()
    culverts: tuple[Culvert, ...] = ()
    #: Upwind advection: for weirs and obstacles; costs a third more.
    advection: bool = False
    #: Time computed before the start with each inflow's first value, so that a river is full when the run begins.
    warm_up: Seconds = Field(0.0, ge=0)
    #: Level of standing water at the start over the city's water bodies [m in the datum]; dry when not given.
    initial_level_m: float | None = None
    #: Interval of the frames.
    every: Seconds = Field(300.0, ge=1)
    #: Frames hold the speed of the water as well: streets then close by total head. The water itself is the same.
    velocity: bool = False
    #: West, south, east, north of the part to compute; the whole terrain when not given.
    window: tuple[float, float, float, float] | None = None
    #: No-data of the terrain inside the domain: ``refuse`` it, or take it as a ``wall``.
    voids: Literal["refuse", "wall"] = "wall"
    #: Error of the computation, added to the terrain's as squares; ``flood.depth_error_m`` replaces both [m].
    depth_error_m: float = Field(0.10, ge=0)

    @model_validator(mode="after")
    def _one_roughness(self) -> FlowModel:
        if self.roughness is not None and self.roughness_raster is not None:
            raise ValueError("roughness and roughness_raster; expected one of them")
        return self
