"""``twin explain``: why an asset, or the lamps of a street, are out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.app import app
from twin.cli.arguments import Json, Lang, RunFolder, Spoken, language_of, moment_of
from twin.cli.causes import causes_drawn
from twin.cli.printing import console_on, print_json, say
from twin.cli.progress import stages

if TYPE_CHECKING:
    from geodata.run.folder import Run
    from twin.errors import InputError
    from twin.explaining.street import StreetExplanation
    from twin.results.result import Result


#: Assets named whose name bears the words asked for.
_FIRST = 3


@app.command(short_help="Tell why an asset or a street is out, in French or English.",
             epilog="Example:  twin explain demo L-0423 --at 22:10 --lang fr")
def explain(run_dir: RunFolder, asset_id: Annotated[str, typer.Argument(metavar="ASSET_ID|STREET", help="The id of an "
                                                                "asset, or the name of a street.")],
            at: Annotated[str | None, typer.Option("--at", metavar="TIME",
                                                   help="A moment: ISO 8601, +5h, or 22:10.")] = None,
            together: Annotated[list[str] | None, typer.Option("--with", metavar="ASSET_ID", help="Of an ensemble: how "
                                                               "often it is out together with this one; may be "
                                                               "given again.")] = None,
            lang: Spoken = None,
            json: Json = False) -> None:
    """Tell why an asset is out: the tree of causes, since when, what it waits for; or what feeds it. Or of a street.

    Of an ensemble: how likely it is out, at any moment, at one or before it, because of what, and what would make it
    surer; --with asks how often several are out together.
    """
    from geodata.ensemble.place import is_ensemble
    from geodata.quality.named_supplier import supplier_named
    from geodata.run.folder import read_run
    from twin.deciding.keeping import what_would_keep
    from twin.errors import InputError
    from twin.explaining.explain import explain as explain_asset
    from twin.explaining.kept import kept_lines, kept_to_dict

    spoken = language_of(lang)
    if is_ensemble(run_dir):
        if together:
            _joint(run_dir, [asset_id, *together], at, spoken, as_json=json)
        else:
            _likely(run_dir, asset_id, at, spoken, as_json=json)
        return
    if together:
        raise InputError(field="--with", found="--with of a run", expected="an ensemble",
                         remedy="A run tells by itself what went out with it: twin list.")
    with stages(lang=language_of(lang)) as stage:
        stage("reading the run")
        read = read_run(run_dir)
        result = read.result
        t_s = moment_of(at, result)
        street = _street(result, asset_id, spoken, t_s)
        explanation = None if street is not None else explain_asset(result, asset_id, spoken, t_s)
        outage = None if explanation is None else explanation.outage
        kept = None if outage is None else what_would_keep(result, outage)
        named = None if street is not None else supplier_named(read.city_file, asset_id)
        garden = [] if street is not None else _garden(read, asset_id, spoken, t_s)
        ways = [] if street is not None else _ways(read, asset_id, spoken, t_s)
    if street is not None:
        if json:
            print_json(street.to_dict())
        else:
            _tell_street(street, run_dir)
        return
    assert explanation is not None
    if json:
        print_json({**explanation.to_dict(),
                    "would_have_kept": None if kept is None else kept_to_dict(result, kept), "irrigation": garden,
                    "ways": ways, "supplier_named": None if named is None else named.to_dict()})
        return
    say(explanation.sentence, style="bold")
    for paragraph in explanation.paragraphs[explanation.paragraphs[:1] == (explanation.sentence,):]:
        say(paragraph)
    for line in (*([] if named is None else named.lines(spoken)), *garden, *ways):
        say(line)
    for line in [] if kept is None or outage is None else kept_lines(result, outage, kept, spoken):
        say(line)
    if explanation.tree is not None:
        say("")
        console_on().print(causes_drawn(explanation.tree, result, spoken), highlight=False)


def _garden(read: Run, asset_id: str, lang: str, t_s: int | None) -> list[str]:
    """Give what the season of irrigation adds of a zone or a controller; nothing where the run has none."""
    if read.gardens is None:
        return []
    from twin.explaining.irrigated_run import garden_lines

    assets = read.result.city.assets
    return garden_lines(read.gardens, assets.kinds, assets.row(asset_id), asset_id, lang, t_s)


def _ways(read: Run, asset_id: str, lang: str, t_s: int | None) -> list[str]:
    """Give how an asset is reached and until when to leave to act there; nothing where the run has no bases."""
    from geodata.run.roads import access_if_kept
    from twin.explaining.listed import teller_of
    from twin.explaining.way_words import way_lines

    rules = read.result.plan.access
    access = access_if_kept(read) if rules is not None and rules.bases else None
    if access is None:
        return []
    assets = read.result.city.assets
    return way_lines(access, teller_of(read.result, lang, t_s or 0), assets[assets.row(asset_id)], t_s)


def _street(result: Result, name: str, lang: str, at_s: int | None) -> StreetExplanation | None:
    """Explain a street; None where the word is an asset's id, or looks like no street of the city."""
    from twin.errors import InputError
    from twin.explaining.street import explain_street

    try:
        result.city.assets.row(name)
        return None
    except InputError as unknown:
        try:
            return explain_street(result, name, lang, at_s)
        except InputError as error:
            if error.field != "street":
                raise
            if not error.remedy:
                raise _named_so(result, name) or unknown from None
            # Two words or more are a street's name; one that is like no id is taken for a street too.
            raise (error if " " in name.strip() else unknown) from None


