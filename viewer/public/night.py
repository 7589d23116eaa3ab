"""The night as the public is told it: made once from a run and the public list, and all that public outputs read.

Page, leaflet, open data and alert are handed this and never the run. What the list does not name is not in it, times
are quarters of an hour, and names are clean: a writer cannot let out what it was not given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from twin.ensemble.moments import tenths_of
from twin.quantities import NONE
from twin.results.summary import summarise
from twin.texts import clean
from twin.world.assets import Source
from twin.world.sun import dark_periods
from viewer.public.allowed import Allowed
from viewer.public.credits import Credit, credits_of
from viewer.public.gardens import PublicGarden, public_gardens
from viewer.public.lamps import PublicLamps, lamps_of, no_lamps
from viewer.public.numbers import numbers_tell_feeders
from viewer.public.quarters import Quarters, Span
from viewer.public.services import Junction, junctions_of, most_without_power
from viewer.public.stories import StreetTold, stories_of, streets_told
from viewer.scene.blocks import blocks_of, public_houses
from viewer.scene.intervals import wet_rows

if TYPE_CHECKING:
    from geodata.ensemble.folder import EnsembleFolder
    from geodata.run.folder import Run

_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PublicBlocks:
    """Blocks of houses in water, (B,) each; never a single house."""

    #: Shapes in the city's CRS.
    outlines: tuple[Any, ...]
    #: When some house of it stands in water.
    wet: tuple[tuple[Span, ...], ...]
    #: Number of the street that most of its houses name, 0 none, and how many houses it holds.
    street: tuple[int, ...]
    houses: tuple[int, ...]
    #: Houses that get wet feet and belong to no block.
    lone: int

    def most(self) -> int:
        """Give the largest number of blocks in water at once."""
        changes = sorted((moment, change) for spans in self.wet for span in spans
                         for moment, change in zip(span, (1, -1), strict=True))
        now = most = 0
        for _, change in changes:
            now += change
            most = max(most, now)
        return most


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PublicLayer:
    """A layer of the ground: shapes in the city's CRS and what may be told of them."""

    shapes: tuple[Any, ...]
    #: Names, empty where none or none may be told.
    names: tuple[str, ...]
    #: Rank of streets, ``main`` or another word.
    ranks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyNight:
    """What many nights tell: how many they are, what was drawn for them, and how often each street goes dark."""

    n: int
    quantities: tuple[str, ...]
    #: By the number of each street that some night leaves in the dark, in part at least: in how many tenths of them.
    often: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PublicNight:
    """All that may leave of a run. Seconds count from its start."""

    allowed: Allowed
    city: str
    country: str
    crs: str
    latitude: float
    longitude: float
    timezone: str
    #: Name of the night by language, as the scenario gives it to the public; empty where it gives none.
    title: Mapping[str, str]
    status: str
    start: datetime
    duration_s: int
    step_s: int
    issued_at: datetime
    valid_until: datetime
    next_update: datetime | None
    run_id: str
    #: Nights, from dusk to dawn, also where the run begins after the one or ends before the other.
    nights: tuple[Span, ...]
    #: Names of streets in the order of their numbers; 1 is the first.
    streets: tuple[str, ...]
    #: Lamps; empty where the list lets nothing of them out.
    lamps: PublicLamps
    #: Places and numbers of the lamps, (L, 2) and (L,); None where they may not leave.
    lamp_points: Any | None
    lamp_numbers: Any | None
    #: Whether the list keeps lamps back altogether, their number too.
    keeps_lamps: bool
    #: What each street is told of its dark lamps, by its number.
    told: Mapping[int, StreetTold]
    blocks: PublicBlocks
    #: Outlines of houses and the place of their block in ``blocks`` (-1 none).
    houses: tuple[tuple[Any, int], ...]
    signals: int
    junctions: tuple[Junction, ...]
    #: Most houses without electricity at once, to ten; 1 for fewer, 0 for none.
    without_power: int
    #: Layers of the ground by name.
    layers: Mapping[str, PublicLayer]
    #: Water's envelope, grid and times of frames; None where there is none, or it may not be told.
    water: tuple[Any, Any, Any] | None
    #: When the water is highest; None where no water is told.
    peak_s: int | None
    credits: tuple[Credit, ...]
    #: Irrigated gardens by day; empty where the list keeps them, or the run is part of no season.
    gardens: tuple[PublicGarden, ...]
    #: Heights and protections that are a default, and outcomes that could be the other, over all that a lamp's light
    #: hangs on.
    defaults: int
    doubtful: int
    #: What was kept back although the list names it, in words for the operator.
    held_back: tuple[str, ...]
    #: What many nights tell; None of a run by itself.
    likely: LikelyNight | None = None

    def moment(self, seconds: float) -> datetime:
        """Give the local time of a second of the run."""
        return (self.start + timedelta(seconds=float(seconds))).astimezone(ZoneInfo(self.timezone))

    @property
    def night(self) -> Span:
        """The night that it is about: the one of which the run holds most; the whole run where there is none."""
        last = self.duration_s
        return max(self.nights, key=lambda night: min(night[1], last) - max(night[0], 0)) if self.nights else (0, last)

    @property
    def is_issue_told(self) -> bool:
        """Whether its hour of issue is told: without one a run is issued as its period begins, which is said."""
        return self.issued_at != self.start or self.status == "forecast"

    @property
    def is_calm(self) -> bool:
        """Whether nothing that the public is told of goes out or gets wet."""
        return not (any(self.lamps.ever()) or self.blocks.most() or self.junctions or self.without_power
                    or self.blocks.lone)


