"""The unit of a file's values: as stated, as tagged, as its CRS says; asked where nothing tells and feet are likely."""

from __future__ import annotations

from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from geodata.inputs.lengths import length_unit
from geodata.inputs.speeds import UNITS_M_S, speed_unit
from twin.errors import InputError

#: Tags that say nothing.
_NOTHING = ("1", "-", "unknown", "none", "None", "n/a")


def unit_of(stated: str | None, tag: str | None, crs: Any = None, *, file: str, field: str, what: str = "depths"
            ) -> tuple[str, list[str]]:
    """Give the unit of a file's values, and what must be said of it.

    Parameters
    ----------
    stated
        Unit that the scenario or mapping states; None where it states none.
    tag
        Unit that the file's band, variable or column has; None or empty where it has none.
    crs
        CRS of the file (pyproj, rasterio or text), its vertical part included; None: only the tag is looked at.
    file, field, what
        For messages: the file, the key under which ``unit`` stands, and what the values are.

    Raises
    ------
    InputError
        A tag that is no length or contradicts what is stated; no unit anywhere under a CRS that counts in feet.

    Examples
    --------
    >>> unit_of(None, "cm", file="a.tif", field="flood.raster")
    ('cm', ['a.tif: its values are in cm, as its own tag says.'])
    """
    where: dict[str, Any] = {"file": file, "field": f"{field}.unit"}
    text = (tag or "").strip()
    known = length_unit(text) if text else None
    if text and known is None and text not in _NOTHING:
        raise InputError(**where, found=f"values in '{text[:40]}'", expected=f"{what}, in a unit of length",
                         remedy="Velocities, discharges and classes are no depths: choose another band or variable.")
    if known and stated and known != stated:
        raise InputError(**where, found=f"values in {known}, by the file's own tag", expected=f"{what} in {stated}",
                         remedy=f"Say `unit: {known}`, or leave `unit` out.")
    if stated:
        return stated, []
    if known:
        return known, [] if known == "m" else [f"{file}: its values are in {known}, as its own tag says."]
    vertical, horizontal = _units_of_crs(crs)
    if vertical:
        return vertical, [] if vertical == "m" else [f"{file}: its values are in {vertical}, as its vertical CRS says."]
    if horizontal in ("ft", "us-ft"):
        raise InputError(**where, found=f"a CRS that counts in {horizontal}, and no unit of the values",
                         expected=f"`unit: {horizontal}` or `unit: m`",
                         remedy="Programs that work in feet write depths and heights in feet: look at the largest "
                         "value, then say which.")
    return "m", []


def speed_unit_of(stated: str | None, tag: str | None, *, file: str, field: str) -> str:
    """Give the unit of a file's velocities: as stated, as tagged, else metres a second.

    Raises
    ------
    InputError
        A tag that is no unit of speed, or contradicts what is stated.

    Examples
    --------
    >>> speed_unit_of(None, "cm s-1", file="a.nc", field="flood.netcdf")
    'cm/s'
    """
    where: dict[str, Any] = {"file": file, "field": f"{field}.velocity_unit"}
    text = (tag or "").strip()
    known = speed_unit(text) if text else None
    if text and known is None and text not in _NOTHING:
        raise InputError(**where, found=f"values in '{text[:40]}'", expected="velocities, in a unit of speed",
                         remedy=f"Depths and discharges are no velocities: choose another. Units are "
                         f"{', '.join(UNITS_M_S)}.")
    if known and stated and known != stated:
        raise InputError(**where, found=f"values in {known}, by the file's own tag", expected=f"velocities in {stated}",
                         remedy=f"Say `velocity_unit: {known}`, or leave it out.")
    return stated or known or "m/s"


def _units_of_crs(crs: Any) -> tuple[str | None, str | None]:
    """Give the units of the vertical and of the horizontal part of a CRS; None for what it lacks, and for degrees."""
    if crs is None:
        return None, None
    try:
        parsed = CRS.from_user_input(crs.to_wkt() if hasattr(crs, "to_wkt") else crs)
    except CRSError:
        return None, None
    parts = parsed.sub_crs_list if parsed.is_compound else [parsed]
    vertical = next((length_unit(part.axis_info[0].unit_name) for part in parts
                     if part.is_vertical and part.axis_info), None)
    flat = next((length_unit(part.axis_info[0].unit_name) for part in parts
                 if part.is_projected and part.axis_info), None)
    return vertical, flat
