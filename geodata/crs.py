"""The CRS that a city may stand in, and the way from one to another."""

from __future__ import annotations

import pyproj

from twin.errors import InputError


def check_crs(crs: str, *, file: str = "") -> pyproj.CRS:
    """Give a CRS that a city may stand in: projected, in metres.

    Raises
    ------
    InputError
        Not a CRS, a geographic one (degrees), one that counts in feet, or one of no place on this Earth.
    """
    remedy = "Choose a projected CRS of your region in metres (Lambert-93 in France: EPSG:2154; else its UTM zone)."
    try:
        parsed = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise InputError(file=file, field="crs", found=f"'{crs}', which is no CRS",
                         expected="a projected CRS in metres", remedy=remedy) from error
    if not parsed.is_projected:
        kind = "geographic CRS in degrees" if parsed.is_geographic else "CRS that is not projected"
        raise InputError(file=file, field="crs", found=f"'{parsed.name}', a {kind}",
                         expected="a projected CRS in metres", remedy=remedy)
    unit = parsed.axis_info[0].unit_name if parsed.axis_info else "metre"
    if unit not in {"metre", "meter", "m"}:
        raise InputError(file=file, field="crs", found=f"'{parsed.name}', which counts in {unit}",
                         expected="a projected CRS in metres", remedy=remedy)
    try:
        way_between(parsed, "EPSG:4326")
    except InputError as error:
        error.file = file
        raise
    return parsed


def way_between(crs: str | pyproj.CRS, to_crs: str) -> pyproj.Transformer:
    """Give what turns x and y of one CRS into those of another, east before north in both.

    Raises
    ------
    InputError
        Nobody knows a way: a CRS of another body, or one that a damaged file made up.
    """
    try:
        return pyproj.Transformer.from_crs(crs, to_crs, always_xy=True)
    except (pyproj.exceptions.ProjError, pyproj.exceptions.CRSError):
        raise InputError(field="crs", found=f"no way from {_short(crs)} to {_short(to_crs)}",
                         expected="CRSs of this Earth", remedy="Name the true CRS of the file with `crs`.") from None


def _short(crs: str | pyproj.CRS) -> str:
    name = crs if isinstance(crs, str) else crs.name
    return name if len(name) < 40 else f"{name[:36]} …"
