"""Claims on whole networks: OPT4E beside a systolic array of the same area."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

from hwsim import load_engine
from hwsim.sparse_columns import expected_cycles
from hwsim.workload.loader import load_workload
from sweeps.reproduce.bitweight.operands import RULE, published
from sweeps.reproduce.bitweight.sources import notes
from sweeps.reproduce.bitweight.throughput import MAC_GHZ, OPT4E_LANES, SPARSE_GHZ
from sweeps.reproduce.claim import table, unchecked
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import DIRECTION

SIDE = 32
DENSE = f"systolic-os:rows={SIDE},cols={SIDE},overlap=true"
SPARSE = replace(RULE, columns=SIDE, lanes=OPT4E_LANES)
GPT2, VIT = "gpt2-small:seq=1024", "vit-b-16"
GPT2_GAIN, VIT_GAIN = 2.16, 2.02  # published
LEFT_OUT = (
    "one OPT4E per MAC and twice its clock, as published; empty groups, waiting columns and ragged folds are in; area, "
    "encoders, buffers, drains and memory are not; activations are normal at sigma 24.4"
)


@cache
def speedup(network: str) -> float:
    """Time of 32 x 32 MACs over that of as many OPT4E PEs, all matrix products of the network."""
    engine = load_engine(DENSE)
    dense, sparse = 0, 0.0
    for _, product in load_workload(network).products:
        gemm = product.gemm
        dense += int(engine.latency(gemm).expected)
        sparse += gemm.batch * -(-gemm.n // SIDE) * expected_cycles(published("ent"), gemm.m, gemm.k, SPARSE)
    return dense / MAC_GHZ / (sparse / SPARSE_GHZ)


NETWORKS = Section(
    "Networks",
    (
        *table("speed-up of OPT4E over a systolic array of the same area", notes("networks"), DIRECTION,
               [("GPT-2", GPT2_GAIN, partial(speedup, GPT2)), ("ViT", VIT_GAIN, partial(speedup, VIT))],
               note=f"GPT-2 small at a sequence of 1024, ViT-B/16; {LEFT_OUT}"),
        *table("speed-up of GPT-2 over that of ViT", notes("networks"), DIRECTION,
               [("", GPT2_GAIN / VIT_GAIN, lambda: speedup(GPT2) / speedup(VIT))],
               note="the published sequence is not known; at 1024, the short products of attention weigh most"),
        *unchecked("speed-up of OPT4E over a systolic array", notes("networks"), "MobileViT is not in the library",
                   [("MobileViT", 1.89)]),
    ),
)  # fmt: skip
