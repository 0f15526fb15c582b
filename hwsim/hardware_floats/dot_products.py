"""What dot-product units make of a partial sum: multiplying, adding selected operands, or looking sums up.

Patterns as in `hwsim.hardware_floats.operations`. Operands and table entries are in ``layout``, the partial sum in
``acc``; every operation is rounded once, in the order of the gates. These are the datapaths that LUT Tensor Core
(ISCA 2025, figures 11 to 13) compares, of one output and one group of operands; a group is the leading axis.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hwsim.hardware_floats.layout import FloatLayout, Patterns
from hwsim.hardware_floats.operations import Bits, add, add_exponent, convert, multiply, negate
from hwsim.lut.plans import TablePlan, Term


def tree_sum(terms: Sequence[Bits], layout: FloatLayout) -> Bits:
    """The sum of terms as a tree of adders makes it: neighbours first, an odd one waits for the next level."""
    level = list(terms)
    while len(level) > 1:
        odd = level[len(level) - len(level) % 2 :]
        level = [add(x, y, layout) for x, y in zip(level[0::2], level[1::2], strict=False)] + odd
    return level[0]


def multiply_add(psum: Bits, a: Bits, w: Bits, layout: FloatLayout, acc: FloatLayout) -> Patterns:
    """``psum`` plus the sum of the products of ``a`` and ``w`` (group, ...), each product rounded to ``acc``."""
    products = [multiply(x, y, layout, acc) for x, y in zip(a, w, strict=True)]
    return add(psum, tree_sum(products, acc), acc)


def add_selected(
    psum: Bits, a: Bits, w: Bits, places: Bits, negative: Bits, layout: FloatLayout, acc: FloatLayout
) -> Patterns:
    """``psum`` plus 2**places times the sum of those ``a`` (group, ...) whose bit ``w`` is 1, or minus it.

    One bit plane of bit-serial weights; only the upper plane of two's complement is ``negative``.
    """
    gated = np.where(np.asarray(w, np.bool_), a, 0)
    return _shifted_add(psum, tree_sum(list(gated), layout), places, negative, layout, acc)


def add_entry(
    psum: Bits, entries: Bits, select: Bits, places: Bits, negative: Bits, layout: FloatLayout, acc: FloatLayout
) -> Patterns:
    """``psum`` plus 2**places times the selected one of ``entries`` (entries, ...), or minus it: one look-up."""
    table = np.asarray(entries)
    entry = np.take_along_axis(table, np.asarray(select, np.int64)[np.newaxis], axis=0)[0]
    return _shifted_add(psum, entry, places, negative, layout, acc)


def table_entries(a: Sequence[Bits], plan: TablePlan, layout: FloatLayout) -> Patterns:
    """The table of a group of operands by the additions of ``plan``: shape (entries, ...)."""
    values: list[Bits] = list(a)
    for left, right in plan.additions:
        values.append(add(_signed(values, left, layout), _signed(values, right, layout), layout))
    zero = np.zeros_like(values[0])
    found = [zero if term is None else _signed(values, term, layout) for term in plan.entries]
    return np.stack(found).astype(layout.storage)


def _shifted_add(
    psum: Bits, term: Bits, places: Bits, negative: Bits, layout: FloatLayout, acc: FloatLayout
) -> Patterns:
    """The end that bit-serial units share: sign, conversion, exponent, sum."""
    wide = convert(negate(term, negative, layout), layout, acc)
    return add(psum, add_exponent(wide, places, acc), acc)


def _signed(values: Sequence[Bits], term: Term, layout: FloatLayout) -> Bits:
    return negate(values[term.index], np.array(int(term.negative)), layout)
