"""What hardware a nest needs: every figure is a product of extents around or inside a primitive, none is typed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum

from hwsim.bitweight.bandwidth import OperandDemand, operand_demand
from hwsim.bitweight.cycles import CycleRange, cycle_range
from hwsim.bitweight.draft import Placed
from hwsim.bitweight.loops import Dim, Kind
from hwsim.bitweight.nest import Nest
from hwsim.bitweight.primitive import Form, Role, Site
from hwsim.bitweight.widths import built_bits
from hwsim.errors import SpecError
from hwsim.inventory import Inventory, Leaf


class Place(Enum):
    """Where a primitive sits."""

    PE = "in every PE"
    SHARED = "shared by PEs"
    SIMD = "in the SIMD unit"


class Drain(Enum):
    """What happens to a finished sum until the SIMD unit has taken it."""

    HOLD = "hold"  # a second register beside it, so that the next pass begins at once
    STALL = "stall"  # the array waits


@dataclass(frozen=True, slots=True)
class Part:
    """Some leaves of one kind that one primitive brings."""

    primitive: str
    place: Place
    leaf: Leaf
    count: int


@dataclass(frozen=True, slots=True)
class Hardware:
    """Parts of one tile of PEs and its SIMD unit, its cycles, and what crosses its edge."""

    parts: tuple[Part, ...]
    cycles: CycleRange
    demand: OperandDemand
    pes: int
    simd_lanes: int
    """Lanes that add (and shift, and accumulate) what leaves the array."""
    drains_per_output: int
    drained_bits: int
    """Bits of one result as it leaves the array: both rows if it is a carry-save pair."""
    stall_cycles: int
    """Cycles of a tile in which the array waits for the SIMD unit; 0 if finished sums are held."""

    def count(self, kind: str, place: Place | None = None) -> int:
        """Number of leaves of this kind, everywhere or in one place."""
        return sum(x.count for x in self.parts if x.leaf.kind == kind and place in (None, x.place))

    def leaves(self, kind: str, place: Place | None = None) -> dict[Leaf, int]:
        """The leaves of this kind and how many of each."""
        found: Counter[Leaf] = Counter()
        for part in self.parts:
            if part.leaf.kind == kind and place in (None, part.place):
                found[part.leaf] += part.count
        return dict(sorted(found.items()))

    @property
    def register_bits(self) -> int:
        """Bits of the registers that hold sums, in progress or finished."""
        kinds = ("sum_register", "held_register")
        return sum(part.count * part.leaf["bits"] for part in self.parts if part.leaf.kind in kinds)

    def inventory(self) -> Inventory:
        """All leaves, array and SIMD unit together."""
        counts: Counter[Leaf] = Counter()
        for part in self.parts:
            counts[part.leaf] += part.count
        return Inventory(dict(counts))


def hardware(
    nest: Nest, drain: Drain = Drain.HOLD, tile_cycles: int | None = None, lanes: int | None = None
) -> Hardware:
    """What ``nest`` needs.

    The SIMD unit is sized for ``tile_cycles`` (default: the shortest tile that data can bring, an empty group taking a
    cycle), or has ``lanes`` lanes, which is allowed with `Drain.STALL` only. Lanes for a longer tile keep up if its
    passes are equally long; a shorter pass would wait for them, which is not in ``stall_cycles``.
    Raises SpecError for fewer than one cycle or lane.
    """
    cycles = cycle_range(nest)
    needed = simd_lanes(nest, cycles.shortest if tile_cycles is None else tile_cycles)
    if lanes is not None and (lanes < 1 or drain is Drain.HOLD):
        raise SpecError(f"lanes={lanes}: a number of lanes of at least 1 is given with drain=stall, and with it alone")
    lanes = needed if lanes is None else lanes
    parts = [part for i in range(len(nest.body)) for part in _parts(nest, i, lanes)]
    if drain is Drain.HOLD:
        parts += _held(nest)
    outside = _first_outside(nest)
    return Hardware(
        parts=tuple(parts),
        cycles=cycles,
        demand=operand_demand(nest),
        pes=nest.extent(x for x in nest.loops if x.kind is Kind.SPATIAL and x.dim in (Dim.M, Dim.N)),
        simd_lanes=lanes,
        drains_per_output=_drains(nest),
        drained_bits=_drained_bits(nest),
        stall_cycles=0 if outside is None or drain is Drain.HOLD else _stalls(nest, nest.body[outside], lanes),
    )


def simd_lanes(nest: Nest, tile_cycles: int) -> int:
    """Lanes that keep up with an array whose tile takes ``tile_cycles``: ceil(copies * executions / cycles)."""
    if tile_cycles < 1:
        raise SpecError(f"a tile takes at least 1 cycle, not {tile_cycles}")
    work = [_copies(nest, nest.body[i]) * _executions(nest, nest.body[i]) for i in nest.chain if outside(nest, i)]
    return -(-max(work, default=0) // tile_cycles)


def outside(nest: Nest, i: int) -> bool:
    """Whether a primitive executes outside of some loop over k in time, and so in the SIMD unit."""
    placed = nest.body[i]
    around = placed.within | placed.over
    k_in_time = [loop for loop in nest.loops if loop.dim is Dim.K and loop.in_time]
    return i in nest.chain and any(loop.name not in around for loop in k_in_time)


def place_of(nest: Nest, i: int) -> Place:
    """Where the primitive at place ``i`` of the body sits."""
    placed = nest.body[i]
    if outside(nest, i):
        return Place.SIMD
    pe = {x.name for x in nest.loops if x.kind is Kind.SPATIAL and x.dim in (Dim.M, Dim.N)}
    return Place.PE if pe <= placed.within else Place.SHARED


def _copies(nest: Nest, placed: Placed) -> int:
    return nest.extent(loop for loop in nest.named(placed.within) if not loop.in_time)


def _executions(nest: Nest, placed: Placed) -> int:
    return nest.extent(loop for loop in nest.named(placed.within | placed.over) if loop.in_time)


def _parts(nest: Nest, i: int, lanes: int) -> list[Part]:
    placed, place = nest.body[i], place_of(nest, i)
    site = _site(nest, i, lanes if place is Place.SIMD else _copies(nest, placed))
    return [Part(placed.name, place, leaf, count) for leaf, count in placed.primitive.parts(site) if count]


def _site(nest: Nest, i: int, copies: int) -> Site:
    placed = nest.body[i]
    around = [loop for loop in nest.named(placed.within) if not loop.in_time]
    consumed = nest.named(placed.over)
    form = nest.forms()[i][0] if i in nest.chain else Form.WORD
    return Site(
        product=nest.product,
        copies=copies,
        spatial={dim: nest.extent(loop for loop in around if loop.dim is dim) for dim in Dim},
        bits=built_bits(nest).get(i, 0),
        rows=form.value * nest.extent(loop for loop in consumed if not loop.in_time),
        keeps=nest.extent(nest.named(placed.bank)) if any(loop.in_time for loop in consumed) else 0,
        in_simd=outside(nest, i),
        digit_in_time=any(loop.in_time for loop in nest.covering(Dim.BW)),
        group=_group(nest, placed),
    )


def _group(nest: Nest, placed: Placed) -> int:
    """The group of a sparse encoder; of a map, if it chooses its B by an index that only its PE knows."""
    if placed.role is Role.SPARSE:
        return nest.extent(nest.named(placed.over))
    chosen = operand_demand(nest).chosen_in_pe
    return nest.extent(chosen) if placed.role is Role.MAP and chosen else 0


def _first_outside(nest: Nest) -> int | None:
    return next((i for i in nest.chain if outside(nest, i)), None)


def _held(nest: Nest) -> list[Part]:
    """A second register for everything that the SIMD unit has yet to take, as wide as the first."""
    return [
        Part(part.primitive, part.place, Leaf.of("held_register", bits=part.leaf["bits"]), part.count)
        for i in nest.chain[:-1]
        if outside(nest, i + 1) and not outside(nest, i)
        for part in _parts(nest, i, 1)
        if part.leaf.kind == "sum_register"
    ]


def _drains(nest: Nest) -> int:
    """How often a result of one output leaves the array."""
    first = _first_outside(nest)
    leaving = nest.body[nest.chain[-1] if first is None else first]
    return nest.extent(x for x in nest.named(leaving.within) if x.in_time and x.dim in (Dim.K, Dim.BW))


def _drained_bits(nest: Nest) -> int:
    first = _first_outside(nest)
    last = nest.chain[-1] if first is None else first - 1
    return nest.forms()[last][1].value * built_bits(nest)[last]


def _stalls(nest: Nest, placed: Placed, lanes: int) -> int:
    """Every pass ends with ceil(copies / lanes) cycles in which the array waits."""
    passes = nest.extent(loop for loop in nest.named(placed.within) if loop.in_time)
    return passes * -(-_copies(nest, placed) // lanes)
