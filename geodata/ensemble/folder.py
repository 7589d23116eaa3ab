"""The folder of an ensemble: what it is made of, its answers in tables, its nights in blocks, the plan's own run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geodata.atomic import beside
from geodata.ensemble.blocks import Block, block_of, check_digest, path_of
from geodata.ensemble.driven import Driven, read_driven
from geodata.ensemble.place import BASE, NAME
from geodata.run.folder import Run, read_run
from geodata.run.tables import geometry_of
from twin import __version__
from twin.codes import Mechanism
from twin.ensemble.answers import Answers, Causes, word_of
from twin.ensemble.confidence import Share
from twin.ensemble.member import Ensemble
from twin.ensemble.moments import Likelihood, Moments, word_of_tenths
from twin.ensemble.sharing import floods_shared
from twin.ensemble.tally import Tally
from twin.errors import InputError
from twin.explaining.likely import Asked
from twin.quantities import NONE, TextArray, column
from twin.results.result import Result
from twin.world.city import City

FORMAT = "citytwin-ensemble-5"
_QUANTILES = ("p10", "p50", "p90")
_TABLES = ("answers.parquet", "nights.parquet", "moments.parquet")


def reduce_blocks(ensemble: Ensemble, folder: Path, n: int, moments: Moments | None = None) -> Answers:
    """Give the answers of the first ``n`` nights, from their blocks, in order; ``moments`` takes them in too.

    Raises
    ------
    InputError
        A block that is missing, damaged or of another ensemble.
    """
    tally = Tally(ensemble.city)
    failed: dict[int, str] = {}
    for number in range(block_of(n - 1) + 1):
        path = path_of(folder, number)
        if not path.is_file():
            raise InputError(file=str(path), found="no such block", expected=f"the blocks of {n:,} nights",
                             remedy="Run the same command without --part: it makes what is missing.")
        block = Block(path)
        check_digest(path, block.digest, ensemble.digest)
        for night in block.nights():
            if night.index < n:
                tally.add(night)
                if moments is not None:
                    moments.add(night)
        failed |= {index: why for index, why in block.failed.items() if index < n}
    return tally.answers(failed, floods_shared(ensemble.uncertainty, ensemble.plan.seed, tally.index, ensemble.arms))


def write_answers(folder: Path, ensemble: Ensemble, answers: Answers, likelihood: Likelihood, shapes: TextArray,
                  asked: Mapping[str, Any] | None = None) -> None:
    """Write the tables of an ensemble, and last what makes its folder one.

    Parameters
    ----------
    folder, ensemble, answers, likelihood
        What was made, and where.
    shapes
        Shape of each asset, (A,); None where it is its point.
    asked
        What it was asked for by.

    Raises
    ------
    InputError
        The place cannot be written.
    """
    uncertain = ensemble.uncertainty
    told = {"format": FORMAT, "digest": ensemble.digest, "plan": ensemble.plan.digest, "name": ensemble.plan.name,
            "seed": ensemble.plan.seed, "n": answers.n, "nights": int(answers.index[-1]) + 1 if answers.n else 0,
            "failed": {str(index): why for index, why in sorted(answers.failed.items())},
            "uncertainty": uncertain.to_dict(), "quantities": list(uncertain.quantities),
            "sites": [str(ensemble.city.assets.id[row]) for row in answers.sites], "version": __version__,
            "asked": dict(asked or {})}
    with beside(folder / NAME) as work:
        pq.write_table(_assets(ensemble, answers, shapes), work / "answers.parquet", compression="zstd")
        pq.write_table(_nights(answers), work / "nights.parquet", compression="zstd")
        pq.write_table(_moments(ensemble.city, likelihood), work / "moments.parquet", compression="zstd")
        (work / NAME).write_text(json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
        for name in (*_TABLES, NAME):
            (work / name).replace(folder / name)


def _assets(ensemble: Ensemble, answers: Answers, shapes: TextArray) -> pa.Table:
    """Give a row for each asset that is out or wet in some night, as GeoParquet: a GIS draws it by ``word``."""
    assets, c = ensemble.city.assets, answers.causes
    ids, kinds = assets.id, np.array(assets.kinds.names, object)
    shares = [answers.share_out(row) for row in answers.asset.tolist()]
    causes = pa.StructArray.from_arrays(
        [pa.array(ids[c.root], pa.string()), pa.array([Mechanism(int(m)).word for m in c.mechanism], pa.string()),
         pa.array(c.count, pa.int32())], names=["root_asset_id", "mechanism", "nights"])
    columns: dict[str, Any] = {
        "asset_id": pa.array(ids[answers.asset], pa.string()),
        "kind": pa.array(kinds[assets.kind[answers.asset]], pa.string()),
        "word": pa.array([str(word_of(share.count, share.n)) for share in shares], pa.string()),
        "row": answers.asset, "nights": np.full(len(shares), answers.n, np.int32), "out": answers.out,
        "out_low": [share.low for share in shares], "out_high": [share.high for share in shares],
        "out_effective": [share.effective for share in shares],
        "dark": answers.dark, "unknown_depth": answers.unknown, "held_back": answers.held}
    for name, (values, within) in _told_in_quantiles(answers).items():
        columns |= {f"{name}_{q}": values[:, i] for i, q in enumerate(_QUANTILES)}
        columns |= {f"{name}_{q}_{end}": within[:, i, j] for i, q in enumerate(_QUANTILES)
                    for j, end in enumerate(("low", "high"))}
    columns["causes"] = pa.ListArray.from_arrays(pa.array(c.offsets, pa.int32()), causes)
    wkb, geo = geometry_of(assets, shapes, ensemble.city.crs)
    columns["geometry"] = wkb.take(pa.array(answers.asset))
    return pa.table(columns).replace_schema_metadata({"geo": json.dumps(geo)})


def _told_in_quantiles(answers: Answers) -> dict[str, tuple[Any, Any]]:
    """Give what is told in quantiles, by its name: these, (K, 3), and their intervals, (K, 3, 2)."""
    return {"first_out_s": (answers.first_s, answers.first_within_s),
            "back_s": (answers.back_s, answers.back_within_s), "depth_m": (answers.depth_m, answers.depth_within_m)}


def _nights(answers: Answers) -> pa.Table:
    floods = {} if answers.flood is None else {"flood": answers.flood}
    return pa.table({"index": answers.index, **floods} | {
        f"drawn.{name}": values for name, values in answers.drawn.items()} | {
        f"figure.{name}": values for name, values in answers.figures.items()} | {
        "sites_out": pa.array([np.flatnonzero(row).tolist() for row in answers.site_out], pa.list_(pa.int32()))})


def _moments(city: City, likelihood: Likelihood) -> pa.Table:
    """Give a row for each while in which an asset is out in as many tenths of the nights."""
    return pa.table({
        "asset_id": pa.array(city.assets.id[likelihood.asset], pa.string()), "row": likelihood.asset,
        "start_s": likelihood.start_s, "end_s": pa.array(likelihood.end_s, mask=likelihood.end_s == NONE),
        "tenths": likelihood.tenths,
        "word": pa.array([str(word_of_tenths(k)) for k in range(11)], pa.string()).take(pa.array(likelihood.tenths))})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnsembleFolder:
    """An ensemble as it was read."""

    folder: Path
    #: The run of the plan itself, with city and water as files have them.
    run: Run
    answers: Answers
    #: How likely each asset is out, over time.
    likelihood: Likelihood
    #: What ``ensemble.json`` says.
    told: Mapping[str, Any]

    @property
    def base(self) -> Result:
        """The run of the plan itself."""
        return self.run.result

    @property
    def driven(self) -> Sequence[Driven]:
        """What drives the answers that ``twin drivers`` was asked for in this folder."""
        return read_driven(self.folder, str(self.told["digest"]))

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of all that was drawn."""
        return tuple(self.told["quantities"])


