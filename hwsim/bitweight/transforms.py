"""The parallel MAC and the five transforms of HPCA 2025 as compositions of checked moves, nest to nest.

DOI 10.1109/HPCA61900.2025.00058, arXiv 2503.06342. Each transform begins with the one before it, which does nothing to
a nest that it has shaped already: ``opt3(mac(...))`` and ``opt3(opt2(opt1(mac(...))))`` are the same nest.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hwsim.bitweight.draft import Draft, Placed
from hwsim.bitweight.loops import Dim, Kind, Loop
from hwsim.bitweight.moves import move, move_outside, spatial, split, temporal
from hwsim.bitweight.nest import Nest
from hwsim.bitweight.placement import exchange, fuse, hoist, sink, sparse, sync
from hwsim.bitweight.primitive import Role
from hwsim.bitweight.primitives import ACCUMULATE, ADD, ENCODE, HALF_REDUCE, MAP, SHIFT
from hwsim.bitweight.product import Product
from hwsim.encodings.base import Encoding
from hwsim.encodings.booth import Booth
from hwsim.errors import SpecError, nearest
from hwsim.formats import INT8, IntFormat

Transform = Callable[[Nest], Nest]


def mac(
    m: int = 32, n: int = 32, k: int = 768, a: IntFormat = INT8, b: IntFormat = INT8, encoding: Encoding | None = None
) -> Nest:
    """m x n bit-parallel MACs, each summing k products of one output (output stationary)."""
    product = Product(m, n, k, a, b, Booth() if encoding is None else encoding)
    loops = (
        Loop("m", Dim.M, m, Kind.SPATIAL),
        Loop("n", Dim.N, n, Kind.SPATIAL),
        Loop("k", Dim.K, k, Kind.TEMPORAL),
        Loop("bw", Dim.BW, product.digits, Kind.SPATIAL),
    )
    output, step, digit = frozenset("mn"), frozenset("mnk"), frozenset({"m", "n", "k", "bw"})
    body = (
        Placed(ENCODE, digit),
        Placed(MAP, digit),
        Placed(SHIFT, digit),
        Placed(HALF_REDUCE, step, frozenset({"bw"})),
        Placed(ADD, step),
        Placed(ACCUMULATE, output, frozenset({"k"})),
    )
    return Nest(product, loops, body)


def opt1(nest: Nest) -> Nest:
    """Half-compress accumulation: no carry is propagated before all of k is summed."""
    while summed := _summed_after(nest, "add"):
        nest = hoist(nest, "add", *summed)
    while (pair := _neighbours(nest)) is not None:
        nest = fuse(nest, "half_reduce", *pair.over)
    return nest


def opt2(nest: Nest, kp: int = 4) -> Nest:
    """Reduction under the same bit-weight: ``kp`` operands in space take the place of the digits, now in time.

    Where operands are in space already (an adder tree), they stay as they are.
    """
    nest = opt1(nest)
    within = _around(nest, "shift", Dim.K)
    if not within:
        return nest
    if all(loop.in_time for loop in nest.named(within)):
        nest = spatial(split(nest, within[-1], kp, (f"{within[-1]}t", f"{within[-1]}p")), f"{within[-1]}p")
    nest = hoist(nest, "shift", *_around(nest, "shift", Dim.K))
    for name in reversed(_around(nest, "map", Dim.BW)):
        outermost = next((loop.name for loop in nest.loops if loop.dim is Dim.K and loop.in_time), name)
        nest = temporal(nest if outermost == name else move_outside(nest, name, of=outermost), name)
    return exchange(sink(nest, "add", *_around(nest, "map", Dim.BW)), "shift", "add")


def opt3(nest: Nest, kp: int = 4) -> Nest:
    """Only digits other than zero are issued, one per cycle; rows of A have their own pace and meet at the end of k."""
    nest = opt2(nest, kp)
    if nest.only(Role.SPARSE) is not None:
        return nest
    return sparse(sync(nest, "m"), "kp", "i")


def opt4c(nest: Nest, kp: int = 4) -> Nest:
    """One encoder and one sparse encoder serve all PEs that share a row of A."""
    nest = opt3(nest, kp)
    if not _around(nest, "encode", Dim.N):
        return nest
    return move(hoist(hoist(nest, "encode", "n"), "sparse", "n"), "n", inside="kt")


def opt4e(nest: Nest, kp: int = 4, lanes: int = 4) -> Nest:
    """``lanes`` parts of k in space, each with its own stream, share one compressor and one pair of registers.

    What the lanes share is kept for one bit-weight at a time, so that they meet at the end of every bit-weight.
    """
    nest = opt4c(nest, kp)
    if any(loop.name == "kl" for loop in nest.loops):
        return nest
    nest = spatial(sync(split(nest, "kt", lanes, ("kt", "kl")), "kl", "m", "bw"), "kl")
    return move(move(nest, "kl", inside="i"), "kp", inside="kl")


def _summed_after(nest: Draft, primitive: str) -> tuple[str, ...]:
    """The loops over k of the sum directly behind the first primitive of this name."""
    for i, following in pairwise(nest.chain):
        if nest.body[i].name == primitive:
            return tuple(loop.name for loop in nest.named(nest.body[following].over) if loop.dim is Dim.K)
    return ()


def _neighbours(nest: Draft) -> Placed | None:
    """The first of two sums of one kind that stand side by side."""
    for i, following in pairwise(nest.chain):
        if nest.body[i].primitive == nest.body[following].primitive == HALF_REDUCE:
            return nest.body[i]
    return None


def _around(nest: Draft, primitive: str, dim: Dim) -> tuple[str, ...]:
    """The loops over ``dim`` that enclose a primitive."""
    within = nest.body[nest.index(primitive)].within
    return tuple(loop.name for loop in nest.named(within) if loop.dim is dim)


TRANSFORMS: dict[str, Transform] = {"opt1": opt1, "opt2": opt2, "opt3": opt3, "opt4c": opt4c, "opt4e": opt4e}
STEPS = ("mac", *TRANSFORMS)


def transformed(nest: Nest, step: str, kp: int = 4, lanes: int = 4) -> Nest:
    """``nest`` after the steps up to the one called ``step``, of `STEPS`; raises SpecError for any other name."""
    if step not in STEPS:
        raise SpecError(f"unknown step {step!r}{nearest(step, STEPS)}; the steps are {', '.join(STEPS)}")
    if step in STEPS[:2]:
        return opt1(nest) if step == "opt1" else nest
    nest = opt2(nest, kp)
    return opt4e(nest, kp, lanes) if step == "opt4e" else TRANSFORMS[step](nest)
