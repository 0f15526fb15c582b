"""Arrays of 512 products: the shape of least area, and LUT Tensor Core beside adders and MACs in twelve panels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from sweeps.reproduce.claim import AUTHORS, Answer
from sweeps.reproduce.costs.engines import area_um2
from sweeps.reproduce.costs.figures import Costs
from sweeps.reproduce.lut.units import spec
from sweeps.reproduce.tolerance import Value

PRODUCTS = 512
"""M N K of an array."""
ACTIVATIONS = ("fp16", "int16", "fp8e4m3", "int8")
WEIGHT_BITS = (1, 2, 4)
GROUPS = (2, 4, 8)
DEEP = 16
"""Products of a deep adder tree, or of four tables, for each wide addition."""


def shapes(k: int, products: int = PRODUCTS) -> Iterator[tuple[int, int]]:
    """Rows and columns of arrays, rows a power of two and no more than columns."""
    units = products // k
    m = 1
    while m * m <= units:
        yield m, units // m
        m *= 2


def array_um2(
    costs: Costs, design: str, a: str, w_bits: int, shape: tuple[int, int, int], registers: str = "inside"
) -> float:
    """An array of M, N, K; a LUT's K of DEEP is four tables of four."""
    m, n, k = shape
    if design == "lut" and k == DEEP:
        return area_um2(costs, f"{spec(design, a, w_bits, k // 4, m, n, registers)},tables=4")
    return area_um2(costs, spec(design, a, w_bits, k, m, n, registers))


def least_um2(
    costs: Costs, design: str, a: str, w_bits: int, groups: Iterable[int], registers: str = "inside"
) -> float:
    """The array of least area over shapes, of products by bit planes where ``design`` works bit by bit: times the
    planes, so that all do as many products in each cycle."""
    planes = 1 if design == "dequant-mac" else w_bits
    return planes * min(array_um2(costs, design, a, w_bits, (m, n, k), registers) for k in groups for m, n in shapes(k))


def least_shape(a: str, w_bits: int, costs: Costs) -> str:
    """Shape of least area over M, N and K, registers of tables and weights inside."""
    found = {(m, n, k): array_um2(costs, "lut", a, w_bits, (m, n, k)) for k in GROUPS for m, n in shapes(k)}
    m, n, k = min(found, key=lambda shape: found[shape])
    return f"M{m} N{n} K{k}"


def tie(costs: Costs) -> float:
    """W2A16: area of M2 N64 K4 over that of M4 N32 K4."""
    wide, square = (array_um2(costs, "lut", "fp16", 2, shape) for shape in ((2, 64, 4), (4, 32, 4)))
    return wide / square


def reduction(costs: Costs, a: str, registers: str = "inside") -> float:
    """Area of MACs over that of LUT Tensor Core, one-bit weights."""
    mac, lut = (least_um2(costs, design, a, 1, (4,), registers) for design in ("dequant-mac", "lut"))
    return mac / lut


def extreme_reduction(most: bool, costs: Costs) -> Answer:
    """The largest or the smallest over formats of activations; beside it all of them, and units alone."""
    found = {a: reduction(costs, a) for a in ACTIVATIONS}
    units = {f"{a}, {AUTHORS}": reduction(costs, a, "outside") for a in ACTIVATIONS}
    pick = max if most else min
    return Answer(pick(found.values()), {**found, **units, "int8, sums of 24 bits": _narrow_reduction(costs)})


def _narrow_reduction(costs: Costs) -> float:
    """INT8 with sums of 24 bits in both, M2 N64 K4."""
    mac, lut = (
        area_um2(costs, spec(design, "int8", 1, 4, 2, 64, "inside").replace("acc=int32", "acc=int24"))
        for design in ("dequant-mac", "lut")
    )
    return mac / lut


def part_of_mac(costs: Costs) -> Answer:
    """Area of LUT Tensor Core over that of FP16 MACs, W1A16, in per cent."""
    return Answer(100 / reduction(costs, "fp16"), {AUTHORS: 100 / reduction(costs, "fp16", "outside")})


def panels(costs: Costs) -> Answer:
    """In how many of twelve panels LUT Tensor Core takes least area, K = 4 in all; beside it units alone, and where
    adder trees, or both, may add sixteen products at once."""
    found, deep_trees, both_deep, units = [], [], [], []
    for a, w_bits in product(ACTIVATIONS, WEIGHT_BITS):
        lut, add, mac = (least_um2(costs, design, a, w_bits, (4,)) for design in DESIGNS)
        found.append((a, w_bits, lut < min(add, mac)))
        deep = min(add, least_um2(costs, "bit-serial-add", a, w_bits, (DEEP,)))
        deep_trees.append(lut < min(deep, mac))
        both_deep.append(min(lut, least_um2(costs, "lut", a, w_bits, (DEEP,))) < min(deep, mac))
        alone, *others = (least_um2(costs, design, a, w_bits, (4,), "outside") for design in DESIGNS)
        units.append(alone < min(others))
    lost = ", ".join(f"W{w_bits} {a}" for a, w_bits, won in found if not won)
    beside: dict[str, Value] = {
        AUTHORS: sum(units),
        "adder trees of 16 allowed": sum(deep_trees),
        "and four tables for each unit": sum(both_deep),
        "lost": lost or "none",
    }
    return Answer(sum(won for *_, won in found), beside)


DESIGNS = ("lut", "bit-serial-add", "dequant-mac")
