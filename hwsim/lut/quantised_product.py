"""Integer tables: quantised with one scale per table, per group of activations or per token, and looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError, nearest
from hwsim.floats import Floats, Singles, rounded, stored
from hwsim.formats import FP32, FloatFormat, Format, IntFormat
from hwsim.low_bit.weights import LowBitWeights
from hwsim.lut.float_product import Closing, activation_sums, check_float, float_activations, float_tables
from hwsim.lut.geometry import check_activation
from hwsim.lut.integer_product import Integers, check_integers
from hwsim.lut.layout import Layout, layout_of, select, selection_matrix
from hwsim.reference import exact_matmul


class ScaleSharing(Enum):
    """Which tables have one scale."""

    TABLE = "table"
    """Each its own (LUT Tensor Core, 3.1.3)."""
    GROUP = "group"
    """Those whose first activation is among ``activations`` consecutive ones (T-MAC, Wei et al., EuroSys 2025: 64)."""
    TOKEN = "token"
    """All of a row of activations."""


@dataclass(frozen=True, slots=True)
class TableScale:
    """One scale per table, per group of ``activations`` or per token; its text is "group:64".

    Raises SpecError for a group of no activations, and for a number of them where there are no groups.
    """

    sharing: ScaleSharing
    activations: int = 0

    def __post_init__(self) -> None:
        if self.sharing is ScaleSharing.GROUP and self.activations < 1:
            raise SpecError(f"a group of activations has at least 1 of them, not {self.activations}")
        if self.sharing is not ScaleSharing.GROUP and self.activations:
            raise SpecError(f"a scale per {self.sharing.value} has no number of activations, not {self.activations}")

    def elements(self, k: int, group: int) -> int:
        """Activations that share a scale; whole tables, or SpecError."""
        if self.sharing is not ScaleSharing.GROUP:
            return group if self.sharing is ScaleSharing.TABLE else k
        if self.activations % group:
            raise SpecError(f"{self.activations} activations with one scale are not whole tables of {group}")
        return self.activations

    def sets(self, layout: Layout) -> NDArray[np.int64]:
        """Which scale each table has, counted from 0 along k: shape (tables,). Raises SpecError as `elements`."""
        per_scale = self.elements(layout.k, layout.group)
        starts = layout.starts
        return np.arange(len(starts)) if self.sharing is ScaleSharing.TABLE else starts // per_scale

    def __str__(self) -> str:
        grouped = self.sharing is ScaleSharing.GROUP
        return f"group:{self.activations}" if grouped else self.sharing.value


def parse_table_scale(text: str) -> TableScale:
    """Return the sharing named ``text``: table, group:N or token. Raises SpecError for any other name."""
    name, colon, number = text.partition(":")
    if name == ScaleSharing.GROUP.value and number.isascii() and number.isdecimal():
        return TableScale(ScaleSharing.GROUP, int(number))
    if not colon and name in (ScaleSharing.TABLE.value, ScaleSharing.TOKEN.value):
        return TableScale(ScaleSharing(name))
    near = nearest(name, [member.value for member in ScaleSharing])
    raise SpecError(f"unknown granularity {text!r}{near}: tables have one scale per table, group:N or token")


@dataclass(frozen=True, slots=True)
class TableQuantiser:
    """Integer tables and what is done with them; the paper leaves scale, rounding and rescaling open.

    1. The activations and every addition of `half_plan` are rounded to ``precompute``.
    2. The scale of a set of tables is its largest magnitude (of a table: the sum of the magnitudes of its activations)
       over 2**(bits - 1) - 1; entries over the scale are rounded to integers, ties to even. The quotients are rounded
       to ``precompute`` first. A set of zeros has the scale 1. The lowest integer is not used: tables stay odd.
    3. Integers that look-ups find are added exactly while scale and span of the weights stay the same; each such sum
       and its scale are rounded to ``accumulator``, multiplied, and added to the sum of the span, each rounded once.
    4. Sums of activations (from entries before quantisation) and spans are closed as in `FloatRule`.

    Raises SpecError for formats that are no floats of up to 32 bits, and for bits outside 2 to 16.
    """

    scale: TableScale
    bits: int = 8
    precompute: FloatFormat = FP32
    accumulator: FloatFormat = FP32

    def __post_init__(self) -> None:
        if not 2 <= self.bits <= 16:
            raise SpecError(f"entries of quantised tables have 2 to 16 bits, not {self.bits}")
        for what in ("precompute", "accumulator"):
            check_float(getattr(self, what), what)


@dataclass(frozen=True, slots=True, eq=False)
class QuantisedTables:
    """Integer entries (tables, m, entries), the scales (sets, m), and which set each table is in (tables,)."""

    entries: NDArray[np.int32]
    scales: Singles
    sets: NDArray[np.int64]

    @property
    def real(self) -> NDArray[np.float64]:
        """What the integers stand for, shape (tables, m, entries)."""
        return np.asarray(self.entries * self.scales[self.sets][:, :, np.newaxis].astype(np.float64))


def quantise_tables(tables: Singles, sets: NDArray[np.int64], bits: int, precompute: FloatFormat) -> QuantisedTables:
    """Quantise float tables (tables, m, entries) as `TableQuantiser` says; ``sets`` (tables,) count from 0 upwards."""
    highest = np.float32(IntFormat(bits).high)
    firsts = np.flatnonzero(np.diff(sets, prepend=-1))
    largest = np.maximum.reduceat(np.abs(tables).max(axis=2), firsts, axis=0)
    scales = rounded(largest / highest, precompute)
    scales[scales == 0] = 1
    quotients = np.rint(rounded(tables / scales[sets][:, :, np.newaxis], precompute))
    entries = np.clip(quotients, -highest, highest).astype(np.int32)
    return QuantisedTables(entries, scales, sets)


def lookup_quantised(
    a: Floats | Integers, weights: LowBitWeights, quantiser: TableQuantiser, activation: Format, group: int = 4
) -> Floats:
    """The product (m, n) of activations (m, k) with integer tables, in the numpy type of the accumulator.

    The look-ups of a set of tables are one exact product with the matrix of what the weights select. Raises SpecError
    for activations that are not values of ``activation``, for tables that overflow, or for another k.
    """
    precomputed = precompute(a, weights, quantiser, activation, group)
    tables = precomputed.quantised
    matrix = selection_matrix(select(weights, precomputed.layout), tables.entries.shape[2])

    def found(first: int, end: int) -> NDArray[np.int64]:
        return added_up(tables.entries[first:end].swapaxes(0, 1), matrix[first:end])

    return rescale(precomputed, weights, quantiser.accumulator, found)


@dataclass(frozen=True, slots=True, eq=False)
class Precomputed:
    """What the operator before hands over: tables before quantisation (tables, m, entries), and as they are taken."""

    layout: Layout
    tables: Singles
    quantised: QuantisedTables


def precompute(
    a: Floats | Integers, weights: LowBitWeights, quantiser: TableQuantiser, activation: Format, group: int
) -> Precomputed:
    """Tables of activations (m, k) for these weights; raises SpecError as `lookup_quantised`."""
    values = _activations(a, activation)
    layout = layout_of(values.shape[1], weights, group)
    tables = float_tables(values, layout, quantiser.precompute)
    if not np.isfinite(tables).all():
        raise SpecError(f"sums of {group} activations overflow {quantiser.precompute}: tables cannot be quantised")
    quantised = quantise_tables(tables, quantiser.scale.sets(layout), quantiser.bits, quantiser.precompute)
    return Precomputed(layout, tables, quantised)


def added_up(entries: NDArray[np.integer], matrix: NDArray[np.int16]) -> NDArray[np.int64]:
    """What look-ups in tables (m, tables, entries) add up to over tables and planes, as `selection_matrix` selects."""
    return exact_matmul(entries.reshape(len(entries), -1), matrix.reshape(-1, matrix.shape[2]))


def rescale(
    precomputed: Precomputed,
    weights: LowBitWeights,
    accumulator: FloatFormat,
    sums: Callable[[int, int], NDArray[np.int64]],
) -> Floats:
    """The product (m, n) of the integers (m, n) that look-ups in tables [first, end) of one scale add up to."""
    layout = precomputed.layout
    with np.errstate(over="ignore", invalid="ignore"):
        closing = Closing(weights, accumulator, precomputed.tables.shape[1])
        for span, total in _span_sums(precomputed.quantised, layout, accumulator, sums):
            closing.add(span, total, activation_sums(precomputed.tables[layout.spans == span], accumulator))
    return stored(closing.result, accumulator)


def _activations(a: Floats | Integers, activation: Format) -> Singles:
    """Activations in float32, which holds integers of up to 16 bits exactly."""
    if isinstance(activation, FloatFormat):
        check_activation(activation)
        return float_activations(cast("Floats", a), activation)
    check_integers(cast("Integers", a), activation)
    return a.astype(np.float32)


def _span_sums(
    tables: QuantisedTables, layout: Layout, accumulator: FloatFormat, sums: Callable[[int, int], NDArray[np.int64]]
) -> Iterator[tuple[int, Singles]]:
    """Each span with its accumulators (m, n): integers within a scale, floats across."""
    zero: Singles = np.zeros(1, np.float32)
    count, total = len(tables.entries), zero
    for first, end in runs(layout, tables.sets):
        scale = rounded(tables.scales[tables.sets[first]], accumulator)[:, np.newaxis]
        part = rounded(rounded(sums(first, end).astype(np.float64), accumulator) * scale, accumulator)
        total = rounded(total + part, accumulator)
        span = int(layout.spans[first])
        if end == count or layout.spans[end] != span:
            yield span, total
            total = zero


def runs(layout: Layout, sets: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Half-open ranges of tables with one scale in one span."""
    changed = (np.diff(layout.spans, prepend=-1) != 0) | (np.diff(sets, prepend=-1) != 0)
    bounds = [*np.flatnonzero(changed).tolist(), len(sets)]
    return pairwise(bounds)
