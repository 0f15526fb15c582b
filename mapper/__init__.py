"""How to run a workload on a machine: tilings, order, and later addresses."""

from mapper.objective import Objective
from mapper.planning import plan
from mapper.tiling_search import Choice, search_tiling

__all__ = ["Choice", "Objective", "plan", "search_tiling"]
