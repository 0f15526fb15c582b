"""Sparse column engines (OPT3, OPT4C, OPT4E): the issue rule, its exact cycles on operands, and the expected ones."""

from hwsim.sparse_columns.bounds import fold_bounds, row_bounds
from hwsim.sparse_columns.busy import BusyColumns, busy_columns
from hwsim.sparse_columns.expected import (
    cycles_per_operand,
    expected_cycles,
    expected_fold_cycles,
    expected_row_cycles,
    waiting_overhead,
)
from hwsim.sparse_columns.issue import column_cycles, fold_cycles, issue_cycles, read_operands
from hwsim.sparse_columns.published import average_group_count, throughput_gops
from hwsim.sparse_columns.rule import Barrier, IssueRule
from hwsim.sparse_columns.sync import expected_normal_max, normal_sync_overhead, sync_overhead

__all__ = [
    "Barrier",
    "BusyColumns",
    "IssueRule",
    "average_group_count",
    "busy_columns",
    "column_cycles",
    "cycles_per_operand",
    "expected_cycles",
    "expected_fold_cycles",
    "expected_normal_max",
    "expected_row_cycles",
    "fold_bounds",
    "fold_cycles",
    "issue_cycles",
    "normal_sync_overhead",
    "read_operands",
    "row_bounds",
    "sync_overhead",
    "throughput_gops",
    "waiting_overhead",
]
