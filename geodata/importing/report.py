"""The import report: every record read, kept, mended, doubtful or dropped, and why, with the first ids of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geodata.wording import Wording, wording
from twin.quantities import Int64Array
from twin.world.kinds import Kinds

#: How many ids of a reason are named.
FIRST_IDS = 5
#: Mended: changed so that it can be used. Doubtful: used as it is, to be looked at. Dropped: not in the city.
OUTCOMES = ("mended", "doubtful", "dropped")
#: Names of missing suppliers that a report lists, the commonest first.
FIRST_MISSING = 10
#: What forms and programs write where there is nothing to write, in the languages that files were met in.
_NOTHING = re.compile(r"[a-z]{0,3}[-_ ]?(0{2,}|9{2,})|0|x+|\?+|inconnue?|unknown|sconosciuto|unbekannt|sans|aucune?|"
                      r"none|nul|n\.?[cdr]\.?|n\.?a\.?|nessuno|keine?|neant|néant|"
                      r"(non|a|à) (renseign|definir|définir).*",
                      re.IGNORECASE)
#: A missing name that as many records give as the best suppliers have is more likely no name at all.
_MANY = 10


def is_nothing(name: str) -> bool:
    """Say whether a name looks like a code for "none": Z999, 0, ???, inconnu."""
    return _NOTHING.fullmatch(name) is not None


@dataclass(slots=True)
class Tally:
    """How many records share one reason, and the first of them."""

    count: int = 0
    ids: list[str] = field(default_factory=list)

    def add(self, ids: Sequence[str]) -> None:
        """Count these records."""
        self.count += len(ids)
        self.ids.extend(str(i) for i in ids[:FIRST_IDS - len(self.ids)])


@dataclass(slots=True)
class LayerReport:
    """What became of the records of one layer."""

    name: str
    file: str
    #: What the file turned out to be: encoding, delimiter, CRS and where they come from.
    found: dict[str, str] = field(default_factory=dict)
    read: int = 0
    #: Records that the layer's ``where`` did not ask for.
    not_asked: int = 0
    kept: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, dict[str, Tally]] = field(default_factory=lambda: {outcome: {} for outcome in OUTCOMES})
    notes: list[str] = field(default_factory=list)
    #: What is told again at the end, under the warnings of the whole import.
    warnings: list[str] = field(default_factory=list)

    def add(self, outcome: str, reason: str, ids: Iterable[Any]) -> None:
        """Count records under an outcome and a reason; nothing is noted where there are none."""
        named = [str(i) for i in ids]
        if named:
            self.reasons[outcome].setdefault(reason, Tally()).add(named)

    def count(self, outcome: str, reason: str | None = None) -> int:
        """Give the number of notes of an outcome, or of one reason that holds this text."""
        return sum(tally.count for why, tally in self.reasons[outcome].items() if reason is None or reason in why)

    def to_dict(self) -> dict[str, Any]:
        """Give JSON values."""
        return {"layer": self.name, "file": self.file, "found": dict(self.found), "read": self.read,
                "not_asked": self.not_asked, "kept": dict(self.kept), "notes": list(self.notes),
                **{outcome: {why: {"count": tally.count, "ids": list(tally.ids)} for why, tally in tallies.items()}
                   for outcome, tallies in self.reasons.items()}}


@dataclass(slots=True)
class LinkReport:
    """What became of one declared link of one layer."""

    layer: str
    how: str
    asked: int = 0
    linked: int = 0
    inferred: int = 0
    #: Distances from consumer to supplier [m], where both have a position.
    median_m: float | None = None
    p99_m: float | None = None
    longest_m: float | None = None
    #: Suppliers that are named and that the city lacks: how many records name each, the commonest first.
    missing: dict[str, int] = field(default_factory=dict)
    #: Those among them that look like "no supplier".
    sentinels: set[str] = field(default_factory=set)
    reasons: dict[str, Tally] = field(default_factory=dict)
    #: The layer's own columns that name the supplier; empty where a table or the nearest does.
    columns: tuple[str, ...] = ()

    def add(self, reason: str, ids: Iterable[Any]) -> None:
        """Count records under a reason; nothing is noted where there are none."""
        named = [str(i) for i in ids]
        if named:
            self.reasons.setdefault(reason, Tally()).add(named)

    def lack(self, missing: Mapping[str, int], loads: Int64Array) -> None:
        """Note the names that no supplier carries; ``loads`` says how many records each found supplier has, (S,)."""
        many = max(_MANY, float(np.quantile(loads, 0.95)) if len(loads) else 0)
        for name, count in sorted(missing.items(), key=lambda item: (-item[1], item[0])):
            self.missing[name] = self.missing.get(name, 0) + count
            if is_nothing(name) or count > many:
                self.sentinels.add(name)

    def to_dict(self) -> dict[str, Any]:
        """Give JSON values."""
        return {"layer": self.layer, "how": self.how, "asked": self.asked, "linked": self.linked,
                "inferred": self.inferred, "median_m": self.median_m, "p99_m": self.p99_m,
                "longest_m": self.longest_m, "missing_names": len(self.missing),
                "columns": list(self.columns),
                "missing": [{"name": name, "count": count, "sentinel": name in self.sentinels}
                            for name, count in list(self.missing.items())[:FIRST_MISSING]],
                "reasons": {why: {"count": tally.count, "ids": list(tally.ids)} for why, tally in self.reasons.items()}}


@dataclass(slots=True)
class ImportReport:
    """The whole of an import."""

    city: str
    crs: str = ""
    layers: list[LayerReport] = field(default_factory=list)
    context: list[LayerReport] = field(default_factory=list)
    links: list[LinkReport] = field(default_factory=list)
    #: Things about the whole city: prefixed ids, streets found by distance, ground heights, terrain.
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    assets: dict[str, int] = field(default_factory=dict)
    supplies: int = 0

    def layer(self, name: str) -> LayerReport:
        """Give the report of a layer or context layer by its name."""
        return next(layer for layer in (*self.layers, *self.context) if layer.name == name)

    def to_dict(self) -> dict[str, Any]:
        """Give JSON values, as the city file keeps them."""
        layers = [*self.layers, *self.context]
        records = {"asked": sum(layer.read - layer.not_asked for layer in layers),
                   "kept": sum(sum(layer.kept.values()) for layer in layers),
                   **{outcome: sum(layer.count(outcome) for layer in layers) for outcome in OUTCOMES}}
        return {"city": self.city, "crs": self.crs, "assets": dict(self.assets), "supplies": self.supplies,
                "records": records,
                "layers": [layer.to_dict() for layer in self.layers],
                "context": [layer.to_dict() for layer in self.context],
                "links": [link.to_dict() for link in self.links], "notes": list(self.notes),
                "warnings": [*(f"{layer.name}: {warning}" for layer in layers for warning in layer.warnings),
                             *self.warnings]}

    def to_text(self) -> str:
        """Give the report for people."""
        return report_text(self.to_dict())


def report_text(report: dict[str, Any], lang: str = "en", kinds: Kinds | None = None) -> str:
    """Give an import report (as a city file keeps it) for people, one fact a line, in French or English.

    ``kinds`` are those of the city; without them its own kinds are called by their names.
    """
    words = wording(lang)
    said = words.text("{city} ({crs}): {assets}; {supplies} {supplies?supply/supplies}", city=report["city"],
                      crs=report["crs"], supplies=f"{report['supplies']:,}", assets=", ".join(
                          words.things(kind, count, kinds) for kind, count in report["assets"].items()))
    lines = [said, words.text(
        "{asked} {asked?record/records} asked for: {kept} kept, {dropped} dropped; {mended} {mended?time/times} mended,"
        " {doubtful} {doubtful?time/times} doubtful",
        **{what: f"{count:,}" for what, count in report["records"].items()})]
    for title, layers in (("Layers", report["layers"]), ("Context", report["context"])):
        if layers:
            lines += ["", words.text(title)]
        for layer in layers:
            lines += _layer_lines(layer, words, kinds)
    if report["links"]:
        lines += ["", words.text("Links")]
    for link in report["links"]:
        lines += _link_lines(link, words)
    for title in ("notes", "warnings"):
        if report[title]:
            lines += ["", words.text(title.capitalize()), *(f"  {words.told(line)}" for line in report[title])]
    return "\n".join(lines)


def written_text(out: str, assets: int, lang: str = "en") -> str:
    """Give where a city file was written, how much is in it, and what to do next."""
    return wording(lang).text("Written: {out} ({n} {n?asset/assets}). Look at it: twin check {out}. On a map: twin "
                              "export {out} --out map.html", out=out, n=f"{assets:,}")


def _layer_lines(layer: dict[str, Any], words: Wording, kinds: Kinds | None) -> list[str]:
    kept = ", ".join(words.things(kind, count, kinds) for kind, count in layer["kept"].items()) \
        or words.text("nothing")
    form = "{layer} <- {file}: {read} read ({not_asked} not asked for), kept {kept}" if layer["not_asked"] else \
        "{layer} <- {file}: {read} read, kept {kept}"
    lines = ["  " + words.text(form, layer=layer["layer"], file=layer["file"], read=f"{layer['read']:,}",
                               not_asked=f"{layer['not_asked']:,}", kept=kept)]
    if layer["found"]:
        lines.append("    " + ", ".join(f"{words.text(what)}{words.colon}{value}"
                                        for what, value in layer["found"].items()))
    for outcome in OUTCOMES:
        lines += [f"    {words.text(outcome)} {_tally(reason, tally, words)}"
                  for reason, tally in layer[outcome].items()]
    return lines + [f"    {words.text('note')}{words.colon}{words.told(note)}" for note in layer["notes"]]


def _link_lines(link: dict[str, Any], words: Wording) -> list[str]:
    form = "{layer} {how}: {linked} of {asked}, {inferred} inferred" if link["inferred"] else \
        "{layer} {how}: {linked} of {asked}"
    lines = ["  " + words.text(form, layer=link["layer"], linked=f"{link['linked']:,}", asked=f"{link['asked']:,}",
                               how=_how(link["how"], words), inferred=f"{link['inferred']:,}")]
    if link["median_m"] is not None:
        lines.append("    " + words.text("distance: median {median} m, 99 % within {most} m, longest {longest} m",
                                         median=f"{link['median_m']:,.0f}", most=f"{link['p99_m']:,.0f}",
                                         longest=f"{link['longest_m']:,.0f}"))
    lines += [f"    {_tally(reason, tally, words)}" for reason, tally in link["reasons"].items()]
    if link.get("missing"):
        said = [words.text("{name} ×{count} (a sentinel? Then name it under no_value)" if item["sentinel"] else
                           "{name} ×{count}", name=item["name"], count=f"{item['count']:,}")
                for item in link["missing"]]
        more = link["missing_names"] - len(said)
        rest = words.text(" and {n} more {n?name/names}", n=f"{more:,}") if more else ""
        lines.append(f"    {words.text('missing')}{words.colon}{', '.join(said)}{rest}")
    return lines


def _how(how: str, words: Wording) -> str:
    """Give how a link finds its supplier; several ways are tried one after the other."""
    return f" {words.text('else')} ".join(words.told(one) for one in how.split(" else "))


def _tally(reason: str, tally: dict[str, Any], words: Wording) -> str:
    more = " …" if tally["count"] > len(tally["ids"]) else ""
    count = words.value(f"{tally['count']:,}")
    return f"{count}{words.colon}{words.told(reason)} ({', '.join(map(words.records, tally['ids']))}{more})"
