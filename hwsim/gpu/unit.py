"""The matrix units in the SMs: tensor cores that multiply, or LUT arrays that look up, and what they take."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hwsim.errors import SpecError
from hwsim.floats import FP16
from hwsim.formats import FLOATS, Format, IntFormat
from hwsim.gpu.description import Gpu
from hwsim.low_bit.weights import MAX_BITS
from hwsim.lut import ScaleSharing, TableGeometry, TableScale

TIMES_MACS = 256
"""Multiply-accumulates per cycle and tensor core of ``times=1``: the FP16 tensor core of the A100 (Table 1's "1X")."""
SCALE_BITS = 16
"""A scale of quantised tables or of weights is FP16."""


class UnitKind(Enum):
    """How a product of activations and low-bit weights is made."""

    MAC = "mac"
    """the GPU's own tensor cores; weights are unpacked on the way"""
    LUT = "lut"
    """arrays M2 N64 K4 that look up in tables, one bit plane of the weights per cycle"""


@dataclass(frozen=True, slots=True)
class UnitShape:
    """Rows, columns and depth that a unit works on at once; tiles are multiples of them."""

    m: int
    n: int
    k: int

    @property
    def macs(self) -> int:
        return self.m * self.n * self.k


SHAPES = {UnitKind.MAC: UnitShape(16, 8, 16), UnitKind.LUT: UnitShape(2, 64, 4)}
"""The instruction mma.m16n8k16 of the tensor cores, and the array that the paper chose (3.2.2)."""
LIMITS = {"times": 64, "registers": 8, "entry_bits": 32, "scale": None, "share": None, "w_group": None}
"""The largest value of a field; all are at least 1, but for"""
LEAST = {"w_group": 0}
LUT_BITS = tuple(range(1, MAX_BITS + 1))
"""All that low-bit weights have: a LUT array takes one bit plane per cycle, however many there are."""
MAC_BITS = (1, 2, 3, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class MatrixUnit:
    """What multiplies low-bit weights of ``w_bits`` bits with activations of format ``a``.

    For LUT arrays, ``times`` is their rate at these weights over that of the A100's FP16 tensor core, ``entry_bits``
    the width of a table's entry, ``scale`` the activations that share one scale of the entries, ``share`` the columns
    that share a table where every unit makes its own (`Precompute.NAIVE`). ``w_group`` weights share a scale and a zero
    point that are read with them; 0 is a scale per channel or tensor, whose bytes are left out. ``registers`` is the
    capacity of the register file over the GPU's own (2 is the paper's double register modelling). Raises SpecError for
    what no unit is.
    """

    unit: UnitKind = UnitKind.MAC
    times: int = 1
    w_bits: int = 16
    a: Format = FP16
    registers: int = 1
    entry_bits: int = 8
    scale: int = 64
    share: int = 4
    w_group: int = 0

    def __post_init__(self) -> None:
        bits = LUT_BITS if self.unit is UnitKind.LUT else MAC_BITS
        if self.w_bits not in bits:
            raise SpecError(f"unit={self.unit.value} takes weights of {listed(bits)} bits, not {self.w_bits}")
        for name, most in LIMITS.items():
            value = getattr(self, name)
            if value < LEAST.get(name, 1) or (most is not None and value > most):
                least = LEAST.get(name, 1)
                raise SpecError(f"{name} is {f'{least} to {most}' if most else f'at least {least}'}, not {value}")
        if self.unit is UnitKind.MAC and self.w_bits > self.a.bits:
            raise SpecError(f"unit=mac takes weights of at most the {self.a.bits} bits of {self.a}, not {self.w_bits}")
        if self.unit is UnitKind.MAC and self.times != 1:
            raise SpecError(f"times belongs to unit=lut; a tensor core has its own rate, not times={self.times}")
        if (tables := self.tables) is not None:  # made here, so that activations without tables are refused
            TableScale(ScaleSharing.GROUP, self.scale).elements(tables.group, tables.group)

    @property
    def is_lut(self) -> bool:
        return self.unit is UnitKind.LUT

    @property
    def shape(self) -> UnitShape:
        return SHAPES[self.unit]

    @property
    def tables(self) -> TableGeometry | None:
        """The tables of a LUT array."""
        if not self.is_lut:
            return None
        return TableGeometry(self.a, self.shape.k, IntFormat(self.entry_bits))

    @property
    def table_bytes(self) -> float:
        """Bytes of tables and scales for each activation (0 without tables)."""
        tables = self.tables
        return (tables.table_bits / tables.group + SCALE_BITS / self.scale) / 8 if tables else 0.0

    @property
    def weight_bytes(self) -> float:
        """Bytes of a weight, and of its share of a scale and a zero point."""
        return (self.w_bits + ((SCALE_BITS + self.w_bits) / self.w_group if self.w_group else 0)) / 8

    @property
    def accumulator_bytes(self) -> int:
        """LUT arrays sum floats in FP16, as the released RTL does; everything else is summed in 32 bits."""
        return 2 if self.is_lut and not isinstance(self.a, IntFormat) else 4

    @property
    def unpack_ops(self) -> int:
        """Operations that turn a stored weight into an operand: tensor cores need it as wide as the activations."""
        return int(not self.is_lut and self.w_bits < self.a.bits)

    def macs_per_cycle(self, gpu: Gpu) -> int:
        """Of one SM. Raises SpecError for a format that its tensor cores do not take."""
        if self.is_lut:
            return self.times * TIMES_MACS * gpu.tensor_cores
        rate = _tensor_core_macs(gpu, self.a)
        if not rate:
            raise SpecError(f"these tensor cores do not take activations of {self.a}; unit=lut does, or another gpu")
        return rate * gpu.tensor_cores

    def arrays(self, gpu: Gpu) -> int:
        """LUT arrays of one SM: each takes as many cycles per step as the weights have bits."""
        return -(-self.macs_per_cycle(gpu) * self.w_bits // self.shape.macs) if self.is_lut else 0


def _tensor_core_macs(gpu: Gpu, a: Format) -> int:
    if a in (FLOATS["fp16"], FLOATS["bf16"]):
        return gpu.fp16_macs
    if a in (FLOATS["fp8e4m3"], FLOATS["fp8e5m2"]):
        return gpu.fp8_macs
    return gpu.int8_macs if isinstance(a, IntFormat) and a.bits <= 8 else 0


def listed(values: tuple[int, ...]) -> str:
    """The numbers as a sentence has them: 1, 2 or 4."""
    return f"{', '.join(map(str, values[:-1]))} or {values[-1]}"
