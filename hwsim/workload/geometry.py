"""What an operator that is a matrix product knows of itself: the product's sides and its distinct elements."""

from __future__ import annotations

from abc import ABC, abstractmethod


class Geometry(ABC):
    """How an operator's tensors become ``batch`` products C(m, n) = A(m, k) @ B(k, n).

    Element counts are of one batch member and count each element of a tensor once, however often the product uses it.
    """

    @property
    @abstractmethod
    def sides(self) -> tuple[int, int, int, int]:
        """m, n, k and batch."""

    @property
    @abstractmethod
    def unique_elements(self) -> tuple[int, int, int]:
        """Distinct elements of A, B and C; padding is no element."""

    @property
    def expanded_elements(self) -> tuple[int, int, int]:
        """Elements of the matrices A, B and C."""
        m, n, k, _ = self.sides
        return m * k, k * n, m * n

    @property
    def shared(self) -> tuple[bool, bool]:
        """Whether all batch members read the same A, and the same B."""
        return False, False
