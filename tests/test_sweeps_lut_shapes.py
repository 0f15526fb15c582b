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

EXAMPLES = Path(__file__).parent.parent / "examples"
STUDIES = {1: EXAMPLES / "lut_shapes.toml", 2: EXAMPLES / "lut_shapes_w2.toml"}
SHAPES = [(1, 128), (2, 64), (4, 32), (8, 16), (16, 8)]


def check_least(found: dict[tuple[int, int], object], w_bits: int, entry: int) -> None:
    """Bits of all shapes, and which of them need fewest, as the closed form has them."""
    assert sorted(found) == SHAPES
    least = [shape for shape, bits in found.items() if bits == min(found.values())]  # type: ignore[type-var]
    assert least == least_bits_shapes(512, 4, w_bits, entry)
    assert all(bits == operand_bits(*shape, 4, w_bits, entry) for shape, bits in found.items())


@pytest.mark.parametrize("w_bits", STUDIES)
def test_the_shapes_with_fewest_operand_bits_in_the_studies(w_bits: int) -> None:
    found = {}
    for point in points(load_study(STUDIES[w_bits]), lambda network: network.text):
        fields = dict(point.engine)
        assert (fields["w_bits"], fields["a"]) == (w_bits, "int13")
        found[fields["m"], fields["n"]] = sizes_of(point.make_machine())["operand_bits"]
    check_least(found, w_bits, 16)


def test_the_published_shape_has_fewest_bits_of_the_first_study_alone() -> None:
    assert least_bits_shapes(512, 4, 1, 16) == [(2, 64)]
    assert least_bits_shapes(512, 4, 2, 16) == [(2, 64), (4, 32)]


@pytest.mark.parametrize(("activations", "entry"), [("int13", 16), ("int8", 11)])
@pytest.mark.parametrize("w_bits", [1, 2])
def test_the_shapes_with_fewest_operand_bits(w_bits: int, activations: str, entry: int) -> None:
    spec = f"a={activations},w_bits={w_bits},acc=int40"
    check_least({(m, n): load_engine(f"lut:m={m},n={n},k=4,{spec}").operand_bits for m, n in SHAPES}, w_bits, entry)


def test_operand_bits_of_other_arrays_are_those_of_their_ports() -> None:
    assert load_engine("systolic-os:rows=4,cols=6").operand_bits == (4 + 6) * 8
    assert load_engine("systolic-ws:rows=4,cols=6").operand_bits == (4 + 4) * 8
    assert load_engine("bitslice:columns=2,rows=3").operand_bits == (2 * 4 + 2 * 3) * 8
    assert BY_NAME["operand_bits"].of_machine
