"""What is said of a river gauge: its level, its altitude, and which way it goes."""

from __future__ import annotations

import numpy as np

from tests.nights import night
from twin.explaining.gauge_words import gauge_lines
from twin.world.kinds import Role

H = 3600


def test_a_gauge_tells_its_level_its_altitude_and_its_trend() -> None:
    result = night("ouche-q10").result
    assets = result.city.assets
    row = assets.row("pont-neuf")

    def said(lang: str, at_s: int | None) -> list[str]:
        return [line.replace("\u00a0", " ") for line in gauge_lines(result, row, lang, at_s)]

    assert said("en", 6 * H) == ["Level: 3.21 m above the gauge's zero, rising, 10 cm more in an hour.",
                                 "In altitude 212.30 m: the zero stands at 209.09 m."]
    assert said("fr", 20 * H) == ["Cote : 2,10 m au-dessus du zéro de l’échelle, en baisse, 9 cm de moins en une "
                                  "heure.",
                                  "En altitude, 211,19 m : le zéro est à 209,09 m."]
    assert "less than an hour old" in said("en", 600)[0]
    assert said("en", None)[0] == "Level: at its highest 3.28 m above the gauge's zero, 23:30."
    assert gauge_lines(result, int(np.flatnonzero(~assets.of_role(Role.GAUGE))[0]), "en", 0) == []
