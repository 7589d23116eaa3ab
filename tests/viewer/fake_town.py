"""A small made town and a run of it, for pages: a bent grid of streets on both banks of a river that rises and falls.

Not the engine: cabinets drown, circuits trip on a wet lamp, and everything comes back on a fixed schedule.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import numpy as np
import shapely

from geodata.city.model import CityFile, Context, SourceRecord
from twin.codes import Level, Mechanism, What
from twin.engine.doubt import doubts_of
from twin.results.doubts import Doubts
from twin.results.feeds import feeds_of
from twin.results.outages import Outages
from twin.results.result import Result, Series
from twin.results.trace import Trace
from twin.water.exposure import Crossings, Exposure
from twin.water.hazard import WATER_STEPS_M, Envelope, Grid
from twin.world.assets import Assets, Source
from twin.world.city import City
from twin.world.kinds import built_in_kinds
from twin.world.plan import Plan
from twin.world.supplies import Supplies

X0, Y0 = 700_000.0, 6_600_000.0
HORIZON_S, STEP_S, FRAME_S = 24 * 3600, 600, 900
NAMES = (
    "Tanneurs", "Port", "Meuniers", "Corderie", "Halles", "Faubourg", "Jardiniers", "Lavoir", "Forges", "Collège",
    "Saules", "Bief", "Vignes", "Gare", "Four", "Prés", "Moulin", "Lilas", "Stade", "Poste", "Remparts", "Puits",
    "Clos", "Écluse", "Tilleuls", "Peupliers", "Cordiers", "Teinturiers")


def bend(x: Any, y: Any) -> tuple[Any, Any]:
    x, y = np.asarray(x, float), np.asarray(y, float)
    return (X0 + x + 40 * np.sin(y / 310 + 0.7) + 12 * np.sin((x + y) / 150),
            Y0 + y + 85 * np.sin(x / 420 + 0.4) + 18 * np.sin(x / 190 + y / 400 + 1.1))


def ground(x: Any, y: Any) -> Any:
    away = np.maximum(np.abs(y) - 26, 0)
    slope = np.where(np.asarray(y) > 0, 0.012, 0.006)
    return 0.2 + slope * away + 0.5 * np.sin(x / 130 + 1) * np.cos(y / 110) + 0.2 * np.sin(x / 47 + y / 61)


def stage(time_s: Any) -> Any:
    hours = np.asarray(time_s, float) / 3600
    return -0.4 + 2.2 / (1 + np.exp(-(hours - 7) * 1.1)) / (1 + np.exp((hours - 14) * 0.8))


def line(a: tuple[float, float], b: tuple[float, float]) -> shapely.LineString:
    count = max(2, int(np.hypot(b[0] - a[0], b[1] - a[1]) / 25))
    s = np.linspace(0, 1, count + 1)
    return shapely.LineString(np.column_stack(bend(a[0] + s * (b[0] - a[0]), a[1] + s * (b[1] - a[1]))))


def quad(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return shapely.Polygon(np.column_stack(bend([x0, x1, x1, x0], [y0, y0, y1, y1])))


def town(columns: int = 12, rows: int = 8, *, seed: int = 3, spread: str = "") -> CityFile:
    """Give a town of ``columns`` by ``rows`` blocks on each bank. ``spread`` is planted in every free text."""
    rng = np.random.default_rng(seed)
    kinds = built_in_kinds()
    wide, deep = 92.0, 74.0
    half = columns * wide / 2
    streets: list[tuple[str, str, Any]] = []
    for i in range(columns + 1):
        x = -half + i * wide
        bridge = i % max(columns // 3, 1) == 2
        name = f"Avenue {i}" if bridge else f"Rue {['du', 'des'][i % 2]} {NAMES[i % len(NAMES)]}" + (
            f" {i // len(NAMES) + 1}" if i >= len(NAMES) else "")
        streets.extend((name if sign > 0 or bridge else f"{name} basse", "main" if bridge else "minor",
                        line((x, sign * (0 if bridge else 46)), (x, sign * (46 + rows * deep)))) for sign in (-1, 1))
    for j in range(rows + 1):
        for sign in (-1, 1):
            y = sign * (46 + j * deep)
            name = ("Quai des Lavandières" if sign < 0 else "Quai de la République") if j == 0 else (
                ("Boulevard du Midi" if sign < 0 else "Boulevard des Tilleuls") if j == 3 else
                f"Rue {'Basse' if sign < 0 else 'Haute'} {j}")
            streets.append((name, "main" if j in (0, 3) else "minor", line((-half, y), (half, y))))
    x, y, kind, ids, street, shapes, block = [], [], [], [], [], [], []
    straight: list[tuple[float, float]] = []

    def add(name: str, k: str, at: tuple[float, float], road: str, shape: Any = None) -> int:
        px, py = bend(*at)
        x.append(float(px)), y.append(float(py)), kind.append(k), ids.append(name), street.append(road)
        straight.append(at), shapes.append(shape if shape is not None else shapely.Point(float(px), float(py)))
        return len(ids) - 1

    substations = [
        add(f"P-{i + 1}{'SN'[s > 0]}", "substation", (-half * 0.6 + i * half * 0.6, s * (rows * deep * 0.6)), "")
        for s in (-1, 1) for i in range(3)]
    cabinets: dict[tuple[int, int], int] = {}
    circuits: dict[tuple[int, int, int], int] = {}
    supplier, consumer, preference = [], [], []
    lamp_no = 0
    for n, (name, _, _) in enumerate(streets):
        vertical = n < 2 * (columns + 1)
        if vertical:
            sx, sign = -half + (n // 2) * wide, (-1, 1)[n % 2]
            start = 4 if "Avenue" in name else 50
            places = [(sx + 4 * (-1) ** k, sign * s) for k, s in enumerate(np.arange(start, 46 + rows * deep, 27.0))]
        else:
            m = n - 2 * (columns + 1)
            sy = (-1, 1)[m % 2] * (46 + (m // 2) * deep)
            places = [(s, sy + 4 * (-1) ** k) for k, s in enumerate(np.arange(-half + 12, half, 27.0))]
        for at in places:
            cell = (int((at[0] + half) // (2.5 * wide)), int(np.sign(at[1]) * (abs(at[1]) // (2 * deep) + 1)))
            if cell not in cabinets:
                spot = (-half + (cell[0] + 0.5) * 2.5 * wide, np.sign(cell[1]) * (46 + (abs(cell[1]) - 0.6) * 2 * deep))
                cabinets[cell] = add(f"A-{len(cabinets) + 1:03d}", "cabinet", spot, name)
                first = substations[(0 if cell[1] < 0 else 3) + min(2, int((at[0] + half) / (2 * half / 3)))]
                supplier.append(first), consumer.append(cabinets[cell]), preference.append(0)
            key = (*cell, int(at[1] * np.sign(cell[1]) // deep) % 2)
            if key not in circuits:
                circuits[key] = add(f"K-{len(circuits) + 1:04d}", "circuit", (np.nan, np.nan), "", shapely.Point())
                shapes[-1] = None
                supplier.append(cabinets[cell]), consumer.append(circuits[key]), preference.append(0)
            lamp_no += 1
            lamp = add(f"L-{lamp_no:05d}", "lamp", at, name)
            supplier.append(circuits[key]), consumer.append(lamp), preference.append(0)
    blocks = []
    for i in range(columns):
        for j in range(rows):
            for sign in (-1, 1):
                bx, by = -half + i * wide, sign * (46 + j * deep)
                lo, hi = sorted((by + sign * 9, by + sign * (deep - 9)))
                if rng.random() < 0.06:
                    block.append((bx, lo, hi))
                    continue
                blocks.append(quad(bx + 9, lo, bx + wide - 9, hi))
                for side in range(2):
                    at_x = bx + 9
                    while at_x < bx + wide - 20:
                        w = rng.uniform(11, 20)
                        d = rng.uniform(10, 13)
                        y0, y1 = (lo, lo + d) if side == 0 else (hi - d, hi)
                        house = quad(at_x, y0, min(at_x + w, bx + wide - 9), y1)
                        road = f"Rue {'Basse' if sign < 0 else 'Haute'} {j}"
                        building = add(f"B-{len(ids)}", "building", (at_x + w / 2, (y0 + y1) / 2), road, house)
                        supplier.append(substations[0 if sign < 0 else 3]), consumer.append(building)
                        preference.append(0)
                        at_x += w + 0.6
    for i in range(2):
        site = add(f"S-{i + 1}", "site", (-half * 0.4 + i * half * 0.7, -120.0), "Quai des Lavandières")
        supplier.append(substations[1]), consumer.append(site), preference.append(0)
    names = [spread if k != "site" else "École des Prés" for k in kind]
    altitude = ground(*np.array(straight).T)
    assets = Assets.of(kinds, id=ids, kind=kind, name=names, x_m=x, y_m=y, ground_m=altitude,
                       street=[s or None for s in street], owner=[spread or None] * len(ids),
                       operator=[spread or None] * len(ids), district=[spread or None] * len(ids))
    inferred = np.where(rng.random(len(supplier)) < 0.03, Source.INFERRED, Source.SURVEY)
    supplies = Supplies.of(len(assets), supplier=supplier, consumer=consumer, preference=preference, source=inferred)
    city = City(name="Vauclair-sur-Ouche", crs="EPSG:2154", latitude=47.3, longitude=4.9, timezone="Europe/Paris",
                assets=assets, supplies=supplies)

    def layer(rows_: list[tuple[str, Any]], **columns_: Any) -> Context:
        shapes_ = np.empty(len(rows_), dtype=object)
        shapes_[:] = [shape for _, shape in rows_]
        return Context(id=np.array([f"x{i}" for i in range(len(rows_))], dtype=object),
                       name=np.array([name for name, _ in rows_], dtype=object), geometry=shapes_,
                       columns={k: np.array(v, dtype=object) for k, v in columns_.items()})

    s = np.linspace(-half - 400, half + 400, 90)
    river = shapely.Polygon(np.vstack([np.column_stack(bend(s, 0 * s - 26)),
                                       np.column_stack(bend(s, 0 * s + 26))[::-1]]))
    context = {
        "street": layer([(name, shape) for name, _, shape in streets], rank=[rank for _, rank, _ in streets]),
        "water": layer([("l’Ouche", river)]), "block": layer([("", shape) for shape in blocks]),
        "park": layer([("", quad(bx + 9, lo, bx + wide - 9, hi)) for bx, lo, hi in block]),
        "bridge": layer([("Pont", line((-half + i * wide, -34), (-half + i * wide, 34))) for i in range(columns + 1)
                         if i % max(columns // 3, 1) == 2])}
    all_shapes = np.empty(len(ids), dtype=object)
    all_shapes[:] = shapes
    return CityFile(city=city, shapes=all_shapes, context=context,
                    sources=(SourceRecord(name="inventaire de l’éclairage", file="lamps.csv", date="2026-05-02"),))


def without(city_file: Any, keep: Any) -> Any:
    """Give a town with some of its assets only."""
    city, old = city_file.city, city_file.city.assets
    rows = np.flatnonzero(keep)
    names = old.kinds.names
    assets = Assets.of(old.kinds, id=old.id[rows], kind=[names[old.kind[r]] for r in rows], x_m=old.x_m[rows],
                       y_m=old.y_m[rows], ground_m=old.ground_m[rows], street=[old.street[int(r)] for r in rows])
    new = np.cumsum(keep) - 1
    s = city.supplies
    edges = np.flatnonzero(keep[s.supplier] & keep[s.consumer])
    supplies = Supplies.of(len(rows), supplier=new[s.supplier[edges]], consumer=new[s.consumer[edges]],
                           preference=s.preference[edges])
    return replace(city_file, city=replace(city, assets=assets, supplies=supplies), shapes=city_file.shapes[rows])


def run_of(city_file: CityFile, *, start: datetime | None = None, status: str = "simulation",
           valid_hours: float = 11.5, cell_m: float = 8.0) -> Any:
    """Give a run of the town: the river rises in the evening and falls in the morning."""
    start = start or datetime(2027, 1, 12, 12, tzinfo=timezone(timedelta(hours=1)))
    city = city_file.city
    assets, supplies = city.assets, city.supplies
    times = np.arange(0, HORIZON_S + 1, FRAME_S)
    level = stage(times)
    peak_level = float(level.max())
    altitude = np.asarray(assets.ground_m)
    has_place = np.isfinite(assets.x_m)
    fine = np.arange(0, HORIZON_S + 1, 60)
    fine_level = stage(fine)

    def wet(threshold: float) -> tuple[int, int] | None:
        above = np.flatnonzero(fine_level >= threshold)
        return None if not len(above) else (int(fine[above[0]]), int(fine[above[-1]]))

    count = len(assets)
    peak = np.where(has_place, np.maximum(peak_level - altitude, 0), np.nan).astype(np.float32)
    touched, failed, left = (np.full(count, -1, np.int64) for _ in range(3))
    crossings, outages, events = [], [], []
    failed_span: dict[int, tuple[int, int]] = {}
    kind_of = np.array(assets.kinds.names, dtype=object)[assets.kind]
    for row in np.flatnonzero(has_place & (peak > 0)).tolist():
        span = wet(altitude[row] + assets.touch_m[row])
        if span and np.isfinite(assets.touch_m[row]):
            touched[row], left[row] = span
            crossings += [(span[0], row, Level.TOUCH, True), (span[1], row, Level.TOUCH, False)]
        span = wet(altitude[row] + assets.fail_m[row]) if np.isfinite(assets.fail_m[row]) else None
        if span:
            failed[row] = span[0]
            crossings += [(span[0], row, Level.FAIL, True), (span[1], row, Level.FAIL, False)]
            if kind_of[row] in ("cabinet", "lamp", "substation", "building"):
                mended = min(left[row] + assets.kinds.repair_s[assets.kind[row]].sum(), HORIZON_S)
                failed_span[row] = (span[0], int(mended))
                events += [(span[0], What.FLOODED, row), (int(left[row]), What.REPAIR_STARTED, row)]
    feeder = np.full(count, -1)
    feeder[supplies.consumer] = supplies.supplier
    by_circuit: dict[int, list[int]] = {}
    for row in np.flatnonzero(kind_of == "lamp").tolist():
        by_circuit.setdefault(int(feeder[row]), []).append(row)
    margin = np.asarray(assets.fail_m) - np.nan_to_num(peak)
    doubtful = np.abs(margin) < 0.03
    down: dict[int, tuple[int, int, int, int, int]] = {}
    for row in np.flatnonzero(kind_of == "cabinet").tolist():
        if row in failed_span:
            down[row] = (*failed_span[row], Mechanism.FLOODED, row, row)
    for circuit, lamps in by_circuit.items():
        cabinet = int(feeder[circuit])
        wet_lamps = sorted((failed_span[lamp][0], lamp) for lamp in lamps if lamp in failed_span)
        spans = [(wet_lamps[0][0], max(failed_span[lamp][1] for _, lamp in wet_lamps), Mechanism.TRIPPED,
                  wet_lamps[0][1], wet_lamps[0][1])] if wet_lamps else []
        if cabinet in down:
            spans.append((down[cabinet][0], down[cabinet][1], Mechanism.SUPPLY_LOST, cabinet, cabinet))
        if spans:
            spans.sort()
            down[circuit] = (spans[0][0], max(s[1] for s in spans), *spans[0][2:])
            for lamp in lamps:
                own = lamp in failed_span and failed_span[lamp][0] <= spans[0][0]
                down[lamp] = (down[circuit][0], down[circuit][1], Mechanism.FLOODED if own else Mechanism.SUPPLY_LOST,
                              lamp if own else circuit, lamp if own else down[circuit][4])
    for row, (begin, end, mechanism, cause, root) in down.items():
        outages.append((begin, row, -1 if end >= HORIZON_S else end, mechanism, cause, root))
    outages.sort()
    events.sort()
    crossings.sort()
    o = np.array(outages, np.int64).reshape(-1, 6)
    number = len(o)
    plan = Plan(name="Ouche, crue de la nuit", start=start, duration_s=HORIZON_S, step_s=STEP_S, status=status,
                issued_at=start + timedelta(hours=6), valid_until=start + timedelta(hours=valid_hours), seed=7,
                reset_s=1800)
    table = Outages(
        asset=o[:, 1].astype(np.int32), start_s=o[:, 0], end_s=o[:, 2], mechanism=o[:, 3].astype(np.int8),
        cause=o[:, 4].astype(np.int32), root=o[:, 5].astype(np.int32),
        root_mechanism=np.full(number, Mechanism.FLOODED, np.int8), root_depth_m=peak[o[:, 5]],
        held_mechanism=o[:, 3].astype(np.int8), held=o[:, 5].astype(np.int32), dark_s=np.zeros(number, np.int64),
        is_doubtful=doubtful[o[:, 5]], event_row=np.zeros(number, np.int32))
    e = np.array([(t, int(w), a) for t, w, a in events], np.int64).reshape(-1, 3)
    trace = Trace(time_s=e[:, 0], what=e[:, 1].astype(np.int8), asset=e[:, 2].astype(np.int32),
                  cause_row=np.full(len(e), -1, np.int32), offsets=np.zeros(len(e) + 1, np.int64),
                  contributors=np.zeros(0, np.int32), other=np.full(len(e), -1, np.int32),
                  stage=np.full(len(e), -1, np.int8), detail=np.array([""] * len(e), dtype=object))
    c = np.array([(t, a, int(lv), int(u)) for t, a, lv, u in crossings], np.int64).reshape(-1, 4)
    exposure = Exposure(
        crossings=Crossings(time_s=c[:, 0], asset=c[:, 1].astype(np.int32), level=c[:, 2].astype(np.int8),
                            is_up=c[:, 3].astype(bool)),
        peak_depth_m=peak, peak_time_s=np.where(touched >= 0, int(fine[fine_level.argmax()]), -1), touched_at_s=touched,
        failed_at_s=failed, water_left_at_s=left, margin_m=margin, is_doubtful=doubtful & (touched >= 0),
        coverage=np.where(has_place, 0, 3).astype(np.int8))
    series = Series(time_s=np.zeros(0, np.int64), kind=np.zeros(0, object), mechanism=np.zeros(0, object),
                    out=np.zeros(0, np.int32), dark=np.zeros(0, np.int32))
    result = Result(plan=plan, city=city, exposure=exposure, trace=trace, outages=table, series=series, indicators={},
                    doubts=doubts_of(city, plan, exposure, table), feeds=feeds_of(city, trace),
                    provenance={"versions": {"twin": "0.1.0"}}, warnings=())
    west, south = np.nanmin(assets.x_m) - 200, np.nanmin(assets.y_m) - 200
    east, north = np.nanmax(assets.x_m) + 200, np.nanmax(assets.y_m) + 200
    columns, rows = int((east - west) / cell_m), int((north - south) / cell_m)
    gx, gy = np.meshgrid(west + (np.arange(columns) + 0.5) * cell_m, north - (np.arange(rows) + 0.5) * cell_m)
    sx, sy = gx - X0, gy - Y0
    for _ in range(12):  # undo the bend
        bx, by = bend(sx, sy)
        sx, sy = sx - (bx - gx), sy - (by - gy)
    height = np.where(np.abs(sy) < 26, -1.6, ground(sx, sy))
    first, last = np.full((2, 3, rows, columns), -1, np.int16)
    for i, step in enumerate(WATER_STEPS_M):
        for k, lv in enumerate(level):
            is_wet = lv - height >= step
            first[i][is_wet & (first[i] < 0)] = k
            last[i][is_wet] = k
    envelope = Envelope(peak_m=np.maximum(peak_level - height, 0).astype(np.float32), first=first, last=last)
    grid = Grid(rows=rows, columns=columns, transform=(cell_m, 0, west, 0, -cell_m, north), crs="EPSG:2154")
    return SimpleNamespace(result=result, city_file=city_file, water=envelope, water_grid=grid, water_times_s=times,
                           gardens=None,
                           info={"run_id": "test", "plan": plan.to_dict(), "status": status, "indicators": {}})


def all_in_doubt(outages: Outages) -> Doubts:
    """Give the doubts that reach over all of these outages."""
    return Doubts(asset=outages.asset, start_s=outages.start_s, end_s=outages.end_s,
                  is_out=np.ones(len(outages), bool), mechanism=outages.mechanism, cause=outages.cause,
                  root=outages.root, root_mechanism=outages.root_mechanism)
