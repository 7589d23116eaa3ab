"""Lists in words: each asset of a list as the cells of a table, and what stands around the table."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Any
from zoneinfo import ZoneInfo

from twin.explaining.back_words import back
from twin.explaining.loss_words import lost_words
from twin.explaining.repaired_words import repaired
from twin.explaining.teller import Teller
from twin.explaining.words import Speech, speech
from twin.quantities import NONE
from twin.results.listing import STATES, Listed, Listing
from twin.results.moment import DRY_M
from twin.results.result import Result
from twin.world.assets import Asset
from twin.world.kinds import Role

#: States as the heading of a column of counts.
STATE_WORDS = {
    "live_in_water": "may be live in water", "out": "out of service", "repaired": "repaired, without power",
    "suspended": "watering suspended",
    "may_be_out": "may be out",
    "on_reserve": "on reserve", "last_feed": "on the last feed", "do_not_re_energise": "not to be re-energised",
    "cut_off": "dry, but cut off", "unreachable": "out of reach",
    "unknown": "water not known", "no_supplier": "no supplier known", "in_service": "in service"}
_MECHANISM = {"flooded": "flooded", "cut": "cut off", "failed": "failed", "tripped": "tripped"}
_FACT = {"out": "reported out", "in_service": "reported in service", "dry": "reported dry"}


@dataclass(frozen=True, slots=True)
class Row:
    """One asset as it is read: who, where, in what state and why, the water, and what is to come."""

    kind: str
    asset: str
    street: str
    state: str
    why: str
    water: str
    ahead: str


def teller_of(result: Result, lang: str, t_s: int = 0) -> Teller:
    """Give a teller beside a second of the run, whose day goes without saying; its start where none is given."""
    teller = Teller(result, speech(lang), result.plan.start.astimezone(ZoneInfo(result.city.timezone)))
    return Teller(result, teller.speech, teller.moment(t_s))


def listed_rows(found: Listing, lang: str) -> list[Row]:
    """Give the rows of a list as they are read, in its order."""
    teller = teller_of(found.result, lang)
    kinds = found.result.city.assets.kinds
    return [Row(kind=teller.speech.kind(kinds, row.asset.kind).one, asset=_who(teller, row), street=row.asset.street,
                state=Speech.sentence(joined(teller, _states(teller, row, found.t_s))), why=_why(teller, row),
                water=_water(teller, row, found.t_s), ahead=_ahead(teller, row, found.t_s)) for row in found.rows]


def listed_counts(found: Listing, lang: str) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Give how many of each kind are in each state: the headings that are needed, and a row of cells for each kind."""
    words, kinds = speech(lang), found.result.city.assets.kinds
    shown = [state for state in STATES if any(state in row for row in found.counts.values())]
    return [words.text(STATE_WORDS[state]) for state in shown], [
        (Speech.sentence(words.kind(kinds, name).many),
         [words.number(counts[state]) if state in counts else "–" for state in shown])
        for name, counts in found.counts.items()]


def listed_heading(found: Listing, lang: str) -> str:
    """Give the line above a list: the run, its status, and the moment."""
    teller, plan = teller_of(found.result, lang), found.result.plan
    status = teller.text({"simulation": "simulation", "exercise": "exercise", "forecast": "forecast"}[plan.status])
    return teller.text("{name} ({status}): {day}, {clock}", name=plan.told(plan.name, lang), status=status,
                       day=teller.speech.day(teller.moment(found.t_s)),
                       clock=teller.speech.clock(teller.moment(found.t_s)))


def label(teller: Teller, asset: Asset) -> str:
    """Give an asset in a cell: its id, and the name that people know a place by."""
    named = asset.name and asset.name != asset.id and teller.has_role(asset, Role.NAMED)
    return f"{asset.id} {asset.name}" if named else asset.id


def _who(teller: Teller, row: Listed) -> str:
    said = label(teller, row.asset)
    if row.people and teller.has_role(row.asset, Role.VITAL):
        said += teller.speech.plural(" ({n} person)", " ({n} people)", row.people)
    return said


