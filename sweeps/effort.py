"""Which points take longest: a guess that decides nothing but the order in which workers get them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hwsim.errors import HwsimError
from hwsim.layer_run import Depth
from hwsim.workload.graph import Workload
from sweeps.point import Network, Point


def by_effort(points: Sequence[Point], load: Callable[[Network], Workload]) -> list[Point]:
    """The longest first, so that no worker is alone with a long one at the end; equal ones in their order."""
    return sorted(points, key=lambda point: -effort(point, load(point.network)))


def effort(point: Point, workload: Workload) -> int:
    """Clock edges that are stepped through; 0 where they are counted in closed form, and a point takes what its plan
    takes, or the point cannot be made."""
    if point.depth != Depth.STEP.value:
        return 0
    try:
        engine = point.make_engine()
        return sum(int(engine.latency(product.gemm).expected) for _, product in workload.products)
    except HwsimError:
        return 0
