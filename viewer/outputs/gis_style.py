"""How QGIS draws the layers: styles in its QML, in the colours of the maps, played by its temporal controller.

Source: the styles that QGIS 3.22 writes. A style in the table ``layer_styles`` of a GeoPackage is taken as the layer's
own by QGIS; other programs pass over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from twin.results.condition_spans import Condition
from twin.water.hazard import WATER_STEPS_M
from viewer.outputs.gis_words import CONDITIONS
from viewer.states import states

#: On a light ground, where the maps' own grey of a dark lamp would vanish: the shape tells as much as the colour.
_STATES = ((Condition.IN_SERVICE, "lit", "circle", 1.2), (Condition.NO_SUPPLIER, "status", "square", 1.8),
           (Condition.LAST_FEED, "zone", "triangle", 2.2), (Condition.ON_RESERVE, "water3", "diamond", 2.4),
           (Condition.MAY_BE_OUT, "wet", "pentagon", 2.4), (Condition.SUSPENDED, "water2", "cross_fill", 2.4),
           (Condition.OUT, "ink", "cross_fill", 2.8))


@dataclass(frozen=True, slots=True)
class _Rule:
    """One class of a layer: what it holds, how it is called, how it is drawn."""

    value: str
    label: str
    color: str
    shape: str = ""
    size: float = 0.0


def styles(lang: str) -> dict[str, str]:
    """Give the QML of each layer that has a style, by the layer's name."""
    words = CONDITIONS[lang]
    conditions = [_Rule(c.word, words[c], color, shape, size) for c, color, shape, size in _STATES]
    depths = [_Rule(f"{step:g}", _depth(step, lang), color) for step, color in zip(
        WATER_STEPS_M, ("shore", "water3", "water2"), strict=True)]
    out = [_Rule("", words[Condition.OUT], "ink", "cross_fill", 2.8)]
    return {"states": _qml("marker", "condition", conditions, temporal=True),
            "outages": _qml("marker", "", out, temporal=True),
            "assets": _qml("marker", "", [_Rule("", "", "soft", "circle", 1.0)]),
            "areas": _qml("fill", "", [_Rule("", "", "soft")]), "lines": _qml("line", "", [_Rule("", "", "street")]),
            "supplies": _qml("line", "", [_Rule("", "", "soft")]),
            "water": _qml("fill", "depth_from_m", depths, temporal=True)}


def _depth(step: float, lang: str) -> str:
    return f"{step:.2f}".replace(".", ",") + "\u00a0m et plus" if lang == "fr" else f"{step:.2f}\u00a0m or more"


def _qml(sort: str, attribute: str, rules: Sequence[_Rule], *, temporal: bool = False) -> str:
    root = Xml.Element("qgis", version="3.22", styleCategories="Symbology|Temporal")
    if temporal:
        # 2: from one field to another; an instant belongs to what begins with it.
        time = Xml.SubElement(root, "temporal", enabled="1", mode="2", startField="start", endField="end",
                             limitMode="1", durationField="", durationUnit="min", fixedDuration="0", accumulate="0",
                             startExpression="", endExpression="")
        bounds = Xml.SubElement(time, "fixedRange")
        Xml.SubElement(bounds, "start")
        Xml.SubElement(bounds, "end")
    kind = "categorizedSymbol" if attribute else "singleSymbol"
    renderer = Xml.SubElement(root, "renderer-v2", type=kind, enableorderby="0", forceraster="0", symbollevels="0")
    if attribute:
        renderer.set("attr", attribute)
        categories = Xml.SubElement(renderer, "categories")
        for i, rule in enumerate(rules):
            Xml.SubElement(categories, "category", symbol=str(i), value=rule.value, label=rule.label, render="true")
    symbols = Xml.SubElement(renderer, "symbols")
    for i, rule in enumerate(rules):
        _symbol(symbols, sort, str(i), rule)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + Xml.tostring(root, encoding="unicode")


def _symbol(symbols: Xml.Element, sort: str, name: str, rule: _Rule) -> None:
    color = _rgba(rule.color)
    edge = _rgba("ink")
    drawn = {
        "marker": ("SimpleMarker", {"name": rule.shape, "size": f"{rule.size:g}", "size_unit": "MM", "color": color,
                                    "outline_color": edge, "outline_width": "0.2", "outline_style": "solid"}),
        "line": ("SimpleLine", {"line_color": color, "line_width": "0.1", "line_style": "solid"}),
        "fill": ("SimpleFill", {"color": color, "style": "solid", "outline_color": color, "outline_width": "0.1",
                                "outline_style": "solid"})}
    sort_of, options = drawn[sort]
    symbol = Xml.SubElement(symbols, "symbol", type=sort, name=name, alpha="0.8" if sort == "fill" else "1",
                            clip_to_extent="1", force_rhr="0")
    layer = Xml.SubElement(symbol, "layer", attrib={"class": sort_of, "enabled": "1", "pass": "0", "locked": "0"})
    for key, value in options.items():
        Xml.SubElement(layer, "prop", k=key, v=value)


def _rgba(color: str) -> str:
    code = states()["colors"][color]
    return ",".join(str(int(code[i:i + 2], 16)) for i in (1, 3, 5)) + ",255"
