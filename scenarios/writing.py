"""A variant as an ordinary scenario file: whatever composes one, `twin run` and `twin test` read it."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from geodata.atomic import write_whole
from scenarios.forms import TwoTexts
from scenarios.load import SUFFIX, load_scenario
from scenarios.reading import read_document
from scenarios.stage_curves import StageCurve
from twin.codes import Action
from twin.errors import InputError
from twin.world.assets import Assets
from twin.world.edits import AddSupplier, Declare, Edit, Raise, RemoveSupplier, Repair, Threshold

_EVENTS = {Action.CUT: "cut", Action.FAIL: "fail", Action.RESTORE: "restore"}
_FACTS = {Action.FACT_OUT: "out", Action.FACT_IN_SERVICE: "in_service", Action.FACT_DRY: "dry", Action.FACT_END: "ends"}


def write_variant(base: Path, name: str, edits: Iterable[Edit], file: Path, *, assets: Assets) -> Path:
    """Write a scenario with edits as a file of its own; give it.

    What the base expects is left out: it was expected of another night. Its paths are written whole.

    Parameters
    ----------
    base
        The scenario that it is a variant of.
    name
        Name of the variant, as people will read it.
    edits
        In order.
    file
        Where it goes; another scenario that stands there is replaced.
    assets
        Those of the base's city: a raise is written as the heights that come of it.

    Raises
    ------
    InputError
        A base that cannot be read, a place that cannot be written.
    """
    data = _of(base, name)
    for edit in edits:
        _add(data, edit, assets)
    return _written(data, file)


def add_entries(file: Path, entries: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Add measures, facts and teams to a scenario file.

    Parameters
    ----------
    file
        A scenario, of ``write_variant`` say.
    entries
        Entries by key of the file: ``measures``, ``facts``; ``teams`` are added to its ``crews``.

    Raises
    ------
    InputError
        Teams for a scenario without crews; entries that no scenario may have.
    """
    data = plain(read_document(file).data)
    for key, added in entries.items():
        place = data if key != "teams" else data.get("crews")
        if not isinstance(place, dict):
            raise InputError(file=str(file), field="crews", found="a scenario without crews",
                             expected="one that declares them")
        place[key] = [*(place.get(key) or ()), *map(dict, added)]
    _written(data, file)


def set_uncertainty(file: Path, uncertainty: Mapping[str, Any]) -> None:
    """Say in a scenario file what may be otherwise, for `twin ensemble`; what it said of that before is replaced.

    Parameters
    ----------
    file
        A scenario, of ``write_variant`` say.
    uncertainty
        What stands under ``uncertainty:``; each entry names its source.

    Raises
    ------
    InputError
        What no scenario may say.
    """
    _written({**plain(read_document(file).data), "uncertainty": plain(uncertainty)}, file)


def shift_levels(file: Path, curves: list[StageCurve], by_m: float, start: datetime) -> None:
    """Let a scenario's river stand higher over the whole run, by ``by_m`` [m]; else as ``put_levels``."""
    put_levels(file, [replace(one, level_m=np.asarray(one.level_m) + by_m) for one in curves], start)


def put_levels(file: Path, curves: list[StageCurve], start: datetime) -> None:
    """Give a scenario's river other levels: they are written beside it.

    Parameters
    ----------
    file
        A scenario, of ``write_variant`` say.
    curves
        One, above the zero of its gauge.
    start
        Its start by its own date.

    Raises
    ------
    InputError
        Its water is not made from the levels of one gauge.
    """
    data = plain(read_document(file).data)
    flood = data.get("flood") if isinstance(data.get("flood"), dict) else {}
    sorts = ("river_stage", "hand", "catalogue")
    source = next((flood[key] for key in sorts if isinstance(flood.get(key), dict)), None)
    if len(curves) != 1 or source is None or "levels" not in source:
        raise InputError(file=str(file), field="flood", found="water without the levels of one gauge",
                         expected="one that has them", remedy="Only such a river can be given others.")
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["time", "level_m"])
    for t, level in zip(curves[0].times_s.tolist(), np.asarray(curves[0].level_m).tolist(), strict=True):
        table.writerow([(start + timedelta(seconds=t)).isoformat(timespec="minutes"), f"{level:.3f}"])
    beside = file.with_name(file.name.removesuffix(SUFFIX) + "-levels.csv")
    write_whole(beside, text.getvalue(), opens="time,level_m", sort="a table of levels")
    for key in ("unit", "column", "station", "zone", "days"):
        source.pop(key, None)
    source.update(levels=beside.name, datum="gauge")
    _written(data, file)


