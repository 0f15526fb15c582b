"""The claims of COSMA, one file per group; a new group is one name in the list below."""

from sweeps.reproduce.cosma.reductions import REDUCTIONS
from sweeps.reproduce.cosma.times import BUDGETS, TIMES
from sweeps.reproduce.system import System

COSMA = System(
    "cosma",
    "Li, Gupta, Malik, Combined Scheduling, Memory Allocation and Tensor Replacement for Minimizing Off-Chip Data "
    "Accesses of DNN Accelerators (COSMA), 2023, DOI 10.48550/arXiv.2311.18246",
    (REDUCTIONS, TIMES, BUDGETS),
)

__all__ = ["COSMA"]
