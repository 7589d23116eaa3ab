"""Summary: the night in one paragraph, never blank: what goes out, what gets wet, or that all is calm."""

from __future__ import annotations

from collections.abc import Sequence

from viewer.public.night import PublicNight
from viewer.public.services import Junction
from viewer.words import Voice

#: Junctions named in the paragraph; a list has them all.
_NAMED = 3


def paragraph(night: PublicNight, say: Voice, *, is_brief: bool = False) -> str:
    """Give the night in full sentences, figures between ** as bold.

    A brief one leaves to the list of what else is affected which junctions these are, and the houses without power,
    unless there is nothing else to tell.
    """
    if night.allowed.is_empty:
        return say("night_kept")
    if night.is_calm:
        return " ".join([say("night_calm"), *_calm(night, say), *_untold(night, say)])
    lamps, blocks = night.lamps, night.blocks
    out, may = lamps.ever()
    said = []
    if len(lamps) and may and not out:
        said.append(say("night_may_only", n=may, total=len(lamps)))
    elif len(lamps):
        said.append(say("night_lamps" if night.peak_s is not None else "night_dry", n=out, total=len(lamps)))
        if may:
            said.append(say("night_may", n=may))
    if blocks.outlines and (night.peak_s is not None or blocks.most()):
        said.append(say("night_blocks" if said else "night_blocks_alone", n=blocks.most()))
    if night.peak_s is not None:
        said.append(say("night_peak", peak=say.clock(night.moment(night.peak_s))))
    if is_brief and (out or may or blocks.most()):
        if night.junctions:
            said.append(say("night_signals_brief", n=len(night.junctions)))
    else:
        said += [sentence for sentence in (_junctions(night, say), _power(night, say)) if sentence]
    return " ".join([*said, *_untold(night, say)])


def also(night: PublicNight, say: Voice) -> list[str]:
    """Give what else is affected, a line each: junctions without signals, and houses without power."""
    return [*junction_lines(night, night.junctions, say), *filter(None, [_power(night, say).replace("**", "")])]


def _calm(night: PublicNight, say: Voice) -> list[str]:
    """Say of each thing that is told that it holds."""
    return [say(key) for key, is_told in (("calm_lamps", len(night.lamps)), ("calm_signals", night.signals),
                                          ("calm_blocks", night.blocks.outlines)) if is_told]


def _untold(night: PublicNight, say: Voice) -> list[str]:
    if night.keeps_lamps:
        return [say("lamps_kept")]
    return [] if len(night.lamps) else [say("no_lamps_data")]


def _junctions(night: PublicNight, say: Voice) -> str:
    sure = [junction for junction in night.junctions if not junction.is_doubtful]
    doubt = [junction for junction in night.junctions if junction.is_doubtful]
    said = []
    for key, junctions in (("night_signals", sure), ("night_signals_may", doubt)):
        if not junctions:
            continue
        names = [name for name in (junction_name(one, say) for one in junctions) if name]
        listed = say.listing(names[:_NAMED]) if len(names) <= _NAMED else say(
            "and_others", list=", ".join(names[:_NAMED]), n=len(junctions) - _NAMED)
        said.append(say(key, n=len(junctions), list=f"{say('colon')} {listed}" if names else ""))
    return " ".join(said)


def _power(night: PublicNight, say: Voice) -> str:
    if not night.without_power:
        return ""
    return say("night_power_few") if night.without_power == 1 else say("night_power", n=night.without_power)


def junction_name(junction: Junction, say: Voice) -> str:
    """Give what people call a junction: the streets that meet there, or the number on the signal; empty where none."""
    if junction.streets:
        return " / ".join(junction.streets)
    return say("signal_number", number=junction.number) if junction.number else ""


def junction_lines(night: PublicNight, junctions: Sequence[Junction], say: Voice) -> list[str]:
    """Give these junctions in sentences, those of one time together, the earliest first."""
    groups: dict[tuple[int, bool], list[str]] = {}
    for one in sorted(junctions, key=lambda junction: (junction.from_s, junction.is_doubtful)):
        groups.setdefault((one.from_s, one.is_doubtful), []).append(
            junction_name(one, say) or say("junction_nameless"))
    return [say("junctions_may" if is_doubtful else "junctions_from", list=say.listing(list(dict.fromkeys(names))),
                clock=say.clock(night.moment(from_s))) for (from_s, is_doubtful), names in groups.items()]
