"""Arrangements of PEs in space, one file each; a new one is a new file and one name in ARRAYS."""

from hwsim.arrays.adder_tree import AdderTree
from hwsim.arrays.base import Array
from hwsim.arrays.bit_serial_add import BitSerialAdd
from hwsim.arrays.bitslice import Bitslice
from hwsim.arrays.cube import Cube
from hwsim.arrays.dequant_mac import DequantMac
from hwsim.arrays.lut import Lut
from hwsim.arrays.lut_conventional import LutConventional
from hwsim.arrays.matrix_2d import Matrix2d
from hwsim.arrays.systolic_is import SystolicIs
from hwsim.arrays.systolic_os import SystolicOs
from hwsim.arrays.systolic_ws import SystolicWs
from hwsim.arrays.unpu import Unpu

ARRAYS: tuple[type[Array], ...] = (
    SystolicOs,
    SystolicWs,
    SystolicIs,
    Cube,
    AdderTree,
    Matrix2d,
    Bitslice,
    Lut,
    LutConventional,
    Unpu,
    BitSerialAdd,
    DequantMac,
)

__all__ = [
    "ARRAYS",
    "AdderTree",
    "Array",
    "BitSerialAdd",
    "Bitslice",
    "Cube",
    "DequantMac",
    "Lut",
    "LutConventional",
    "Matrix2d",
    "SystolicIs",
    "SystolicOs",
    "SystolicWs",
    "Unpu",
]
