"""What a scenario changes of its city, as edits: heights, repairs, links of supply.

:mod:`twin.world.edits` applies them, as it does those of a measure or of the desk; here each gets its place in the
file, so that a complaint points at its line.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.complaints import Complaints
from scenarios.reading import KeyPath
from scenarios.schema import Scenario
from twin.errors import InputError
from twin.world.city import City
from twin.world.edits import AddSupplier, Edit, Edited, RemoveSupplier, Repair, Threshold
from twin.world.kinds import Kinds
from twin.world.plan import Plan


def edits_of(scenario: Scenario, kinds: Kinds) -> Iterator[tuple[KeyPath, Edit]]:
    """Give every edit with its place, in the order in which they are applied.

    Heights of whole kinds come before those of single assets, whatever the order of the file: the single one counts.
    """
    for key in sorted(scenario.thresholds, key=lambda k: k not in kinds.names):
        heights = scenario.thresholds[key]
        yield ("thresholds", key), Threshold(key, touch_m=heights.touch_m, fail_m=heights.fail_m)
    for kind, repair in sorted(scenario.repair_s.items()):
        yield ("repair_s", kind), Repair(kind, repair.live, repair.live if repair.dead is None else repair.dead)
    for i, change in enumerate(scenario.supplies):
        if change.add is not None:
            yield ("supplies", i, "add"), AddSupplier(change.add.supplier, change.add.consumer, change.add.transfer_s)
        if change.remove is not None:
            yield ("supplies", i, "remove"), RemoveSupplier(change.remove.supplier, change.remove.consumer)


def apply_edits(scenario: Scenario, plan: Plan, city: City, complaints: Complaints) -> Edited:
    """Apply what the scenario changes; what does not fit is a complaint, and the others are applied all the same."""
    edited = Edited(plan=plan, city=city)
    for path, edit in edits_of(scenario, city.assets.kinds):
        try:
            after = edit.apply(edited.plan, edited.city)
        except InputError as error:
            end = (error.field,) if isinstance(edit, AddSupplier | RemoveSupplier) and error.field else ()
            complaints.add((*path, *end), found=error.found, expected=error.expected, remedy=error.remedy,
                           of_key=_names_nothing(edit, error))
            continue
        edited = Edited(plan=after.plan, city=after.city, warnings=(*edited.warnings, *after.warnings))
    return edited


def _names_nothing(edit: Edit, error: InputError) -> bool:
    """Tell whether the key itself is at fault: neither a kind nor an asset."""
    return isinstance(edit, Repair) or (isinstance(edit, Threshold) and error.field == "key")