def read_ensemble(folder: Path) -> EnsembleFolder:
    """Read the folder of an ensemble.

    Raises
    ------
    InputError
        It is none, or a table of it is damaged.
    """
    path = folder / NAME
    try:
        told = json.loads(path.read_text("utf-8"))
        if told["format"] != FORMAT:
            raise InputError(file=str(path), field="format", found=f"'{told['format']}'", expected=FORMAT,
                             remedy="The same twin ensemble command counts its nights anew, and keeps them.")
        run = read_run(folder / BASE)
        answers, likelihood = _answers(folder, run.result, told), _likelihood(folder)
    except InputError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, pa.ArrowException) as error:
        raise InputError(file=str(path), found=f"a folder that cannot be read ({type(error).__name__}: {error})",
                         expected="the folder of an ensemble", remedy="Run twin ensemble again.") from error
    return EnsembleFolder(folder=folder, run=run, answers=answers, likelihood=likelihood, told=told)


def _likelihood(folder: Path) -> Likelihood:
    table = pq.read_table(folder / "moments.parquet")
    return Likelihood(asset=column(table["row"].to_numpy(), np.int32),
                      start_s=column(table["start_s"].to_numpy(), np.int64),
                      end_s=column(pa.compute.fill_null(table["end_s"], NONE).to_numpy(), np.int64),
                      tenths=column(table["tenths"].to_numpy(), np.int8))


