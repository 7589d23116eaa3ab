"""The command line in French: helps, the library's words, and the lines that commands print."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer
from babel.messages.pofile import read_po

from geodata.wording import wording
from tests.front_desk import twin
from twin import cli
from twin.cli.language import texts_of

ROOT = Path(__file__).parents[1]
WORDS = wording("fr", "command")
COMMAND = typer.main.get_command(cli.app)
NAMES = sorted(COMMAND.commands)  # type: ignore[attr-defined]
#: Words of an English help that a French one has none of.
ENGLISH = re.compile(r"\b(the|of a|with|which|is|are|Usage:|Example:|Commands:|default|required|message|exit)\b")
MODULES = sorted((ROOT / "twin" / "cli").rglob("*.py"))


def test_every_help_of_every_command_has_its_french() -> None:
    said = list(texts_of(COMMAND))
    assert len(said) > 200
    assert [text for text in said if text not in WORDS.sentences] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_option_goes_without_a_help(name: str) -> None:
    command = COMMAND.commands[name]  # type: ignore[attr-defined]
    assert command.help
    assert command.short_help
    assert [one.name for one in command.params if not getattr(one, "help", None)] == []


@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_in_french_has_no_english_word(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--lang", "fr", *([name] if name else []), "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Usage\u00a0: twin{' ' if name else ''}{name}")
    told = re.sub(r"`[^`]*`|<[^>]*>|--\S+|\S*_\S*", "", " ".join(said.split()))
    assert not ENGLISH.search(told), said
    assert not re.search(r"[a-zé] [:;?!»%] ", said), "a sign that stands apart is never cut off"


def test_help_comes_in_the_language_of_the_option_of_the_terminal_or_english(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "C")
    for words, first in ((["run", "--help"], "Usage: twin run"), (["run", "--help", "--lang", "fr"], "Usage\u00a0:"),
                         (["--lang", "fr", "run", "-h"], "Usage\u00a0:"), (["--lang=fr", "--help"], "Usage\u00a0:"),
                         (["--lang", "fr", "run", "--help", "--lang", "en"], "Usage: twin run")):
        assert cli.main(words) == 0
        assert capsys.readouterr().out.startswith(first), words
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert cli.main(["cache", "--help"]) == 0
    assert "Affiche cette aide" in capsys.readouterr().out


def test_without_a_word_the_help_comes_in_french(monkeypatch: pytest.MonkeyPatch,
                                                 capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    cli.main([])
    said = capsys.readouterr()
    assert (said.out + said.err).startswith("Usage\u00a0: twin [OPTIONS] COMMANDE")
    assert "Erreur" not in said.out + said.err


@pytest.mark.parametrize(("words", "said"), [
    ([], "il manque une commande."),
    (["rank", "q", "--top", "0"], "valeur refusée pour '--top'\u00a0: elle doit être 1 au moins."),
    (["rank", "q", "--top", "x"], "valeur refusée pour '--top'\u00a0: elle doit être un nombre entier"),
    (["rank", "q", "--by", "zz"], "valeur refusée pour '--by'\u00a0: 'zz' n’est pas l’une de"),
    (["rank"], "il manque l’argument 'RUN_DIR'."),
    (["rank", "q", "z"], "arguments en trop (z)"),
    (["rank", "q", "--json=3"], "l’option '--json' ne prend pas de valeur."),
    (["rank", "q", "--nix"], "option inconnue\u00a0: --nix"),
])
def test_wrong_words_are_told_in_french(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--lang", "fr", *words]) == 2
    assert said in capsys.readouterr().err


def test_the_language_before_the_command_holds_for_its_answer(capsys: pytest.CaptureFixture[str],
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    for words, said in ((["--lang", "fr", "cache"], "Eau calculée"), (["cache"], "Computed water"),
                        (["--lang", "fr", "cache", "--lang", "en"], "Computed water")):
        assert cli.main(words) == 0
        assert said in capsys.readouterr().out


def printed(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Give the lines that a module prints as they are written, past any catalogue."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "complain"):
            for text in plain(node.args[0]):
                if re.search(r"[a-z]{3,} [a-z]|^[A-Z][a-z]+:? *$", text):
                    yield node.lineno, text


def plain(node: ast.AST) -> Iterator[str]:
    """Give the texts of an expression that go through no call: what ``words.text(…)`` gives is told already."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif not isinstance(node, ast.Call):
        for inner in ast.iter_child_nodes(node):
            yield from plain(inner)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_command_prints_a_sentence_past_the_catalogues(path: Path) -> None:
    # a command to type next is one in every language
    assert [(line, text) for line, text in printed(ast.parse(path.read_text(encoding="utf-8")))
            if not text.strip().startswith("twin ")] == []


