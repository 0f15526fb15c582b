"""What one product asks of the memories: its sides, its element widths, and what one pass over each operand moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hwsim.gemm import Gemm, IntLike
from hwsim.tiles.tiling import Operand, Tiling


@dataclass(frozen=True, slots=True)
class Demand:
    """``batch`` products of m x n x k, one after another; two products with equal demands behave alike.

    ``x_elements`` is what one pass over operand X of one batch member moves. C moves in ``out_bits`` when it is
    finished and in ``acc_bits`` while it is a partial sum. ``parameter_bytes`` are biases and the like, loaded with the
    first tile; ``vector_ops`` are the elementary operations of fused work on each finished element, rounded up.
    Where A lies as tables, each of ``a_group`` consecutive elements of a row of k or of what is left at its end, tables
    are what ``a_elements`` counts and ``a_bits`` measures. ``c_bytes`` are those of one pass over finished C, where
    they are not ``out_bits`` for each element. Operands in ``on_chip`` lie in the scratchpad whole, by a memory plan:
    they cross the channel at another time, if ever, and need no buffers; sums of C need theirs all the same.
    """

    m: int
    n: int
    k: int
    batch: int
    a_bits: int
    b_bits: int
    acc_bits: int
    out_bits: int
    a_elements: int
    b_elements: int
    c_elements: int
    a_shared: bool = False
    b_shared: bool = False
    parameter_bytes: int = 0
    vector_ops: int = 0
    on_chip: frozenset[Operand] = frozenset()
    a_group: int = 1
    c_bytes: int | None = None

    @classmethod
    def of(cls, gemm: Gemm, a_bits: int = 8, b_bits: int = 8, acc_bits: int = 32, out_bits: int = 8) -> Demand:
        """A plain product whose operands move element by element."""
        m, n, k = gemm.m, gemm.n, gemm.k
        return cls(m, n, k, gemm.batch, a_bits, b_bits, acc_bits, out_bits, m * k, k * n, m * n)

    @property
    def sides(self) -> Mapping[str, int]:
        return {"m": self.m, "n": self.n, "k": self.k}

    def elements(self, operand: Operand) -> int:
        elements: int = getattr(self, f"{operand.value}_elements")
        return elements

    def held_bits(self, operand: Operand) -> int:
        """Bits of one element in the operand's scratchpad; C's holds sums."""
        return {Operand.A: self.a_bits, Operand.B: self.b_bits, Operand.C: self.acc_bits}[operand]

    def shared(self, operand: Operand) -> bool:
        """Whether all members of the batch read the same operand."""
        return self.batch > 1 and {Operand.A: self.a_shared, Operand.B: self.b_shared, Operand.C: False}[operand]

    def pass_bytes(self, operand: Operand) -> int:
        """Bytes that one pass over the operand of one batch member moves; C's when finished."""
        if operand in self.on_chip:
            return 0
        if operand is Operand.C and self.c_bytes is not None:
            return self.c_bytes
        bits = self.out_bits if operand is Operand.C else self.held_bits(operand)
        return bytes_of(self.elements(operand), bits)

    def needs_buffer(self, operand: Operand) -> bool:
        """Whether tiles of the operand need room of their own."""
        return operand is Operand.C or operand not in self.on_chip

    @property
    def partial_bytes(self) -> int:
        """Bytes of one pass over C as partial sums."""
        return bytes_of(self.c_elements, self.acc_bits)

    def stored_sides(self, operand: Operand, first: IntLike, second: IntLike) -> tuple[IntLike, IntLike]:
        """Sides of a part of the operand in what is stored: tables of A, else elements."""
        return first, -(-second // self.a_group) if operand is Operand.A else second

    def buffer_bytes(self, operand: Operand, tiling: Tiling) -> int:
        """Bytes of what one buffer of the operand holds: at most its whole pass, where overlap is kept on chip."""
        if not self.needs_buffer(operand):
            return 0
        first, second = self.stored_sides(operand, *tiling.buffer_sides(operand, self.sides))
        return bytes_of(min(int(first * second), self.elements(operand)), self.held_bits(operand))

    def one_tile(self) -> Tiling:
        """The tiling without tiles."""
        return Tiling(self.m, self.n, self.k)


def bytes_of(elements: int, bits: int) -> int:
    """Bytes of so many elements, packed."""
    return -(-elements * bits // 8)
