"""Why an asset is out, word for word, in both languages; and by which chain a lit lamp is fed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from geodata.wording import refusal_text
from tests.reference.cities import plan_of
from tests.reference.hand_town import HandTown
from tests.reference.water import water_at
from twin.cli.commands.explain import _street
from twin.codes import Action
from twin.engine.simulate import run
from twin.errors import InputError
from twin.explaining.explain import explain
from twin.explaining.first_lines import first_lines
from twin.results.result import Result
from twin.results.summary import summarise
from twin.water.depths import Coverage
from twin.world.assets import Protection, Source
from twin.world.city import City
from twin.world.plan import Declared
from twin.world.supplies import Supplies


@pytest.fixture(scope="module")
def night(hand_town: HandTown) -> Result:
    return run(hand_town.city, hand_town.plan, hand_town.exposure)


def said(text: str) -> str:
    """Give a sentence with plain spaces: the fixed ones are tested where they are made."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


WORDS = [
    ("L1", "fr", "La lampe L1 est éteinte de dimanche 17 h 54 à lundi 6 h 45 : la lampe L2, à 10 m à l’est, a ses "
                 "parties électriques dans l’eau (0,77 m au plus haut, seuil 0,30 m) et fait disjoncter le circuit "
                 "d’éclairage K1."),
    ("L1", "en", "Lamp L1 is dark from Sunday 17:54 to Monday 06:45: lamp L2, 10 m to the east, has its live parts in "
                 "water (0.77 m at its highest, threshold 0.30 m) and trips lighting circuit K1."),
    ("L3", "fr", "La lampe L3 est éteinte de lundi 2 h 30 à 3 h 00 : le poste électrique S1, qui alimente "
                 "l’armoire d’éclairage C2 et se trouve à 80 m à l’ouest, est en panne à partir de lundi 2 h 00, et "
                 "son secours, le poste électrique S2, est lui aussi hors service."),
    ("L3", "en", "Lamp L3 is dark from Monday 02:30 to 03:00: substation S1, which feeds lighting cabinet C2 "
                 "and stands 80 m to the west, is broken down from Monday 02:00, and its back-up, substation S2, is "
                 "out too."),
    ("C1", "fr", "L’armoire d’éclairage C1 est hors service de dimanche 18 h 28 à lundi 6 h 45 : l’eau atteint ses "
                 "parties électriques (0,85 m au plus haut, seuil 0,60 m)."),
    ("B1", "en", "Building B1 is without power from Sunday 18:37 to Tuesday 00:43 (sure only from Monday 02:00 to "
                 "03:00): water comes inside (0.38 m at its highest, threshold 0.30 m) and the power there is off."),
    ("Z1", "fr", "La zone d’arrosage Z1 est sans arrosage de lundi 2 h 45 à 3 h 00 : le poste électrique S1, qui "
                 "alimente l’armoire d’éclairage C2 et se trouve à 120 m à l’ouest, est en panne à partir de lundi "
                 "2 h 00, et son secours, le poste électrique S2, est lui aussi hors service."),
]


@pytest.mark.parametrize(("asset", "lang", "sentence"), WORDS, ids=[f"{a}-{lang}" for a, lang, _ in WORDS])
def test_the_one_sentence(night: Result, asset: str, lang: str, sentence: str) -> None:
    assert said(explain(night, asset, lang).sentence) == sentence


def test_the_full_form_tells_the_story_in_order_of_time(night: Result) -> None:
    told = [said(line) for line in explain(night, "L3", "en").paragraphs]
    assert told[1:] == [
        "Monday 02:00: substation S1 breaks down.",
        "Monday 02:30: lighting cabinet C2 loses its supply.",
        "Monday 02:30: lighting circuit K2 loses its supply.",
        "Monday 02:30: lamp L3 loses its supply.",
        "Also needed for this: substation S2 is out too, from Monday 02:30.",
        "In darkness for 30 min in all."]


