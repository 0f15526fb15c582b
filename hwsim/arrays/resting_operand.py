"""What arrays with an operand at rest share: a rectangle of PEs that is described by its mesh."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from hwsim.arrays.schedule import Schedule
from hwsim.arrays.scheduled import ScheduledArray
from hwsim.arrays.stationary import StationaryMesh
from hwsim.inventory import Inventory
from hwsim.macs import DENSE_MACS, Mac
from hwsim.ports import Port


@dataclass(frozen=True, slots=True)
class RestingOperand(ScheduledArray):
    """``rows`` x ``cols`` PEs, the side k along the rows.

    ``overlap`` doubles the registers of the operand at rest, so that the next tile enters while this one works.
    """

    rows: int = 16
    cols: int = 16
    overlap: bool = False

    houses: ClassVar[tuple[type[Mac], ...]] = DENSE_MACS
    elementwise: ClassVar[tuple[str, ...]] = ("rows", "cols")

    @abstractmethod
    def mesh(self, mac: Mac) -> StationaryMesh:
        """Which operand rests, and which streams."""

    @property
    def schedule(self) -> Schedule:
        """Columns of the operand at rest enter one per edge; the last sum needs rows + cols - 1 edges to leave."""
        return Schedule(self.cols, self.rows + self.cols - 1, self.cols, self.overlap)

    @property
    def pe_count(self) -> int:
        return self.rows * self.cols

    def ports(self, mac: Mac) -> tuple[Port, ...]:
        return self.mesh(mac).ports()

    def inventory(self, mac: Mac) -> Inventory:
        return self.mesh(mac).inventory()
