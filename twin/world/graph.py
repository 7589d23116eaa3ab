"""The supply graph, and every question that is asked of it: who feeds whom, what lies above and below, what is alone.

One place answers: run, indicators, explanations, pages and the quality check ask here. Edges are in compressed rows,
as ``twin/kernels/supply/order.py`` reads them. What is in use at a moment is a question to the result
(``twin.results.moment``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np

from twin.quantities import NONE, BoolArray, Int32Array, Int64Array, distinct
from twin.world.assets import Assets, Protection
from twin.world.city import City
from twin.world.supplies import Service, Supplies

#: Links followed up a chain before it is taken for a ring.
LONGEST_CHAIN = 64


@dataclass(frozen=True, kw_only=True, eq=False)
class SupplyGraph:
    """Supplies in compressed rows: groups by asset, edges by group, groups fed by asset."""

    #: Groups of asset ``a`` are ``group_offsets[a]:group_offsets[a + 1]``, (A + 1,).
    group_offsets: Int32Array
    #: Edges of group ``g`` are ``edge_offsets[g]:edge_offsets[g + 1]``, preferred first, (G + 1,).
    edge_offsets: Int32Array
    #: Whose each group is, and whether it is of control, (G,).
    group_asset: Int32Array
    is_control: BoolArray
    #: Supplier of each edge, (E,): the column of ``Supplies``.
    supplier: Int32Array

    @cached_property
    def fed_groups(self) -> tuple[Int32Array, Int32Array]:
        """Give offsets, (A + 1,), and groups, (E,): those that asset ``a`` may feed, in order."""
        # Nearly in order as they come: a sort that makes use of it is as fast as a kernel, and needs none to be loaded.
        by_supplier = np.argsort(self.supplier, kind="stable")
        edges = np.bincount(self.supplier, minlength=len(self.group_offsets) - 1)
        offsets = np.concatenate([[0], np.cumsum(edges)]).astype(np.int32)
        return offsets, self.group_of_edge[by_supplier]

    @property
    def rows(self) -> tuple[Int32Array, Int32Array, Int32Array, BoolArray, Int32Array, Int32Array, Int32Array]:
        """The columns in the order in which the kernels take them."""
        return (self.group_offsets, self.edge_offsets, self.group_asset, self.is_control, self.supplier,
                *self.fed_groups)

    @property
    def group_of_edge(self) -> Int32Array:
        """Number of the group of each edge, (E,)."""
        return np.repeat(np.arange(len(self.group_asset), dtype=np.int32), np.diff(self.edge_offsets))

    def preferred(self) -> Int32Array:
        """Give the preferred supplier of the first needed group of each asset, (A,); -1 where none."""
        chosen = np.full(len(self.group_offsets) - 1, NONE, np.int32)
        needed = np.flatnonzero(~self.is_control)[::-1]
        chosen[self.group_asset[needed]] = self.supplier[self.edge_offsets[needed]]
        return chosen

    def chain(self, row: int) -> list[int]:
        """Give the preferred suppliers of an asset, one above the other, up to a source or around a ring."""
        above, links = self.preferred(), [row]
        while (above_it := int(above[links[-1]])) != NONE and above_it not in links:
            links.append(above_it)
        return links[1:]

    def nearest_above(self, wanted: BoolArray) -> Int32Array:
        """Give the first asset of a mask on the preferred chain of each, itself included, (A,); -1 where none.

        Parameters
        ----------
        wanted
            Mask, (A,): the cabinets, say.
        """
        n = len(wanted)
        found = np.where(wanted, np.arange(n), NONE).astype(np.int32)
        preferred = self.preferred()
        above = preferred.copy()
        for _ in range(LONGEST_CHAIN):
            open_ = np.flatnonzero((found == NONE) & (above != NONE))
            if not len(open_):
                break
            here = above[open_]
            found[open_] = np.where(wanted[here], here, NONE)
            above[open_] = preferred[here]
        return found

    def downstream(self, seeds: BoolArray) -> BoolArray:
        """Give what the service of some assets may reach, themselves included, (A,); control is passed over."""
        from twin.kernels.supply.order import reach_down

        return reach_down(*self.rows, np.array(seeds, np.bool_))

    def upstream(self, seeds: BoolArray) -> BoolArray:
        """Give what some assets may be fed by, themselves included, (A,); control is passed over."""
        from twin.kernels.supply.order import reach_up

        return reach_up(*self.rows, np.array(seeds, np.bool_))

    def fed(self, is_down: BoolArray | None = None) -> BoolArray:
        """Give who delivers when only these are down, without buffers: the least fixed point, (A,)."""
        from twin.kernels.supply.order import fed

        down = np.zeros(len(self.group_offsets) - 1, np.bool_) if is_down is None else np.array(is_down, np.bool_)
        return fed(*self.rows, down)

    def cycle_of(self) -> tuple[Int32Array, int]:
        """Give the cycle of each asset, (A,), and how many there are; most stand alone in theirs."""
        return self._cycles

    @cached_property
    def _cycles(self) -> tuple[Int32Array, int]:
        from twin.kernels.supply.order import components

        return components(*self.fed_groups, self.group_asset, self.is_control)

    @cached_property
    def first_uses(self) -> Int32Array:
        """The edge that each group uses before anything happens, (G,)."""
        from twin.kernels.supply.order import first_uses

        return first_uses(*self.rows, self.cycle_of()[0])

    @cached_property
    def ever_fed(self) -> BoolArray:
        """Who is fed when nothing is down, (A,)."""
        return self.fed()

    def rings(self) -> list[Int32Array]:
        """Give the sets of assets that feed each other in a ring, largest first, then by row."""
        label, count = self.cycle_of()
        sizes = np.bincount(label, minlength=count)
        members = np.flatnonzero(sizes[label] > 1)
        found = [members[label[members] == which].astype(np.int32) for which in np.unique(label[members])]
        return sorted(found, key=lambda rows: (-len(rows), int(rows[0])))

    def alternatives(self, row: int) -> int:
        """Give how many suppliers the poorest needed group of an asset has; 0 where it has no group."""
        groups = np.arange(self.group_offsets[row], self.group_offsets[row + 1])
        groups = groups[~self.is_control[groups]]
        return int((self.edge_offsets[groups + 1] - self.edge_offsets[groups]).min()) if len(groups) else 0


_KNOWN: WeakKeyDictionary[Supplies, SupplyGraph] = WeakKeyDictionary()


def graph_of(city: City) -> SupplyGraph:
    """Give the supply graph of a city; put in order once for each table of supplies."""
    found = _KNOWN.get(city.supplies)
    if found is None:
        found = _KNOWN[city.supplies] = _in_rows(city.supplies, len(city.assets))
    return found


def _in_rows(supplies: Supplies, n: int) -> SupplyGraph:
    consumer, group = supplies.consumer, supplies.group
    is_first = np.ones(len(supplies), bool)
    is_first[1:] = (consumer[1:] != consumer[:-1]) | (group[1:] != group[:-1])
    first = np.flatnonzero(is_first)
    group_asset = consumer[first].astype(np.int32)
    # Copies may be written: one compiled kernel then serves every city.
    supplier = np.array(supplies.supplier)
    return SupplyGraph(
        group_offsets=np.searchsorted(group_asset, np.arange(n + 1)).astype(np.int32),
        edge_offsets=np.append(first, len(supplies)).astype(np.int32), group_asset=group_asset,
        is_control=np.asarray(supplies.service[first] == Service.CONTROL), supplier=supplier)


def without_supplier(city: City) -> BoolArray:
    """Give the assets that need a supplier and have none known, (A,): they count as fed, and every answer says so."""
    is_needed = city.supplies.service != Service.CONTROL
    fed = np.zeros(len(city.assets), bool)
    fed[city.supplies.consumer[is_needed]] = True
    return np.asarray(~fed & ~city.assets.kinds.is_source[city.assets.kind])


def trips(assets: Assets, supplies: Supplies) -> tuple[Int32Array, Int32Array]:
    """Give the circuits that a wet live part of each asset opens: offsets (A + 1,) and circuits, each once.

    Those with an RCD that feed it power.
    """
    n = len(assets)
    is_rcd = assets.kinds.is_circuit[assets.kind] & (assets.protection == Protection.RCD)
    edges = np.flatnonzero(is_rcd[supplies.supplier] & (supplies.service == Service.POWER))
    pairs: Int64Array = distinct(supplies.consumer[edges].astype(np.int64) * n + supplies.supplier[edges])
    lamps, circuits = pairs // max(n, 1), pairs % max(n, 1)
    return np.searchsorted(lamps, np.arange(n + 1)).astype(np.int32), circuits.astype(np.int32)
