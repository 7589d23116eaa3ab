"""XML of strangers as a tree: no document type, no entities, a bound on size; names without their namespace."""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from geodata.feeds.taken import MOST_ANSWER_BYTES
from geodata.observations.normal import Refusal, Why

#: Elements of one document at most: DATEX II of the French State roads has some 100,000.
MOST_ELEMENTS = 1_000_000
_DEEPEST = 200


def tree_of(body: bytes) -> Element:
    """Give the root of a document.

    Names of elements, and the values of ``xsi:type``, are local names: any prefix may stand before them.

    Raises
    ------
    Refusal
        No XML, cut short, with a document type, too large.

    Examples
    --------
    >>> root = tree_of(b'<a:x xmlns:a="u" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="a:T">5</a:x>')
    >>> root.tag, root.attrib, root.text
    ('x', {'type': 'T'}, '5')
    """
    if len(body) > MOST_ANSWER_BYTES:
        raise Refusal(Why.LARGE, found=f"{len(body):,} bytes", expected=f"{MOST_ANSWER_BYTES:,} at most")
    builder, count, depth = TreeBuilder(), 0, 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count, depth
        count, depth = count + 1, depth + 1
        if count > MOST_ELEMENTS or depth > _DEEPEST:
            raise Refusal(Why.LARGE, found="too many elements", expected=f"{MOST_ELEMENTS:,}, {_DEEPEST} deep at most")
        told = {_local(key): value for key, value in attributes.items()}
        if "type" in told:
            told["type"] = told["type"].rpartition(":")[2]
        builder.start(_local(name), told)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local(name))

    def doctype(*said: object) -> None:
        raise Refusal(Why.FORM, found="a document type", expected="XML without one")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        raise Refusal(Why.FORM, found="no XML, or cut short", expected="a whole document") from None
    return builder.close()


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def text_of(element: Element | None, *path: str) -> str:
    """Give the text under a path of names, its line breaks and spaces made one; empty where there is none."""
    here = element
    for name in path:
        here = None if here is None else here.find(name)
    return "" if here is None else " ".join("".join(here.itertext()).split())
