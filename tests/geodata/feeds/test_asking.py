"""Asking politely: unchanged, cut, large, moved, too often; and how long to wait after it."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from geodata.feeds.asking import AskFailed, ask, wait_s
from tests.geodata.feeds.loopback import Said, Web


def failed(service: Web, said: Said, **more: int) -> AskFailed:
    service.says("/x", said)
    with pytest.raises(AskFailed) as error:
        ask(f"{service.url}/x", **more)
    return error.value


def test_an_answer_is_read_packed_or_not(service: Web) -> None:
    service.says("/x", Said({"a": 1}, packed=True), Said({"a": 2}))
    assert [ask(f"{service.url}/x?q=1").body for _ in range(2)] == [b'{"a": 1}', b'{"a": 2}']
    assert service.asked[0][1] == {"q": "1"}
    assert "citytwin" in service.asked[0][2]["user-agent"]


def test_what_is_unchanged_is_not_sent_again(service: Web) -> None:
    service.says("/x", Said(b"new", headers={"ETag": '"7"', "Last-Modified": "Sun, 29 Nov 2026 21:00:00 GMT"}),
                 Said(status=304))
    first = ask(f"{service.url}/x")
    again = ask(f"{service.url}/x", marks=first.marks)
    assert (again.is_unchanged, again.body) == (True, b"")
    assert service.asked[1][2]["if-none-match"] == '"7"'
    assert service.asked[1][2]["if-modified-since"] == "Sun, 29 Nov 2026 21:00:00 GMT"


def test_an_answer_that_is_cut_is_none(service: Web) -> None:
    assert failed(service, Said(b"x" * 1000, cut=400)).sort == "cut"
    assert failed(service, Said(b"x" * 100_000, cut=40, packed=True)).sort == "cut"


def test_a_large_answer_is_not_read_to_its_end(service: Web) -> None:
    assert failed(service, Said(b"x" * 5000), most_bytes=1000).sort == "large"
    # 50 MB of zeros in 50 kB: what is packed is not unpacked beyond the bound.
    assert failed(service, Said(bytes(50_000_000), packed=True), most_bytes=1_000_000).sort == "large"


def test_no_redirection_is_followed(service: Web) -> None:
    service.says("/secret", Said(b"metadata"))
    moved = failed(service, Said(status=302, headers={"Location": "/secret"}))
    assert (moved.sort, "/secret" in moved.said) == ("moved", True)
    assert [path for path, _, _ in service.asked] == ["/x"]


@pytest.mark.parametrize(("status", "sort"), [(401, "refused"), (403, "refused"), (404, "missing"), (429, "busy"),
                                              (503, "busy"), (500, "status"), (400, "status")])
def test_each_way_to_fail_has_a_word(service: Web, status: int, sort: str) -> None:
    assert failed(service, Said(status=status)).sort == sort


def test_a_service_says_when_it_wants_to_be_asked_again(service: Web) -> None:
    assert failed(service, Said(status=429, headers={"Retry-After": "120"})).retry_after_s == 120
    assert failed(service, Said(status=503, headers={"Retry-After": "9999999"})).retry_after_s == 86_400
    assert failed(service, Said(status=503, headers={"Retry-After": "soon"})).retry_after_s is None


def test_nobody_there_is_a_failure_of_the_network() -> None:
    with pytest.raises(AskFailed) as error:
        ask("http://127.0.0.1:1/x")
    assert error.value.sort in ("network", "cut")


def test_waits_double_up_to_an_hour_and_are_spread() -> None:
    assert [wait_s(600, n, 1.0) for n in range(5)] == [630, 600, 1200, 2400, 3600]
    assert [wait_s(600, n, 0.0) for n in (0, 1, 2, 40)] == [570, 300, 600, 1800]
    assert wait_s(7200, 3, 1.0) == 7200, "never sooner than its pace asks for"


def test_a_certificate_that_is_not_valid_is_not_read_past(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run([openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out",
                    str(certificate), "-days", "1", "-subj", "/CN=127.0.0.1"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def serve() -> None:
            with suppress(OSError), server.accept()[0] as plain, context.wrap_socket(plain, server_side=True):
                pass

        thread = Thread(target=serve)
        thread.start()
        with pytest.raises(AskFailed) as error:
            ask(f"https://127.0.0.1:{port}/x")
        thread.join()
    assert error.value.sort == "certificate"
