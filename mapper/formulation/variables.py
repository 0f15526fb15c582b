"""Variables of the published model (COSMA, section III-B): four actions per buffer and place, an address, an order.

create C, keep P ("preserve"), spill S and retrieve R are binary; a buffer is in the scratchpad at a place where it is
created, kept or retrieved. V ("same address as before") is left out: with Eq. 2 it equals P.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mapper.formulation.fixed_schedule import known_creation
from mapper.formulation.frame import Frame
from mapper.formulation.rows import Rows, Term, Terms

Key = tuple[int, int]
"""Number of a buffer (or step), place."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """What the printed equations leave open; each was found by building and replaying the model as printed.

    ``one_step_per_place``: Eq. 1-8 let several steps run at once. ``nothing_kept_at_first`` and
    ``nothing_spilled_at_first``: no equation binds P and S at place 0, so a buffer could be there, or in DRAM, before
    it is made.
    ``windows``: leaving out pairs whose windows are apart is sound only if a buffer is nowhere outside its window.
    ``copies``: what lies in DRAM is loaded at the place that reads it (C, free) and comes back without a spill; a
    handed-out buffer comes back without one too.
    """

    one_step_per_place: bool = True
    nothing_kept_at_first: bool = True
    nothing_spilled_at_first: bool = True
    windows: bool = True
    copies: bool = True


@dataclass
class Published(Rows):
    """The variables, by buffer and place, and rows as they are added. A variable that is not there is 0."""

    frame: Frame
    corrections: Corrections = field(default_factory=Corrections)
    moves: bool = True
    """whether anything may be spilled and retrieved (not for the minimum peak, Eq. 13)"""
    addressed: bool = False
    """whether the model decides addresses (Eq. 9-11)"""
    creates: dict[Key, Term] = field(default_factory=dict)
    keeps: dict[Key, Term] = field(default_factory=dict)
    spills: dict[Key, Term] = field(default_factory=dict)
    retrieves: dict[Key, Term] = field(default_factory=dict)
    addresses: dict[Key, Term] = field(default_factory=dict)
    step_runs: dict[Key, Term] = field(default_factory=dict)
    """by step and place: C of its first output, or its own where it has none"""

    def __post_init__(self) -> None:
        super().__init__(self.frame.graph.name)
        for number in range(len(self.frame.buffers)):
            self._actions(number)
        for index in range(len(self.frame.graph.steps)):
            self._runs(index)

    def window(self, number: int) -> range:
        """Places at which a buffer has variables."""
        return self.frame.needed_places[number] if self.corrections.windows else range(self.frame.places)

    def copied(self, number: int) -> bool:
        """Whether an eviction needs no spill."""
        return self.corrections.copies and self.frame.buffers[number].has_copy

    def resident(self, number: int, place: int) -> Iterator[tuple[int, Term]]:
        """C + P + R: terms that say whether a buffer is in the scratchpad."""
        for table in (self.creates, self.keeps, self.retrieves):
            yield 1, table.get((number, place), 0)

    def stored_before(self, number: int, place: int) -> Terms:
        """Terms that say whether DRAM has a copy when ``place`` begins: spilled, or (with a copy) met before."""
        table = self.creates if self.copied(number) else self.spills
        last = place if self.copied(number) else place + 1
        return [(1, table.get((number, k), 0)) for k in range(last)]

    def _actions(self, number: int) -> None:
        window = self.window(number)
        fixed = known_creation(self.frame, number)
        for place in self._creation_places(number):
            self.creates[number, place] = 1 if fixed is not None else self.binary(f"C_{number}_{place}")
        for place in window:
            first = place == window.start
            if not first or (place == 0 and not self.corrections.nothing_kept_at_first):
                self.keeps[number, place] = self.binary(f"P_{number}_{place}")
            if not self.moves:
                continue
            if not first:
                self.retrieves[number, place] = self.binary(f"R_{number}_{place}")
            spilled = not first or (place == 0 and not self.corrections.nothing_spilled_at_first)
            if spilled and not self.copied(number):
                self.spills[number, place] = self.binary(f"S_{number}_{place}")

    def _creation_places(self, number: int) -> range:
        """Where its maker can run; what lies in DRAM is created by its first load."""
        buffer = self.frame.buffers[number]
        fixed = known_creation(self.frame, number)
        if fixed is not None:
            return range(fixed, fixed + 1)
        maker = self.frame.graph.maker.get(buffer.name)
        return self.frame.needed_places[number] if maker is None else self.frame.step_places[maker]

    def _runs(self, index: int) -> None:
        outputs = self.frame.graph.steps[index].outputs
        for place in self.frame.step_places[index]:
            if outputs:
                self.step_runs[index, place] = self.creates[self.frame.number[outputs[0]], place]
            else:
                self.step_runs[index, place] = 1 if self.frame.order else self.binary(f"X_{index}_{place}")
