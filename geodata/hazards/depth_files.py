"""Frames of depth from raster files: read over the city, guarded, holes at buildings filled, elevations turned.

A raster is sampled as it is, in its own CRS; only the part over the city is read. What a missing value means is said
by the scenario (``nodata: dry`` or ``unknown``) where the format cannot tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio.windows
from rasterio.enums import MaskFlags
from rasterio.errors import RasterioError

from geodata.drivers import check_cells, opened_raster
from geodata.hazards.guard import Guard, Said, band_of
from geodata.hazards.holes import Holes
from geodata.hazards.layout import Head, Layout, Piece, laid_out, text_of
from geodata.hazards.surface import Surface
from geodata.inputs.lengths import length_unit
from geodata.inputs.speeds import speed_unit
from geodata.raster_files import RasterFile
from geodata.terrain import same_crs
from geodata.units import speed_unit_of, unit_of
from twin.errors import InputError
from twin.quantities import Float32Array
from twin.water.hazard import Doubt, Grid

if TYPE_CHECKING:
    from geodata.city.model import CityFile


@dataclass(slots=True, kw_only=True, eq=False)
class DepthFiles:
    """Depths in raster files, one frame after another; a :class:`geodata.hazards.frames.Judge` of them."""

    #: Files of each frame: one, or the tiles of it.
    frames: Sequence[Sequence[RasterFile]]
    said: Said
    crs: str | None
    band: int
    layout: Layout
    pieces: tuple[Piece, ...]
    head: Head
    guard: Guard
    #: None where holes are left as they are.
    holes: Holes | None
    #: None where the files hold depths.
    surface: Surface | None
    notes: tuple[str, ...]
    #: Whether a file declares 0 as missing: its dry cells then are.
    _declares_zero: bool = False
    #: Whether each frame read had any value.
    _known: dict[int, bool] = field(default_factory=dict)
    _lock: Any = field(default_factory=Lock)

    @classmethod
    def of(cls, frames: Sequence[Sequence[RasterFile]], city_file: CityFile, said: Said, *, band: int | None,
           crs: str | None, fill_holes: bool, like: Layout | None = None) -> DepthFiles:
        """Look at the first frame, and settle unit, band and grid by it.

        Parameters
        ----------
        frames
            Files of each frame.
        band, crs
            As the scenario says them; None for what it does not.
        fill_holes
            Whether holes at buildings take the water beside them.
        like
            Layout that the files must have.

        Raises
        ------
        InputError
            Files that do not lie on one grid; a band, a unit or a quantity that must be said.
        """
        layout, pieces, head = laid_out(frames[0], city_file, crs, said.field)
        if like is not None:
            _check_like(layout, like, frames[0][0].name, said.field)
        check_cells(layout.window[3], layout.window[2], file=said.file, field=said.field)
        number = band_of(said, band, head.count, head.descriptions, head.alphas)
        tag = head.units[number - 1]
        unit, notes = (speed_unit_of(said.unit, tag, file=said.file, field=said.field), []) if said.is_velocity else \
            unit_of(said.unit, tag, head.crs, file=said.file, field=said.field)
        surface = Surface(city_file, layout.grid, file=said.file, field=said.field) if said.is_surface else None
        is_whole = np.dtype(head.dtypes[number - 1]).kind in "iu"
        guard = Guard(said=said, unit=unit, terrain=city_file.terrain, is_whole_type=is_whole)
        description = head.descriptions[number - 1]
        tiles = f", {len(pieces)} tiles" if len(pieces) > 1 else ""
        notes = [f"{said.file}: band {number} of {head.count}" + (f" '{description}'" if description else "")
                 + f" is taken, in {unit}{tiles}.", *notes]
        if surface is not None:
            notes.append(surface.note)
        grid = layout.grid if surface is None else surface.grid
        return cls(frames=frames, said=said, crs=crs, band=number, layout=layout, pieces=pieces, head=head, guard=guard,
                   holes=Holes(city_file, grid) if fill_holes else None, surface=surface, notes=tuple(notes))

    @property
    def grid(self) -> Grid:
        """Frame of the depths."""
        return self.layout.grid if self.surface is None else self.surface.grid

    def read(self, frame: int) -> Float32Array:
        """Read one frame, (rows, columns) [m]; NaN unknown."""
        files = self.frames[frame]
        pieces = self.pieces if frame == 0 else self._pieces_of(files)
        values = self._read_pieces(pieces)
        depth = values if self.surface is None else self.surface.depth(values)
        if frame == len(self.frames) // 2:
            self.guard.look(depth, self.grid, file=files[0].name)
        # The least value is missing where any is: cheaper than looking for all of them in frames that have none.
        missing = int(np.count_nonzero(np.isnan(depth))) if depth.size and np.isnan(depth.min()) else 0
        with self._lock:
            self._known[frame] = missing < depth.size
        if missing and self.holes is not None:
            self.holes.fill(depth)
        if missing and self.is_missing_dry:
            depth[np.isnan(depth)] = 0.0
        return depth

    @property
    def is_missing_dry(self) -> bool:
        """Whether a missing value is dry: the scenario says so, or a file declares 0, its dry cells, as missing."""
        return self.said.nodata == "dry" or (self.said.nodata == "auto" and self._declares_zero)

    def _pieces_of(self, files: Sequence[RasterFile]) -> tuple[Piece, ...]:
        """Give the pieces of a later frame: the first frame's places, in the order of its files."""
        if len(files) != len(self.pieces):
            raise InputError(file=files[0].name, field=self.said.field, found=f"{len(files)} tiles",
                             expected=f"{len(self.pieces)}, as in the first frame")
        return tuple(Piece(file=file, row=p.row, column=p.column, rows=p.rows, columns=p.columns)
                     for file, p in zip(files, self.pieces, strict=True))

    def _read_pieces(self, pieces: Sequence[Piece]) -> Float32Array:
        """Read the part over the city; of two files the deeper counts, where there is none it is unknown."""
        _, _, columns, rows = self.layout.window
        values: Float32Array | None = None
        for piece in pieces:
            read = self._read_piece(piece)
            if read is None:
                continue
            place, depth = read
            if len(pieces) == 1 and depth.shape == (rows, columns):
                return depth
            if values is None:
                values = np.full((rows, columns), np.nan, np.float32)
            np.fmax(values[place], depth, out=values[place])
        return np.full((rows, columns), np.nan, np.float32) if values is None else values

    def _read_piece(self, piece: Piece) -> tuple[tuple[slice, slice], Float32Array] | None:
        """Read what a file has of the part over the city, and its place there; None where it has none."""
        col, row, columns, rows = self.layout.window
        top, bottom = max(row, piece.row), min(row + rows, piece.row + piece.rows)
        left, right = max(col, piece.column), min(col + columns, piece.column + piece.columns)
        if top >= bottom or left >= right:
            return None
        window = rasterio.windows.Window(left - piece.column, top - piece.row, right - left, bottom - top)
        file, name = piece.file, piece.file.name
        with opened_raster(file.path) as dataset:
            self._check_same(dataset, piece)
            try:
                read = dataset.read(self.band, window=window)
                # The last cell tells whether the file is whole, even where the city lies in its first half.
                dataset.read(self.band, window=rasterio.windows.Window(piece.columns - 1, piece.rows - 1, 1, 1))
            except RasterioError:
                raise InputError(file=name, field=self.said.field, found="a file that breaks off",
                                 expected="a whole raster", remedy="Copy it again: it is truncated.") from None
            declared = dataset.nodata if file.nodata is None else file.nodata
            scale, offset = dataset.scales[self.band - 1], dataset.offsets[self.band - 1]
            hidden = None
            if MaskFlags.per_dataset in dataset.mask_flag_enums[self.band - 1]:
                hidden = dataset.read_masks(self.band, window=window) == 0
        is_byte = read.dtype == np.uint8
        stored = read.astype(np.float32, copy=False)
        if is_byte:
            stored[read == 255] = np.nan
        if hidden is not None:
            stored[hidden] = np.nan
        depth = self.guard.metres(stored, declared=declared, scale=scale, offset=offset, file=name)
        if declared == 0:
            self._declares_zero = True
        return (slice(top - row, bottom - row), slice(left - col, right - col)), depth

    def _check_same(self, dataset: Any, piece: Piece) -> None:
        """Refuse a file of a later frame that lies elsewhere, in another CRS or in another unit."""
        name, field_ = piece.file.name, self.said.field
        if self.crs is None and dataset.crs is not None and piece.file.crs is None:
            own = text_of(dataset.crs.to_wkt())
            if not same_crs(own, self.layout.crs):
                raise _other_crs(name, field_, own, self.layout.crs)
        a, b, c, d, e, f = self.layout.transform
        expected = (a, b, c + a * piece.column + b * piece.row, d, e, f + d * piece.column + e * piece.row)
        found = tuple(dataset.transform)[:6]
        cell = max(abs(a), abs(b), abs(d), abs(e))
        # Tiles may stray by less than a cell: how they lie was settled with the first frame.
        stray = 1e-3 * cell if len(self.pieces) == 1 else 0.5 * cell
        if (dataset.width, dataset.height) != (piece.columns, piece.rows) or \
                not np.allclose(found[2::3], expected[2::3], rtol=0, atol=stray) or \
                not np.allclose(found, (a, b, found[2], d, e, found[5]), rtol=0, atol=1e-3 * cell):
            raise _other_grid(name, field_, _shown(dataset.width, dataset.height, found),
                              _shown(piece.columns, piece.rows, expected))
        if self.band > dataset.count:
            raise InputError(file=name, field=f"{field_}.band", found=f"{dataset.count} bands",
                             expected=f"band {self.band}, as in the first file")
        tag = dataset.units[self.band - 1]
        known = speed_unit if self.said.is_velocity else length_unit
        if tag and known(tag) not in (None, self.guard.unit):
            raise InputError(file=name, field=f"{field_}.unit", found=f"values in {tag}, by the file's own tag",
                             expected=f"{self.guard.unit}, as in the first file")

    def reset(self) -> None:
        """Forget the frames seen: they are read again."""
        self.guard.reset()
        self._known.clear()

    def finish(self) -> tuple[Doubt, ...]:
        """Judge the frames as a whole; see ``Guard.finish``.

        Raises
        ------
        InputError
            A frame without any value between frames that have some.
        """
        lost = lost_frames(self._known)
        doubts = list(self.guard.finish())
        if lost:
            names = [self.frames[k][0].name for k in lost]
            if self.said.nodata != "dry":
                raise lost_error(names, self.said.field)
            doubts.append(lost_doubt(names))
        if self._declares_zero and self.said.nodata == "auto":
            doubts.append(Doubt(
                f"{self.said.file} declares 0 as missing: dry ground and what the model does not cover cannot be told "
                "apart, and both are taken as dry. Say `nodata: dry` or `nodata: unknown`.",
                f"{self.said.file} déclare 0 comme valeur manquante : le sol à sec et ce que le modèle ne couvre pas "
                "ne se distinguent pas, et tous deux comptent à sec. Indiquer `nodata: dry` ou `nodata: unknown`."))
        return (*doubts, *(self.holes.doubts() if self.holes is not None else ()), *self._gaps())

    def _gaps(self) -> tuple[Doubt, ...]:
        """Say what part of the extent no tile covers."""
        if len(self.pieces) == 1:
            return ()
        col, row, columns, rows = self.layout.window
        covered = np.zeros((rows, columns), np.bool_)
        for p in self.pieces:
            covered[max(p.row - row, 0):max(p.row + p.rows - row, 0),
                    max(p.column - col, 0):max(p.column + p.columns - col, 0)] = True
        share = 1 - float(covered.mean())
        if share < 1e-6:
            return ()
        file, count = self.said.file, len(self.pieces)
        if self.is_missing_dry:
            en, fr = "taken as dry, as the scenario says of missing values.", \
                "compte à sec, comme le scénario le dit des valeurs manquantes."
        else:
            en, fr = "unknown. Is a tile missing?", "est inconnue. Manque-t-il une dalle ?"
        return (Doubt(
            f"{file}: its {count} tiles leave {share:.0%} of their extent over the city uncovered; the water there is "
            f"{en}",
            f"{file} : ses {count} dalles laissent {share * 100:.0f} % de leur étendue sur la ville sans donnée ; "
            f"l’eau y {fr}"),)


