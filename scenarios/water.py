"""The water of a scenario alone, computed by the flow model into a store that other scenarios read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.resolve import placed, read_city_of, start_of, zone_of
from scenarios.schema import Scenario

if TYPE_CHECKING:
    from geodata.city_file import CityFile


def make_water(scenario: Scenario, out: Path, *, city_file: CityFile | None = None, city: str | Path | None = None,
               netcdf: Path | None = None, geotiff: Path | None = None,
               progress: Callable[[str], None] | None = None) -> dict[str, Any]:
    """Compute the water of a scenario into the folder ``out``.

    Parameters
    ----------
    scenario
        One with ``flood: {rain: …}`` or ``flood: {inflow: …}``.
    out
        Store to write; a computation that was stopped goes on where it was.
    city_file, city
        City to use instead of the scenario's: already read, or by name or path.
    netcdf, geotiff
        Files for other programs: all frames, and peak and arrival.
    progress
        Told in words how far it is.

    Returns
    -------
    What the store says of itself: ``file``, ``frames``, ``notes`` and ``book``, the book of every cubic metre.

    Raises
    ------
    InputError
        Water that is not computed, a place that holds something else, whatever the flow model refuses.
    """
    if scenario.flood is None:
        raise scenario.complaint((), found="a scenario without 'flood'", expected="flood: {rain: …} or {inflow: …}")
    from geodata.flow_export import check_geotiff, check_netcdf, write_geotiff, write_netcdf
    from geodata.flow_frames import make

    # Before the work, not after it.
    if netcdf is not None:
        check_netcdf(netcdf)
    if geotiff is not None:
        check_geotiff(geotiff)
    read = city_file if city_file is not None else read_city_of(scenario, city)
    start = start_of(scenario, zone_of(read.city))

    def tell(reached_s: float, end_s: float) -> None:
        if progress is not None:
            progress(f"the water flows: {reached_s / 3600:.1f} of {end_s / 3600:.1f} h")

    spec = scenario.flood
    frames = placed(scenario, lambda: make(spec, out, city_file=read, folder=scenario.folder, start=start,
                                           duration_s=scenario.duration, progress=tell))
    if netcdf is not None:
        write_netcdf(frames, netcdf, progress=lambda done, all_: progress(f"frame {done} of {all_}")
                     if progress is not None else None)
    if geotiff is not None:
        write_geotiff(frames, geotiff)
    return {"file": str(out), "frames": len(frames.times_s), "notes": list(frames.notes), "book": dict(frames.book)}
