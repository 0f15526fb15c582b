"""OPT3: every PE encodes the group that its column holds, and has all operands of the group at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hwsim.bitweight import Nest
from hwsim.bitweight.transforms import opt3
from hwsim.macs.sparse import SparseMac


@dataclass(frozen=True, slots=True)
class Opt3(SparseMac):
    """OPT3: every PE encodes the group that its column holds, and has all operands of the group at hand."""

    name: ClassVar[str] = "opt3"
    summary: ClassVar[str] = "only digits other than zero, each PE with its own encoders, one digit per cycle"
    encoders_in_pe: ClassVar[bool] = True

    def transform(self, nest: Nest) -> Nest:
        return opt3(nest, self.group)
