"""Words of the GIS layers in French and English."""

from __future__ import annotations

from collections.abc import Mapping

from twin.results.condition_spans import Condition

CONDITIONS: Mapping[str, Mapping[Condition, str]] = {
    "fr": {Condition.OUT: "hors service", Condition.SUSPENDED: "arrosage suspendu",
           Condition.MAY_BE_OUT: "peut être hors service",
           Condition.ON_RESERVE: "sur réserve", Condition.LAST_FEED: "sur sa dernière alimentation",
           Condition.NO_SUPPLIER: "compté comme alimenté, alimentation inconnue", Condition.IN_SERVICE: "en service"},
    "en": {Condition.OUT: "out of service", Condition.SUSPENDED: "watering suspended",
           Condition.MAY_BE_OUT: "may be out of service",
           Condition.ON_RESERVE: "on its reserve", Condition.LAST_FEED: "on its last feed",
           Condition.NO_SUPPLIER: "counted as fed, no supplier known", Condition.IN_SERVICE: "in service"}}
