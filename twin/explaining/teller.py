"""The teller: the run, the language and the moment that times are said beside, while one explanation is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from twin.explaining.words import Speech
from twin.results.result import Result
from twin.world.assets import Asset
from twin.world.kinds import Role
from twin.world.sun import darkness_of


@dataclass(frozen=True, slots=True)
class Teller:
    """One explanation being told: the run, the language and the moment that times are said beside."""

    result: Result
    speech: Speech
    #: Moment whose day goes without saying.
    beside: datetime

    @property
    def colon(self) -> str:
        """Give a colon as each language sets it behind a word."""
        return "\u00a0:" if self.speech.lang == "fr" else ":"

    def moment(self, seconds: int) -> datetime:
        """Give a second as a moment of the city."""
        zone = ZoneInfo(self.result.city.timezone)
        return (self.result.plan.start + timedelta(seconds=seconds)).astimezone(zone)

    def clock(self, seconds: int) -> str:
        """Give a second as people say it, with the day where it is not the day beside."""
        return self.speech.weekday_clock(self.moment(seconds), self.beside)

    def span(self, start_s: int, end_s: int) -> tuple[str, str]:
        """Give both ends of an interval, with their days where these differ or are not that of the plan's start."""
        start, end = self.moment(start_s), self.moment(end_s)
        if start.date() == end.date():
            return self.speech.weekday_clock(start, self.beside), self.speech.clock(end)
        return self.speech.weekday_clock(start, end), self.speech.weekday_clock(end, start)

    def highest(self, depth_m: float, *, is_so_far: bool) -> str:
        """Say how high the water came; where it comes higher later, how high so far: what is to come is told apart."""
        return self.text("{depth} so far" if is_so_far else "{depth} at its highest", depth=self.speech.depth(depth_m))

    def asset(self, asset: Asset) -> str:
        """Give an asset with its kind."""
        return self.speech.asset(self.result.city.assets.kinds, asset)

    def of_the(self, asset: Asset) -> str:
        """Give an asset with its kind behind "because": de l’armoire A-012, of the lighting cabinet A-012."""
        kinds = self.result.city.assets.kinds
        return f"{self.speech.kind(kinds, asset.kind).of_the} {self.speech.label(kinds, asset)}"

    def placed(self, asset: Asset) -> str:
        """Give an asset with its street in brackets where one is known."""
        return f"{self.asset(asset)} ({asset.street})" if asset.street else self.asset(asset)

    def has_role(self, asset: Asset, role: Role) -> bool:
        """Tell whether the kind of an asset has a role."""
        return self.result.city.assets.has_role(asset.row, role)

    def is_dark(self, asset: Asset, at_s: int) -> bool:
        """Tell whether darkness counts at an asset at a second."""
        rows = np.array([asset.row], np.int32)
        return bool(darkness_of(self.result.plan, self.result.city).is_dark(rows, at_s)[0])

    def gender(self, asset: Asset) -> str:
        """Give the gender of an asset's kind."""
        return self.speech.kind(self.result.city.assets.kinds, asset.kind).gender

    def text(self, message: str, /, *, of: Asset | None = None, **values: object) -> str:
        """Give a sentence of the catalogue, in agreement with an asset."""
        return self.speech.text(message, gender="" if of is None else self.gender(of), **values)
