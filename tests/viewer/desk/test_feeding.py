"""Sources that are asked, through the store: pages, cuts, a kill between two pages, restarts; what the desk says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.geodata.feeds.loopback import Said, Web, web
from tests.geodata.feeds.messages import KNOWN, NOW, config, hubeau_page, hubeau_row
from viewer.desk.feeding import Feeding, secrets_of
from viewer.desk.sources import Sources, unpacked
from viewer.desk.store import Store


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment

    @property
    def epoch(self) -> int:
        return int(self.moment.timestamp())


@pytest.fixture
def service() -> Iterator[Web]:
    with web() as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "desk.sqlite")
    yield made
    made.close()


@pytest.fixture
def sources(store: Store, clock: Clock) -> Sources:
    return Sources(store, sorted(KNOWN), clock.now)


def feeding(sources: Sources, **spec: Any) -> Feeding:
    return Feeding(config(**spec), sources, chance=lambda: 0.5)


def hub(service: Web, **more: Any) -> dict[str, Any]:
    return {"type": "hubeau", "url": f"{service.url}/obs", "stations": {"B720000001": "pont-neuf"}, "apart": 0} | more


def at(minutes_ago: int, mm: float) -> dict[str, Any]:
    moment = NOW - timedelta(minutes=minutes_ago)
    return hubeau_row(date_obs=moment.strftime("%Y-%m-%dT%H:%M:%SZ"), resultat_obs=mm)


def levels(sources: Sources) -> list[float]:
    return [row["value"] for row in sources.levels("pont-neuf", 0)]


def test_a_walk_goes_from_page_to_page_by_its_cursor_and_never_elsewhere(service: Web, sources: Sources) -> None:
    service.says("/obs", Said(hubeau_page(at(20, 520), at(25, 510), following="https://elsewhere.example/?cursor=AB"),
                              status=206), Said(hubeau_page(at(30, 500))))
    assert feeding(sources, hub=hub(service)).once("hub")
    assert [query.get("cursor") for _, query, _ in service.asked] == [None, "AB"]
    assert service.asked[0][1] | {} == {"code_entite": "B720000001", "grandeur_hydro": "H", "size": "2000",
                                        "date_debut_obs": "2026-11-27T21:05:00Z"}
    assert levels(sources) == [0.5, 0.51, 0.52]


def test_late_doubled_and_corrected_rows_change_what_is_there_and_add_nothing(
        service: Web, sources: Sources, clock: Clock) -> None:
    feeds = feeding(sources, hub=hub(service))
    service.says("/obs", Said(hubeau_page(at(20, 520), at(30, 500), at(20, 520))))
    feeds.once("hub")
    clock.moment += timedelta(minutes=10)
    service.says("/obs", Said(hubeau_page(at(20, 522), at(25, 511), at(30, 500))))
    feeds.once("hub")
    assert levels(sources) == [0.5, 0.511, 0.522]
    assert service.asked[-1][1]["date_debut_obs"] == "2026-11-29T17:45:00Z", "three hours before its newest datum"


def test_a_walk_that_is_cut_begins_again_where_the_last_whole_one_ended(
        service: Web, sources: Sources, store: Store, clock: Clock) -> None:
    feeds = feeding(sources, hub=hub(service))
    service.says("/obs", Said(hubeau_page(at(5, 520), following="AB"), status=206),
                 Said(hubeau_page(at(600, 500)), cut=40))
    assert not feeds.once("hub")
    assert levels(sources) == [0.52], "what came counts"
    row = sources.listed(clock.epoch)[0]
    assert (row["failures"], row["failure"], row["newest"]) == (1, "cut", clock.epoch - 300)
    # A new process on the same store: it waits as long as it was told to, then walks the whole gap.
    again = feeding(Sources(store, sorted(KNOWN), clock.now), hub=hub(service))
    assert not again._due("hub")
    clock.moment += timedelta(seconds=451)
    assert again._due("hub")
    service.says("/obs", Said(hubeau_page(at(5, 520), at(600, 500))))
    assert again.once("hub")
    assert service.asked[-1][1]["date_debut_obs"] == "2026-11-27T21:12:31Z"
    assert levels(sources) == [0.5, 0.52]
    assert sources.listed(clock.epoch)[0]["failures"] == 0


def test_pages_that_lead_back_to_each_other_end(service: Web, sources: Sources) -> None:
    service.says("/obs", Said(hubeau_page(at(20, 520), following="AB"), status=206))
    assert not feeding(sources, hub=hub(service)).once("hub")
    assert len(service.asked) == 2


def test_a_service_that_answers_with_old_data_is_late_all_the_same(service: Web, sources: Sources, clock: Clock
                                                                   ) -> None:
    service.says("/obs", Said(hubeau_page(at(300, 500))))
    assert feeding(sources, hub=hub(service)).once("hub")
    row = sources.listed(clock.epoch)[0]
    assert (row["late"], row["answered"], row["next"]) == (True, clock.epoch, clock.epoch + 600)
    assert row["says"]["fr"] == ("En retard\u00a0: dernière donnée il y a 5\u202fh, rythme attendu 15\u202fmin. "
                                 "Prochaine interrogation dans 10\u202fmin.")
    assert row["says"]["en"] == ("Late: newest datum 5\u202fh ago, expected every 15\u202fmin. "
                                 "Asked again in 10\u202fmin.")


def test_one_that_speaks_when_something_happens_is_seen_where_it_does_not_answer(
        service: Web, sources: Sources, clock: Clock) -> None:
    service.says("/r.xml", Said(status=301, headers={"Location": "/moved.xml"}))
    feeding(sources, roads={"type": "datex", "url": f"{service.url}/r.xml"}).once("roads")
    row = sources.listed(clock.epoch)[0]
    assert (row["state"], row["late"]) == ("unanswered", True)
    assert row["says"]["fr"] == (
        "Ne parle que s’il se passe quelque chose\u202f; aucun message jusqu’ici. Le service a changé d’adresse\u00a0: "
        "la configuration est à corriger (1 échec). Prochaine interrogation dans 7\u202fmin.")


def test_a_source_that_never_spoke_is_seen(service: Web, sources: Sources, clock: Clock) -> None:
    feeding(sources, hub=hub(service))
    row = sources.listed(clock.epoch)[0]
    assert (row["name"], row["late"], row["newest"]) == ("hub", True, None)
    assert row["says"]["fr"] == "Aucune donnée reçue jusqu’ici."


def test_refusals_are_counted_by_reason_and_said(service: Web, sources: Sources, clock: Clock) -> None:
    future = (NOW + timedelta(hours=1)).isoformat()
    service.says("/obs", Said(hubeau_page(at(5, 500), hubeau_row(date_obs=future), hubeau_row(date_obs=future),
                                          hubeau_row(resultat_obs=None))))
    feeding(sources, hub=hub(service)).once("hub")
    row = sources.listed(clock.epoch)[0]
    assert [(one["why"], one["n"]) for one in row["refusals"]] == [("future", 2), ("value", 1)]
    assert (row["accepted"], row["rejected"]) == (1, 3)
    assert row["says"]["en"].endswith("3 refusals: time in the future (2), value missing or impossible (1).")
    assert row["says"]["fr"].endswith(
        "3 refus\u00a0: heure dans le futur (2), valeur absente ou impossible (1).")


def test_a_service_that_asks_to_wait_is_left_alone(service: Web, sources: Sources, clock: Clock) -> None:
    feeds = feeding(sources, hub=hub(service))
    service.says("/obs", Said(status=429, headers={"Retry-After": "1800"}))
    for _ in range(3):
        feeds.once("hub")
    row = sources.listed(clock.epoch)[0]
    assert (row["next"], row["state"]) == (clock.epoch + 1800, "unanswered")
    assert "Le service demande de patienter (3 échecs de suite)." in row["says"]["fr"]


def test_a_clock_that_was_set_back_keeps_nobody_waiting(service: Web, sources: Sources, clock: Clock) -> None:
    service.says("/obs", Said(hubeau_page(at(5, 500))))
    feeds = feeding(sources, hub=hub(service))
    feeds.once("hub")
    assert not feeds._due("hub")
    clock.moment -= timedelta(days=10)
    assert feeds._due("hub")


def test_what_came_is_kept_as_it_came(service: Web, sources: Sources, store: Store) -> None:
    page = hubeau_page(*(at(minutes, 500 + minutes) for minutes in range(5, 200, 5)))
    service.says("/obs", Said(page))
    feeding(sources, hub=hub(service)).once("hub")
    row = store.row("SELECT * FROM raw")
    assert row is not None
    assert len(row["body"]) < len(Said(page).octets) / 4, "packed"
    assert unpacked(row["body"], row["digest"]) == Said(page).octets
    assert store.row("SELECT DISTINCT raw FROM observation") == {"raw": row["digest"]}


def test_a_full_disk_costs_nothing_that_was_kept_and_is_asked_again(
        service: Web, sources: Sources, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    service.says("/obs", Said(hubeau_page(at(5, 500))))
    feeds = feeding(sources, hub=hub(service))

    def full(*_: Any, **__: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(sources, "keep", full)
        assert not feeds.once("hub")
    assert sources.listed(clock.epoch)[0]["failure"] == "disk"
    assert feeds.once("hub")
    assert levels(sources) == [0.5]
    assert service.asked[-1][1]["date_debut_obs"] == "2026-11-27T21:05:00Z", "nothing was remembered of the first"


def test_one_sources_fault_is_no_others_end(service: Web, sources: Sources, clock: Clock) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    feeds = Feeding(config(hub=hub(service)), sources, asks=broken)
    assert not feeds.once("hub")
    assert sources.listed(clock.epoch)[0]["failure"] == "ours"


def test_keys_come_from_the_environment_and_are_asked_for(service: Web, sources: Sources,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    spec = config(hub=hub(service, headers_env={"X-Key": "HUB_KEY"}))
    with pytest.raises(ValueError, match="HUB_KEY"):
        secrets_of("hub", spec.sources["hub"], {})
    monkeypatch.setenv("HUB_KEY", "s3cret")
    service.says("/obs", Said(hubeau_page(at(5, 500))))
    Feeding(spec, sources).once("hub")
    assert service.asked[0][2]["x-key"] == "s3cret"


VIGI = {"type": "vigicrues", "stations": {"O408101001": "pont-neuf"}, "forecasts": True, "apart": 0}


def issued(hour: int, mid: float, created: str) -> dict[str, Any]:
    return {"DateHeureCreationFichier": created, "Simul": {
        "CdEntVigiCru": "O408101001", "GrdSimul": "H", "DtProdSimul": f"2026-11-29T{hour:02}:00:00+00:00", "Prevs": [
            {"DtPrev": "2026-11-30T06:00:00+00:00", "ResMinPrev": mid - 0.25, "ResMoyPrev": mid,
             "ResMaxPrev": mid + 0.25}]}}


def test_each_issue_of_a_forecast_is_kept_as_it_was_made(service: Web, sources: Sources, clock: Clock) -> None:
    feeds = feeding(sources, vigi=VIGI | {"url": f"{service.url}/services"})
    service.says("/services/observations.json/index.php", Said({"Serie": {
        "CdStationHydro": "O408101001", "GrdSerie": "H", "ObssHydro": [
            {"DtObsHydro": "2026-11-29T20:55:00+00:00", "ResObsHydro": 2.31}]}}, headers={"ETag": '"a"'}),
        Said(status=304))
    service.says("/services/v1.1/prevision.json", Said(issued(18, 2.75, "one")), Said(issued(18, 9.9, "two")),
                 Said(issued(20, 3.1, "three")))
    for _ in range(3):
        assert feeds.once("vigi")
    assert service.asked[2][2]["if-none-match"] == '"a"'
    book = sources.book
    assert [row["mid_m"] for row in book.forecasts("pont-neuf", clock.epoch)] == [3.1]
    earlier = book.forecasts("pont-neuf", clock.epoch - 2 * 3600)
    assert [(row["low_m"], row["mid_m"], row["high_m"]) for row in earlier] == [(2.5, 2.75, 3.0)], (
        "an issue that is there stays as it came")
    assert levels(sources) == [2.31]


def road(*names: str) -> bytes:
    from tests.geodata.feeds.test_notices import closed, roads

    return roads(*(closed(name) for name in names))


def test_what_a_whole_publication_no_longer_holds_is_over(service: Web, sources: Sources, clock: Clock) -> None:
    feeds = feeding(sources, roads={"type": "datex", "url": f"{service.url}/content.xml"})
    service.says("/content.xml", Said(road("R1", "R2")), Said(road("R1")[:-100]), Said(road("R2")))
    feeds.once("roads")
    assert {row["id"] for row in sources.book.notices(clock.epoch)} == {"R1", "R2"}
    feeds.once("roads")
    assert {row["id"] for row in sources.book.notices(clock.epoch)} == {"R1", "R2"}, "a cut one ends nothing"
    feeds.once("roads")
    assert {row["id"] for row in sources.book.notices(clock.epoch)} == {"R2"}
    row = sources.listed(clock.epoch)[0]
    assert (row["state"], row["late"], row["pace_s"]) == ("listening", False, 0)
    assert row["says"]["fr"].startswith(
        "Ne parle que s’il se passe quelque chose\u202f; dernier message il y a 5\u202fmin.")


def test_a_list_of_alerts_is_followed_on_its_own_host_once(service: Web, sources: Sources, clock: Clock) -> None:
    from tests.geodata.feeds.test_notices import alert

    atom = "<feed xmlns='http://www.w3.org/2005/Atom'>{}</feed>"
    links = "<entry><link href='{}'/></entry>".format
    service.says("/cap.atom", Said(atom.format(links("a.xml") + links("http://169.254.169.254/latest"))),
                 Said(atom.format(links("a.xml") + links("b.xml"))))
    service.says("/a.xml", Said(alert()))
    service.says("/b.xml", Said(alert(kind="Cancel", references="<references>prefecture@example,A7,x</references>")))
    feeds = feeding(sources, alerts={"type": "cap", "url": f"{service.url}/cap.atom"})
    feeds.once("alerts")
    assert [row["text"] for row in sources.book.notices(clock.epoch)] == ["Crue de l’Ouche"]
    feeds.once("alerts")
    assert sources.book.notices(clock.epoch) == []
    assert [path for path, _, _ in service.asked] == ["/cap.atom", "/a.xml", "/cap.atom", "/b.xml"]


def test_reports_are_asked_for_from_the_last_days_on(service: Web, sources: Sources) -> None:
    service.says("/v2/requests.json", Said([]))
    feeding(sources, calls={"type": "open311", "url": f"{service.url}/v2"}).once("calls")
    assert service.asked[0][1]["start_date"] == "2026-11-27T21:05:00Z"


def test_a_message_of_a_configured_source_is_read_in_its_form(sources: Sources, store: Store, clock: Clock) -> None:
    import json

    from tests.geodata.feeds.test_lamps import event, report

    feeding(sources, lamps={"type": "talq", "pace": 0})
    took = sources.take(json.dumps(report(event("supplyLoss", startEndFlag=True), event("supplyLoss", "x/y"))).encode(),
                        source="lamps", sort="talq", topic="log-reports")
    assert (took["accepted"], len(took["rejected"])) == (1, 1)
    assert sources.states(clock.epoch - 3600) == [
        {"series": "lamp-17", "what": "out", "value": 1.0, "observed": 1795986238, "source": "lamps"}]


def test_silence_doors_and_currents_are_no_words_about_light(sources: Sources, clock: Clock) -> None:
    import json

    from tests.geodata.feeds.test_lamps import event, report

    feeding(sources, lamps={"type": "talq", "pace": 0})
    sources.take(json.dumps(report(event("communicationFailure", startEndFlag=True))).encode(), source="lamps",
                 sort="talq")
    assert sources.states(clock.epoch - 3600) == []


def test_a_batch_is_told_once_and_the_latest_word_of_each_asset_is_at_hand(
        sources: Sources, store: Store, clock: Clock) -> None:
    import json

    def said(ago: int, value: bool) -> Any:
        moment = (NOW - timedelta(seconds=ago)).isoformat()
        body = json.dumps({"series": "A-012", "what": "out", "value": value, "observed": moment}).encode()
        spec = config(x={"type": "observations"}).sources["x"]
        from geodata.feeds.readers import about_of, read

        return body, read(spec, body, about_of("x", spec, known=KNOWN, received=NOW))

    sources.keep([said(60, True), said(10, False), said(90, True)], sort="observations")
    assert [(row["value"], row["observed"]) for row in sources.states(0)] == [(0.0, clock.epoch - 10)]
    sources.keep([said(10, True)], sort="observations")
    assert [row["value"] for row in sources.states(0)] == [1.0], "a corrected word counts"
    assert sources.states(clock.epoch - 5) == []
    assert store.rows("SELECT what, count(*) AS n FROM event") == [{"what": "source", "n": 2}]
    assert sources.listed(clock.epoch)[0]["accepted"] == 4
