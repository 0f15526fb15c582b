"""Values and pure functions: what a machine is, and what it does each cycle."""

from hwsim.engine import ENGINES, Engine, load_engine
from hwsim.errors import HwsimError, MissingToolError, ProgramError, SpecError, WorkloadError
from hwsim.formats import FloatFormat, Format, IntFormat
from hwsim.gemm import Gemm, Shapes
from hwsim.latency import Latency
from hwsim.layer_run import Depth
from hwsim.machine import Machine, load_machine, make_machine
from hwsim.machine_fields import MACHINE_FIELDS, MACHINES
from hwsim.memory import Dram, Scratchpad
from hwsim.operands import Operands, load_operands
from hwsim.ports import Beat, Port
from hwsim.program import Program, load_program
from hwsim.report import LayerReport, OperatorReport, Report
from hwsim.simulation import simulate
from hwsim.tiles.demand import Demand
from hwsim.tiles.pipeline import Stall, Tile, Timeline
from hwsim.tiles.tiling import Operand, Tiling
from hwsim.tiles.traffic import Reason, Stream
from hwsim.workload.graph import Workload
from hwsim.workload.loader import load_workload
from hwsim.workload.operator import Kind, Movement, Operator, Product
from hwsim.workload.tensor import Role, Tensor

__all__ = [
    "ENGINES",
    "MACHINES",
    "MACHINE_FIELDS",
    "Beat",
    "Demand",
    "Depth",
    "Dram",
    "Engine",
    "FloatFormat",
    "Format",
    "Gemm",
    "HwsimError",
    "IntFormat",
    "Kind",
    "Latency",
    "LayerReport",
    "Machine",
    "MissingToolError",
    "Movement",
    "Operand",
    "Operands",
    "Operator",
    "OperatorReport",
    "Port",
    "Product",
    "Program",
    "ProgramError",
    "Reason",
    "Report",
    "Role",
    "Scratchpad",
    "Shapes",
    "SpecError",
    "Stall",
    "Stream",
    "Tensor",
    "Tile",
    "Tiling",
    "Timeline",
    "Workload",
    "WorkloadError",
    "load_engine",
    "load_machine",
    "load_operands",
    "load_program",
    "load_workload",
    "make_machine",
    "simulate",
]
