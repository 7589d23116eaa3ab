"""One city on the doctor's table: what every check needs to say what it found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geodata.quality.findings import FIRST_IDS, Finding
from geodata.wording import Wording
from twin.world.assets import Assets
from twin.world.graph import SupplyGraph, graph_of
from twin.world.supplies import Supplies

if TYPE_CHECKING:
    from geodata.city.model import CityFile


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """A city under examination, and the language in which it is told."""

    city_file: CityFile
    words: Wording

    @property
    def assets(self) -> Assets:
        """Give the assets of the city."""
        return self.city_file.city.assets

    @property
    def supplies(self) -> Supplies:
        """Give its links."""
        return self.city_file.city.supplies

    @property
    def graph(self) -> SupplyGraph:
        """Give who feeds whom, as the engine sees it."""
        return graph_of(self.city_file.city)

    def counted(self, kind: str, n: int) -> str:
        """Give a number of things of a kind in words."""
        return self.words.counted(self.assets.kinds, kind, n)

    def one(self, kind: str) -> str:
        """Give the word for one of a kind."""
        return self.assets.kinds[kind].words[self.words.lang].one

    def many(self, kind: str) -> str:
        """Give the word for several of a kind."""
        return self.assets.kinds[kind].words[self.words.lang].many

    def ids(self, rows: Any) -> tuple[str, ...]:
        """Give the ids of the first of these rows."""
        return tuple(str(self.assets.id[row]) for row in rows[:FIRST_IDS])

    def finding(self, check: str, severity: str, text: str, *, count: int = 0, ids: Iterable[str] = (),
                advice: str = "") -> Finding:
        """Give a finding in the language of the case."""
        return Finding(check=check, severity=severity, text=text, count=count, ids=tuple(ids)[:FIRST_IDS],
                       advice=advice, lang=self.words.lang)
