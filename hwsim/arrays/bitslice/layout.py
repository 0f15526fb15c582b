"""What follows from the fields of a sparse column engine: who is encoded, how wide everything is, when it is where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from hwsim.bitweight import Hardware, Nest, hardware
from hwsim.encodings.distribution import Distribution
from hwsim.encodings.statistics import DigitStatistics
from hwsim.errors import SpecError
from hwsim.formats import IntFormat, counting
from hwsim.macs.sparse import SparseMac
from hwsim.sparse_columns.rule import IssueRule


@dataclass(frozen=True)
class SliceLayout:
    """``columns`` rows of the encoded operand at a time, ``rows`` columns of the plain one, ``chain`` PEs a SIMD lane.

    Edges are those of docs/cycles.md: in cycle i of a fold a digit is issued, which ends at edge i + 1.
    """

    columns: int
    rows: int
    chain: int
    transposed: bool
    encoded: IntFormat
    plain: IntFormat
    mac: SparseMac

    def __post_init__(self) -> None:
        self.mac.encoding.check(self.encoded)

    @property
    def encoded_port(self) -> str:
        """The port through which the encoded operand comes: that of A, of the transposed product that of B."""
        return "b" if self.transposed else "a"

    @property
    def plain_port(self) -> str:
        return "a" if self.transposed else "b"

    @cached_property
    def rule(self) -> IssueRule:
        """The issue rule, with the time that a chain of finished sums needs to leave."""
        return self.mac.rule(self.columns, self.chain if self.chain > 1 else 0)

    @property
    def digits(self) -> int:
        """Bit-weights, each a pass over k."""
        return self.mac.encoding.digits(self.encoded)

    @property
    def radix_bits(self) -> int:
        return self.mac.encoding.radix_bits

    @cached_property
    def statistics(self) -> DigitStatistics:
        """Of the operands that a closed form expects: the normal distribution behind the published means."""
        return DigitStatistics(self.mac.encoding, Distribution.published_normal(self.encoded))

    def nest(self, k: int) -> Nest:
        """One fold in the bit-weight notation."""
        return self.mac.nest(self.columns, self.rows, k, self.encoded, self.plain)

    @cached_property
    def hardware(self) -> Hardware:
        """What the nest needs; of a k of one step, since nothing that is counted here depends on k."""
        return hardware(self.nest(self.rule.step))

    @property
    def encoders(self) -> int:
        """Leaves that encode an operand: one per operand of a group, lane and column, or PE."""
        return self.hardware.count("operand_encoder") + self.hardware.count("digit_encoder")

    @property
    def pp_bits(self) -> int:
        """Bits of a partial product."""
        (leaf,) = self.hardware.leaves("pp_mux")
        return leaf["bits"]

    @cached_property
    def term_range(self) -> tuple[int, int]:
        """Smallest and largest partial product."""
        ranges = self.mac.encoding.digit_ranges(self.encoded)
        corners = [d * x for pair in ranges for d in pair for x in (self.plain.low, self.plain.high)]
        return min(corners), max(corners)

    def pair_bits(self, k: int) -> int:
        """Bits of the carry-save pair for any sum of ``k`` partial products (width rule of the bit-weight notation)."""
        low, high = self.term_range
        return max((-k * low - 1).bit_length() if low else 0, (k * high).bit_length()) + 1

    @cached_property
    def longest_sum(self) -> int:
        """The largest k that the pairs and the accumulators hold."""
        low, high = self.term_range
        pairs = min(bound // term for term, bound in ((low, self.mac.pair.low), (high, self.mac.pair.high)) if term)
        return min(pairs, self.mac.longest_sum)

    def check_sum(self, k: int) -> None:
        """Raise SpecError if a pair is too narrow for ``k`` partial products."""
        if self.pair_bits(k) > self.mac.pair.bits:
            raise SpecError(
                f"pair={self.mac.pair} is too narrow for k={k} partial products of {self.encoded} digits times "
                f"{self.plain}: it needs {self.pair_bits(k)} bits"
            )

    @cached_property
    def encoded_passes(self) -> float:
        """Times that a fold reads each encoded operand: once per bit-weight; groups that cost nothing are not read, as
        far as they are expected to be empty."""
        if self.mac.empty_group_cycles:
            return self.digits
        return self.digits - float(self.statistics.group_pmf(self.mac.group)[:, 0].sum())

    @property
    def plain_passes(self) -> float:
        """Times that a column reads each of its plain operands: once per digit other than zero, as expected, or, where
        the PE chooses within a group, with every group."""
        return self.encoded_passes if self.mac.encoders_in_pe else self.statistics.mean

    @property
    def segments(self) -> int:
        """Turns of a pass, with a barrier after each."""
        return self.rule.segments

    @property
    def step_format(self) -> IntFormat:
        """Of the number of a step: one group for every lane."""
        return counting(self.rule.segment_steps(self.longest_sum))

    @property
    def turn_format(self) -> IntFormat:
        return counting(self.segments)

    @property
    def index_format(self) -> IntFormat:
        """Of the place of a digit in its group."""
        return counting(self.mac.group)

    @property
    def bw_format(self) -> IntFormat:
        return counting(self.digits)

    @property
    def simd_lanes(self) -> int:
        """SIMD lanes of one column."""
        return self.rows // self.chain

    @property
    def sum_stages(self) -> int:
        """Edges from a digit's cycle to its sum: PE operand registers and the pair, and before them, where the PEs of a
        column share a digit, the registers of the address by which its operand is fetched."""
        return 2 if self.mac.encoders_in_pe else 3

    @property
    def flush_cycles(self) -> int:
        """Edges from the last digit's cycle to the edge after which the last result can be read."""
        return self.sum_stages + 1 + (self.chain if self.chain > 1 else 0)


@cache
def slice_layout(
    columns: int, rows: int, chain: int, transposed: bool, encoded: IntFormat, plain: IntFormat, mac: SparseMac
) -> SliceLayout:
    """The one `SliceLayout` of these fields: what it has derived is kept."""
    return SliceLayout(columns, rows, chain, transposed, encoded, plain, mac)
