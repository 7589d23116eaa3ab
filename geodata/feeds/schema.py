"""What a configuration of live data says: sources, where they speak, and how their words are read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from geodata.inputs.times import duration_s
from geodata.inputs.yaml_file import load_model
from geodata.observations.normal import FLAGS, WHAT
from twin.errors import InputError

#: Nobody is asked more often than this [s], and a question may take this long [s].
SHORTEST_S, LONGEST_ANSWER_S = 60, 60


def _seconds(value: object) -> int:
    try:
        return round(duration_s(value))
    except InputError as error:
        raise ValueError(f"{error.found}; expected {error.expected}") from None


#: A duration with its unit, as seconds.
Seconds = Annotated[int, BeforeValidator(_seconds), Field(ge=0)]
Pointer = Annotated[str, Field(pattern=r"^(/.*)?$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Form(StrEnum):
    """How the messages of a source are read."""

    OBSERVATIONS = "observations"  #: the twin's own form
    JSON = "json"  #: any JSON, by a mapping
    HUBEAU = "hubeau"
    VIGICRUES = "vigicrues"
    THINGS_STACK = "things-stack"
    SENSORTHINGS = "sensorthings"
    NGSI_LD = "ngsi-ld"
    TALQ = "talq"
    SIGFOX = "sigfox"
    CAP = "cap"
    DATEX = "datex"
    OPEN311 = "open311"


class Way(StrEnum):
    """How messages come."""

    ASKED = "asked"  #: the twin asks an address
    BROKER = "broker"  #: by MQTT
    SENT = "sent"  #: somebody posts them to the desk


class ValueSpec(_Part):
    """One value of a message."""

    what: str
    """what it is: level, flow, out, silent, door_open, water, faulty, lamps_dark, lamps_lit, voltage, current, power"""
    at: str = ""
    """where it stands: a JSON pointer, `/` between names; for NGSI-LD the name of the attribute"""
    unit: str | None = None
    """its unit; without it the one that the quantity is kept in"""
    times: float = 1.0
    """what a raw number is multiplied by to have that unit"""
    means_true: tuple[Any, ...] = ()
    """what says true, of what is true or false"""
    means_false: tuple[Any, ...] = ()
    """what says false"""
    absent: Any = None
    """what a missing value stands for; without it a missing value is not reported"""
    byte: int | None = Field(default=None, ge=0, le=11)
    """first byte of it, in a payload of bytes"""
    bytes: int = Field(default=1, ge=1, le=4)
    """bytes that it takes, the most significant first"""
    bit: int | None = Field(default=None, ge=0, le=7)
    """the one bit that it is, 0 the least significant"""

    @model_validator(mode="after")
    def _known(self) -> ValueSpec:
        if self.what not in WHAT:
            raise ValueError(f"'{self.what}'; expected one of {', '.join(WHAT)}")
        if self.unit is not None and self.unit not in WHAT[self.what]:
            raise ValueError(f"unit '{self.unit}' of {self.what}; expected "
                             + " or ".join(repr(unit) for unit in WHAT[self.what]))
        if (self.means_true or self.means_false) and self.what not in FLAGS:
            raise ValueError(f"'means_true' or 'means_false' of {self.what}; expected them of what is true or false")
        if self.at and not self.at.startswith("/") and "/" in self.at:
            raise ValueError(f"'{self.at}'; expected a pointer that begins with /")
        return self


class MappingSpec(_Part):
    """Where in a JSON message asset, time and values stand."""

    each: Pointer = ""
    """pointer to the list whose parts are read one by one; without it the message is one part"""
    asset: str
    """pointer to the name of the asset, `topic:2` for the third part of the topic, or `=NAME` for one asset"""
    time: str = ""
    """pointer to the time, or `received` where the message has none"""
    time_form: str = Field(default="iso", pattern=r"^(iso|unix|unix_ms)$")
    """iso, or seconds or milliseconds since 1970"""
    zone: str | None = None
    """zone of times that have no offset (Europe/Paris); without it they are refused"""
    values: tuple[ValueSpec, ...] = Field(min_length=1)

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        from geodata.inputs.time_zones import zone_of

        if value is not None and zone_of(value) is None:
            raise ValueError(f"'{value}'; expected a zone: Europe/Paris, UTC, UTC+1")
        return value


class DatastreamSpec(_Part):
    """One datastream of SensorThings."""

    asset: str
    what: str
    unit: str | None = None


class SourceSpec(_Part):
    """One source."""

    type: Form
    url: str | None = None
    """address that is asked; nothing else is, and no redirection is followed"""
    broker: str | None = None
    """mqtts://HOST:PORT, or mqtt:// within the city's own network"""
    topics: tuple[str, ...] = ()
    client_id: str | None = Field(default=None, pattern=r"^[\w.-]{1,60}$")
    """name at the broker: its own, for it keeps what comes while nobody listens"""
    user: str | None = None
    password_env: str | None = None
    """variable of the environment that holds the password"""
    headers_env: dict[str, str] = Field(default_factory=dict)
    """header of a question, and the variable of the environment that holds it"""
    every: Seconds | None = None
    """asked this often"""
    pace: Seconds | None = None
    """how often a datum is expected; 0: only when something happens"""
    look_back: Seconds = 3 * 3600
    """asked again for this long: late and corrected values"""
    apart: Seconds | None = None
    """between two questions of one round"""
    stations: dict[str, str] = Field(default_factory=dict)
    """code of the station, and the gauge of the city"""
    quantities: tuple[str, ...] = ("H",)
    forecasts: bool = False
    """Vigicrues: forecasts as well, each issue kept"""
    assets: dict[str, str] = Field(default_factory=dict)
    """name of the outside, and the asset of the city; ids that are the same need no line"""
    mapping: MappingSpec | str | None = None
    """how its JSON is read, or the file that says so"""
    values: tuple[ValueSpec, ...] = ()
    """values of a payload: The Things Stack (in decoded_payload), Sigfox (bytes), NGSI-LD (attributes)"""
    datastreams: dict[str, DatastreamSpec] = Field(default_factory=dict)
    services: tuple[str, ...] = ()
    """Open311: codes of the services whose reports say that a lamp is dark"""
    take: bool = False
    """DATEX II: its closures of the city's streets go into runs that the desk starts, unless who starts one says no"""
    within_m: float = Field(default=40.0, gt=0, le=1000)
    """a report or a closure counts for what stands this near"""

    @property
    def way(self) -> Way:
        """How its messages come."""
        return Way.ASKED if self.url else Way.BROKER if self.broker else Way.SENT

    @property
    def every_s(self) -> int:
        """How often it is asked [s]."""
        return self.every if self.every is not None else 600

    @property
    def pace_s(self) -> int:
        """How often a datum of it is expected [s]; 0: only when something happens."""
        if self.pace is not None:
            return self.pace
        return 0 if self.type in (Form.CAP, Form.DATEX, Form.OPEN311) else max(900, self.every_s)

    @model_validator(mode="after")
    def _fits(self) -> SourceSpec:
        if self.url is not None and self.broker is not None:
            raise ValueError("url and broker; expected one of the two")
        for name, value, schemes in (("url", self.url, ("https", "http")), ("broker", self.broker, ("mqtts", "mqtt"))):
            if value is not None:
                _address(name, value, schemes)
        if self.broker is not None and not (self.topics and self.client_id):
            raise ValueError("broker without topics or client_id; expected both")
        if self.every is not None and self.every < SHORTEST_S:
            raise ValueError(f"every {self.every} s; expected {SHORTEST_S} s or more")
        ways, needs = _NEEDS[self.type]
        if self.way not in ways:
            raise ValueError(f"{self.type} {_WAY_WORDS[self.way]}; expected "
                             + " or ".join(_WAY_WORDS[way] for way in ways))
        if needs and not getattr(self, needs):
            raise ValueError(f"{self.type} without {needs}; expected {needs}")
        if strange := set(self.quantities) - {"H", "Q"}:
            raise ValueError(f"'{min(strange)}'; expected H (levels) or Q (discharges)")
        return self


