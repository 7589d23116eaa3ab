"""The measures of a plan in words: what is done, where, by whom it is decided, and what it takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from twin.explaining.first_lines import Line
from twin.explaining.words import Speech, speech
from twin.quantities import seconds_between
from twin.world.city import City
from twin.world.plan import Plan

#: Ids named in a line before the rest is counted.
_NAMED = 5
_AUTHORITY = {"city": "city", "grid": "to be asked of the grid operator", "prefect": "to be asked of the prefect",
              "water": "to be asked of the water utility", "hospital": "to be asked of the hospital",
              "other": "to be asked of others"}


def measures_of(plan: Plan) -> list[Mapping[str, Any]]:
    """Give the measures of a plan as plain JSON values."""
    return [json.loads(text) for text in plan.measures]


def measure_lines(plan: Plan, city: City, lang: str) -> list[Line]:
    """Give a line about all measures of a plan and one about each; none where it has none.

    What is another's to decide is counted apart and is no work of the city; what had to be ordered before the issue
    time is an alarm.
    """
    words, records = speech(lang), measures_of(plan)
    if not records:
        return []
    own = [record for record in records if record["authority"] == "city"]
    head = words.plural("{n} measure", "{n} measures", len(records))
    if len(own) < len(records):
        head += words.plural(", {n} of them to be asked of others", ", {n} of them to be asked of others",
                             len(records) - len(own))
    people, cost = (sum(record.get(key, 0) for record in own) for key in ("people", "cost"))
    if people:
        head += words.plural("; {n} person of the city", "; {n} people of the city", people)
    if cost:
        head += words.text("; cost to the city {cost}", cost=words.number(cost))
    issued_s = seconds_between(plan.start, plan.issued_at)
    lines = [Line(head)]
    for record in records:
        said = _said(record, plan, city, words)
        order_s = record.get("at_s", 0) - record.get("lead", 0)
        is_late = "lead" in record and order_s < issued_s
        if "lead" in record and "at_s" in record:
            said += words.text("; to be ordered before {time}", time=_clock(order_s, plan, city, words))
        lines.append(Line(f"  {said}", is_alarm=is_late))
    return lines


def what_of(record: Mapping[str, Any], plan: Plan, city: City, words: Speech) -> str:
    """Give what a measure does, and where and when."""
    names = [str(name) for name in record["assets"]]
    listed = words.listing([*names[:_NAMED], *([words.plural("{n} more", "{n} more", len(names) - _NAMED)]
                                               if len(names) > _NAMED else [])])
    values: dict[str, Any] = {"assets": listed, "name": plan.told(record.get("name", ""), words.lang)}
    for key in ("at_s", "until_s"):
        if key in record:
            values[key] = _clock(record[key], plan, city, words)
    if "parts" in record:
        record = {**record, "parts": {plan.told(part, words.lang): n for part, n in record["parts"].items()}}
    return _what(record, values, words)


def _said(record: Mapping[str, Any], plan: Plan, city: City, words: Speech) -> str:
    said = what_of(record, plan, city, words)
    tail = [plan.told(record["name"], words.lang)] if record.get("name") and record["measure"] not in (
        "barrier", "pump") else []
    return said + f" ({', '.join([*tail, words.text(_AUTHORITY[record['authority']])])})"


def _what(record: Mapping[str, Any], values: Mapping[str, Any], words: Speech) -> str:
    text, depth = words.text, words.depth
    match record["measure"]:
        case "pre_position":
            return text("crew {crew} sent to {assets} before its first shift", crew=record["crew"], **values)
        case "extra_crew":
            return words.plural("one crew more, {crew}, {n} person, from {assets}",
                                "one crew more, {crew}, {n} people, from {assets}", record["people"],
                                crew=record["crew"], **values)
        case "extra_stock":
            parts = words.listing([f"{count} {part}" for part, count in record["parts"].items()])
            return text("more in stock: {parts}, at {at_s}" if "at_s" in values else "more in stock: {parts}",
                        parts=parts, **values)
        case "close_street":
            return text("{street} closed from {at_s} to {until_s}" if "until_s" in values else
                        "{street} closed from {at_s} on", street=record["street"], **values)
        case "raise":
            return text("{assets} set higher by {by}", by=depth(record["by_m"]), **values)
        case "protect":
            return text("{assets} protected up to {to}", to=depth(record["to_m"]), **values)
        case "cut" if record.get("safe_return"):
            return text("{assets} cut at {at_s}, closed again when the water has left", **values)
        case "cut" if "until_s" in values:
            return text("{assets} cut from {at_s} to {until_s}", **values)
        case "cut":
            return text("{assets} cut at {at_s}", **values)
        case "isolate":
            return text("{assets} taken off the circuit at {at_s}", **values)
        case "feed":
            return text("{assets} fed by {supplier} too, {changeover} to change over", supplier=record["supplier"],
                        changeover=words.duration(record.get("changeover", 0)), **values)
        case "generator":
            return text("generator at {assets}, fuel for {fuel}", fuel=words.duration(record["fuel"]), **values)
        case "refuge":
            return text("refuge {instead} instead of {assets}", instead=record["instead"], **values)
        case "close_irrigation":
            return text("watering of {assets} closed from {at_s}", **values)
        case "pump":
            return text("pump {name}, {rate} m³/s", rate=words.number(record["m3_s"], 2), **values)
        case _:
            if "crest_m" in record:
                return text("barrier {name}, crest at {crest}", crest=depth(record["crest_m"]), **values)
            return text("barrier {name}, {height} high", height=depth(record["height_m"]), **values)


def _clock(seconds: int, plan: Plan, city: City, words: Speech) -> str:
    zone = ZoneInfo(city.timezone)
    return words.weekday_clock((plan.start + timedelta(seconds=seconds)).astimezone(zone), plan.start.astimezone(zone))
