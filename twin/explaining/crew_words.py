"""What a repair by crews waits for, and who is at it, in words."""

from __future__ import annotations

from twin.codes import What
from twin.crews.others import told_of_others
from twin.explaining.access_words import closed_street
from twin.explaining.back_words import from_roughly, roughly
from twin.explaining.teller import Teller
from twin.explaining.waiting import Waiting
from twin.explaining.words import Speech
from twin.quantities import NONE
from twin.results.crew_work import at_work
from twin.results.outages import Outage
from twin.results.returns import Returns, assessed_s
from twin.world.crews import owner_of, scheduled

#: Stages in words.
STAGE_WORDS = {
    "reach": "the crew gets there", "inspect": "inspection", "clean_dry": "cleaning and drying",
    "replace": "replacement of parts", "re_energise": "test and return to service",
}
_DELAYS = {
    "crew": "Return to service waits for a crew at {asset}.",
    "kept": "Return to service waits for a crew at {asset}: those that are free are kept for what is critical.",
    "access": "Return to service waits for access to {asset}: each way there is under water or closed.",
    "day": "Return to service waits for daylight at {asset}.",
    "part": "Return to service waits for a part for {asset}: {part}.",
    "skill": "Return to service waits for a crew qualified {skill} at {asset}: there is none.",
    "hours": "Return to service waits for a crew whose hours suffice for the work at {asset}.",
}


def delayed(teller: Teller, waiting: Waiting, at_s: int | None) -> str:
    """Say why a repair is delayed, by whom it could be done, and when somebody is to come."""
    said = waiting.said
    reason = str(said.get("for", "crew"))
    part = teller.result.plan.told(str(said.get("part", "")), teller.speech.lang)
    lines = [teller.text(_DELAYS[reason], asset=teller.asset(waiting.holder), part=part,
                         skill=said.get("skill", ""))]
    if reason in ("crew", "kept") and at_s is not None:
        lines += [_where(teller, at_s)]
    for key, message in (("delivery_s", "A delivery comes at {time}."), ("dawn_s", "The sun rises at {time}."),
                         ("shift_s", "The next shift begins at {time}.")):
        if (moment := int(said.get(key, NONE))) > (NONE if at_s is None else at_s):
            lines.append(teller.text(message, time=teller.clock(moment)))
    if waiting.next_s != NONE:
        lines.append(teller.text("By the run a crew sets out for it at {time}.", time=teller.clock(waiting.next_s)))
    return " ".join(line for line in lines if line)


def _where(teller: Teller, at_s: int) -> str:
    """Say where crews are at a moment, and until when as planned."""
    result = teller.result
    rows = [teller.text("{crew} is at {asset} until {time}", crew=shift.crew,
                        asset=result.city.assets.id[shift.asset], time=teller.clock(shift.until_s))
            for shift in at_work(result.crew_work, at_s)]
    return teller.speech.sentence(teller.speech.listing(rows)) + "." if rows else ""


def at_work_now(teller: Teller, waiting: Waiting) -> str:
    """Say which stage runs, and by whom."""
    said = waiting.said
    if "stage" not in said:
        return teller.text("The test at {asset} has failed: it is dried and tested again.",
                           asset=teller.asset(waiting.holder))
    values: dict[str, str] = {"asset": teller.asset(waiting.holder),
                              "stage": teller.text(STAGE_WORDS[str(said["stage"])])}
    if "crew" not in said:
        return teller.text("Stage for {asset}: {stage}, which needs no crew.", of=None, **values)
    # What is planned is the end of the visit, and a crew on its way has not begun.
    until = "Stage for {asset}: {stage}, {crew}; work there until {time} as planned." if said["stage"] == "reach" else \
        "Stage for {asset}: {stage}, {crew}, until {time} as planned."
    lines = [teller.text(until, of=None, crew=said["crew"], time=teller.clock(int(said.get("until_s", 0))), **values)]
    if around := said.get("round"):
        lines.append(teller.text("On the way round {streets}.", streets=teller.speech.listing(
            [closed_street(teller, one) for one in around])))
    return " ".join(lines)


def range_of_return(teller: Teller, outage: Outage, at_s: int) -> str:
    """Say between when and when an outage ends; nothing where no nights were drawn, or where it hangs on others.

    Before somebody has looked at what holds it nobody can tell: then it is not yet assessed.
    """
    result = teller.result
    returns, plan = result.returns, result.plan.crews
    if returns is None or plan is None:
        return ""
    if told_of_others(plan, result.city.assets)[outage.held]:
        holder = result.city.assets[outage.held]
        return " ".join([_range(teller, outage, returns), teller.text(
            "{asset} is repaired by {who}, not by crews of this plan: the range is what the plan says of it.",
            asset=Speech.sentence(teller.asset(holder)), who=holder.operator or holder.owner or teller.text(
                "its operator"))])
    if not scheduled(result.city.assets, plan.owner)[outage.held]:
        return ""
    flooded = [e.time_s for e in result.trace.of_asset(outage.held) if e.what is What.FLOODED and e.time_s <= at_s]
    seen_s = assessed_s(result.trace, outage.held, flooded[-1] if flooded else 0)
    if seen_s == NONE or seen_s > at_s:
        return teller.text("Ahead: the return is not yet assessed.")
    return _range(teller, outage, returns)


def _range(teller: Teller, outage: Outage, returns: Returns) -> str:
    p50_s, p90_s = int(returns.p50_s[outage.row]), int(returns.p90_s[outage.row])
    if p50_s == NONE:
        return teller.text("Ahead: not back within the time computed.")
    if p90_s == NONE:
        return teller.text("Ahead: back after {first} (one chance in two), perhaps not within the time computed.",
                           first=from_roughly(teller, p50_s))
    return teller.text("Ahead: back between {first} (one chance in two) and {last} (nine in ten).",
                       first=from_roughly(teller, p50_s), last=roughly(teller, p90_s))


def whose(teller: Teller, waiting: Waiting) -> str:
    """Say that somebody else mends an asset, where crews are limited and it is not theirs; else nothing."""
    plan, holder = teller.result.plan.crews, waiting.holder
    if plan is None:
        return ""
    kind = teller.result.city.assets.kinds[holder.kind]
    if owner_of(kind.name, kind.roles) == plan.owner or not kind.repair_total_s:
        return ""
    who = holder.operator or holder.owner
    return teller.text("It waits for its operator ({who}): no crew of this plan mends it.", who=who) if who else \
        teller.text("It waits for its operator: no crew of this plan mends it.")
