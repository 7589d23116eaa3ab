"""The tree of causes, drawn in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.tree import Tree

    from twin.explaining.tree import Cause
    from twin.results.result import Result


#: The map's words for an outage, by what happened: one table for map and console.
_HOW = {"flooded": "how_flooded", "tripped": "how_tripped", "supply_lost": "how_supply_lost",
        "buffer_emptied": "how_buffer_empty", "cut": "how_cut", "failed": "how_failed", "reported": "how_failed"}


def causes_drawn(cause: Cause, result: Result, lang: str) -> Tree:
    """Draw a tree of causes in words: one line per thing that happened."""
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from rich.text import Text
    from rich.tree import Tree

    from twin.explaining.words import speech
    from viewer.words import Voice

    words, voice, zone = speech(lang), Voice(lang), ZoneInfo(result.city.timezone)
    kinds, start = result.city.assets.kinds, result.plan.start.astimezone(zone)

    def line(node: Cause) -> Text:
        moment = (result.plan.start + timedelta(seconds=node.time_s)).astimezone(zone)
        kind = kinds[node.asset.kind].words[lang]
        key = _HOW.get(node.what.word, "how_supply_lost") + ("_f" if kind.gender == "f" else "")
        said = [kind.one, voice(key, when=words.weekday_clock(moment, start), at=voice.at(moment, start))]
        if node.depth_m == node.depth_m and node.fail_m == node.fail_m:
            key = "water_so_far" if node.is_so_far else "water_above"
            said.append(voice(key if node.depth_m >= node.fail_m else "water_threshold",
                              water=words.depth(node.depth_m), threshold=words.depth(node.fail_m),
                              margin=words.depth(abs(node.margin_m))))
        said += [voice("how_may")] if node.is_doubtful else []
        return Text(node.asset.id, style="bold").append("  " + ", ".join(said), style="not bold")

    def grow(branch: Tree, node: Cause) -> None:
        for child in node.children:
            grow(branch.add(line(child)), child)

    tree = Tree(line(cause), guide_style="dim")
    grow(tree, cause)
    return tree
