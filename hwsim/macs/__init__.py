"""MAC micro-architectures, one file each; a new one is a new file and one name in MACS."""

from hwsim.macs.base import Mac
from hwsim.macs.parallel import ParallelMac

MACS: tuple[type[Mac], ...] = (ParallelMac,)

__all__ = ["MACS", "Mac", "ParallelMac"]
