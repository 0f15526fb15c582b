"""OPT4C: a column shares its encoders, and only the operand that a digit needs is fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hwsim.bitweight import Nest
from hwsim.bitweight.transforms import opt4c
from hwsim.macs.sparse import SparseMac


@dataclass(frozen=True, slots=True)
class Opt4c(SparseMac):
    """OPT4C: a column shares its encoders, and only the operand that a digit needs is fetched."""

    name: ClassVar[str] = "opt4c"
    summary: ClassVar[str] = "only digits other than zero, encoders shared by a column, one digit per cycle"

    def transform(self, nest: Nest) -> Nest:
        return opt4c(nest, self.group)
