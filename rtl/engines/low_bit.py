"""Gates of the arrays for low-bit weights: builders, registers, corrections, and a row of units m times."""

from __future__ import annotations

from hwsim.arrays.low_bit import LowBitArray, float_leaves, leaves
from hwsim.arrays.low_bit.floating import FloatUnit
from hwsim.arrays.low_bit.structure import Structure
from hwsim.inventory import Leaf
from rtl.engines.chains import Connections, lane, merged
from rtl.engines.parts import EngineNetlist
from rtl.netlist import Bus, Module, Net, concat

Flags = dict[str, Net]


def low_bit(n: EngineNetlist, array: LowBitArray) -> Module:
    """The top module: row i sees its own tables (or activations), and the words of all columns."""
    structure = array.structure(n.mac)
    asked = _control(n, structure)
    kept = {name: net for name, net in asked.items() if structure.corrected or name != "load"}
    flags = _delayed(n, "flags", kept) if structure.operand_registers else asked
    shared = [_shared(n, structure, i, asked["load"]) for i in range(structure.m)]
    words = _words(n, structure)
    of_sum = {name: flags[name] for name in ("valid", "first", "last")}
    late = _delayed(n, "term_flags", of_sum) if structure.term_register else of_sum
    done = n.wire("done", 1)
    n.place(
        "done_flag", n.cells[Leaf.of("done_flag")], {"valid": late["valid"], "last": late["last"], "done": done.net}
    )
    n.assign(n.ports["c_valid"].net, concat([done.net] * structure.m * structure.n))
    common = {name: net for name, net in flags.items() if name in ("plane", "top", "correct")}
    common |= {"words": words, "valid": late["valid"], "first": late["first"]}
    c = n.ports["c"]
    own: list[Connections] = [
        {"shared": net, "c": c.span(i * structure.n, structure.n), **_correction(n, structure, i, flags), **common}
        for i, net in enumerate(shared)
    ]
    n.place_all("row", _row(n, structure, own[0]), own)
    return n.build()


def _control(n: EngineNetlist, structure: Structure) -> Flags:
    """What the ports and the control of planes say of the operands that stand on the ports."""
    flags = dict(n.framing("valid", "first", "last"))
    cell = n.cells[leaves.plane_control(structure)]
    unread = () if structure.operand_registers or structure.corrected else ("load",)
    said = {
        pin.name: n.wire(f"{'unused' if pin.name in unread else 'now'}_{pin.name}", 1, pin.width_bits).net
        for pin in cell.pins
        if pin.name not in flags
    }
    asked = {pin.name: flags[pin.name] for pin in cell.pins if pin.name in flags}
    n.place("plane_control", cell, asked | said)
    return flags | said


def _delayed(n: EngineNetlist, name: str, flags: Flags) -> Flags:
    """All of them one edge late."""
    late = n.delay(name, concat(list(flags.values())), 1)
    bits = Bus(late.name, late.width_bits, 1)
    found, low = {}, 0
    for flag, net in flags.items():
        found[flag] = bits.span(low, net.width_bits)
        low += net.width_bits
    return found


def _shared(n: EngineNetlist, structure: Structure, row: int, load: Net) -> Net:
    """What the units of a row see: for every block of columns the groups of one step."""
    return concat([_block(n, structure, row, block, load) for block in range(structure.blocks)])


def _block(n: EngineNetlist, structure: Structure, row: int, block: int, load: Net) -> Net:
    return concat([_group(n, structure, (row, block, t), load) for t in range(structure.tables)])


