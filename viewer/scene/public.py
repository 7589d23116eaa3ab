"""What the public may know: the allow-list, the stories told instead of topology, places made coarse on purpose."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from twin.errors import InputError
from twin.quantities import NONE
from twin.results.outages import Mechanism
from twin.results.trace import What
from twin.world.assets import Source
from twin.world.supplies import Service

if TYPE_CHECKING:
    from geodata.run.folder import Run


@dataclass(frozen=True, slots=True)
class Allowed:
    """The fields of each kind that may leave; ``None`` lets everything through (the operator's page)."""

    fields: dict[str, frozenset[str]] | None

    def __call__(self, kind: str, field: str) -> bool:
        """Tell whether a field of a kind may be written."""
        return self.fields is None or field in self.fields.get(kind, frozenset())

    @classmethod
    def public(cls, path: Path | None = None) -> Allowed:
        """Read the public list: the shipped one, or the city's own.

        Raises
        ------
        InputError
            A file that is missing, no TOML, or no list of fields by kind.
        """
        shipped = _fields(resources.files("viewer").joinpath("data/public_fields.toml").read_text("utf-8"), "")
        if path is None:
            return cls(shipped)
        try:
            own = _fields(path.read_text("utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(file=str(path), found=getattr(error, "strerror", None) or "no text",
                             expected="a list of what may leave (TOML)",
                             remedy="Copy viewer/data/public_fields.toml and take words out.") from None
        # A word that the pages do not know would be taken for something kept back, or let out, that is not.
        for kind, fields in own.items():
            if unknown := sorted(fields - shipped.get(kind, frozenset())):
                raise InputError(file=str(path), field=kind, found=f"'{unknown[0]}'", ids=unknown,
                                 expected=f"one of {', '.join(sorted(shipped[kind]))}" if shipped.get(kind)
                                 else f"a kind of the shipped list: {', '.join(sorted(shipped))}")
        return cls(own)


def _fields(text: str, file: str) -> dict[str, frozenset[str]]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(file=file, found=str(error), expected="TOML") from None
    for kind, table in tables.items():
        fields = table.get("fields", []) if isinstance(table, dict) else None
        if not isinstance(fields, list) or not all(isinstance(one, str) for one in fields):
            raise InputError(file=file, field=kind, found="no list of words",
                             expected='fields = ["position", "street"]')
    return {kind: frozenset(table.get("fields", ())) for kind, table in tables.items()}


#: Why a lamp is dark, as the public page tells it. The order is the code's.
STORIES = ("none", "cabinet_flooded", "lamp_tripped", "lamp_flooded", "feed_flooded", "feed_failed", "cut", "failed",
           "reported", "may", "may_cabinet")


@dataclass(frozen=True, slots=True)
class PublicStories:
    """Stories of the outages: what happened in words of the page, where it happened made coarse, what it waits for."""

    #: Number of the story of each outage, (O,).
    of_outage: Any
    #: code (place in ``STORIES``), place (index into ``places``, -1 none), held (index into ``holds``, -1), certain.
    table: list[tuple[int, int, int, int]]
    #: Asset rows of the cabinets that stories speak of: drawn as a point on their street, never where they stand.
    places: list[int]
    #: Asset rows that hold an outage: only their stage of repair is written.
    holds: list[int]
    #: Story of a lamp that may go out, by the reason.
    may: int


def public_stories(run: Run) -> PublicStories:
    """Tell each outage by a story: root, place and what it waits for, no chain of supply."""
    result = run.result
    outages, assets, supplies, trace = result.outages, result.city.assets, result.city.supplies, result.trace
    names = assets.kinds.names
    kind_of = [names[k] for k in assets.kind]
    told = _told(outages, trace)
    cabinet_of = _cabinets(kind_of, supplies)
    sure = np.ones(len(assets), bool)
    sure[supplies.consumer[supplies.source == Source.INFERRED]] = False
    numbers: dict[tuple[int, int, int, int], int] = {(0, -1, -1, 1): 0}
    may = numbers.setdefault((STORIES.index("may"), -1, -1, 0), len(numbers))
    places: dict[int, int] = {}
    holds: dict[int, int] = {}
    of_outage = np.zeros(len(outages), np.int64)
    for i in range(len(outages)):
        asset = int(outages.asset[i])
        if kind_of[asset] != "lamp":
            continue
        root, root_mechanism = int(outages.root[i]), int(outages.root_mechanism[i])
        code = _code(kind_of[root] if root != NONE else "lamp", root_mechanism, root == asset, bool(told[i]))
        cabinet = cabinet_of.get(asset, -1)
        place = -1 if cabinet < 0 or code in ("lamp_flooded",) else places.setdefault(cabinet, len(places))
        held = int(outages.held[i])
        hold = -1 if held == NONE else holds.setdefault(held, len(holds))
        key = (STORIES.index(code), place, hold, int(sure[asset] and not outages.is_doubtful[i]))
        of_outage[i] = numbers.setdefault(key, len(numbers))
    return PublicStories(of_outage, list(numbers), list(places), list(holds), may)


def _told(outages: Any, trace: Any) -> Any:
    """Tell of each outage whether the chain of events that opened it begins with a fact, (O,)."""
    if not len(trace):
        return np.zeros(len(outages), bool)
    first = np.array(outages.event_row, np.int64)
    while (above := trace.cause_row[first] != NONE).any():
        first[above] = trace.cause_row[first[above]]
    return np.asarray(trace.what[first] == What.REPORTED)


def _code(root_kind: str, mechanism: int, own: bool, told: bool) -> str:
    """Name the story by the mechanism at the root; a fact is the cause only of what it opened itself."""
    if mechanism == Mechanism.CUT:
        return "cut"
    if mechanism == Mechanism.FLOODED:
        if own:
            return "lamp_flooded"
        if root_kind == "lamp":
            return "lamp_tripped"
        return "cabinet_flooded" if root_kind == "cabinet" else "feed_flooded"
    if mechanism == Mechanism.FAILED:
        if told:
            return "reported"
        return "failed" if root_kind in ("lamp", "circuit", "cabinet") else "feed_failed"
    return "lamp_tripped" if mechanism == Mechanism.TRIPPED else "feed_failed"


def _cabinets(kind_of: list[str], supplies: Any) -> dict[int, int]:
    """Give the cabinet that feeds each lamp, directly or by its circuit."""
    first: dict[int, int] = {}
    for edge in range(len(supplies) - 1, -1, -1):
        if supplies.service[edge] == Service.POWER:
            first[int(supplies.consumer[edge])] = int(supplies.supplier[edge])
    found = {}
    for row, kind in enumerate(kind_of):
        if kind != "lamp":
            continue
        at, steps = row, 0
        while at in first and steps < 4 and kind_of[at] != "cabinet":
            at, steps = first[at], steps + 1
        if kind_of[at] == "cabinet":
            found[row] = at
    return found


def coarse_position(run: Run, row: int, lines: dict[str, list[Any]]) -> tuple[float, float] | None:
    """Give the point that stands for a cabinet: the middle of its street; None where the street is not known.

    Nothing of the cabinet's own position enters: two cabinets of one street stand at the same point.
    """
    street = run.result.city.assets.street[row]
    shapes = lines.get(street)
    if not shapes:
        return None
    longest = max(shapes, key=lambda shape: (shape.length, shape.wkb))
    middle = shapely.line_interpolate_point(longest, 0.5, normalized=True) if longest.geom_type == "LineString" \
        else longest.representative_point()
    return float(middle.x), float(middle.y)
