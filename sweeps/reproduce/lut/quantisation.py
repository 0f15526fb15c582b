"""Claims on quantised tables: which scale costs how much, and what accuracy it leaves."""

from __future__ import annotations

from functools import cache, partial

import numpy as np

from hwsim.low_bit import Scheme, quantise_weights
from hwsim.lut import Synthetic, synthetic_errors
from sweeps.reproduce.claim import measured, table, unchecked
from sweeps.reproduce.lut.sources import paper
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import DIRECTION, EXACT

K, N, ROWS = 4096, 32, 16
ELSEWHERE = measured("NMSE of products with k = 4096, drawn operands")
KINDS = {"Gaussian": Synthetic.GAUSSIAN, "Laplace": Synthetic.LAPLACE, "outliers": Synthetic.OUTLIERS}
RATIOS = {"Gaussian": 2.8e-5 / 1.2e-5, "outliers": 2.7e-4 / 7e-6}
ACCURACY = {
    "WikiText2 perplexity": (7.68, 7.69), "MMLU": (30.5, 30.61), "HellaSwag": (49.2, 49.2), "BoolQ": (70.2, 70.0),
    "OpenBookQA": (25.8, 26.2), "PIQA": (73.8, 73.7), "WinoGrande": (63.1, 63.5), "mean of the tasks": (56.4, 56.5),
}  # fmt: skip


@cache
def errors() -> dict[Synthetic, dict[str, float]]:
    """Errors by distribution, and by what is quantised over which set."""
    weights = quantise_weights(np.random.default_rng(1).standard_normal((K, N)), 2, Scheme.SYMMETRIC)
    found = synthetic_errors(weights, ROWS)
    return {kind: {f"{row.what} {row.scale}": row.nmse for row in rows} for kind, rows in found.items()}


def ordered(kind: Synthetic) -> bool:
    """Whether a scale per table is better than one per 64 activations, and that than one per token."""
    of = errors()[kind]
    return of["int8 tables table"] < of["int8 tables group:64"] < of["int8 tables token"]


def finer(kind: Synthetic) -> float:
    """Error of INT8 activations with a scale per 64 over that of INT8 tables with a scale each."""
    of = errors()[kind]
    return of["int8 activations group:64"] / of["int8 tables table"]


QUANTISATION = Section(
    "Quantised tables",
    (
        *table("error per table < per 64 activations < per token", ELSEWHERE, EXACT,
               [(name, True, partial(ordered, kind)) for name, kind in KINDS.items()]),
        *table("error of INT8 activations over INT8 tables", ELSEWHERE, DIRECTION,
               [(name, ratio, partial(finer, KINDS[name])) for name, ratio in RATIOS.items()],
               note="a scale per 64 activations against one per table: the paper claims that tables are finer (3.1.3)"),
        *unchecked("LLaMA2-7B, W2A16, without table quantisation", paper("Table 5"), "needs the model and its data",
                   [(name, pair[0]) for name, pair in ACCURACY.items()]),
        *unchecked("LLaMA2-7B, W2, INT8 tables", paper("Table 5"), "needs the model and its data",
                   [(name, pair[1]) for name, pair in ACCURACY.items()]),
    ),
)  # fmt: skip
