"""MAC micro-architectures, one file each; a new one is a new file and one name in MACS."""

from hwsim.macs.base import Mac
from hwsim.macs.parallel import ParallelMac

DENSE_MACS: tuple[type[Mac], ...] = (ParallelMac,)
"""Those that take one whole product per cycle."""

MACS: tuple[type[Mac], ...] = (*DENSE_MACS,)

__all__ = ["DENSE_MACS", "MACS", "Mac", "ParallelMac"]
