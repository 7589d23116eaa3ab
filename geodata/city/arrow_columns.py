"""Arrow columns to the columns of the twin and back, without a Python object per row where it can be helped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from twin.errors import InputError
from twin.quantities import FloatArray, Int8Array, TextArray
from twin.world.assets import Labels

#: Bytes of a two-dimensional point in WKB: byte order, type, x, y.
_POINT_BYTES = 21


def as_array(values: Any) -> pa.Array:
    """Give an Arrow column in one piece."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def texts_of(values: pa.Array, empty: str | None = "") -> TextArray:
    """Give a text column as objects, (N,); nulls become ``empty``."""
    if values.null_count == len(values):
        return np.full(len(values), empty, dtype=object)
    if pa.types.is_null(values.type) or not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        values = values.cast(pa.string())
    if values.null_count and empty is not None:
        values = pc.fill_null(values, empty)
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=object)


def floats_of(values: pa.Array) -> FloatArray:
    """Give a number column, (N,); nulls become NaN."""
    if not pa.types.is_float64(values.type):
        values = values.cast(pa.float64(), safe=False)  # a whole number beyond 2^53 keeps its size
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)


def codes_of(values: pa.Array, words: Sequence[str], *, field: str, file: str, none: int = -1) -> Int8Array:
    """Give the place of each word in ``words``, (N,); ``none`` for nulls and empty text.

    Raises
    ------
    InputError
        A word that is not among them; the allowed ones are listed.
    """
    if values.null_count == len(values):
        return np.full(len(values), none, dtype=np.int8)
    encoded = values.cast(pa.string()).dictionary_encode()
    place = {word: i for i, word in enumerate(words)}
    found = encoded.dictionary.to_pylist()
    strange = sorted(word for word in found if word and word not in place)
    if strange:
        raise InputError(file=file, field=field, found=", ".join(f"'{word}'" for word in strange[:5]),
                         expected=f"one of {', '.join(word for word in words if word)}, or nothing")
    code = np.array([*(place[word] if word else none for word in found), none], dtype=np.int8)
    indices = encoded.indices if not encoded.null_count else pc.fill_null(encoded.indices, len(found))
    return np.asarray(code[indices.to_numpy(zero_copy_only=False)])


def labels_of(values: pa.Array) -> Labels:
    """Give a column of repeated words; nulls and empty text are none. Codes follow the words' order."""
    if values.null_count == len(values):
        return Labels.empty(len(values))
    encoded = values.cast(pa.string()).dictionary_encode()
    words = np.array(encoded.dictionary.to_pylist(), dtype=object)
    order = np.argsort(words)
    kept = [int(i) for i in order if words[i]]
    code = np.full(len(words) + 1, -1, dtype=np.int32)
    code[kept] = np.arange(len(kept), dtype=np.int32)
    indices = pc.fill_null(encoded.indices, len(words)).to_numpy(zero_copy_only=False)
    return Labels(code[indices], tuple(str(words[i]) for i in kept))


def words_to_arrow(codes: Any, words: Sequence[str | None]) -> pa.Array:
    """Give codes as text, (N,); a code of -1 or a word that is None or empty becomes null."""
    codes = np.asarray(codes, dtype=np.int32)
    vocabulary = pa.array([word or None for word in words], pa.string())
    return vocabulary.take(pa.array(codes, mask=codes < 0))


def texts_to_arrow(values: Any, *, field: str, empty: str | None = "") -> pa.Array:
    """Give texts as an Arrow column; ``empty`` becomes null.

    Raises
    ------
    InputError
        Something that no file can hold as text: another type, half a surrogate pair, a null character.
    """
    try:
        array = pa.array(values, pa.string())
    except (UnicodeEncodeError, pa.ArrowException) as error:
        raise InputError(field=field, found=f"a value that is no text ({error})", expected="text") from error
    if pc.any(pc.match_substring(array, "\0")).as_py():
        raise InputError(field=field, found="text with a null character in it", expected="text that a file can hold")
    return array if empty is None else pc.if_else(pc.equal(array, empty), pa.scalar(None, pa.string()), array)


def floats_to_arrow(values: Any) -> pa.Array:
    """Give numbers as an Arrow column; NaN becomes null."""
    return pa.array(np.asarray(values, dtype=np.float64), from_pandas=True)


def any_to_arrow(values: Any, *, field: str) -> pa.Array:
    """Give an imported column of any plain type.

    Raises
    ------
    InputError
        A column of mixed types, or of a type that a table cannot hold.
    """
    array = np.asarray(values)
    if array.dtype.kind == "f":
        return pa.array(array, from_pandas=True)
    if array.dtype.kind in "iu":
        return pa.array(array if array.dtype == np.int32 else array.astype(np.int64))
    if array.dtype.kind in "bM":
        return pa.array(array)
    if array.dtype.kind == "U":
        return texts_to_arrow(array.astype(object), field=field, empty=None)
    try:
        inferred = pa.array(list(array), from_pandas=True)
    except (UnicodeEncodeError, pa.ArrowException) as error:
        raise InputError(field=field, found=f"a column of mixed types ({error})",
                         expected="one type per column: text, numbers, true or false, times") from error
    return pa.nulls(len(array), pa.string()) if pa.types.is_null(inferred.type) else inferred


