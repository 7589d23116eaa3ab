"""The water of a scenario alone, computed by the flow model into a store that other scenarios read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.flooding import placed
from scenarios.moments import start_of, zone_of
from scenarios.resolve import read_city_of
from scenarios.schema import Scenario
from twin.errors import InputError
from twin.stages import Paced, Stage, Tell, silent

if TYPE_CHECKING:
    from geodata.city.model import CityFile


def make_water(scenario: Scenario, out: Path, *, city_file: CityFile | None = None, city: str | Path | None = None,
               netcdf: Path | None = None, geotiff: Path | None = None,
               tell: Tell = silent) -> dict[str, Any]:
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
    tell
        Told how far it is; what it raises stops the computation, and the next one goes on from there.

    Returns
    -------
    What the store says of itself: ``file``, ``frames``, ``notes``, ``complaint`` (one of the notes: the
    book does not balance; else empty) and ``book``, the book of every cubic metre.

    Raises
    ------
    InputError
        Water that is not computed, two files for one place, a place that holds something else, whatever the flow
        model refuses.
    """
    if scenario.flood is None:
        raise scenario.complaint((), found="a scenario without 'flood'", expected="flood: {rain: …} or {inflow: …}")
    from geodata.hazards.flow.export import check_geotiff, check_netcdf, write_geotiff, write_netcdf
    from geodata.hazards.flow.store import make

    # Before the work, not after it.
    _check_places(out, netcdf, geotiff)
    if netcdf is not None:
        check_netcdf(netcdf)
    if geotiff is not None:
        check_geotiff(geotiff)
    read = city_file if city_file is not None else read_city_of(scenario, city)
    start = start_of(scenario, zone_of(read.city))

    flows = Paced(tell, Stage.WATER, "the water flows", unit="h")
    spec = scenario.flood
    frames = placed(scenario, lambda: make(spec, out, city_file=read, folder=scenario.folder, start=start,
                                           duration_s=scenario.duration,
                                           progress=lambda reached_s, end_s: flows(reached_s / 3600, end_s / 3600)))
    if netcdf is not None:
        write_netcdf(frames, netcdf, progress=Paced(tell, Stage.ASK, "writing the frames", unit="frames"))
    if geotiff is not None:
        write_geotiff(frames, geotiff)
    return {"file": str(out), "frames": len(frames.times_s), "notes": list(frames.notes),
            "complaint": frames.complaint, "book": dict(frames.book)}


def _check_places(out: Path, netcdf: Path | None, geotiff: Path | None) -> None:
    """Refuse two things in one place, and files within the store, which is replaced as a whole."""
    store = out.resolve()
    places = {name: path.resolve() for name, path in (("--netcdf", netcdf), ("--geotiff", geotiff)) if path is not None}
    for name, path in places.items():
        if path == store or store in path.parents or path in store.parents:
            raise InputError(field=name, found=f"'{path.name}' in or around the store '{out}'",
                             expected="a place of its own", remedy="Choose one outside --out.")
    if len(places) == 2 and len(set(places.values())) == 1:
        raise InputError(field="--geotiff", found=f"'{geotiff}', the place of --netcdf too",
                         expected="a place of its own for each file")
