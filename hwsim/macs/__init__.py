"""MAC micro-architectures, one file each; a new one is a new file and one name in MACS."""

from hwsim.macs.base import Mac
from hwsim.macs.bit_weight import BitWeightMac
from hwsim.macs.booth import BoothMac
from hwsim.macs.fused import FusedMac
from hwsim.macs.low_bit import LowBitMac
from hwsim.macs.opt1 import Opt1Mac
from hwsim.macs.opt2 import Opt2Mac
from hwsim.macs.opt3 import Opt3
from hwsim.macs.opt4c import Opt4c
from hwsim.macs.opt4e import Opt4e
from hwsim.macs.parallel import ParallelMac

DENSE_MACS: tuple[type[Mac], ...] = (ParallelMac, BoothMac, FusedMac, Opt1Mac)
"""Those that take one whole product per cycle and add it to a sum of their own."""

TREE_MACS: tuple[type[Mac], ...] = (ParallelMac, BoothMac, Opt1Mac, Opt2Mac)
"""Those whose products a tree adds up."""

SPARSE_MACS: tuple[type[Mac], ...] = (Opt4c, Opt3, Opt4e)
"""Those that issue digits, for columns that each have their own pace."""

MACS: tuple[type[Mac], ...] = (*DENSE_MACS, Opt2Mac, *SPARSE_MACS, LowBitMac)

__all__ = [
    "DENSE_MACS",
    "MACS",
    "SPARSE_MACS",
    "TREE_MACS",
    "BitWeightMac",
    "BoothMac",
    "FusedMac",
    "LowBitMac",
    "Mac",
    "Opt1Mac",
    "Opt2Mac",
    "Opt3",
    "Opt4c",
    "Opt4e",
    "ParallelMac",
]
