"""Claims of Table 1 on peaks and densities: identities of units, clock and the printed areas."""

from __future__ import annotations

from functools import partial

from hwsim.gpu import load_gpu
from sweeps.reproduce.claim import derived, table
from sweeps.reproduce.lut.sources import paper
from sweeps.reproduce.lut.table_one import (
    A100_4X,
    A100_8X,
    A100_FP16,
    A100_INT8,
    H100_8X,
    H100_FP8,
    MACHINES,
    Machine,
    peak_tops,
)
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import EXACT, relative

IDENTITY = relative(0.005)
TABLE_1, SUMMARY = paper("Table 1"), paper("summary of its gains")
UM2_PER_UNIT = 11991.29  # Table 2: one LUT array of 512, W2A8


def density(row: Machine) -> float:
    """Our peak over the printed area of all SMs."""
    return peak_tops(row) / (row.machine.gpu.sms * row.area_mm2)


def area_of_an_array(row: Machine) -> float:
    """The printed area of an SM's units over our number of arrays, in um2."""
    return row.area_mm2 * 1e6 / row.machine.unit.arrays(row.machine.gpu)


def arrays(text: str) -> int:
    machine = load_gpu(text)
    return machine.unit.arrays(machine.gpu)


DENSITY = Section(
    "Peaks and densities (Table 1)",
    (
        *table("peak", TABLE_1, IDENTITY, [(row.name, row.peak_tops, partial(peak_tops, row)) for row in MACHINES],
               "TOPS"),
        *table("peak over printed area", TABLE_1, IDENTITY,
               [(row.name, row.density, partial(density, row)) for row in MACHINES if row is not A100_INT8],
               "TOPS/mm2"),
        *table("peak over printed area, the INT8 row", TABLE_1, IDENTITY,
               [(A100_INT8.name, A100_INT8.density, partial(density, A100_INT8))], "TOPS/mm2",
               "peak, area and density of this row disagree among themselves: one of them is a slip"),
        *table("density of A100-LUT-8X over FP16 tensor cores", SUMMARY, IDENTITY,
               [("", 20.9, lambda: density(A100_8X) / density(A100_FP16))]),
        *table("density of H100-LUT-8X over FP8 tensor cores", derived("Table 1"), IDENTITY,
               [("", 2.02, lambda: density(H100_8X) / density(H100_FP8))]),
        *table("area of A100-LUT-8X over FP16 tensor cores", SUMMARY, IDENTITY,
               [("", 38.3, lambda: 100 * A100_8X.area_mm2 / A100_FP16.area_mm2)], "%", "both areas as printed"),
        *table("LUT arrays of an SM", derived("peak over 512 MACs in as many cycles as bits"), EXACT,
               [("4X, W2", 16, partial(arrays, A100_4X.text)), ("8X, W2", 32, partial(arrays, A100_8X.text)),
                ("4X, W1", 8, partial(arrays, "a100:unit=lut,times=4,w_bits=1"))]),
        *table("area of one array, Table 1 against Table 2", derived("printed area over arrays"), relative(0.03),
               [(row.name, UM2_PER_UNIT, partial(area_of_an_array, row)) for row in (A100_4X, A100_8X)], "um2"),
    ),
)  # fmt: skip
