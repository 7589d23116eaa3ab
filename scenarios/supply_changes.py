"""Links of supply that a scenario adds or takes away: a second feed, a generator, a line under repair."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from scenarios.reading import KeyPath
from scenarios.schema import SupplyChange
from twin.errors import InputError
from twin.world.assets import Assets, Source
from twin.world.supplies import Feed, Service, Supplies

_COLUMNS = ("supplier", "consumer", "service", "group", "preference", "transfer_s", "feed", "source")
#: As in ``Plan.supplies``.
Said = tuple[str, str, str, int]
Complain = Callable[..., None]


def changed(assets: Assets, supplies: Supplies, changes: tuple[SupplyChange, ...], complain: Complain
            ) -> tuple[Supplies, tuple[Said, ...]]:
    """Give the supplies with the changes of a scenario, and what they were.

    Parameters
    ----------
    assets, supplies
        The city's.
    changes
        In the order of the file.
    complain
        Told of what does not fit: ``complain(path, found=, expected=, remedy=)``.
    """
    if not changes:
        return supplies, ()
    columns: dict[str, Any] = {name: list(getattr(supplies, name)) for name in _COLUMNS}
    said: list[Said] = []
    for i, change in enumerate(changes):
        link = change.add or change.remove
        assert link is not None
        word = "add" if change.add else "remove"
        path: KeyPath = ("supplies", i, word)
        rows = {end: _row(assets, getattr(link, end), (*path, end), complain) for end in ("supplier", "consumer")}
        if None in rows.values():
            continue
        supplier, consumer = rows["supplier"], rows["consumer"]
        own = [e for e, row in enumerate(columns["consumer"]) if row == consumer]
        same = [e for e in own if columns["supplier"][e] == supplier]
        name = f"'{link.supplier}' to '{link.consumer}'"
        if word == "add":
            if supplier == consumer or same:
                complain(path, found=f"the link {name}", expected="a link that the city does not have",
                         remedy="An asset does not supply itself." if supplier == consumer else "It is there already.")
                continue
            # Where the city knows a group of power, the new supplier is its last alternative.
            power = [e for e in own if columns["service"][e] == Service.POWER]
            group = min((int(columns["group"][e]) for e in power),
                        default=max((int(columns["group"][e]) for e in own), default=-1) + 1)
            rank = max((int(columns["preference"][e]) for e in power if columns["group"][e] == group), default=-1) + 1
            for column, value in zip(_COLUMNS, (supplier, consumer, Service.POWER, group, rank, link.transfer_s,
                                                Feed.PERMANENT, Source.DEFAULT), strict=True):
                columns[column].append(value)
        else:
            if not same:
                feeding = ", ".join(str(assets.id[columns["supplier"][e]]) for e in own) or "nothing"
                complain(path, found=f"the link {name}",
                         expected=f"a link of the city; {feeding} feeds {link.consumer}")
                continue
            groups = {columns["group"][e] for e in same}
            if any(sum(columns["group"][e] == group for e in own) == 1 for group in groups):
                complain(path, found=f"the only link of its sort into '{link.consumer}'", expected="one of several",
                         remedy="To take its only supplier away, cut or fail that one under `events`.")
                continue
            for column in _COLUMNS:
                columns[column] = [value for e, value in enumerate(columns[column]) if e not in same]
        said.append((word, link.supplier, link.consumer, link.transfer_s if word == "add" else 0))
    if not said:
        return supplies, ()
    return Supplies.of(len(assets), **{name: np.array(values) for name, values in columns.items()}), tuple(said)


def _row(assets: Assets, asset_id: str, path: KeyPath, complain: Complain) -> int | None:
    try:
        return assets.row(asset_id)
    except InputError as error:
        complain(path, found=error.found, expected=error.expected, remedy=error.remedy)
        return None