_WAY_WORDS = {Way.ASKED: "with url", Way.BROKER: "with broker", Way.SENT: "with neither url nor broker"}
_ANY = (Way.ASKED, Way.BROKER, Way.SENT)
#: Ways that each form comes, and the key that it cannot do without.
_NEEDS: dict[Form, tuple[tuple[Way, ...], str]] = {
    Form.OBSERVATIONS: (_ANY, ""), Form.JSON: (_ANY, "mapping"), Form.HUBEAU: ((Way.ASKED,), "stations"),
    Form.VIGICRUES: ((Way.ASKED,), "stations"), Form.THINGS_STACK: ((Way.BROKER, Way.SENT), "values"),
    Form.SENSORTHINGS: (_ANY, "datastreams"), Form.NGSI_LD: ((Way.BROKER, Way.SENT), ""), Form.TALQ: ((Way.SENT,), ""),
    Form.SIGFOX: ((Way.SENT,), "values"), Form.CAP: ((Way.ASKED,), ""), Form.DATEX: ((Way.ASKED,), ""),
    Form.OPEN311: ((Way.ASKED,), "")}


def _address(name: str, value: str, schemes: tuple[str, ...]) -> None:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError(f"{name} '{value}'; expected {schemes[0]}://HOST/PATH") from None
    if parts.scheme not in schemes or not parts.hostname or port == 0:
        raise ValueError(f"{name} '{value}'; expected {schemes[0]}://HOST/PATH")
    if parts.username or parts.password:
        raise ValueError(f"{name} with a password in it; expected password_env or headers_env")
    if parts.fragment or any(ord(sign) < 33 for sign in value):
        raise ValueError(f"{name} '{value}'; expected an address without # and spaces")


