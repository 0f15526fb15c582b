"""What every bit-serial design tells: the digits that it works through, and the cycles that they take."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.encodings.base import Encoding
from hwsim.encodings.distribution import Distribution
from hwsim.errors import SpecError
from hwsim.formats import INT8, IntFormat

Matrix = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class BitSerial(ABC):
    """A PE that forms dot products of ``group`` operand pairs at a time, the digits of A one after the other.

    ``columns`` PEs hold as many rows of A and wait for each other after every group; they share a column of B.
    Cycles are those of issue: fill, drain, memory and the final additions are not counted.
    """

    group: int = 16
    columns: int = 1
    a: IntFormat = INT8
    b: IntFormat = INT8

    name: ClassVar[str]
    summary: ClassVar[str]
    source: ClassVar[str]
    serial_operand: ClassVar[str]
    """What A is in the publication: activations or weights."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("group", "columns") and value < 1:
                raise SpecError(f"{self.name}: {field.name} is at least 1, not {value}")
            if field.name.endswith("_cycles") and value not in (0, 1):
                raise SpecError(f"{self.name}: {field.name} is 0 or 1, not {value}")
        for format, encoding in zip((self.a, self.b), self.encodings, strict=False):
            encoding.check(format)
        if not isinstance(self.b, IntFormat):
            raise SpecError(f"{self.name}: b is an integer format, not {self.b}")

    @property
    @abstractmethod
    def encodings(self) -> tuple[Encoding, ...]:
        """How the digits of A are written and, if B is cut into digits too, those of B."""

    @property
    def lanes(self) -> int:
        """What works side by side in a PE: one lane per operand of the group, unless a design says otherwise."""
        return self.group

    @property
    def lane_bit_products(self) -> int:
        """One-bit products that a lane forms per cycle: a digit of A times all bits of B, unless it says otherwise."""
        return self.b.bits

    @abstractmethod
    def _cycles(self, a: Matrix, b: Matrix) -> int:
        """Cycles for checked operands."""

    @abstractmethod
    def _expected_group_cycles(self, a: Distribution, b: Distribution) -> float | None:
        """Expected cycles of a full group in all columns, or None where no exact expectation is known."""

    def cycles(self, a: Matrix, b: Matrix) -> int:
        """Exact cycles of ``a @ b``, shapes (m, k) and (k, n): all rows of A, ``columns`` at a time, per column of B.

        Ragged groups and missing rows are zeros. Raises SpecError for shapes that do not fit and values outside the
        formats.
        """
        self._check(a, b)
        return self._cycles(a, b)

    def multiply(self, a: Matrix, b: Matrix) -> NDArray[np.int64]:
        """``a @ b`` as the sum of the digit products that the cycles count; every design is exact."""
        self._check(a, b)
        left = _planes(a, self.encodings[0], self.a)
        right = _planes(b, self.encodings[1], self.b) if len(self.encodings) > 1 else [b.astype(np.int64)]
        total = np.zeros((a.shape[0], b.shape[1]), np.int64)
        for x in left:
            for y in right:
                total += x @ y
        return total

    def per_operand(self, cycles: int, m: int, n: int, k: int) -> float:
        """Lane cycles per operand pair: ``cycles`` of all lanes in all columns, over the m * n * k products."""
        return cycles * self.lanes * self.columns / (m * n * k)

    def expected(self, a: Distribution, b: Distribution | None = None) -> float | None:
        """Expected lane cycles per operand pair of independent operands in full groups, exact; None if unknown.

        B is distributed like A unless told. Raises SpecError for a distribution over another format.
        """
        found = (a, a if b is None else b)
        for distribution, format, role in zip(found, (self.a, self.b), "ab", strict=True):
            if distribution.format != format:
                raise SpecError(f"{self.name}: operand {role} is {format}, not {distribution.format}")
        cycles = self._expected_group_cycles(*found)
        return None if cycles is None else cycles * self.lanes / self.group

    def speedup(self, per_operand: float) -> float:
        """Over bit-parallel MACs that form as many one-bit products per cycle; ``per_operand`` in lane cycles."""
        return self.a.bits * self.b.bits / (self.lane_bit_products * per_operand)

    def _check(self, a: Matrix, b: Matrix) -> None:
        if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or not (a.size and b.size):
            raise SpecError(f"{self.name} multiplies (m, k) by (k, n), none of them 0, not {a.shape} by {b.shape}")
        for values, format, role in ((a, self.a, "a"), (b, self.b, "b")):
            if not np.issubdtype(values.dtype, np.integer):
                raise SpecError(f"{self.name}: operand {role} holds {values.dtype}; operands are integers")
            format.check(values, f"{self.name}: operand {role}")


def _planes(values: Matrix, encoding: Encoding, format: IntFormat) -> list[NDArray[np.int64]]:
    """The matrices of digits of equal weight, times that weight; they sum to ``values``."""
    digits = encoding.encode(values, format).astype(np.int64)
    return [digits[..., i] * weight for i, weight in enumerate(encoding.weights(format))]
