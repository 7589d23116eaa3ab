"""The message that an alert updates or cancels, read from its file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from geodata.drivers import regular
from twin.errors import InputError

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
#: No alert is longer [bytes].
_LONGEST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What a later message must know of an earlier one."""

    file: str
    identifier: str
    sender: str
    #: As written in it: references must repeat it letter by letter.
    sent: str
    sent_at: datetime
    status: str
    #: References of its own, oldest first.
    references: tuple[str, ...]

    @property
    def chain(self) -> tuple[str, ...]:
        """Give what the later message refers to: all that came before, this one last."""
        return tuple(dict.fromkeys((*self.references, f"{self.sender},{self.identifier},{self.sent}")))


def read_earlier(path: Path) -> Earlier:
    """Read an earlier CAP 1.2 alert.

    Raises
    ------
    InputError
        No such file, no CAP 1.2 alert, one that was cancelled or lacks what a reference needs.
    """
    wrong: dict[str, Any] = {"file": str(path), "expected": "a CAP 1.2 alert, as `twin export --format cap` writes it"}
    try:
        if path.exists() and not path.is_dir():
            regular(path, file=str(path), expected=wrong["expected"])
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
    except OSError as error:
        raise InputError(found="no such file" if isinstance(error, FileNotFoundError) else
                         f"a file that cannot be read ({error.strerror})", **wrong) from None
    # A document type may name other files and swell without end: an alert has none.
    if len(content) > _LONGEST or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise InputError(found="a file that is too long" if len(content) > _LONGEST else "a document type", **wrong)
    try:
        root = ET.fromstring(content)
    except ET.ParseError as error:
        raise InputError(found=f"a file that is no XML ({error})", **wrong) from None
    if root.tag != f"{{{NAMESPACE}}}alert":
        raise InputError(found=f"<{root.tag.rpartition('}')[2]}> in '{root.tag.rpartition('}')[0][1:]}'", **wrong)
    said = {tag: (root.findtext(f"{{{NAMESPACE}}}{tag}") or "").strip()
            for tag in ("identifier", "sender", "sent", "status", "msgType", "references")}
    for tag in ("identifier", "sender", "sent"):
        if not said[tag] or any(sign in said[tag] for sign in " ,<&"):
            raise InputError(field=tag, found=f"'{said[tag]}'", **wrong)
    if said["msgType"] not in ("Alert", "Update"):
        raise InputError(file=str(path), field="msgType", found=f"'{said['msgType']}'", expected="Alert or Update",
                         remedy="What was cancelled is neither updated nor cancelled again.")
    sent_at = _moment(said["sent"])
    if sent_at is None:
        raise InputError(field="sent", found=f"'{said['sent']}'", **wrong)
    return Earlier(file=str(path), identifier=said["identifier"], sender=said["sender"], sent=said["sent"],
                   sent_at=sent_at, status=said["status"], references=tuple(said["references"].split()))


def _moment(text: str) -> datetime | None:
    """Read a moment with its offset; None where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
