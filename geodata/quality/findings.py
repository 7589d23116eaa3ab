"""What the data doctor found in a city: how grave, how many, which, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from geodata.wording import wording
from twin.world.kinds import Kinds

#: ``error``: an answer would be wrong. ``warning``: doubtful, look at it. ``note``: true, and good to know.
SEVERITIES = ("error", "warning", "note")
#: Over the findings of each: one, and several.
TITLES = {"error": ("Error", "Errors"), "warning": ("Warning", "Warnings"), "note": ("Note", "Notes")}
#: Ids that a finding names.
FIRST_IDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that the doctor found."""

    #: Name of the check, for programs.
    check: str
    severity: str
    #: What was found, a sentence for people.
    text: str
    #: What it means or what to do, a sentence; empty when the text says it all.
    advice: str = ""
    #: How many assets, links or sources it concerns.
    count: int = 0
    #: The first ids.
    ids: tuple[str, ...] = ()
    #: Language of the sentences.
    lang: str = field(default="en", repr=False)

    def __str__(self) -> str:
        named = ", ".join(map(wording(self.lang).records, self.ids[:FIRST_IDS]))
        rest = self.count - len(self.ids[:FIRST_IDS])
        more = wording(self.lang).text(" and {n} more", n=f"{rest:,}") if rest > 0 else ""
        listed = f" ({named}{more})" if named else ""
        return f"{self.text}{listed}." + (f" {self.advice}" if self.advice else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the doctor found in a city, gravest first."""

    city: str
    #: Assets by kind, and links.
    assets: dict[str, int]
    links: int
    findings: tuple[Finding, ...]
    kinds: Kinds = field(repr=False)
    lang: str = "en"

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def of(self, check: str) -> tuple[Finding, ...]:
        """Give the findings of one check."""
        return tuple(finding for finding in self.findings if finding.check == check)

    def __str__(self) -> str:
        words = wording(self.lang)
        held = ", ".join(words.counted(self.kinds, name, n) for name, n in self.assets.items())
        links = words.plural("{n} link", "{n} links", self.links)
        lines = [words.text("{city}: {held}; {links}.", city=self.city, held=held or words.text("no assets"),
                            links=links)]
        for severity in SEVERITIES:
            found = [finding for finding in self.findings if finding.severity == severity]
            if found:
                lines += ["", f"{words.text(TITLES[severity][len(found) > 1])} ({len(found)})"]
                lines += [f"  - {finding}" for finding in found]
        if not any(finding.severity != "note" for finding in self.findings):
            lines += ["", words.text("Nothing to mend.")]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Give JSON values."""
        return {"city": self.city, "assets": dict(self.assets), "links": self.links,
                "severities": {s: sum(f.severity == s for f in self.findings) for s in SEVERITIES},
                "findings": [{"check": f.check, "severity": f.severity, "count": f.count, "text": f.text,
                              "advice": f.advice, "ids": list(f.ids)} for f in self.findings]}
