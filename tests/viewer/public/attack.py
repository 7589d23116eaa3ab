"""An attack on public files: which lamps hang on one cabinet, and where does it stand?

The attacker has the file alone and knows how such towns are built: lamps that go out and come back together, near each
other, probably hang on one feeder. He is given more than a real one would have: the true number of cabinets, and the
weights of place, times, doubt, causes and numbers that come out best. What he gains over nearness alone, with the same
gifts, is what the file gives away.

    python -m tests.viewer.public.attack      prints the table of docs/privacy.md
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

#: Lamps of one label this far apart may still be of one group [m].
REACH_M = 100.0
_TYPES = {"Uint8Array": "u1", "Uint16Array": "u2", "Uint32Array": "u4", "Int16Array": "i2", "Int32Array": "i4",
          "Float32Array": "f4"}


@dataclass(frozen=True)
class Told:
    """What a file says of each lamp that goes out, or may: place, numbers, and a list of times and of other words."""

    xy: Any
    #: Row in the city, for the judge alone.
    row: Any
    times: list[tuple[Any, ...]]
    #: Everything else that tells lamps apart: cause, place index, stages.
    words: list[tuple[Any, ...]]


@dataclass(frozen=True)
class Success:
    """How well groups are the cabinets: the share of lamps that fall to theirs, and how far off these are placed."""

    fall: float
    off_m: float


def unpacked(page: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give columns and texts of a page."""
    data = gzip.decompress(b64decode(re.search(r'id="data">([^<]*)<', page)[1]))  # type: ignore[index]
    length = int.from_bytes(data[:4], "little")
    header = json.loads(data[4:4 + length])
    at, columns = 4 + length, {}
    for column in header["columns"]:
        dtype = np.dtype("<" + _TYPES[column["type"]])
        size, count = dtype.itemsize, column["length"]
        planes = np.frombuffer(data, np.uint8, count * size, at)
        if dtype.kind == "f" or not count:
            values = np.frombuffer(planes.tobytes(), dtype)
        else:
            bits = np.ascontiguousarray(planes.reshape(size, count).T).view(f"<u{size}").reshape(-1)
            if column["width"]:
                bits = np.cumsum(bits.reshape(-1, column["width"]), axis=0, dtype=bits.dtype).reshape(-1)
            elif column["delta"]:
                bits = np.cumsum(bits, dtype=bits.dtype)
            values = bits.view(dtype)
        columns[column["name"]] = values
        at += count * size + (-count * size) % 4
    return columns, header["texts"]


def told_by_page(page: str, run: Any) -> Told:
    """Read a public page as the attacker does; the run only tells which lamp is which, for the judge."""
    columns, texts = unpacked(page)
    numbers, before = [], ""
    for line in texts["lamp.id"].split("\n"):
        before = before[:int(line[0], 36)] + line[1:]
        numbers.append(before)
    offsets, pattern = columns["iv.offsets"], columns["lamp.pattern"]
    spans = np.column_stack([columns[f"iv.{name}"] for name in ("start", "end", "state")]).tolist()
    lists = [tuple(map(tuple, spans[offsets[p]:offsets[p + 1]])) for p in range(len(offsets) - 1)]
    rows: dict[int, tuple[Any, ...]] = {}
    for k, street in enumerate(columns["told.street"].tolist()):
        rows[street] = (*rows.get(street, ()), *(int(columns[f"told.{name}"][k])
                                                 for name in ("start", "story", "stage")))
    here = np.flatnonzero(pattern > 0)
    step = texts["frame"]["step"]
    return Told(
        xy=np.column_stack([columns["lamp.x"][here], -columns["lamp.y"][here].astype(float)]) * step,
        row=np.array([run.result.city.assets.row(numbers[k]) for k in here.tolist()]),
        times=[lists[p] for p in pattern[here].tolist()],
        words=[rows.get(street, ()) for street in columns["lamp.street"][here].tolist()])


def told_before(run: Any, *, by_place: bool) -> Told:
    """Give what pages said before: times to the second, and the number of the cabinet beside the story."""
    from viewer.scene.intervals import state_rows

    feeder = feeders(run)
    assets = run.result.city.assets
    number = np.zeros(len(assets), np.int64)
    rows = state_rows(run, number).rows
    here = np.array([row for row in rows if assets.of_kind("lamp")[row] and np.isfinite(assets.x_m[row])])
    return Told(xy=np.column_stack([assets.x_m[here], assets.y_m[here]]), row=here,
                times=[tuple(sorted(one[:3] for one in rows[row])) for row in here.tolist()],
                words=[(int(feeder[row, 1]),) if by_place else () for row in here.tolist()])


def feeders(run: Any) -> Any:
    """Give circuit and cabinet of each asset, (A, 2); -1 where none: what the judge knows."""
    assets, supplies = run.result.city.assets, run.result.city.supplies
    kinds = np.array(assets.kinds.names, dtype=object)[assets.kind]
    above = np.full(len(assets), -1)
    power = np.flatnonzero(supplies.service == 0)[::-1]
    above[supplies.consumer[power]] = supplies.supplier[power]
    found = np.full((len(assets), 2), -1)
    for row in np.flatnonzero(kinds == "lamp").tolist():
        at = row
        for _ in range(4):
            at = above[at] if at >= 0 else -1
            for k, kind in enumerate(("circuit", "cabinet")):
                if at >= 0 and kinds[at] == kind:
                    found[row, k] = at
    return found


