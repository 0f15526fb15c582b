"""Area and delay of single PEs: the MAC, OPT1 and the sparse ones, at equal clocks and as their accumulators widen."""

from __future__ import annotations

from collections.abc import Mapping

from hwsim.inventory import Leaf
from sweeps.reproduce.claim import Answer
from sweeps.reproduce.costs.engines import leaves_of, pe
from sweeps.reproduce.costs.figures import Costs
from sweeps.reproduce.costs.leaves import ADDERS, fastest_ns, logic_ns, smallest_um2, total_um2
from sweeps.reproduce.tolerance import Value

MAC_GHZ = 1.5
"""The clock above which a MAC of the paper ends (it violates its timing, and its area has doubled): here it stands for
the fastest that a Booth MAC gets in a library, and other clocks for their ratio to it."""

WIDTHS = (16, 20, 24, 28, 32)
NARROW = (14, 16)
"""Bits of a pair for short sums, which the paper's areas may be of."""
FLAT = 1.10
"""Delays within a tenth of each other do not grow."""
COLUMN = 32
"""PEs of a column, which share encoder and sparse encoder."""


def mac(width: int = 32, name: str = "booth") -> Leaf:
    """A bit-parallel PE with operand registers and an accumulator of ``width`` bits."""
    return pe(f"systolic-os:mac={name},acc=int{width}")


def opt1(width: int = 32) -> Leaf:
    return mac(width, "opt1")


def sparse(name: str, pair_bits: int | None = None) -> Leaf:
    """The PE of a column, its pair as wide as the engine makes it or with ``pair_bits``."""
    leaf = pe(f"bitslice:columns=1,rows={COLUMN},mac={name}")
    return leaf if pair_bits is None else Leaf.of(leaf.kind, **{**dict(leaf.parameters), "pair_bits": pair_bits})


def multiplier() -> Leaf:
    """A Booth multiplier that ends in a pair of 16 bits: a MAC without its adders."""
    inventory = leaves_of("adder-tree:k=1,n=1,overlap=false,mac=opt1")
    (found,) = (leaf for leaf, _ in inventory if leaf.kind == "tree_multiplier_opt1")
    return found


def adders_in_area(costs: Costs) -> float:
    """Per cent of a MAC's logic that is not the multiplier up to its pair."""
    return 100 * (1 - costs.leaf(multiplier()).logic_um2 / costs.leaf(mac()).logic_um2)


def adders_in_delay(costs: Costs) -> float:
    """Per cent of the delay of a MAC's logic, registers aside, that is not the multiplier up to its pair."""
    return 100 * (1 - logic_ns(costs, multiplier()) / logic_ns(costs, mac()))


def opt1_delay(costs: Costs) -> Answer:
    """OPT1 over a Booth MAC, both as fast as they get with one recipe."""
    ours = costs.leaf(opt1()).delay_ns
    beside: Mapping[str, Value] = {
        f"over {name}": ours / costs.leaf(mac(name=name)).delay_ns for name in ("fused", "parallel")
    }
    return Answer(ours / costs.leaf(mac()).delay_ns, beside)


def widening(name: str, costs: Costs) -> Answer:
    """Whether a PE's delay grows with the width of its accumulator, and the delays."""
    delays = {f"{width} bits, ns": costs.leaf(mac(width, name)).delay_ns for width in WIDTHS}
    grows = max(delays.values()) > FLAT * min(delays.values())
    return Answer("grows with the width" if grows else "independent of the width", delays)


def period_ns(costs: Costs, ghz: float) -> float:
    """A clock of the paper in this library."""
    return fastest_ns(costs, mac(), ADDERS) * MAC_GHZ / ghz


def growth_of_mac(costs: Costs) -> float:
    """Smallest Booth MAC at 1.5 GHz over that at 1.0 GHz."""
    fast, slow = (smallest_um2(costs, mac(), period_ns(costs, ghz), ADDERS) for ghz in (1.5, 1.0))
    return fast / slow


def growth_of_opt1(costs: Costs) -> float:
    """Smallest OPT1 at 1.5 GHz over that at 1.0 GHz."""
    fast, slow = (smallest_um2(costs, opt1(), period_ns(costs, ghz)) for ghz in (1.5, 1.0))
    return fast / slow


def growth_of_opt3(costs: Costs) -> float:
    """Smallest OPT3, with its encoders, at 2.0 GHz over that at 1.5 GHz."""
    inventory = leaves_of("bitslice:columns=1,rows=1,mac=opt3")
    leaves = [(leaf, count) for leaf, count in inventory if leaf.kind in OPT3]
    fast, slow = (
        sum(count * smallest_um2(costs, leaf, period_ns(costs, ghz)) for leaf, count in leaves) for ghz in (2.0, 1.5)
    )
    return fast / slow


OPT3 = ("encoder_ent", "operand_latch", "pe_slice", "sparse_encoder")
"""Leaves that an OPT3 PE has for itself."""


def clock(leaf: Leaf, costs: Costs) -> float:
    """The fastest clock of a PE in GHz of the paper."""
    return MAC_GHZ * fastest_ns(costs, mac(), ADDERS) / fastest_ns(costs, leaf)


def exceeds(leaf: Leaf, costs: Costs) -> Answer:
    """Whether a PE is faster than any Booth MAC, and how fast it is."""
    ghz = clock(leaf, costs)
    return Answer("yes" if ghz > MAC_GHZ else "no", {"GHz": ghz})


def sparse_delay(costs: Costs) -> float:
    """OPT4E over OPT4C."""
    return costs.leaf(sparse("opt4e")).delay_ns / costs.leaf(sparse("opt4c")).delay_ns


def sparse_over_opt1_delay(costs: Costs) -> float:
    """OPT4C over OPT1."""
    return costs.leaf(sparse("opt4c")).delay_ns / costs.leaf(opt1()).delay_ns


def sparse_area(costs: Costs) -> Answer:
    """One OPT4C PE over one Booth MAC; beside it with narrow pairs, and with what a PE has of shared parts."""
    whole = costs.leaf(mac()).area_um2
    beside: dict[str, Value] = {f"{bits} bits": costs.leaf(sparse("opt4c", bits)).area_um2 / whole for bits in NARROW}
    beside["with its part of shared ones"] = shared_area(costs, "opt4c") / whole
    return Answer(costs.leaf(sparse("opt4c")).area_um2 / whole, beside)


def shared_area(costs: Costs, name: str) -> float:
    """A PE with its part of encoders, sparse encoders, controls and SIMD lanes; a lane serves as many PEs as finish in
    the time of a sum over COLUMN operands and more: one for each chain of four."""
    inventory = leaves_of(f"bitslice:columns=1,rows={COLUMN},mac={name},chain=4")
    return total_um2(costs, inventory) / COLUMN


def lanes_area(costs: Costs) -> Answer:
    """One OPT4E over four OPT4C; beside it with narrow pairs, and with shared parts."""
    beside: dict[str, Value] = {f"{bits} bits": _lanes(costs, bits) for bits in NARROW}
    beside["with their part of shared ones"] = shared_area(costs, "opt4e") / (4 * shared_area(costs, "opt4c"))
    return Answer(_lanes(costs, None), beside)


def _lanes(costs: Costs, bits: int | None) -> float:
    return costs.leaf(sparse("opt4e", bits)).area_um2 / (4 * costs.leaf(sparse("opt4c", bits)).area_um2)


def area_over_mac(leaf: Leaf, costs: Costs) -> float:
    return costs.leaf(leaf).area_um2 / costs.leaf(mac()).area_um2