class PushSpec(_Part):
    """A service that is told."""

    url: str
    """its address; of a context broker up to and with `/ngsi-ld/v1`; `{id}` stands for the number of a report"""
    headers_env: dict[str, str] = Field(default_factory=dict)
    """header, and the variable of the environment that holds it"""
    method: str = Field(default="POST", pattern=r"^(POST|PUT)$")
    """how a report is answered, where the service takes answers"""

    @model_validator(mode="after")
    def _fits(self) -> PushSpec:
        _address("url", self.url.replace("{id}", "1"), ("https", "http"))
        return self


class OutSpec(_Part):
    """What others may fetch of the desk without a session, and whom the desk tells by itself."""

    open_data: bool = False
    """the approved run by the public list, as GeoJSON and NGSI-LD, at addresses that stay"""
    alerts: bool = False
    """the approved run as a CAP alert, the next as its Update, its end as its Cancel"""
    answers: bool = False
    """what the approved run says of the street of a resident's report (GeoReport v2)"""
    fields: str | None = None
    """the city's own list of what may leave"""
    broker: PushSpec | None = None
    """a context broker that is told the entities (NGSI-LD)"""
    alerts_to: PushSpec | None = None
    """a service that is told each alert"""
    answers_to: PushSpec | None = None
    """a service that is told the answer to each report"""

    @model_validator(mode="after")
    def _fits(self) -> OutSpec:
        if self.answers_to is not None and "{id}" not in self.answers_to.url:
            raise ValueError("answers_to without {id} in its url; expected the place of the number of a report")
        return self


class ObserveSpec(_Part):
    """The whole configuration."""

    city: str | None = None
    """city file, for `twin observe`; a name that ships"""
    sources: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")], SourceSpec] = Field(min_length=1)
    out: OutSpec = OutSpec()

    @model_validator(mode="after")
    def _apart(self) -> ObserveSpec:
        names = [(one.broker, one.client_id) for one in self.sources.values() if one.broker]
        if len(set(names)) < len(names):
            raise ValueError("two sources with one client_id at one broker; expected a name each: "
                             "the broker would throw each out for the other, for ever")
        return self


def read_config(path: Path) -> ObserveSpec:
    """Read a configuration, with the mapping files that it names, from beside it.

    Raises
    ------
    InputError
        All complaints, with line and column.
    """
    spec, _ = load_model(path, ObserveSpec)
    sources = {}
    for name, one in spec.sources.items():
        if isinstance(one.mapping, str):
            mapping, _ = load_model(path.parent / one.mapping, MappingSpec)
            one = one.model_copy(update={"mapping": mapping})
        sources[name] = one
    return spec.model_copy(update={"sources": sources})


def check_assets(spec: ObserveSpec, known: frozenset[str], *, file: str = "") -> None:
    """Refuse a configuration that names what the city does not have.

    Raises
    ------
    InputError
        An id under ``stations``, ``assets`` or ``datastreams``, or a constant asset, that is none of the city's.
    """
    for name, one in spec.sources.items():
        said = {"stations": list(one.stations.values()), "assets": list(one.assets.values())}
        strange = {key: [asset for asset in assets if asset not in known] for key, assets in said.items()}
        # What `assets` translates is no id of the city yet.
        strange["datastreams"] = [stream.asset for stream in one.datastreams.values()
                                  if one.assets.get(stream.asset, stream.asset) not in known]
        for key, ids in strange.items():
            if ids:
                raise InputError(file=file, field=f"sources.{name}.{key}", found=f"'{ids[0]}'", ids=ids,
                                 expected="the id of an asset of the city",
                                 remedy="`twin check` and QGIS show the ids of a city file.")
