"""One run of a simulator: compile the design, play the vectors, read back what the bench saw."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rtl.bench.observation import OBSERVATION_VARIABLE, Observation, read_observation
from rtl.bench.vectors import VECTORS_VARIABLE, Vectors, save
from rtl.simulators import TIMESCALE, Installation, SimulatorError, active

TEST_MODULE = "rtl.bench.testbench"
TAIL_LINES = 15


def execute(
    sources: Sequence[Path], top: str, vectors: Vectors, installation: Installation, build_dir: Path
) -> Observation:
    """Simulate module ``top`` of the Verilog ``sources`` with ``vectors``; files go to ``build_dir``.

    Raises SimulatorError if the design does not compile or the bench does not reach its end.
    """
    build_dir = build_dir.resolve()
    build_dir.mkdir(parents=True, exist_ok=True)
    save(vectors, build_dir / "vectors.npz")
    with active(installation):
        runner = _quiet_runner(installation)
        _build(runner, [path.resolve() for path in sources], top, installation, build_dir)
        return _simulate(runner, top, installation, build_dir)


def _quiet_runner(installation: Installation) -> Any:
    from cocotb_tools.runner import get_runner  # cocotb is an extra; the installation was found, so it is there

    runner = get_runner(installation.simulator.value)
    runner.log.setLevel(logging.CRITICAL)  # commands and their output are in the log files
    return runner


def _build(runner: Any, sources: list[Path], top: str, installation: Installation, build_dir: Path) -> None:
    log = build_dir / "build.log"
    try:
        runner.build(
            sources=sources,
            hdl_toplevel=top,
            build_dir=build_dir,
            build_args=installation.build_args,
            timescale=TIMESCALE,
            always=True,
            log_file=log,
        )
    except (RuntimeError, SystemExit):
        raise SimulatorError(f"{installation.simulator.value} does not compile {top}: {_tail(log)}") from None


def _simulate(runner: Any, top: str, installation: Installation, build_dir: Path) -> Observation:
    log, results, seen = build_dir / "simulation.log", build_dir / "results.xml", build_dir / "observation.json"
    seen.unlink(missing_ok=True)
    failed = _failed_tests(runner, top, installation, build_dir, log, results)
    if not seen.exists():
        raise SimulatorError(f"{installation.simulator.value} did not finish {top}: {_tail(log)}")
    observation = read_observation(seen)
    if observation.problem:
        raise SimulatorError(observation.problem)
    if failed != (observation.mismatch_count > 0):
        raise SimulatorError(f"the bench of {top} and its report disagree: {_tail(log)}")
    return observation


def _failed_tests(runner: Any, top: str, installation: Installation, build_dir: Path, log: Path, results: Path) -> bool:
    """Run the bench; whether its test failed. Without a results file, it did not end."""
    from cocotb_tools.check_results import get_results

    try:
        runner.test(
            hdl_toplevel=top,
            test_module=TEST_MODULE,
            build_dir=build_dir,
            test_dir=build_dir,
            results_xml=str(results),
            plusargs=installation.run_args,
            extra_env={
                VECTORS_VARIABLE: str(build_dir / "vectors.npz"),
                OBSERVATION_VARIABLE: str(build_dir / "observation.json"),
                "COCOTB_REWRITE_ASSERTION_FILES": "",  # else every imported file is compiled anew, at each start
            },
            log_file=log,
        )
    except SystemExit:
        pass  # how the runner reports a failed test under pytest; the results file says it everywhere
    except RuntimeError:
        raise SimulatorError(f"{installation.simulator.value} stopped in {top}: {_tail(log)}") from None
    try:
        tests, failures = get_results(results)
    except RuntimeError:
        raise SimulatorError(f"{installation.simulator.value} stopped in {top}: {_tail(log)}") from None
    return failures > 0 or tests != 1


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(lines[-TAIL_LINES:]) or "it said nothing"