def test_what_holds_it_and_when_repair_begins(night: Result) -> None:
    told = [said(line) for line in explain(night, "L1", "fr").paragraphs]
    assert "Ce qui retarde le plus son retour : l’armoire d’éclairage C1." in told
    assert ("La remise en état se fait à partir de lundi 0 h 45, quand l’eau est passée sous 0,10 m, et dure 6 h selon "
            "les durées supposées (l’armoire d’éclairage C1).") in told


def test_without_the_last_centimetres_it_would_stay_in_service(night: Result) -> None:
    told = [said(line) for line in explain(night, "C1", "en").paragraphs]
    assert "With 0.25 m less water, or set higher by as much, lighting cabinet C1 would stay in service." in told


@pytest.mark.parametrize(("at_h", "line"), [
    (2.6, "Return to service waits for the water at lighting cabinet C1 to fall below 0.10 m."),
    (4.73, "6 h of work left by the durations assumed."),
    (6.23, "4 h 30 min of work left by the durations assumed."),
    (6.5, "Return to service waits for the water at lighting cabinet C1 to fall below 0.10 m.")])
def test_at_a_moment_the_stage_is_told_and_the_second_wave_undoes_it(night: Result, at_h: float, line: str) -> None:
    told = [said(line) for line in explain(night, "C1", "en", at_s=round(at_h * 3600)).paragraphs]
    assert any(line in paragraph for paragraph in told), told


def test_a_moment_with_service_names_the_chain_that_feeds_it(night: Result) -> None:
    found = explain(night, "L3", "fr", at_s=3600 * 3)
    assert found.state == "in_service"
    assert [asset.id for asset, _ in found.chain] == ["K2", "C2", "S1"]
    assert said(found.sentence) == ("La lampe L3 est allumée, alimentée par le circuit d’éclairage K2, l’armoire "
                                    "d’éclairage C2 et le poste électrique S1.")
    # S1 is broken down, S2 not yet: the chain is the one in use.
    assert [asset.id for asset, _ in explain(night, "L3", at_s=36500).chain] == ["K2", "C2", "S2"]


def test_an_asset_that_never_fails_stays_in_service_throughout(hand_town: HandTown) -> None:
    calm = run(hand_town.city, replace(hand_town.plan, declared=()), hand_town.exposure)
    assert said(explain(calm, "L3", "en").sentence) == (
        "Lamp L3 stays in service throughout, fed by lighting circuit K2, lighting cabinet C2 and substation S1.")


def test_a_hospital_saved_by_its_battery_and_its_second_feed(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"P1": "substation", "P2": "substation", "H": {"kind": "site", "buffer_s": 600}},
                     [("P1", "H"), ("P2", "H", {"transfer_s": 90})])
    row = city.assets.row("P1")
    plan = plan_of(7200, declared=(Declared(at_s=1800, action=Action.FAIL, asset=row),
                                   Declared(at_s=3600, action=Action.RESTORE, asset=row)))
    saved = run(city, plan, water_at(city.assets, [0, 7200], {}, 7200))
    assert len(saved.outages) == 1  # P1's own
    assert [said(line) for line in explain(saved, "H", "fr").paragraphs] == [
        "L’établissement H reste en service tout du long, alimenté par le poste électrique P1, puis par le poste "
        "électrique P2.",
        "16 h 30 : sa réserve prend le relais.",
        "16 h 31 : le poste électrique P2 prend le relais.",
        "17 h 00 : le poste électrique P1 prend le relais."]
    assert [asset.id for asset, _ in explain(saved, "H", at_s=2400).chain] == ["P2"]


def test_lamps_wet_in_the_same_second_are_no_back_up_of_each_other(tiny_city: Callable[..., City]) -> None:
    lamp = {"kind": "lamp", "touch_m": 0.05, "fail_m": 0.30}
    city = tiny_city({"P": "substation", "A": "cabinet", "K": {"kind": "circuit", "protection": Protection.RCD},
                      "L1": lamp, "L2": lamp, "L3": lamp},
                     [("P", "A"), ("A", "K"), ("K", "L1"), ("K", "L2"), ("K", "L3")])
    water = water_at(city.assets, [0, 3600], {"L1": [0, 0.5], "L2": [0, 0.5]}, 3600)
    told = [said(line) for line in explain(run(city, plan_of(3600), water), "L3", "fr").paragraphs]
    assert "secours" not in " ".join(told)
    assert not any(line.startswith("Il a fallu aussi") for line in told)
    assert "Au même moment aussi : la lampe L2." in told


