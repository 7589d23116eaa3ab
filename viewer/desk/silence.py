"""Devices that fall silent together: the gateway between them and the desk, which explains silence and no darkness.

Where a whole source is silent it is late, and said to be; here part of one is, while the rest of it still speaks.
"""

from __future__ import annotations

from viewer.desk.alarms import Alarm
from viewer.desk.store import Store

#: So many at least, that spoke for the last time within so many paces of each other, and did within so long [s].
FEWEST, PACES, BACK_S = 5, 2, 6 * 3600


def gateways(store: Store, now: int) -> list[Alarm]:
    """Give an alarm for the devices of each source that fell silent together.

    Parameters
    ----------
    store
        The desk's tables.
    now
        [s since 1970].
    """
    found = []
    for source in store.rows("SELECT name, pace_s FROM source WHERE pace_s > 0 ORDER BY name"):
        name, pace_s = str(source["name"]), int(source["pace_s"])
        last = [int(row["at"]) for row in store.rows(
            "SELECT max(observed) AS at FROM latest WHERE source = ? AND observed >= ? AND observed <= ? "
            "GROUP BY series ORDER BY 1", name, now - BACK_S, now)]
        silent = [at for at in last if at < now - PACES * pace_s]
        if not silent or len(silent) == len(last):
            continue
        together = [at for at in silent if silent[-1] - at <= PACES * pace_s]
        if len(together) >= FEWEST:
            found.append(Alarm(key=f"gateway:{name}", sort="gateway", priority=3, when=together[-1], name=name,
                               values={"silent": len(together)}))
    return found
