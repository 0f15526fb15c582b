"""The study of LUT array shapes answers as the closed form does: M2 N64 K4 for one-bit weights and 16-bit entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwsim.engine import load_engine
from hwsim.lut import least_bits_shapes, operand_bits
from sweeps.enumeration import points
from sweeps.metrics import BY_NAME
from sweeps.point import sizes_of
from sweeps.study import load_study

STUDY = Path(__file__).parent.parent / "examples" / "lut_shapes.toml"


@pytest.mark.parametrize(
    ("w_bits", "activations", "entry"), [(1, "int13", 16), (2, "int13", 16), (1, "int8", 11), (2, "int8", 11)]
)
def test_the_shapes_with_fewest_operand_bits(w_bits: int, activations: str, entry: int) -> None:
    found = {}
    for point in points(load_study(STUDY), lambda network: network.text):
        fields = dict(point.engine)
        if fields["w_bits"] == w_bits and fields["a"] == activations:
            found[fields["m"], fields["n"]] = sizes_of(point.make_machine())["operand_bits"]
    assert len(found) == 5
    least = [shape for shape, bits in found.items() if bits == min(found.values())]
    assert least == least_bits_shapes(512, 4, w_bits, entry)
    assert all(bits == operand_bits(*shape, 4, w_bits, entry) for shape, bits in found.items())


def test_operand_bits_of_other_arrays_are_those_of_their_ports() -> None:
    assert load_engine("systolic-os:rows=4,cols=6").operand_bits == (4 + 6) * 8
    assert load_engine("systolic-ws:rows=4,cols=6").operand_bits == (4 + 4) * 8
    assert load_engine("bitslice:columns=2,rows=3").operand_bits == (2 * 4 + 2 * 3) * 8
    assert BY_NAME["operand_bits"].of_machine
