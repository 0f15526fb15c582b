"""What MACs that are described in the bit-weight notation share: operand ``a`` in digits, and a nest."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.bitweight import Nest, mac, opt1, spatial
from hwsim.encodings.base import Encoding
from hwsim.encodings.booth import Booth
from hwsim.macs.base import Mac


@dataclass(frozen=True, slots=True)
class BitWeightMac(Mac):
    """``a`` is encoded, and every digit of it makes a partial product of ``w``.

    Raises SpecError for an ``a`` that the encoding does not take.
    """

    encoding: ClassVar[Encoding] = Booth()

    def __post_init__(self) -> None:
        Mac.__post_init__(self)
        self.encoding.check(self.a)

    @abstractmethod
    def nest(self, k: int = 1) -> Nest:
        """One PE that sums ``k`` products in time, its sums as wide as the accumulator."""

    def parallel_nest(self, k: int) -> Nest:
        """The nest that all others are made from: one output, ``k`` products in time."""
        return mac(1, 1, k, self.a, self.w, self.encoding)

    def tree_nest(self, k: int) -> Nest:
        """One output, ``k`` products in space, summed as carry-save pairs."""
        return spatial(opt1(self.parallel_nest(k)), "k")

    @property
    def nest_acc_bits(self) -> int:
        """Bits of the accumulator as a word of the notation, which always has a sign."""
        return self.acc.bits + (not self.acc.signed)

    def partial_products(self, a: NDArray[np.integer], w: NDArray[np.integer]) -> list[NDArray[np.int64]]:
        """True values, each at its bit-weight, lowest digit first; ``a`` and ``w`` broadcast."""
        digits = self.encoding.encode(a, self.a).astype(np.int64)
        return [digits[..., i] * w * weight for i, weight in enumerate(self.encoding.weights(self.a))]
