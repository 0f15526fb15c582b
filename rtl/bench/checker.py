"""The two judges of a design: every lane at every edge against the step model, and the product against numpy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hwsim.ports import Port
from rtl.bench.observation import Mismatch, Record
from rtl.bench.vectors import Case, Product, assemble, lane_text, lane_value

VALID_SUFFIX = "_valid"
RESULT = "c"


class EdgeChecker:
    """Compares the output buses after one edge, as texts of 0, 1, X and Z, with those of the step model.

    A product that follows another without reset finds the other's sums in its registers; the step model starts
    from reset. There, a lane with a valid bit is compared when that bit is set, and the valid bits always are.
    """

    def __init__(self, outputs: tuple[Port, ...], case: Case, record: Record) -> None:
        self._case, self._record = case, record
        names = {port.name for port in outputs}
        self._guarded = {p.name for p in outputs if not case.reset and p.name + VALID_SUFFIX in names}
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
                valid = expected[port.name + VALID_SUFFIX]
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
    """Collects what the design itself calls valid, lane by lane, and compares the product with ``a @ b`` of numpy."""

    def __init__(self, outputs: tuple[Port, ...], case: Case, product: Product, record: Record) -> None:
        self._port = next(p for p in outputs if p.name == RESULT)
        self._case, self._product, self._record = case, product, record
        self._results: list[list[int | None]] = [[] for _ in range(self._port.lanes)]

    def collect(self, got: Mapping[str, str]) -> None:
        valid = got[RESULT + VALID_SUFFIX]
        if "1" in valid:
            for lane, bit in enumerate(reversed(valid)):
                if bit == "1":
                    text = lane_text(got[RESULT], self._port, lane)
                    self._results[lane].append(lane_value(text, self._port.format))

    def finish(self) -> None:
        """Judge the whole product; call it after the last edge of the case."""
        lanes, length = self._product.places.shape
        counts = [len(values) for values in self._results]
        wrong = [lane for lane in range(lanes) if counts[lane] != length]
        for lane in wrong:
            self._differ(RESULT + VALID_SUFFIX, lane, f"{length} results", f"{counts[lane]} results")
        if not wrong:
            self._compare_elements()

    def _compare_elements(self) -> None:
        a, b = self._product.a, self._product.b
        m, n = a.shape[0], b.shape[1]
        known = [[0 if value is None else value for value in values] for values in self._results]
        got = assemble(np.array(known, dtype=np.int64), self._product.places, m, n)
        expected = np.matmul(a, b)
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
