"""Layers of the page, written as pydeck layers: the specification that the page's own deck.gl reads.

Data are constants that the page fills with typed arrays (``@@#name``); every colour comes from the table of states.
The order is the drawing's, from the ground up.
"""

from __future__ import annotations

import json
from typing import Any

import pydeck

from viewer.states import states

#: Rows carry start and end; the page moves one range and the GPU shows what is open at that moment.
_TIME = {"extensions": [{"@@type": "DataFilterExtension", "filterSize": 2}], "filter_range": [[0, 0], [0, 0]]}


def _constant(name: str) -> str:
    """Name a constant of the page; the inner quotes keep pydeck from reading it as an accessor of its own."""
    return f'"@@#{name}"'


def _rgb(name: str, alpha: int = 255) -> list[int]:
    color = states()["colors"][name]
    return [int(color[i:i + 2], 16) for i in (1, 3, 5)] + [alpha]


def _areas(identifier: str, data: str, color: list[int] | str, **more: Any) -> pydeck.Layer:
    return pydeck.Layer("SolidPolygonLayer", id=identifier, data=f"@@#{data}",
                        get_polygon=_constant(more.pop("polygon", "self")),
                        get_fill_color=color, **more)


def _lines(identifier: str, data: str, color: list[int], width: float, **more: Any) -> pydeck.Layer:
    return pydeck.Layer("PathLayer", id=identifier, data=f"@@#{data}", get_path=_constant(more.pop("path", "self")),
                        get_color=color, get_width=width, width_units='"pixels"', joint_rounded=True, cap_rounded=True,
                        **more)


def _symbols(identifier: str, data: str, icon: str, **more: Any) -> pydeck.Layer:
    return pydeck.Layer("IconLayer", id=identifier, data=f"@@#{data}", icon_atlas=_constant("atlas"),
                        icon_mapping=_constant("mapping"),
                        get_icon=icon, get_size=16, size_units='"pixels"', **_TIME, **more)


def specification(*, public: bool) -> dict[str, Any]:
    """Give the views and layers of the operator's or the public page, as deck.gl's JSON."""
    layers = [
        _areas("parks", "parks", _rgb("park")),
        pydeck.Layer("WaterLayer", id="water", data=[], planes=_constant("planes"), colors=_constant("waters"), frame=0,
                     bounds=_constant("bounds"), image=None),
        _areas("rivers", "rivers", _rgb("water3")),
        _lines("minor", "minor", _rgb("street"), 1),
        _lines("major", "major", _rgb("main"), 2),
        _areas("bridges", "bridges", _rgb("bridge")),
    ]
    wet = {"get_filter_value": _constant("span"), **_TIME}
    if public:
        layers += [_areas("buildings", "buildings", _rgb("building")),
                   _areas("wet_fill", "wet", _rgb("wet_fill"), polygon="polygon", **wet),
                   _areas("wet_houses", "houses", _rgb("wet_house"), polygon="polygon", **wet)]
    else:
        layers += [_areas("buildings", "buildings", _rgb("building")),
                   _areas("ground", "ground", _constant("fill"), polygon="polygon",
                          get_filter_value=_constant("span"), **_TIME),
                   _lines("zones", "zones", _rgb("zone", 128), 1),
                   _areas("wet_fill", "wet", _rgb("wet_house"), polygon="polygon", **wet)]
    layers += [_lines("wet_casing", "wet", _rgb("map"), 4, path="ring", **wet),
               _lines("wet_line", "wet", _rgb("wet"), 2, path="ring", **wet)]
    for key, symbol in (("lit", "lamp_lit"), ("unknown", "unknown"), ("dark", "lamp_dark"), ("may", "lamp_may"),
                        ("unlikely", "lamp_unlikely"), ("possible", "lamp_possible"), ("likely", "lamp_likely")):
        layers.append(_symbols(f"lamps_{key}", f"lamps_{key}", f'"{symbol}"'))
    if not public:
        for key in ("in", "may", "out"):
            layers.append(_symbols(f"nodes_{key}", f"nodes_{key}", _constant("name"),
                                   get_position=_constant("position"), get_filter_value=_constant("span")))
    deck = pydeck.Deck(layers=layers, views=[pydeck.View("OrthographicView", controller=False, flip_y=True)],
                       map_provider=None, initial_view_state=None)
    given = json.loads(deck.to_json())
    return {"views": given["views"], "layers": given["layers"]}
