"""Table 1 of the paper: seven machines with their peaks, areas and times, and the machines that stand for them here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from hwsim.gpu import GpuMachine, GpuReport, Precompute, load_gpu, run_llm

PREFILL, DECODE = "seq=2048", "phase=decode,batch=1024,seq=1"
PHASES = {"BS1 SEQ2048": PREFILL, "BS1024 SEQ1": DECODE}


@dataclass(frozen=True, slots=True)
class Machine:
    """A row: ``prefill_ms`` is BS1 SEQ2048, ``decode_ms`` BS1024 SEQ1, ``area_mm2`` is that of one SM's units."""

    name: str
    text: str
    model: str
    prefill_ms: float
    decode_ms: float
    peak_tops: int
    area_mm2: float
    density: float

    @property
    def machine(self) -> GpuMachine:
        return load_gpu(self.text)

    @property
    def is_lut(self) -> bool:
        return self.machine.unit.is_lut

    def published_ms(self, phase: str) -> float:
        return self.prefill_ms if PHASES[phase] == PREFILL else self.decode_ms


BITNET = "bitnet-b1.58-3b"
A100_FP16 = Machine("A100 FP16", "a100", "openllama-3b", 106.71, 41.15, 312, 0.975, 2.96)
A100_INT8 = Machine("A100 INT8", "a100:a=int8,w_bits=2", BITNET, 67.06, 21.70, 624, 0.312, 17.73)
LUT = "unit=lut,times={},w_bits=2,a={},registers=2"
A100_4X = Machine("A100-LUT-4X", f"a100:{LUT.format(4, 'int8')}", BITNET, 42.49, 11.41, 1248, 0.187, 61.84)
A100_8X = Machine("A100-LUT-8X", f"a100:{LUT.format(8, 'int8')}", BITNET, 38.02, 7.47, 2496, 0.373, 61.95)
H100_FP8 = Machine("H100 FP8", "h100:a=fp8e4m3,w_bits=8", BITNET, 38.20, 12.30, 1525, 0.918, 12.59)
H100_4X = Machine("H100-LUT-4X", f"h100:{LUT.format(4, 'fp8e4m3')}", BITNET, 28.70, 9.90, 1525, 0.488, 23.69)
H100_8X = Machine("H100-LUT-8X", f"h100:{LUT.format(8, 'fp8e4m3')}", BITNET, 23.48, 5.97, 3049, 0.909, 25.40)

MACHINES = (A100_FP16, A100_INT8, A100_4X, A100_8X, H100_FP8, H100_4X, H100_8X)
FITTED = (A100_FP16, A100_INT8)
"""The rows whose times chose the constant ``stages``."""


@cache
def run(text: str, workload: str, precompute: Precompute | None = None) -> GpuReport:
    """A language model on a machine, once for all claims that ask."""
    (report,) = run_llm(workload, load_gpu(text), precompute)
    return report


def our_ms(row: Machine, phase: str, precompute: Precompute | None = None) -> float:
    """The time of the model in the row; tables fused unless told."""
    return run(row.text, f"{row.model}:{PHASES[phase]}", precompute).total_ms


def peak_tops(row: Machine) -> float:
    """Two operations for each multiply-accumulate of all matrix units, at the clock."""
    machine = row.machine
    return 2 * machine.unit.macs_per_cycle(machine.gpu) * machine.gpu.sms * machine.gpu.clock_ghz / 1e3
