"""A GPU as the tile model sees it: rates, capacities and bandwidths, with presets and where their numbers stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from hwsim.errors import SpecError
from hwsim.gpu.calibration import DRAM_EFFICIENCY, LAUNCH_US, STAGES

KIB, MIB = 1 << 10, 1 << 20


@dataclass(frozen=True, slots=True)
class Gpu:
    """Streaming multiprocessors (SMs) around one L2 and one DRAM.

    ``*_macs`` are multiply-accumulates of one tensor core per cycle with sums in 32 bits, 0 where it has none of that
    kind. What stands under "per SM" is each SM's own. Raises SpecError for a number that cannot be.
    """

    sms: int
    clock_ghz: float
    tensor_cores: int
    """per SM"""
    fp16_macs: int
    int8_macs: int
    fp8_macs: int
    vector_lanes: int
    """operations per cycle and SM outside the tensor cores"""
    register_bytes: int
    """per SM"""
    shared_bytes: int
    """per SM, of those that thread blocks may have"""
    shared_bytes_per_cycle: int
    """per SM"""
    shared_latency_cycles: int
    l2_bytes: int
    l2_bytes_per_cycle: int
    dram_gb_per_s: float
    dram_efficiency: float = DRAM_EFFICIENCY.value
    launch_us: float = LAUNCH_US.value
    stages: int = int(STAGES.value)

    def __post_init__(self) -> None:
        may_be_zero = ("int8_macs", "fp8_macs", "shared_latency_cycles", "launch_us")
        for field in fields(self):
            value = getattr(self, field.name)
            if not (0 < value < float("inf") or (value == 0 and field.name in may_be_zero)):
                raise SpecError(f"a GPU's {field.name} must be above 0, not {value}")
        if self.dram_efficiency > 1:
            raise SpecError(f"a GPU's dram_efficiency is at most 1, not {self.dram_efficiency}")

    @property
    def dram_bytes_per_cycle(self) -> float:
        """What a stream sustains."""
        return self.dram_gb_per_s * self.dram_efficiency / self.clock_ghz

    @property
    def vector_ops_per_cycle(self) -> int:
        """Of all SMs."""
        return self.sms * self.vector_lanes

    def milliseconds(self, cycles: float) -> float:
        return cycles / self.clock_ghz / 1e6


_AMPERE = {"tensor_cores": 4, "register_bytes": 256 * KIB, "shared_bytes_per_cycle": 128, "shared_latency_cycles": 29}

GPUS: Mapping[str, Gpu] = {
    "a100": Gpu(
        **_AMPERE,
        sms=108, clock_ghz=1.41, fp16_macs=256, int8_macs=512, fp8_macs=0, vector_lanes=64, shared_bytes=164 * KIB,
        l2_bytes=40 * MIB, l2_bytes_per_cycle=5120, dram_gb_per_s=1555.0,
    ),
    "h100": Gpu(
        **_AMPERE,
        sms=132, clock_ghz=1.41, fp16_macs=512, int8_macs=1024, fp8_macs=1024, vector_lanes=128,
        shared_bytes=228 * KIB, l2_bytes=50 * MIB, l2_bytes_per_cycle=5120, dram_gb_per_s=3352.0,
    ),
    "rtx3090": Gpu(
        **_AMPERE,
        sms=82, clock_ghz=1.695, fp16_macs=64, int8_macs=256, fp8_macs=0, vector_lanes=128, shared_bytes=100 * KIB,
        l2_bytes=6 * MIB, l2_bytes_per_cycle=1536, dram_gb_per_s=936.0,
    ),
}  # fmt: skip

SOURCES: Mapping[str, Mapping[str, str]] = {
    "a100": {
        "sms, clock_ghz, tensor_cores, fp16_macs, int8_macs": "LUT Tensor Core, 4.1: 312 TFLOPs and 624 TOPs",
        "shared_bytes, shared_latency_cycles, l2_bytes": "the Accel-Sim configuration of the paper's artifact",
        "l2_bytes_per_cycle, register_bytes, vector_lanes, shared_bytes_per_cycle": "NVIDIA, A100 white paper",
        "dram_gb_per_s": "NVIDIA, A100 40 GB data sheet",
    },
    "h100": {
        "sms, clock_ghz, tensor_cores, fp8_macs": "Table 1: 1525 TFLOPs at 1.41 GHz, to which the paper normalises",
        "fp16_macs, int8_macs, vector_lanes, register_bytes, shared_bytes, l2_bytes": "NVIDIA, H100 white paper (SXM5)",
        "dram_gb_per_s": "NVIDIA, H100 SXM5 data sheet",
        "l2_bytes_per_cycle, shared_bytes_per_cycle": "Ultrasonics Sonochemistry 99 (2023), 106546, Table 3: "
        "8986 GB/s, and 32348 GB/s for 144 SMs, at 1.755 GHz; as the A100's",
        "shared_latency_cycles": "assumed as the A100's",
    },
    "rtx3090": {
        "sms, clock_ghz, fp16_macs, int8_macs, vector_lanes, register_bytes, shared_bytes, l2_bytes": "NVIDIA, GA102 "
        "white paper: 71 TFLOPs in FP16 with FP32 sums (142 with FP16 sums, which the model has not), 285 TOPS in INT8",
        "dram_gb_per_s": "NVIDIA, RTX 3090 data sheet",
        "l2_bytes_per_cycle": "assumed: 48 slices of 32 bytes",
        "shared_bytes_per_cycle, shared_latency_cycles": "assumed as the A100's",
    },
}
"""Where the numbers of the presets stand."""
