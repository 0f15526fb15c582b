"""What a point costs: load, plan, simulate; plain calls, with networks kept from point to point."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

from hwsim.errors import HwsimError
from hwsim.layer_run import Depth
from hwsim.simulation import simulate
from hwsim.workload.graph import Workload
from hwsim.workload.loader import load_workload
from mapper.objective import Objective
from mapper.planning import plan
from sweeps.canonical import digest
from sweeps.engine_depth import ENGINE_DEPTH, evaluate_together
from sweeps.metrics import summarise
from sweeps.plan_settings import Buffers
from sweeps.point import Network, Outcome, Point, failure, sizes_of
from sweeps.record import Record, pack


@dataclass
class Evaluator:
    """Runs points one after another; ``networks`` holds what was loaded."""

    networks: dict[Network, Workload] = field(default_factory=dict)
    contents: dict[Network, str] = field(default_factory=dict)

    def workload(self, network: Network) -> Workload:
        """The loaded network; raises WorkloadError if it cannot be read."""
        if network not in self.networks:
            self.networks[network] = load_workload(network.source, dict(network.dims))
        return self.networks[network]

    def content_of(self, network: Network) -> str:
        """Digest of everything that the loaded network holds."""
        if network not in self.contents:
            self.contents[network] = digest(self.workload(network))
        return self.contents[network]

    def evaluate(self, point: Point) -> Outcome:
        """Run one point; what goes wrong with it is its outcome, not an exception."""
        start = perf_counter()
        try:
            workload = self.workload(point.network)
        except HwsimError as error:
            return Outcome(point, perf_counter() - start, error=str(error))
        return outcome_of(point, workload)


def outcome_of(point: Point, workload: Workload) -> Outcome:
    """Run ``point`` on its loaded network; what goes wrong with it is its outcome, not an exception.

    Nothing here looks at a clock, draws a number or starts a thread: the same point has the same outcome everywhere,
    its duration aside.
    """
    if point.depth == ENGINE_DEPTH:
        return evaluate_together([point], {point.network: workload})[0]
    start = perf_counter()
    try:
        machine = point.make_machine()
        program = plan(workload, machine, Objective(point.plan_objective), Buffers(point.plan_buffers).counts)
        report = simulate(workload, machine, program, depth=Depth(point.depth)).to_json()
        summary = {**summarise(report), **sizes_of(machine)}
    except Exception as error:
        return failure(point, perf_counter() - start, error)
    return Outcome(point, perf_counter() - start, report, summary)


def record_of(point: Point, workload: Workload) -> Record:
    """``outcome_of``, packed where it was made."""
    return pack(outcome_of(point, workload))
