"""What is done at the bench: each question is a function here, and what it gives can go from one process to another."""

from __future__ import annotations

import io
import json
import pickle
import sys
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from geodata.city.model import CityFile
from geodata.run.ranking import main_streets
from geodata.run.roads import access_if_kept
from geodata.run.run import Run
from scenarios.stage_curves import StageCurve
from scenarios.walls import check_wall
from twin.codes import Action
from twin.deciding.cutting import cuts
from twin.deciding.plans import pairs
from twin.deciding.ranking import rank
from twin.quantities import NONE
from twin.results.crew_shut import crews_shut_in
from twin.results.result import Result
from twin.stages import Progress
from twin.world.edits import Declare
from twin.world.kinds import LANGUAGES, Role
from viewer.desk.announced import Announced
from viewer.desk.comparing import comparison
from viewer.desk.drafts import Draft
from viewer.desk.likely import answer, answer_of, street_answer
from viewer.desk.outcomes import outcome
from viewer.desk.rank_page import Ranked, curves, told
from viewer.desk.reports import SORTS, Wish
from viewer.desk.runs import RunEntry
from viewer.desk.whole import Whole
from viewer.outputs.cap import export_cap
from viewer.outputs.leaflet import street_answers
from viewer.outputs.ngsi import entities
from viewer.outputs.open_data import feature_collections
from viewer.outputs.page import page

#: Runs kept open: two that are compared.
KEPT = 2
_open: OrderedDict[Path, Whole] = OrderedDict()


def _loaded(entry: RunEntry, path: Path) -> Whole:
    found = _open.get(path)
    if found is None:
        found = _open[path] = Whole.read(entry, path)
        while len(_open) > KEPT:
            _open.popitem(last=False)
    _open.move_to_end(path)
    return found


def _ready(entry: RunEntry, path: Path) -> None:
    """Open a run with all that an edit of it needs: map, base, kernels."""
    loaded = _loaded(entry, path)
    _ = loaded.scene, loaded.base.intervals
    assets = loaded.result.city.assets
    if loaded.result.plan.crews is None and len(assets):
        first = int(np.argmax(assets.of_role(Role.SWITCHES)))
        _ = loaded.base.with_(Declare(Action.CUT, str(assets.id[first]), 0)).intervals


def _city(name: str) -> CityFile:
    """Read a city; terrain, outlines and imported columns stay: no screen of the desk asks for them."""
    if name == "valmont":
        from geodata.demo_town import valmont

        return _slim(valmont())
    from geodata.city.file import read_city

    return _slim(read_city(Path(name)))


def _slim(city_file: CityFile) -> CityFile:
    context = {name: layer for name, layer in city_file.context.items() if name == "street"}
    return replace(city_file, shapes=np.full(len(city_file.city.assets), None, object), context=context, terrain=None,
                   extra={}, report={}, origin=None)


def _run(entry: RunEntry, path: Path) -> tuple[Run, list[StageCurve]]:
    """Read a run with the levels of its water; its picture and its season stay here, with what draws them."""
    loaded = _loaded(entry, path)
    run = loaded.run
    return (replace(run, city_file=_slim(run.city_file), water=None, water_grid=None, gardens=None), loaded.curves)


def _pack(entry: RunEntry, path: Path) -> bytes:
    return _loaded(entry, path).pack


def _config(entry: RunEntry, path: Path) -> dict[str, Any]:
    loaded = _loaded(entry, path)
    frame = loaded.scene.frame
    return {**loaded.config, "public": False, "lang": "fr", "corner": [frame.west_m, frame.north_m]}


def _outcome(entry: RunEntry, path: Path, draft: Draft) -> dict[str, Any]:
    return outcome(_loaded(entry, path), draft)


def _page(entry: RunEntry, path: Path, public: bool, released_by: str | None) -> str:
    return page(_loaded(entry, path).run, public=public, released_by=released_by)


def _comparison(first: tuple[RunEntry, Path], second: tuple[RunEntry, Path]) -> dict[str, Any]:
    return comparison(_loaded(*first), _loaded(*second))


def _wall(entry: RunEntry, path: Path, line: list[list[float]]) -> None:
    check_wall(line, _loaded(entry, path).run.city_file)


def _likely(entry: RunEntry, path: Path) -> dict[str, Any]:
    return answer(_loaded(entry, path))


def _likely_asset(entry: RunEntry, path: Path, asset: str, until: int | None) -> dict[str, Any]:
    return answer_of(_loaded(entry, path), asset, until)


def _likely_street(entry: RunEntry, path: Path, street: str, until: int | None) -> dict[str, Any]:
    return street_answer(_loaded(entry, path), street, until)


def _report(entry: RunEntry, path: Path, wish: Wish, out: Path) -> None:
    SORTS[wish.sort].make(_loaded(entry, path), wish, out)


