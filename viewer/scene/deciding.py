"""What decides of each asset of an ensemble, packed: its nights as dots by the one draw that tells most of them right.

Assets that go out in the same nights share a row of bits. The words are those of ``twin explain``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from twin.ensemble.deciding import best_split
from twin.explaining.likely import bound_forms
from twin.world.kinds import LANGUAGES
from viewer.scene.pack import Packer

if TYPE_CHECKING:
    from geodata.ensemble.folder import EnsembleFolder

#: Nights that are drawn as dots, the first ones: more would not be told apart on a strip.
DOTS = 400
#: Assets whose nights are in memory at once.
_CHUNK = 20_000


def pack_deciding(found: EnsembleFolder, packer: Packer, number: Any) -> None:
    """Add, for each asset that ``viewer.scene.likely`` packs, which nights it is out in and the bound that decides.

    Parameters
    ----------
    found, packer, number
        As for :func:`viewer.scene.likely.pack_likely`.
    """
    from geodata.ensemble.asking import nights_of  # of pages of ensembles alone

    answers = found.answers
    names = draws_of(found)
    assets = answers.asset[np.argsort(number[answers.asset], kind="stable")]
    nights: list[Any] = [np.empty(0, np.int32)] * answers.n
    for place, night in nights_of(found.folder, found.told["digest"], answers):
        nights[place] = np.unique(night.asset)
    drawn = {name: answers.drawn[name] for name in names}
    known: dict[bytes, int] = {}
    rows: list[tuple[int, float, bool, int, bytes]] = []
    pattern = np.zeros(len(assets), np.int64)
    for begin in range(0, len(assets), _CHUNK):
        mine = assets[begin:begin + _CHUNK]
        out = np.stack([np.isin(mine, one) for one in nights], axis=1)
        for k, (row, bits) in enumerate(zip(out, np.packbits(out, axis=1), strict=True)):
            key = bits.tobytes()
            if key not in known:
                split = best_split(drawn, row) if row.any() and not row.all() else None
                known[key] = 0 if split is None else len(rows) + 1
                if split is not None:
                    rows.append((names.index(split.name), split.at, split.is_above, split.right,
                                 np.packbits(row[:DOTS]).tobytes()))
            pattern[begin + k] = known[key]
    packer.add("decide.pattern", pattern, "u4")
    packer.add("decide.draw", [row[0] for row in rows], "u1")
    packer.add("decide.at", np.array([row[1] for row in rows], np.float64), "f4")
    packer.add("decide.above", [row[2] for row in rows], "u1")
    packer.add("decide.right", [row[3] for row in rows], "u4")
    packer.add("decide.bits", np.frombuffer(b"".join(row[4] for row in rows), np.uint8), "u1")
    packer.add("decide.values", np.concatenate([np.empty(0), *(drawn[name][:DOTS] for name in names)]), "f4")


def draws_of(found: EnsembleFolder) -> list[str]:
    """Give the draws of a night that can be told as a bound, in order."""
    return sorted(name for name, values in found.answers.drawn.items()
                  if bound_forms(name, LANGUAGES[0]) is not None and not np.isnan(values).any())


def deciding_told(found: EnsembleFolder) -> dict[str, Any]:
    """Give how the bounds are told, plain JSON values: for each draw its unit, and its forms in each language."""
    forms = {name: {lang: bound_forms(name, lang) for lang in LANGUAGES} for name in draws_of(found)}
    return {"dots": min(found.answers.n, DOTS), "draws": [
        {"unit": one[LANGUAGES[0]].unit, **{lang: one[lang].forms for lang in LANGUAGES}}  # type: ignore[union-attr]
        for one in forms.values()]}

