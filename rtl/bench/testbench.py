"""The cocotb test of every engine: play the vectors, compare after every edge, write down what was seen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

from rtl.bench.checker import EdgeChecker, ProductChecker
from rtl.bench.driver import DataDriver
from rtl.bench.monitor import Monitor, boundary_problem
from rtl.bench.observation import OBSERVATION_VARIABLE, Record, write_observation
from rtl.bench.vectors import VECTORS_VARIABLE, Case, Vectors, load


class Testbench:
    """Wires the parts together; they know nothing of each other."""

    def __init__(self, dut: Any, vectors: Vectors) -> None:
        self._clk, self._vectors = dut.clk, vectors
        self._driver = DataDriver(dut, vectors.inputs)
        self._monitor = Monitor(dut, vectors.outputs)
        self.record = Record()

    async def run(self) -> None:
        Clock(self._clk, 10, unit="ns").start()
        await FallingEdge(self._clk)
        for case in self._vectors.cases:
            await self._play(case)

    async def _play(self, case: Case) -> None:
        vectors = self._vectors
        edges = EdgeChecker(vectors.outputs, case, self.record)
        results = ProductChecker(vectors.outputs, case, vectors.products[case.product], self.record)
        if case.reset:
            await self._driver.reset()
            edges.check_reset(self._monitor.sample())
        drives, expectations = _buses(vectors, case)
        for edge, (inputs, expected) in enumerate(zip(drives, expectations, strict=True), start=1):
            self._driver.drive(inputs)
            await FallingEdge(self._clk)
            got = self._monitor.sample()
            edges.check(edge, expected, got)
            results.collect(got)
        results.finish()


def _buses(vectors: Vectors, case: Case) -> tuple[Any, Any]:
    """Iterators over the input and the output buses of each edge, as mappings from port name to text."""

    def rows(ports: Any) -> Any:
        names = [port.name for port in ports]
        for texts in zip(*(vectors.texts(port, case) for port in ports), strict=True):
            yield dict(zip(names, texts, strict=True))

    return rows(vectors.inputs), rows(vectors.outputs)


@cocotb.test()
async def matches_step_model(dut: Any) -> None:
    vectors, target = load(Path(os.environ[VECTORS_VARIABLE])), Path(os.environ[OBSERVATION_VARIABLE])
    problem = boundary_problem(dut, vectors.ports)
    if problem:
        write_observation(Record().close(problem), target)
        raise AssertionError(problem)
    bench = Testbench(dut, vectors)
    await bench.run()
    write_observation(bench.record.close(), target)
    assert bench.record.mismatch_count == 0, "\n".join(map(str, bench.record.first))
