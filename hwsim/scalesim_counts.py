"""SCALE-Sim's cycle counts in closed form, and what our systolic arrays count differently.

A layer of SCALE-Sim is ``F`` folds of ``extra + T`` cycles, with ``T`` the side that streams and
``extra = row_factor * R + C + constant`` for fill and drain; 3.0.0 then reports the index of the last cycle, one less
than their number. The constants of each account are a row of ``PRESETS``.

Sources: SCALE-Sim 3.0.0, ``compute/systolic_compute_{os,ws,is}.py``; Samajdar et al., "A Systematic Methodology for
Characterizing Scalability of DNN Accelerators using SCALE-Sim", ISPASS 2020, equation 3; the Verilog arrays of
SCALE-Sim's ``code-examples/systolic-array-rtl``, simulated with their reset driven.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from hwsim.errors import SpecError, nearest
from hwsim.gemm import Gemm, IntLike, Shapes


class Dataflow(Enum):
    """What rests in the PEs; the value is SCALE-Sim's word for it."""

    OS = "os"
    """outputs rest"""
    WS = "ws"
    """weights (B) rest"""
    IS = "is"
    """inputs (A) rest"""

    @property
    def axes(self) -> tuple[str, str, str]:
        """The sides of the product over rows, over columns and over time (SCALE-Sim's S_R, S_C, T)."""
        return _AXES[self]


_AXES = {
    Dataflow.OS: ("m", "n", "k"),
    Dataflow.WS: ("k", "n", "m"),
    Dataflow.IS: ("k", "m", "n"),
}


@dataclass(frozen=True, slots=True)
class Fill:
    """Cycles of a fold beyond its stream: ``row_factor * rows + cols + constant``."""

    row_factor: int
    constant: int

    def cycles(self, rows: int, cols: int) -> int:
        return self.row_factor * rows + cols + self.constant


@dataclass(frozen=True, slots=True)
class Preset:
    """One account of an array's cycles: its fill for the dataflows that it knows, in cycles.

    ``per_layer`` is added once to every layer; ``overlapped`` charges the fill once to a layer, not to every fold.
    """

    name: str
    summary: str
    fills: Mapping[Dataflow, Fill]
    per_layer: int = 0
    overlapped: bool = False

    def fill(self, dataflow: Dataflow) -> Fill:
        if dataflow not in self.fills:
            known = ", ".join(flow.value for flow in self.fills)
            raise SpecError(f"{self.name} has no count for dataflow {dataflow.value}; it has {known}")
        return self.fills[dataflow]

    def cycles(self, shapes: Gemm | Shapes, dataflow: Dataflow, rows: int, cols: int) -> IntLike:
        """Cycles of a product, or of many, on rows x cols PEs; each batch member is a layer of its own."""
        extra = self.fill(dataflow).cycles(rows, cols)
        stream = side(shapes, dataflow.axes[2])
        count = folds(shapes, dataflow, rows, cols)
        layer = count * stream + extra if self.overlapped else count * (stream + extra)
        return shapes.batch * (layer + self.per_layer)


def folds(shapes: Gemm | Shapes, dataflow: Dataflow, rows: int, cols: int) -> IntLike:
    """Folds of one batch member: ceil(S_R / rows) * ceil(S_C / cols)."""
    over_rows, over_cols, _ = dataflow.axes
    return -(-side(shapes, over_rows) // rows) * -(-side(shapes, over_cols) // cols)


def side(shapes: Gemm | Shapes, axis: str) -> IntLike:
    """The sides of ``shapes`` along ``m``, ``n`` or ``k``."""
    length: IntLike = getattr(shapes, axis)
    return length


_CODE = {Dataflow.OS: Fill(1, -2), Dataflow.WS: Fill(2, -2), Dataflow.IS: Fill(2, -2)}

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("scalesim3", "what SCALE-Sim 3.0.0 reports as Total Cycles, without stalls", _CODE, per_layer=-1),
        Preset("scalesim-paper", "2R + C + T - 2 a fold, as published", dict.fromkeys(Dataflow, Fill(2, -2))),
        Preset("rtl-global-drain", "SCALE-Sim's Verilog, outputs drained at once", {Dataflow.OS: Fill(2, -1)}),
        Preset("rtl-2reg-ws", "SCALE-Sim's Verilog, two registers per partial-sum hop", {Dataflow.WS: Fill(3, -1)}),
        Preset("overlapped", "fills of SCALE-Sim 3.0.0, seen once in a layer", _CODE, overlapped=True),
    )
}


def find_preset(name: str) -> Preset:
    """Return the preset ``name``; raises SpecError with the nearest name."""
    if name not in PRESETS:
        raise SpecError(f"unknown count {name!r}{nearest(name, PRESETS)}; counts are {', '.join(PRESETS)}")
    return PRESETS[name]


def offset(shapes: Gemm | Shapes, dataflow: Dataflow, rows: int, cols: int) -> IntLike:
    """Cycles that ``systolic-os``, ``-ws`` or ``-is`` (folds back to back, results drained in parallel) count beyond
    SCALE-Sim 3.0.0's total.

    One for each batch member, because SCALE-Sim's total is an index. One for each fold, because our last edge is the
    one after which the last result stands in a register. With stationary weights or inputs, ``cols - rows`` more for
    each fold: ours enter through the rows in cols edges, SCALE-Sim's through the columns in rows cycles.
    """
    preload = 0 if dataflow is Dataflow.OS else cols - rows
    return shapes.batch * (folds(shapes, dataflow, rows, cols) * (1 + preload) + 1)
