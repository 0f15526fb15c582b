"""Law: what an engine's inventory says is what its netlist instantiates, for every array and variant."""

from __future__ import annotations

import pytest

from hwsim.arrays import ARRAYS, Array
from hwsim.engine import ENGINES, load_engine
from rtl.engines import BUILDERS, build_top, top_name
from rtl.hierarchy import leaf_counts, modules
from rtl.netlist import Module
from rtl_variants import LOW_BITS, SIZES, other_formats, variants

SPECS = [*variants(SIZES), *other_formats(), *ENGINES, "adder-tree:k=13,n=3,acc=int18,a=int6,w=int9", "cube:p=5"]
SQUARE = {"cube": "p=8", "adder-tree": "k=8,n=8", "bitslice": "columns=8,rows=8"}
SQUARE |= dict.fromkeys(LOW_BITS, "m=8,n=8,k=1") | {"unpu": "m=8,n=8,k=2"}


def test_every_array_has_gates() -> None:
    assert [array.name for array in ARRAYS if array.name not in BUILDERS] == []
    assert set(BUILDERS) == {array.name for array in ARRAYS}


@pytest.mark.parametrize("spec", SPECS)
def test_the_inventory_is_what_the_netlist_instantiates(spec: str) -> None:
    engine = load_engine(spec)
    assert leaf_counts(build_top(engine)) == dict(engine.inventory())


@pytest.mark.parametrize("spec", SPECS)
def test_the_top_has_exactly_the_engines_ports(spec: str) -> None:
    engine = load_engine(spec)
    top = build_top(engine)
    assert isinstance(top, Module)
    assert top.clocked
    assert [(pin.name, pin.direction, pin.width_bits) for pin in top.pins] == [
        (port.name, port.direction, port.width_bits) for port in engine.ports
    ]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: array.name)
def test_the_text_grows_with_the_side_not_with_the_pes(array: type[Array]) -> None:
    """One PE module, one module of a row or tree: no netlist holds R x C instances in one place."""
    engine = load_engine(f"{array.name}:{SQUARE.get(array.name, 'rows=8,cols=8')}")
    top = build_top(engine)
    pes = [leaf for leaf in leaf_counts(top) if leaf.kind == "tree_multiplier" or leaf.kind.startswith("pe_")]
    assert [leaf_counts(top)[leaf] for leaf in pes] == [engine.pe_count]
    for module in modules(top):
        if isinstance(module, Module):
            assert sum(instance.module.name == pes[0].name for instance in module.instances) in (0, 8)


def test_the_top_is_named_after_the_spec() -> None:
    assert top_name(load_engine("cube:p=3")) == "cube_p_3_overlap_true"
    names = {top_name(load_engine(spec)) for spec in SPECS}
    assert len(names) == len({load_engine(spec).spec for spec in SPECS})
