"""GPU-like machines with tensor cores or LUT arrays (LUT Tensor Core): whole language models, tile by tile."""

from hwsim.gpu.assumptions import ASSUMPTIONS
from hwsim.gpu.calibration import CONSTANTS, Constant
from hwsim.gpu.description import GPUS, SOURCES, Gpu
from hwsim.gpu.kernel_time import Cause, KernelTime, product_times
from hwsim.gpu.language_model import run_llm, time_workload
from hwsim.gpu.precompute import Precompute
from hwsim.gpu.product import ProductKernel
from hwsim.gpu.registry import GpuMachine, load_gpu
from hwsim.gpu.report import GpuReport, KernelRow
from hwsim.gpu.stream import StreamKernel, stream_time
from hwsim.gpu.tiles import CANDIDATES, Tile, Tiles
from hwsim.gpu.unit import MatrixUnit, UnitKind

__all__ = [
    "ASSUMPTIONS",
    "CANDIDATES",
    "CONSTANTS",
    "GPUS",
    "SOURCES",
    "Cause",
    "Constant",
    "Gpu",
    "GpuMachine",
    "GpuReport",
    "KernelRow",
    "KernelTime",
    "MatrixUnit",
    "Precompute",
    "ProductKernel",
    "StreamKernel",
    "Tile",
    "Tiles",
    "UnitKind",
    "load_gpu",
    "product_times",
    "run_llm",
    "stream_time",
    "time_workload",
]
