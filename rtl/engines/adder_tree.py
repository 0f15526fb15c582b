"""Gates of the multiplier-adder trees: rows of A pass from tree to tree, each tree keeps one column of B."""

from __future__ import annotations

from itertools import pairwise

from hwsim.arrays.adder_tree import AdderTree
from hwsim.inventory import Leaf
from rtl.engines.chains import Connections, marching, merged
from rtl.engines.parts import EngineNetlist, PartNetlist
from rtl.leaves.operands import Operands
from rtl.netlist import Bus, Module


def adder_tree(n: EngineNetlist, array: AdderTree) -> Module:
    """The top module: tree i sees the row of A, its weights and its framing bits i edges late."""
    trees, c = array.n, n.ports["c"]
    framing = n.framing("load", "first") if array.overlap else n.framing("load")
    tree, sum_bits = _tree(n, array)
    sums = n.wire("sums", trees, sum_bits)
    rows = marching(n, "a", n.ports["a"].net, trees, array.k)
    weights: list[Connections] = [{"w": late} for late in n.skewed("w", n.ports["w"])]
    flags = n.tapped("framing", framing, trees)
    n.place_all("tree", tree, merged(rows, weights, flags, [{"sum": sums[i]} for i in range(trees)]))
    signed = Operands.of(n.cells.only("tree_multiplier").leaf).product_signed
    n.accumulated(sums.fit(i, c.bits, signed) for i in range(trees))
    n.validated(stages=array.depth, distances=range(trees))
    return n.build()


def _tree(top: EngineNetlist, array: AdderTree) -> tuple[Module, int]:
    """One tree and the width of its sum: operand registers, multipliers with their weights, levels of adders."""
    n, k, a_bits = top.below("tree"), array.k, top.ports["a"].bits
    multiplier = n.cells.only("tree_multiplier")
    operands = Operands.of(multiplier.leaf)
    a, a_out = n.input("a", k, a_bits), n.output("a_out", k, a_bits)
    for i in range(k):
        n.register(f"operand_{i}", a[i], a_out[i])
    shared = {bit: n.input(bit, 1).net for bit in (("load", "first") if array.overlap else ("load",))}
    chain = marching(n, "w", n.input("w", 1, operands.w_bits).net, k)
    products = [n.wire(f"product_{i}", 1, operands.product_bits) for i in range(k)]
    own: list[Connections] = [{"a": a_out[i], "product": products[i].net, **shared} for i in range(k)]
    n.place_all("multiplier", multiplier, merged(chain, own))
    total = _reduce(n, products, array.level_bits(top.mac), operands.product_signed)
    n.assign(n.output("sum", 1, total.bits).net, total.net)
    return n.build(), total.bits


def _reduce(n: PartNetlist, terms: list[Bus], level_bits: list[int], signed: bool) -> Bus:
    """Add neighbours level by level, one register and at most one more bit per level; an odd last one waits."""
    for level, (narrow, bits) in enumerate(pairwise(level_bits), 1):
        sums = [n.wire(f"sum_{level}_{q}", 1, bits) for q in range(len(terms) // 2)]
        adder = n.cells[Leaf.of("tree_adder", bits=bits)]
        for q, total in enumerate(sums):
            x, y = (term.fit(0, bits, signed) for term in terms[2 * q : 2 * q + 2])
            n.place(f"adder_{level}_{q}", adder, {"x": x, "y": y, "sum": total.net})
        if len(terms) % 2:
            sums.append(n.delay(f"odd_{level}", terms[-1].fit(0, narrow, signed), 1))
        terms = sums
    (total,) = terms
    return total
