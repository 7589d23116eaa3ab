"""Telling an address: a document sent once to a service that the city configured; a redirection is not followed.

What an answer says beside its status is not read further than to say why something was refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from geodata.feeds.asking import AGENT, WAIT_S, check_status, line_to

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
    with line_to(url, wait_s) as (line, path):
        line.request(method, path, body=body, headers={"User-Agent": AGENT, "Content-Type": sort, **(headers or {})})
        answer = line.getresponse()
        said = answer.read(_MOST)
        told = {key.lower(): value for key, value in answer.getheaders()}
        check_status(answer.status, told, good=(200, 201, 202, 204), said=f" {said[:120].decode(errors='replace')}")
        return int(answer.status)
