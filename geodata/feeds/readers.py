"""The reader of each form, and what it is told of the source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from geodata.feeds.alerts import links_of, read_cap
from geodata.feeds.context import read_ngsi, read_sensorthings
from geodata.feeds.hubeau import read_hubeau
from geodata.feeds.lamps import read_sigfox, read_talq, read_things_stack
from geodata.feeds.mapped import read_mapped
from geodata.feeds.reports import read_open311
from geodata.feeds.roads import read_datex
from geodata.feeds.schema import Form, SourceSpec
from geodata.feeds.taken import About, Taken
from geodata.feeds.vigicrues import read_observations
from geodata.observations.normal import Refused, Why, read_message

__all__ = ["about_of", "links_of", "read"]


def _own(body: bytes, about: About) -> Taken:
    """Read the twin's own form, whose parts may each name their source."""
    taken = Taken.of(body, about)
    found, refused = read_message(body, source=about.source, received=about.received, known=about.known)
    taken.observations += found
    for one in refused:
        taken.refuse(one)
    return taken


_READERS: dict[Form, Callable[[bytes, About], Taken]] = {
    Form.OBSERVATIONS: _own, Form.JSON: read_mapped, Form.HUBEAU: lambda body, about: read_hubeau(body, about)[0],
    Form.VIGICRUES: read_observations, Form.THINGS_STACK: read_things_stack, Form.SENSORTHINGS: read_sensorthings,
    Form.NGSI_LD: read_ngsi, Form.TALQ: read_talq, Form.SIGFOX: read_sigfox, Form.CAP: read_cap, Form.DATEX: read_datex,
    Form.OPEN311: read_open311}


def about_of(name: str, spec: SourceSpec, *, known: frozenset[str], received: datetime, topic: str = "",
             since: int = 0) -> About:
    """Give what a reader is told of a message."""
    return About(source=name, received=received, known=known, assets={**spec.stations, **spec.assets}, topic=topic,
                 since=since, form=spec.mapping if spec.type == Form.JSON else spec)


def read(spec: SourceSpec, body: bytes, about: About) -> Taken:
    """Read a message of a source.

    Whatever a stranger sends, something is given back: a reader that fails on it has refused it.
    """
    try:
        return _READERS[spec.type](body, about)
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError, RecursionError) as error:
        taken = Taken.of(body, replace(about))
        taken.refuse(Refused(source=about.source, why=Why.FORM,
                             reason=f"found a message in another form ({type(error).__name__}); expected {spec.type}."))
        return taken