def alike(told: Told, *, with_words: bool = True) -> Any:
    """Group lamps of which the file says the same, where they stand in one another's reach, (L,)."""
    code: dict[Any, int] = {}
    label = np.array([code.setdefault((times, words if with_words else ()), len(code))
                      for times, words in zip(told.times, told.words, strict=True)])
    pairs = cKDTree(told.xy).query_pairs(REACH_M, output_type="ndarray")
    pairs = pairs[label[pairs[:, 0]] == label[pairs[:, 1]]]
    links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(label), len(label)))
    return connected_components(links, directed=False)[1]


def judged(groups: Any, told: Told, run: Any) -> Success:
    """Judge groups: each cabinet is given the group that holds most of its lamps, each group to one cabinet."""
    assets = run.result.city.assets
    group = np.unique(groups, return_inverse=True)[1]
    cabinets, truth = np.unique(feeders(run)[told.row, 1], return_inverse=True)
    table = np.zeros((group.max() + 1, len(cabinets)))
    np.add.at(table, (group, truth), 1)
    mine, theirs = linear_sum_assignment(-table)
    off = [float(np.hypot(*(np.median(told.xy[group == g], axis=0) - _on_page(assets, cabinets[c], told))))
           for g, c in zip(mine, theirs, strict=True) if table[g, c]]
    return Success(fall=float(table[mine, theirs].sum() / len(group)), off_m=float(np.median(off)))


def _on_page(assets: Any, row: int, told: Told) -> Any:
    """Give an asset's place in the plane of what was told: its lamps tell how that lies."""
    shift = np.median(told.xy - np.column_stack([assets.x_m[told.row], assets.y_m[told.row]]), axis=0)
    return np.array([assets.x_m[row], assets.y_m[row]]) + shift


def best_guess(told: Told, run: Any, *, by_place_alone: bool) -> Success:
    """Give the best that grouping by place, times, doubt and words comes to, over many weights."""
    cabinets = len(np.unique(feeders(run)[told.row, 1]))
    end = run.result.plan.duration_s
    first = np.array([times[0][0] for times in told.times]) / 3600
    last = np.array([min(times[-1][1], end) for times in told.times]) / 3600
    doubt = np.array([times[0][2] for times in told.times], float)
    code: dict[Any, int] = {}
    words = np.array([code.setdefault(one, len(code)) for one in told.words])
    spread = np.eye(len(code))[words] if len(code) <= 400 else np.zeros((len(words), 1))
    scales = [(0, 0, 0, 0)] if by_place_alone else list(itertools.product((0, 30, 100, 300), (0, 30, 100), (0, 200),
                                                                          (0, 100)))
    tried = []
    for method, (a, b, c, d) in itertools.product(("average", "ward"), scales):
        # What has no weight adds nothing to a distance, and hundreds of words would cost most of the time.
        weighed = [one for one, weight in ((a * first, a), (b * last, b), (c * doubt, c), (d * spread, d)) if weight]
        tree = linkage(np.column_stack([told.xy, *weighed]), method)
        tried += [judged(fcluster(tree, int(cabinets * more), "maxclust"), told, run) for more in (1, 1.3)]
    return max(tried, key=lambda one: one.fall)


def one_feeder_share(told: Told, run: Any, which: int) -> float:
    """Give the share of lamps in groups of two and more that the file tells alike and that hang on one feeder."""
    groups, feeder = alike(told), feeders(run)[told.row, which]
    lone = sum(len(here) for here in (np.flatnonzero(groups == g) for g in np.unique(groups))
               if len(here) > 1 and len(set(feeder[here].tolist())) == 1)
    return lone / len(groups)


def neighbours(told: Told, run: Any) -> tuple[float, float]:
    """Give how often two lamps of two streets, within 60 m, hang on one cabinet: any two, and two told alike."""
    street, cabinet = run.result.city.assets.street.codes[told.row], feeders(run)[told.row, 1]
    pairs = cKDTree(told.xy).query_pairs(60.0, output_type="ndarray")
    pairs = pairs[street[pairs[:, 0]] != street[pairs[:, 1]]]
    same = cabinet[pairs[:, 0]] == cabinet[pairs[:, 1]]
    equal = np.array([told.times[a] == told.times[b] for a, b in pairs.tolist()], bool)
    return float(same.mean()), float(same[equal].mean()) if equal.any() else float(same.mean())


def main() -> None:
    """Print the table of docs/privacy.md."""
    from tests.nights import night
    from viewer.outputs.page import page

    for name in ("ouche-q10", "ouche-q100", "valmont-flash-flood", "valmont-substation"):
        run = night(name)
        now = told_by_page(page(run, public=True, lang="fr"), run)
        for title, told in (("number of the cabinet", told_before(run, by_place=True)),
                            ("times to the second", told_before(run, by_place=False)), ("now", now)):
            nearness, best = best_guess(told, run, by_place_alone=True), best_guess(told, run, by_place_alone=False)
            direct = judged(alike(told), told, run)
            any_two, alike_two = neighbours(told, run)
            print(f"{name:20} {title:22} lamps {len(told.row):5} told alike {direct.fall:.2f} {direct.off_m:3.0f} m | "
                  f"nearness {nearness.fall:.2f} {nearness.off_m:3.0f} m | best {best.fall:.2f} {best.off_m:3.0f} m | "
                  f"circuit {one_feeder_share(told, run, 0):.2f} cabinet {one_feeder_share(told, run, 1):.2f} | "
                  f"neighbours {any_two:.2f} alike {alike_two:.2f}")


if __name__ == "__main__":
    main()
