"""The fused MAC: partial products and the sum meet in one compressor tree, and one addition per cycle ends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hwsim.macs.booth import BoothMac


@dataclass(frozen=True, slots=True)
class FusedMac(BoothMac):
    """Booth's partial products and the word in the accumulator in one tree, whose sum and carry are added at once.

    The notation has no word for it: its `half_reduce` feeds a pair back, and its `accumulate` adds words alone. The
    nest is Booth's, with which it shares encoders, partial products and register; of Booth's two adders it has the
    accumulator's, and its compressor has one input more: the sum.
    """

    name: ClassVar[str] = "fused"
    summary: ClassVar[str] = "Booth partial products and the accumulator in one compressor tree, one adder"
