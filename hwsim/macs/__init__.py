"""MAC micro-architectures, one file each; a new one is a new file and one name in MACS."""

from hwsim.macs.base import Mac
from hwsim.macs.opt3 import Opt3
from hwsim.macs.opt4c import Opt4c
from hwsim.macs.opt4e import Opt4e
from hwsim.macs.parallel import ParallelMac

DENSE_MACS: tuple[type[Mac], ...] = (ParallelMac,)
"""Those that take one whole product per cycle."""

SPARSE_MACS: tuple[type[Mac], ...] = (Opt4c, Opt3, Opt4e)
"""Those that issue digits, for columns that each have their own pace."""

MACS: tuple[type[Mac], ...] = (*DENSE_MACS, *SPARSE_MACS)

__all__ = ["DENSE_MACS", "MACS", "SPARSE_MACS", "Mac", "Opt3", "Opt4c", "Opt4e", "ParallelMac"]
