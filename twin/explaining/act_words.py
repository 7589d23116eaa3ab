"""An act in words: before when, what, who, where and by which way, and what comes of leaving it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from twin.explaining.listed import joined
from twin.explaining.place_names import closed_words, is_by_day, is_closed, the
from twin.explaining.site_words import cut_words, price_words
from twin.explaining.teller import Teller
from twin.quantities import NONE
from twin.results.moment import DRY_M
from twin.results.situation import Situation
from twin.results.to_do import Act, Least
from twin.results.together import in_runs
from twin.world.access import BY_CREWS, PERSON_S, TEAMS, AccessRules
from twin.world.kinds import Role

_BY = {"city": "city", "grid": "grid operator", "rescue": "rescue services", "site": "site, prefect"}
#: Ids and names told one by one before the rest is a number.
_MOST = 5


def act_row(teller: Teller, act: Act, t_s: int, numbers: Mapping[str, str] | None = None, *, is_whole: bool = False
            ) -> tuple[str, ...]:
    """Give the cells of an act: before when, what, who, where and by which way, and if not.

    In short, as a page has room for and a chief reads in ten seconds; what it leaves out stands in ``act_detail``.

    Parameters
    ----------
    teller
        The run and its language.
    act
        The act.
    t_s
        The moment of the page [s]: what cannot wait is told as for now.
    numbers
        Telephone numbers by whose hand it is (``rescue``, ``grid``); none where it is None.
    is_whole
        Every id, every street of the way and every depth, as a list has room for.
    """
    when = teller.text("NOW") if act.is_now or act.begin_s <= t_s else teller.clock(act.begin_s)
    where = [*_where(teller, act, is_whole=is_whole), *_instead(teller, act, numbers or {}, is_whole=is_whole)]
    what, otherwise = _what(teller, act, t_s, is_whole=is_whole), _otherwise(teller, act, t_s, is_whole=is_whole)
    return when, joined(teller, what), _who(teller, act, numbers or {}), joined(teller, where), joined(
        teller, otherwise)


def act_detail(teller: Teller, act: Act, t_s: int) -> str:
    """Give what the row in short leaves out but for its streets: ids, depths, reserves, times; empty for nothing."""
    (ids, live), (few, shortly) = ((_what(teller, act, t_s, is_whole=is_whole), _otherwise(
        teller, act, t_s, is_whole=is_whole)) for is_whole in (True, False))
    told = {*few, *shortly}
    way = [teller.text("{depth} of water on the way", depth=teller.speech.depth(act.least.deepest_m))] \
        if act.least is not None and not act.least.is_open and act.least.deepest_m >= DRY_M else []
    return joined(teller, [*(one for one in (*ids, *live) if one not in told), *way])


def _what(teller: Teller, act: Act, t_s: int, *, is_whole: bool) -> list[str]:
    """Give what is to be done, and in short what it costs."""
    if act.sort == "crew":
        place = str(teller.result.city.assets.id[act.assets[0]])
        return [teller.text("Use where it stands: shut in at {place}" if act.is_now else
                            "Leave {place}, and be used elsewhere", place=place)]
    if act.sort == "cut":
        price = [] if is_whole else price_words(teller, act.darkened, t_s if act.is_now else act.before_s)
        return [*_cut(teller, act, is_whole=is_whole), *price]
    site = teller.result.city.assets.called(act.assets[0])
    if act.sort == "generator":
        return [teller.text("Have a generator ready: {site}", site=site)]
    if is_closed(teller, act.assets[0], t_s, act.before_s):
        return [teller.text("Check that it is empty, or evacuate: {site}", site=site)]
    return [teller.text("Evacuate, or bring upstairs: {site}", site=site)]


def _otherwise(teller: Teller, act: Act, t_s: int, *, is_whole: bool) -> list[str]:
    """Give what comes of leaving an act."""
    if act.sort == "crew":
        return [_shut(teller, act)]
    if act.sort == "cut":
        return list(_live(teller, act, t_s, is_whole=is_whole))
    if act.sort == "generator":
        return [teller.speech.plural("{n} person without power", "{n} people without power", act.people)]
    return list(_people(teller, act, t_s, is_whole=is_whole))


def _who(teller: Teller, act: Act, numbers: Mapping[str, str]) -> str:
    """Give by whose hand, with the number to call, and which crew is there already."""
    crews = teller.speech.plural("crew {ids}", "crews {ids}", len(act.crews), ids=", ".join(act.crews))
    if act.sort == "crew":
        return crews
    number, who = numbers.get(act.by, ""), teller.text(_BY[act.by])
    said = teller.text("{who}, call {number}", who=who, number=number) if number else who
    return joined(teller, [said, teller.text("{who} is there", who=crews)]) if act.crews else said


def _instead(teller: Teller, act: Act, numbers: Mapping[str, str], *, is_whole: bool) -> Iterator[str]:
    """Give what else can be done where no way leads: cut above it, a boat; or that there is nothing."""
    text, assets = teller.text, teller.result.city.assets
    if act.sort == "cut" and act.by == "city" and (act.is_cut_off or act.cut_off):
        if not act.upstream:
            yield text("nothing to cut above: out already, or fed by what is not known")
            return
        ids = [str(assets.id[row]) for row in act.upstream]
        if not is_whole:
            yield text("grid operator instead: {assets}", assets=", ".join(
                name + (text(" (critical sites)") if sites else "")
                for name, sites in zip(ids, act.upstream_darkens, strict=True)))
            return
        number, operator = numbers.get("grid", ""), str(assets.operator[act.upstream[0]] or "")
        whom = text("grid operator, call {number}", number=number) if number else text(
            "{operator}, number not known", operator=operator or text("grid operator"))
        yield text("instead: ask to have it cut above, at {assets} ({whom})", whom=whom, assets=", ".join(
            name + (text(" (feeds {sites})", sites=", ".join(the(teller, site) for site in sites)) if sites else "")
            for name, sites in zip(ids, act.upstream_darkens, strict=True)))
    elif act.sort == "evacuate" and act.is_cut_off:
        if is_whole:
            yield text("by boat, or by the fire brigade")
    elif act.is_cut_off:
        yield text("nothing else is known")


def _where(teller: Teller, act: Act, *, is_whole: bool) -> Iterator[str]:
    streets = teller.result.city.assets.street
    named = list(dict.fromkeys(streets[row] for row in act.assets if streets[row]))
    ends_there = bool(act.way) and len(named) == 1 and act.way[-1] == named[0] and act.sort != "crew"
    if named and (is_whole or not ends_there):
        yield ", ".join(named) if is_whole else _few(named, most=1)
    least = act.least
    if act.is_cut_off and not is_whole:
        yield _no_way(teller, act)
    elif act.sort == "crew":
        yield from _way_out(teller, act, is_whole=is_whole)
    elif act.is_cut_off:
        yield teller.text("no way there in time" if len(act.assets) == 1 else "no way in time to any of them")
        yield teller.text("no other way known") if least is None else _least(teller, act, least)
    elif act.base:
        way = " → ".join(act.way) if is_whole else _few(act.way, " → ", most=2)
        said = teller.text("from {place}", place=act.base) + (f" → {way}" if way else "")
        yield said if len(act.assets) == 1 else f"{said} → {_goal(teller, act)}"
        if act.cut_off:
            ids = [str(teller.result.city.assets.id[row]) for row in act.cut_off]
            yield teller.text("no way in time to {assets}", assets=teller.speech.listing(shortened(
                teller, ids, len(ids) if is_whole else _MOST)))


def _no_way(teller: Teller, act: Act) -> str:
    """Say in short that no way leads there in time; people are brought out by boat."""
    least = act.least
    if least is not None and least.is_open:
        return teller.text("a way from {place}, too late to be back", place=least.base)
    if act.sort != "evacuate":
        return teller.text("no way")
    return teller.text("by boat")


def _way_out(teller: Teller, act: Act, *, is_whole: bool) -> Iterator[str]:
    """Give where a crew that is to leave goes to, and by which streets."""
    if act.is_now:
        yield teller.text("no way out") if act.open_s == NONE else teller.text(
            "a way out from {time}", time=teller.clock(act.open_s))
    elif act.base:
        way = " → ".join(act.way) if is_whole else _few(act.way, " → ", most=2)
        yield f"→ {way} → {act.base}" if way else f"→ {act.base}"


def _shut(teller: Teller, act: Act) -> str:
    """Give since when, or from when to when, a crew is shut in."""
    if act.is_now:
        return teller.text("shut in since {time}", time=teller.clock(act.shut_s))
    if act.shut_s == NONE:
        return teller.text("water at {place}", place=str(teller.result.city.assets.id[act.assets[0]]))
    return teller.text("shut in from {time} to the end of the run", time=teller.clock(act.shut_s)) \
        if act.open_s == NONE else teller.text("shut in from {time} to {until}", time=teller.clock(act.shut_s),
                                               until=teller.clock(act.open_s))


def _goal(teller: Teller, act: Act) -> str:
    """Give the one of several places to which the way leads that is told."""
    return str(teller.result.city.assets.id[act.assets[0] if act.goes_to == NONE else act.goes_to])


def _least(teller: Teller, act: Act, least: Least) -> str:
    """Give the way with the least water, with its streets."""
    way = " → ".join([teller.text("from {place}", place=least.base), *least.streets,
                      *([_goal(teller, act)] if len(act.assets) > 1 else [])])
    if least.is_open:
        return teller.text("still open, but too late to go, act and be out again: {way}", way=way)
    if least.deepest_m < DRY_M:
        return teller.text("dry now, but closed by the water before one is through: {way}", way=way)
    return teller.text("least water: {way}, {depth} at most", way=way, depth=teller.speech.depth(least.deepest_m))


def _people(teller: Teller, act: Act, t_s: int, *, is_whole: bool) -> Iterator[str]:
    """Give how many people, when water comes to them, and whether there is time for all."""
    site, words = act.assets[0], teller.speech
    is_day = is_by_day(teller, site)
    if is_whole:
        said = words.plural("{n} person in {depth} of water", "{n} people in {depth} of water", act.people,
                            depth=words.depth(act.depth_m))
        yield said + (teller.text(", in doubt") if act.is_doubtful else "")
    else:
        yield words.plural("{n} person", "{n} people", act.people) + (
            teller.text(" (day roll)") if is_day else "")
    if is_whole and is_day:
        yield teller.text("the number is the roll of the day")
    if is_whole and is_closed(teller, site, t_s, act.before_s):
        yield closed_words(teller, t_s)
    if act.brings != NONE:
        yield words.plural("{n} team that leaves now brings out {people}", "{n} teams that leave now bring out "
                           "{people}", act.teams, people=words.number(act.brings))
    if act.needs_s and is_whole:
        yield teller.text("it takes {time}", time=words.duration(act.needs_s))
    if act.needs_s and act.is_cut_off:
        # Whoever comes by a way of his own is at work by the moment of the act; the water comes after it.
        at = teller.clock(act.before_s)
        yield teller.text("water at the door {time}", time=at) if not act.is_inside else teller.text(
            "water inside {time}, maybe" if act.is_doubtful else "water inside {time}", time=at)
        if act.begin_s < t_s:
            yield teller.text("not all in time")
    elif not is_whole and act.is_doubtful:
        yield teller.text("water in doubt")
    if act.crews and is_whole:
        yield words.plural("crew {ids}, shut in there, can begin", "crews {ids}, shut in there, can begin",
                           len(act.crews), ids=", ".join(act.crews))


def _cut(teller: Teller, act: Act, *, is_whole: bool) -> Iterator[str]:
    """Give what is to be cut."""
    assets = teller.result.city.assets
    named = [row for row in act.assets if not assets.has_role(row, Role.LIGHTS)]
    if named:
        yield teller.text("Cut {assets}", assets=teller.speech.listing(shortened(teller, [
            str(assets.id[row]) for row in named], len(named) if is_whole else _MOST)))
    if len(named) < len(act.assets):
        yield teller.text("Have cut what feeds the lamps in the water (not known: ask)")


def _live(teller: Teller, act: Act, t_s: int, *, is_whole: bool) -> Iterator[str]:
    """Give what is live in water if it is not cut; how deep it is at the place, and how deep behind it."""
    words = teller.speech
    yield words.plural("{n} thing may be live in water", "{n} things may be live in water", act.live) \
        if act.is_now else words.plural("{n} thing live in water", "{n} things live in water", act.live)
    if not is_whole:
        return
    if act.depth_m < act.place_m + 0.005:
        yield teller.text("water up to {depth}", depth=words.depth(act.depth_m))
    else:
        yield teller.text("water at what is cut up to {place}, behind it up to {depth}",
                          place=words.depth(act.place_m), depth=words.depth(act.depth_m))
    if act.lamps:
        yield words.plural("{n} lamp behind", "{n} lamps behind", act.lamps)
    if act.darkened:
        yield from cut_words(teller, act.darkened, t_s if act.is_now else act.before_s)


def shortened(teller: Teller, ids: Sequence[str], most: int = _MOST) -> list[str]:
    """Give ids for a listing: those that follow on one another as a range, the first few, the rest as a number."""
    runs = in_runs(ids)
    labels = [teller.text("{first} to {last}", first=run[0], last=run[-1]) if len(run) > 1 else run[0]
              for run in runs]
    rest = sum(len(run) for run in runs[most:])
    if rest <= 1:
        return labels
    return [*labels[:most], teller.speech.plural("{n} more", "{n} more", rest)]


def act_notes(teller: Teller, told: Situation) -> Iterator[str]:
    """Tell what stands on the printed list of cuts, and how the time for people is counted."""
    places = sum(len(act.assets) for act in told.now)
    if places:
        things = teller.speech.plural("{n} thing may be live in water now", "{n} things may be live in water now",
                                      sum(act.live for act in told.now))
        yield teller.speech.plural("{things}; to be cut at {n} place: the printed list “To be cut” has all of it.",
                                   "{things}; to be cut at {n} places: the printed list “To be cut” has all of them.",
                                   places, things=things)
    if any(act.is_cut_off for act in told.acts):
        yield teller.text("Where no way is in time, “before” is when the water comes: way and work are not taken off.")
    rules = told.result.plan.access
    if rules is not None and rules.bases:
        yield teller.text("Streets are open under {day} of water by day, {night} by night.",
                          day=teller.speech.depth(rules.day_m), night=teller.speech.depth(rules.night_m))
    if rules is not None and any(act.needs_s for act in told.acts):
        yield from _for_each(teller, told, rules)
    if any(act.is_cut_off and act.sort == "evacuate" for act in told.acts):
        yield teller.text("Upstairs or not: the city’s data know no floors.")


def _for_each(teller: Teller, told: Situation, rules: AccessRules) -> Iterator[str]:
    """Tell how the time for people is counted: by head, by how many teams, and what all of it comes to."""
    each = teller.speech.duration(rules.person_s)
    yield teller.text("For people: {each} each and team (an assumption without a source; the scenario can say "
                      "another), way there and back by open streets.", each=each) if rules.person_s == PERSON_S \
        else teller.text("For people: {each} each and team (as the scenario says), way there and back by open streets.",
                         each=each)
    sites = [act for act in told.acts if act.needs_s]
    teams = sites[0].teams
    said = teller.speech.plural("Counted with {n} team", "Counted with {n} teams at one site at a time", teams)
    if rules.teams == BY_CREWS:
        said += teller.text(", the city’s crews that are free and can set out")
    elif rules.teams == TEAMS:
        said += teller.text(", as the scenario states no number")
    if len(sites) > 1:
        said += teller.text("; the {n} sites one after the other: {time}", n=len(sites),
                            time=teller.speech.duration(sum(act.needs_s for act in sites)))
    yield f"{said}."


def _few(names: Sequence[str], mark: str = ", ", *, most: int) -> str:
    """Give the first few names; the last of a way tells where one arrives."""
    if len(names) <= most:
        return mark.join(names)
    return mark.join(names[:most]) + " …" if mark == ", " else mark.join([*names[:most - 1], "…", names[-1]])
