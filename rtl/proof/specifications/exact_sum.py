"""The sum of two floats by its definition: as exact whole numbers of the smallest float's last place, rounded once."""

from __future__ import annotations

from hwsim.hardware_floats import FloatLayout
from rtl.proof.specification import Specification

MOST_SUMMED_EXPONENT_BITS = 5
"""Exact numbers have a bit for every exponent."""


def rounded_sum(spec: Specification, layout: FloatLayout) -> str:
    """A wire of ``x + y``: to nearest, ties to even; below the smallest number a zero of its sign."""
    fraction, bits = layout.fraction_bits, layout.magnitude_bits
    exact = layout.exponent_ones + fraction + 3
    for name in ("x", "y"):
        _unpacked(spec, name, layout, exact)
    spec.wire("total", exact, "exact_x + exact_y", signed=True)
    spec.wire("size", exact, "total < 0 ? -total : total")
    top = " : ".join(f"size[{i}] ? {i - fraction}" for i in range(exact - 1, fraction, -1))
    spec.wire("dropped", 8, f"{top} : 0")
    spec.wire("upper", fraction + 2, "size >> dropped")
    spec.wire("half", exact, "(size << 1) >> dropped")
    spec.wire("below", exact, f"size & (({exact}'d1 << dropped) - 1)")
    spec.wire("under", exact, f"{exact}'d1 << (dropped - 1)")
    up = "dropped != 0 && half[0] && (below != under || upper[0])"
    spec.wire("magnitude", bits + 2, f"(dropped << {fraction}) + upper + ({up})")
    inside = f"magnitude > {layout.largest} ? {bits}'d{layout.overflow} : magnitude"
    spec.wire("finite", bits, f"magnitude < {layout.smallest} ? {bits}'d0 : {inside}")
    spec.wire("sign", 1, "size == 0 ? sign_x && sign_y : total < 0")
    spec.wire("clash", 1, "infinite_x && infinite_y && sign_x != sign_y")
    infinite = (
        f"infinite_x ? {{sign_x, {bits}'d{layout.overflow}}} : infinite_y ? {{sign_y, {bits}'d{layout.overflow}}}"
    )
    wanted = f"nan_x || nan_y || clash ? {layout.bits}'d{layout.nan} : {infinite} : {{sign, finite}}"
    return spec.wire("sum", layout.bits, wanted)


def _unpacked(spec: Specification, name: str, layout: FloatLayout, exact: int) -> None:
    """Sign, specials, and the exact value: the significand moved by the exponent less 1, zero without exponent."""
    fraction = layout.fraction_bits
    spec.wire(f"sign_{name}", 1, f"{name}[{layout.bits - 1}]")
    spec.wire(f"exponent_{name}", layout.exponent_bits, f"{name} >> {fraction}")
    spec.wire(f"fraction_{name}", fraction, name)
    special = f"exponent_{name} == {layout.exponent_ones}"
    last = f"fraction_{name} == {(1 << fraction) - 1}"
    spec.wire(f"infinite_{name}", 1, f"{special} && fraction_{name} == 0" if layout.infinities else "1'b0")
    spec.wire(f"nan_{name}", 1, f"{special} && {f'fraction_{name} != 0' if layout.infinities else last}")
    spec.wire(f"significand_{name}", exact, f"{{1'b1, fraction_{name}}}")
    size = spec.wire(f"size_{name}", exact, f"significand_{name} << (exponent_{name} - 1'b1)")
    signed = f"exponent_{name} == 0 ? {exact}'d0 : sign_{name} ? -{size} : {size}"
    spec.wire(f"exact_{name}", exact, signed, signed=True)