def put_issued(file: Path, issued: datetime, facts: Sequence[Mapping[str, Any]] = ()) -> None:
    """Give a scenario another issue time, and facts more; what was announced as its next update is left out.

    Parameters
    ----------
    file
        A scenario, of ``write_variant`` say.
    issued
        By its own date.
    facts
        Entries under ``facts``.
    """
    data = plain(read_document(file).data)
    data["issued"] = issued.isoformat(timespec="seconds")
    data.pop("next_update", None)
    if facts:
        data["facts"] = [*(data.get("facts") or ()), *map(dict, facts)]
    _written(data, file)


def slug(name: str) -> str:
    """Give a name as a part of a file's name.

    Examples
    --------
    >>> slug("Crue centennale, +26 cm : quais coupés")
    'crue-centennale-26-cm-quais-coupes'
    """
    plain_letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain_letters).strip("-")[:60] or "variant"


def plain(value: Any) -> Any:
    """Give what a document holds as plain values."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def _of(base: Path, name: str) -> dict[str, Any]:
    # Crews that stand in a file of their own are written out: a variant may add a team to them.
    data = plain(read_document(base).with_part("crews", base.parent).data)
    told = data.get("scenario")
    # The base's own name stays in both languages.
    if not (isinstance(told, dict) and told.get("fr") == name):
        data["scenario"] = {"fr": str(name), "en": name.en} if isinstance(name, TwoTexts) else name
    data.pop("expect", None)
    for key in ("city", "flood"):
        if key in data:
            data[key] = _placed(data[key], base.parent)
    return dict(data)


def _placed(value: Any, folder: Path) -> Any:
    """Let the paths of a folder hold from another one."""
    if isinstance(value, dict):
        return {key: _placed(one, folder) for key, one in value.items()}
    if isinstance(value, list):
        return [_placed(one, folder) for one in value]
    if isinstance(value, str) and value and not Path(value).is_absolute() and (folder / value).exists():
        return str((folder / value).resolve())
    return value


def _written(data: Mapping[str, Any], file: Path) -> Path:
    out, yaml = io.StringIO(), YAML()
    yaml.default_flow_style = None
    yaml.width = 120
    yaml.dump(dict(data), out)
    write_whole(file, out.getvalue(), opens="scenario:", sort="a scenario")
    load_scenario(file)
    return file


def _add(data: dict[str, Any], edit: Edit, assets: Assets) -> None:
    """Add an edit in the words of scenario files."""
    if isinstance(edit, Declare):
        _declare(data, edit)
    elif isinstance(edit, Raise):
        row = assets.row(edit.asset)
        had = data.setdefault("thresholds", {}).get(edit.asset, {})
        data["thresholds"][edit.asset] = {
            name: round(float(had.get(name, getattr(assets, name)[row])) + edit.by_m, 6)
            for name in ("touch_m", "fail_m") if not np.isnan(getattr(assets, name)[row])}
    elif isinstance(edit, Threshold):
        data.setdefault("thresholds", {})[edit.key] = {
            name: value for name in ("touch_m", "fail_m") if (value := getattr(edit, name)) is not None}
    elif isinstance(edit, Repair):
        data.setdefault("repair_s", {})[edit.kind] = {"live": edit.live_s, "dead": edit.dead_s}
    elif isinstance(edit, AddSupplier):
        data.setdefault("supplies", []).append({"add": {
            "supplier": edit.supplier, "consumer": edit.consumer, "transfer_s": edit.transfer_s}})
    elif isinstance(edit, RemoveSupplier):
        data.setdefault("supplies", []).append({"remove": {"supplier": edit.supplier, "consumer": edit.consumer}})
    else:
        raise InputError(field="edit", found=type(edit).__name__, expected="an edit that scenario files have words for")


def _declare(data: dict[str, Any], edit: Declare) -> None:
    said: dict[str, Any] = {"at": f"+{edit.at_s}s"}
    if edit.action in _EVENTS:
        said |= {_EVENTS[edit.action]: edit.asset} | ({"reason": edit.reason} if edit.reason else {})
        where = "events"
    else:
        said |= {"asset": edit.asset, "state": _FACTS[edit.action]}
        where = "facts"
    data.setdefault(where, []).append(said | ({"by": edit.by} if edit.by else {}))
