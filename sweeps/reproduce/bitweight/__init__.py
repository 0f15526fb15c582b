"""The claims of the bit-weight paper (HPCA 2025), one file per group; a new group is one name in the list below."""

from sweeps.reproduce.bitweight.array_claims import ARRAY_COSTS
from sweeps.reproduce.bitweight.arrays import ARRAYS
from sweeps.reproduce.bitweight.bit_serial import BIT_SERIAL
from sweeps.reproduce.bitweight.digits import DIGITS
from sweeps.reproduce.bitweight.equivalence import EQUIVALENCE
from sweeps.reproduce.bitweight.issue import ISSUE
from sweeps.reproduce.bitweight.nests import NESTS
from sweeps.reproduce.bitweight.networks import NETWORKS
from sweeps.reproduce.bitweight.pe_claims import PE_COSTS
from sweeps.reproduce.bitweight.serial_claims import SERIAL_COSTS
from sweeps.reproduce.bitweight.throughput import THROUGHPUT
from sweeps.reproduce.bitweight.waiting import WAITING
from sweeps.reproduce.system import System

BITWEIGHT = System(
    "bitweight",
    "Wu et al., Exploring the Performance Improvement of Tensor Processing Engines through Transformation in the "
    "Bit-weight Dimension of MACs, HPCA 2025, DOI 10.1109/HPCA61900.2025.00058",
    (
        DIGITS,
        ISSUE,
        WAITING,
        EQUIVALENCE,
        NESTS,
        ARRAYS,
        THROUGHPUT,
        NETWORKS,
        BIT_SERIAL,
        PE_COSTS,
        ARRAY_COSTS,
        SERIAL_COSTS,
    ),
)

__all__ = ["BITWEIGHT"]
