"""What is packed comes back the same, and the same run gives the same bytes."""

import base64
import gzip
import json

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from viewer.scene.frame import Frame, pack_shapes
from viewer.scene.pack import Packer, safe_json


def unpacked(packer: Packer) -> dict[str, np.ndarray]:
    """Read the stream as the page does, in Python."""
    stream = gzip.decompress(base64.b64decode(packer.base64()))
    head = int.from_bytes(stream[:4], "little")
    header = json.loads(stream[4:4 + head])
    at, columns = 4 + head, {}
    for column in header["columns"]:
        size = {"Uint8Array": 1, "Uint16Array": 2, "Int16Array": 2}.get(column["type"], 4)
        n = column["length"]
        planes = np.frombuffer(stream, np.uint8, n * size, at).reshape(size, n)
        if column["type"] == "Float32Array":
            values = np.frombuffer(stream, "<f4", n, at)
        else:
            values = np.zeros(n, f"u{size}")
            for i in range(size):
                values |= planes[i].astype(f"u{size}") << np.array(8 * i, f"u{size}")
            back = column["width"] or (1 if column["delta"] else 0)
            for i in range(back, n) if back else ():
                values[i] = (int(values[i]) + int(values[i - back])) % (1 << 8 * size)
            values = values.view(f"i{size}") if column["type"].startswith("Int") else values
        columns[column["name"]] = values
        at += n * size + (-(n * size) % 4)
    return columns


@given(st.sampled_from(["u1", "u2", "u4", "i2", "i4"]), st.booleans(), st.integers(0, 7), st.data())
def test_a_column_comes_back_as_it_was(dtype: str, delta: bool, width: int, data: st.DataObject) -> None:
    info = np.iinfo(dtype)
    values = data.draw(st.lists(st.integers(int(info.min), int(info.max)), max_size=40))
    packer = Packer()
    packer.add("before", [1, 2, 3], "u1")
    packer.add("a", values, dtype, delta=delta, width=width)
    assert unpacked(packer)["a"].tolist() == values


def test_a_value_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit u1"):
        Packer().add("a", [256], "u1")


def test_shapes_come_back_within_half_a_step() -> None:
    frame = Frame.around(np.array([0.0, 1000.0]), np.array([0.0, 800.0]))
    ring = shapely.Polygon([(100, 100), (300, 120), (280, 400), (90, 380)], [[(150, 150), (200, 150), (180, 220)]])
    packer = Packer()
    of = pack_shapes(packer, "s", frame, [None, ring], closed=True)
    columns = unpacked(packer)
    assert of.tolist() == [1, 1]
    assert columns["s.outer"].tolist() == [1, 0]
    x = columns["s.fx"][0] + np.r_[0, np.cumsum(columns["s.dx"][:3])]
    y = columns["s.fy"][0] + np.r_[0, np.cumsum(columns["s.dy"][:3])]
    points = np.column_stack([frame.west_m + x * frame.step_m, frame.north_m - y * frame.step_m])
    expected = shapely.get_coordinates(ring.exterior)[:4]
    assert np.abs(points - expected).max() <= frame.step_m / 2


def test_what_leaves_the_frame_is_cut_off() -> None:
    frame = Frame.around(np.array([0.0, 1000.0]), np.array([0.0, 1000.0]))
    packer = Packer()
    pack_shapes(packer, "s", frame, [shapely.LineString([(-90_000, 500), (90_000, 500)])], closed=False)
    columns = unpacked(packer)
    length = abs(columns["s.dx"].astype(int)).sum() * frame.step_m
    assert length == pytest.approx(frame.width_m, abs=2)


def test_json_in_a_page_cannot_end_its_script() -> None:
    hostile = {"</script><script>alert(1)</script>": "\u2028 <!-- \u2029"}
    text = safe_json(hostile)
    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == hostile


def test_same_run_same_bytes(made_run: object) -> None:
    from viewer.outputs.page import page

    for public in (True, False):
        assert page(made_run, public=public, lang="fr") == page(made_run, public=public, lang="fr")
