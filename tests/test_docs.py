"""The documents hold together: links lead somewhere, commands exist, no page stands alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from geodata.hazards.declared import flow as flow_specs
from geodata.hazards.declared.flood import FillSpill
from twin import cli
from twin.world.kinds import Figure, built_in_kinds

ROOT = Path(__file__).parents[1]
START = ROOT / "README.md"
PAGES = sorted([START, ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
COMMANDS: dict[str, Any] = dict(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def prose(page: Path) -> str:
    """Give a page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def links(page: Path) -> list[tuple[Path, str]]:
    """Give the file and the anchor of each link that leads to no other site."""
    found = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        found.append(((page.parent / name).resolve() if name else page, anchor))
    return found


def anchors(page: Path) -> set[str]:
    """Give the anchors that a forge makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target, anchor in links(page):
        assert target.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(target), f"{page.name} links to #{anchor} of {target.name}"


def test_every_page_is_reached_from_the_readme() -> None:
    reached, todo = {START}, [START]
    while todo:
        for target, _ in links(todo.pop()):
            page = target / "README.md" if target.is_dir() else target
            if page.suffix == ".md" and page.exists() and page not in reached:
                reached.add(page)
                todo.append(page)
    assert not {str(page.relative_to(ROOT)) for page in PAGES} - {str(p.relative_to(ROOT)) for p in reached}


def written_commands(page: Path) -> list[list[str]]:
    """Give the words of each `twin ...` that stands in a block or between backticks."""
    text = page.read_text(encoding="utf-8")
    lines = [*re.findall(r"^(?: {4,}|)(twin .*)$", text, flags=re.MULTILINE), *re.findall(r"`(twin [^`\n]+)`", text)]
    # Of several commands in one line, each; what goes into a file or a program is not part of it.
    parts = [part.strip() for line in lines for part in re.split(r"&&|\||>|  +#", line)]
    return [part.replace('"', "").rstrip(".,").split() for part in parts if part.startswith("twin ")]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_in_the_documents_exists(page: Path) -> None:
    for words in written_commands(page):
        if words[1:3] == ["--lang", "fr"]:  # before any command
            words = words[:1] + words[3:]
        name, options = words[1], [word.split("=")[0] for word in words[2:] if word.startswith("--")]
        if name.startswith("-"):
            assert name in ("--help", "-h", "--version"), words
            continue
        assert name in COMMANDS, f"{page.name} names {' '.join(words)}"
        has = {option for parameter in COMMANDS[name].params for option in parameter.opts} | {"--help"}
        assert set(options) <= has, f"{page.name} names {' '.join(words)}"


def test_the_commands_are_found() -> None:
    """The two checks above find something to check."""
    assert len(written_commands(START)) > 10
    assert sum(len(links(page)) for page in PAGES) > 50


def test_decisions_are_numbered_dated_and_listed() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    for number, page in enumerate(pages, start=1):
        title = page.read_text(encoding="utf-8").splitlines()[0]
        assert page.name.startswith(f"{number:04d}-")
        assert re.fullmatch(rf"# {number}\. .+ \(\d{{4}}-\d\d-\d\d\)", title), title
        assert f"]({page.name})" in listed


def test_the_table_of_kinds_is_that_of_the_data() -> None:
    text = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\w+) \| (.+ \| .+ \| .+ \| .+ / .+) \|$", text, flags=re.MULTILINE))

    def metres(figure: Figure | None) -> str:
        return "–" if figure is None else f"{figure.value:.2f} m{'*' if figure.assumption else ''}"

    def hours(seconds: int) -> str:
        return f"{seconds / 3600:g} h" if seconds else "–"

    assert {kind.name: f"{metres(kind.touch_m)} | {metres(kind.fail_m)} | {metres(kind.height_error_m)} | "
                       f"{hours(kind.repair_total_s)} / {hours(kind.repair_dead_total_s)}"
            for kind in built_in_kinds()} == {name: row for name, row in rows.items() if name != "kind"}


@pytest.mark.parametrize("spec", [
    flow_specs.Storm, flow_specs.Rain, flow_specs.Inflow, flow_specs.Edge, flow_specs.Edges, flow_specs.Infiltration,
    flow_specs.Drains, flow_specs.Barrier, flow_specs.Pump, flow_specs.Culvert, flow_specs.FlowModel, FillSpill])
def test_every_key_of_the_flow_model_is_in_its_manual(spec: Any) -> None:
    manual = (ROOT / "docs" / "flow-model.md").read_text(encoding="utf-8")
    told = set(re.findall(r"[`{, ](\w+)(?:`|: )", manual))
    assert {field.alias or name for name, field in spec.model_fields.items()} <= told
