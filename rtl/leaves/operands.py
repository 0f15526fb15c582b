"""The parameters that all leaves with a multiplier share, read from the leaf once."""

from __future__ import annotations

from dataclasses import dataclass

import pyrtl

from hwsim.bitweight.columns import Tree
from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import fit, product


@dataclass(frozen=True, slots=True)
class Operands:
    """Widths and signs of the two operands of a multiplier, and the compressor tree of one that has its own."""

    a_bits: int
    w_bits: int
    a_signed: bool
    w_signed: bool
    tree: Tree

    @classmethod
    def of(cls, leaf: Leaf) -> Operands:
        signs = bool(leaf["a_signed"]), bool(leaf["w_signed"])
        return cls(leaf["a_bits"], leaf["w_bits"], *signs, Tree.of_leaf(leaf))

    @property
    def exchanged(self) -> Operands:
        """The same with the roles of ``a`` and ``w`` exchanged."""
        return Operands(self.w_bits, self.a_bits, self.w_signed, self.a_signed, self.tree)

    @property
    def product_bits(self) -> int:
        return self.a_bits + self.w_bits

    @property
    def product_signed(self) -> bool:
        """A product has a sign if either operand has one."""
        return self.a_signed or self.w_signed

    def product(self, a: pyrtl.WireVector, w: pyrtl.WireVector) -> pyrtl.WireVector:
        """The exact product, ``product_bits`` wide."""
        return product(a, w, self.a_signed, self.w_signed)

    def term(self, a: pyrtl.WireVector, w: pyrtl.WireVector, acc_bits: int) -> pyrtl.WireVector:
        """The product in the accumulator's width."""
        return fit(self.product(a, w), acc_bits, self.product_signed)
