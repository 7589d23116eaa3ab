"""A whole night in a real browser, at a desk that is a process of its own and is killed in the middle.

Two operators; a river that rises below one forecast and above the next; a gateway that went silent; a cabinet that
nobody foresaw; calls; a cut; a lost connection; kill -9; the morning's log and review.
"""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.viewer.desk.conftest import placed
from tests.viewer.desk.test_browser import chromium, entered
from tests.viewer.page_browser import Opened
from twin import cli

pytestmark = pytest.mark.browser

__all__ = ["chromium"]

#: Cabinets that speak by one gateway.
BY_GATEWAY = ("A-060", "A-061", "A-062", "A-063", "A-064", "A-065")
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/enter#(\S+)")


class Served:
    """`twin serve` as people start it."""

    def __init__(self, folder: Path, clock: str, port: int = 0) -> None:
        words = [sys.executable, "-m", "twin.cli", "serve", "valmont", "--folder", str(folder), "--clock", clock,
                 "--port", str(port)]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if found := _ADDRESS.search(line):
                self.port, self.key = int(found[1]), found[2]
                return
        raise AssertionError(f"the desk did not open: {said}")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def end(self, by: signal.Signals) -> None:
        self.process.send_signal(by)
        self.process.wait(timeout=30)
        if self.process.stdout is not None:
            self.process.stdout.close()