def public_night(run: Run, fields: Path | str | None = None, ensemble: EnsembleFolder | None = None) -> PublicNight:
    """Give what may leave of a run.

    Parameters
    ----------
    run
        ``geodata.run.folder.Run``.
    fields
        The city's own list of what may leave (TOML); the shipped one without it.
    ensemble
        The ensemble of whose plan it is the run; None: a run by itself, or a writer that says no more than *may*.

    Raises
    ------
    InputError
        A list that cannot be read, or that names what the shipped one lacks.
    """
    allowed = Allowed.read(Path(fields) if fields else None)
    plan, city = run.result.plan, run.result.city
    assets, quarters = city.assets, Quarters.of(plan.start)
    streets, street_of = _streets(run, allowed)
    tells_lamps = allowed.tells("lamp")
    likelihood = None if ensemble is None else ensemble.likelihood
    rows, lamps = lamps_of(run, street_of, quarters, likelihood) if tells_lamps else (np.zeros(0, np.int64), no_lamps())
    held_back = []
    numbers = assets.id[rows] if allowed("lamp", "id") else None
    if numbers is not None and numbers_tell_feeders(run, rows):
        numbers = None
        held_back.append("numbers of lamps: they hold the ids of the circuits or cabinets that feed them")
    signal_rows = np.flatnonzero(assets.of_kind("traffic_signal")) if "traffic_signal" in assets.kinds.names else \
        np.zeros(0, np.int64)
    signal_numbers = allowed("traffic_signal", "id")
    if signal_numbers and numbers_tell_feeders(run, signal_rows):
        signal_numbers = False
        held_back.append("numbers of traffic signals: they hold the ids of what feeds them")
    signals, junctions = junctions_of(run, quarters, by_street=allowed("traffic_signal", "street"),
                                      by_number=signal_numbers) if allowed.tells("traffic_signal") else (0, ())
    blocks, houses = _blocks(run, allowed, street_of, quarters)
    has_water = allowed("flood", "depth") and run.water is not None and run.water_grid is not None
    return PublicNight(
        allowed=allowed, city=clean(city.name), country=run.city_file.country, crs=city.crs,
        latitude=city.latitude, longitude=city.longitude, timezone=city.timezone,
        title={lang: clean(text) for lang, text in plan.public_title}, status=plan.status, start=plan.start,
        duration_s=plan.duration_s, step_s=plan.step_s, issued_at=plan.issued_at, valid_until=plan.valid_until,
        next_update=plan.next_update, run_id=plan.digest[:12], nights=_nights(run), streets=streets, lamps=lamps,
        lamp_points=_points(run, rows) if allowed("lamp", "position") else None,
        lamp_numbers=None if numbers is None else np.array([clean(one) for one in numbers], dtype=object),
        keeps_lamps=not tells_lamps, told=streets_told(run, stories_of(run), street_of, quarters)
        if tells_lamps else {}, blocks=blocks, houses=houses, signals=signals, junctions=junctions,
        without_power=most_without_power(run) if allowed("building", "power") else 0, layers=_layers(run, allowed),
        water=(run.water, run.water_grid, np.asarray(run.water_times_s)) if has_water else None,
        peak_s=_peak(run, quarters) if allowed("flood", "depth") else None, credits=credits_of(run, allowed),
        gardens=public_gardens(run, allowed), **_assumed(run, tells_lamps), held_back=tuple(held_back),
        likely=_likely(ensemble, rows, street_of[rows]) if ensemble is not None and tells_lamps else None)


