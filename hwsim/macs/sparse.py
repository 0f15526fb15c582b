"""What the MACs of sparse columns share: only digits other than zero are issued, into a carry-save pair.

OPT3, OPT4C and OPT4E of Wu et al., HPCA 2025 (DOI 10.1109/HPCA61900.2025.00058, arXiv 2503.06342).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from hwsim.bitweight import Nest
from hwsim.bitweight.columns import Tree
from hwsim.bitweight.digit_sums import DigitSum
from hwsim.bitweight.transforms import mac as parallel_mac
from hwsim.encodings.base import Encoding
from hwsim.encodings.ent import EnT
from hwsim.errors import SpecError
from hwsim.formats import IntFormat
from hwsim.macs.base import Mac
from hwsim.sparse_columns.rule import Barrier, IssueRule

PAIR = IntFormat(26)
"""As in the published RTL: it holds 131,071 partial products of INT8."""
ENCODING = EnT()


@dataclass(frozen=True, slots=True)
class SparseMac(Mac):
    """A PE of a sparse column: it adds one selected multiple of its operand per lane and cycle to a carry-save pair.

    ``pair`` is the format of the sum of one bit-weight, which the pair holds modulo 2**bits; ``acc`` that of the sum of
    all bit-weights, which a SIMD lane makes. The other fields are those of `IssueRule`.
    """

    pair: IntFormat = PAIR
    encoding: Encoding = ENCODING
    group: int = 4
    empty_group_cycles: int = 1
    barrier: Barrier = Barrier.K
    lanes: int = 1
    tree: Tree = Tree.DADDA

    encoders_in_pe: ClassVar[bool] = False
    """Whether every PE encodes for itself, and chooses among the operands of a group; else a column's PEs share."""
    has_lanes: ClassVar[bool] = False
    """Whether several lanes may share the compressor of a PE."""

    def __post_init__(self) -> None:
        Mac.__post_init__(self)
        if not isinstance(self.pair, IntFormat) or not self.pair.signed:
            raise SpecError(f"mac={self.name} keeps signed sums of integers: pair cannot be {self.pair}")
        if self.lanes != 1 and not self.has_lanes:
            raise SpecError(f"mac={self.name} has one lane in a PE, not lanes={self.lanes}: opt4e shares a compressor")
        self.rule(columns=1)

    @property
    def leaf_modes(self) -> Mapping[str, int]:
        return self.tree.leaf_modes

    def digit_sum(self, plain: IntFormat) -> DigitSum:
        """The tree of a PE whose operand, which is not encoded, is ``plain``."""
        places = (0,) * self.lanes
        return DigitSum(self.pair.bits, 2, places, plain, self.encoding.largest_digit, looped=True, tree=self.tree)

    def rule(self, columns: int, pass_cycles: int = 0) -> IssueRule:
        """The issue rule of so many columns of these PEs."""
        return IssueRule(
            self.encoding, self.group, self.empty_group_cycles, self.barrier, self.lanes, columns, pass_cycles
        )

    @abstractmethod
    def transform(self, nest: Nest) -> Nest:
        """From the parallel MAC to this one, in the bit-weight notation."""

    def nest(self, columns: int, rows: int, k: int, encoded: IntFormat, plain: IntFormat) -> Nest:
        """The nest of a fold: what each column holds is encoded, what each PE of it holds is not."""
        return self.transform(parallel_mac(columns, rows, k, encoded, plain, self.encoding))
