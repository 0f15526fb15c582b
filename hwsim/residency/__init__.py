"""Tensors in one scratchpad: what a network asks of it, what a mapper decided, and the check that it can be done."""

from hwsim.residency.account import Account, memory_graph
from hwsim.residency.check import Walked, check_plan
from hwsim.residency.graph import Buffer, MemoryGraph, Step
from hwsim.residency.plan import MemoryPlan, Status, Stay, Transfer, TransferKind
from hwsim.residency.plan_file import MemoryPlans, load_memory_plans

__all__ = [
    "Account",
    "Buffer",
    "MemoryGraph",
    "MemoryPlan",
    "MemoryPlans",
    "Status",
    "Stay",
    "Step",
    "Transfer",
    "TransferKind",
    "Walked",
    "check_plan",
    "load_memory_plans",
    "memory_graph",
]
