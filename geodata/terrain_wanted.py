"""What to do where water wants a terrain and the city has none: said once, so that it is the same everywhere."""

from __future__ import annotations

#: Where a terrain comes from, by country.
REMEDY = ("Import the city with `terrain:` in its mapping: in France RGE ALTI or LiDAR HD of IGN, elsewhere the "
          "country's own or Copernicus DEM.")