def _answers(folder: Path, base: Result, told: Mapping[str, Any]) -> Answers:
    table, nights = pq.read_table(folder / "answers.parquet"), pq.read_table(folder / "nights.parquet")
    assets = base.city.assets
    lists = table["causes"].combine_chunks()
    inner = lists.flatten()
    words = {m.word: int(m) for m in Mechanism}
    offsets = np.concatenate([[0], np.cumsum(pa.compute.list_value_length(lists).to_numpy(zero_copy_only=False))])
    sites = assets.rows(told["sites"])
    site_out = np.zeros((nights.num_rows, len(sites)), bool)
    for i, places in enumerate(nights["sites_out"].to_pylist()):
        site_out[i, places] = True

    def numbers(of: pa.Table, name: str, kind: Any) -> Any:
        return column(of[name].to_numpy(), kind)

    def three(name: str) -> Any:
        return np.stack([table[f"{name}_{q}"].to_numpy() for q in _QUANTILES], axis=1)

    def within(name: str) -> Any:
        return np.stack([[table[f"{name}_{q}_{end}"].to_numpy() for q in _QUANTILES] for end in ("low", "high")],
                        axis=-1).swapaxes(0, 1)

    def named(prefix: str) -> dict[str, Any]:
        return {name.removeprefix(prefix): nights[name].to_numpy() for name in nights.column_names
                if name.startswith(prefix)}

    return Answers(
        n=int(told["n"]), index=numbers(nights, "index", np.int64),
        failed={int(index): str(why) for index, why in told["failed"].items()}, asset=numbers(table, "row", np.int32),
        out=numbers(table, "out", np.int32), dark=numbers(table, "dark", np.int32),
        unknown=numbers(table, "unknown_depth", np.int32), held=numbers(table, "held_back", np.int32),
        first_s=three("first_out_s"), back_s=three("back_s"),
        depth_m=three("depth_m"), first_within_s=within("first_out_s"), back_within_s=within("back_s"),
        depth_within_m=within("depth_m"), sites=sites, site_out=site_out,
        figures=named("figure."), drawn=named("drawn."),
        flood=numbers(nights, "flood", np.int64) if "flood" in nights.column_names else None,
        effective=numbers(table, "out_effective", np.float64) if "flood" in nights.column_names else None,
        causes=Causes(offsets=offsets.astype(np.int64), root=assets.rows(inner.field("root_asset_id").to_pylist()),
                      mechanism=column([words[w] for w in inner.field("mechanism").to_pylist()], np.int8),
                      count=column(inner.field("nights").to_numpy(zero_copy_only=False), np.int32)))


def to_dict(city: City, answers: Answers) -> dict[str, Any]:
    """Give an ensemble in figures, plain JSON values."""
    ids = city.assets.id
    shares = {str(ids[row]): answers.share_out(row) for row in answers.sites.tolist()}
    return {"nights": answers.n, "failed": {str(index): why for index, why in answers.failed.items()},
            "figures": {name: _three([one.value for one in found], [(one.low, one.high) for one in found])
                        for name, found in ((name, answers.figure(name)) for name in answers.figures)},
            "words": dict(sorted(Counter(map(str, answers.words(len(ids)))).items())),
            "sites": {name: _share(share) for name, share in shares.items()}}


def asset_to_dict(base: Result, answers: Answers, asked: Asked) -> dict[str, Any]:
    """Give what an ensemble says of an asset, plain JSON values; seconds from the start, null: later or never.

    ``out`` is of the moment asked about (``at_s``), else of the whole night, as ``out_ever`` always is; ``out_before``:
    in how many nights it first goes out before that moment, null without one.
    """
    ids, row = base.city.assets.id, asked.asset.row
    k = answers.place(row)
    before = None if asked.is_before is None else _share(answers.share_in(asked.is_before))
    told: dict[str, Any] = {"asset_id": str(ids[row]), "at_s": asked.at_s,
                            "out": _share(answers.share_in(asked.is_out)),
                            "out_before": before, "out_ever": _share(answers.share_out(row)),
                            "dark": _share(answers.share_dark(row)), "causes": [
        {"root_asset_id": str(ids[cause.root]), "mechanism": cause.mechanism.word, "nights": cause.count}
        for cause in answers.causes_of(row)]}
    if k != NONE:
        told |= {name: _three(values[k], within[k]) for name, (values, within) in _told_in_quantiles(answers).items()}
        told |= {"nights_of_unknown_depth": int(answers.unknown[k]),
                 "nights_between_maps": int(answers.held[k])}
    return told


def _three(values: Any, within: Any) -> dict[str, Any]:
    """Give P10, P50 and P90 and their intervals of 95 %; null: never, later than the horizon, or not bounded."""
    def known(value: float) -> float | None:
        return float(value) if np.isfinite(value) else None

    return {q: known(v) for q, v in zip(_QUANTILES, values, strict=True)} | {
        "within": {q: [known(v) for v in pair] for q, pair in zip(_QUANTILES, within, strict=True)}}


def _share(share: Share) -> dict[str, Any]:
    return {"nights": share.count, "of": share.n, "low": share.low, "high": share.high,
            "effective": share.effective, "design_effect": share.design_effect,
            "word": str(word_of(share.count, max(share.n, 1)))}