def _documents(entry: RunEntry, path: Path, released_by: str, fields: Path | None) -> dict[str, bytes]:
    collections = feature_collections(_loaded(entry, path).run, released_by=released_by, fields=fields)
    made: dict[str, Any] = {f"{table}.geojson": value for table, value in collections.items()}
    made["entities.jsonld"] = entities(collections)
    return {name: json.dumps(value, ensure_ascii=False).encode() for name, value in made.items()}


def _answers(entry: RunEntry, path: Path, released_by: str, fields: Path | None) -> dict[str, dict[str, str]]:
    run = _loaded(entry, path).run
    return {lang: street_answers(run, lang, released_by=released_by, fields=fields) for lang in LANGUAGES}


def _alert(entry: RunEntry, path: Path, said: Announced) -> bytes:
    """Write the alert of a run, beside nothing: what it takes the place of, or takes back, is handed over as text."""
    with tempfile.TemporaryDirectory() as folder:
        out, earlier = Path(folder) / "alert.xml", Path(folder) / "earlier.xml"
        if said.earlier:
            earlier.write_bytes(said.earlier)
        export_cap(_loaded(entry, path).run, out, released_by=said.released_by, contacts=said.contacts,
                   fields=said.fields, now=said.now, cancel=earlier if said.cancels else None,
                   update=earlier if said.earlier and not said.cancels else None)
        return out.read_bytes()


def _rank(entry: RunEntry, path: Path, objective: str, *, tell: Callable[[Progress], None]) -> bytes:
    """Rank what to protect; what it holds of the run stands in the run and is not packed."""
    loaded = _loaded(entry, path)
    is_main = main_streets(loaded.run.city_file)
    ranking = rank(loaded.result, objective=objective, is_main=is_main, tell=tell)
    return _packed(Ranked(ranking, tuple(pairs(ranking)), cuts(loaded.result, is_main=is_main)), loaded.result)


def _ranked(entry: RunEntry, path: Path, packed: bytes, costs: Mapping[str, float], budget: float | None
            ) -> dict[str, Any]:
    loaded = _loaded(entry, path)
    return told(loaded, _unpacked(packed, loaded.result), costs, budget)


def _curves(entry: RunEntry, path: Path, packed: bytes, asset: str, which: str) -> dict[str, Any]:
    loaded = _loaded(entry, path)
    return curves(loaded, _unpacked(packed, loaded.result), asset, which)


def _shut(entry: RunEntry, path: Path, t_s: int) -> dict[str, dict[str, Any]]:
    """Give by crew where and until when it is shut in at a second, or its base when its next shift begins."""
    loaded = _loaded(entry, path)
    ids = loaded.result.city.assets.id
    found = crews_shut_in(loaded.result, access_if_kept(loaded.run), t_s)
    return {crew: {"asset": str(ids[one.asset]), "is_on_duty": one.is_on_duty, "from": one.time.from_s,
                   "until": None if one.time.until_s == NONE else one.time.until_s, "streets": one.time.streets}
            for crew, one in found.items()}


def _parts(result: Result) -> dict[str, Any]:
    return {"result": result, "city": result.city, "assets": result.city.assets, "exposure": result.exposure,
            "outages": result.outages, "plan": result.plan}


def _packed(ranked: Ranked, result: Result) -> bytes:
    names = {id(part): name for name, part in _parts(result).items()}

    class Packer(pickle.Pickler):
        def persistent_id(self, one: Any) -> str | None:
            return names.get(id(one))

    out = io.BytesIO()
    Packer(out, protocol=pickle.HIGHEST_PROTOCOL).dump(ranked)
    return out.getvalue()


def _unpacked(packed: bytes, result: Result) -> Ranked:
    parts = _parts(result)

    class Unpacker(pickle.Unpickler):
        def persistent_load(self, name: Any) -> Any:
            return parts[name]

    found = Unpacker(io.BytesIO(packed)).load()
    assert isinstance(found, Ranked)
    return found


#: What may be asked.
QUESTIONS: dict[str, Callable[..., Any]] = {
    "ready": _ready, "city": _city, "run": _run, "pack": _pack, "config": _config, "outcome": _outcome, "page": _page,
    "comparison": _comparison, "wall": _wall, "likely": _likely, "likely_asset": _likely_asset,
    "likely_street": _likely_street, "report": _report,
    "documents": _documents, "answers": _answers, "alert": _alert, "rank": _rank, "ranked": _ranked,
    "curves": _curves, "shut": _shut}


def main() -> None:
    """Answer the desk, until its end of the line closes."""
    line = Connection(int(sys.argv[1]))
    while True:
        try:
            question, values, is_told = line.recv()
        except EOFError:
            return
        more = {"tell": lambda value: line.send(("tell", value))} if is_told else {}
        try:
            answer = "done", QUESTIONS[question](*values, **more)
        except (BrokenPipeError, ConnectionError):
            return
        except Exception as error:  # whoever asked is told
            error.__traceback__ = error.__cause__ = error.__context__ = None
            answer = "raised", error
        try:
            line.send(answer)
        except OSError:
            return


if __name__ == "__main__":
    # By its own name: what it packs must be found by the next one.
    from viewer.desk.bench_work import main as work

    work()
