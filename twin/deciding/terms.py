"""By what things are put in order, and how long before the water a thing is opened: what questions are asked in."""

from __future__ import annotations

from typing import Literal

#: What outages are counted by [s]: critical sites without power, people without power (dwellings of buildings, people
#: of sites, where the city knows them), lamps dark, and lamps dark in main streets.
COUNTS = ("site_s", "people_s", "lamp_s", "main_s")
Objective = Literal["sites", "people", "lamps", "streets"]
#: By what things are put in order: the first count that differs decides.
OBJECTIVES: dict[str, tuple[str, ...]] = {
    "sites": ("site_s", "people_s", "lamp_s"), "people": ("people_s", "site_s", "lamp_s"),
    "lamps": ("lamp_s", "people_s", "site_s"), "streets": ("main_s", "lamp_s", "people_s")}
#: Time before the first water at which a thing is opened [s].
LEAD_S = 900
