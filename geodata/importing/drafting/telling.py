"""What a draft found, what it was unsure of and what came of it, for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geodata.importing.drafting.draft import Draft
from geodata.wording import wording


def draft_text(made: Draft, report: dict[str, Any], out: Path | None, lang: str = "en") -> str:
    """Give what is to be said of a draft.

    Parameters
    ----------
    made
        The draft.
    report
        What an import with it reports; empty where it does not import.
    out
        Where it was written, or None.
    lang
        ``en`` or ``fr``.
    """
    words = wording(lang)
    lines = [*made.found]
    if made.unsure:
        lines += ["", words.text("To be looked at:")]
    lines += [f"  ? {where}{words.colon}{text}" if where else f"  ? {text}" for where, text in made.unsure]
    if report:
        lines += ["", words.text("Tried: {assets} {assets?asset/assets}, {supplies} {supplies?supply/supplies}, "
                                 "{doubtful} {doubtful?time/times} doubtful.",
                                 assets=f"{sum(report['assets'].values()):,}", supplies=f"{report['supplies']:,}",
                                 doubtful=f"{report['records']['doubtful']:,}")]
        lines += ["  " + words.text("{layer}: {linked} of {asked} linked", layer=link["layer"],
                                    linked=f"{link['linked']:,}", asked=f"{link['asked']:,}")
                  for link in report["links"]]
    if out is not None:
        lines.append(words.text(
            "Written: {out}. Look at its lines marked with ?, then: twin import {out} --out {city}", out=out,
            city=out.with_suffix(".gpkg")))
    return "\n".join(lines)
