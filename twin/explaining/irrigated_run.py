"""The irrigated zones of a run in words, at a moment of it: a zone, a controller, all of them in one line."""

from __future__ import annotations

from twin.explaining.first_lines import Line
from twin.explaining.irrigated import GroundTeller, ZoneTold, lock_in_force, stress_sentence, told_zone, zone_sentence
from twin.explaining.irrigated_season import default_lines, restart_steps, step_word
from twin.explaining.words import speech
from twin.irrigation.gardens import Gardens
from twin.world.kinds import Kinds


def gardens_teller(gardens: Gardens, kinds: Kinds, lang: str) -> GroundTeller:
    """Give what tells the season of a run in a language."""
    return GroundTeller(gardens.balance, kinds, speech(lang))


def garden_lines(gardens: Gardens, kinds: Kinds, row: int, asset_id: str, lang: str, t_s: int | None = None
                 ) -> list[str]:
    """Give what the season adds to the answer of one asset: a zone's ground, lock and restart, a controller's zones.

    Parameters
    ----------
    gardens, kinds
        The season of the run, and the kinds of its city.
    row, asset_id
        The asset.
    lang
        ``fr`` or ``en``.
    t_s
        A second of the run; None: its last one.

    Returns
    -------
    Sentences; none where the asset is neither a zone of the season nor a controller of one.
    """
    t_s = max(gardens.duration_s - 1, 0) if t_s is None else t_s
    teller, d, at_s = gardens_teller(gardens, kinds, lang), gardens.day_at(t_s), gardens.shift_s + t_s
    if (z := gardens.zone_of.get(row)) is not None:
        return _zone_lines(gardens, teller, z, d, at_s)
    zones = gardens.controlled(asset_id)
    return _controller_lines(teller, zones, d, at_s) if zones else []


def _zone_lines(gardens: Gardens, teller: GroundTeller, z: int, d: int, at_s: int) -> list[str]:
    words, told = teller.words, told_zone(teller, z, d, at_s)
    allowed = float(teller.balance.columns.allowed_mm[z, d])
    lines = [told.sentence, words.text(
        "Its ground, by the evening: {holds}; it lacks {lacks}, and may lack {allowed} without stress.",
        holds=told.holds, lacks=told.lacks, allowed=teller.mm(allowed))]
    if stress := stress_sentence(teller, z, d):
        lines.append(stress)
    if (found := gardens.restarts.get(z)) is not None:
        rank, restart = found
        lines.append(words.text("To start it again ({rank} of {total} in order): {steps}.", rank=rank,
                                total=len(gardens.restarts), steps=restart_steps(teller, restart, d)))
        waiting = restart.waiting(at_s)
        if waiting is not None:
            lines.append(words.text("It now waits for: {step}.", step=step_word(teller, waiting)))
    return lines


def _controller_lines(teller: GroundTeller, zones: list[int], d: int, at_s: int) -> list[str]:
    """Give the zones of a controller: which are locked and why, each cause once."""
    words, balance = teller.words, teller.balance
    ids = [balance.season.zones[z].id for z in zones]
    lines = [words.plural("It waters {n} zone: {zones}.", "It waters {n} zones: {zones}.", len(zones),
                          zones=words.listing(ids))]
    by_cause: dict[str, list[int]] = {}
    for z in zones:
        lock = lock_in_force(balance, z, d, at_s)
        if lock is not None:
            by_cause.setdefault(teller.short_cause(lock), []).append(z)
    for cause, locked in by_cause.items():
        lines.append(zone_sentence(teller, locked[0], d, at_s) if len(locked) == 1 else words.text(
            "{zones} are locked: {cause}.", cause=cause,
            zones=words.listing([balance.season.zones[z].id for z in locked])))
    return lines


def zone_rows(gardens: Gardens, kinds: Kinds, lang: str, t_s: int, rows: list[int]) -> list[ZoneTold]:
    """Give zones at a moment of the run in words, those of some assets, in the order of the season."""
    teller, d = gardens_teller(gardens, kinds, lang), gardens.day_at(t_s)
    wanted = set(rows)
    return [told_zone(teller, z, d, gardens.shift_s + t_s) for z, row in enumerate(gardens.rows) if row in wanted]


def locked_count(gardens: Gardens, t_s: int) -> int:
    """Give how many zones are locked at a second of the run."""
    return sum(gardens.lock_at(z, t_s) is not None for z in range(len(gardens.rows)))


def locked_line(gardens: Gardens, lang: str, t_s: int) -> str:
    """Give how many zones are locked at a moment, of how many; and what names them."""
    words = speech(lang)
    return words.text("Irrigation zones locked: {n} of {total} (--kind zone lists them).",
                      n=words.number(locked_count(gardens, t_s)), total=words.number(len(gardens.rows)))


def run_lines(gardens: Gardens, kinds: Kinds, lang: str) -> list[Line]:
    """Give the season of a run in a line or two; that a zone was watered under water must not be overlooked."""
    teller, sums = gardens_teller(gardens, kinds, lang), gardens.told.to_dict()
    words, last = teller.words, max(gardens.duration_s - 1, 0)
    said = words.text(
        "Irrigation ({season}): {locked} of {zones} zones locked at the end of the run; over the season {applied} "
        "given, {needed} needed, {saved} saved by suspensions, {wasted} wasted on wet ground, {stress} zone-days of "
        "stress",
        season=gardens.name, locked=words.number(locked_count(gardens, last)), zones=words.number(sums["zones"]),
        applied=teller.m3(sums["applied_m3"]), needed=teller.m3(sums["needed_m3"]),
        saved=teller.m3(sums["saved_m3"]), wasted=teller.m3(sums["wasted_m3"]),
        stress=words.number(sums["stress_zone_days"]))
    lines = [Line(said), *default_lines(teller)]
    if sums["zones_watered_while_flooded"]:
        lines.append(Line(words.plural("{n} zone was watered while water stood on it",
                                       "{n} zones were watered while water stood on them",
                                       sums["zones_watered_while_flooded"]), is_alarm=True))
    return lines
