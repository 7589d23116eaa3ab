"""The open data as NGSI-LD entities, for a city's context broker: one for each street in which lamps may go out.

Made of the GeoJSON of the open data and of nothing else: what is not there cannot leave here.

Source
------
ETSI GS CIM 009 (NGSI-LD), normalised form. Of the Smart Data Models none tells an outlook by street; the type is ours.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

CONTEXT = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"
TYPE = "StreetLightingOutlook"
#: Column of the open data -> attribute.
_ATTRIBUTES = {"street": "name", "lamps": "lamps", "lamps_out": "lampsOut", "lamps_may": "lampsMayBeOut",
               "out_from": "outFrom", "cause": "cause", "certain": "isCertain"}


def entities(collections: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the entities of a night; a street keeps its id from night to night.

    Parameters
    ----------
    collections
        ``open_data.feature_collections``; without streets in it there are no entities.
    """
    streets = collections.get("streets")
    if streets is None:
        return []
    about = streets["about"]
    shared = {"status": _property(about["status"]), "isComputed": _property(True), "runId": _property(about["run"]),
              "issuedAt": _time(about["created"]), "validUntil": _time(about["valid_until"])}
    if "released_by" in about:
        shared["releasedBy"] = _property(about["released_by"])
    made = []
    for feature in streets["features"]:
        told = feature["properties"]
        entity: dict[str, Any] = {"id": f"urn:ngsi-ld:{TYPE}:{_slug(str(told['street']))}", "type": TYPE}
        entity |= {name: _time(told[key]) if key == "out_from" else _property(told[key])
                   for key, name in _ATTRIBUTES.items() if told.get(key) is not None}
        if feature["geometry"] is not None:
            entity["location"] = {"type": "GeoProperty", "value": feature["geometry"]}
        made.append({**entity, **shared, "@context": CONTEXT})
    return made


def _property(value: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value}


def _time(moment: Any) -> dict[str, Any]:
    return {"type": "Property", "value": {"@type": "DateTime", "@value": str(moment)}}


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(sign if sign.isalnum() else " " for sign in plain).split()) or "street"
