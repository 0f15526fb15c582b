"""A nest: loops over m, n, k and the bit-weight bw with the primitives at their depth, legal by construction.

The notation is that of HPCA 2025 (DOI 10.1109/HPCA61900.2025.00058, arXiv 2503.06342).
"""

from __future__ import annotations

from dataclasses import dataclass

from hwsim.bitweight.draft import Draft
from hwsim.bitweight.legality import check


@dataclass(frozen=True)
class Nest(Draft):
    """A draft that has passed `legality.check`; making an illegal one raises SpecError with the broken dependence."""

    def __post_init__(self) -> None:
        check(self)