def _check_like(layout: Layout, like: Layout, name: str, field_: str) -> None:
    """Refuse a raster on another grid or in another CRS than the first."""
    if not same_crs(layout.crs, like.crs):
        raise _other_crs(name, field_, layout.crs, like.crs)
    cell = max(abs(like.transform[0]), abs(like.transform[4]))
    if (layout.width, layout.height) != (like.width, like.height) or \
            not np.allclose(layout.transform, like.transform, rtol=0, atol=1e-3 * cell):
        raise _other_grid(name, field_, _shown(layout.width, layout.height, layout.transform),
                          _shown(like.width, like.height, like.transform))


def _shown(width: int, height: int, transform: Sequence[float]) -> str:
    return f"{width} x {height} cells of {transform[0]:g} from {transform[2]:.8g} {transform[5]:.8g}"


def _other_grid(name: str, field_: str, found: str, expected: str) -> InputError:
    return InputError(file=name, field=field_, found=found, expected=f"{expected}, as in the first file",
                      remedy="All rasters of a series stand on one grid.")


def _other_crs(name: str, field_: str, found: str, expected: str) -> InputError:
    return InputError(file=name, field=field_, found=f"a raster in {found}",
                      expected=f"{expected}, as in the first file",
                      remedy="All rasters of a series stand in one CRS; `crs` overrides a wrong one.")


