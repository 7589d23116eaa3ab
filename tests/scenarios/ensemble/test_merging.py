"""Parts that machines make which share no folder: put together they are the bytes of one run, and nothing else."""

from __future__ import annotations

import json
import shutil

import pytest

from scenarios.ensemble import merging
from scenarios.ensemble.merging import gather, read_parts
from twin.cli.entry import main
from twin.errors import InputError

N, NAME = 40, "ouche-q100-ensemble"


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    for k in (1, 2):
        assert main(["ensemble", NAME, "-n", str(N), "--part", f"{k}/2", "--workers", "1",
                     "--out", str(folder / f"part-{k}")]) == 0
    return folder


def copied(parts, tmp_path):
    for k in (1, 2):
        shutil.copytree(parts / f"part-{k}", tmp_path / f"part-{k}")
    return [tmp_path / "part-1", tmp_path / "part-2"]


def content(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*")
            if path.is_file() and not path.name.startswith(".")}


def test_merged_parts_are_the_bytes_of_one_run(parts, tmp_path, capsys):
    assert main(["ensemble", NAME, "-n", str(N), "--workers", "1", "--out", str(tmp_path / "one"), "--json"]) == 0
    assert main(["ensemble", "merge", str(parts / "part-2"), str(parts / "part-1"), "--out", str(tmp_path / "whole"),
                 "--json"]) == 0
    capsys.readouterr()
    one, whole = content(tmp_path / "one"), content(tmp_path / "whole")
    assert sorted(one) == sorted(whole)
    assert [name for name in one if one[name] != whole[name]] == []
    # What is merged already is merged again without a difference.
    assert main(["ensemble", "merge", str(parts / "part-1"), str(parts / "part-2"), "--out", str(tmp_path / "whole"),
                 "--json"]) == 0
    assert content(tmp_path / "whole") == whole


@pytest.mark.parametrize(("key", "value", "said"), [
    ("digest", "0" * 64, "one command, of one scenario"), ("version", "0.0.9", "one version"), ("n", 60, "-n"),
    ("of", 3, "--part")])
def test_parts_that_do_not_belong_together_are_refused(parts, tmp_path, key, value, said):
    folders = copied(parts, tmp_path)
    path = folders[1] / "part-2-of-2.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {key: value}), "utf-8")
    with pytest.raises(InputError, match=said):
        read_parts(folders)


def test_parts_of_another_version_than_this_are_refused(parts, monkeypatch):
    monkeypatch.setattr(merging, "__version__", "9.9.9")
    with pytest.raises(InputError, match=r"expected 9\.9\.9"):
        read_parts([parts / "part-1", parts / "part-2"])


def test_a_part_that_lacks_is_named(parts, tmp_path, capsys):
    assert main(["ensemble", "merge", str(parts / "part-1"), "--out", str(tmp_path / "whole")]) == 2
    assert "no part 2 of 2" in capsys.readouterr().err
    assert not (tmp_path / "whole").exists()


def test_a_folder_without_a_part_and_a_damaged_one_are_refused(parts, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="without a part"):
        read_parts([tmp_path / "empty"])
    folders = copied(parts, tmp_path)
    (folders[0] / "part-1-of-2.json").write_text("{", "utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        read_parts(folders)


def test_blocks_of_other_nights_are_not_copied(parts, tmp_path):
    folders = copied(parts, tmp_path)
    said = read_parts(folders)
    block = next((folders[1] / "members").glob("*.npz"))
    block.write_bytes(block.read_bytes()[:-40])
    with pytest.raises(InputError, match="damaged block"):
        gather(said, tmp_path / "out")
    assert not (tmp_path / "out" / "members" / block.name).exists()


def test_a_full_disk_leaves_what_was_copied_and_goes_on(parts, tmp_path, monkeypatch):
    folders = copied(parts, tmp_path)
    said, copy, calls = read_parts(folders), shutil.copyfile, []

    def full(source, target):
        calls.append(source)
        if len(calls) == 2:
            target.write_bytes(b"half")
            raise OSError(28, "No space left on device")
        return copy(source, target)

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space"):
        gather(said, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out" / "members").iterdir()] == ["000000.npz"]
    gather(said, tmp_path / "out")
    assert len(list((tmp_path / "out" / "members").glob("*.npz"))) == 2


@pytest.mark.parametrize("words", [["merge"], [NAME, "part-1"], ["merge", "a", "--part", "1/2"],
                                   ["merge", "a", "--city", "valmont"]])
def test_words_that_do_not_go_together_are_refused(tmp_path, words):
    assert main(["ensemble", *words, "--out", str(tmp_path / "out")]) == 2
