"""Claims on single kernels: the example log of the artifact, and the three points of Figure 19."""

from __future__ import annotations

from functools import cache, partial

from hwsim.gpu import KernelTime, Precompute, ProductKernel, Tile, Tiles, load_gpu, product_times
from hwsim.gpu.planning import product_kernel
from hwsim.gpu.tiles import CANDIDATES
from sweeps.reproduce.claim import derived, table, unchecked
from sweeps.reproduce.lut.networks import TIMES
from sweeps.reproduce.lut.sources import artifact, figure, paper
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import DIRECTION, EXACT, relative

LOG = artifact("the example log of Accel-Sim")
LOG_MACHINE = "a100:unit=lut,times=4,w_bits=2,a=fp16,stages=2"
LOG_GEMM = (2048, 3456 * 8, 2560)  # N was divided by 8 in the trace, so that the bytes of two-bit weights match
LOG_TILE = Tile(64, 64 * 8, 32)
READING = relative(0.10)  # of figures
FIG_GEMM = (2048, 27648, 5120)  # that of Figure 15; Figure 19 does not name one
FIG_TILE = Tile(128, 512, 32)  # the paper's example of a good thread block
PLAIN, ALL, DOUBLE = (f"a100:unit=lut,times=4,w_bits=1,a=fp16{more}" for more in (",entry_bits=16", "", ",registers=2"))
UNNAMED = "the figure names no product: that of Figure 15 is taken"


def kernel(text: str, gemm: tuple[int, int, int], precompute: Precompute) -> ProductKernel:
    return product_kernel(load_gpu(text), *gemm, precompute)


@cache
def time_of(text: str, gemm: tuple[int, int, int], precompute: Precompute, tile: Tile | None = None) -> KernelTime:
    tiles = CANDIDATES if tile is None else Tiles.of(tile)
    (found,) = product_times(load_gpu(text).gpu, (kernel(text, gemm, precompute),), tiles)
    return found


def log_cycles() -> float:
    """Cycles of the traced kernel, its launch left out."""
    machine = load_gpu(LOG_MACHINE)
    found = time_of(LOG_MACHINE, LOG_GEMM, Precompute.NONE, LOG_TILE)
    return (found.total_ms - machine.gpu.launch_us / 1e3) * machine.gpu.clock_ghz * 1e6


def ideal_cycles() -> int:
    """Multiply-accumulates over what all matrix units do in a cycle."""
    gpu = load_gpu(LOG_MACHINE).gpu
    work = kernel(LOG_MACHINE, LOG_GEMM, Precompute.NONE)
    return -(-work.macs // (work.macs_per_cycle * gpu.sms))


def utilisation() -> float:
    return 100 * ideal_cycles() / log_cycles()


def l2_gb_per_s() -> float:
    """Bytes between L2 and SMs over the cycles of the kernel."""
    found = time_of(LOG_MACHINE, LOG_GEMM, Precompute.NONE, LOG_TILE)
    return found.l2_bytes / log_cycles() * load_gpu(LOG_MACHINE).gpu.clock_ghz


def flop_per_byte(text: str, tile: Tile | None = None) -> float:
    """Operations over the bytes between L2 and SMs, tables fused."""
    m, n, k = FIG_GEMM
    return 2 * m * n * k / time_of(text, FIG_GEMM, Precompute.FUSED, tile).l2_bytes


def tflops(text: str, precompute: Precompute) -> float:
    m, n, k = FIG_GEMM
    return 2 * m * n * k / time_of(text, FIG_GEMM, precompute).total_ms / 1e9


FIG_19 = figure("Figure 19")
KERNELS = Section(
    "Kernels (artifact, Figure 19)",
    (
        *table("ideal cycles of the logged kernel", derived("work over rate"), EXACT, [("", 327680, ideal_cycles)],
               "cycles"),
        *table("cycles of the logged kernel", LOG, TIMES, [("", 804234, log_cycles)], "cycles",
               "its own tile and two stages; the log has 20.3 M bank conflicts, the model none"),
        *table("utilisation of the logged kernel", LOG, TIMES, [("", 40.7, utilisation)], "%"),
        *table("L2 bandwidth of the logged kernel", LOG, TIMES, [("", 1717, l2_gb_per_s)], "GB/s"),
        *table("rate of CUTLASS, FP16", FIG_19, READING, [("", 288.9, partial(tflops, "a100", Precompute.NONE))],
               "TFLOP/s", UNNAMED),
        *table("rate of LUT arrays, W1A16, 4X, double registers", FIG_19, READING,
               [("", 1104, partial(tflops, DOUBLE, Precompute.FUSED))], "TFLOP/s", UNNAMED),
        *table(f"operations per byte in thread blocks of {FIG_TILE}", FIG_19, READING,
               [("FP16 tables", 225, partial(flop_per_byte, PLAIN, FIG_TILE)),
                ("all optimisations", 374, partial(flop_per_byte, ALL, FIG_TILE))], "FLOP/B",
               f"bytes between L2 and SMs; {UNNAMED}"),
        *table("operations per byte in our best tile", FIG_19, READING,
               [("all optimisations", 374, partial(flop_per_byte, ALL)),
                ("double registers", 736, partial(flop_per_byte, DOUBLE))], "FLOP/B", UNNAMED),
        *table("operations per byte of double registers over single ones", FIG_19, DIRECTION,
               [("", 736 / 374, lambda: flop_per_byte(DOUBLE) / flop_per_byte(ALL))]),
        *unchecked("gain over LUT-GEMM at 57.2 % of the area", paper("Figure 18"),
                   "needs the kernels of LUT-GEMM on a GPU", [("GEMV, at most", 1.42), ("GEMM, at most", 72.2)]),
        *unchecked("speed of kernels of today over cuBLAS in FP16, W4A16", figure("Figure 4"),
                   "needs the kernels on a GPU", [("LUT-GEMM, BS1", 3.5), ("LUT-GEMM, BS1024", 0.02),
                                                  ("LUT-GEMM, BS4096", 0.01), ("CUTLASS, large batches", 0.8)]),
        *unchecked("kernel times of a product of LLaMA2-13B", paper("Figure 15"), "its bars were not recovered",
                   [("W1A16 at 14.3 % of the area", "slightly above the tensor core")]),
        *unchecked("mean error of the tile simulator", paper("Figure 16"), "needs its measurements of GPUs",
                   [("", 5.21)], "%"),
        *unchecked("speed-up of whole models, at most", paper("Figure 17"),
                   "its bars were not recovered, and it is not said for which machine and size", [("", 8.2)]),
    ),
)  # fmt: skip
