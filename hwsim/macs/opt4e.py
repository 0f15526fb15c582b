"""OPT4E: Parts of k, each with its own digits, share one compressor and one carry-save pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hwsim.bitweight import Nest
from hwsim.bitweight.transforms import opt4e
from hwsim.macs.sparse import SparseMac


@dataclass(frozen=True, slots=True)
class Opt4e(SparseMac):
    """OPT4E: ``lanes`` parts of k, each with its own digits, share one compressor and one carry-save pair."""

    lanes: int = 4

    name: ClassVar[str] = "opt4e"
    summary: ClassVar[str] = "only digits other than zero, encoders shared by a column, one digit per lane and cycle"
    has_lanes: ClassVar[bool] = True

    def transform(self, nest: Nest) -> Nest:
        return opt4e(nest, self.group, self.lanes)