def _named_so(result: Result, name: str) -> InputError | None:
    """Give the refusal of a street that stands in names of assets alone; None where it stands in none."""
    from twin.errors import InputError
    from twin.world.streets import folded

    assets = result.city.assets
    rows = [row for row, said in enumerate(assets.name) if said and folded(name) in folded(str(said))]
    if not rows:
        return None
    ids, n = ", ".join(str(assets.id[row]) for row in rows[:_FIRST]), len(rows)
    return InputError(
        field="street", found=f"street '{name}'", expected="a street of this city in which an asset stands",
        remedy=f"{n} asset bears these words in its name ({ids}): if its mapping read that column as `street`, the "
               "street could be asked for." if n == 1 else
               f"{n} assets bear these words in their name ({ids}): if their mapping read that column as `street`, "
               "the street could be asked for.")


def _tell_street(told: StreetExplanation, run_dir: Path) -> None:
    from twin.explaining.words import speech

    say(told.sentence, style="bold")
    for paragraph in told.paragraphs[1:]:
        say(paragraph)
    for row in told.others:
        say("  " + ", ".join(filter(None, (row.asset, row.state, row.why, row.water))))
    if told.lamp:
        say(speech(told.lang).text("One of its lamps: {command}", command=f"twin explain {run_dir} {told.lamp}"))


def _likely(folder: Path, asset_id: str, at: str | None, lang: Lang, *, as_json: bool) -> None:
    """Tell how likely an asset is out, and by what."""
    from geodata.ensemble.asking import first_out, nights_out
    from geodata.ensemble.folder import asset_to_dict, read_ensemble
    from twin.explaining.likely import Asked, likely_lines

    with stages(lang=lang) as stage:
        stage("reading the run")
        found = read_ensemble(folder)
        row = found.base.city.assets.row(asset_id)
        at_s = moment_of(at, found.base)
        digest = found.told["digest"]
        asked = Asked(asset=found.base.city.assets[row], at_s=at_s,
                      is_out=nights_out(folder, digest, found.answers, row, at_s),
                      is_before=None if at_s is None else first_out(folder, digest, found.answers, row) < at_s)
        lines = likely_lines(found.base, found.answers, asked, lang)
    if as_json:
        print_json({**asset_to_dict(found.base, found.answers, asked), "lines": list(lines)})
        return
    say(lines[0], style="bold")
    for line in lines[1:]:
        say(line)


def _joint(folder: Path, names: list[str], at: str | None, lang: Lang, *, as_json: bool) -> None:
    """Tell how often several assets are out together."""
    from dataclasses import asdict

    from geodata.ensemble.asking import all_at_once, outs_of
    from geodata.ensemble.folder import read_ensemble
    from twin.ensemble.together import joint_of
    from twin.errors import InputError
    from twin.explaining.together import joint_lines

    if at is not None:
        raise InputError(field="--at", found="--at beside --with", expected="one of them",
                         remedy="--with tells of the whole night, and of whether there is a moment of all.")
    with stages(lang=lang) as stage:
        stage("reading the run")
        found = read_ensemble(folder)
        assets = found.base.city.assets
        rows = assets.rows(list(dict.fromkeys(names)))
        if len(rows) < 2:
            raise InputError(field="--with", found=f"'{names[0]}' with itself", expected="another asset")
        joint = joint_of(outs_of(found, rows), all_at_once(found, rows), found.answers.flood)
        lines = joint_lines(found.base, joint, [assets[int(row)] for row in rows], lang)
    if as_json:
        print_json({"asset_ids": [str(assets.id[row]) for row in rows], **asdict(joint), "lines": lines})
        return
    say(lines[0], style="bold")
    for line in lines[1:]:
        say(line)
