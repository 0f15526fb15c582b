"""The constants of the tile model that no data sheet gives: their values, and how each was chosen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Constant:
    """A number of the model; ``fitted_on`` names the published numbers that chose it, or is empty if none did."""

    name: str
    value: float
    meaning: str
    reason: str
    fitted_on: str = ""


STAGES = Constant(
    "stages",
    2,
    "stages of the software pipeline of a thread block along k; of every part of its loop that does not bind it, one "
    "in `stages` stays in sight",
    "1 is no overlap; the whole number that meets the rows best",
    fitted_on="Table 1, the four times of the A100 with FP16 and INT8 tensor cores",
)
TABLE_KERNEL_EFFICIENCY = Constant(
    "table_kernel_efficiency",
    0.1,
    "share of the sustained DRAM bandwidth that a precompute kernel of its own reaches",
    "one digit; at the full bandwidth the overhead would be a tenth of what is published",
    fitted_on="Table 4, the mean overhead of the separate kernel in prefill (16.47 %)",
)
DRAM_EFFICIENCY = Constant(
    "dram_efficiency",
    0.9,
    "share of the peak DRAM bandwidth that a stream of bytes sustains",
    "what copy benchmarks reach on these parts, to one digit; assumed",
)
LAUNCH_US = Constant(
    "launch_us",
    2.0,
    "microseconds from the end of one kernel to the start of the next one's work",
    "the order of a launch from a stream that is never empty; assumed",
)
RESIDENT_SHARE = Constant(
    "resident_share",
    0.5,
    "share of the L2 that one operand may keep, the rest being for what streams past it",
    "assumed",
)
ACCUMULATOR_SHARE = Constant(
    "accumulator_share",
    0.5,
    "share of the register file that accumulators may take, the rest being for fragments and addresses",
    "what the largest tile of CUTLASS on the A100, 128 x 256 in FP32, takes",
)

CONSTANTS = (STAGES, TABLE_KERNEL_EFFICIENCY, DRAM_EFFICIENCY, LAUNCH_US, RESIDENT_SHARE, ACCUMULATOR_SHARE)
