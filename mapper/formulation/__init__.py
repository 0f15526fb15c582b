"""Integer programs of the network mapper, through PuLP: COSMA's as published, one binary per gap, the tight form."""

from mapper.formulation.gap import GapModel, solve_gap
from mapper.formulation.published import (
    Peak,
    build_peak,
    build_published,
    minimum_peak,
    read_published,
    solve_published,
)
from mapper.formulation.rows import Rows, export_model
from mapper.formulation.solution import Solution
from mapper.formulation.tight import TightModel, solve_tight
from mapper.formulation.variables import Corrections, Published

__all__ = [
    "Corrections",
    "GapModel",
    "Peak",
    "Published",
    "Rows",
    "Solution",
    "TightModel",
    "build_peak",
    "build_published",
    "export_model",
    "minimum_peak",
    "read_published",
    "solve_gap",
    "solve_published",
    "solve_tight",
]