def test_a_fact_says_who_and_when_and_holds_the_outage(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"P": "substation", "A": "cabinet"}, [("P", "A")])
    plan = plan_of(7200, declared=(
        Declared(at_s=600, action=Action.FACT_OUT, asset=city.assets.row("A"), by="appel d’un riverain"),))
    found = explain(run(city, plan, water_at(city.assets, [0, 7200], {}, 7200)), "A", "fr", at_s=3600)
    told = [said(line) for line in found.paragraphs]
    assert "Signalé à 16 h 10 : l’armoire d’éclairage A est hors service (appel d’un riverain)." in told
    assert found.waiting is not None
    assert found.waiting.stage == "reported"


def test_a_zone_under_water_is_not_watered(night: Result) -> None:
    found = explain(night, "Z1", "fr", at_s=7200)
    assert said(found.sentence) == ("La zone d’arrosage Z1 n’est pas arrosée de dimanche 17 h 16 à lundi 0 h 45 : "
                                    "l’eau la recouvre (0,43 m au plus haut).")


def test_an_inferred_link_is_said(hand_town: HandTown) -> None:
    city = hand_town.city
    columns = {name: getattr(city.supplies, name) for name in (
        "supplier", "consumer", "service", "group", "preference", "transfer_s", "feed")}
    guessed = replace(city, supplies=Supplies.of(len(city.assets), **columns, source=Source.INFERRED))
    told = explain(run(guessed, hand_town.plan, hand_town.exposure), "L4", "fr", at_s=3600).paragraphs
    assert any("est déduit, pas relevé sur le terrain" in line for line in told)


def test_the_tree_as_plain_values_ends_outside(night: Result) -> None:
    plain = explain(night, "L1", "fr").to_dict()
    assert json.loads(json.dumps(plain)) == plain
    node, line = plain["causes"], []
    while True:
        line.append((node["asset"], node["event"]))
        if not node["causes"]:
            break
        node = node["causes"][0]
    assert line == [("L1", "supply_lost"), ("K1", "tripped"), ("L2", "flooded")]
    assert node["depth_m"] == pytest.approx(0.765)
    assert node["margin_m"] == pytest.approx(0.465)


def test_every_root_in_words_is_the_root_of_the_table(night: Result) -> None:
    ids = night.city.assets.id
    for row in range(len(night.outages)):
        outage = night.outages[row]
        tree = explain(night, ids[outage.asset], "en", at_s=outage.start_s).tree
        assert tree is not None
        assert tree.trunk()[-1].asset.id == ids[outage.root]


def test_every_asset_at_every_hour_has_its_sentence_in_both_languages(night: Result) -> None:
    for asset_id in night.city.assets.id:
        for at_s in np.arange(0, night.plan.duration_s, 7200):
            for lang in ("fr", "en"):
                sentence = explain(night, asset_id, lang, at_s=int(at_s)).sentence
                assert asset_id in sentence
                assert sentence.endswith(".")
                assert "{" not in sentence


def test_an_unknown_asset_is_refused_with_the_nearest_names(night: Result) -> None:
    with pytest.raises(InputError, match="Did you mean L1"):
        explain(night, "l1")


def test_a_moment_outside_the_plan_is_refused(night: Result) -> None:
    with pytest.raises(InputError, match="a moment between"):
        explain(night, "L1", at_s=10**9)