def lost_frames(known: dict[int, bool]) -> list[int]:
    """Give the frames without any value that stand between frames that have some."""
    having = [frame for frame, is_known in known.items() if is_known]
    if not having:
        return []
    return sorted(frame for frame, is_known in known.items() if not is_known and min(having) < frame < max(having))


def lost_error(names: list[str], field_: str) -> InputError:
    """Give the error for frames without any value among frames that have some."""
    what = "1 frame" if len(names) == 1 else f"{len(names)} frames"
    return InputError(field=field_, ids=names[:5], found=f"{what} without any value between frames that have some",
                      expected="values in every frame",
                      remedy="Lost on the way? Write it again. If a wholly missing frame means dry ground, say "
                      "`nodata: dry`.")


def lost_doubt(names: list[str]) -> Doubt:
    """Give the doubt about such frames where the scenario says that missing is dry."""
    listed = ", ".join(names[:3]) + (f" (+ {len(names) - 3})" if len(names) > 3 else "")
    return Doubt(f"Frames without any value between frames that have some ({listed}) are taken as dry, as the scenario "
                 "says of missing values.",
                 f"Des pas de temps sans aucune valeur entre d’autres qui en ont ({listed}) comptent à sec, comme le "
                 "scénario le dit des valeurs manquantes.")


def named(paths: Sequence[Path | str]) -> str:
    """Give the name under which messages speak of several files."""
    names = [Path(str(path)).name for path in paths]
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
