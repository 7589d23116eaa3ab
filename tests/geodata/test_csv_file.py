"""Tables that leave as CSV: whole, and of no text a formula, whoever writes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geodata.csv_file import csv_text, write_csv_file
from twin.errors import InputError

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["=1+1", "+33", "-A", "@x", "\t=1", "\uff1d1"])
def test_no_text_is_a_formula_and_numbers_stay(name: str) -> None:
    assert csv_text(("id", "n"), [(name, -2.5)]) == f"id,n\n'{name},-2.5\n"


def test_an_earlier_table_is_replaced_and_any_other_file_stays(tmp_path: Path) -> None:
    place = tmp_path / "list.csv"
    write_csv_file(place, ("a", "b", "c"), [(1, None, "x")], sort="a list")
    write_csv_file(place, ("a", "b", "c"), [(2, "", "y")], sort="a list")
    assert place.read_text("utf-8") == "a,b,c\n2,,y\n"
    place.write_text("mine\n", "utf-8")
    with pytest.raises(InputError):
        write_csv_file(place, ("a", "b", "c"), [], sort="a list")
    assert place.read_text("utf-8") == "mine\n"


def test_every_table_is_written_in_one_place() -> None:
    """A writer of its own forgets the cells that a spreadsheet would run."""
    found = [path.relative_to(ROOT).as_posix() for package in ("twin", "geodata", "scenarios", "viewer")
             for path in (ROOT / package).rglob("*.py")
             if re.search(r"csv\.(Dict)?[wW]riter\(", path.read_text("utf-8"))]
    # A hydrograph for the twin itself: numbers and moments alone.
    assert sorted(found) == ["geodata/csv_file.py", "scenarios/writing.py"]
