"""What is counted: from a workload to its memory graph, under stated settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from hwsim.errors import SpecError
from hwsim.residency.graph import Buffer, MemoryGraph, Step
from hwsim.vector_unit import chain_after
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Kind, Operator
from hwsim.workload.tensor import Role

NEIGHBOURS = ("Pool", "LRN", "Resize", "Upsample", "Interpolate")
"""Parts of names of vector operators that read around each element and so cannot work in place."""


@dataclass(frozen=True, slots=True)
class Account:
    """Settings of the account.

    ``parameters``: weights and constants are buffers too, loaded before the step that reads them. ``element_bytes``:
    of every tensor. ``fuse``: vector operators that follow an operator alone, elementwise, work on its results before
    they are stored. ``in_place``: an elementwise step may overwrite an operand that nobody else reads.
    ``recompute``: vector and moving operators may run again.
    """

    parameters: bool = False
    element_bytes: int = 1
    fuse: bool = True
    in_place: bool = False
    recompute: bool = False

    def __post_init__(self) -> None:
        if self.element_bytes < 1:
            raise SpecError(f"element_bytes is {self.element_bytes}; at least 1 is allowed")

    def assumptions(self) -> Iterator[str]:
        """A sentence each."""
        yield f"every element takes {self.element_bytes} byte{'s' * (self.element_bytes > 1)} in the scratchpad"
        if self.parameters:
            yield "parameters lie in the scratchpad while they are read; their first load is compulsory"
        else:
            yield "activations alone take room: parameters pass by, and their bytes are compulsory"
        if self.fuse:
            yield "normalisations and activations that follow an operator alone are folded into it"
        yield "views (reshape, flatten) take no room and no step"
        if self.in_place:
            yield "an elementwise operator writes over an operand of the same size that nobody else reads"
        if self.recompute:
            yield (
                "vector and moving operators may run again just before another, where all that both need lies at once"
            )


def _can_lead(operator: Operator) -> bool:
    """Whether what follows may be folded into it as its results leave."""
    return operator.kind is Kind.PRODUCT or (operator.kind is Kind.VECTOR and len(operator.outputs) == 1)


def viewed(workload: Workload, operator: Operator) -> str | None:
    """The tensor that a view renames; None for anything else."""
    if operator.kind is not Kind.VIEW or len(operator.outputs) != 1:
        return None
    elements = workload.tensors[operator.outputs[0]].elements
    data = [x for x in operator.inputs if workload.tensors[x].elements == elements]
    return data[0] if data else None


def memory_graph(workload: Workload, account: Account | None = None) -> MemoryGraph:
    """The steps and buffers of ``workload`` under ``account``.

    A mapping graph in JSON tells bytes: its tensors have one byte per element.
    """
    return _Accounting(workload, account or Account()).graph()


@dataclass
class _Accounting:
    workload: Workload
    account: Account
    head: dict[str, str] = field(default_factory=dict)
    """operator -> the operator whose step it belongs to"""
    root: dict[str, str] = field(default_factory=dict)
    """tensor -> the tensor whose room it shares"""
    names: dict[str, list[str]] = field(default_factory=dict)
    """tensor that has room -> all tensors that share it"""

    def graph(self) -> MemoryGraph:
        self._fold()
        for name in self.workload.tensors:
            self.names.setdefault(self._of(name), []).append(name)
        by_name = {operator.name: operator for operator in self.workload.operators}
        members: dict[str, list[Operator]] = {}
        leading = []
        for operator in self.workload.operators:
            if operator.name in self.head:
                members.setdefault(self.head[operator.name], []).append(operator)
            else:
                leading.append(operator.name)
        passing = self._passing(members)
        steps = tuple(replace(self._step(name, folded), passing=passing[name]) for name, folded in members.items())
        touched = dict.fromkeys(name for step in steps for name in step.touched)
        return MemoryGraph(
            self.workload.name,
            tuple(self._in_place(x, by_name[x.operators[0]]) for x in steps) if self.account.in_place else steps,
            {name: self._buffer(name) for name in touched},
            sum(size for step in steps for _, size in step.passing),
            tuple(leading),
            (*self.account.assumptions(), *self.workload.assumptions),
            dict(self.root),
        )

    def _fold(self) -> None:
        """Put views with their source, and chains of vector operators with the operator before them."""
        maker: dict[str, str] = {}
        for operator in self.workload.operators:
            source = viewed(self.workload, operator)
            if source is not None:
                (result,) = operator.outputs
                self.root[result] = self.root.get(source, source)
                if source in maker:
                    self.head[operator.name] = maker[result] = maker[source]
                continue
            head = self.head.setdefault(operator.name, operator.name)
            maker.update(dict.fromkeys(operator.outputs, head))
            if self.account.fuse and head == operator.name and _can_lead(operator):
                for follower in chain_after(self.workload, operator).operators:
                    self.head[follower.name] = head

    def _of(self, tensor: str) -> str:
        return self.root.get(tensor, tensor)

    def _counts(self, tensor: str) -> bool:
        return self.account.parameters or self.workload.tensors[self._of(tensor)].role is not Role.PARAMETER

    def _step(self, name: str, folded: list[Operator]) -> Step:
        inner = {tensor for operator in folded for tensor in operator.outputs}
        read = [self._of(x) for o in folded for x in o.inputs if x not in inner and self._counts(x)]
        made = [self._of(x) for o in folded for x in o.outputs if self._leaves(x, folded)]
        repeatable = self.account.recompute and bool(read) and all(o.kind is not Kind.PRODUCT for o in folded)
        return Step(
            name,
            tuple(dict.fromkeys(read)),
            tuple(dict.fromkeys(made)),
            repeatable=repeatable,
            operators=tuple(operator.name for operator in folded),
        )

    def _leaves(self, tensor: str, folded: list[Operator]) -> bool:
        """Whether anyone outside the step needs this tensor, or the view through which it is needed."""
        names = {operator.name for operator in folded}
        if self.workload.tensors[tensor].role is Role.OUTPUT:
            return True
        return any(reader.name not in names for reader in self.workload.consumers[tensor])

    def _in_place(self, step: Step, first: Operator) -> Step:
        if first.kind is not Kind.VECTOR or any(word in first.op for word in NEIGHBOURS) or len(step.outputs) != 1:
            return step
        (result,) = step.outputs
        for source in step.inputs:
            if self._overwritable(source, step) and self._buffer(source).bytes == self._buffer(result).bytes:
                return replace(step, in_place=(source, result), repeatable=False)
        return step

    def _overwritable(self, buffer: str, step: Step) -> bool:
        tensors = self.names[buffer]
        if any(self.workload.tensors[x].role is not Role.ACTIVATION for x in tensors):
            return False
        return all(
            reader.name in step.operators or viewed(self.workload, reader) is not None
            for x in tensors
            for reader in self.workload.consumers[x]
        )

    def _buffer(self, name: str) -> Buffer:
        roles = {self.workload.tensors[x].role for x in self.names[name]}
        in_dram = bool(roles & {Role.INPUT, Role.PARAMETER})
        return Buffer(name, self._bytes(name), in_dram, not in_dram and Role.OUTPUT in roles)

    def _bytes(self, name: str) -> int:
        """As much of a tensor as its greediest reader reads: of an embedding table, the rows."""
        whole = self.workload.tensors[name].elements
        readers = self.workload.consumers[name]
        read = max((o.elements_read.get(name, whole) for o in readers), default=whole)
        return max(1, read if readers and self.workload.tensors[name].role is Role.PARAMETER else whole) * (
            self.account.element_bytes
        )

    def _passing(self, members: Mapping[str, list[Operator]]) -> dict[str, tuple[tuple[str, int], ...]]:
        """Parameters that pass by, each with the first step that reads it; none where they are buffers."""
        met: set[str] = set()
        found: dict[str, tuple[tuple[str, int], ...]] = {}
        for name, folded in members.items():
            read = dict.fromkeys(self._of(x) for operator in folded for x in operator.inputs if not self._counts(x))
            found[name] = tuple((x, self._bytes(x)) for x in read if x not in met)
            met.update(read)
        return found
