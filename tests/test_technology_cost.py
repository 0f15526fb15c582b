"""What runs cost in a technology: components add up, scopes hold one another, an idle engine leaks and ticks."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.engine import load_engine
from hwsim.errors import SpecError
from hwsim.gemm import Shapes
from hwsim.machine import Machine, load_machine, make_machine
from hwsim.memory_energy import DRAM_PJ_PER_BYTE
from hwsim.report import Report
from hwsim.run_cost import SCOPES
from hwsim.simulation import simulate
from hwsim.technology.memories.sram import sram_table
from hwsim.tiles.cost import accesses, port_bytes
from hwsim.tiles.demand import Demand
from hwsim.tiles.port_traffic import product_accesses
from hwsim.tiles.tiling import AXES, Operand, Tiling
from hwsim.workload.loader import load_workload
from machine_cases import machines, tiled_products
from made_technology import CLOCK_PJ, LEAKAGE_NW, PERIOD_NS, SWITCHING, area, made, write
from mapper.planning import plan
from rtl.characterisation.engine_list import default_engines, default_leaves

NETWORK = """
[[gemm]]
name = "first"
m = {m}
n = 24
k = {k}

[[gemm]]
name = "second"
m = 7
n = 64
k = 65
"""
ENGINES = ["systolic-os:rows=4,cols=4", "adder-tree:k=8,n=3,mac=opt1", "lut:m=2,n=8", "cube:p=3", "systolic-ws"]


@pytest.fixture(scope="module")
def technology(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(made(default_engines(), default_leaves()), tmp_path_factory.mktemp("technology"))


def run(engine: str, technology: Path | None, folder: Path, m: int = 40, k: int = 30, **fields: object) -> Report:
    network = folder / "network.toml"
    network.write_text(NETWORK.format(m=m, k=k))
    workload = load_workload(str(network), {})
    named = {} if technology is None else {"technology": str(technology)}
    machine = make_machine(load_engine(engine), {**named, **fields})
    return simulate(workload, machine, plan(workload, machine))


@pytest.mark.parametrize("engine", ENGINES)
def test_components_add_up(engine: str, technology: Path, tmp_path: Path) -> None:
    found = run(engine, technology, tmp_path)
    value, cost = found.to_json(), found.cost
    assert cost is not None
    assert value["energy_pj"] == pytest.approx(sum(value["energy_by_component"].values()))
    inside = [v for name, v in value["area_by_component"].items() if name.startswith("engine.")]
    assert value["area_um2"] == pytest.approx(sum(inside))
    leaves = load_engine(engine).inventory()
    assert value["area_um2"] == pytest.approx(sum(count * area(leaf) for leaf, count in leaves))
    assert value["technology"] == str(technology)
    assert all(part >= 0 for part in value["energy_by_component"].values())


@pytest.mark.parametrize("engine", ENGINES)
def test_energy_follows_from_cycles_macs_and_bytes(engine: str, technology: Path, tmp_path: Path) -> None:
    found = run(engine, technology, tmp_path)
    parts, built = found.to_json()["energy_by_component"], load_engine(engine)
    total = sum(count * area(leaf) for leaf, count in built.inventory())
    time_ns = found.total_cycles / found.clock_ghz
    assert parts["engine.clock"] == pytest.approx(CLOCK_PJ * total * found.total_cycles)
    assert parts["engine.leakage"] == pytest.approx(1e-6 * LEAKAGE_NW * total * time_ns)
    active = found.macs * built.passes / built.pe_count
    assert parts["engine.switching"] == pytest.approx(SWITCHING.zero_delay_pj * total * active)
    assert parts["dram"] == pytest.approx(DRAM_PJ_PER_BYTE * found.dram_bytes)
    glitches = (SWITCHING.unit_delay_pj - SWITCHING.zero_delay_pj) * total * active
    assert found.cost is not None
    assert found.cost.energy_unit_delay_pj == pytest.approx((found.energy_pj or 0) + glitches)


def test_an_idle_engine_takes_clock_and_leakage_alone(technology: Path, tmp_path: Path) -> None:
    """Twice as slow a DRAM makes the same work wait: what the engine takes beyond it is what it takes idle."""
    fast = run(ENGINES[0], technology, tmp_path, dram_gb_per_s=0.2)
    slow = run(ENGINES[0], technology, tmp_path, dram_gb_per_s=0.1)
    assert slow.total_cycles > fast.total_cycles
    one, other = (each.to_json()["energy_by_component"] for each in (fast, slow))
    assert one["engine.switching"] == other["engine.switching"]
    assert one["dram"] == other["dram"]
    longer = slow.total_cycles / fast.total_cycles
    for part in ("engine.clock", "engine.leakage"):
        assert other[part] == pytest.approx(longer * one[part])


@pytest.mark.parametrize("engine", ENGINES)
def test_scopes_hold_one_another(engine: str, technology: Path, tmp_path: Path) -> None:
    value = run(engine, technology, tmp_path).to_json()
    watts, areas = value["tops_per_watt"], value["tops_per_mm2"]
    assert list(watts) == list(SCOPES)
    assert list(areas) == list(SCOPES[:2])
    assert watts["array"] > watts["with_scratchpads"] > watts["with_dram"] > 0
    assert areas["array"] > areas["with_scratchpads"] > 0
    assert watts["with_dram"] == pytest.approx(2 * value["macs"] / value["energy_pj"])
    assert areas["array"] == pytest.approx(1e6 * value["tops"] / value["area_um2"])
    assert value["operations"].startswith("dense-equivalent")


def test_products_of_activations_are_computed_beside_and_counted_apart(technology: Path) -> None:
    network = load_workload("gpt2-small:seq=16,layers=1", {})
    machine = make_machine(load_engine("lut:m=2,n=16"), {"technology": str(technology)})
    found = simulate(network, machine, plan(network, machine))
    value = found.to_json()
    beside = [name for name in value["area_by_component"] if name.startswith("beside.")]
    assert beside
    assert not set(beside) & set(value["energy_by_component"])
    assert value["energy_by_component"]["beside.switching"] > 0
    everything = sum(v for n, v in value["area_by_component"].items() if not n.startswith("scratchpad"))
    assert value["tops_per_mm2"]["array"] == pytest.approx(1e6 * value["tops"] / everything)
    assert value["area_um2"] < everything


def test_the_clock_is_the_fastest_unless_it_is_given(technology: Path, tmp_path: Path) -> None:
    fmax = 1 / PERIOD_NS
    engine = load_engine(ENGINES[0])
    assert run(ENGINES[0], technology, tmp_path).clock_ghz == fmax
    for clock, said in (
        (fmax, f"the fastest of {engine.spec} in made"),
        (0.25, f"as given: {engine.spec} reaches {fmax} GHz in made"),
        (0.75, f"as given, faster than possible: {engine.spec} reaches {fmax} GHz in made"),
    ):
        found = run(ENGINES[0], technology, tmp_path, clock_ghz=clock)
        assert found.clock_ghz == clock
        assert found.assumptions[0] == f"the clock is {clock} GHz, {said}"


def test_a_machine_with_a_technology_can_be_made_again(technology: Path) -> None:
    engine = load_engine("lut:m=2,n=8")
    machine = load_machine(":dram_gb_per_s=3", engine, str(technology))
    assert machine.fields["technology"] == str(technology)
    assert machine.beside is not None
    assert machine.beside.clock_ghz == machine.clock_ghz == machine.fmax_ghz
    again = make_machine(engine, machine.fields)
    assert again.fields == machine.fields
    assert again.beside is not None
    assert again.beside.clock_ghz == machine.clock_ghz


def test_without_a_technology_nothing_is_told(tmp_path: Path) -> None:
    found = run(ENGINES[0], None, tmp_path)
    assert found.cost is None
    for name in ("energy_pj", "energy_unit_delay_pj", "area_um2", "tops_per_mm2", "tops_per_watt", "technology"):
        assert found.to_json()[name] is None
    with pytest.raises(SpecError, match=r"^unknown technology 'noname'; technologies are "):
        run(ENGINES[0], Path("noname"), tmp_path)


@settings(deadline=None, max_examples=50)
@given(tiled_products(), machines())
def test_accesses_are_those_of_all_tiles(tiled: tuple[Demand, Tiling], machine: Machine) -> None:
    demand, tiling = tiled
    found = product_accesses(machine, demand, tiling)
    ports, total = dict.fromkeys(Operand, 0), dict.fromkeys(Operand, (0, 0))
    sides = demand.sides
    for m, n, k in product(*(range(0, sides[axis], tiling.side(axis)) for axis in AXES)):
        ends = (min(at + tiling.side(axis), sides[axis]) - at for axis, at in zip(AXES, (m, n, k), strict=True))
        shapes, adds = Shapes.of(*([end] for end in ends)), np.array([k > 0])
        moved = port_bytes(machine, demand, shapes, adds)
        for operand, (read, written) in accesses(machine, demand, shapes, adds).items():
            before = total[operand]
            total[operand] = (
                before[0] + demand.batch * int(np.sum(read)),
                before[1] + demand.batch * int(np.sum(written)),
            )
            ports[operand] += demand.batch * int(np.sum(moved[operand]))
    finished = demand.batch * -(-demand.m * demand.n * demand.acc_bits // 8)
    total[Operand.C] = (total[Operand.C][0] + finished, total[Operand.C][1])
    assert found == total
    assert all(found[x] == (ports[x], 0) for x in (Operand.A, Operand.B))
    read, written = found[Operand.C]
    assert ports[Operand.C] == (read - finished + written if machine.takes_sums else written)
    assert read == written, "every sum that is written is read: to be added to, or to leave"


@given(st.sampled_from([22, 32, 45, 65, 90]), st.integers(12, 23), st.sampled_from([64, 128, 256, 512]))
def test_memories_are_those_of_the_table_at_its_points(node: int, exponent: int, width: int) -> None:
    table = sram_table()
    assert table.sram(node, 1 << exponent, width) == table.points[node][width][1 << exponent]
    assert table.sram(node, 2 << exponent, 1024) == table.points[node][512][1 << exponent].times(2)


@given(st.integers(12, 22), st.integers(64, 512), st.floats(0, 1))
def test_memories_between_sizes_lie_between(exponent: int, width: int, share: float) -> None:
    table, low = sram_table(), 1 << exponent
    found = [table.sram(45, size, width) for size in (low, round(low * (1 + share)), 2 * low)]
    for name in ("read_pj", "write_pj", "area_um2", "leakage_mw", "access_ns"):
        values = [getattr(each, name) for each in found]
        ends = sorted((values[0], values[2]))
        assert ends[0] * (1 - 1e-9) <= values[1] <= ends[1] * (1 + 1e-9)


def test_a_process_has_the_nearest_nodes_memories() -> None:
    table = sram_table()
    assert [table.node(node) for node in (7, 16, 28, 45, 130, 180)] == [22, 22, 32, 45, 90, 90]
    assert "CACTI 7" in table.provenance