class Cable:
    """What lies between a browser and the desk, and can be cut."""

    def __init__(self, port: int) -> None:
        self._to, self._listening, self._is_cut = port, socket.create_server(("127.0.0.1", 0)), False
        self._lines: list[socket.socket] = []
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._work = Thread(target=self._accept, daemon=True)
        self._work.start()

    def cut(self) -> None:
        self._is_cut = True
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._is_cut = False

    def take_away(self) -> None:
        self.cut()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._work.join(timeout=30)
        self._listening.close()
        for line in self._lines:
            line.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                theirs, _ = self._listening.accept()
                self._lines.append(theirs)
                ours = socket.socket()
                self._lines.append(ours)
                if self._is_cut or ours.connect_ex(("127.0.0.1", self._to)):
                    theirs.close()
                    continue
                for ends in ((theirs, ours), (ours, theirs)):
                    Thread(target=self._pass_on, args=ends, daemon=True).start()

    @staticmethod
    def _pass_on(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while said := source.recv(65536):
                sink.sendall(said)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Night:
    """The folder, the desk on it, and who sits at it."""

    def __init__(self, browser: Any, folder: Path, clock: str) -> None:
        self.browser, self.folder = browser, folder
        self.served = Served(folder, clock)
        self.cable = Cable(self.served.port)

    def sit(self, name: str, key: str, *, by: str = "") -> Opened:
        return entered(self.browser, by or self.served.address, key, name)

    def send(self, name: str, *rows: tuple[str, str, Any, str]) -> None:
        """Put a message into the inbox, as a machine does: written beside, then named."""
        told = [{"series": series, "what": what, "value": value, "observed": f"2026-11-22T{at}+01:00"}
                for series, what, value, at in rows]
        part = self.folder / "inbox" / f"{name}.part"
        part.write_text(json.dumps(told), encoding="utf-8")
        part.rename(part.with_suffix(".json"))

    def go(self, page: Opened, screen: str) -> None:
        page.goto(f"{self.served.address}/{screen}")
        page.wait_for_selector("body.ready")


def asked(page: Opened, path: str, said: dict[str, Any] | None = None) -> Any:
    """Ask the desk as the page does, with the person's own session."""
    return page.evaluate("""async ([path, said]) => {
      const headers = {'content-type': 'application/json', 'x-twin-desk': '1'};
      const answer = await fetch(path, said === null ? {} : {method: 'POST', headers, body: JSON.stringify(said)});
      return {status: answer.status, told: await answer.json()};
    }""", [path, said])


@pytest.fixture
def night(chromium: Any, tmp_path: Path) -> Iterator[Night]:
    placed(tmp_path, name="ouche-q100", number=1)
    one = Night(chromium, tmp_path, "2026-11-22T20:20+01:00")
    yield one
    one.cable.take_away()
    if one.served.process.poll() is None:
        one.served.end(signal.SIGKILL)


def picture(page: Opened) -> Any:
    """Give what the desk says of the night."""
    found = asked(page, "/api/tonight")
    assert found["status"] == 200
    return found["told"]


def test_the_night_is_played_to_its_end(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    morel = night.sit("R. Morel", night.served.key)
    invited = asked(morel, "/api/invite", {"standing": "operator"})["told"]
    cable = night.cable
    lenoir = night.sit("C. Lenoir", str(invited["path"]).split("#")[1], by=cable.address)

    # The river rises, lower than the first forecast has it; one source was last heard at 18:30.
    night.send("vigicrues", ("pont-neuf", "level", 1.60, "19:45"), ("pont-neuf", "level", 1.68, "20:00"),
               ("pont-neuf", "level", 1.76, "20:15"))
    night.send("passerelle-nord", ("A-048", "lamps_lit", 12, "18:30"))
    morel.wait_for_selector('#alarm-list li[data-key="river:pont-neuf:below"]')
    morel.wait_for_selector('#alarm-list li[data-key="source:passerelle-nord"]')
    too_high = picture(morel)["river"]
    assert too_high["newest"]["value"] < too_high["foretold_m"] - 0.1

    # A cabinet that no run foresaw: its lamps say so. A gateway of the same source fell silent: evidence of nothing.
    night.send("telegestion_1", *((name, "lamps_lit", 9, "18:45") for name in BY_GATEWAY))
    night.send("telegestion_2", ("A-050", "lamps_dark", 14, "20:18"), ("A-050", "lamps_lit", 0, "20:18"))
    morel.wait_for_selector('#alarm-list li[data-key="gateway:telegestion"]')
    lenoir.wait_for_selector('#alarm-list li[data-key="unforeseen:A-050"]')
    seen = picture(morel)["observed"]
    assert [one["asset"] for one in seen["contradicted"] + seen["unforeseen"]] == ["A-050"]

    # One acknowledges, the other sees it.
    key = 'unforeseen:A-050'
    morel.click(f'#alarm-list li[data-key="{key}"] .ack')
    lenoir.wait_for_selector(f'#alarm-list li[data-key="{key}"].is-acked')

    # A cut is given, and the run approved, by name.
    cut = morel.get_attribute("#act-rows tr[data-asset]", "data-asset")
    morel.click(f'#act-rows tr[data-asset="{cut}"] td:last-child button')
    morel.fill("#act-crew", "équipe 2")
    morel.click("#sheet button.main")
    lenoir.wait_for_selector(f'#act-rows tr[data-asset="{cut}"]:has-text("équipe 2")')
    morel.click("#approve")
    morel.fill("#approve-reason", "lu avec le gestionnaire")
    morel.click("#sheet button.main")
    lenoir.wait_for_function("() => document.querySelector('#strip-run, .strip').innerText.includes('R. Morel')")

    # The line to the second operator is cut for a while: what one acknowledged meanwhile is told once it is back.
    lenoir.clock.install()
    lenoir.reload()
    lenoir.wait_for_selector("body.ready")
    cable.cut()
    lenoir.clock.run_for(45_000)
    lenoir.wait_for_selector("body.lost #lost")
    morel.click('#alarm-list li[data-key="river:pont-neuf:below"] .ack')
    cable.mend()
    lenoir.wait_for_selector('#alarm-list li[data-key="river:pont-neuf:below"].is-acked')
    lenoir.clock.run_for(2_000)
    lenoir.wait_for_selector("body:not(.lost)")
    lenoir.clock.resume()

    # Calls, by keys.
    for asset, caller in (("A-030", "riverain, rue du Bois"), ("A-033", "gardien du gymnase")):
        lenoir.goto(f"{cable.address}/journal")
        lenoir.wait_for_selector("body.ready")
        lenoir.keyboard.press("f")
        lenoir.keyboard.type(asset)
        lenoir.fill("#fact-caller", caller)
        lenoir.click("#fact-form button.main")
        lenoir.wait_for_selector(f'#fact-rows strong:has-text("{asset}")')

    # Two at one variant: the second is told who was first, and nothing of either is lost.
    base = asked(morel, "/api/runs")["told"]["rows"][0]["id"]
    draft = asked(morel, "/api/drafts", {"name": "Coupure du P-02", "base": base})["told"]
    line = {"sort": "cut", "asset": "P-02", "at_s": 9000}
    first = asked(morel, f"/api/drafts/{draft['id']}/lines", {"version": draft["version"], "lines": [line]})
    second = asked(lenoir, f"/api/drafts/{draft['id']}/lines", {"version": draft["version"], "lines": []})
    assert (first["status"], second["status"], second["told"].get("who")) == (200, 409, "R. Morel")

    # Killed in the middle of it: the page says that it is alone and offers nothing that would be lost.
    kept = asked(morel, "/api/journal")["told"]["lines"]
    morel.clock.install()
    morel.reload()
    morel.wait_for_selector("body.ready")
    night.served.end(signal.SIGKILL)
    morel.clock.run_for(45_000)
    morel.wait_for_selector("body.lost #lost")
    assert morel.is_disabled("#alarm-list button.ack")

    # A second forecast came meanwhile, and it is wrong the other way. The desk is back on its port, later, and
    # everybody still sits at it.
    placed(night.folder, name="ouche-q10", number=2)
    night.served = Served(night.folder, "2026-11-22T21:10+01:00", night.served.port)
    lenoir.goto(f"{cable.address}/tonight")
    lenoir.wait_for_selector("body.ready")
    foretold = picture(lenoir)["river"]["foretold_m"]
    night.send("vigicrues", *(("pont-neuf", "level", round(foretold + 0.35 - late / 100, 2), at)
                              for late, at in ((10, "20:45"), (5, "20:55"), (0, "21:05"))))
    # Somebody has seen that it stood below the first: that it stands above the second nobody has.
    lenoir.wait_for_selector('#alarm-list li[data-key="river:pont-neuf"]:not(.is-acked)')
    told = picture(lenoir)
    assert told["river"]["newest"]["value"] > told["river"]["foretold_m"] + 0.1
    assert told["river"]["anchored"] is not None, "the curve held to the gauge stands beside it"
    assert sorted(row["asset"] for row in told["facts"]) == ["A-030", "A-033"]
    assert (told["approved"]["approved"]["by"], told["latest"]["number"]) == ("R. Morel", 2)
    assert next(row for row in told["alarm_rows"] if row["key"] == key)["ack_by"] == "R. Morel"
    log = asked(lenoir, "/api/journal")["told"]["lines"]
    assert [row for row in log if row["id"] <= kept[0]["id"]] == kept, "nothing lost, nothing twice"
    assert asked(lenoir, f"/api/drafts/{draft['id']}")["told"]["lines"][0]["asset"] == "P-02"
    # A refusal and a desk that is gone stand in the browser's own log; no script may fail over them.
    assert [one for one in lenoir.errors if "Failed to load resource" not in one] == []

    # The morning: the log tells the night in order, and the review judges it.
    said = [row["what"] for row in reversed(log)]
    assert [what for what in dict.fromkeys(said) if what in ("enter", "ack", "act", "approve", "fact", "draft")] == [
        "enter", "ack", "act", "approve", "fact", "draft"]
    night.served.end(signal.SIGINT)
    assert cli.main(["review", str(night.folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    verdicts = {one["asset"]: one["verdict"] for one in found["assets"]}
    assert verdicts["A-050"] == "miss"
    assert [one["name"] for one in found["issues"]] == ["n° 1", "n° 2"]
    assert {"A-030", "A-033"} <= set(verdicts), "calls are words as good as telemetry"
    assert not set(BY_GATEWAY) & {name for name, verdict in verdicts.items() if verdict in ("hit", "miss")}, (
        "silent is not dark")
    assert found["levels"], "both forecasts are judged by the gauge"
