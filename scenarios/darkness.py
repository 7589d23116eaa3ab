"""Hours of darkness of a scenario: the sun, or the switching times of its lamps."""

from __future__ import annotations

from scenarios.complaints import Complaints
from scenarios.schema import Scenario
from twin.world.assets import Assets
from twin.world.kinds import Role
from twin.world.plan import DarkHours


def dark_of(scenario: Scenario, assets: Assets, complaints: Complaints) -> DarkHours:
    """Give the hours of darkness; complain of cabinets and districts that the city lacks."""
    dark = scenario.dark
    for key in dark.cabinets:
        row = complaints.tried(("dark", "cabinets", key), lambda wanted=key: assets.row(wanted))  # type: ignore[misc]
        if row is not None and assets.has_role(row, Role.LIGHTS):
            complaints.add(("dark", "cabinets", key), found=f"'{key}', a lamp", expected="what feeds lamps: a cabinet",
                           of_key=True)
    for key in dark.districts:
        if key not in assets.district.words:
            known = ", ".join(assets.district.words[:8]) or "none"
            complaints.add(("dark", "districts", key), found=f"district '{key}'", of_key=True,
                           expected=f"a district of this city ({known})")
    return DarkHours(by=dark.by, on=dark.on or "", off=dark.off or "", windows=dark.windows or (),
                     cabinets=tuple(sorted(dark.cabinets.items())), districts=tuple(sorted(dark.districts.items())))
