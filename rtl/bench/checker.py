"""The two judges of a design: every lane at every edge against the step model, and the product of whole matrices."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hwsim.ports import RESULT_VALID, RESULTS, Port
from rtl.bench.observation import Mismatch, Record
from rtl.bench.vectors import Case, Product, assemble, lane_text, lane_value


class EdgeChecker:
    """Compares the output buses after one edge, as texts of 0, 1, X and Z, with those of the step model.

    A product that follows another without reset finds the other's sums in its registers; the step model starts
    from reset. There, a lane of a result is compared when its valid bit is set, and the valid bits always are.
    """

    def __init__(self, outputs: tuple[Port, ...], case: Case, record: Record) -> None:
        self._case, self._record = case, record
        self._guarded = set() if case.reset else set(RESULTS)
        self._outputs = outputs

    def check_reset(self, got: Mapping[str, str]) -> None:
        """Judge the outputs after the reset, as edge 0: every register is cleared, so every lane shows 0."""
        self._judge(0, {port.name: "0" * port.width_bits for port in self._outputs}, got)

    def check(self, edge: int, expected: Mapping[str, str], got: Mapping[str, str]) -> None:
        """Judge the outputs after edge number ``edge`` of the case, from 1."""
        self._record.edges += 1
        self._judge(edge, expected, got)

    def _judge(self, edge: int, expected: Mapping[str, str], got: Mapping[str, str]) -> None:
        for port in self._outputs:
            want, have = expected[port.name], got[port.name]
            if port.name in self._guarded:
                valid = expected[RESULT_VALID]
                lanes = [i for i, bit in enumerate(reversed(valid)) if bit == "1"]
                self._record.lanes += len(lanes)
                self._compare(edge, port, lanes, want, have)
            else:
                self._record.lanes += port.lanes
                if want != have:
                    self._compare(edge, port, range(port.lanes), want, have)

    def _compare(self, edge: int, port: Port, lanes: range | list[int], want: str, have: str) -> None:
        for lane in lanes:
            left, right = lane_text(want, port, lane), lane_text(have, port, lane)
            if left != right:
                shown = [_shown(text, port) for text in (left, right)]
                self._record.differ(Mismatch(self._case.name, edge, port.name, lane, *shown))


class ProductChecker:
    """Collects what the design itself calls valid, lane by lane, and compares the product with that of whole matrices.

    A result that leaves as a pair is worth its total modulo the width of its ports.
    """

    def __init__(self, outputs: tuple[Port, ...], case: Case, product: Product, record: Record) -> None:
        self._ports = [p for p in outputs if p.name in RESULTS]
        self._case, self._product, self._record = case, product, record
        self._results: list[list[int | None]] = [[] for _ in range(self._ports[0].lanes)]

    def collect(self, got: Mapping[str, str]) -> None:
        valid = got[RESULT_VALID]
        if "1" in valid:
            for lane, bit in enumerate(reversed(valid)):
                if bit == "1":
                    self._results[lane].append(self._value(got, lane))

    def _value(self, got: Mapping[str, str], lane: int) -> int | None:
        rows = [lane_value(lane_text(got[port.name], port, lane), port.format) for port in self._ports]
        known = [row for row in rows if row is not None]
        if len(known) < len(rows):
            return None
        fmt = self._ports[0].format
        return lane_value(f"{sum(known) % (1 << fmt.bits):0{fmt.bits}b}", fmt)

    def finish(self) -> None:
        """Judge the whole product; call it after the last edge of the case."""
        lanes, length = self._product.places.shape
        counts = [len(values) for values in self._results]
        wrong = [lane for lane in range(lanes) if counts[lane] != length]
        for lane in wrong:
            self._differ(RESULT_VALID, lane, f"{length} results", f"{counts[lane]} results")
        if not wrong:
            self._compare_elements()

    def _compare_elements(self) -> None:
        expected = self._product.expected
        m, n = expected.shape
        known = [[0 if value is None else value for value in values] for values in self._results]
        got = assemble(np.array(known, dtype=np.int64), self._product.places, m, n)
        self._record.elements += expected.size
        for row, col in np.argwhere(got != expected):
            self._differ("product", int(row * n + col), str(expected[row, col]), str(got[row, col]))

    def _differ(self, port: str, lane: int, expected: str, got: str) -> None:
        edges = self._case.stop - self._case.start
        self._record.differ(Mismatch(self._case.name, edges, port, lane, expected, got))


def _shown(text: str, port: Port) -> str:
    """A number where every bit is known, else the bits."""
    value = lane_value(text, port.format)
    return text if value is None else str(value)
