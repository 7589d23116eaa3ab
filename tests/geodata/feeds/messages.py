"""Shapes that services send, as their documents and their users' programs show them; and readers called short."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from geodata.feeds.readers import about_of, read
from geodata.feeds.schema import ObserveSpec, SourceSpec
from geodata.feeds.taken import Taken
from geodata.observations.normal import Why

NOW = datetime(2026, 11, 29, 21, 5, tzinfo=UTC)
KNOWN = frozenset({"pont-neuf", "A-012", "K-3", "L-17", "lamp-17", "cab-3"})


def hubeau_row(**more: Any) -> dict[str, Any]:
    return {"code_site": "B7200000", "code_station": "B720000001", "grandeur_hydro": "H",
            "date_debut_serie": "2026-11-29T00:05:00Z", "date_fin_serie": "2026-11-29T20:30:00Z",
            "code_systeme_alti_serie": 31, "date_obs": "2026-11-29T20:30:00Z", "resultat_obs": 491.0,
            "code_methode_obs": 0, "libelle_methode_obs": "Mesurée", "code_qualification_obs": 16,
            "libelle_qualification_obs": "Non qualifiée", "longitude": 4.78, "latitude": 50.08, "code_statut": 4,
            "libelle_statut": "Brute", "code_continuite": 0, "libelle_continuite": "Continue"} | more


def hubeau_page(*rows: Any, following: Any = None) -> dict[str, Any]:
    return {"count": len(rows), "next": following, "api_version": "2.0.1", "data": list(rows)}


def spec(**said: Any) -> SourceSpec:
    return SourceSpec.model_validate(said)


def config(**sources: Any) -> ObserveSpec:
    return ObserveSpec.model_validate({"sources": sources})


def taken(source: SourceSpec, body: Any, *, topic: str = "", known: frozenset[str] = KNOWN) -> Taken:
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read(source, octets, about_of("feed", source, known=known, received=NOW, topic=topic))


def values(found: Taken) -> list[tuple[str, str, float]]:
    return [(one.series, one.what, one.value) for one in found.observations]


def whys(found: Taken) -> dict[Why, int]:
    return {why: n for (_, why), n in found.counts.items()}