def any_of(values: pa.Array) -> Any:
    """Give an imported column back: numbers as numbers, text as objects with None where there was nothing."""
    if pa.types.is_string(values.type) or pa.types.is_null(values.type):
        return texts_of(values, None)
    if pa.types.is_boolean(values.type) and values.null_count:
        return np.array(values.to_pylist(), dtype=object)
    return values.to_numpy(zero_copy_only=False)


def shapes_of(wkb: pa.Array, is_placed: Any = None, *, file: str = "", field: str = ""
              ) -> tuple[TextArray, FloatArray, FloatArray]:
    """Give the geometries of a WKB column and a point in each, (N,) each; None and NaN where there is none.

    Where all are plain points, the coordinates say it all and the geometries are None. A polygon's point lies within
    it, and is not looked for where ``is_placed``, (N,), says that the position is known otherwise.

    Raises
    ------
    InputError
        Bytes that are no geometry; ``file`` and ``field`` say where.
    """
    n = len(wkb)
    shapes = np.full(n, None, dtype=object)
    x, y = np.full(n, np.nan), np.full(n, np.nan)
    present = np.flatnonzero(pc.is_valid(wkb).to_numpy(zero_copy_only=False))
    if not len(present):
        return shapes, x, y
    filled = wkb if len(present) == n else wkb.drop_null()
    xy = _plain_points(filled) if is_placed is None else None
    if xy is None:
        geometries = _decoded(filled, file=file, field=field)
        look = shapely.get_type_id(geometries) != 0
        inner = geometries.copy()
        if is_placed is not None:
            inner[look & is_placed[present]] = None
            look &= ~is_placed[present]
        inner[look] = shapely.point_on_surface(geometries[look])
        xy = np.column_stack([shapely.get_x(inner), shapely.get_y(inner)])
        shapes[present] = geometries
    x[present], y[present] = xy[:, 0], xy[:, 1]
    return shapes, x, y


def _decoded(wkb: pa.Array, *, file: str, field: str) -> TextArray:
    """Give the geometries of a WKB column without gaps, (N,)."""
    values = wkb.to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):  # a coordinate that is no number is judged by whoever places it
        geometries = shapely.from_wkb(values, on_invalid="ignore")
        broken = int(np.count_nonzero(shapely.is_missing(geometries)))
        if broken:
            raise InputError(file=file, field=field, found=f"{broken} of {len(values)} shapes that are damaged",
                             expected="whole geometries", remedy="Copy the file again, or draw them again in QGIS.")
    return np.asarray(geometries, dtype=object)


def _plain_points(wkb: pa.Array) -> FloatArray | None:
    """Give x and y, (N, 2), where every shape is a two-dimensional point in little-endian WKB; None otherwise."""
    wide = pa.types.is_large_binary(wkb.type)
    offsets = np.frombuffer(wkb.buffers()[1], np.int64 if wide else np.int32)[wkb.offset:wkb.offset + len(wkb) + 1]
    if offsets[-1] - offsets[0] != _POINT_BYTES * len(wkb) or np.any(np.diff(offsets) != _POINT_BYTES):
        return None
    data = np.frombuffer(wkb.buffers()[2], np.uint8)[offsets[0]:offsets[-1]].reshape(-1, _POINT_BYTES)
    if np.any(data[:, 0] != 1) or np.any(np.ascontiguousarray(data[:, 1:5]).view("<u4") != 1):
        return None
    xy = np.ascontiguousarray(data[:, 5:]).view("<f8").astype(np.float64)
    return None if np.isnan(xy).any() else xy


def points_to_wkb(x: FloatArray, y: FloatArray) -> pa.Array:
    """Give points as a WKB column; null where a coordinate is NaN."""
    n = len(x)
    data = np.zeros((n, _POINT_BYTES), dtype=np.uint8)
    data[:, 0] = data[:, 1] = 1
    data[:, 5:] = np.ascontiguousarray(np.column_stack([x, y]).astype("<f8")).view(np.uint8).reshape(n, 16)
    offsets = np.arange(n + 1, dtype=np.int32) * np.int32(_POINT_BYTES)
    whole = pa.Array.from_buffers(pa.binary(), n, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
    absent = np.isnan(x) | np.isnan(y)
    return pc.if_else(pa.array(~absent), whole, pa.scalar(None, pa.binary())) if absent.any() else whole


def shapes_to_wkb(shapes: TextArray) -> pa.Array:
    """Give geometries as an ISO WKB column; null where there is none."""
    return pa.array(shapely.to_wkb(shapes, flavor="iso"), pa.binary())
