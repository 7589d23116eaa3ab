"""Hub'Eau hydrometry v2: levels [mm] and discharges [l/s] of French gauges, paged by cursor, the newest first.

A walk is whole when no cursor is left; only then is what lies behind it known to be complete, so that a walk that was
cut is begun again from where the last whole one ended. Late and corrected values change old rows: each walk overlaps.

Source
------
https://hubeau.eaufrance.fr/page/api-hydrometrie, v2 (version 1 was shut on 5 May 2025).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from geodata.feeds.taken import About, Taken, json_of, list_of, mapping_of
from geodata.observations.normal import Refusal, Why

#: Rows asked for at once; the service gives 20,000 at most.
PAGE = 2000
#: The service keeps a month [s].
KEPT_S = 30 * 86_400
_QUANTITIES = {"H": ("level", "mm"), "Q": ("flow", "l/s")}
#: How a value came about, and how sure it is, where that is worth a word.
_METHODS = {8: "computed", 12: "interpolated"}
_QUALIFIED = {12: "doubtful", 20: "good"}


def read_hubeau(body: bytes, about: About) -> tuple[Taken, str]:
    """Read a page; give what it held, and the cursor of the next page, empty for the last.

    Rows of a whole site (``code_station`` null) double those of its stations and are left out, uncounted.
    """
    taken = Taken.of(body, about)
    try:
        said = mapping_of(json_of(body), "answer")
        rows = list_of(said.get("data"), "data")
    except Refusal as error:
        taken.refuse(error)
        return taken, ""
    for row in rows:
        if isinstance(row, dict) and row.get("code_station") is None and row.get("code_site"):
            continue
        try:
            _row(taken, mapping_of(row, "data"))
        except Refusal as error:
            taken.refuse(error)
    return taken, cursor_of(said.get("next"))


def _row(taken: Taken, row: Any) -> None:
    quantity = str(row.get("grandeur_hydro"))
    if quantity not in _QUANTITIES:
        raise Refusal(Why.WHAT, field="grandeur_hydro", found=f"'{quantity}'", expected="H or Q")
    if quantity == "H" and row.get("code_systeme_alti_serie") not in (31, None):
        raise Refusal(Why.UNIT, field="code_systeme_alti_serie", found=f"{row['code_systeme_alti_serie']!r}",
                      expected="31: levels above the gauge's zero",
                      remedy="Altitudes would be taken for levels of metres of water.")
    what, unit = _QUANTITIES[quantity]
    quality = _word(_QUALIFIED, row.get("code_qualification_obs")) or _word(_METHODS, row.get("code_methode_obs"))
    taken.put(row.get("code_station"), what, row.get("resultat_obs"), unit=unit, observed=row.get("date_obs"),
              quality=quality)


def _word(words: dict[int, str], code: Any) -> str:
    return words.get(code, "") if isinstance(code, int) else ""


def cursor_of(link: Any) -> str:
    """Give the cursor of a link to the next page, or of what is one itself; the rest of the link is not followed.

    Examples
    --------
    >>> cursor_of("https://elsewhere.example/x?cursor=AB%3D&size=2"), cursor_of("AB="), cursor_of(None)
    ('AB=', 'AB=', '')
    """
    if not isinstance(link, str) or not link:
        return ""
    if "?" not in link:
        return "" if "/" in link else link
    found = parse_qs(urlsplit(link).query).get("cursor", [""])
    return found[0]
