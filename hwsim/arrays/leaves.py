"""Leaves that several arrays are made of, and how a list of them becomes an inventory."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from hwsim.formats import IntFormat
from hwsim.inventory import Inventory, Leaf
from hwsim.macs import Mac, ParallelMac

Counted = tuple[Leaf, int]


def counted(*parts: Counted) -> Inventory:
    """Add up equal leaves; a count of 0 is left out."""
    counts: Counter[Leaf] = Counter()
    for leaf, count in parts:
        counts[leaf] += count
    return Inventory({leaf: count for leaf, count in counts.items() if count})


def delay(bits: int, stages: int) -> Leaf:
    """A chain of ``stages`` registers."""
    return Leaf.of("delay", bits=bits, stages=stages)


def skew_delays(bits: int, delays: NDArray[np.integer]) -> list[Counted]:
    """The registers in front of operand lanes of ``bits`` bits that wait ``delays`` edges each."""
    stages, counts = np.unique(delays[delays > 0], return_counts=True)
    return [(delay(bits, stage), count) for stage, count in zip(stages.tolist(), counts.tolist(), strict=True)]


def operands(a: IntFormat, w: IntFormat) -> dict[str, int]:
    """Parameters of a multiplier of ``a`` by ``w``."""
    return {"a_bits": a.bits, "w_bits": w.bits, "a_signed": int(a.signed), "w_signed": int(w.signed)}


def kind_of(role: str, mac: Mac) -> str:
    """The kind of a leaf that plays ``role`` with this MAC inside; the bit-parallel one is the plain kind."""
    return role if isinstance(mac, ParallelMac) else f"{role}_{mac.name}"


def foot_leaf(mac: Mac) -> Leaf:
    """What adds a sum that leaves an array to what the scratchpad holds."""
    return Leaf.of("accumulate_pair" if mac.keeps_pairs else "accumulate_adder", acc_bits=mac.acc.bits)


def resolvers(mac: Mac, count: int) -> Counted:
    """What adds the rows of ``count`` sums that leave an array as words; none for a MAC that keeps words."""
    return Leaf.of("resolve_adder", bits=mac.acc.bits), count * int(mac.keeps_pairs)


def mac_leaf(role: str, mac: Mac, **modes: int) -> Leaf:
    """A PE with the formats of its MAC."""
    return Leaf.of(kind_of(role, mac), **operands(mac.a, mac.w), acc_bits=mac.acc.bits, **mac.leaf_modes, **modes)
