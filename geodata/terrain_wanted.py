"""What to do where water wants a terrain and the city has none: said once, so that it is the same everywhere."""

from __future__ import annotations

#: Where a terrain comes from, by country.
_WHENCE = "in France RGE ALTI or LiDAR HD of IGN, elsewhere the country's own or Copernicus DEM"
#: Of a city whose water wants one.
REMEDY = f"Import the city with `terrain:` in its mapping: {_WHENCE}."
#: Of an import that brings none.
WITHOUT = ("no terrain: heights above ground are known, altitudes are not; depth rasters work, a river stage needs "
           f"terrain ({_WHENCE})")
