"""What an arrangement of PEs must tell: its limits, its schedule, its ports, its edges and its leaves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from numpy.typing import NDArray

from hwsim.errors import SpecError
from hwsim.formats import IntFormat
from hwsim.gemm import Gemm, IntLike, Shapes
from hwsim.inventory import Inventory
from hwsim.latency import Latency
from hwsim.macs.base import Mac
from hwsim.ports import Beat, Port
from hwsim.reference import exact_matmul

Matrix = NDArray[Any]
"""Integers, or floats where an engine takes them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest sides of one fold; None where a side of any length streams through."""

    m: int | None
    n: int | None
    k: int | None


@dataclass(frozen=True, slots=True)
class Fold:
    """One fold of a product: half-open ranges of m, n and k."""

    m: slice
    n: slice
    k: slice


COUNTABLE = 1 << 63
"""Cycles from here on do not fit an array of counts."""


def check_countable(shapes: Gemm | Shapes, latency: Callable[[Gemm], Latency]) -> None:
    """Raise SpecError if a count among many does not fit an int64; ``latency`` grows with every side."""
    if isinstance(shapes, Gemm) or latency(shapes.largest).high < COUNTABLE:
        return
    for gemm in shapes:
        found = latency(gemm)
        if found.high >= COUNTABLE:
            at_most = "" if found.low == found.high else "up to "
            raise SpecError(f"{gemm} takes {at_most}{found.high} cycles; arrays of counts hold less than 2**63")


def ceil_div(a: IntLike, b: IntLike) -> IntLike:
    """Smallest integer not below a / b, elementwise."""
    return -(-a // b)


@dataclass(frozen=True, slots=True)
class Array(ABC):
    """An arrangement of PEs in space, with its operand movement.

    Subclasses are frozen dataclasses whose fields are the inline form's fields (``rows=``, ``cols=``, ...),
    every one with a default.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    fold_order: ClassVar[str]
    """The loops over folds, outermost first, e.g. ``"nmk"``."""
    houses: ClassVar[tuple[type[Mac], ...]]
    """The MACs that have a place in it, the default first."""
    unsaid: ClassVar[frozenset[str]] = frozenset()
    """Fields that the canonical inline form leaves out where they have their default."""
    elementwise: ClassVar[tuple[str, ...]] = ()
    """Fields that closed forms take as arrays, design after design, as they take the sides of ``Shapes``."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and not isinstance(value, bool) and value < 1:
                raise SpecError(f"{self.name}: {field.name} must be at least 1, not {value}")

    @property
    @abstractmethod
    def limits(self) -> Limits: ...

    @property
    @abstractmethod
    def pe_count(self) -> int:
        """Multipliers in the array."""

    @abstractmethod
    def ports(self, mac: Mac) -> tuple[Port, ...]:
        """The ports, in the order of the Verilog module."""

    @abstractmethod
    def run(self, a: Matrix, b: Matrix, mac: Mac) -> Generator[Beat, None, Matrix]:
        """Compute ``a @ b`` for a (m, k) and b (k, n); each ``yield`` is one clock edge."""

    def multiply(self, a: Matrix, b: Matrix, mac: Mac) -> Matrix:
        """The values of ``a @ b``, of integers exact and in int64."""
        return exact_matmul(a, b, mac.largest_product)

    @abstractmethod
    def inventory(self, mac: Mac) -> Inventory:
        """Leaves of the whole array; equal to the instances of its Verilog."""

    @abstractmethod
    def latency(self, shapes: Gemm | Shapes, mac: Mac) -> Latency:
        """Cycles of the product, or of every product of ``shapes``, in closed form."""

    @abstractmethod
    def count(self, a: Matrix, b: Matrix, mac: Mac) -> int:
        """Exact cycles of ``a @ b`` for a (m, k) and b (k, n), without stepping."""

    def implied(self, mac: type[Mac], given: Mapping[str, object]) -> Mapping[str, Any]:
        """Defaults of the fields of a ``mac`` in this array that follow from those that were given."""
        return mac.implied(given)

    def check_mac(self, mac: Mac) -> None:  # noqa: B027
        """Raise SpecError if ``mac``, as its fields are, does not fit this array; most fit as they are."""

    def activation(self, mac: Mac) -> IntFormat:
        """The values of A that it takes: those of the MAC's format, unless it is declared to take fewer."""
        return mac.a

    def exact(self, mac: Mac) -> bool:
        """Whether values are those of ``a @ b``; else the array says what they are, and parts of k do not add up."""
        return True

    def multipliers(self, mac: Mac) -> int:
        """What a cycle can hold: multiply-accumulates, or partial products where a MAC takes them one after another."""
        return self.pe_count

    def passes(self, mac: Mac) -> int:
        """Cycles for which a multiplier works on each product: one, or one for each bit plane of a weight."""
        return 1

    def operand_bits(self, mac: Mac) -> int:
        """Bits of both operands that one step works on: what its operand ports carry."""
        return sum(port.width_bits for port in self.ports(mac) if port.name in ("a", "b", "w"))

    def port_words(self, shapes: Gemm | Shapes, mac: Mac) -> Mapping[str, IntLike]:
        """Elements that pass the scratchpads' ports, by operand, for one member of a batch: a fold reads its part of A
        and B once, and every fold of k writes its part of C."""
        folds = self.fold_counts(shapes)
        m, n, k = shapes.m, shapes.n, shapes.k
        return {"a": m * k * folds["n"], "b": k * n * folds["m"], "c": m * n * folds["k"]}

    def deciding(self, mac: Mac) -> str:
        """The operands, of ``a`` and ``b``, on whose values ``count`` depends; it depends on the others' shapes."""
        return ""

    def counted_words(self, a: Matrix, b: Matrix, mac: Mac) -> Mapping[str, int] | None:
        """``port_words`` for these operands; None where they do not matter."""
        return None

    def check_sum(self, k: int, mac: Mac) -> None:
        """Raise SpecError if a sum of ``k`` products does not fit the registers that hold it."""
        if not mac.accumulator_holds(k):
            raise SpecError(
                f"acc={mac.acc} is too narrow for k={k} products of {mac.a} times {mac.w}: "
                f"it needs {mac.accumulator_bits(k)} bits"
            )

    def longest_sum(self, mac: Mac) -> int:
        """The largest ``k`` that passes ``check_sum``."""
        return mac.longest_sum

    def example_side(self, mac: Mac) -> int:
        """The side of examples along an axis without a limit."""
        return 5

    def assumptions(self, mac: Mac) -> tuple[str, ...]:
        """What the closed form takes for granted of the operands, a sentence each; nothing where data cannot matter."""
        return ()

    def fold_counts(self, shapes: Gemm | Shapes) -> dict[str, IntLike]:
        """Number of folds along each axis."""
        limits = self.limits
        return {
            axis: 1 if (side := getattr(limits, axis)) is None else ceil_div(getattr(shapes, axis), side)
            for axis in "mnk"
        }

    def folds(self, m: int, n: int, k: int) -> Iterator[Fold]:
        """The folds of one product in the order in which the array works on them, ragged edges last."""
        sides = {"m": m, "n": n, "k": k}
        ranges = {axis: _cuts(sides[axis], getattr(self.limits, axis)) for axis in sides}
        outer, middle, inner = list(self.fold_order)
        for x in ranges[outer]:
            for y in ranges[middle]:
                for z in ranges[inner]:
                    yield Fold(**{outer: x, middle: y, inner: z})


def _cuts(side: int, limit: int | None) -> list[slice]:
    step = side if limit is None else limit
    return [slice(low, min(low + step, side)) for low in range(0, side, step)]
