"""The README's way to a flooded city of one's own: its very commands, on the files that it names."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geodata.run.folder import read_run
from scenarios import load_scenario
from twin import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TOWN = ROOT / "docs" / "examples" / "bourg"
SECTION = README.split("## Your own city in fifteen minutes\n")[1].split("\n## ")[0]
COMMANDS = re.findall(r"^ {4}twin (.*)$", SECTION, re.MULTILINE)
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
FRENCH = (ROOT / "docs" / "fr" / "premiers-pas.md").read_text(encoding="utf-8")


def test_the_way_is_short_enough_to_be_read() -> None:
    """At 200 words a minute: six minutes to the end of the section, seven to that of the page."""
    upto = README.split("## Your own city in fifteen minutes\n")[0] + SECTION
    assert len(upto.split()) <= 1_200
    assert len(README.split()) <= 1_400


def test_the_scenarios_shown_are_the_files_that_are_run(tmp_path: Path) -> None:
    shown = dict(zip(("map", "outline", "level", "gauge"), BLOCKS, strict=True))
    drawn = tmp_path / "drawn.scenario.yaml"
    drawn.write_text(shown["map"].rsplit("\n", 2)[0] + "\n" + shown.pop("outline"), encoding="utf-8")
    water = load_scenario(drawn).flood
    assert water is not None
    assert water.extents is not None
    assert (water.extents.depth_m, water.depth_error_m) == (0.5, 0.1)
    for name, text in shown.items():
        whole = (TOWN / f"flood-{name}.scenario.yaml").read_text(encoding="utf-8")
        assert whole.endswith(text)
        assert f"flood-{name}.scenario.yaml" in SECTION
    assert (TOWN / "flood-map.scenario.yaml").read_text(encoding="utf-8") == shown["map"]


def test_the_commands_reach_a_flooded_map_that_is_not_out_of_date(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(TOWN, tmp_path / "bourg")
    monkeypatch.chdir(tmp_path / "bourg")
    said: dict[str, str] = {}
    for command in COMMANDS:
        words = command.split()
        assert cli.main(words) == 0, command
        said[command] = capsys.readouterr().out
        assert "out of date" not in said[command]
    draft = next(text for command, text in said.items() if "--draft" in command)
    # every doubt of the table is met on the way, but for the CRS, which these files let nobody guess
    for doubt in ("4 records say in every column what one before them says, and are dropped (line 48",
                  "Quartier is blank on 64 lines below a value", "ARM-O2 → ARM-02", "ARM-99 ×1",
                  "is Hauteur socle (cm) the height above ground of the lowest live part?",
                  "nothing here supplies these"):
        assert doubt in draft, doubt
    report = said["import bourg.yaml --out bourg.gpkg"]
    assert "x and y in each other's place" in report
    assert "8 lighting cabinets" in report
    for night, least in (("night", 16), ("level", 30), ("gauge", 16)):
        result = read_run(Path(night)).result
        lamps = result.city.assets.of_kind("lamp")
        assert len(set(result.outages.asset.tolist()) & set(lamps.nonzero()[0].tolist())) >= least, night
        assert result.plan.valid_until > datetime.now(UTC)
    assert "Bourg, sans crue" in Path("bourg.html").read_text(encoding="utf-8")  # in the language that it opens in
    for page in ("bourg.html", "night.html", "residents.html", "gauge.html"):
        assert Path(page).stat().st_size > 100_000, page


def test_the_french_page_goes_the_same_way() -> None:
    """Its commands and files are those of the README, which are run above; so are its doubts, one for one."""
    section = FRENCH.split("## Votre ville en un quart d’heure\n")[1]
    assert re.findall(r"^ {4}twin (.*)$", section, re.MULTILINE) == COMMANDS
    french, english = ([_without_names(block) for block in blocks] for blocks in
                       (re.findall(r"^```yaml\n(.*?)^```$", section, re.MULTILINE | re.DOTALL), BLOCKS))
    assert french == english
    rows = [re.findall(r"^\| .* \|$", text, re.MULTILINE) for text in (SECTION, section)]
    assert len(rows[0]) == len(rows[1]) > 5
    steps = [re.findall(r"^\*\*(\d)\. ", text, re.MULTILINE) for text in (SECTION, section)]
    assert steps[0] == steps[1] == ["1", "2", "3", "4"]


def _without_names(block: str) -> str:
    """Give a scenario without its title, its remarks and what a drawn outline is called: those are in French."""
    return re.sub(r"^scenario: .*$|\s+#.*$", "", block, flags=re.MULTILINE).replace("contour.", "outline.")


def test_the_french_page_is_reached_from_the_top_of_the_readme() -> None:
    assert "(docs/fr/premiers-pas.md)" in README.split("## ")[0]


def test_the_links_of_the_french_page_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)", FRENCH):
        assert (ROOT / "docs" / "fr" / link).exists(), link
