"""Names of inflows and measures, and where a scenario writes them: what the book and complaints call things."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from geodata.hazards.declared.flow import FlowModel, Inflow
from twin.errors import InputError
from twin.flood.domain import SIDES

if TYPE_CHECKING:
    from geodata.hazards.declared.flood import FloodSpec


class Names(NamedTuple):
    """A name for each; the book never meets one of them twice."""

    inflows: tuple[str, ...]
    barriers: tuple[str, ...]
    pumps: tuple[str, ...]
    culverts: tuple[str, ...]
    gullies: tuple[str, ...]


class _Group(NamedTuple):
    """Things of one sort: the word that numbers those without a name, where each stands, and the names given."""

    word: str
    places: list[str]
    given: list[str | None]


def names_of(inflows: Sequence[Inflow], model: FlowModel) -> Names:
    """Give names to all that has none, numbered past those that are given.

    Raises
    ------
    InputError
        An empty name; one that two things of one part of the book have, or an inflow and a side of the domain.
    """
    rivers = _Group("inflow", [f"flood.inflow[{k}]" for k in range(len(inflows))],
                    [spec.name if "name" in spec.model_fields_set else None for spec in inflows])
    measures = {key: _Group(key[:-1], [f"flood.model.{key}[{k}]" for k in range(len(getattr(model, key)))],
                            [spec.name for spec in getattr(model, key)]) for key in ("barriers", "pumps", "culverts")}
    points = model.drains.points if model.drains else ()
    gullies = _Group("gully", [f"flood.model.drains.points[{k}]" for k in range(len(points))], [None] * len(points))
    named, = _named([rivers], {side: f"flood.model.edges.{side}" for side in SIDES})
    barriers, = _named([measures["barriers"]], {})
    pumps, culverts, drains = _named([measures["pumps"], measures["culverts"], gullies], {})
    return Names(named, barriers, pumps, culverts, drains)


def _named(groups: Sequence[_Group], taken: dict[str, str]) -> list[tuple[str, ...]]:
    """Give the names of groups that share a part of the book; ``taken`` tells where each name stands already."""
    for group in groups:
        for place, name in zip(group.places, group.given, strict=True):
            if name is None:
                continue
            if not name.strip():
                raise InputError(field=f"{place}.name", found="an empty name", expected="a name, or no `name` at all")
            if name in taken:
                raise InputError(field=f"{place}.name", found=f"the name '{name}' again", expected="a name of its own, "
                                 "for the book of the water", remedy=f"{taken[name]} has it already.")
            taken[name] = place
    named = []
    for group in groups:
        alone = len(group.given) == 1 and group.word != "gully" and group.word not in taken
        numbers = iter([group.word] if alone else [])
        free = (name for k in range(1, len(group.given) + len(taken) + 1)
                if (name := f"{group.word} {k}") not in taken)
        names = tuple(name if name is not None else next(numbers, None) or next(free) for name in group.given)
        taken |= dict(zip(names, group.places, strict=True))
        named.append(names)
    return named


@contextmanager
def in_the_scenario(spec: FloodSpec) -> Iterator[None]:
    """Give what the flow model refuses its place in the scenario: ``barriers`` of name 'quay' stands under ``model``.

    Raises
    ------
    InputError
        As it came, with another ``field``.
    """
    try:
        yield
    except InputError as error:
        if not error.file:
            error.field = _place(error, spec)
        raise


def _place(error: InputError, spec: FloodSpec) -> str:
    single = isinstance(spec.inflow, Inflow)
    field = error.field
    if not field.startswith("flood"):
        names = names_of(spec.inflows, spec.flow_model)
        head, dot, key = field.partition(".")
        ids = error.ids
        lists = {"inflow": ("flood.inflow", names.inflows), "barriers": ("flood.model.barriers", names.barriers),
                 "pumps": ("flood.model.pumps", names.pumps), "culverts": ("flood.model.culverts", names.culverts),
                 "drains": ("flood.model.drains.points", names.gullies)}
        if head in lists:
            place, known = lists[head]
            at = known.index(ids[0]) if ids and ids[0] in known else None
            field = place + (f"[{at}]" if at is not None else "") + dot + key
        else:
            field = {"soil": "flood.model.infiltration.soil", "flow model": "flood"}.get(
                field, f"flood.model.{field}" if head == "edges" else field)
    return field.replace("flood.inflow[0]", "flood.inflow", 1) if single else field
