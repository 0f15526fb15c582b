"""The claims of LUT Tensor Core (ISCA 2025), one file per group; a new group is one name in the list below."""

from sweeps.reproduce.lut.cost_claims import COSTS
from sweeps.reproduce.lut.density import DENSITY
from sweeps.reproduce.lut.energy_claims import ENERGIES
from sweeps.reproduce.lut.fusion import FUSION
from sweeps.reproduce.lut.kernels import KERNELS
from sweeps.reproduce.lut.networks import NETWORKS
from sweeps.reproduce.lut.quantisation import QUANTISATION
from sweeps.reproduce.lut.tables import TABLES
from sweeps.reproduce.system import System

LUT = System(
    "lut",
    "Mo et al., LUT Tensor Core: A Software-Hardware Co-Design for LUT-Based Low-Bit LLM Inference, ISCA 2025, "
    "DOI 10.48550/arXiv.2408.06003",
    (TABLES, QUANTISATION, DENSITY, NETWORKS, FUSION, KERNELS, COSTS, ENERGIES),
)

__all__ = ["LUT"]
