"""What the leaves of floating-point units do, by `hwsim.hardware_floats`, and samples of them."""

from __future__ import annotations

import numpy as np

from hwsim.formats import FLOATS
from hwsim.hardware_floats import FloatLayout, add, add_exponent, convert, multiply, negate
from hwsim.inventory import Leaf
from rtl_leaf_models import Model, Values

NAMED = {name: FloatLayout.of(FLOATS[name]) for name in ("fp16", "bf16", "fp32", "fp8e4m3", "fp8e5m2")}
TINY = FloatLayout(2, 1)
ODD = FloatLayout(3, 6, infinities=False)
LAYOUTS = [*NAMED.values(), TINY, ODD]


def layout_of(leaf: Leaf, prefix: str = "") -> FloatLayout:
    exponent, fraction, infinities = (leaf[f"{prefix}{name}"] for name in ("exp_bits", "frac_bits", "infinities"))
    return FloatLayout(exponent, fraction, bool(infinities))


def whole(pattern: int) -> np.ndarray:
    return np.array(pattern, np.int64)


def fp_adder(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"z": int(add(whole(pin["x"]), whole(pin["y"]), layout_of(leaf)))}, {}


def fp_multiplier(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"z": int(multiply(whole(pin["x"]), whole(pin["y"]), layout_of(leaf), layout_of(leaf, "out_")))}, {}


def fp_converter(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"z": int(convert(whole(pin["x"]), layout_of(leaf), layout_of(leaf, "out_")))}, {}


def fp_exponent_adder(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"z": int(add_exponent(whole(pin["x"]), whole(pin["places"]), layout_of(leaf)))}, {}


def fp_negator(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"z": int(negate(whole(pin["x"]), whole(pin["negative"]), layout_of(leaf)))}, {}


def adder(layout: FloatLayout) -> Leaf:
    return Leaf.of("fp_adder", **layout.parameters())


def multiplier(layout: FloatLayout, out: FloatLayout | None = None) -> Leaf:
    return Leaf.of("fp_multiplier", **layout.parameters(), **(out or layout).parameters("out_"))


def converter(layout: FloatLayout, out: FloatLayout) -> Leaf:
    return Leaf.of("fp_converter", **layout.parameters(), **out.parameters("out_"))


def exponent_adder(layout: FloatLayout, places_bits: int) -> Leaf:
    return Leaf.of("fp_exponent_adder", **layout.parameters(), places_bits=places_bits)


def negator(layout: FloatLayout) -> Leaf:
    return Leaf.of("fp_negator", **layout.parameters())


WIDENED = [(NAMED["fp8e4m3"], NAMED["fp16"]), (NAMED["fp8e5m2"], NAMED["fp32"]), (NAMED["fp16"], NAMED["fp32"])]
NARROWED = [(wide, narrow) for narrow, wide in WIDENED] + [(NAMED["bf16"], TINY), (NAMED["fp16"], ODD)]

FLOAT_SAMPLES = [
    *map(adder, LAYOUTS),
    *map(multiplier, LAYOUTS),
    *(multiplier(*pair) for pair in WIDENED + NARROWED),
    *(converter(*pair) for pair in WIDENED + NARROWED),
    *(exponent_adder(layout, bits) for layout in LAYOUTS for bits in (1, 3, 9)),
    *map(negator, LAYOUTS),
]
FLOAT_MODELS: dict[str, Model] = {
    model.__name__: model for model in (fp_adder, fp_converter, fp_exponent_adder, fp_multiplier, fp_negator)
}
