"""A zone on a day, in words: what its ground holds, what it is given, why it is locked; one sentence for the radio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from babel.dates import format_date

from twin.explaining.words import Speech, speech
from twin.irrigation.locks import Lock, Reason
from twin.irrigation.orders import DroughtOrder
from twin.irrigation.season import Balance, Watering
from twin.quantities import NONE
from twin.world.kinds import Kinds

_SPACE = "\u00a0"
#: Days for which the name of the day of the week is enough.
_WEEK = 6
_LEVELS = {"vigilance": "vigilance", "alerte": "alert", "alerte_renforcee": "reinforced alert", "crise": "crisis"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneTold:
    """One zone on one day, as it is read."""

    id: str
    name: str
    #: What the ground holds of what it can hold: "50,3 mm of 75".
    holds: str
    #: What the lawn lacks: "24,7 mm", and whether it must be watered now.
    lacks: str
    #: What its programme gives that day.
    gives: str
    #: Why it is locked; empty where it is not.
    locked: str
    sentence: str
    is_locked: bool


@dataclass(frozen=True, slots=True)
class GroundTeller:
    """A season being told in one language."""

    balance: Balance
    kinds: Kinds
    words: Speech

    def mm(self, value: float) -> str:
        """Give a depth of water: 24,7 mm."""
        return f"{self.words.number(value, 1)}{_SPACE}mm"

    def m3(self, value: float) -> str:
        """Give a volume: 50,4 m³."""
        return f"{self.words.number(value, 1)}{_SPACE}m³"

    def day(self, day: date, beside: date) -> str:
        """Give a day: its weekday within a week, else its date."""
        if 0 <= (beside - day).days <= _WEEK:
            return str(format_date(day, "EEEE", locale=self.words.lang))
        said = str(format_date(day, "d MMMM", locale=self.words.lang))
        if self.words.lang != "fr":
            return said
        return f"le {'1er ' + said.split(' ', 1)[1] if day.day == 1 else said}"

    def zone(self, z: int) -> str:
        """Give a zone as people call it: its name with its id."""
        zone = self.balance.season.zones[z]
        if not zone.name or zone.name == zone.id:
            return zone.id
        quoted = f"«{_SPACE}{zone.name}{_SPACE}»" if self.words.lang == "fr" else f"“{zone.name}”"
        return f"{quoted} ({zone.id})"

    def cause(self, lock: Lock) -> str:
        """Give why a zone is locked."""
        text, named = self.words.text, "" if lock.asset is None else self.words.asset(self.kinds, lock.asset)
        match lock.reason:
            case Reason.UNDER_WATER:
                return text("water stands on it")
            case Reason.CONTROLLER_FLOODED:
                return text("its controller {controller} is flooded",
                            controller=lock.asset.id if lock.asset else "")
            case Reason.CONTROLLER_UNPOWERED:
                return text("its controller {controller} has lost {asset}", asset=named,
                            controller=lock.controller.id if lock.controller else "")
            case Reason.CONTROLLER_OUT:
                return text("{asset} is out of service, which runs it", asset=named)
            case Reason.SANITARY:
                return text("it was under water, and nobody has given the sanitary release yet")
            case Reason.WINTER:
                return text("it is winterised")
            case Reason.BY_HAND:
                return text("it is switched off by hand ({by})", by=lock.by) if lock.by else \
                    text("it is switched off by hand")

    def short_cause(self, lock: Lock) -> str:
        """Give why a zone is locked, for a table and for several zones at once."""
        text, named = self.words.text, "" if lock.asset is None else self.words.asset(self.kinds, lock.asset)
        match lock.reason:
            case Reason.UNDER_WATER:
                return text("under water")
            case Reason.CONTROLLER_FLOODED:
                return text("controller {controller} flooded", controller=lock.asset.id if lock.asset else "")
            case Reason.CONTROLLER_UNPOWERED:
                return text("controller {controller} without supply ({asset})", asset=named,
                            controller=lock.controller.id if lock.controller else "")
            case Reason.CONTROLLER_OUT:
                return text("out of service: {asset}", asset=named)
            case Reason.SANITARY:
                return text("after the flood, no sanitary release yet")
            case Reason.WINTER:
                return text("winter")
            case Reason.BY_HAND:
                return text("off by hand ({by})", by=lock.by) if lock.by else text("off by hand")


def teller_of(balance: Balance, kinds: Kinds, lang: str) -> GroundTeller:
    """Give what tells a season in a language."""
    return GroundTeller(balance, kinds, speech(lang))


def told_zone(teller: GroundTeller, z: int, d: int, at_s: int | None = None) -> ZoneTold:
    """Give one zone on one day in words, by the evening of that day; its lock at a second of it where one is given."""
    balance = teller.balance
    zone, c, words = balance.season.zones[z], balance.columns, teller.words
    lost = float(c.depletion_mm[z, d])
    lock = lock_in_force(balance, z, d, at_s)
    must = lost > float(c.allowed_mm[z, d])
    lacks = words.text("{mm}, to be watered", mm=teller.mm(lost)) if must else teller.mm(lost)
    return ZoneTold(
        id=zone.id, name=zone.name, lacks=lacks, gives=_gives(teller, z, d),
        holds=_holds(teller, z, d),
        locked="" if lock is None else words.sentence(teller.short_cause(lock)), is_locked=lock is not None,
        sentence=zone_sentence(teller, z, d, at_s))


def _holds(teller: GroundTeller, z: int, d: int) -> str:
    """Give what the ground holds of what it can hold; how old the last look of a probe is, where there is one."""
    balance, words = teller.balance, teller.words
    total = balance.season.zones[z].total_mm
    said = words.text("{held} of {total}", total=teller.mm(total),
                      held=teller.mm(total - float(balance.columns.depletion_mm[z, d])))
    seen = balance.probed_day(z, d)
    if seen == NONE:
        return said
    return words.plural("{said} (probe, {n} day ago)", "{said} (probe, {n} days ago)", d - seen, said=said)


def lock_in_force(balance: Balance, z: int, d: int, at_s: int | None = None) -> Lock | None:
    """Give the gravest lock in force at the end of a day, or at a second of the season; None where there is none."""
    return next(iter(balance.season.locks.at(z, _evening_s(balance, d) if at_s is None else at_s)), None)


def _evening_s(balance: Balance, d: int) -> int:
    return int(balance.season.calendar.start_s[d + 1]) - 1


def locked_since(balance: Balance, z: int, d: int, at_s: int | None = None) -> int:
    """Give the second since which locks have followed each other without a gap, up to the end of a day or a second."""
    since_s = _evening_s(balance, d) if at_s is None else at_s
    locks = balance.season.locks.of_zone(z)
    while True:
        earlier = [lock.start_s for lock in locks
                   if lock.start_s < since_s and (lock.end_s == NONE or lock.end_s >= since_s)]
        if not earlier:
            return since_s
        since_s = min(earlier)


def zone_sentence(teller: GroundTeller, z: int, d: int, at_s: int | None = None) -> str:
    """Give the sentence of a zone on a day, or at a second of it: why it is not watered, or what it is given."""
    balance, words = teller.balance, teller.words
    calendar = balance.season.calendar
    lock = lock_in_force(balance, z, d, at_s)
    if lock is None:
        return _of_action(teller, z, d)
    since = calendar.moment(locked_since(balance, z, d, at_s)).date()
    return words.sentence(words.text("{zone} has not been watered since {day}: {cause}.", zone=teller.zone(z),
                                     day=teller.day(since, calendar.day(d)), cause=teller.cause(lock)))


def _of_action(teller: GroundTeller, z: int, d: int) -> str:
    balance, words = teller.balance, teller.words
    season, c = balance.season, balance.columns
    morning = float(c.depletion_mm[z, d - 1] if d else season.state.depletion_mm[z])
    values = {"zone": teller.zone(z), "day": str(format_date(season.calendar.day(d), "EEEE", locale=words.lang)),
              "lost": teller.mm(morning), "allowed": teller.mm(float(c.allowed_mm[z, d])),
              "mm": teller.mm(float(c.gross_mm[z, d])), "m3": teller.m3(float(balance.gross_m3[z, d]))}
    match Watering(int(c.action[z, d])):
        case Watering.NOT_NEEDED:
            return words.text("{zone} needs no water on {day}: its ground has lost {lost}, and may lose {allowed}.",
                              **values)
        case Watering.WATERED | Watering.BY_HAND | Watering.METERED:
            return words.text("{zone} is given {mm} on {day}, {m3} in all.", **values)
        case Watering.CUT_SHORT:
            return words.text("{zone} is given {mm} on {day}, {m3} in all, and less than its programme wanted: its "
                              "hours or its controller ended before.", **values)
        case Watering.STUCK:
            return words.text("{zone} was given {mm} on {day}, {m3} in all: its valve stayed open as its controller "
                              "was lost.", **values)
        case Watering.LOCKED:
            lock = balance.lock_of(z, d)
            assert lock is not None
            return words.text("{zone} was not watered on {day}: {cause}.", cause=teller.cause(lock), **values)
        case Watering.REFUSED:
            order = balance.order_of(z, d)
            assert order is not None
            return words.text("{zone} is not watered on {day}: a drought order forbids it ({order}, {level}).",
                              order=order.name, level=words.text(_LEVELS[order.level]), **values)
        case Watering.HELD:
            told = balance.forecast_of(z, d)
            assert told is not None
            return words.text("{zone} is not watered on {day}: {rain} of rain are forecast for {when}. They count "
                              "once they have fallen.", rain=teller.mm(told.mm),
                              when=str(format_date(told.day, "EEEE", locale=words.lang)), **values)
        case Watering.DRAINING:
            return words.text("{zone} is not watered on {day}: its ground is still wet after the flood ({lost} lost, "
                              "{allowed} to be passed).", **values)
        case Watering.NO_DAY:
            message = ("{zone} has no programme: its ground has lost {lost}, and may lose {allowed}."
                       if balance.season.zones[z].programme == NONE else
                       "{zone} is not due on {day}: its ground has lost {lost}, and may lose {allowed}.")
            return words.text(message, **values)


def _gives(teller: GroundTeller, z: int, d: int) -> str:
    """Give what a programme gives a zone on a day, short."""
    balance, words = teller.balance, teller.words
    c, action = balance.columns, Watering(int(balance.columns.action[z, d]))
    if c.gross_mm[z, d] > 0:
        window = balance.window(z, d)
        clock = "" if window is None else words.clock(balance.season.calendar.moment(window[0]))
        said = f"{teller.mm(float(c.gross_mm[z, d]))}, {clock}" if clock else teller.mm(float(c.gross_mm[z, d]))
        order, zone = balance.order_of(z, d), balance.season.zones[z]
        plain_s = balance.season.calendar.second(d, balance.season.programmes[zone.programme].from_min)
        if order is not None and window is not None and window[0] != plain_s:
            return words.text("{said} (moved: {order})", said=said, order=order.name)
        return said
    short = {Watering.NO_DAY: "not due", Watering.NOT_NEEDED: "not needed", Watering.LOCKED: "locked",
             Watering.REFUSED: "forbidden", Watering.HELD: "held back for rain", Watering.DRAINING: "still wet",
             Watering.METERED: "nothing, by its meter"}
    return words.text(short.get(action, "nothing"))


def stressed_since(balance: Balance, z: int, d: int) -> int:
    """Give the day since which the plants of a zone have lacked water, up to a day; -1 where they do not."""
    stress = balance.columns.stress[z]
    if stress[d] >= 1.0 - 1e-9:
        return NONE
    first = d
    while first > 0 and stress[first - 1] < 1.0 - 1e-9:
        first -= 1
    return first


def stress_sentence(teller: GroundTeller, z: int, d: int) -> str:
    """Give since when the plants of a zone lack water, and which order forbids it; empty where they do not."""
    first, calendar, words = stressed_since(teller.balance, z, d), teller.balance.season.calendar, teller.words
    if first == NONE:
        return ""
    share = f"{words.number(100.0 * float(teller.balance.columns.stress[z, d]))}{_SPACE}%"
    said = words.text("Its plants have lacked water since {day}: they take up {percent} of what they need.",
                      day=teller.day(calendar.day(first), calendar.day(d)), percent=share)
    order = forbidding(teller.balance, z, d)
    return said if order is None else f"{said} " + words.text(
        "A drought order forbids to water it ({order}, {level}).", order=order.name,
        level=words.text(_LEVELS[order.level]))


def level_word(teller: GroundTeller, order: DroughtOrder) -> str:
    """Give the level of an order in words."""
    return teller.words.text(_LEVELS[order.level])


def forbidding(balance: Balance, z: int, d: int) -> DroughtOrder | None:
    """Give the order that forbade the last watering that was due up to a day; None where none did."""
    due = np.flatnonzero(balance.columns.action[z, :d + 1] != Watering.NO_DAY)
    if not len(due) or balance.columns.action[z, due[-1]] != Watering.REFUSED:
        return None
    return balance.order_of(z, int(due[-1]))


def grouped_sentences(teller: GroundTeller, d: int) -> list[str]:
    """Give what is to be said of a day: locked zones, then those that lack water; one sentence for each cause."""
    balance, words, calendar = teller.balance, teller.words, teller.balance.season.calendar
    locked: dict[tuple[str, str], list[int]] = {}
    dry: dict[tuple[str, str], list[int]] = {}
    for z in range(len(balance.season.zones)):
        lock = lock_in_force(balance, z, d)
        if lock is not None:
            since = calendar.moment(locked_since(balance, z, d)).date()
            locked.setdefault((teller.day(since, calendar.day(d)), teller.short_cause(lock)), []).append(z)
        first = stressed_since(balance, z, d)
        if first != NONE:
            order = forbidding(balance, z, d)
            why = "" if order is None else words.text("forbidden by {order}, {level}", order=order.name,
                                                      level=words.text(_LEVELS[order.level]))
            dry.setdefault((teller.day(calendar.day(first), calendar.day(d)), why), []).append(z)
    said = []
    for (day, cause), zones in locked.items():
        if len(zones) == 1:
            said.append(zone_sentence(teller, zones[0], d))
            continue
        said.append(words.text("{zones} have not been watered since {day}: {cause}.", day=day, cause=cause,
                               zones=words.listing([balance.season.zones[z].id for z in zones])))
    for (day, why), zones in dry.items():
        listed = words.listing([balance.season.zones[z].id for z in zones])
        said.append(words.text("Without enough water since {day}: {zones}.", day=day, zones=listed) if not why else
                    words.text("Without enough water since {day}, {why}: {zones}.", day=day, zones=listed, why=why))
    return said
