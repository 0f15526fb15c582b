"""Stripes: every bit of A takes a cycle, whether it is zero or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hwsim.bit_serial.groups import Counts, Nonzero
from hwsim.bit_serial.one_sided import OneSided
from hwsim.encodings.base import Encoding
from hwsim.encodings.distribution import Distribution
from hwsim.encodings.twos_complement import TwosComplement


@dataclass(frozen=True, slots=True)
class Stripes(OneSided):
    """As many cycles as A has bits: a layer of lower precision is a narrower format ``a``."""

    name: ClassVar[str] = "stripes"
    summary: ClassVar[str] = "all bits of A, one per cycle"
    source: ClassVar[str] = "Judd et al., MICRO 2016"
    serial_operand: ClassVar[str] = "activations"

    @property
    def encodings(self) -> tuple[Encoding, ...]:
        return (TwosComplement(),)

    def group_cycles(self, nonzero: Nonzero) -> Counts:
        return np.full(nonzero.shape[:2], nonzero.shape[3], np.int64)

    def _expected_group_cycles(self, a: Distribution, b: Distribution) -> float:
        return float(self.encodings[0].digits(self.a))
