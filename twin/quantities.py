"""Time, row numbers and array types that every layer shares.

Inside the engine a time is an integer number of seconds since the start of the plan, an asset is a row number and
``NONE`` (-1) stands for "no row" and "never". Outside, times are ISO 8601 with offset and assets are string ids.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

#: No row, no event, never: the one sentinel of integer columns.
NONE = -1

BoolArray = NDArray[np.bool_]
Int8Array = NDArray[np.int8]
Int16Array = NDArray[np.int16]
Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]
Float32Array = NDArray[np.float32]
FloatArray = NDArray[np.float64]
TextArray = NDArray[np.object_]

_Scalar = TypeVar("_Scalar", bound=np.generic)


def column(values: Any, dtype: type[_Scalar], length: int | None = None) -> NDArray[_Scalar]:
    """Give a read-only copy of ``values`` as a column.

    Parameters
    ----------
    values
        Anything numpy can turn into one dimension, or a scalar when ``length`` is given.
    dtype
        Type of the column's cells.
    length
        Expected number of rows; a scalar is repeated to it.

    Raises
    ------
    ValueError
        Not one-dimensional, or not of the expected length.
    """
    array = np.array(values, dtype=dtype, copy=True)
    if array.ndim == 0 and length is not None:
        array = np.full(length, array[()], dtype=dtype)
    if array.ndim != 1:
        raise ValueError(f"a column has one dimension, not {array.ndim}")
    if length is not None and len(array) != length:
        raise ValueError(f"a column of {length} rows is needed, not {len(array)}")
    array.flags.writeable = False
    return array


def distinct(values: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """Give the distinct values of a column of whole numbers, increasing.

    By sorting: the hash table of ``np.unique`` takes twenty times as long on a million integers (numpy 2.4).

    Examples
    --------
    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def iso(start: datetime, seconds: int) -> str:
    """Give the moment ``seconds`` after ``start`` as ISO 8601 with the offset of ``start``.

    Examples
    --------
    >>> iso(datetime(2026, 11, 22, 15, tzinfo=UTC), 3600)
    '2026-11-22T16:00:00+00:00'
    """
    return (start + timedelta(seconds=int(seconds))).isoformat()


def with_offset(moment: datetime) -> datetime:
    """Give the same moment with its offset alone: adding seconds to a moment in a zone adds them to the wall clock.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> evening = datetime(2026, 10, 24, 20, tzinfo=ZoneInfo("Europe/Paris"))
    >>> iso(with_offset(evening), 10 * 3600)
    '2026-10-25T06:00:00+02:00'
    """
    offset = moment.utcoffset()
    return moment if offset is None else moment.astimezone(timezone(offset))


def seconds_between(start: datetime, moment: datetime) -> int:
    """Give the whole seconds from ``start`` to ``moment``, negative before it. Both carry an offset."""
    return round((moment.astimezone(UTC) - start.astimezone(UTC)).total_seconds())
