"""The guard where water enters: every depth that a file brings passes here, whatever its format.

What it settles, and how:

quantity
    A depth above ground, unless ``quantity: surface`` says that the file holds the elevation of the water surface. A
    mask (1 and nothing else beside dry cells), classes (few whole numbers) and elevations are no depths: asked.
unit
    What the scenario says; else the band's or the variable's own tag; else that of a vertical CRS; else metres, except
    where the CRS counts in feet, where values are whole numbers, or where they are too large for metres: asked. A tag
    that contradicts the scenario, or that is no unit of length, is refused.
range
    A value beyond 1,000 m either way is refused: a damaged file, never dry ground. A typical depth (half of the wet
    cells) beyond 10 m is asked about: the deepest typical depth of a flooded quarter on record is that of New Orleans,
    2005, with 2 to 3 m, up to 6 m. So is a depth beyond the relief of the terrain and 10 m: water stands no higher than
    the ground around it. Values that follow the ground at the water's edge are elevations.
velocity
    A speed, or a component of it, within 30 m/s; its unit as tagged or said, else m/s. Where it is missing the water
    counts as standing, and that is said.
missing
    What the file declares, NaN, and the codes below; a code that no header declares is counted and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.cells import moved_points
from geodata.inputs.lengths import UNITS_M
from geodata.inputs.speeds import UNITS_M_S
from twin.errors import InputError
from twin.kernels.water.frames import (
    ABSURD,
    CODE,
    DEEPEST_M,
    DRY,
    LEAST_NORMAL,
    MISSING,
    NEGATIVE,
    NOUGHT,
    TINY,
    WET,
    WHOLE,
    WHOLES,
    clean,
)
from twin.quantities import Float32Array, FloatArray
from twin.water.hazard import Doubt, Grid

if TYPE_CHECKING:
    from geodata.terrain import Terrain

#: Written for "missing" by programs that declare nothing: GRASS, ESRI, LISFLOOD, loggers; Surfer, netCDF, CF, float32.
CODES = np.array([-9999.0, -99999.0, -999.0, -99.0, -32768.0, 32767.0, -32767.0, 9999.0, 99999.0, -999999.0,
                  1e20, -1e20, 1e30, -1e30, 1.70141e38, 9.96921e36, 3.4028e38, -3.4028e38, 1e37])
#: A typical depth beyond this is asked about [m].
TYPICAL_M = 10.0
#: And so is a depth that stands this far above the highest ground around [m].
ABOVE_RELIEF_M = 10.0
#: Beyond this not even a stated unit makes it a depth [m].
_SURELY_M = 50.0
#: So few whole numbers, none above twice as many, are classes.
_CLASSES = 10
#: Fewer wet cells than this tell nothing of what sort their values are.
_FEW = 20
#: Fewer cells at the water's edge tell nothing of it.
_EDGE = 8
#: No flood runs faster [m/s]: a steep mountain torrent runs at 10.
FASTEST_M_S = 30.0
#: A negative depth below this is more than rounding [m].
_ROUNDING_M = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a scenario says of the values of a file."""

    file: str
    field: str
    #: None where the scenario says none.
    unit: str | None = None
    quantity: str | None = None
    nodata: str = "auto"

    @property
    def is_surface(self) -> bool:
        """Whether the values are elevations of the water surface."""
        return self.quantity == "surface"

    @property
    def is_velocity(self) -> bool:
        """Whether the values are speeds, or components of a velocity."""
        return self.quantity in ("speed", "component")


def band_of(said: Said, asked: int | None, count: int, descriptions: Sequence[str | None], alphas: Sequence[int] = ()
            ) -> int:
    """Give the band that holds the values: the only one, or the one that the scenario names.

    Parameters
    ----------
    alphas
        Bands that only say which cells are seen.

    Raises
    ------
    InputError
        No such band; several, and none named.
    """
    where: dict[str, Any] = {"file": said.file, "field": f"{said.field}.band"}
    if asked is not None:
        if asked > count:
            raise InputError(**where, found=f"band {asked}", expected=f"1 to {count}")
        return asked
    values = [band for band in range(1, count + 1) if band not in alphas]
    if len(values) > 1:
        listed = ", ".join(f"{band}" + (f" '{descriptions[band - 1]}'" if descriptions[band - 1] else "")
                           for band in values[:8])
        raise InputError(**where, found=f"{len(values)} bands ({listed}) and none named", expected="the band of depths",
                         remedy="Say `band: 1`. Bands that are moments of one flood are a series: write a file for "
                                "each.")
    return values[0] if values else 1


