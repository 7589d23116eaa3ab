"""Families: what each kind of a city is drawn as and how it is told, by what it does and not by its name."""

from __future__ import annotations

from typing import Any

from twin.world.kinds import Kind, Role

#: Families of symbols; a kind without one (circuits, houses) is drawn otherwise or not at all.
FAMILIES = ("lamp", "cabinet", "substation", "site", "zone", "other", "")


def family_of(kind: Kind) -> str:
    """Give the family of symbols of a kind, by its roles."""
    if Role.PREMISES in kind.roles and Role.VITAL not in kind.roles:
        return ""
    by_role = ((Role.LIGHTS, "lamp"), (Role.VITAL, "site"), (Role.WATERS, "zone"), (Role.SWITCHES, "cabinet"),
               (Role.CIRCUIT, ""), (Role.GAUGE, "other"), (Role.SOURCE, "substation"))
    return next((family for role, family in by_role if role in kind.roles), "other")


def told(kind: Kind) -> dict[str, Any]:
    """Give what the operator's page must know of a kind: how it is drawn, called and whose it is."""
    return {"name": kind.name, "family": family_of(kind), "isCircuit": Role.CIRCUIT in kind.roles,
            "hasRooms": Role.PREMISES in kind.roles, "isGrid": Role.GRID in kind.roles,
            "isNamed": bool(kind.roles & {Role.NAMED, Role.CIRCUIT}),
            "words": {language: {"one": w.one, "many": w.many, "gender": w.gender}
                      for language, w in kind.words.items()}}
