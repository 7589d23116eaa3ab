"""One round of questions to a source that is asked: which addresses, in which order, and what is remembered of it.

What is remembered is written with what came in, so that a killed process goes on where its last answer was kept. A gap
is asked for again: a station's next round begins where its newest datum stands, less an overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlencode, urljoin, urlsplit

from geodata.feeds import hubeau, vigicrues
from geodata.feeds.asking import Answer, AskFailed
from geodata.feeds.readers import about_of, links_of, read
from geodata.feeds.schema import Form, SourceSpec
from geodata.feeds.taken import About, Taken

#: How far back a station is asked for at first [s].
FIRST_S = 2 * 86_400
#: Pages of one walk, and documents of one list, at most.
MOST_PAGES, MOST_LINKS = 200, 50
#: Between two questions of a round where the configuration says nothing [s]: Hub'Eau allows 10 a second, Vigicrues
#: answers 429 to some fifty in a row.
_APART_S = {Form.HUBEAU: 0.2, Form.VIGICRUES: 2.0}


class Ask(Protocol):
    """What asks an address: ``geodata.feeds.asking.ask``, or its stand-in."""

    def __call__(self, url: str, *, headers: Mapping[str, str] | None = None, marks: Mapping[str, str] | None = None
                 ) -> Answer:
        """Ask once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What a round is given."""

    name: str
    spec: SourceSpec
    #: Plain JSON values, changed by the round; it holds once what was given before it is kept.
    memory: dict[str, Any]
    now: datetime
    known: frozenset[str]
    ask: Ask
    headers: Mapping[str, str]
    #: Waits between questions; True: the end was asked for.
    rest: Callable[[float], bool]
    #: Adds the places of the city to what a reader is told.
    place: Callable[[About, SourceSpec], About]

    def about(self, since: int = 0) -> About:
        """Give what a reader is told."""
        about = about_of(self.name, self.spec, known=self.known, received=self.now, since=since)
        return self.place(about, self.spec)

    def get(self, url: str, *, marked: bool = True) -> Answer:
        """Ask an address; with marks where what is unchanged need not come again."""
        marks = self.memory.setdefault("marks", {})
        answer = self.ask(url, headers=self.headers, marks=marks.get(url) if marked else None)
        if marked and not answer.is_unchanged:
            marks[url] = answer.marks
        return answer

    def pause(self) -> bool:
        """Wait as the service asks; True: the end was asked for."""
        apart = self.spec.apart if self.spec.apart is not None else _APART_S.get(self.spec.type, 0.0)
        return self.rest(apart)


def pulled(one: Round) -> Iterator[tuple[bytes, Taken]]:
    """Ask a source once round; give each answer with what it held, to be kept before the next is asked for.

    Raises
    ------
    AskFailed
        An answer that did not come; what was given before it counts.
    """
    rounds = {Form.HUBEAU: _hubeau, Form.VIGICRUES: _vigicrues, Form.CAP: _listed, Form.OPEN311: _reports}
    yield from rounds.get(one.spec.type, _plain)(one)


def _plain(one: Round) -> Iterator[tuple[bytes, Taken]]:
    assert one.spec.url is not None
    answer = one.get(one.spec.url)
    if not answer.is_unchanged:
        yield answer.body, read(one.spec, answer.body, one.about())


def _reports(one: Round) -> Iterator[tuple[bytes, Taken]]:
    assert one.spec.url is not None
    start = datetime.fromtimestamp(int(one.now.timestamp()) - FIRST_S, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = one.get(f"{one.spec.url.rstrip('/')}/requests.json?{urlencode({'start_date': start})}", marked=False)
    yield answer.body, read(one.spec, answer.body, one.about())


def _since(one: Round, station: str, kept_s: int) -> int:
    now = int(one.now.timestamp())
    newest = one.memory.get("newest", {}).get(station)
    asked = now - FIRST_S if newest is None else min(int(newest), now) - one.spec.look_back
    return max(asked, now - kept_s)


def _remember(one: Round, station: str, newest: int | None) -> None:
    if newest is not None:
        known = one.memory.setdefault("newest", {})
        known[station] = max(newest, known.get(station, newest))


def _hubeau(one: Round) -> Iterator[tuple[bytes, Taken]]:
    """Walk each station by itself: one that is silent must not make the others come again from its last word."""
    for station in one.spec.stations:
        since = _since(one, station, hubeau.KEPT_S)
        start = datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = {"code_entite": station, "grandeur_hydro": ",".join(one.spec.quantities), "date_debut_obs": start,
                 "size": str(hubeau.PAGE)}
        newest: int | None = None
        cursors: set[str] = set()
        cursor = ""
        while True:
            url = f"{one.spec.url}?{urlencode({**query, **({'cursor': cursor} if cursor else {})})}"
            answer = one.get(url, marked=False)
            taken, cursor = hubeau.read_hubeau(answer.body, one.about())
            newest = max((at for at in (newest, taken.newest) if at is not None), default=None)
            yield answer.body, taken
            if not cursor:
                break
            if cursor in cursors or len(cursors) >= MOST_PAGES:
                raise AskFailed("cut", "pages that lead back to each other")
            cursors.add(cursor)
            if one.pause():
                return
        # Only a whole walk: the newest comes first, and what was cut lies behind it.
        _remember(one, station, newest)
        if one.pause():
            return


def _vigicrues(one: Round) -> Iterator[tuple[bytes, Taken]]:
    assert one.spec.url is not None
    base = one.spec.url.rstrip("/")
    for station in one.spec.stations:
        for quantity in one.spec.quantities:
            query = urlencode({"CdStationHydro": station, "GrdSerie": quantity, "FormatDate": "iso"})
            answer = one.get(f"{base}/observations.json/index.php?{query}")
            if not answer.is_unchanged:
                key = f"{station} {quantity}"
                taken = vigicrues.read_observations(answer.body, one.about(_since(one, key, FIRST_S * 15)))
                _remember(one, key, taken.newest)
                yield answer.body, taken
            if one.pause():
                return
        if one.spec.forecasts:
            query = urlencode({"CdEntVigiCru": station, "TypEntVigiCru": "7", "GrdSimul": "H", "FormatDate": "iso"})
            answer = one.get(f"{base}/v1.1/prevision.json?{query}")
            if not answer.is_unchanged:
                yield answer.body, vigicrues.read_forecast(answer.body, one.about())
            if one.pause():
                return


def _listed(one: Round) -> Iterator[tuple[bytes, Taken]]:
    """Ask for one document, or for a list of documents on the same host; those that were read are not asked again."""
    assert one.spec.url is not None
    answer = one.get(one.spec.url)
    if answer.is_unchanged:
        return
    links = links_of(answer.body)
    if links is None:
        yield answer.body, read(one.spec, answer.body, one.about())
        return
    home = urlsplit(one.spec.url)
    asked = [urljoin(one.spec.url, link) for link in links]
    own = [url for url in asked if urlsplit(url)[:2] == home[:2]][:MOST_LINKS]
    seen = set(one.memory.get("read", []))
    for url in own:
        if url in seen:
            continue
        document = one.get(url, marked=False)
        yield document.body, read(one.spec, document.body, one.about())
        seen.add(url)
        one.memory["read"] = [name for name in own if name in seen]
        if one.pause():
            return