def _likely(ensemble: EnsembleFolder, rows: Any, streets: Any) -> LikelyNight:
    """Give what is told of the nights as a whole, and how often each street with lamps goes dark."""
    from geodata.ensemble.asking import nights_dark  # of pages of ensembles alone

    numbers, place = np.unique(streets, return_inverse=True)
    dark = nights_dark(ensemble, rows, place, len(numbers))
    tenths = tenths_of(dark, ensemble.answers.n)
    quantities = dict.fromkeys(name.split(".")[0] for name in ensemble.quantities)
    return LikelyNight(n=ensemble.answers.n, quantities=tuple(quantities), often={
        int(street): int(tenths[k]) for k, street in enumerate(numbers) if street and dark[k]})


def _points(run: Run, rows: Any) -> Any:
    """Give a point for each of these assets, (N, 2): its own, else one inside its shape; NaN where there is neither."""
    assets = run.result.city.assets
    points = np.column_stack([assets.x_m[rows], assets.y_m[rows]]).astype(float)
    for k in np.flatnonzero(np.isnan(points[:, 0])).tolist():
        shape = run.city_file.shapes[rows[k]]
        if shape is not None and not shape.is_empty:
            inside = shape.representative_point()
            points[k] = inside.x, inside.y
    return points


def _streets(run: Run, allowed: Allowed) -> tuple[tuple[str, ...], Any]:
    """Give the names of streets that may be told, and the number of each asset's street, (A,).

    A name that only a site, a substation, a gauge or a house carries is not among them.
    """
    assets = run.result.city.assets
    labels, layer = assets.street, run.city_file.context.get("street")
    words = [clean(word) for word in labels.words]
    names: set[str] = set()
    if layer is not None and allowed("street", "name"):
        names |= {clean(name) for name in layer.name}
    if allowed("lamp", "street") and "lamp" in assets.kinds.names:
        codes = np.unique(labels.codes[assets.of_kind("lamp")])
        names |= {words[code] for code in codes.tolist() if code >= 0}
    ordered = tuple(sorted(names - {""}, key=lambda name: (name.casefold(), name)))
    number = {name: k + 1 for k, name in enumerate(ordered)}
    of_word = np.array([*(number.get(word, 0) for word in words), 0], np.int64)
    street_of = of_word[labels.codes]
    if not allowed("lamp", "street") and "lamp" in assets.kinds.names:
        street_of = np.where(assets.of_kind("lamp"), 0, street_of)
    return ordered, street_of


