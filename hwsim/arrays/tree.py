"""What one multiplier-adder tree is made of: adders of words, compressors of pairs, or a narrow tree for each digit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from hwsim.arrays.leaves import Counted, delay, kind_of, operands
from hwsim.bitweight import built_bits
from hwsim.inventory import Leaf
from hwsim.macs import Mac, Opt1Mac, Opt2Mac


def halved(terms: int, levels: int) -> list[int]:
    """Registers of a tree over ``terms``, level by level: neighbours meet, an odd last one passes."""
    return [-(-terms // (1 << level)) for level in range(levels + 1)]


@dataclass(frozen=True, slots=True)
class Tree(ABC):
    """A tree of ``k`` multipliers; every kind has the same depth: a product register, one register per level."""

    mac: Mac
    k: int

    @property
    def levels(self) -> int:
        return (self.k - 1).bit_length()

    @property
    @abstractmethod
    def sum_bits(self) -> int:
        """Bits of the word at the foot, at most the accumulator's."""

    @abstractmethod
    def leaves(self, overlap: bool) -> list[Counted]:
        """Its leaves but for operand registers and what follows the foot."""

    def multiplier(self, overlap: bool, **widths: int) -> Counted:
        mac = self.mac
        kind = kind_of("tree_multiplier", mac)
        return Leaf.of(kind, **operands(mac.a, mac.w), overlap=int(overlap), **mac.leaf_modes, **widths), self.k


@dataclass(frozen=True, slots=True)
class WordTree(Tree):
    """Every multiplier adds up its own product, every level adds words."""

    @property
    def level_bits(self) -> list[int]:
        """Bits of one register, level by level, products first: one more per level, up to the sums'."""
        product_bits = self.mac.a.bits + self.mac.w.bits
        return [product_bits, *(min(product_bits + level, self.mac.acc.bits) for level in range(1, self.levels + 1))]

    @property
    def sum_bits(self) -> int:
        return self.level_bits[-1]

    def leaves(self, overlap: bool) -> list[Counted]:
        widths, bits = halved(self.k, self.levels), self.level_bits
        levels = range(1, len(widths))
        return [
            self.multiplier(overlap),
            *((Leaf.of("tree_adder", bits=bits[level]), widths[level - 1] // 2) for level in levels),
            *((delay(bits[level - 1], 1), widths[level - 1] % 2) for level in levels),
        ]


@dataclass(frozen=True, slots=True)
class PairTree(Tree):
    """OPT1: products stay pairs, every level compresses two pairs to one, the foot adds sum and carry.

    A pair has from the start the width of the sum, for it cannot be widened before its addition.
    """

    mac: Opt1Mac

    @property
    def sum_bits(self) -> int:
        return min(built_bits(nest := self.mac.tree_nest(self.k))[nest.chain[-1]], self.mac.acc.bits)

    def leaves(self, overlap: bool) -> list[Counted]:
        return [
            self.multiplier(overlap, sum_bits=self.sum_bits),
            *compressors(halved(self.k, self.levels), self.sum_bits),
            (Leaf.of("resolve_adder", bits=self.sum_bits), 1),
        ]


@dataclass(frozen=True, slots=True)
class BitWeightTree(Tree):
    """OPT2: two neighbouring partial products of one weight are a pair as they stand, and levels compress pairs.

    So the tree of a digit needs one level less than a tree of words; the last level adds, shifts and combines. A tree
    of one multiplier has no level, and does that behind its product register.
    """

    mac: Opt2Mac

    @property
    def digits(self) -> int:
        return self.mac.encoding.digits(self.mac.a)

    @property
    def product_bits(self) -> int:
        """Bits of one partial product."""
        nest = self.mac.nest(self.k)
        return built_bits(nest)[nest.index("map")]

    @property
    def digit_bits(self) -> int:
        """Bits of the pair that sums one digit's partial products: no sum of ``k`` of them overflows it."""
        nest = self.mac.nest(self.k)
        return built_bits(nest)[nest.chain[0]]

    @property
    def sum_bits(self) -> int:
        nest = self.mac.nest(self.k)
        return min(built_bits(nest)[nest.chain[-1]], self.mac.acc.bits)

    @property
    def pair_widths(self) -> list[int]:
        """Registers of pairs in the tree of one digit, level by level; the first are the product registers."""
        return halved(-(-self.k // 2), max(self.levels - 1, 0))

    def leaves(self, overlap: bool) -> list[Counted]:
        one = compressors(self.pair_widths, self.digit_bits)
        return [
            self.multiplier(overlap, pp_bits=self.product_bits),
            *((leaf, self.digits * count) for leaf, count in one),
            (self.foot, 1),
        ]

    @property
    def foot(self) -> Leaf:
        registered = int(self.levels > 0)
        widths = {"digit_bits": self.digit_bits, "sum_bits": self.sum_bits}
        return Leaf.of("tree_bit_weights", digits=self.digits, registered=registered, **widths)


def compressors(widths: list[int], bits: int) -> list[Counted]:
    """Levels of 4:2 compressors over pairs of ``bits``."""
    return [
        (Leaf.of("tree_compressor", bits=bits), sum(width // 2 for width in widths[:-1])),
        (delay(2 * bits, 1), sum(width % 2 for width in widths[:-1])),
    ]


TREES: dict[type[Mac], type[Tree]] = {Opt1Mac: PairTree, Opt2Mac: BitWeightTree}
"""Trees of MACs that do not add up their own products."""