def joined(teller: Teller, parts: list[str]) -> str:
    """Give parts of a cell one behind the other, as each language sets its semicolon."""
    return ("\u00a0; " if teller.speech.lang == "fr" else "; ").join(parts)


def _states(teller: Teller, row: Listed, t_s: int) -> list[str]:
    said = []
    since = "" if row.since_s == NONE else teller.clock(row.since_s)
    for state in row.states:
        match state:
            case "unreachable" if "cut_off" in row.states:
                continue
            case "unreachable" | "cut_off":
                said.append(_unreached(teller, row))
            case "out":
                said.append(teller.text("out of service since {time}", time=since))
            case "may_be_out" if (loss := teller.result.losses.next(row.asset.row, t_s)) is not None:
                said.append(lost_words(teller, loss, t_s))
            case "repaired" if row.waits_for is not None:
                said.append(repaired(teller, row.asset, row.waits_for))
            case "on_reserve":
                said.append(teller.text("on its reserve until {time}", time=teller.clock(row.reserve_ends_s)))
            case "last_feed" if row.fed_by is not None:
                said.append(teller.text("on its last feed, {supplier}", supplier=row.fed_by.id))
            case "live_in_water" if row.cut is not None and row.cut.row != row.asset.row:
                said.append(teller.text("may be live in water: cut {what}", what=row.cut.id))
            case "do_not_re_energise":
                said.append(teller.text("not to be re-energised" if "out" in row.states else
                                        "once off, not to be re-energised"))
            case _:
                said.append(teller.text(STATE_WORDS[state]))
    if row.fact:
        by = f", {row.fact_by}" if row.fact_by else ""
        said.append(teller.text(_FACT[row.fact]) + f" ({teller.clock(row.fact_s)}{by})")
    return said


def _unreached(teller: Teller, row: Listed) -> str:
    """Say that no base reaches an asset, since when, and until when."""
    what = teller.text(STATE_WORDS["cut_off" if "cut_off" in row.states else "unreachable"])
    if row.reached_s == NONE:
        return teller.text("{what} since {since}, to the end of the run", what=what, since=teller.clock(row.cut_off_s))
    return teller.text("{what} from {since} to {until}", what=what, since=teller.clock(row.cut_off_s),
                       until=teller.clock(row.reached_s))


def _why(teller: Teller, row: Listed) -> str:
    if row.root is None or row.root_mechanism is None:
        return ""
    how = teller.text(_MECHANISM.get(row.root_mechanism.word, "failed"), of=row.root)
    if row.root.row == row.asset.row:
        return Speech.sentence(how)
    return teller.text("{root} ({why})", root=row.root.id, why=how)


def _water(teller: Teller, row: Listed, t_s: int) -> str:
    if row.peak_time_s == NONE or isnan(row.peak_depth_m) or row.peak_depth_m <= 0:
        return ""
    depth, said = teller.speech.depth, []
    if not isnan(row.depth_m):
        now: dict[str, Any] = {"depth": depth(row.depth_m)}
        if row.depth_m <= 0:
            said.append(teller.text("dry now"))
        elif row.depth_m < DRY_M:
            least = depth(0.01)
            said.append(teller.text("less than {depth}, rising", depth=least) if row.trend > 0 else
                        teller.text("less than {depth}", depth=least))
        else:
            said.append(teller.text("{depth}, rising", **now) if row.trend > 0 else
                        teller.text("{depth}, falling", **now)
                        if row.trend < 0 else teller.text("{depth} now", **now))
    peak: dict[str, Any] = {"depth": depth(row.peak_depth_m), "time": teller.clock(row.peak_time_s)}
    said.append(teller.text("{depth} at most, {time}", **peak) if row.peak_time_s > t_s else
                teller.text("was {depth}, {time}", **peak))
    return joined(teller, said)


def _ahead(teller: Teller, row: Listed, t_s: int) -> str:
    if "may_be_out" in row.states:
        return ""
    if "out" not in row.states:
        loss = teller.result.losses.next(row.asset.row, t_s)
        return "" if loss is None else lost_words(teller, loss, t_s)
    return back(teller, row.back_s)
