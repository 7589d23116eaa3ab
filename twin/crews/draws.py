"""Draws that do not depend on who comes first: each has its own key (rule R5)."""

from __future__ import annotations

from hashlib import blake2b


def uniform(seed: int, sample: int, asset_id: str, stage: str, repair: int, attempt: int) -> float:
    """Give a number in (0, 1) that these keys alone decide: adding a crew changes none.

    Parameters
    ----------
    seed, sample
        Of the plan, and which of its nights.
    asset_id, stage
        What is drawn: a stage of an asset, ``test`` for the outcome of its test.
    repair, attempt
        The n-th repair of the asset, the n-th time that the stage runs in it.

    Examples
    --------
    >>> 0 < uniform(7, 1, "A-012", "replace", 1, 1) < 1
    True
    """
    key = f"{seed}/{sample}/{asset_id}/{stage}/{repair}/{attempt}".encode()
    return (int.from_bytes(blake2b(key, digest_size=8).digest(), "big") + 0.5) / 2.0**64
