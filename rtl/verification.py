"""Proof by simulation that the emitted Verilog of an engine does what its step model does, edge by edge."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from hwsim.arrays.base import Matrix
from hwsim.engine import Engine
from hwsim.errors import SpecError
from rtl.bench.execution import execute
from rtl.bench.observation import Mismatch, Observation
from rtl.bench.stimulus import vectors_of
from rtl.bench.vectors import Vectors
from rtl.emission import emit, top_name
from rtl.simulators import Installation, Simulator, find


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification compared and found.

    ``cases`` counts passages (every product after a reset, then all once more back to back), ``edges`` the clock
    edges after which every output port was compared, ``lanes`` the compared lane values, ``elements`` the elements of
    products compared with numpy. ``mismatches`` holds the first ones of ``mismatch_count``.
    """

    engine: str
    simulator: Simulator
    version: str
    cases: int
    edges: int
    lanes: int
    elements: int
    mismatch_count: int
    mismatches: tuple[Mismatch, ...]
    cpu_seconds: float

    @property
    def passed(self) -> bool:
        """Whether something was compared and nothing differed."""
        return self.mismatch_count == 0 and self.edges > 0 and self.elements > 0

    def __str__(self) -> str:
        head = f"{self.engine} in {self.simulator.value} {self.version}: {self.edges} edges of {self.cases} cases"
        compared = f"{self.lanes} lane values and {self.elements} elements of products compared"
        if self.passed:
            return f"{head}, {compared}, no mismatch"
        return "\n".join([f"{head}, {compared}, {self.mismatch_count} mismatches:", *map(str, self.mismatches)])


def verify(
    engine: Engine,
    simulator: Simulator = Simulator.ICARUS,
    seed: int = 0,
    cases: int = 6,
    build_dir: Path | None = None,
    sources: Sequence[Path] | None = None,
) -> Verdict:
    """Simulate ``engine`` on ``cases`` of its example products and compare it with its own step model and with numpy.

    The Verilog is emitted into ``build_dir`` (a temporary folder if None), or taken from ``sources``, whose top
    module must then bear the emitted one's name. Raises MissingToolError if the simulator is not installed,
    SimulatorError if it cannot compile or run the design, SpecError for an engine without gates.
    """
    if cases < 1:
        raise SpecError(f"a verification has at least 1 case, not {cases}")
    if seed < 0:
        raise SpecError(f"a seed is 0 or more, not {seed}")
    return verify_products(engine, engine.examples(seed, cases), simulator, build_dir, sources)


def verify_products(
    engine: Engine,
    operands: list[tuple[Matrix, Matrix]],
    simulator: Simulator = Simulator.ICARUS,
    build_dir: Path | None = None,
    sources: Sequence[Path] | None = None,
) -> Verdict:
    """``verify`` for operand pairs of one's own: a (m, k) and b (k, n), within the engine's formats."""
    if not operands:
        raise SpecError("a verification has at least 1 product, not 0")
    started = _cpu_seconds()
    installation = find(simulator)
    with ExitStack() as stack:
        folder = build_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hwsim-")))
        files = tuple(sources) if sources is not None else emit(engine, folder / "verilog")
        vectors = vectors_of(engine, operands)
        seen = execute(files, top_name(engine), vectors, installation, folder / simulator.value)
    return _judge(engine, operands, vectors, seen, installation, _cpu_seconds() - started)


def _judge(
    engine: Engine,
    operands: list[tuple[Matrix, Matrix]],
    vectors: Vectors,
    seen: Observation,
    installation: Installation,
    cpu_seconds: float,
) -> Verdict:
    clock = _clock_mismatches(engine, operands, vectors)
    return Verdict(
        engine=engine.spec,
        simulator=installation.simulator,
        version=installation.version,
        cases=len(vectors.cases),
        edges=seen.edges,
        lanes=seen.lanes,
        elements=seen.elements,
        mismatch_count=seen.mismatch_count + len(clock),
        mismatches=(*clock, *seen.mismatches),
        cpu_seconds=cpu_seconds,
    )


def _clock_mismatches(engine: Engine, operands: list[tuple[Matrix, Matrix]], vectors: Vectors) -> tuple[Mismatch, ...]:
    """Cases in which the edges that the design needed are not the cycles that ``count`` promised."""
    promised = [engine.count(a, b) for a, b in operands]
    return tuple(
        Mismatch(case.name, case.stop - case.start, "edges", 0, f"{cycles} cycles", f"{case.stop - case.start} edges")
        for case in vectors.cases
        if case.stop - case.start != (cycles := promised[case.product])
    )


def _cpu_seconds() -> float:
    """User and system time of this process and of the children it waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