def _blocks(run: Run, allowed: Allowed, street_of: Any,
            quarters: Quarters) -> tuple[PublicBlocks, tuple[tuple[Any, int], ...]]:
    """Give the blocks of houses, and the houses that are drawn with the block of each."""
    assets = run.result.city.assets
    outlines, block_of = blocks_of(run, public=True)
    tells = allowed("block", "outline")
    buildings = np.flatnonzero(public_houses(assets))
    houses: tuple[tuple[Any, int], ...] = ()
    if allowed("building", "outline"):
        by_block = tells and allowed("building", "block")
        shown = block_of[buildings].tolist() if by_block else [-1] * len(buildings)
        houses = tuple(zip(run.city_file.shapes[buildings], shown, strict=True))
    if not tells:
        return PublicBlocks(outlines=(), wet=(), street=(), houses=(), lone=0), houses
    wet: list[list[Span]] = [[] for _ in outlines]
    lone = 0
    for row, spans in wet_rows(run, public_houses(assets)).items():
        if block_of[row] >= 0:
            wet[block_of[row]] += [(start, end) for start, end, _ in spans]
        else:
            lone += 1
    count = np.bincount(block_of[buildings][block_of[buildings] >= 0], minlength=len(outlines))
    named: list[dict[int, int]] = [{} for _ in outlines]
    for row in buildings.tolist():
        street = int(street_of[row])
        if block_of[row] >= 0 and street:
            named[block_of[row]][street] = named[block_of[row]].get(street, 0) + 1
    return PublicBlocks(outlines=tuple(outlines), wet=tuple(tuple(quarters.outward(spans)) for spans in wet),
                        street=tuple(_commonest(held) for held in named), houses=tuple(count.tolist()),
                        lone=lone), houses


def _commonest(held: Mapping[int, int]) -> int:
    """Give the street that most houses name, of two the first; 0 where none names one."""
    return min(held, key=lambda street: (-held[street], street)) if held else 0


def _layers(run: Run, allowed: Allowed) -> dict[str, PublicLayer]:
    found = {}
    for name in ("street", "district", "water", "park", "bridge"):
        layer = run.city_file.context.get(name)
        if layer is None or not allowed.tells(name):
            continue
        shapes: tuple[Any, ...] = (None,) * len(layer)
        if allowed(name, "outline"):
            shapes = tuple(layer.geometry)
        elif name == "district":  # a name needs a place to stand at; its bounds stay
            shapes = tuple(None if shape is None or shape.is_empty else shape.representative_point()
                           for shape in layer.geometry)
        rank = layer.columns.get("rank")
        found[name] = PublicLayer(
            shapes=shapes,
            names=tuple(clean(one) for one in layer.name) if allowed(name, "name") else ("",) * len(layer),
            ranks=("",) * len(layer) if rank is None else tuple("main" if str(one) == "main" else "" for one in rank))
    return found


def _nights(run: Run) -> tuple[Span, ...]:
    plan, city = run.result.plan, run.result.city
    nights = dark_periods(plan.start.astimezone(UTC) - timedelta(seconds=_DAY_S), plan.duration_s + 2 * _DAY_S,
                          plan.dark, latitude=city.latitude, longitude=city.longitude,
                          timezone=city.timezone) - _DAY_S
    return tuple((int(start), int(end)) for start, end in nights if end > 0 and start < plan.duration_s)


def _peak(run: Run, quarters: Quarters) -> int | None:
    """Give when the water stands highest: the middle one of the peaks at lamps and houses, to the quarter."""
    assets, exposure = run.result.city.assets, run.result.exposure
    seen = np.isin(np.array(assets.kinds.names, dtype=object)[assets.kind], ["lamp", "building"])
    peaks = np.sort(exposure.peak_time_s[seen & (exposure.peak_time_s != NONE)])
    return quarters.nearest(int(peaks[len(peaks) // 2])) if len(peaks) else None


def _assumed(run: Run, tells: bool) -> dict[str, int]:
    assets = run.result.city.assets
    sources = (assets.touch_source, assets.fail_source, assets.protection_source)
    if not tells:
        return {"defaults": 0, "doubtful": 0}
    return {"defaults": int(sum((np.asarray(source) == Source.DEFAULT).sum() for source in sources)),
            "doubtful": summarise(run.result).doubtful}
