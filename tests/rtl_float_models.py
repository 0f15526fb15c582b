"""What the leaves of floating-point units do, by `hwsim.hardware_floats`, and samples of them."""

from __future__ import annotations

import numpy as np

from hwsim.formats import FLOATS
from hwsim.hardware_floats import FloatLayout, add, add_exponent, convert, multiply, negate
from hwsim.hardware_floats.dot_products import add_entry, add_selected, multiply_add, table_entries
from hwsim.inventory import Leaf
from hwsim.lut.plans import half_plan, subset_plan
from rtl_leaf_models import Model, Values, parted

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


def operands(bus: int, lanes: int, bits: int) -> np.ndarray:
    return np.array(parted(bus, bits, lanes), np.int64)


def psum_before(reg: Values, pin: Values) -> np.ndarray:
    return whole(pin["psum_in"] if pin["first"] else reg["psum"])


def fp_mac_dot(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    layout, acc = layout_of(leaf), layout_of(leaf, "acc_")
    a, w = (operands(pin[name], leaf["group"], layout.bits) for name in ("a", "w"))
    return {"psum": reg["psum"]}, {"psum": int(multiply_add(psum_before(reg, pin), a, w, layout, acc))}


def fp_add_dot(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    layout, acc, group = layout_of(leaf), layout_of(leaf, "acc_"), leaf["group"]
    a, w = operands(pin["a"], group, layout.bits), operands(pin["w"], group, 1)
    places, negative = whole(pin["places"]), whole(pin["negative"])
    return {"psum": reg["psum"]}, {
        "psum": int(add_selected(psum_before(reg, pin), a, w, places, negative, layout, acc))
    }


def fp_lut_unit(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    layout, acc = layout_of(leaf), layout_of(leaf, "acc_")
    entries = operands(pin["entries"], 1 << leaf["select_bits"], layout.bits)
    select, places, negative = (whole(pin[name]) for name in ("select", "places", "negative"))
    return {"psum": reg["psum"]}, {
        "psum": int(add_entry(psum_before(reg, pin), entries, select, places, negative, layout, acc))
    }


def fp_table(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    layout, group = layout_of(leaf), leaf["group"]
    plan = half_plan(group) if leaf["halved"] else subset_plan(group)
    loaded = table_entries(list(operands(pin["a"], group, layout.bits)), plan, layout).tolist()
    after = sum(entry << i * layout.bits for i, entry in enumerate(loaded)) if pin["load"] else reg["entries"]
    return {"entries": reg["entries"]}, {"entries": after}


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


def mac_dot(layout: FloatLayout, acc: FloatLayout, group: int) -> Leaf:
    return Leaf.of("fp_mac_dot", **layout.parameters(), **acc.parameters("acc_"), group=group)


def add_dot(layout: FloatLayout, acc: FloatLayout, group: int, places_bits: int = 2) -> Leaf:
    widths = layout.parameters() | acc.parameters("acc_")
    return Leaf.of("fp_add_dot", **widths, group=group, places_bits=places_bits)


def lut_unit(layout: FloatLayout, acc: FloatLayout, select_bits: int, places_bits: int = 2) -> Leaf:
    widths = layout.parameters() | acc.parameters("acc_")
    return Leaf.of("fp_lut_unit", **widths, select_bits=select_bits, places_bits=places_bits)


def table(layout: FloatLayout, group: int, halved: int) -> Leaf:
    return Leaf.of("fp_table", **layout.parameters(), group=group, halved=halved)


WIDENED = [(NAMED["fp8e4m3"], NAMED["fp16"]), (NAMED["fp8e5m2"], NAMED["fp32"]), (NAMED["fp16"], NAMED["fp32"])]
NARROWED = [(wide, narrow) for narrow, wide in WIDENED] + [(NAMED["bf16"], TINY), (NAMED["fp16"], ODD)]
DOTS = [(NAMED["fp16"], NAMED["fp16"], 4), (NAMED["fp8e4m3"], NAMED["fp16"], 3), (ODD, TINY, 1)]
TABLES = [(NAMED["fp8e4m3"], 3), (TINY, 1), (TINY, 4)]

FLOAT_SAMPLES = [
    *map(adder, LAYOUTS),
    *map(multiplier, LAYOUTS),
    *(multiplier(*pair) for pair in WIDENED + NARROWED),
    *(converter(*pair) for pair in WIDENED + NARROWED),
    *(exponent_adder(layout, bits) for layout in LAYOUTS for bits in (1, 3, 9)),
    *map(negator, LAYOUTS),
    *(unit(*dot) for unit in (mac_dot, add_dot, lut_unit) for dot in DOTS),
    *(table(layout, group, halved) for layout, group in TABLES for halved in (0, 1)),
]
FLOAT_MODELS: dict[str, Model] = {
    model.__name__: model
    for units in (
        (fp_adder, fp_converter, fp_exponent_adder, fp_multiplier, fp_negator),
        (fp_add_dot, fp_lut_unit, fp_mac_dot, fp_table),
    )
    for model in units
}
