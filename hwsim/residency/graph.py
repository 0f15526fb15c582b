"""A network as one scratchpad sees it: steps that need buffers, and buffers with sizes; shapes and products are gone.

The model is COSMA's (arXiv 2311.18246, section III): a step is atomic, all that it reads and makes lies in the
scratchpad while it runs, and one step runs at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from hwsim.errors import WorkloadError


@dataclass(frozen=True, slots=True)
class Buffer:
    """A tensor that takes room. ``in_dram``: a copy lies in DRAM before the run (model inputs, parameters), so it
    never needs to be spilled. ``handed_out``: it must be in DRAM after the run; the store that brings it there is
    compulsory, happens as it is made, and leaves a copy too. ``mirrored``: some step streams it from DRAM, so it is
    spilled as it is made."""

    name: str
    bytes: int
    in_dram: bool = False
    handed_out: bool = False
    mirrored: bool = False

    @property
    def has_copy(self) -> bool:
        """Whether an eviction costs no write, whenever it happens."""
        return self.in_dram or self.handed_out or self.mirrored


@dataclass(frozen=True, slots=True)
class Streamed:
    """A buffer that a step reads from DRAM, or writes there, tile by tile: it does not lie in the scratchpad for that.
    ``bytes`` go over the bus; more than the buffer has, where tiles are fetched again."""

    buffer: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Step:
    """An operator with what is folded into it: buffers read and made.

    ``in_place`` is a pair (input, output) that may share an address while the step runs; nobody else reads the input.
    ``repeatable`` says that the step may run again instead of fetching its outputs. ``operators`` are the workload's
    operators, in the order in which they run. ``streamed_in`` and ``streamed_out`` are read and made too; the room of
    their tiles is an output that nobody reads. ``passing`` are the parameters, with their bytes, that pass by while the
    step runs and are no buffers; one that several steps read is counted with the first of them.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    in_place: tuple[str, str] | None = None
    repeatable: bool = False
    operators: tuple[str, ...] = ()
    streamed_in: tuple[Streamed, ...] = ()
    streamed_out: tuple[Streamed, ...] = ()
    after: tuple[str, ...] = ()
    passing: tuple[tuple[str, int], ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        """All that must be made before the step runs, wherever it lies."""
        return (*self.inputs, *(streamed.buffer for streamed in self.streamed_in))

    @property
    def makes(self) -> tuple[str, ...]:
        """All that the step makes, wherever it puts it."""
        return (*self.outputs, *(streamed.buffer for streamed in self.streamed_out))

    @property
    def touched(self) -> tuple[str, ...]:
        """Inputs and outputs in the scratchpad, each once."""
        return tuple(dict.fromkeys((*self.inputs, *self.outputs)))


@dataclass(frozen=True)
class MemoryGraph:
    """``steps`` in the default order, in which they can run; ``buffers`` by name.

    ``outside_bytes`` move once, and no plan changes them: parameters, where they are not buffers. ``leading`` are
    operators of the workload that belong to no step: views of inputs and of constants. ``roots`` names, for tensors of
    the workload that are views, the buffer in which they lie.
    """

    name: str
    steps: tuple[Step, ...]
    buffers: Mapping[str, Buffer]
    outside_bytes: int = 0
    leading: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    roots: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [step.name for step in self.steps]
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise WorkloadError(f"{self.name}: two steps are named {twice!r}")
        for name, buffer in self.buffers.items():
            if buffer.name != name:
                raise WorkloadError(f"{self.name}: buffer {buffer.name!r} is listed as {name!r}")
            if buffer.bytes < 1:
                raise WorkloadError(f"{self.name}: buffer {name!r} has {buffer.bytes} bytes; at least 1 is allowed")
        made = {name for name, buffer in self.buffers.items() if buffer.in_dram}
        for step in self.steps:
            self._check_step(step, made)
            made.update(step.makes)
        if missing := next((name for name in self.buffers if name not in made), None):
            raise WorkloadError(f"{self.name}: no step makes the buffer {missing!r}, and it is not in DRAM")

    def _check_step(self, step: Step, made: set[str]) -> None:
        where = f"{self.name}: step {step.name!r}"
        for name in (*step.reads, *step.makes):
            if name not in self.buffers:
                raise WorkloadError(f"{where} touches the unknown buffer {name!r}")
        for name in step.reads:
            if name not in made:
                raise WorkloadError(f"{where} reads {name!r} before any step makes it")
        for name in step.makes:
            if name in made:
                raise WorkloadError(f"{where} makes {name!r}, which is there already")
        self._check_streams(where, step)
        if step.in_place is not None:
            self._check_in_place(where, step, *step.in_place)

    def _check_streams(self, where: str, step: Step) -> None:
        for streamed in step.streamed_in:
            if not self.buffers[streamed.buffer].has_copy and streamed.buffer not in self.made_in_dram:
                raise WorkloadError(f"{where} streams {streamed.buffer!r}, of which DRAM has no copy")
        for streamed in (*step.streamed_in, *step.streamed_out):
            if streamed.bytes < self.buffers[streamed.buffer].bytes:
                raise WorkloadError(f"{where} streams {streamed.bytes} bytes of {streamed.buffer!r}, which has more")

    def _check_in_place(self, where: str, step: Step, source: str, result: str) -> None:
        if source not in step.inputs or result not in step.outputs:
            raise WorkloadError(f"{where}: in place are an input and an output, not {source!r} and {result!r}")
        if self.buffers[source].bytes != self.buffers[result].bytes:
            raise WorkloadError(f"{where}: {source!r} and {result!r} differ in size and cannot share an address")
        if len(self.readers[source]) != 1:
            raise WorkloadError(f"{where}: {source!r} is needed elsewhere and cannot be overwritten")

    @cached_property
    def readers(self) -> Mapping[str, tuple[int, ...]]:
        """Places in ``steps`` of the steps that read each buffer."""
        found: dict[str, list[int]] = {name: [] for name in self.buffers}
        for index, step in enumerate(self.steps):
            for name in dict.fromkeys(step.inputs):
                if name in found:
                    found[name].append(index)
        return {name: tuple(indices) for name, indices in found.items()}

    @cached_property
    def maker(self) -> Mapping[str, int]:
        """Place in ``steps`` of the step that makes each buffer; what lies in DRAM before the run has none."""
        return {name: index for index, step in enumerate(self.steps) for name in step.makes}

    @cached_property
    def made_in_dram(self) -> frozenset[str]:
        """Buffers whose maker streams them out: they come to the scratchpad by a retrieve alone."""
        return frozenset(streamed.buffer for step in self.steps for streamed in step.streamed_out)

    @cached_property
    def before(self) -> tuple[frozenset[int], ...]:
        """For each step the places in ``steps`` of those that must have run."""
        makers = self.maker
        return tuple(
            frozenset(makers[name] for name in step.reads if name in makers)
            | frozenset(self.index[name] for name in step.after if name in self.index)
            for step in self.steps
        )

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Place of each step, by name."""
        return {step.name: index for index, step in enumerate(self.steps)}

    def working_set(self, step: Step) -> int:
        """Bytes that lie in the scratchpad while ``step`` runs, all else evicted."""
        shared = self.buffers[step.in_place[0]].bytes if step.in_place else 0
        return sum(self.buffers[name].bytes for name in step.touched) - shared

    @cached_property
    def least_budget(self) -> int:
        """M_R: the largest working set; a smaller scratchpad runs no order (COSMA, section V)."""
        return max(map(self.working_set, self.steps), default=0)

    @property
    def compulsory_bytes(self) -> int:
        """Bytes that move in every plan: first loads, stores of what is handed out, and those outside the graph."""
        read = {name for step in self.steps for name in step.reads}
        loads = sum(b.bytes for name, b in self.buffers.items() if b.in_dram and name in read)
        stores = sum(b.bytes for b in self.buffers.values() if b.handed_out)
        return loads + stores + self.outside_bytes
