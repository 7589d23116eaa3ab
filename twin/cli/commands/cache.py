"""``twin cache``: where computed water is kept, how much of it, and how it goes."""

from __future__ import annotations

from typing import Annotated

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, Spoken, language_of
from twin.cli.printing import print_json, say


@app.command(short_help="Tell where computed water is kept and how much of it; --clear takes it away.",
             epilog="Example:  twin cache --clear")
def cache(clear: Annotated[bool, typer.Option("--clear", help="Take away all that no run reads or computes at this "
                                              "moment; it is computed again when it is asked for.")] = False,
          json: Json = False, lang: Spoken = None) -> None:
    """Tell where computed water is kept, how much of it and up to which bound; `--clear` takes it away."""
    from geodata.demo_town import cache_folder
    from geodata.hazards.flow.kept import MOST_BYTES, MOST_DAYS, home_of, kept, tidy
    from twin.explaining.words import speech

    folder, words = cache_folder(), speech(language_of(lang))
    gone = tidy(folder, most_bytes=0) if clear else []
    left = kept(folder)
    if json:
        print_json({"folder": str(home_of(folder)), "most_bytes": MOST_BYTES, "most_days": MOST_DAYS,
                    "removed": [one.path.name for one in gone], "removed_bytes": sum(one.bytes for one in gone),
                    "kept": [{"store": one.path.name, "bytes": one.bytes, "used_at_s": int(one.used_s),
                              "complete": one.is_whole} for one in left]})
        return

    def megabytes(count: int) -> str:
        return words.number(count / 1e6, 1)

    say(words.text("Computed water: {folder}", folder=home_of(folder)), style="bold")
    if clear:
        say("  " + words.plural("{n} store taken away, {size} MB", "{n} stores taken away, {size} MB", len(gone),
                                size=megabytes(sum(one.bytes for one in gone))))
        if left:
            say("  " + words.plural("{n} stays: a run reads or computes it, or it cannot be removed",
                                    "{n} stay: runs read or compute them, or they cannot be removed", len(left)))
        return
    say("  " + words.plural("{n} store, {size} MB", "{n} stores, {size} MB", len(left),
                            size=megabytes(sum(one.bytes for one in left))))
    begun = sum(not one.is_whole for one in left)
    if begun:
        say("  " + words.plural("{n} of them was stopped: the same command goes on from its last checkpoint",
                                "{n} of them were stopped: the same commands go on from their last checkpoint", begun))
    say("  " + words.text("After a run, what nobody has read for {days} days goes, and beyond {size} GB what nobody "
                          "has read for longest; `twin cache --clear` takes all of it away.",
                          days=words.number(MOST_DAYS), size=words.number(MOST_BYTES / 1e9)))
