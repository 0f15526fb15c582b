"""Dot-product units of one output: what LUT Tensor Core (ISCA 2025) compares, around one register of the partial sum.

Each adds to ``psum_in`` with ``first``, else to its own partial sum, at every clock edge; the twin of each is in
`hwsim.hardware_floats.dot_products`. Tables and weights stay outside, as in the published RTL; `fp_table` is a table.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyrtl

from hwsim.hardware_floats import FloatLayout
from hwsim.inventory import Leaf
from hwsim.lut.plans import TablePlan, Term, half_plan, subset_plan
from rtl.leaves.floating.bits import only_if
from rtl.leaves.floating.numbers import layout_of
from rtl.leaves.floating.units import fp_add, fp_converted, fp_multiply, fp_negated, fp_scaled
from rtl.leaves.wiring import held, input_port, output_port, register


def fp_mac_dot(leaf: Leaf) -> None:
    """``psum += a . w``: one multiplier for each of ``group`` operands, a tree of adders, the adder of the sum."""
    layout, acc, group = layout_of(leaf), layout_of(leaf, "acc_"), leaf["group"]
    a, w = _lanes("a", group, layout.bits), _lanes("w", group, layout.bits)
    products = [fp_multiply(x, y, layout, acc) for x, y in zip(a, w, strict=True)]
    _accumulate(tree_sum(products, acc), acc)


def fp_add_dot(leaf: Leaf) -> None:
    """``psum += 2**places * sum of the a whose w is 1``, or ``-=`` with ``negative``: one bit plane of the weights."""
    layout, group = layout_of(leaf), leaf["group"]
    a, w = _lanes("a", group, layout.bits), _lanes("w", group, 1)
    _accumulate_shifted(leaf, tree_sum([only_if(bit, x) for x, bit in zip(a, w, strict=True)], layout))


def fp_lut_unit(leaf: Leaf) -> None:
    """``psum += 2**places * entries[select]``, or ``-=`` with ``negative``: a multiplexer for multipliers and tree."""
    entries = _lanes("entries", 1 << leaf["select_bits"], layout_of(leaf).bits)
    _accumulate_shifted(leaf, pyrtl.mux(input_port("select", leaf["select_bits"]), *entries))


def fp_table(leaf: Leaf) -> None:
    """``entries`` of the last ``a`` with ``load``: its sums by one adder each, in a register but for a constant zero.

    With ``halved`` the 2**(group-1) sums +-A +-B ... with a negative A, else the 2**group sums of subsets.
    """
    layout = layout_of(leaf)
    plan = half_plan(leaf["group"]) if leaf["halved"] else subset_plan(leaf["group"])
    made = entries_of(_lanes("a", leaf["group"], layout.bits), plan, layout)
    load, zero = input_port("load"), pyrtl.Const(0, layout.bits)
    kept = [zero if x is None else held(f"entry{i}", x, load) for i, x in enumerate(made)]
    output_port("entries", pyrtl.concat_list(kept) if len(kept) > 1 else kept[0])


def tree_sum(terms: Sequence[pyrtl.WireVector], layout: FloatLayout) -> pyrtl.WireVector:
    """A tree of adders: neighbours first, an odd one waits for the next level."""
    level = list(terms)
    while len(level) > 1:
        odd = level[len(level) - len(level) % 2 :]
        level = [fp_add(x, y, layout) for x, y in zip(level[0::2], level[1::2], strict=False)] + odd
    return level[0]


def entries_of(a: Sequence[pyrtl.WireVector], plan: TablePlan, layout: FloatLayout) -> list[pyrtl.WireVector | None]:
    """The entries of a plan, None for zero; a negation is an inverter of the sign."""
    values = list(a)
    for left, right in plan.additions:
        values.append(fp_add(_signed(values, left), _signed(values, right), layout))
    return [None if term is None else _signed(values, term) for term in plan.entries]


def _signed(values: Sequence[pyrtl.WireVector], term: Term) -> pyrtl.WireVector:
    return fp_negated(values[term.index], pyrtl.Const(1, 1)) if term.negative else values[term.index]


def _accumulate_shifted(leaf: Leaf, term: pyrtl.WireVector) -> None:
    """The end that bit-serial units share: sign, conversion where layouts differ, exponent, sum."""
    layout, acc = layout_of(leaf), layout_of(leaf, "acc_")
    signed = fp_negated(term, input_port("negative"))
    wide = signed if layout == acc else fp_converted(signed, layout, acc)
    _accumulate(fp_scaled(wide, input_port("places", leaf["places_bits"]), acc), acc)


def _accumulate(term: pyrtl.WireVector, acc: FloatLayout) -> None:
    psum = register("psum_reg", acc.bits)
    before = pyrtl.select(input_port("first"), input_port("psum_in", acc.bits), psum)
    psum.next <<= fp_add(before, term, acc)
    output_port("psum", psum)


def _lanes(name: str, lanes: int, bits: int) -> list[pyrtl.WireVector]:
    """An input of ``lanes`` groups of ``bits`` bits, the first in its lowest bits."""
    bus = input_port(name, lanes * bits)
    return [bus[i * bits : (i + 1) * bits] for i in range(lanes)]