def _group(n: EngineNetlist, structure: Structure, place: tuple[int, int, int], load: Net) -> Net:
    """The table, or the activations, of one group."""
    name, (row, _, t) = "_".join(map(str, place)), place
    given = n.ports["a"].span((row * structure.tables + t) * structure.given[0], structure.given[0])
    bits = structure.unit.entries * structure.unit.entry.bits
    if structure.plan is not None:
        table = n.wire(f"table_{name}", 1, bits)
        n.place(f"builder_{name}", n.cells[leaves.table_builder(structure)], {"a": given, "entries": table.net})
        given = table.net
    if isinstance(structure.unit, FloatUnit) and structure.unit.converted:
        given = _converted(n, structure.unit, name, (row * structure.tables + t) * structure.unit.group)
    if not structure.operand_registers:
        return given
    held = n.wire(f"shared_{name}", 1, bits)
    register = n.cells[leaves.shared_register(structure)]
    n.place(f"register_{name}", register, {"d": given, "enable": load, "q": held.net})
    return held.net


def _converted(n: EngineNetlist, unit: FloatUnit, name: str, first: int) -> Net:
    """Each activation of a group, which begins at lane ``first``, in the format that the units add in."""
    wide = n.wire(f"wide_{name}", unit.group, unit.entry.bits)
    cell = n.cells[float_leaves.converter(unit)]
    for j in range(unit.group):
        n.place(f"converter_{name}_{j}", cell, {"x": n.ports["a"][first + j], "z": wide[j]})
    return wide.net


def _words(n: EngineNetlist, structure: Structure) -> Net:
    """The words of all columns, dequantised and behind registers where they are."""
    groups = structure.n * structure.tables
    net = _dequantised(n, structure) if structure.unit.dequantised else n.ports["b"].net
    if not structure.operand_registers:
        return net
    words = n.wire("words", groups, net.width_bits // groups)
    given = net.text if structure.unit.dequantised else n.ports["b"].name
    for g in range(groups):
        n.register(f"weight_{g}", Bus(given, groups, words.bits)[g], words[g])
    return words.net


def _dequantised(n: EngineNetlist, structure: Structure) -> Net:
    b = n.ports["b"]
    whole = n.wire("dequantised", b.lanes, structure.unit.weight.bits)
    cell = n.cells[leaves.dequantiser(structure)]
    for i in range(b.lanes):
        n.place(f"dequantiser_{i}", cell, {"d": b[i], "q": whole[i]})
    return whole.net


def _correction(n: EngineNetlist, structure: Structure, row: int, flags: Flags) -> Connections:
    """The sum over steps of one entry of every table of the row."""
    correction, unit = structure.unit.correction, structure.unit
    if correction is None:
        return {}
    total = n.wire(f"correction_{row}", 1, unit.sum_bits)
    entries = concat([_table(n, structure, row, t)[correction.entry] for t in range(structure.tables)])
    pins = {"entries": entries, "load": flags["load"], "first": flags["first"], "correction": total.net}
    n.place(f"row_correction_{row}", n.cells[leaves.row_correction(structure)], pins)
    return {"correction": total.net}


def _table(n: EngineNetlist, structure: Structure, row: int, t: int) -> list[Net]:
    """The entries of a row's table, of the first block if every block has its own."""
    count, bits = structure.unit.entries, structure.unit.entry.bits
    if structure.operand_registers or structure.plan is not None:
        name = "shared" if structure.operand_registers else "table"
        table = Bus(f"{name}_{row}_0_{t}", count, bits)
        return [table[e] for e in range(count)]
    return [n.ports["a"][(row * structure.tables + t) * count + e] for e in range(count)]


def _row(top: EngineNetlist, structure: Structure, pins: Connections) -> Module:
    """The units of one row, each with the words of its column and the tables of its block."""
    n, columns = top.below("row"), structure.n
    inputs = {
        name: n.input(name, 1, net.width_bits) for name, net in pins.items() if name not in ("shared", "words", "c")
    }
    shared = n.input("shared", structure.blocks, pins["shared"].width_bits // structure.blocks)
    lanes = [n.input("words", columns, pins["words"].width_bits // columns)]
    lanes.append(n.output("c", columns, structure.unit.mac.acc.bits))
    common = {name: bus.net for name, bus in inputs.items()}
    own: list[Connections] = [{"shared": shared[j // structure.sharing], **common} for j in range(columns)]
    n.place_all("unit", n.cells[leaves.pe(structure)], merged(own, lane(lanes, columns)))
    return n.build()