@cache
def known() -> frozenset[str]:
    """Give the sentences of all catalogues."""
    with (ROOT / "twin/locale/fr/LC_MESSAGES/twin.po").open("rb") as file:
        own = [one for entry in read_po(file) for one in ([entry.id] if isinstance(entry.id, str) else entry.id)]
    return frozenset({*own, *(one for name in ("command", "geodata", "refusals")
                              for one in wording("fr", name).sentences)})


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_line_that_a_command_says_has_its_french(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        at = {"text": [0], "plural": [0, 1]}.get(getattr(node.func, "attr", ""), [])
        is_stage = isinstance(node.func, ast.Name) and node.func.id == "stage"
        for place in at or ([0] if is_stage else []):
            text = node.args[place]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                assert text.value in known(), text.value


NIGHT = """\
scenario: Nuit
city: valmont
start: 2026-11-22T16:00+01:00
duration: 2h
expect:
  - {kind: lamp, out: 0}
  - {kind: lamp, at: "17:00", out: [3, 5]}
  - {asset: A-001, at: "17:00", state: in_service}
"""


def test_expectations_are_told_in_french(tmp_path: Path) -> None:
    (tmp_path / "night.scenario.yaml").write_text(NIGHT, encoding="utf-8")
    (tmp_path / "wrong.scenario.yaml").write_text(NIGHT.replace("2h", "2"), encoding="utf-8")
    done = twin("test", str(tmp_path), "--lang", "fr", "--json")
    assert done.returncode == 2
    assert "attendu\u00a0: une durée avec son unité" in done.stdout.replace("\\u00a0", "\u00a0")
    (tmp_path / "wrong.scenario.yaml").unlink()
    said = twin("test", str(tmp_path), "--lang", "fr").stdout.replace("\u00a0", " ")
    for part in ("lamp sur tout le calcul", "lamp à 17:00", "out de 3 à 5", "ÉCHEC", "vérifié",
                 "2 attentes vérifiées sur 3, dans 1 scénario."):
        assert part in said, said


def test_a_warning_of_ours_and_a_wait_are_told_in_french(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from geodata.locks import _tell
    from twin.cli.progress import stages

    with stages(computes=True, lang="fr"):
        warnings.showwarning("compiled kernels cannot be kept: each start compiles them again. Set NUMBA_CACHE_DIR to "
                             "a folder that may be written.", RuntimeWarning, "jit.py", 1)
        tell = _tell.get()
        assert tell is not None
        tell(f"Waiting: another twin (process 12) is writing {tmp_path}.")
    said = capsys.readouterr().err
    assert said.startswith("Les noyaux compilés ne peuvent être gardés")
    assert f"En attente\u00a0: un autre twin (processus 12) écrit {tmp_path}." in said


def test_the_book_of_the_water_is_told_in_french() -> None:
    from twin.cli.commands.flood import _named, volumes

    every = ("start_m3", "rain_m3", "infiltration_m3", "drains_m3", "stored_m3", "created_m3", "error_m3")
    parts = {"inflow_m3": {"Ouche": 3.0}, "pumped_out_m3": {"P1": 1.0}, "moved_m3": {"pipe": 1.0},
             "edges_m3": {"east": -4.0, "west": 2.0}}
    said = [_named(name, WORDS) for name, _ in volumes({**dict.fromkeys(every, 1.0), **parts})]
    assert len(said) == 12
    assert not any(ENGLISH.search(one) or one.startswith(("there", "in ", "out ")) for one in said), said
    assert "entrée par le bord\u00a0: ouest" in said
    assert "apport\u00a0: Ouche" in said
