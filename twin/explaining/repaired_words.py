"""Repaired and yet without power, in words: the same on the map, in lists, in explanations and on sheets."""

from __future__ import annotations

from twin.explaining.teller import Teller
from twin.quantities import NONE
from twin.world.assets import Asset


def repaired(teller: Teller, asset: Asset, holder: Asset) -> str:
    """Say that an asset is repaired and whose return it waits for, without a full stop.

    Examples
    --------
    ``réparée, sans courant avant le retour de P-13`` in French, ``repaired, without power until P-13 is back`` in
    English.
    """
    return teller.text("repaired, without power until {asset} is back", of=asset, asset=holder.id)


def repaired_at(teller: Teller, asset: Asset, t_s: int) -> str:
    """Say the same of an asset at a second; empty where it is not repaired, or has its power."""
    unfed = teller.result.unfed
    row = unfed.of(asset.row, t_s)
    return "" if row == NONE else repaired(teller, asset, teller.result.city.assets[int(unfed.holder[row])])
