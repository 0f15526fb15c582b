"""From UNPU to LUT Tensor Core in three steps (Table 2), and the areas of tensor cores (Table 1), as ratios."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from sweeps.reproduce.claim import AUTHORS, Answer
from sweeps.reproduce.costs.engines import area_um2
from sweeps.reproduce.costs.figures import Costs
from sweeps.reproduce.tolerance import Value

INDEX_XOR = """module index_xor (input wire [2:0] word, input wire sign, output wire [2:0] number);
    assign number = word ^ {3{sign}};
endmodule
"""
"""What complements the number of an entry in a unit where weights are not remapped beforehand."""

SHAPE = "m=2,n=64,w_bits=2,a=int8,entry=symmetric"
UNITS, LUT_PRODUCTS, UNPU_PRODUCTS = 128, 4, 3
STEPS = ("weight reinterpretation", "negation circuit eliminated", "DFG transform and fusion")


def _areas(costs: Costs, acc: str, registers: str) -> tuple[float, ...]:
    """UNPU and the array after each step, for as many products: UNPU's table of eight entries serves three.

    Its table is shared by all columns, as in every other step.
    """
    common = f"{SHAPE},acc={acc},registers={registers}"
    unpu = area_um2(costs, f"lut-conventional:{common},k={UNPU_PRODUCTS},share=64") * LUT_PRODUCTS / UNPU_PRODUCTS
    remapped = area_um2(costs, f"lut:{common},k={LUT_PRODUCTS}")
    complementing = remapped + UNITS * costs.gates("index_xor", INDEX_XOR).area_um2
    return unpu, complementing, remapped, area_um2(costs, f"lut:{common},k={LUT_PRODUCTS},precompute=fused")


def _gains(costs: Costs, acc: str = "int16", registers: str = "inside") -> tuple[float, ...]:
    unpu, *after = _areas(costs, acc, registers)
    return tuple(unpu / area for area in after)


def step(index: int, costs: Costs) -> Answer:
    """Density over UNPU after a step, sums of 16 bits; beside it without registers, and with wider sums."""
    beside: Mapping[str, Value] = {
        AUTHORS: _gains(costs, registers="outside")[index],
        "sums of 32 bits": _gains(costs, "int32")[index],
    }
    return Answer(_gains(costs)[index], beside)


def all_steps(costs: Costs) -> Answer:
    """Density of LUT Tensor Core over UNPU; beside it over the engine ``unpu``, whose units have builders and tables
    of their own."""
    unpu = area_um2(costs, f"unpu:{SHAPE},acc=int16,k=4") * LUT_PRODUCTS / UNPU_PRODUCTS
    own = unpu / area_um2(costs, f"lut:{SHAPE},acc=int16,k=4,precompute=fused")
    return Answer(_gains(costs)[-1], {"with a table in every unit": own})


def rises(costs: Costs) -> str:
    """Whether every step gains density."""
    gains = (1.0, *_gains(costs))
    return "yes" if all(a < b for a, b in pairwise(gains)) else "no"


TENSOR_CORES = {
    "A100 FP16": (4, "dequant-mac:m=8,n=4,k=8,a=fp16,acc=fp16,w_bits=8"),
    "A100 INT8": (4, "dequant-mac:m=8,n=4,k=16,a=int8,acc=int32,w_bits=8"),
    "A100-LUT-4X": (16, "lut:m=2,n=64,k=4,a=int8,acc=int32,w_bits=2,precompute=fused"),
    "A100-LUT-8X": (32, "lut:m=2,n=64,k=4,a=int8,acc=int32,w_bits=2,precompute=fused"),
    "H100 FP8": (4, "dequant-mac:m=16,n=8,k=8,a=fp8e4m3,acc=fp16,w_bits=4"),
    "H100-LUT-4X": (16, "lut:m=2,n=64,k=4,a=fp8e4m3,acc=fp16,w_bits=2,precompute=fused"),
    "H100-LUT-8X": (32, "lut:m=2,n=64,k=4,a=fp8e4m3,acc=fp16,w_bits=2,precompute=fused"),
}
"""Arrays of an SM: how many, and which."""


def area_over(name: str, base: str, costs: Costs) -> Answer:
    """Area of an SM's arrays over that of another machine's; units with their registers, beside it without."""
    inside, outside = (
        _machine_um2(costs, name, registers) / _machine_um2(costs, base, registers)
        for registers in ("inside", "outside")
    )
    return Answer(inside, {AUTHORS: outside})


def _machine_um2(costs: Costs, name: str, registers: str) -> float:
    count, engine = TENSOR_CORES[name]
    return count * area_um2(costs, f"{engine},registers={registers}")
