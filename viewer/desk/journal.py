"""The main courante: who did what, when. It is kept by itself and handed out as a table."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from geodata.csv_file import csv_text
from twin.errors import InputError
from twin.explaining.words import speech
from viewer.desk.desk import Desk
from viewer.desk.store import publish
from viewer.desk.words import tell

_LONGEST = 500


def note(desk: Desk, text: str, *, by: str) -> None:
    """Write a line by hand.

    Raises
    ------
    InputError
        No text, or a long one.
    """
    if not text.strip() or len(text) > _LONGEST:
        raise InputError(field="text", found="no text, or a long one", expected=f"up to {_LONGEST} letters")
    with desk.store.act() as tx:
        publish(tx, at=desk.clock.epoch(), who=by, what="note", journal=True, body={"text": text.strip()})


def lines(desk: Desk, *, most: int = 200, after: int = 0) -> list[dict[str, Any]]:
    """Give the last lines, the latest first."""
    rows = desk.store.rows("SELECT * FROM event WHERE is_journal = 1 AND id > ? ORDER BY id DESC LIMIT ?", after, most)
    return [{"id": row["id"], "at": row["at"], "who": row["who"], "what": row["what"],
             "body": json.loads(row["body"])} for row in rows]


def count(desk: Desk) -> int:
    """Give how many lines there are."""
    return int(desk.store.rows("SELECT count(*) AS n FROM event WHERE is_journal = 1")[0]["n"])


def as_csv(desk: Desk, lang: str) -> str:
    """Give the whole main courante as a table: moment with offset, who, what in words, and the values behind them."""
    rows = []
    for row in desk.store.rows("SELECT * FROM event WHERE is_journal = 1 ORDER BY id"):
        moment = datetime.fromtimestamp(row["at"], UTC).astimezone(desk.zone)
        said_of = said(lang, row["what"], json.loads(row["body"]))
        rows.append((moment.isoformat(timespec="seconds"), row["who"], said_of, row["body"]))
    return csv_text([tell(lang, f"csv_{name}") for name in ("at", "who", "what", "values")], rows)


def said(lang: str, what: str, body: dict[str, Any]) -> str:
    """Give one line in words."""
    if what == "note" and "reading" in body:
        return tell(lang, "j_reading", level=f"{speech(lang).depth(body['reading'])}", gauge=body["gauge"])
    if what == "note":
        return str(body["text"])
    if what == "alarm":
        how = "j_alarm_over" if body.get("over") else "j_alarm_worse" if body.get("worse") else "j_alarm"
        return tell(lang, how, what=alarm_title(lang, body["alarm"]))
    if what == "ack":
        return tell(lang, "j_shelve" if "until" in body else "j_ack", what=alarm_title(lang, body["alarm"]))
    if what == "run":
        name = body.get("names", {}).get(lang, body["name"])
        return tell(lang, f"j_run_{body['state']}", number=str(body["number"]), name=name)
    if what == "allow":
        if "did" in body:
            return tell(lang, "j_allow_did", number=str(body["did"]), by=body["by"])
        return tell(lang, "j_allow", at=body["clock"]) if "clock" in body else tell(lang, "j_allow_ends")
    if what == "closure":
        return tell(lang, f"j_closure_{body['answer']}", street=body["street"], source=body["source"])
    if what == "alert":
        return tell(lang, f"j_{body['kind'].lower()}_out", number=str(body["number"]))
    if what == "approve" and body.get("withdrawn"):
        return tell(lang, "j_withdraw", number=str(body["number"]), reason=body.get("reason", "–"))
    if what == "approve":
        return tell(lang, "j_approve", number=str(body["number"]), reason=body["reason"])
    if what == "propose" and body.get("declined"):
        return tell(lang, "j_decline", number=str(body["number"]), by=body["by"], reason=body["reason"])
    if what == "propose":
        against = "" if body["against"] is None else tell(lang, "j_against", number=str(body["against"]))
        return tell(lang, "j_propose", number=str(body["number"]), against=against, decider=body["decider"],
                    reason=body["reason"])
    if what == "fact":
        if body["state"] == "ends":
            return tell(lang, "j_fact_ends", asset=body["asset"])
        return tell(lang, f"j_fact_{body['state']}", asset=body["asset"], caller=body["caller"])
    if what == "act":
        return tell(lang, f"j_act_{body['state']}", asset=body["asset"], crew=body["crew"] or "–")
    if what == "draft":
        return tell(lang, "j_draft", name=body.get("name", ""))
    if what == "report":
        sort, number = tell(lang, f"report_{body['sort']}"), str(body["number"])
        return tell(lang, "j_released", what=sort, number=number, by=body["released_by"]) if body["released_by"] else \
            tell(lang, "j_report", what=sort, number=number)
    if what == "enter":
        if "refused" in body:
            return tell(lang, "j_refused", login=body["refused"])
        if "ended" in body:
            return tell(lang, "j_ended", name=body["ended"])
        return tell(lang, "j_leave" if body.get("left") else "j_enter")
    return what


def alarm_title(lang: str, alarm: dict[str, Any]) -> str:
    """Give an alarm in a few words, as the list has it."""
    name = alarm["name"] if alarm["name"] and alarm["name"] != alarm["asset"] else alarm["asset"]
    if "ranges" in alarm["values"]:
        name = ", ".join(first if first == last else tell(lang, "ids_range", first=first, last=last)
                         for first, last in alarm["values"]["ranges"])
    name = alarm["values"].get("names", {}).get(lang, name)
    values = {key: value for key, value in alarm["values"].items() if isinstance(value, str | int | float)}
    return tell(lang, f"alarm_{alarm['sort']}", **{
        "name": name or "–", "asset": alarm["asset"], "street": alarm["street"] or "–",
        "n": int(alarm["counts"].get("lamp", 0)), **values})