@pytest.mark.parametrize(("lang", "may"), [("fr", "est peut-être"), ("en", "may be")])
def test_the_first_sentence_of_an_outage_in_doubt_says_so(tiny_city: Callable[..., City], lang: str, may: str) -> None:
    city = tiny_city({"S": "substation", "A": {"kind": "cabinet", "touch_m": 0.1, "fail_m": 0.3}, "L": "lamp"},
                     [("S", "A"), ("A", "L")])
    sure, close = (run(city, plan_of(24 * 3600), water_at(city.assets, [0, 7200, 7201, 36000, 36001], {
        "A": [0, 0, depth_m, depth_m, 0]}, 24 * 3600)) for depth_m in (1.2, 0.301))
    assert close.outages.is_doubtful.all()
    for asset in ("A", "L"):
        assert may in said(explain(close, asset, lang).sentence)
        assert may not in said(explain(sure, asset, lang).sentence)


def test_a_feeder_without_a_position_is_told_to_those_whom_it_feeds(tiny_city: Callable[..., City]) -> None:
    """In service and dark of its own water alike; and the first lines of the run count who hangs on it."""
    city = tiny_city({"S": "substation", "A": "cabinet", "L": "lamp", "M": "lamp"},
                     [("S", "A"), ("A", "L"), ("A", "M")])
    result = run(city, plan_of(24 * 3600), water_at(city.assets, [0, 24 * 3600], {"M": [0.0, 3.0]}, 24 * 3600))
    coverage = np.array(result.exposure.coverage)
    coverage[city.assets.row("A")] = Coverage.NONE
    result = replace(result, exposure=replace(result.exposure, coverage=coverage))
    for lang, words in (("en", "Lighting cabinet A has no position: no water is computed for it; 2 lamps hang on it."),
                        ("fr", "L’armoire d’éclairage A n’a pas de position : aucune eau n’y est calculée ; "
                               "2 lampes en dépendent.")):
        for lamp in ("L", "M"):
            assert words in [line.replace("\u00a0", " ") for line in explain(result, lamp, lang).paragraphs]
    assert {explain(result, lamp, "en").state for lamp in ("L", "M")} == {"in_service", "out"}
    told = summarise(result)
    assert told.placeless == ({"asset": "A", "lamps": 2},)
    assert told.placeless_alone == {}
    assert "A has no position: no water is computed for it; 2 lamps hang on it" in [
        line.text for line in first_lines(told, city.assets.kinds, "en")]


def test_many_without_a_position_are_told_by_their_number(tiny_city: Callable[..., City]) -> None:
    names = [f"A{i}" for i in range(5)]
    city = tiny_city({**dict.fromkeys(names, "cabinet"), **{f"L{name}": "lamp" for name in names}},
                     [(name, f"L{name}") for name in names])
    result = run(city, plan_of(24 * 3600), water_at(city.assets, [0, 24 * 3600], {}, 24 * 3600))
    coverage = np.array(result.exposure.coverage)
    coverage[[city.assets.row(name) for name in (*names, "LA0", "LA1")]] = Coverage.NONE
    told = summarise(replace(result, exposure=replace(result.exposure, coverage=coverage)))
    said = [line.text.replace("\u00a0", " ") for line in first_lines(told, city.assets.kinds, "fr")]
    assert sum("n’a pas de position" in line for line in said) == 3
    assert ("2 autres équipements qui alimentent des lampes n’ont pas de position : aucune eau n’y est calculée"
            in said)
    assert "2 lampes sans position : aucune eau n’y est calculée" in said


def test_a_street_that_stands_in_names_alone_is_told_so(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"A": "cabinet", "L": "lamp"}, [("A", "L")])
    city = replace(city, assets=city.assets.replaced(name=np.array(["12 Rue Gautier", ""])))
    result = run(city, plan_of(24 * 3600), water_at(city.assets, [0, 24 * 3600], {}, 24 * 3600))
    with pytest.raises(InputError) as error:
        _street(result, "rue gautier", "fr", None)
    assert error.value.field == "street"
    assert "1 asset bears these words in its name (A)" in error.value.remedy
    assert "1 équipement porte ces mots dans son nom (A)" in refusal_text(error.value, "fr")
    with pytest.raises(InputError, match="asset 'Rue Zola'"):
        _street(result, "Rue Zola", "fr", None)
