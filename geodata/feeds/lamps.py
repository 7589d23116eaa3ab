"""What street-light systems and small radios send: TALQ log-reports, The Things Stack uplinks, Sigfox callbacks.

Sources
-------
TALQ 2.7.1 (https://github.com/TALQ-consortium), log-reports; The Things Stack v3, data formats; Sigfox, data callbacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geodata.feeds.mapped import MISSING, at, put_value, put_values, unix
from geodata.feeds.schema import SourceSpec, ValueSpec
from geodata.feeds.taken import About, Taken, json_of, list_of, mapping_of
from geodata.observations.normal import FLAGS, Refusal, Why

#: TALQ event -> what it says. Loss of communication is silence, not darkness.
TALQ_EVENTS: Mapping[str, str] = {
    "supplyLoss": "out", "lampFailure": "out", "lightSourceOpenCircuit": "out", "circuitBreakerTripped": "out",
    "communicationFailure": "silent", "cabinetDoorOpen": "door_open",
    "controlGearCommFailure": "faulty", "relayFailure": "faulty", "leakageDetected": "faulty",
    "switchingErrorOn": "faulty", "switchingErrorOff": "faulty", "phase1VoltageTooLow": "faulty",
    "phase2VoltageTooLow": "faulty", "phase3VoltageTooLow": "faulty",
    "overfull": "water", "levelWarning": "water", "fluidLevelTooHigh": "water"}
#: Events that say that something came back.
_BACK = {"powerCycleSeen": "out"}


def read_talq(body: bytes, about: About) -> Taken:
    """Read a log-report. An event without ``startEndFlag`` is an instant at which it began, never an end."""
    taken = Taken.of(body, about)
    try:
        entries = list_of(mapping_of(json_of(body), "report").get("entries"), "entries")
    except Refusal as error:
        taken.refuse(error)
        return taken
    for entry in entries:
        try:
            data = mapping_of(mapping_of(entry, "entries").get("data"), "data")
            kind = data.get("type")
            if kind == "EventLogData":
                _event(taken, data)
            elif kind == "AttributeLogData":
                _attribute(taken, data)
            else:
                raise Refusal(Why.FORM, field="type", found=f"{kind!r}", expected="EventLogData or AttributeLogData")
        except Refusal as error:
            taken.refuse(error)
    return taken


def _event(taken: Taken, data: Mapping[str, Any]) -> None:
    event, flag = data.get("eventType"), data.get("startEndFlag")
    if flag is not None and not isinstance(flag, bool):
        raise Refusal(Why.VALUE, field="startEndFlag", found=repr(flag), expected="true, false or nothing")
    if isinstance(event, str) and event in _BACK:
        what, value = _BACK[event], False
    elif isinstance(event, str) and event in TALQ_EVENTS:
        what, value = TALQ_EVENTS[event], flag is not False
    else:
        taken.passed += 1
        return
    taken.put(_device(taken.about, data.get("srcAddress")), what, value, observed=data.get("timestamp"),
              quality=str(event))


def _attribute(taken: Taken, data: Mapping[str, Any]) -> None:
    """Take an attribute that the configuration asks for."""
    spec = taken.about.form
    wanted = [one for one in spec.values if one.at == data.get("attributeName")] if isinstance(spec, SourceSpec) else []
    if not wanted:
        taken.passed += 1
        return
    held = mapping_of(data.get("attributeValue"), "attributeValue")
    for one in wanted:
        put_value(taken, one, held.get("value"), asset=_device(taken.about, data.get("srcAddress")),
                  observed=held.get("timestamp") or data.get("timestamp"), quality=one.at)


def _device(about: About, address: Any) -> Any:
    """Give the device of an address ``device/function``; a segment is a circuit of its own and needs its own line."""
    if not isinstance(address, str) or address in about.assets:
        return address
    device, _, function = address.partition("/")
    return address if function.casefold().startswith("segment") else device


def read_things_stack(body: bytes, about: About) -> Taken:
    """Read an uplink. Zeros, false and empty texts are left out by the sender: a value that lacks is one of these."""
    taken, spec = Taken.of(body, about), about.form
    assert isinstance(spec, SourceSpec)
    try:
        said = mapping_of(json_of(body), "message")
        said = mapping_of(said.get("result", said), "result")
        message = mapping_of(said.get("uplink_message"), "uplink_message")
        if said.get("simulated") or message.get("simulated"):
            raise Refusal(Why.SIMULATED, found="a simulated uplink", expected="one of the field")
        payload = mapping_of(message.get("decoded_payload"), "decoded_payload")
        device = mapping_of(said.get("end_device_ids"), "end_device_ids").get("device_id")
        if payload and all(at(payload, one.at) is MISSING for one in spec.values):
            # Another message of the same device: nothing of it may be read as zeros.
            taken.passed += 1
            return taken
        values = [one if one.absent is not None else one.model_copy(update={"absent": _zero(one)})
                  for one in spec.values]
        put_values(taken, payload, values, asset=device, observed=message.get("received_at") or said.get("received_at"))
    except Refusal as error:
        taken.refuse(error)
    return taken


def _zero(spec: ValueSpec) -> Any:
    """Give what a value that was left out is: false, or what stands for false; else 0."""
    if spec.what not in FLAGS:
        return 0
    known = [*spec.means_true, *spec.means_false]
    return next((one for one in known if not one), False)


def read_sigfox(body: bytes, about: About) -> Taken:
    """Read a callback with ``device``, ``time`` [s], ``data`` (hexadecimal, 12 bytes at most), numbers as texts."""
    taken, spec = Taken.of(body, about), about.form
    assert isinstance(spec, SourceSpec)
    try:
        said = mapping_of(json_of(body), "callback")
        if str(said.get("duplicate", "")).casefold() == "true":
            taken.passed += 1
            return taken
        try:
            data = bytes.fromhex(str(said.get("data", "")))
        except ValueError:
            data = b""
        if not 0 < len(data) <= 12:
            raise Refusal(Why.FORM, field="data", found=f"{str(said.get('data'))[:40]!r}",
                          expected="1 to 12 bytes in hexadecimal")
        moment = unix(said.get("time"))
        for one in spec.values:
            try:
                taken.put(said.get("device"), one.what, _of_bytes(one, data), unit=one.unit, observed=moment)
            except Refusal as error:
                taken.refuse(error)
    except Refusal as error:
        taken.refuse(error)
    return taken


def _of_bytes(spec: ValueSpec, data: bytes) -> bool | float:
    first = spec.byte if spec.byte is not None else 0
    part = data[first:first + spec.bytes]
    if len(part) < spec.bytes:
        raise Refusal(Why.FORM, field="data", found=f"{len(data)} bytes", expected=f"{first + spec.bytes} at least")
    number = int.from_bytes(part, "big")
    if spec.what in FLAGS:
        return bool(number >> spec.bit & 1) if spec.bit is not None else bool(number)
    return number * spec.times
