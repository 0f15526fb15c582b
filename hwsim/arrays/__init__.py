"""Arrangements of PEs in space, one file each; a new one is a new file and one name in ARRAYS."""

from hwsim.arrays.adder_tree import AdderTree
from hwsim.arrays.base import Array
from hwsim.arrays.bitslice import Bitslice
from hwsim.arrays.cube import Cube
from hwsim.arrays.matrix_2d import Matrix2d
from hwsim.arrays.systolic_is import SystolicIs
from hwsim.arrays.systolic_os import SystolicOs
from hwsim.arrays.systolic_ws import SystolicWs

ARRAYS: tuple[type[Array], ...] = (SystolicOs, SystolicWs, SystolicIs, Cube, AdderTree, Matrix2d, Bitslice)

__all__ = ["ARRAYS", "AdderTree", "Array", "Bitslice", "Cube", "Matrix2d", "SystolicIs", "SystolicOs", "SystolicWs"]
