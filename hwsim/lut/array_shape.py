"""How elongated an array of look-up units should be: the bits of both operands against each other."""

from __future__ import annotations

from math import sqrt

from hwsim.errors import SpecError
from hwsim.lut.plans import check_group, half_plan


def operand_bits(m: int, n: int, group: int, w_bits: int, entry_bits: int) -> int:
    """Bits of the tables and of the weights of one step: m * 2**(group - 1) * entry_bits + group * n * w_bits.

    LUT Tensor Core (Mo et al., ISCA 2025), equations 7 and 8. Raises SpecError for numbers below 1.
    """
    _check_positive(m=m, n=n, w_bits=w_bits, entry_bits=entry_bits)
    return m * len(half_plan(group).entries) * entry_bits + group * n * w_bits


def least_bits_rows(products: int, group: int, w_bits: int, entry_bits: int) -> float:
    """The real m with the fewest operand bits for so many products in a step, m * n * group.

    Equal bits on both sides: m = sqrt(w_bits * products / (2**(group - 1) * entry_bits)); for 512 products in groups of
    four sqrt(64 * w_bits / entry_bits). Raises SpecError for numbers below 1.
    """
    _check_positive(products=products, w_bits=w_bits, entry_bits=entry_bits)
    return sqrt(w_bits * products / (len(half_plan(group).entries) * entry_bits))


def least_bits_shapes(products: int, group: int, w_bits: int, entry_bits: int) -> list[tuple[int, int]]:
    """Every (m, n) of so many products in a step with the fewest operand bits, the smallest m first.

    Raises SpecError if groups do not divide the products, and for numbers below 1.
    """
    check_group(group)
    if products < 1 or products % group:
        raise SpecError(f"{products} products do not divide into groups of {group}")
    units = products // group
    shapes = [(m, units // m) for m in range(1, units + 1) if units % m == 0]
    bits = {shape: operand_bits(*shape, group, w_bits, entry_bits) for shape in shapes}
    return [shape for shape in shapes if bits[shape] == min(bits.values())]


def _check_positive(**numbers: int) -> None:
    for name, number in numbers.items():
        if number < 1:
            raise SpecError(f"{name} is at least 1, not {number}")
