"""Kernels that no matrix unit takes part in: norms, softmax, copies, precompute, and products of a few rows."""

from __future__ import annotations

from dataclasses import dataclass

from hwsim.gpu.description import Gpu
from hwsim.gpu.kernel_time import Cause, KernelTime


@dataclass(frozen=True, slots=True)
class StreamKernel:
    """Reads and writes each byte once, ``resident_bytes`` of them in the L2, and does ``vector_ops`` on the way.

    ``efficiency`` is the share of the bandwidth that a plain stream sustains.
    """

    read_bytes: float
    written_bytes: float
    vector_ops: float = 0.0
    resident_bytes: float = 0.0
    efficiency: float = 1.0

    @property
    def compulsory_bytes(self) -> float:
        return self.read_bytes - self.resident_bytes + self.written_bytes


def stream_time(gpu: Gpu, kernel: StreamKernel) -> KernelTime:
    """The largest of the three bounds is the kernel's time: with so many threads the others hide behind it."""
    l2 = kernel.read_bytes + kernel.written_bytes
    bounds = {
        Cause.DRAM: kernel.compulsory_bytes / (gpu.dram_bytes_per_cycle * kernel.efficiency),
        Cause.L2: l2 / (gpu.l2_bytes_per_cycle * kernel.efficiency),
        Cause.VECTOR: kernel.vector_ops / gpu.vector_ops_per_cycle,
    }
    binds = max(bounds, key=lambda cause: bounds[cause])
    ms = {cause: 0.0 for cause in Cause} | {binds: gpu.milliseconds(bounds[binds]), Cause.LAUNCH: gpu.launch_us / 1e3}
    return KernelTime(ms, kernel.compulsory_bytes, l2)
