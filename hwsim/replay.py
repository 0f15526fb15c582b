"""The independent check of a program: walks every tile loop as it stands and counts what it sees.

It shares no line with the mapper or with the closed forms of tilings and traffic: no formula about reuse stands here,
only buffers that hold something or do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from hwsim.errors import ProgramError
from hwsim.jobs import jobs_of
from hwsim.machine import Machine
from hwsim.program import Program
from hwsim.tiles.demand import Demand
from hwsim.workload.graph import Workload

SIDES_OF = {"a": ("m", "k"), "b": ("k", "n"), "c": ("m", "n")}
Key = tuple[object, ...]
Range = tuple[int, int]
"""Half-open."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """Bytes over DRAM by layer, operand letter (``parameters`` for constants) and reason; tiles walked."""

    bytes_by_layer: dict[str, dict[tuple[str, str], int]]
    tiles: int

    @property
    def dram_bytes(self) -> int:
        return sum(sum(moved.values()) for moved in self.bytes_by_layer.values())


def replay(workload: Workload, machine: Machine, program: Program) -> Replayed:
    """Walk ``program`` on ``machine``; raises ProgramError for the first thing that cannot run or is not covered."""
    _check_order(workload, program)
    found, tiles = {}, 0
    for name, job in jobs_of(workload, machine).items():
        walk = _Walk(f"{program.name}: layer {name!r}", machine, job.demand, program, name)
        found[name] = walk.account()
        tiles += walk.tiles
    return Replayed(found, tiles)


def _check_order(workload: Workload, program: Program) -> None:
    """Every operator once, after the operators that make what it reads."""
    operators = {operator.name: operator for operator in workload.operators}
    makers = {tensor: operator.name for operator in workload.operators for tensor in operator.outputs}
    done: set[str] = set()
    for name in program.order:
        if name not in operators:
            raise ProgramError(f"{program.name}: {workload.name} has no operator {name!r}")
        for tensor in operators[name].inputs:
            if tensor in makers and makers[tensor] not in done:
                maker = makers[tensor]
                raise ProgramError(
                    f"{program.name}: operator {name!r} runs before {maker!r}, which makes its input {tensor!r}"
                )
        done.add(name)
    for name in operators:
        if name not in done:
            raise ProgramError(f"{program.name}: operator {name!r} of {workload.name} is missing")


class _Walk:
    """One product, tile after tile, with the buffers that its operands lie in."""

    def __init__(self, where: str, machine: Machine, demand: Demand, program: Program, name: str) -> None:
        tiling = program.tiling(name)
        self.where, self.machine, self.demand = where, machine, demand
        self.order = tiling.order
        self.lengths = {"m": tiling.m, "n": tiling.n, "k": tiling.k}
        self.depths = {"a": tiling.depth_a, "b": tiling.depth_b, "c": tiling.depth_c}
        self.whole = {"m": demand.m, "n": demand.n, "k": demand.k}
        self.elements = {"a": demand.a_elements, "b": demand.b_elements, "c": demand.c_elements}
        self.bits = {"a": demand.a_bits, "b": demand.b_bits, "c": demand.acc_bits}
        self.buffers = tiling.buffers
        self.held: dict[str, Key | None] = {"a": None, "b": None, "c": None}
        self.moved: Counter[str] = Counter()
        self.area: dict[Key, int] = {}
        self.work: Counter[Key] = Counter()
        self.tiles = 0

    def ranges(self, axis: str) -> Iterator[tuple[int, Range]]:
        """Number and range of each tile along one axis."""
        for number, low in enumerate(range(0, self.whole[axis], self.lengths[axis])):
            yield number, (low, min(low + self.lengths[axis], self.whole[axis]))

    def walk(self) -> None:
        outer, middle, inner = tuple(self.order)
        for member in range(self.demand.batch):
            for i, x in self.ranges(outer):
                for j, y in self.ranges(middle):
                    for l, z in self.ranges(inner):  # noqa: E741
                        self.tile(member, {outer: i, middle: j, inner: l}, {outer: x, middle: y, inner: z})
        if (last := self.held["c"]) is not None:
            self.leave(last)

    def tile(self, member: int, numbers: dict[str, int], ranges: dict[str, Range]) -> None:
        """Bring in what is not there, then compute."""
        self.tiles += 1
        for operand in "abc":
            shared = (operand == "a" and self.demand.a_shared) or (operand == "b" and self.demand.b_shared)
            outside = self.order[: self.depths[operand]]
            spans = [ranges[x] if x in outside else (0, self.whole[x]) for x in SIDES_OF[operand]]
            places = (numbers[x] if x in outside else "all" for x in SIDES_OF[operand])
            key: Key = (operand, 0 if shared else member, *places)
            if self.held[operand] != key:
                self.check_room(operand, self.stored(operand, spans))
                self.enter(operand, key, _size(spans))
        volume = _size(list(ranges.values()))
        assert self.held["c"] is not None
        self.work[self.held["c"]] += volume

    def enter(self, operand: str, key: Key, size: int) -> None:
        """A buffer takes something else; a result that was there leaves, and partial sums come back."""
        before = self.held[operand]
        self.held[operand] = key
        if operand != "c":
            self.moved[operand] += size
            return
        if before is not None:
            self.leave(before)
        if key in self.area:
            self.moved["partial"] += size
        self.area[key] = size

    def leave(self, key: Key) -> None:
        finished = self.work[key] == self.area[key] * self.whole["k"]
        self.moved["output" if finished else "partial"] += self.area[key]

    def stored(self, operand: str, spans: list[Range]) -> int:
        """What lies in the buffer: elements, or tables of A, which have ``a_group`` elements of a row, or fewer."""
        if operand != "a":
            return _size(spans)
        (first, last), (low, high) = spans
        return (last - first) * len(range(low, high, self.demand.a_group))

    def check_room(self, operand: str, size: int) -> None:
        pad = {"a": self.machine.a, "b": self.machine.b, "c": self.machine.c}[operand]
        room = (self.buffers or pad.buffers) * _bytes(min(size, self.elements[operand]), self.bits[operand])
        if room > pad.size_bytes:
            raise ProgramError(
                f"{self.where}: operand {operand} takes {room} bytes of a scratchpad of {pad.size_bytes}"
            )

    def account(self) -> dict[tuple[str, str], int]:
        """Walk, check that every product of every output was formed, and turn elements into bytes."""
        self.walk()
        for key, size in self.area.items():
            if self.work[key] != size * self.whole["k"]:
                raise ProgramError(f"{self.where}: output {key[1:]} lacks some of its products")
        d = self.demand
        if sum(self.area.values()) != d.batch * d.m * d.n:
            raise ProgramError(f"{self.where}: the tiles do not cover the output")
        found = {("parameters", "first_load"): d.parameter_bytes}
        for operand in "ab":
            passes = self.passes(operand, self.moved[operand])
            once = _bytes(self.elements[operand], self.bits[operand])
            first = 1 if (d.a_shared if operand == "a" else d.b_shared) else d.batch
            found[operand, "first_load"] = first * once
            found[operand, "refetch"] = (passes - first) * once
        found["c", "output"] = self.passes("c", self.moved["output"]) * (
            _bytes(d.c_elements, d.out_bits) if d.c_bytes is None else d.c_bytes
        )
        found["c", "partial_sum"] = self.passes("c", self.moved["partial"]) * _bytes(d.c_elements, d.acc_bits)
        return {key: amount for key, amount in found.items() if amount}

    def passes(self, operand: str, moved: int) -> int:
        """How many times the whole operand moved; elements that are not a whole number of passes went astray."""
        first, second = SIDES_OF[operand]
        whole = self.whole[first] * self.whole[second]
        if moved % whole:
            raise ProgramError(f"{self.where}: {moved} elements of {operand} moved, not a multiple of {whole}")
        return moved // whole


def _size(spans: list[Range]) -> int:
    size = 1
    for low, high in spans:
        size *= high - low
    return size


def _bytes(elements: int, bits: int) -> int:
    return (elements * bits + 7) // 8
