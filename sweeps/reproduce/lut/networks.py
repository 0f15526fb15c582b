"""Claims of Table 1 on times: a 3B model in prefill and decode on tensor cores and LUT arrays."""

from __future__ import annotations

from functools import partial

from hwsim.gpu import Precompute
from hwsim.gpu.calibration import STAGES
from sweeps.reproduce.claim import Claim, derived, table
from sweeps.reproduce.lut.sources import paper
from sweeps.reproduce.lut.table_one import (
    A100_8X,
    A100_FP16,
    A100_INT8,
    FITTED,
    H100_8X,
    H100_FP8,
    MACHINES,
    PHASES,
    Machine,
    our_ms,
)
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import DIRECTION, relative

TIMES = relative(0.10)
"""About twice the mean error of the paper's own simulator, 5.21 %."""
TABLE_1 = paper("Table 1")
TRAFFIC = (
    "tables cross L2 and shared memory here; the traces of the artifact read activations as they are, and the paper "
    "does not say what its tile simulator does"
)
AMDAHL = {"BS1 SEQ2048": (27.4, 79.3), "BS1024 SEQ1": (2.3, 38.9)}  # t = a + b / s through the two tensor-core rows


def _times(
    series: str, rows: tuple[Machine, ...], precompute: Precompute | None = None, note: str = ""
) -> tuple[Claim, ...]:
    cells = [
        (f"{row.name}, {phase}", row.published_ms(phase), partial(our_ms, row, phase, precompute))
        for row in rows
        for phase in PHASES
    ]
    return table(series, TABLE_1, TIMES, cells, "ms", note)


def speedup(slow: Machine, fast: Machine, phase: str) -> float:
    return our_ms(slow, phase) / our_ms(fast, phase)


def amdahl(phase: str, part: str) -> float:
    """a or b of t = a + b / s through our times of FP16 (s = 1) and INT8 (s = 2)."""
    one, two = (our_ms(row, phase) for row in (A100_FP16, A100_INT8))
    return 2 * two - one if part == "a" else 2 * (one - two)


def _amdahl() -> tuple[Claim, ...]:
    cells = [
        (f"{phase}, {part}", value, partial(amdahl, phase, part))
        for phase, pair in AMDAHL.items()
        for part, value in zip("ab", pair, strict=True)
    ]
    return table("t = a + b / s through the FP16 and the INT8 row", derived("Table 1"), TIMES, cells, "ms",
                 "a is what no matrix unit speeds up")  # fmt: skip


TENSOR_CORES = tuple(row for row in MACHINES if not row.is_lut and row not in FITTED)
LUTS = tuple(row for row in MACHINES if row.is_lut)

NETWORKS = Section(
    "Times of a 3B model (Table 1)",
    (
        *_times("time on A100 tensor cores", FITTED, note=f"no predictions: these numbers chose {STAGES.name}"),
        *_times("time on H100 tensor cores", TENSOR_CORES),
        *_times("time on LUT arrays", LUTS, note=TRAFFIC),
        *_times("time on LUT arrays, without table traffic", LUTS, Precompute.NONE,
                "activations are read as they are, tables cost nothing"),
        *table("speed-up of LUT arrays over tensor cores", paper("summary of its gains"), DIRECTION,
               [("A100-LUT-8X over FP16, decode", 5.51, partial(speedup, A100_FP16, A100_8X, "BS1024 SEQ1")),
                ("H100-LUT-8X over FP8, decode", 2.06, partial(speedup, H100_FP8, H100_8X, "BS1024 SEQ1"))]),
        *_amdahl(),
    ),
)  # fmt: skip
