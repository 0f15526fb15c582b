"""How to run a workload on a machine: tilings, order, and later addresses."""

from mapper.objective import Objective
from mapper.planning import plan, program_of, tile_products
from mapper.tiling_search import Choice, search_tiling

__all__ = ["Choice", "Objective", "plan", "program_of", "search_tiling", "tile_products"]
