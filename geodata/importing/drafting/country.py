"""Which country a place is in, as far as registers of CRSs and time zones say, and what follows from it."""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib import resources
from math import cos, hypot, radians

from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType

#: Countries that speak a language, for files whose words tell it. Source: Unicode CLDR, territory information.
_SPOKEN = {"fr": ("FR", "BE", "CH", "LU", "CA", "MC"), "it": ("IT", "CH", "SM", "VA"), "nl": ("NL", "BE"),
           "de": ("DE", "AT", "CH", "LU", "LI"), "es": ("ES", "MX", "AR", "CL", "CO", "PE"), "en": ("GB", "IE", "US")}
#: CRSs in metres that a country's files are usually in, the commonest first.
NATIONAL = {"FR": ("EPSG:2154", "EPSG:27572", *(f"EPSG:{3942 + i}" for i in range(9))), "GB": ("EPSG:27700",),
            "IT": ("EPSG:25832", "EPSG:25833", "EPSG:3003", "EPSG:3004"), "NL": ("EPSG:28992",),
            "DE": ("EPSG:25832", "EPSG:25833", "EPSG:31467", "EPSG:31468"), "BE": ("EPSG:31370",),
            "CH": ("EPSG:2056",), "ES": ("EPSG:25830", "EPSG:25831", "EPSG:25829"), "FI": ("EPSG:3067",),
            "PL": ("EPSG:2180",), "PT": ("EPSG:3763",)}


def country_of(lon: float, lat: float, spoken: Counter[str]) -> str:
    """Give the ISO 3166 code of the country whose own CRSs hold a place; of several the one whose language is spoken.

    Areas of use are boxes: near a border the answer may be the neighbour, so it is to be looked at.
    """
    from babel import Locale

    codes = {name: code for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()}
    box = AreaOfInterest(lon, lat, lon, lat)
    found: Counter[str] = Counter()
    for info in query_crs_info(auth_name="EPSG", pj_types=[PJType.GEOGRAPHIC_2D_CRS, PJType.PROJECTED_CRS],
                               area_of_interest=box, contains=True):
        area = info.area_of_use
        name = (area.name or "").split(" - ")[0].strip(" .") if area is not None else ""
        if name in codes:
            found[codes[name]] += 1
    if spoken:
        at_home = _SPOKEN.get(spoken.most_common(1)[0][0], ())
        here = [code for code in at_home if code in found]
        if here:
            return max(here, key=lambda code: found[code])
    return found.most_common(1)[0][0] if found else ""


def countries_of_language(spoken: Counter[str]) -> tuple[str, ...]:
    """Give the countries that speak the language of the files, the likeliest first."""
    return _SPOKEN.get(spoken.most_common(1)[0][0], ()) if spoken else ()


def timezone_of(lon: float, lat: float, country: str) -> str:
    """Give the IANA time zone of a country whose city stands nearest; without a country the nearest of all."""
    zones = _zones()
    # a zone is named after a city of its first country
    own = [zone for zone in zones if country == zone[0][0]] or [zone for zone in zones if country in zone[0]] or zones
    return min(own, key=lambda zone: hypot((zone[1] - lon) * cos(radians(lat)), zone[2] - lat))[3]


@cache
def _zones() -> list[tuple[tuple[str, ...], float, float, str]]:
    """Give (countries, longitude, latitude, name) of each time zone. Source: IANA, ``zone1970.tab``."""
    text = resources.files("tzdata").joinpath("zoneinfo/zone1970.tab").read_text(encoding="utf-8")
    found = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            countries, place, name = line.split("\t")[:3]
            cut = max(place.rfind("+"), place.rfind("-"))
            found.append((tuple(countries.split(",")), _degrees(place[cut:]), _degrees(place[:cut]), name))
    return found


def _degrees(text: str) -> float:
    """Give +DDMM, +DDDMM, +DDMMSS or +DDDMMSS in degrees."""
    sign, digits = (-1.0 if text[0] == "-" else 1.0), text[1:]
    whole = len(digits) % 2 + 2
    minutes, seconds = digits[whole:whole + 2], digits[whole + 2:]
    return sign * (int(digits[:whole]) + int(minutes) / 60 + int(seconds or 0) / 3600)
