"""A network: operators over tensors, a directed acyclic graph checked when made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hwsim.errors import WorkloadError
from hwsim.workload.operator import Operator, Product
from hwsim.workload.tensor import Role, Tensor

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class Workload:
    """``operators`` in an order in which they can run; ``tensors`` by name; ``assumptions`` made while reading."""

    name: str
    operators: tuple[Operator, ...]
    tensors: Mapping[str, Tensor]
    assumptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [operator.name for operator in self.operators]
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise WorkloadError(f"{self.name}: two operators are named {twice!r}")
        made = {name for name, t in self.tensors.items() if t.role in (Role.INPUT, Role.PARAMETER)}
        for operator in self.operators:
            for tensor in operator.inputs:
                if tensor not in self.tensors:
                    raise WorkloadError(f"{self.name}: operator {operator.name!r} reads the unknown tensor {tensor!r}")
                if tensor not in made:
                    raise WorkloadError(
                        f"{self.name}: operator {operator.name!r} reads {tensor!r} before any operator makes it"
                    )
            self._check_elements_read(operator)
            for tensor in operator.outputs:
                if tensor not in self.tensors:
                    raise WorkloadError(f"{self.name}: operator {operator.name!r} makes the unknown tensor {tensor!r}")
                if tensor in made:
                    raise WorkloadError(f"{self.name}: tensor {tensor!r} is made twice, again by {operator.name!r}")
                made.add(tensor)

    def _check_elements_read(self, operator: Operator) -> None:
        for tensor, elements in operator.elements_read.items():
            most = self.tensors[tensor].elements
            if elements > most:
                raise WorkloadError(
                    f"{self.name}: operator {operator.name!r} reads {elements} elements of {tensor!r}, which has {most}"
                )

    @cached_property
    def graph(self) -> nx.DiGraph:
        """Operators as nodes; an edge carries the ``tensor`` that flows along it."""
        import networkx as nx  # a seventh of a second, and most questions never walk the graph

        graph = nx.DiGraph(name=self.name)
        graph.add_nodes_from(operator.name for operator in self.operators)
        producer = {tensor: operator.name for operator in self.operators for tensor in operator.outputs}
        for operator in self.operators:
            for tensor in operator.inputs:
                if tensor in producer:
                    graph.add_edge(producer[tensor], operator.name, tensor=tensor)
        return graph

    @cached_property
    def consumers(self) -> Mapping[str, tuple[Operator, ...]]:
        """Operators that read each tensor, in order."""
        readers: dict[str, list[Operator]] = {name: [] for name in self.tensors}
        for operator in self.operators:
            for tensor in dict.fromkeys(operator.inputs):
                readers[tensor].append(operator)
        return {name: tuple(found) for name, found in readers.items()}

    @property
    def products(self) -> Iterator[tuple[Operator, Product]]:
        """The operators that hold a matrix product, with it, in order."""
        return ((o, o.product) for o in self.operators if o.product is not None)

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates of all products."""
        return sum(product.gemm.macs for _, product in self.products)
