"""Sparse columns edge by edge: from the issue of each fold through the registers of the PEs to the SIMD lanes."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.bitslice.issue import FoldIssue, fold_issue
from hwsim.arrays.bitslice.layout import SliceLayout
from hwsim.arrays.bitslice.simd import Origin, SimdLanes
from hwsim.arrays.blocks import HIGH, LOW
from hwsim.encodings.select import select_codes
from hwsim.ports import VALID, Beat, Inputs, Outputs

Matrix = NDArray[np.integer]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class SliceFold:
    """One fold: its operands where the columns find them, and its issue."""

    issue: FoldIssue
    a: Ints
    """(columns, turns, steps, lanes, group)"""
    b: Ints
    """(k, rows), zeros beyond the product"""
    origin: Origin
    real_columns: int
    """columns of the product among the PEs' rows"""


@dataclass(frozen=True, slots=True)
class Moment:
    """Cycle ``cycle`` of a fold: what stands between two edges."""

    fold: SliceFold
    cycle: int


def run_slices(a: Matrix, b: Matrix, layout: SliceLayout, overlap: bool) -> Generator[Beat, None, Ints]:
    """Compute ``a @ b`` with a (m, k) encoded; each ``yield`` is one clock edge."""
    flush = layout.flush_cycles
    stepper = _Stepper(
        layout,
        *(
            -(-side // unit) * unit
            for side, unit in zip((a.shape[0], b.shape[1]), (layout.columns, layout.rows), strict=True)
        ),
    )
    for fold in _folds(a, b, layout):
        for cycle in range(fold.issue.cycles):
            yield stepper.edge(Moment(fold, cycle))
        for _ in range(0 if overlap else flush):
            yield stepper.edge(None)
    for _ in range(flush if overlap else 0):
        yield stepper.edge(None)
    return stepper.simd.product(a.shape[0], b.shape[1])


def _folds(a: Matrix, b: Matrix, layout: SliceLayout) -> Iterator[SliceFold]:
    """Rows of A outermost: a fold's issue serves all folds with the same rows."""
    for top in range(0, a.shape[0], layout.columns):
        operands, issue = _issue(a[top : top + layout.columns], layout)
        for left in range(0, b.shape[1], layout.rows):
            words = np.zeros((operands[0].size, layout.rows), np.int64)
            part = b[:, left : left + layout.rows]
            words[: part.shape[0], : part.shape[1]] = part
            yield SliceFold(issue, operands, words, Origin(top, left), part.shape[1])


def _issue(a: Matrix, layout: SliceLayout) -> tuple[Ints, FoldIssue]:
    """The encoded operand in groups, by the turn in which a column works on them, and when its digits are issued."""
    rule, (rows, k) = layout.rule, a.shape
    steps = rule.segment_steps(k)
    padded = np.zeros((layout.columns, rule.segments * steps * rule.step), np.int64)
    padded[:rows, :k] = a
    by_segment = padded.reshape(layout.columns, rule.segments, steps, rule.lanes, rule.group)
    by_turn = by_segment[np.arange(layout.columns)[:, None], segments_of_turns(layout)]
    digits = np.moveaxis(rule.encoding.encode(by_turn, layout.encoded), -1, 1)
    return by_turn, fold_issue(digits, layout)


def segments_of_turns(layout: SliceLayout) -> Ints:
    """Which segment of k a column works on in each turn, (columns, turns): column i begins with segment i."""
    columns, turns = np.ogrid[: layout.columns, : layout.segments]
    found: Ints = (columns + turns) % layout.segments
    return found


class _Stepper:
    """The registers of the whole engine, and what it shows after each edge."""

    def __init__(self, layout: SliceLayout, height: int, width: int) -> None:
        self.layout, self.simd = layout, SimdLanes(layout, height, width)
        self._pairs = np.zeros((2, layout.columns, layout.rows), np.int64)
        self._past: list[Moment | None] = [None] * (layout.sum_stages + 2)
        self._segment, self._tree = segments_of_turns(layout), layout.mac.digit_sum(layout.plain)

    def edge(self, before: Moment | None) -> Beat:
        """One edge; ``before`` is the cycle of the fold in progress that it ends, None between folds."""
        after = Moment(before.fold, before.cycle + 1) if before else None
        inputs = self._inputs(before)
        self._past = [after, *self._past[:-1]]
        active, c_in, outputs = self._clock()
        return Beat(active, {**inputs, "c_in": c_in}, {**self._front(after), **outputs})

    # after an edge, _past[i] is the cycle that i edges have followed: 0 the one that begins with it

    def _inputs(self, before: Moment | None) -> Inputs:
        layout, last = self.layout, np.zeros(1, np.int64)
        a = np.zeros((layout.columns, layout.mac.lanes, layout.mac.group), np.int64)
        if before:
            last += before.fold.a.shape[2] - 1
            column, lane = np.ogrid[: layout.columns, : layout.mac.lanes]
            a = before.fold.a[column, self._at(before, "next_turn"), self._at(before, "next_step"), lane]
        return {
            layout.encoded_port: a.reshape(-1),
            layout.plain_port: self._group(before) if layout.mac.encoders_in_pe else self._fetched(self._past[1]),
            "start": HIGH if before and before.cycle == 0 else LOW,
            "last_step": last,
        }

    def _at(self, moment: Moment, name: str) -> Ints:
        found: Ints = getattr(moment.fold.issue, name)[moment.cycle]
        return found

    def _places(self, moment: Moment, turn: str, step: str) -> Ints:
        """The first k of the groups that every lane is at, (columns, lanes)."""
        layout, steps = self.layout, moment.fold.a.shape[2]
        segment = np.take_along_axis(self._segment, self._at(moment, turn), axis=1)
        group = (segment * steps + self._at(moment, step)) * layout.mac.lanes + np.arange(layout.mac.lanes)
        first: Ints = group * layout.mac.group
        return first

    def _words(self, moment: Moment) -> Ints:
        """The plain operands of the digits of a cycle, (columns, lanes, rows); zero where there is no digit."""
        k = self._places(moment, "turn", "step") + self._at(moment, "index")
        words: Ints = moment.fold.b[k] * (self._at(moment, "digit") != 0)[..., None]
        return words

    def _fetched(self, moment: Moment | None) -> Ints:
        if moment is None:
            return np.zeros(self.layout.columns * self.layout.rows * self.layout.mac.lanes, np.int64)
        words: Ints = self._words(moment).swapaxes(1, 2).reshape(-1)
        return words

    def _group(self, before: Moment | None) -> Ints:
        """All operands of the group that is taken next, for PEs that choose among them."""
        layout = self.layout
        if before is None:
            return np.zeros(layout.columns * layout.rows * layout.mac.group, np.int64)
        k = self._places(before, "next_turn", "next_step") + np.arange(layout.mac.group)
        words: Ints = before.fold.b[k].swapaxes(1, 2).reshape(-1)
        return words

    def _clock(self) -> tuple[int, Ints, Outputs]:
        """The pairs and the SIMD lanes: what was issued ``sum_stages`` edges ago is added, what was finished leaves."""
        layout, stages = self.layout, self.layout.sum_stages
        issued, ended = self._past[stages], self._past[stages + 1]
        handed, bw = np.zeros(layout.columns, bool), np.zeros(layout.columns, np.int64)
        if ended:
            handed, bw = self._at(ended, "finished").astype(bool), self._at(ended, "bw")
        origin = ended.fold.origin if ended else None
        c_in, c, valid = self.simd.clock((self._pairs[0], self._pairs[1]), handed, bw, origin)
        active = self._add(issued, handed)
        pairs = {"sum": self._pairs[0].reshape(-1).copy(), "carry": self._pairs[1].reshape(-1).copy()}
        return active, c_in, {**pairs, "c": c, "c_valid": valid}

    def _add(self, issued: Moment | None, handed: NDArray[np.bool_]) -> int:
        """Compress; a pair that was handed over counts as zero, and where nothing happens it is not clocked."""
        self._pairs[:, handed] = 0
        if issued is None:
            return 0
        digit = self._at(issued, "digit").astype(np.int64)
        clocked = digit.any(axis=1)
        digits, words = digit[clocked, :, None].swapaxes(0, 1), self._words(issued)[clocked].swapaxes(0, 1)
        self._pairs[:, clocked] = self._tree.pair(self._pairs[:, clocked], digits, words)
        return int(clocked.sum()) * issued.fold.real_columns

    def _front(self, after: Moment | None) -> Outputs:
        """What the issuing side shows: the next group, the group at work, the digit; later by the address registers."""
        layout, lanes = self.layout, self.layout.columns * self.layout.mac.lanes
        busy = bool(after and after.cycle < after.fold.issue.cycles)
        shown: dict[str, Ints] = {"next_step": self._flat(after, "next_step", lanes)}
        emitted = after if layout.mac.encoders_in_pe else self._past[1]
        turned = layout.segments > 1
        if turned:
            shown["next_turn"] = self._flat(after, "next_turn", lanes)
        addresses = [] if layout.mac.encoders_in_pe else ["step", "turn"][: 1 + turned]
        for name in (*addresses, "index"):
            shown[name] = self._flat(emitted, name, lanes)
        digits = self._flat(emitted, "digit", lanes)
        select, enable = select_codes(digits.astype(np.int8))
        shown |= {"select": select.astype(np.int64), "enable": enable.astype(VALID)}
        if layout.mac.encoders_in_pe:
            shown |= {name: np.repeat(shown[name], layout.rows) for name in ("index", "select", "enable")}
        return {**shown, "busy": np.array([busy], VALID)}

    def _flat(self, moment: Moment | None, name: str, lanes: int) -> Ints:
        if moment is None:
            return np.zeros(lanes, np.int64)
        return self._at(moment, name).reshape(-1).astype(np.int64)
