"""Units of LUT Tensor Core and of its baselines: what one takes, alone as the published Verilog has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sweeps.reproduce.claim import Answer
from sweeps.reproduce.costs.engines import leaves_of, pe
from sweeps.reproduce.costs.figures import Costs
from sweeps.reproduce.tolerance import Value

ACCUMULATORS = {"int8": "int32", "int16": "int40", "fp16": "fp16", "fp8e4m3": "fp16"}
"""Of each format of activations: the format of sums. Units of FP8 look up and add FP16."""

INTEGERS, FLOATS = ("int8", "int16"), ("fp16", "fp8e4m3")
SHARE = 4
"""Columns that share a conventional table (Figure 13)."""
LONGEST = 8
"""Weight bits up to which a crossing is looked for."""
GROUPS = range(2, 7)
"""K of the sweep."""

Unit = Callable[[Costs, str, int, int], float]
"""Area of a unit of a design for activations ``a``, weights of some bits, and groups of k."""


def spec(design: str, a: str, w_bits: int, k: int, m: int = 1, n: int = 1, registers: str = "outside") -> str:
    """An engine of ``design``; the operator before makes a LUT's tables."""
    fused = ",precompute=fused" if design == "lut" else ""
    shape = f"m={m},n={n},k={k},w_bits={w_bits},a={a},acc={ACCUMULATORS[a]}"
    return f"{design}:{shape},registers={registers}{fused}"


def unit_um2(design: str, costs: Costs, a: str, w_bits: int, k: int) -> float:
    """The unit alone: its adder and its sum are inside, tables and weights outside."""
    return costs.leaf(pe(spec(design, a, w_bits, k))).area_um2


def lut_um2(costs: Costs, a: str, w_bits: int, k: int) -> float:
    return unit_um2("lut", costs, a, w_bits, k)


def add_um2(costs: Costs, a: str, w_bits: int, k: int) -> float:
    return unit_um2("bit-serial-add", costs, a, w_bits, k)


def mac_um2(costs: Costs, a: str, k: int) -> float:
    """Multipliers of uniform precision: the same for weights of any width."""
    return unit_um2("dequant-mac", costs, a, 1, k)


def conventional_um2(costs: Costs, a: str, w_bits: int, k: int) -> float:
    """The unit with its part of a builder and a table that SHARE columns have in common."""
    engine = f"{spec('lut-conventional', a, w_bits, k, n=SHARE, registers='inside')},share={SHARE}"
    shared = ("table_builder", "fp_table_builder", "held_register")
    return sum(
        costs.leaf(leaf).area_um2 * count / SHARE
        for leaf, count in leaves_of(engine)
        if leaf.kind in shared or leaf.kind.startswith("pe_")
    )


def registers_um2(costs: Costs, a: str, k: int) -> float:
    """The registers of one table."""
    inventory = leaves_of(spec("lut", a, 1, k, registers="inside"))
    return sum(costs.leaf(leaf).area_um2 for leaf, _ in inventory if leaf.kind == "held_register")


def _densities(costs: Costs, a: str, tables: bool) -> dict[int, float]:
    """Operations for each area by K, one-bit weights; ``tables``: with the registers of a table for one unit."""
    return {k: 2 * k / (lut_um2(costs, a, 1, k) + (registers_um2(costs, a, k) if tables else 0)) for k in GROUPS}


def densest_group(a: str, costs: Costs) -> Answer:
    """K of most density, tables outside; beside it each density over the best, and the best K with a table for every
    unit."""
    found = _densities(costs, a, tables=False)
    charged = _densities(costs, a, tables=True)
    best = _largest(found)
    beside: dict[str, Value] = {f"K = {k}": density / found[best] for k, density in found.items()}
    return Answer(best, {**beside, "best K with a table for every unit": _largest(charged)})


def group_of_four(a: str, costs: Costs) -> float:
    """Density at K = 4 over the best."""
    found = _densities(costs, a, tables=False)
    return found[4] / max(found.values())


def _largest(by_key: Mapping[int, float]) -> int:
    return max(by_key, key=lambda key: by_key[key])


def crossing(unit: Unit, costs: Costs) -> Answer:
    """Weight bits up to which units that work bit by bit take less than a MAC, FP16, K = 4; each unit as it is for
    these bits."""
    mac = mac_um2(costs, "fp16", 4)
    bits = 0
    while bits < LONGEST and (bits + 1) * unit(costs, "fp16", bits + 1, 4) < mac:
        bits += 1
    return Answer(bits, {"MAC over the unit of one bit": mac / unit(costs, "fp16", 1, 4)})


def dp4_over_mac(unit: Unit, costs: Costs) -> float:
    """Density of a one-bit DP4 over that of a MAC, FP16, with adder and sum."""
    return mac_um2(costs, "fp16", 4) / unit(costs, "fp16", 1, 4)


def lookup_over_mac(costs: Costs) -> float:
    """The same of a LUT unit without its adder: look-up, sign and a register."""
    return mac_um2(costs, "fp16", 4) / (lut_um2(costs, "fp16", 1, 4) - _fp16_adder_um2(costs))


def _fp16_adder_um2(costs: Costs) -> float:
    """Half a builder of A + B and A - B."""
    inventory = leaves_of("lut:m=1,n=1,k=2,w_bits=1,a=fp16")
    (builder,) = (leaf for leaf, _ in inventory if leaf.kind == "fp_table_builder")
    return costs.leaf(builder).area_um2 / 2


def fp8_over_fp16(costs: Costs) -> float:
    """Density of a one-bit LUT unit for FP8 over that for FP16."""
    return lut_um2(costs, "fp16", 1, 4) / lut_um2(costs, "fp8e4m3", 1, 4)
