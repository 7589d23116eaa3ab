"""Telling an address: a document sent once to a service that the city configured; a redirection is not followed.

What an answer says beside its status is not read further than to say why something was refused.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from geodata.feeds.asking import AGENT, WAIT_S, AskFailed, retry_after_s, trust

#: Read of an answer at most [bytes].
_MOST = 4096


def tell(url: str, body: bytes, *, sort: str, method: str = "POST", headers: Mapping[str, str] | None = None,
         wait_s: float = WAIT_S) -> int:
    """Send a document once; give the status of the answer.

    Parameters
    ----------
    sort
        Its media type.
    method
        POST or PUT.
    headers
        Keys and the like.

    Raises
    ------
    AskFailed
        No answer, a redirection, a status that is no success; 207 is one: some of it was not taken.
    """
    parts = urlsplit(url)
    is_tls = parts.scheme == "https"
    kind: Any = http.client.HTTPSConnection if is_tls else http.client.HTTPConnection
    line = kind(parts.hostname, parts.port, timeout=wait_s, **({"context": trust()} if is_tls else {}))
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        line.request(method, path, body=body, headers={"User-Agent": AGENT, "Content-Type": sort, **(headers or {})})
        answer = line.getresponse()
        said = answer.read(_MOST)
        status = int(answer.status)
        if 300 <= status < 400:
            raise AskFailed("moved", f"{status}, moved to {(answer.getheader('location') or 'elsewhere')[:120]}")
        if status not in (200, 201, 202, 204):
            kind_of = {401: "refused", 403: "refused", 404: "missing", 410: "missing", 429: "busy", 503: "busy"}
            raise AskFailed(kind_of.get(status, "status"), f"HTTP {status} {said[:120].decode(errors='replace')}",
                            retry_after_s(answer.getheader("retry-after") or ""))
        return status
    except ssl.SSLCertVerificationError as error:
        raise AskFailed("certificate", error.verify_message or "a certificate that is not valid") from None
    except TimeoutError:
        raise AskFailed("timeout", f"no answer within {wait_s:.0f} s") from None
    except (http.client.HTTPException, ConnectionError, ssl.SSLError) as error:
        raise AskFailed("cut", f"{type(error).__name__}") from None
    except socket.gaierror as error:
        raise AskFailed("network", f"no such name ({error.strerror})") from None
    except OSError as error:
        raise AskFailed("network", error.strerror or type(error).__name__) from None
    finally:
        line.close()
