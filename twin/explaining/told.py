"""What is to be said of an asset: found by ``twin.explaining.explain``, put into words by the sentences."""

from __future__ import annotations

from dataclasses import dataclass

from twin.explaining.tree import Cause
from twin.explaining.waiting import Waiting
from twin.results.doubts import Doubt
from twin.results.moment import AssetAt
from twin.results.outages import Outage
from twin.world.assets import Asset


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is to be said of an asset, found by ``twin.explaining.explain``."""

    asset: Asset
    outage: Outage | None
    doubt: Doubt | None
    now: AssetAt | None
    tree: Cause | None
    chain: tuple[tuple[Asset, bool], ...]
    waiting: Waiting | None
    is_supplier_known: bool
    #: Moment of the question [s]; None: the run as a whole.
    at_s: int | None
