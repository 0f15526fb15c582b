"""Claims of Table 4: one layer with no precompute, with a kernel of its own, and with precompute fused."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from statistics import fmean

from hwsim.gpu import Precompute
from hwsim.gpu.calibration import TABLE_KERNEL_EFFICIENCY
from sweeps.reproduce.claim import Claim, table
from sweeps.reproduce.lut.networks import TIMES
from sweeps.reproduce.lut.sources import paper
from sweeps.reproduce.lut.table_one import run
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import Value, relative

OVERHEADS = relative(0.25)
TABLE_4 = paper("Table 4")
MACHINE = "a100:unit=lut,times=1,w_bits=1,a=fp16"
ASSUMED = (
    "the paper does not name the machine; its times are 50 to 80 % of 312 TFLOPs, so here it is an A100 with LUT "
    "arrays of the FP16 tensor cores' rate, W1A16"
)
DECODE = "phase=decode,batch=1024,seq=1"
ROWS: dict[tuple[str, str], tuple[str, tuple[float, float, float]]] = {
    ("OPT-175B", "BS1 SEQ2048"): ("opt-175b:seq=2048", (32.38, 38.77, 33.63)),
    ("OPT-175B", "BS1024 SEQ1"): (f"opt-175b:{DECODE}", (14.99, 17.43, 15.50)),
    ("BLOOM-176B", "BS1 SEQ4096"): ("bloom-176b:seq=4096", (107.11, 129.85, 108.38)),
    ("BLOOM-176B", "BS1024 SEQ1"): (f"bloom-176b:{DECODE}", (20.99, 26.05, 21.31)),
    ("LLaMA2-70B", "BS1 SEQ4096"): ("llama2-70b:seq=4096", (34.68, 37.60, 35.65)),
    ("LLaMA2-70B", "BS1024 SEQ1"): (f"llama2-70b:{DECODE}", (11.45, 15.21, 11.75)),
}  # workload; ms of Welder, with precompute, with precompute fused
COLUMNS = (Precompute.NONE, Precompute.SEPARATE, Precompute.FUSED)
MEANS = {  # per cent, as the text of the paper has them
    "prefill": {Precompute.SEPARATE: 16.47, Precompute.FUSED: 2.62},
    "decode": {Precompute.SEPARATE: 24.41, Precompute.FUSED: 2.52},
}


def layer_ms(workload: str, precompute: Precompute) -> float:
    return run(MACHINE, f"{workload},logits=none,layers=1", precompute).layer_ms


def overhead(workload: str, precompute: Precompute) -> float:
    """Per cent over the layer without precompute."""
    return 100 * (layer_ms(workload, precompute) / layer_ms(workload, Precompute.NONE) - 1)


def mean_overhead(phase: str, precompute: Precompute) -> float:
    chosen = [workload for workload, _ in ROWS.values() if (DECODE in workload) == (phase == "decode")]
    return fmean(overhead(workload, precompute) for workload in chosen)


def _times(column: int) -> Iterator[tuple[str, Value, partial[float]]]:
    for (model, size), (workload, ms) in ROWS.items():
        yield f"{model}, {size}", ms[column], partial(layer_ms, workload, COLUMNS[column])


def _overheads(column: int) -> Iterator[tuple[str, Value, partial[float]]]:
    for (model, size), (workload, ms) in ROWS.items():
        published = round(100 * (ms[column] / ms[0] - 1), 1)
        yield f"{model}, {size}", published, partial(overhead, workload, COLUMNS[column])


def _means(precompute: Precompute, note: str, *phases: str) -> tuple[Claim, ...]:
    cells = [(phase, MEANS[phase][precompute], partial(mean_overhead, phase, precompute)) for phase in phases]
    return table(f"mean overhead of {precompute.value} precompute", paper("3.3.2"), OVERHEADS, cells, "%", note)


SEPARATE, FUSED = Precompute.SEPARATE, Precompute.FUSED
FUSION = Section(
    "Precompute (Table 4)",
    (
        *table("time of a layer without precompute", TABLE_4, TIMES, _times(0), "ms", ASSUMED),
        *table("time of a layer with separate precompute", TABLE_4, TIMES, _times(1), "ms", ASSUMED),
        *table("time of a layer with fused precompute", TABLE_4, TIMES, _times(2), "ms", ASSUMED),
        *_means(SEPARATE, f"prefill chose the constant {TABLE_KERNEL_EFFICIENCY.name}: only decode is a prediction",
                "prefill", "decode"),
        *_means(FUSED, "8 INT8 entries are as many bytes as 4 FP16 activations; only additions and scales are added",
                "prefill", "decode"),
        *table("overhead of separate precompute, layer by layer", TABLE_4, OVERHEADS, _overheads(1), "%"),
        *table("overhead of fused precompute, layer by layer", TABLE_4, OVERHEADS, _overheads(2), "%"),
    ),
)  # fmt: skip
