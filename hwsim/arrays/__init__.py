"""Arrangements of PEs in space, one file each; a new one is a new file and one name in ARRAYS."""

from hwsim.arrays.base import Array
from hwsim.arrays.systolic_os import SystolicOs

ARRAYS: tuple[type[Array], ...] = (SystolicOs,)

__all__ = ["ARRAYS", "Array", "SystolicOs"]
