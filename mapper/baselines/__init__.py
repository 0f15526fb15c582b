"""What the network mapper is compared with: linear arena, Belady's rule, greedy cover, and the optimum of one order."""

from mapper.baselines.arena import place_in_arena
from mapper.baselines.plans import Failure, baseline_plans, gap_plan, replacement_plan
from mapper.baselines.replacement import Candidate, belady, greedy_cover, replace

__all__ = [
    "Candidate",
    "Failure",
    "baseline_plans",
    "belady",
    "gap_plan",
    "greedy_cover",
    "place_in_arena",
    "replace",
    "replacement_plan",
]
