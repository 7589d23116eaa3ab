"""How sure an answer is: when an outage in doubt is sure; where the water, a position or a link is not known."""

from __future__ import annotations

import numpy as np

from twin.explaining.teller import Teller
from twin.quantities import NONE
from twin.results.outages import Outage
from twin.results.placeless import placeless
from twin.water.depths import Coverage
from twin.world.assets import Asset


def sure_part(teller: Teller, outage: Outage) -> str | None:
    """Say of an outage that is in doubt for a part of it when it is sure; empty where it is all along, None never."""
    spans = teller.result.spans
    mine = np.flatnonzero((spans.asset == outage.asset) & (spans.outage != NONE) & (spans.start_s >= outage.start_s))
    mine = mine[teller.result.outages.start_s[spans.outage[mine]] == outage.start_s]
    sure = mine[spans.is_sure[mine]]
    if not len(sure):
        return None
    if len(sure) == len(mine):
        return ""
    start_s, end_s = int(spans.start_s[sure[0]]), int(spans.end_s[sure[-1]])
    if end_s == NONE:
        return teller.text(" (sure only from {start} on)", start=teller.clock(start_s))
    start, end = teller.span(start_s, end_s)
    return teller.text(" (sure only from {start} to {end})", start=start, end=end)


def coverage_lines(teller: Teller, asset: Asset) -> list[str]:
    """Say where the water at an asset, or its position, is not known."""
    match Coverage(int(teller.result.exposure.coverage[asset.row])):
        case Coverage.UNKNOWN:
            return [teller.text("The depth of water at {asset} is not known: the run takes the ground there as dry.",
                                asset=teller.asset(asset))]
        case Coverage.NONE if teller.result.city.assets.kinds[asset.kind].footprint != "none":
            found = placeless(teller.result)
            lamps = int(found.lamps[found.rows == asset.row].sum())
            if lamps:
                return [teller.speech.plural(
                    "{asset} has no position: no water is computed for it; {n} lamp hangs on it",
                    "{asset} has no position: no water is computed for it; {n} lamps hang on it", lamps,
                    asset=teller.asset(asset)) + "."]
            return [teller.text("The position is not known ({asset}), so neither is the water there: the run takes the "
                                "ground as dry.", asset=teller.asset(asset))]
        case Coverage.PARTIAL:
            return [teller.text("The depth of water is known for a part of {asset} only.", asset=teller.asset(asset))]
        case _:
            return []


def nights_of(teller: Teller) -> int:
    """Give how many nights of an ensemble the doubt of this run is drawn from; 0 where it follows from errors."""
    return int(teller.result.provenance.get("doubts_of", {}).get("nights", 0))


def link_inferred(teller: Teller, supplier: Asset, consumer: Asset) -> str:
    """Say that a link of supply is inferred."""
    return teller.text("The link between {supplier} and {consumer} is inferred, not surveyed.",
                       supplier=teller.asset(supplier), consumer=teller.asset(consumer))
