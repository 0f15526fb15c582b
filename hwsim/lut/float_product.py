"""Products of float activations with low-bit weights by look-ups, bit-exact under a stated rule of rounding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError
from hwsim.floats import FP16, Floats, Singles, check_representable, rounded, stored
from hwsim.formats import FP32, FloatFormat, Format
from hwsim.low_bit.reinterpretation import odd_zero
from hwsim.low_bit.weights import LowBitWeights
from hwsim.lut.geometry import check_activation
from hwsim.lut.layout import Layout, layout_of, select
from hwsim.lut.plans import half_plan


@dataclass(frozen=True, slots=True)
class FloatRule:
    """The formats of activations, table entries and accumulators; every operation is rounded once, to nearest even.

    1. The activations and every addition of `half_plan` are rounded to ``entry``.
    2. A selected entry, negated or not, is multiplied with 2**plane and rounded to ``accumulator`` (exact unless it
       leaves that format's range or the entry has more digits).
    3. In a span of one scale the accumulator starts at 0 and adds table after table, in each plane after plane (lowest
       first); every addition is rounded to ``accumulator``. So is the sum of the activations: it adds minus entry 0 of
       every table, rounded to ``accumulator``, in the same order.
    4. At the end of a span z' times the sum of the activations (where z' is not 0), the difference, its product with s'
       (itself rounded), and the addition to the result are rounded to ``accumulator``, each once.

    Formats are of up to 32 bits; what overflows becomes infinite (E4M3: its largest value), underflow is gradual.
    The published RTL has fp16 entries and accumulators. Raises SpecError for formats without such arithmetic.
    """

    activation: FloatFormat = FP16
    entry: FloatFormat = FP16
    accumulator: FloatFormat = FP32

    def __post_init__(self) -> None:
        check_float(self.activation, "float activations")
        check_activation(self.activation)
        for what in ("entry", "accumulator"):
            check_float(getattr(self, what), what)


def check_float(format: Format, what: str) -> None:
    """Raise SpecError unless ``format`` is a float of up to 32 bits."""
    if not isinstance(format, FloatFormat) or format.bits > 32:
        raise SpecError(f"the format of the {what} is a float of up to 32 bits, not {format}")


def lookup_floats(a: Floats, weights: LowBitWeights, rule: FloatRule | None = None, group: int = 4) -> Floats:
    """The product (m, n) of activations (m, k) and weights under ``rule``, in the numpy type of its accumulator.

    Raises SpecError for activations that are not values of their format or have another k.
    """
    rule = FloatRule() if rule is None else rule
    values = float_activations(a, rule.activation)
    layout = layout_of(values.shape[1], weights, group)
    tables = float_tables(values, layout, rule.entry)
    with np.errstate(over="ignore", invalid="ignore"):
        closing = Closing(weights, rule.accumulator, len(values))
        for span, total in _span_sums(tables, weights, layout, rule.accumulator):
            closing.add(span, total, activation_sums(tables[layout.spans == span], rule.accumulator))
    return stored(closing.result, rule.accumulator)


def float_activations(a: Floats, activation: FloatFormat) -> Singles:
    """Activations (m, k) in float32. Raises SpecError if they are no matrix or not values of their format."""
    if a.ndim != 2 or 0 in a.shape:
        raise SpecError(f"activations are a matrix (m, k) with at least one element, not of shape {a.shape}")
    return check_representable(a, activation, "the activations")


def float_tables(values: Singles, layout: Layout, entry: FloatFormat) -> Singles:
    """Tables of activations (m, k), every sum rounded to ``entry``: shape (tables, m, entries)."""
    dealt = layout.spread(values.T).swapaxes(0, 1)
    with np.errstate(over="ignore", invalid="ignore"):
        leaves = [rounded(leaf, entry) for leaf in dealt]
        tables: Singles = half_plan(layout.group).evaluate(leaves, lambda x: rounded(x, entry))
    return tables


def activation_sums(tables: Singles, accumulator: FloatFormat) -> Singles:
    """The sum of the activations of some tables (tables, m, entries), in order: shape (m,)."""
    total = np.zeros(tables.shape[1], np.float32)
    for table in tables:
        total = rounded(total - rounded(table[:, 0], accumulator), accumulator)
    return total


class Closing:
    """Adds up spans of k: correction by z', scale s', addition to the result (point 4 of `FloatRule`)."""

    def __init__(self, weights: LowBitWeights, accumulator: FloatFormat, m: int) -> None:
        self._zero = odd_zero(weights).astype(np.float32)
        self._scale = rounded(weights.scale / 2, accumulator)
        self._accumulator = accumulator
        self.result: Singles = np.zeros((m, weights.n), np.float32)

    def add(self, span: int, total: Singles, sums: Singles) -> None:
        """``total`` (m, n) over the odd values of a span, and the ``sums`` (m,) of its activations."""
        zero = self._zero[span]
        corrected = np.where(zero != 0, self._round(total - self._round(zero * sums[:, np.newaxis])), total)
        self.result = self._round(self.result + self._round(corrected * self._scale[span]))

    def _round(self, values: Floats) -> Singles:
        return rounded(values, self._accumulator)


def _span_sums(
    tables: Singles, weights: LowBitWeights, layout: Layout, accumulator: FloatFormat
) -> Iterator[tuple[int, Singles]]:
    """Each span with its accumulators (m, n) after the last plane of the last table."""
    selection = select(weights, layout)
    spans: NDArray[np.int64] = layout.spans
    for span in range(int(spans[-1]) + 1):
        total: Singles = np.zeros((tables.shape[1], weights.n), np.float32)
        for t in np.flatnonzero(spans == span):
            for b in range(weights.bits):
                shifted = rounded(tables[t] * np.float32(1 << b), accumulator)
                found = shifted[:, selection.entry[t, b]]
                np.negative(found, out=found, where=selection.negative[t, b])
                total = rounded(total + found, accumulator)
        yield span, total
