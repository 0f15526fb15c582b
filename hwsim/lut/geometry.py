"""What a table is and costs: its entries, their bits, its additions, and the traffic that it makes."""

from __future__ import annotations

from dataclasses import dataclass

from hwsim.errors import SpecError
from hwsim.floats import FP16
from hwsim.formats import Format, IntFormat, SymmetricFormat
from hwsim.lut.plans import chained_plan, check_group, half_plan, subset_plan

MAX_INTEGER_BITS = 16
FLOAT_ACTIVATIONS = ("fp16", "fp8e4m3", "fp8e5m2")
FLOAT_ENTRY = FP16
"""The format of sums of float activations: 8 bits have too few digits for sums of four values of 8 bits."""


@dataclass(frozen=True, slots=True)
class TableGeometry:
    """Half tables of signed sums of ``group`` activations, for any number of weight bits.

    ``entry`` is the format of an entry; by default an integer that holds every sum exactly, or fp16 for float
    activations. ``symmetric``: integer activations leave out their lowest value (-128 of INT8). Raises SpecError for
    activations that have no tables here, and for a group that is too small or too large.
    """

    activation: Format
    group: int = 4
    entry: Format | None = None
    symmetric: bool = False

    def __post_init__(self) -> None:
        check_activation(self.activation)
        check_group(self.group)

    @property
    def entries(self) -> int:
        """Stored entries: those with a negative leading activation, the rest being their negations (equation 5)."""
        return len(half_plan(self.group).entries)

    @property
    def entry_format(self) -> Format:
        if self.entry is not None:
            return self.entry
        if isinstance(self.activation, IntFormat):
            return exact_entry(declared(self.activation, self.symmetric), self.group)
        return FLOAT_ENTRY

    @property
    def table_bits(self) -> int:
        return self.entries * self.entry_format.bits

    @property
    def additions(self) -> int:
        """Additions that make one table, partial sums shared."""
        return len(half_plan(self.group).additions)

    @property
    def chained_additions(self) -> int:
        """Additions that make one table if every entry is summed by itself."""
        return len(chained_plan(self.group).additions)

    @property
    def subset_additions(self) -> int:
        """Additions that make the conventional table of sums over bits 0 and 1."""
        return len(subset_plan(self.group).additions)

    @property
    def traffic_inflation(self) -> float:
        """Bits of a table over the bits of its activations."""
        return self.table_bits / (self.group * self.activation.bits)

    @property
    def full_traffic_inflation(self) -> float:
        """The same for a table without odd symmetry, of 2**group entries."""
        return len(subset_plan(self.group).entries) * self.entry_format.bits / (self.group * self.activation.bits)


def check_activation(format: Format) -> None:
    """Raise SpecError unless mpGEMM takes activations of this format."""
    if format.name in FLOAT_ACTIVATIONS if not isinstance(format, IntFormat) else format.bits <= MAX_INTEGER_BITS:
        return
    raise SpecError(
        f"activations are intN or uintN of up to {MAX_INTEGER_BITS} bits, {', '.join(FLOAT_ACTIVATIONS[:-1])} or "
        f"{FLOAT_ACTIVATIONS[-1]}, not {format}"
    )


def declared(format: IntFormat, symmetric: bool) -> IntFormat:
    """The activations of the format; of a symmetric signed one without its lowest value."""
    return SymmetricFormat(format.bits) if symmetric and format.signed else format


def exact_entry(activation: IntFormat, group: int) -> IntFormat:
    """The narrowest signed integer that holds every entry of a half table.

    The leading activation is subtracted, the others have either sign. Four of INT8 need 11 bits, because
    -A - B - C - D reaches +512 for four times -128; four within -127 to 127 need 10.
    """
    low, high = activation.low, activation.high
    others = (group - 1) * max(-low, high)
    return holding(-high - others, -low + others)


def exact_subset(activation: IntFormat, group: int) -> IntFormat:
    """The narrowest signed integer that holds every entry of a conventional table, the sums over bits 0 and 1.

    Four of INT8 need 10 bits; nothing is negated, so that four within -127 to 127 need as many.
    """
    return holding(group * activation.low, group * activation.high)


def holding(lowest: int, highest: int) -> IntFormat:
    """The narrowest signed integer that holds ``lowest`` <= 0 and ``highest`` >= 0."""
    return IntFormat(1 + max(max(-1 - lowest, 0).bit_length(), highest.bit_length()))


def precompute_redundancy(n: int, sharing_columns: int) -> int:
    """How often each table is made if a unit makes its own and shares it among ``sharing_columns`` of n columns.

    OPT-175B's product with n = 12,288 and units of four columns makes each table 3,072 times (LUT Tensor Core, 3.1.1).
    Raises SpecError for numbers below 1.
    """
    if n < 1 or sharing_columns < 1:
        raise SpecError(f"columns are at least 1, not {n} shared by {sharing_columns}")
    return -(-n // sharing_columns)
