"""When something may be lost, in words: the possible moment and the sure one, told alike in every output.

The page's script says the same with the words ``loss_*`` of its catalogues; ``tests/viewer/test_one_story.py`` holds
both to each other.
"""

from __future__ import annotations

from twin.explaining.teller import Teller
from twin.quantities import NONE
from twin.results.condition_spans import Condition
from twin.results.losses import Loss
from twin.results.moment import moment_of
from twin.world.assets import Asset
from twin.world.kinds import Role


def state_word(teller: Teller, asset: Asset) -> str:
    """Give the word for being out: a lamp is out, a site or building without power, all else out of service."""
    if teller.has_role(asset, Role.LIGHTS):
        return teller.text("out", of=asset)
    return teller.text("without power") if teller.has_role(asset, Role.PREMISES) or teller.has_role(
        asset, Role.VITAL) else teller.text("out of service")


def lost_words(teller: Teller, loss: Loss, t_s: int) -> str:
    """Say when an asset that is not surely out is, or may be, without service, seen from a second; without a full stop.

    Examples
    --------
    ``without power from 00:21``; ``may be without power from 22:25, surely from 23:52``; ``may be without power from
    22:25 (as computed 23:52, in doubt)``; and with *since* where the possible moment is past.
    """
    state = state_word(teller, teller.result.city.assets[loss.asset])
    may = teller.clock(loss.may_s)
    if loss.is_sure_at_once and loss.may_s > t_s:
        return teller.text("{state} from {time}", state=state, time=may)
    head = teller.text("may be {state} since {time}", state=state, time=may) if loss.may_s <= t_s else \
        teller.text("may be {state} from {time}", state=state, time=may)
    if loss.sure_s > t_s:
        return teller.text("{may}, surely from {time}", may=head, time=teller.clock(loss.sure_s))
    if loss.sure_s == NONE and loss.computed_s not in (NONE, loss.may_s):
        return teller.text("{may} (as computed {time}, in doubt)", may=head, time=teller.clock(loss.computed_s))
    return head


def unsure_words(teller: Teller, asset: Asset, at_s: int) -> str:
    """Say since when an asset in doubt may be out, and when that is sure; empty where nothing is in doubt."""
    loss = teller.result.losses.next(asset.row, at_s)
    is_may = moment_of(teller.result, at_s).condition[asset.row] == Condition.MAY_BE_OUT
    return "" if loss is None or not is_may else lost_words(teller, loss, at_s)
