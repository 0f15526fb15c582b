"""Sparse columns: a column of PEs holds one row of the encoded operand and issues its digits at its own pace."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from hwsim.arrays.base import Array, Fold, Limits, Matrix, ceil_div, check_countable
from hwsim.arrays.bitslice.latency import product_latency, rounded
from hwsim.arrays.bitslice.layout import SliceLayout, slice_layout
from hwsim.arrays.bitslice.leaves import slice_inventory
from hwsim.arrays.bitslice.ports import slice_ports
from hwsim.arrays.bitslice.stepping import run_slices
from hwsim.errors import SpecError
from hwsim.gemm import Gemm, IntLike, Shapes
from hwsim.inventory import Inventory
from hwsim.latency import Latency
from hwsim.macs import SPARSE_MACS, Mac
from hwsim.macs.sparse import SparseMac
from hwsim.ports import Beat, Port
from hwsim.sparse_columns import fold_cycles, read_operands


class Encode(Enum):
    """Which operand is written in digits."""

    ACTIVATIONS = "activations"
    WEIGHTS = "weights"


@dataclass(frozen=True, slots=True)
class Bitslice(Array):
    """``columns`` columns of ``rows`` PEs: a column has a row of the encoded operand, PE j of it a column of the other.

    ``encode=weights`` computes the transposed product. The finished sums of ``chain`` PEs leave one after the other
    through one SIMD lane. ``overlap`` starts a fold when the digits of the one before are issued, not when its last
    result has left (HPCA 2025, DOI 10.1109/HPCA61900.2025.00058; fields of the MAC: `SparseMac`).
    """

    columns: int = 32
    rows: int = 32
    encode: Encode = Encode.ACTIVATIONS
    chain: int = 1
    overlap: bool = False

    name: ClassVar[str] = "bitslice"
    summary: ClassVar[str] = "sparse columns: digits other than zero, one after the other, each column at its own pace"
    fold_order: ClassVar[str] = "mnk"
    houses: ClassVar[tuple[type[Mac], ...]] = SPARSE_MACS
    unsaid: ClassVar[frozenset[str]] = frozenset({"encode", "chain", "overlap"})

    def __post_init__(self) -> None:
        Array.__post_init__(self)
        if self.rows % self.chain:
            raise SpecError(f"bitslice: chain must divide rows={self.rows}, and {self.chain} does not")

    @property
    def transposed(self) -> bool:
        """Whether the weights are encoded: the engine then computes B^T @ A^T."""
        return self.encode is Encode.WEIGHTS

    @property
    def limits(self) -> Limits:
        return Limits(self.rows, self.columns, None) if self.transposed else Limits(self.columns, self.rows, None)

    @property
    def pe_count(self) -> int:
        return self.columns * self.rows

    def layout(self, mac: Mac) -> SliceLayout:
        """Widths and times of this array with ``mac``; raises SpecError if its encoding does not take the operand."""
        if not isinstance(mac, SparseMac):
            raise SpecError(f"mac={mac.name} has no place in {self.name}")
        formats = (mac.w, mac.a) if self.transposed else (mac.a, mac.w)
        return slice_layout(self.columns, self.rows, self.chain, self.transposed, *formats, mac)

    def check_mac(self, mac: Mac) -> None:
        self.layout(mac)

    def multipliers(self, mac: Mac) -> int:
        """Partial products that one cycle can hold."""
        return self.pe_count * self.layout(mac).rule.lanes

    def check_sum(self, k: int, mac: Mac) -> None:
        Array.check_sum(self, k, mac)
        self.layout(mac).check_sum(k)

    def longest_sum(self, mac: Mac) -> int:
        return self.layout(mac).longest_sum

    def example_side(self, mac: Mac) -> int:
        """Several steps in every segment, the last one ragged."""
        rule = self.layout(mac).rule
        return 2 * rule.segments * rule.step - 1

    def ports(self, mac: Mac) -> tuple[Port, ...]:
        return slice_ports(self.layout(mac))

    def inventory(self, mac: Mac) -> Inventory:
        return slice_inventory(self.layout(mac))

    def folds(self, m: int, n: int, k: int) -> Iterator[Fold]:
        if not self.transposed:
            return Array.folds(self, m, n, k)
        plain = Bitslice(self.columns, self.rows)
        return (Fold(m=fold.n, n=fold.m, k=fold.k) for fold in plain.folds(n, m, k))

    def latency(self, shapes: Gemm | Shapes, mac: Mac) -> Latency:
        """Least, expected and greatest cycles; raises SpecError if a greatest one among many does not fit an int64."""
        layout = self.layout(mac)
        check_countable(shapes, lambda gemm: self._latency(gemm, layout))
        return self._latency(shapes, layout)

    def _latency(self, shapes: Gemm | Shapes, layout: SliceLayout) -> Latency:
        encoded, plain = (shapes.n, shapes.m) if self.transposed else (shapes.m, shapes.n)
        again = ceil_div(plain, self.rows) * shapes.batch
        flushes = 1 if self.overlap else ceil_div(encoded, self.columns) * again
        return product_latency(encoded, shapes.k, again, flushes, layout)

    def count(self, a: Matrix, b: Matrix, mac: Mac) -> int:
        layout = self.layout(mac)
        encoded, plain = (b.T, a.T) if self.transposed else (a, b)
        again = -(-plain.shape[1] // self.rows)
        cycles = fold_cycles(encoded, layout.rule, layout.encoded)
        flushes = 1 if self.overlap else len(cycles) * again
        return int(cycles.sum()) * int(again) + flushes * layout.flush_cycles

    def port_words(self, shapes: Gemm | Shapes, mac: Mac) -> Mapping[str, IntLike]:
        """Columns are at different k, so that each reads its own operands of the plain side; the encoded side is read
        once per bit-weight, and sums leave once per bit-weight."""
        layout = self.layout(mac)
        elements = (shapes.n if self.transposed else shapes.m) * shapes.k
        own, others = (rounded(elements * passes) for passes in (layout.encoded_passes, layout.plain_passes))
        return self._words(own, others, shapes, layout)

    def deciding(self, mac: Mac) -> str:
        return self.layout(mac).encoded_port

    def counted_words(self, a: Matrix, b: Matrix, mac: Mac) -> Mapping[str, int]:
        layout, gemm = self.layout(mac), Gemm(a.shape[0], b.shape[1], a.shape[1])
        encoded = b.T if self.transposed else a
        own = read_operands(encoded, layout.rule, layout.encoded)
        others = own if layout.mac.encoders_in_pe else layout.mac.encoding.nonzero_digits(encoded, layout.encoded)
        return {name: int(words) for name, words in self._words(own, others, gemm, layout).items()}

    def _words(
        self, own: IntLike, others: IntLike, shapes: Gemm | Shapes, layout: SliceLayout
    ) -> Mapping[str, IntLike]:
        """Where so many encoded operands are read in a pass over them all, and so many of each plain column."""
        plain = shapes.m if self.transposed else shapes.n
        words = {layout.encoded_port: own * ceil_div(plain, self.rows), layout.plain_port: others * plain}
        return {**words, "c": shapes.m * shapes.n * layout.digits}

    def assumptions(self, mac: Mac) -> tuple[str, ...]:
        source = self.layout(mac).statistics.distribution.source
        return (f"cycles of {self.name} are those expected of independent operands ({source}), unless counted",)

    def run(self, a: Matrix, b: Matrix, mac: Mac) -> Generator[Beat, None, Matrix]:
        layout = self.layout(mac)
        if not self.transposed:
            return (yield from run_slices(a, b, layout, self.overlap))
        product = yield from run_slices(b.T, a.T, layout, self.overlap)
        return product.T
