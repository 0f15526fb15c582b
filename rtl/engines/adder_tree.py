"""Gates of the multiplier-adder trees: rows of A pass from tree to tree, each tree keeps one column of B."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from hwsim.arrays.adder_tree import AdderTree
from hwsim.arrays.tree import BitWeightTree, PairTree, Tree, WordTree
from hwsim.inventory import Leaf
from rtl.engines.chains import Connections, marching, merged
from rtl.engines.parts import EngineNetlist, PartNetlist
from rtl.leaves.operands import Operands
from rtl.netlist import Bus, Module, Net, concat, zeros


def adder_tree(n: EngineNetlist, array: AdderTree) -> Module:
    """The top module: tree i sees the row of A, its weights and its framing bits i edges late."""
    trees, c = array.n, n.ports["c"]
    framing = n.framing("load", "first") if array.overlap else n.framing("load")
    kind = array.tree(n.mac)
    sums = n.wire("sums", trees, kind.sum_bits)
    rows = marching(n, "a", n.ports["a"].net, trees, array.k)
    weights: list[Connections] = [{"w": late} for late in n.skewed("w", n.ports["w"])]
    flags = n.tapped("framing", framing, trees)
    n.place_all("tree", _tree(n, array, kind), merged(rows, weights, flags, [{"sum": sums[i]} for i in range(trees)]))
    signed = Operands.of(n.cells.only("tree_multiplier").leaf).product_signed
    n.accumulated(sums.fit(i, c.bits, signed) for i in range(trees))
    n.validated(stages=array.depth, distances=range(trees))
    return n.build()


def _tree(top: EngineNetlist, array: AdderTree, kind: Tree) -> Module:
    """One tree: operand registers, multipliers with their weights, and what reduces their products."""
    n, k, a_bits = top.below("tree"), array.k, top.ports["a"].bits
    multiplier = n.cells.only("tree_multiplier")
    product_bits = next(pin.width_bits for pin in multiplier.pins if pin.name == "product")
    a, a_out = n.input("a", k, a_bits), n.output("a_out", k, a_bits)
    for i in range(k):
        n.register(f"operand_{i}", a[i], a_out[i])
    shared = {bit: n.input(bit, 1).net for bit in (("load", "first") if array.overlap else ("load",))}
    chain = marching(n, "w", n.input("w", 1, Operands.of(multiplier.leaf).w_bits).net, k)
    products = [n.wire(f"product_{i}", 1, product_bits) for i in range(k)]
    own: list[Connections] = [{"a": a_out[i], "product": products[i].net, **shared} for i in range(k)]
    n.place_all("multiplier", multiplier, merged(chain, own))
    n.assign(n.output("sum", 1, kind.sum_bits).net, _REDUCERS[type(kind)](n, products, kind))
    return n.build()


def _words(n: PartNetlist, terms: list[Bus], tree: WordTree) -> Net:
    """Add neighbours level by level, one register and at most one more bit per level; an odd last one waits."""
    signed = Operands.of(n.cells.only("tree_multiplier").leaf).product_signed
    for level, (narrow, bits) in enumerate(pairwise(tree.level_bits), 1):
        sums = [n.wire(f"sum_{level}_{q}", 1, bits) for q in range(len(terms) // 2)]
        adder = n.cells[Leaf.of("tree_adder", bits=bits)]
        for q, total in enumerate(sums):
            x, y = (term.fit(0, bits, signed) for term in terms[2 * q : 2 * q + 2])
            n.place(f"adder_{level}_{q}", adder, {"x": x, "y": y, "sum": total.net})
        if len(terms) % 2:
            sums.append(n.delay(f"odd_{level}", terms[-1].fit(0, narrow, signed), 1))
        terms = sums
    (total,) = terms
    return total.net


def _pairs(n: PartNetlist, products: list[Bus], tree: PairTree) -> Net:
    """Compress neighbours level by level, and add the rows of what is left."""
    total = n.wire("total", 1, tree.sum_bits)
    pair = _compressed(n, "pair", [product.net for product in products], tree.sum_bits)
    n.place("resolve", n.cells.only("resolve_adder"), {"pair": pair, "word": total.net})
    return total.net


def _bit_weights(n: PartNetlist, products: list[Bus], tree: BitWeightTree) -> Net:
    """A tree of pairs for every digit, the first ones two neighbouring partial products, and the adder of them all."""
    total, bits = n.wire("total", 1, tree.sum_bits), tree.digit_bits
    lanes = [Bus(product.name, tree.digits, tree.product_bits) for product in products]
    pairs = []
    for digit in range(tree.digits):
        rows = [lane.fit(digit, bits, signed=True) for lane in lanes]
        rows += [zeros(bits)] * (len(rows) % 2)
        couples = [concat([x, y]) for x, y in zip(rows[::2], rows[1::2], strict=True)]
        pairs.append(_compressed(n, f"digit_{digit}", couples, bits))
    n.place("foot", n.cells[tree.foot], {"pairs": concat(pairs), "sum": total.net})
    return total.net


def _compressed(n: PartNetlist, name: str, pairs: list[Net], bits: int) -> Net:
    """One pair that is worth all ``pairs``: 4:2 compressors level by level, an odd last pair waits."""
    level = 0
    while len(pairs) > 1:
        level += 1
        made = [n.wire(f"{name}_{level}_{q}", 1, 2 * bits) for q in range(len(pairs) // 2)]
        compressor = n.cells[Leaf.of("tree_compressor", bits=bits)]
        for q, pair in enumerate(made):
            x, y = pairs[2 * q : 2 * q + 2]
            n.place(f"{name}_compressor_{level}_{q}", compressor, {"x": x, "y": y, "pair": pair.net})
        odd = [n.delay(f"{name}_odd_{level}", pairs[-1], 1).net] if len(pairs) % 2 else []
        pairs = [pair.net for pair in made] + odd
    return pairs[0]


_REDUCERS: dict[type[Tree], Callable[[PartNetlist, list[Bus], Any], Net]] = {
    WordTree: _words,
    PairTree: _pairs,
    BitWeightTree: _bit_weights,
}
"""By the kind of tree."""
