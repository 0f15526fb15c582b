"""Random products, machines and tilings for the tests of the machine."""

from __future__ import annotations

from hypothesis import strategies as st

from hwsim.engine import load_engine
from hwsim.machine import Machine, make_machine
from hwsim.tiles.demand import Demand
from hwsim.tiles.tiling import Tiling

ORDERS = ("mnk", "mkn", "nmk", "nkm", "kmn", "knm")


@st.composite
def demands(draw: st.DrawFn, largest: int = 14) -> Demand:
    """Products with sides up to ``largest``, some with fewer distinct elements, shared operands, vector work."""
    m, n, k = (draw(st.integers(1, largest)) for _ in range(3))
    return Demand(
        m,
        n,
        k,
        batch=draw(st.integers(1, 3)),
        a_bits=draw(st.sampled_from([4, 8])),
        b_bits=draw(st.sampled_from([2, 8])),
        acc_bits=32,
        out_bits=8,
        a_elements=draw(st.integers(1, m * k)),
        b_elements=k * n,
        c_elements=draw(st.integers(1, m * n)),
        a_shared=draw(st.booleans()),
        b_shared=draw(st.booleans()),
        parameter_bytes=draw(st.sampled_from([0, 13])),
        vector_ops=draw(st.sampled_from([0, 1, 3])),
    )


@st.composite
def machines(draw: st.DrawFn) -> Machine:
    """Small systolic arrays behind channels of many speeds, in single and double buffers."""
    rows, cols = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    mac = draw(st.sampled_from(["parallel", "opt1"]))  # sums that leave as pairs are work for the vector unit
    engine = load_engine(f"systolic-os:rows={rows},cols={cols},mac={mac}")
    return make_machine(
        engine,
        {
            "buffers": draw(st.sampled_from([1, 2])),
            "dram_gb_per_s": draw(st.sampled_from([0.7, 1, 3.3, 16, 51.2])),
            "dram_latency_ns": draw(st.sampled_from([0, 5, 40])),
            "vector_lanes": draw(st.integers(1, 6)),
            "scratchpad_a_port_bytes_per_cycle": draw(st.sampled_from(["engine", 1])),
        },
    )


@st.composite
def tilings(draw: st.DrawFn, demand: Demand) -> Tiling:
    """Any tiling of ``demand``."""
    m, n, k = (draw(st.integers(1, side)) for side in (demand.m, demand.n, demand.k))
    depths = [draw(st.integers(0, 3)) for _ in range(3)]
    return Tiling(m, n, k, draw(st.sampled_from(ORDERS)), *depths)


@st.composite
def tiled_products(draw: st.DrawFn) -> tuple[Demand, Tiling]:
    demand = draw(demands())
    return demand, draw(tilings(demand))