@dataclass(slots=True, kw_only=True, eq=False)
class Guard:
    """Judges the values of one source of water, file by file and frame by frame; safe for several threads."""

    said: Said
    unit: str = "m"
    #: The city's ground; None where it has none.
    terrain: Terrain | None = None
    #: Whether the files hold whole numbers by their type.
    is_whole_type: bool = False
    _counts: Any = field(default_factory=lambda: np.zeros(9, np.int64))
    _extremes: FloatArray = field(default_factory=lambda: np.array([np.inf, -np.inf, 0.0]))
    #: Most different whole numbers in one frame, and whether one frame holds 1 beside dry or missing cells alone.
    _distinct: tuple[int, ...] = ()
    _is_mask: bool = False
    _typical_m: float = 0.0
    _lock: Any = field(default_factory=Lock)
    _doubts: list[Doubt] = field(default_factory=list)

    def reset(self) -> None:
        """Forget the frames seen: they are read again."""
        with self._lock:
            self._counts[:] = 0
            self._extremes[:] = [np.inf, -np.inf, 0.0]
            self._distinct, self._is_mask, self._typical_m = (), False, 0.0

    def metres(self, values: Any, *, declared: float | None = None, scale: float = 1.0, offset: float = 0.0,
               file: str = "") -> Float32Array:
        """Give stored values as depths or elevations [m], of the same shape; NaN missing, 0 dry (depths).

        Parameters
        ----------
        values
            As read, NaN where the file masks them; overwritten where they are 32-bit floats.
        declared
            Stored value that the file declares as missing; None for none.
        scale, offset
            How the file says that its values are unpacked.
        file
            Name of the file of this frame, for messages.

        Raises
        ------
        InputError
            A scale of 0, values beyond belief.
        """
        name = file or self.said.file
        if not (np.isfinite(scale) and np.isfinite(offset) and scale != 0):
            raise InputError(file=name, field=self.said.field, found=f"a scale factor of {scale:g} and an offset of "
                             f"{offset:g}", expected="a scale that can be undone",
                             remedy="With it every value is the same: write the file again.")
        with np.errstate(over="ignore"):  # what 32 bits cannot hold is far beyond what counts as a value
            found = np.ascontiguousarray(values, np.float32)
        nodata = float(np.float32(np.nan if declared is None else declared))
        if self.said.is_velocity or self.said.is_surface:
            size = np.abs(found)
            lost, nought = (size > 0) & (size < LEAST_NORMAL), size == 0
            _check_shifted(int(np.count_nonzero(lost)), found.size - int(np.count_nonzero(nought)), name,
                           self.said.field)
            to_metres = self._speeds if self.said.is_velocity else self._elevations
            return to_metres(found, nodata, scale, offset, name)
        counts, wholes = np.zeros(9, np.int64), np.zeros(WHOLES, np.int64)
        extremes = np.array([np.inf, -np.inf, 0.0])
        clean(found.reshape(-1), nodata, scale, offset, UNITS_M[self.unit], CODES, counts, wholes, extremes)
        _check_shifted(int(counts[TINY]), found.size - int(counts[NOUGHT]), name, self.said.field)
        self._take(counts, wholes, extremes, name, found)
        return found

    def _speeds(self, values: Float32Array, nodata: float, scale: float, offset: float, name: str) -> Float32Array:
        missing = ~np.isfinite(values) | (values == nodata) | np.isin(values, CODES.astype(np.float32)) \
            | (np.abs(values) > 1e19)
        speed_m_s = (values.astype(np.float64) * scale + offset) * UNITS_M_S[self.unit]
        absurd = ~missing & (np.abs(speed_m_s) > FASTEST_M_S)
        if absurd.any():
            raise InputError(file=name, field=self.said.field, found=f"a velocity of {speed_m_s[absurd][0]:.4g} m/s in "
                             f"{int(absurd.sum())} cells", expected=f"velocities within {FASTEST_M_S:g} m/s",
                             remedy="The file may be damaged, its unit another, or this a code for missing values that "
                             "its header should declare.")
        below = ~missing & (speed_m_s < 0)
        if self.said.quantity == "speed" and below.any():
            raise InputError(file=name, field=self.said.field, found=f"a speed below 0 in {int(below.sum())} cells",
                             expected="speeds, 0 or more",
                             remedy="This looks like one component of a velocity: give both.")
        return np.where(missing, np.float32(np.nan), speed_m_s).astype(np.float32)

    def _elevations(self, values: Float32Array, nodata: float, scale: float, offset: float, name: str) -> Float32Array:
        missing = ~np.isfinite(values) | (values == nodata) | np.isin(values, CODES.astype(np.float32)) \
            | (np.abs(values) > 1e19)
        surface_m = (values.astype(np.float64) * scale + offset) * UNITS_M[self.unit]
        absurd = ~missing & ((surface_m < -500.0) | (surface_m > 9000.0))
        if absurd.any():
            raise InputError(file=name, field=self.said.field, found=f"an elevation of {surface_m[absurd][0]:g} m in "
                             f"{int(absurd.sum())} cells", expected="elevations of a water surface in metres",
                             remedy="The file may be damaged, or its unit another.")
        return np.where(missing, np.float32(np.nan), surface_m).astype(np.float32)

    def _take(self, counts: Any, wholes: Any, extremes: FloatArray, name: str, depth_m: Float32Array) -> None:
        if counts[ABSURD]:
            raise InputError(file=name, field=self.said.field, found=f"a depth of {extremes[2]:.4g} m, and "
                             f"{counts[ABSURD] - 1:,} more like it", expected=f"depths within {DEEPEST_M:,.0f} m",
                             remedy="The file may be damaged, its unit another, or this a code for missing values "
                             "that its header should declare.")
        typical_m = 0.0
        if counts[WET] and extremes[1] > TYPICAL_M and not (
                self.said.unit and self.said.quantity == "depth"):
            wet = depth_m[depth_m > 0]
            typical_m = float(np.median(wet))
            self._check_typical(typical_m, name)
        distinct = tuple(int(v) for v in np.flatnonzero(wholes)) if counts[WET] == counts[WHOLE] else ()
        is_mask = distinct == (1,) and bool(counts[DRY] + counts[MISSING] + counts[CODE])
        with self._lock:
            self._counts += counts
            self._extremes[0] = min(self._extremes[0], extremes[0])
            self._extremes[1] = max(self._extremes[1], extremes[1])
            self._typical_m = max(self._typical_m, typical_m)
            self._is_mask |= is_mask
            if len(distinct) > len(self._distinct):
                self._distinct = distinct

    def _check_typical(self, typical_m: float, name: str) -> None:
        """Ask where the values are too large for depths in metres."""
        if typical_m <= (TYPICAL_M if self.said.unit is None else _SURELY_M):
            return
        raise InputError(
            file=name, field=self.said.field, found=f"a typical depth of {typical_m:.0f} m",
            expected=f"depths of water above ground, typically below {TYPICAL_M:g} m",
            remedy="These look like altitudes of the water (say `quantity: surface`: it is compared with the terrain; "
            "or subtract the terrain), or centimetres (say `unit: cm`). If they are depths, say `quantity: depth` and "
            "their `unit`.")

    def look(self, depth_m: Float32Array, grid: Grid, *, file: str = "") -> None:
        """Hold a frame against the ground: depths that follow it at the water's edge are elevations.

        Parameters
        ----------
        depth_m
            A frame as ``metres`` gave it, (rows, columns).

        Raises
        ------
        InputError
            Elevations of the surface, depths beyond the relief.
        """
        if self.terrain is None or self.said.quantity is not None:
            return
        wet = depth_m > 0
        if np.count_nonzero(wet) < _FEW:
            return
        ground = self._ground_at(wet, grid)
        known = np.isfinite(ground)
        if np.count_nonzero(known) < _FEW:
            return
        depth = depth_m[wet][known]
        name = file or self.said.file
        edge = _edge(wet)[wet][known]
        at_edge = edge if np.count_nonzero(edge) >= _EDGE else np.ones(len(edge), bool)
        apart = float(np.median(np.abs(depth[at_edge] - ground[known][at_edge])))
        typical = float(np.median(depth[at_edge]))
        if typical > 1.0 and apart < min(1.0, 0.5 * typical):
            raise InputError(
                file=name, field=self.said.field, found=f"values that stand {apart:.2f} m from the ground at the "
                f"water's edge (typically {typical:.1f} m there)", expected="depths above ground, shallow at the edge",
                remedy="These look like altitudes of the water: say `quantity: surface`. If they are depths, say "
                "`quantity: depth`.")
        relief = float(np.nanmax(self.terrain.height_m) - np.nanmin(self.terrain.height_m))
        beyond = int(np.count_nonzero(depth > relief + ABOVE_RELIEF_M))
        if 2 * beyond > len(depth) and self.said.unit is None:
            raise InputError(
                file=name, field=self.said.field, found=f"a typical depth of {float(np.median(depth)):.0f} m over "
                f"terrain of {relief:.0f} m of relief", expected="water no higher than the ground around it",
                remedy="These look like centimetres or another unit: say `unit`, `unit: m` if they are metres.")

    def _ground_at(self, wet: Any, grid: Grid) -> FloatArray:
        assert self.terrain is not None
        row, column = np.nonzero(wet)
        a, b, c, d, e, f = grid.transform
        x, y = moved_points(a * (column + 0.5) + b * (row + 0.5) + c, d * (column + 0.5) + e * (row + 0.5) + f,
                            grid.crs, self.terrain.grid.crs)
        cell = self.terrain.grid.cell_of(x, y)
        ground = np.full(len(cell), np.nan)
        ground[cell >= 0] = self.terrain.height_m.ravel()[cell[cell >= 0]]
        return ground

    def finish(self) -> tuple[Doubt, ...]:
        """Judge what only all frames tell, and give what must be said aloud.

        Raises
        ------
        InputError
            A mask, classes, whole numbers that can only be centimetres or millimetres.
        """
        counts = self._counts
        if self.said.unit is None and counts[WET] and counts[WET] == counts[WHOLE] \
                and (counts[WET] >= _FEW or self.is_whole_type):
            self._check_whole()
        return (*self._doubts, *self._told())

    def _check_whole(self) -> None:
        where: dict[str, Any] = {"file": self.said.file, "field": self.said.field, "expected": "depths in metres"}
        distinct, kind = self._distinct, " in a raster of whole numbers" if self.is_whole_type else ""
        few = len(distinct) <= _CLASSES and max(distinct, default=0) <= 2 * _CLASSES
        shown = ", ".join(str(v) for v in distinct[:6])
        remedy = "name the unit (`unit: m`, `unit: cm`) if they are depths."
        if self.said.quantity == "depth":
            return
        if self._is_mask:
            raise InputError(**where, found=f"nothing but 1 beside what is dry or missing{kind}",
                             remedy="This looks like a mask of the water, not its depth. Say `unit: m` if it is 1 m "
                             f"deep everywhere; else {remedy}")
        if few and (len(distinct) > 1 or self.is_whole_type):
            raise InputError(**where, found=f"whole numbers {shown}{kind or ' alone'}",
                             remedy="These look like classes of depth. Turn them into polygons and say `extents`, or "
                             f"{remedy}")
        if len(distinct) > 1:
            raise InputError(**where, found=f"whole numbers alone, up to {self._extremes[1] / UNITS_M[self.unit]:g}",
                             remedy=f"These look like centimetres or millimetres: {remedy}")

    def _told(self) -> list[Doubt]:
        counts, file = self._counts, self.said.file
        told = []
        if self._typical_m > TYPICAL_M:
            told.append(Doubt(
                f"{file}: half of its water is deeper than {self._typical_m:.0f} m. Check unit and quantity.",
                f"{file} : la moitié de son eau a plus de {self._typical_m:.0f} m de profondeur. Vérifier l’unité et "
                "la grandeur."))
        if self._extremes[0] < -_ROUNDING_M:
            told.append(Doubt(
                f"{file}: {counts[NEGATIVE]:,} values lie below 0 (down to {self._extremes[0]:.2f} m) and are taken as "
                "dry.",
                f"{file} : {_fr(counts[NEGATIVE])} valeurs sont négatives (jusqu’à "
                f"{f'{self._extremes[0]:.2f}'.replace('.', ',')} m) et comptent comme à sec."))
        if counts[CODE] and self.said.nodata == "auto":
            told.append(Doubt(
                f"{file}: {counts[CODE]:,} values are codes for missing (-9999 and the like) that its header does not "
                "declare; they are taken as unknown, and unknown runs as dry. Say `nodata: dry` or `nodata: unknown`.",
                f"{file} : {_fr(counts[CODE])} valeurs sont des codes d’absence (-9999, etc.) que l’en-tête ne déclare "
                "pas ; elles comptent comme inconnues, et l’inconnu est calculé à sec. Indiquer `nodata: dry` ou "
                "`nodata: unknown`."))
        return told


def _check_shifted(lost: int, some: int, file: str, field: str) -> None:
    """Refuse numbers that are next to nothing: bytes that moved within a file read as such, and dry.

    Water that dies away leaves a few of them (below 1.2e-38 m), never a tenth of what is not 0.
    """
    if 10 * lost > some:
        raise InputError(file=file, field=field, found=f"{lost:,} values of almost 0 (below 1.2e-38)",
                         expected="depths or elevations", remedy="Bytes are lost or added within: export it again.")


def _fr(count: int) -> str:
    return f"{int(count):,}".replace(",", "\u202f")


def _edge(wet: Any) -> Any:
    """Give the wet cells that have a cell that is not wet beside them."""
    inner = np.zeros_like(wet)
    inner[1:-1, 1:-1] = wet[:-2, 1:-1] & wet[2:, 1:-1] & wet[1:-1, :-2] & wet[1:-1, 2:]
    inner[0], inner[-1], inner[:, 0], inner[:, -1] = wet[0], wet[-1], wet[:, 0], wet[:, -1]
    return wet & ~inner
