"""The hierarchy below a top module: its text, module by module, and the leaves it instantiates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from hwsim.errors import SpecError
from hwsim.inventory import Leaf
from hwsim.ports import Direction
from rtl.netlist import CLOCK, RESET, AnyModule, Bus, Cell, Instance, Module, Pin


def modules(top: AnyModule) -> tuple[AnyModule, ...]:
    """Every distinct module of the hierarchy, each once, the top first.

    Raises SpecError if two different modules have one name.
    """
    found: dict[str, AnyModule] = {}
    for module in _walk(top):
        known = found.setdefault(module.name, module)
        if known is not module and module_text(known) != module_text(module):
            raise SpecError(f"two different modules are called {module.name}")
    return tuple(found.values())


def _walk(top: AnyModule) -> Iterator[AnyModule]:
    """Breadth first; a module value that was seen is not opened again."""
    seen: set[int] = set()
    level = [top]
    while level:
        below: list[AnyModule] = []
        for module in level:
            if id(module) not in seen:
                seen.add(id(module))
                yield module
                below += [i.module for i in module.instances] if isinstance(module, Module) else []
        level = below


def leaf_counts(top: AnyModule) -> Mapping[Leaf, int]:
    """How many instances of each leaf the hierarchy holds: the inventory of the gates."""
    return dict(sorted(_count(top, {}).items()))


def _count(module: AnyModule, known: dict[int, Counter[Leaf]]) -> Counter[Leaf]:
    """Leaves below ``module``; ``known`` keeps what was counted, so that a row of a thousand PEs is opened once."""
    if isinstance(module, Cell):
        return Counter({module.leaf: 1})
    if id(module) not in known:
        known[id(module)] = sum((_count(inner.module, known) for inner in module.instances), Counter())
    return known[id(module)]


def instance_counts(top: AnyModule) -> Mapping[str, int]:
    """``leaf_counts`` by the names of the Verilog modules."""
    return {leaf.name: count for leaf, count in leaf_counts(top).items()}


def module_text(module: AnyModule) -> str:
    """The Verilog-2001 text of one module."""
    return module.text if isinstance(module, Cell) else _structure(module)


def _structure(module: Module) -> str:
    clocks = [CLOCK, RESET] if module.clocked else []
    header = ",\n    ".join([*(f"input {name}" for name in clocks), *map(_pin, module.pins)])
    comment = "".join(f"// {line}\n" for line in module.comment.splitlines())
    lines = [
        *(_wire(bus) for bus in module.wires),
        *(_instance(instance) for instance in module.instances),
        *(f"assign {target.text} = {source.text};" for target, source in module.assigns),
    ]
    body = "".join(f"    {line}\n" for line in lines)
    return f"{comment}module {module.name} (\n    {header}\n);\n{body}endmodule\n"


def _range(width_bits: int) -> str:
    return f"[{width_bits - 1}:0] " if width_bits > 1 else ""


def _pin(pin: Pin) -> str:
    direction = "input" if pin.direction is Direction.INPUT else "output"
    return f"{direction} {_range(pin.width_bits)}{pin.name}"


def _wire(bus: Bus) -> str:
    return f"wire {_range(bus.width_bits)}{bus.name};"


def _instance(instance: Instance) -> str:
    clocks = [f".{name}({name})" for name in (CLOCK, RESET)] if instance.module.clocked else []
    pins = [f".{port}({net.text})" for port, net in instance.connections.items()]
    return f"{instance.module.name} {instance.name} ({', '.join(clocks + pins)});"
