"""A study's space as genes: one whole number for each axis, the same for every design, whatever its engine is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from sweeps.design import DesignSpace
from sweeps.space import Axes
from sweeps.study import Study

ENGINE = "engine"
"""The gene that names the block of engines."""

Choice = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Gene:
    """``values`` alleles; ``ordered`` if neighbours are alike."""

    name: str
    values: int
    ordered: bool


class Genes:
    """Genes of all axes with more than one value. Axes of the same name share a gene, whichever engines have them: what
    is learned of ``rows`` for one array is tried in another. Of a gene with n alleles an axis of fewer values takes
    an equal share each; an engine without the axis ignores it."""

    def __init__(self, study: Study, space: DesignSpace) -> None:
        self._study, self._space = study, space
        self._outer: Axes = {**study.machine, **study.mapper}
        self.genes = tuple(gene for gene in self._all() if gene.values > 1)
        self._values = {gene.name: gene.values for gene in self.genes}

    def _all(self) -> list[Gene]:
        found = {ENGINE: Gene(ENGINE, len(self._study.engines), ordered=False)}
        for axes in (self._outer, *(space.axes for space in self._study.engines)):
            for name, values in axes.items():
                gene = Gene(name, len(values), all(_is_number(value) for value in values))
                other = found.get(name, gene)
                found[name] = Gene(name, max(gene.values, other.values), gene.ordered and other.ordered)
        return list(found.values())

    def index_of(self, choice: Choice) -> int:
        """The number of the design that these alleles stand for."""
        block = choice.get(ENGINE, 0)
        before = sum(space.size for space in self._study.engines[:block])
        outer = self._number(self._outer, choice)
        return outer * self._space.engines + before + self._number(self._study.engines[block].axes, choice)

    def _number(self, axes: Axes, choice: Choice) -> int:
        number = 0
        for name, values in axes.items():
            at = choice[name] * len(values) // self._values[name] if name in choice else 0
            number = number * len(values) + at
        return number

    def choice_of(self, index: int, rng: Random) -> dict[str, int]:
        """Alleles that stand for design ``index``; those that it ignores are drawn."""
        outer, inner = divmod(index, self._space.engines)
        block = 0
        while inner >= self._study.engines[block].size:
            inner -= self._study.engines[block].size
            block += 1
        ats = {**_ats(self._outer, outer), **_ats(self._study.engines[block].axes, inner), ENGINE: (block, 1)}
        return {gene.name: self._allele(gene, ats, rng) for gene in self.genes}

    def _allele(self, gene: Gene, ats: Mapping[str, tuple[int, int]], rng: Random) -> int:
        if gene.name == ENGINE:
            return ats[ENGINE][0]
        if gene.name not in ats:
            return rng.randrange(gene.values)
        at, length = ats[gene.name]
        return -(-at * gene.values // length)


def _ats(axes: Axes, number: int) -> dict[str, tuple[int, int]]:
    """Of each axis which value combination ``number`` has, and of how many."""
    found: dict[str, tuple[int, int]] = {}
    for name, values in reversed(list(axes.items())):
        number, at = divmod(number, len(values))
        found[name] = at, len(values)
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
