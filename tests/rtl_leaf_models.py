"""What each kind of leaf does in one clock cycle, in plain integers: the other half of the leaf tests.

A model takes the registers (0 after reset), the values on the input pins and the leaf; it gives the values on the
output pins before the edge and the registers after it. Pins and registers hold unsigned bit patterns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hwsim.inventory import Leaf

Values = Mapping[str, int]
Model = Callable[[Values, Values, Leaf], tuple[Mapping[str, int | None], dict[str, int]]]
"""An output of None means nothing at this edge, and may be anything."""


def number(pattern: int, bits: int, signed: int) -> int:
    return pattern - (1 << bits) if signed and pattern >> (bits - 1) else pattern


def product(a: int, w: int, leaf: Leaf) -> int:
    return number(a, leaf["a_bits"], leaf["a_signed"]) * number(w, leaf["w_bits"], leaf["w_signed"])


def wrapped(value: int, bits: int) -> int:
    return value % (1 << bits)


def pe_os(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    outputs = {f"{name}_out": reg[name] for name in ("a", "b", "valid", "first", "last")} | {"done": reg["done"]}
    after = {name: pin[name] for name in ("a", "b", "valid", "first", "last")}
    after["acc"] = reg["acc"]
    if reg["valid"]:
        base = 0 if reg["first"] else reg["acc"]
        after["acc"] = wrapped(base + product(reg["a"], reg["b"], leaf), leaf["acc_bits"])
    after["done"] = reg["valid"] & reg["last"]
    if not leaf["drain"]:
        return outputs | {"c": reg["acc"]}, after
    if reg["done"]:
        moved = {"result": reg["acc"], "result_valid": 1, "waiting": 1}
    elif reg["waiting"] and not pin["start"]:
        moved = {name: reg[name] for name in ("result", "result_valid", "waiting")}
    else:
        moved = {"result": pin["result_in"], "result_valid": pin["result_valid_in"], "waiting": 0}
    return outputs | {"result": reg["result"], "result_valid": reg["result_valid"]}, after | moved


def pe_ws(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    chain = pin["w"] if pin["load"] else reg["chain"]
    resting = reg["w"] if leaf["overlap"] else reg["chain"]
    psum = wrapped(pin["psum_in"] + product(reg["a"], resting, leaf), leaf["acc_bits"])
    outputs = {"a_out": reg["a"], "psum": reg["psum"], "w_out": reg["chain"]}
    after = {"a": pin["a"], "psum": psum, "chain": chain}
    if leaf["overlap"]:
        outputs["first_out"] = reg["first"]
        after["first"] = pin["first"]
        after["next"] = pin["w"] if pin["load_last"] else reg["next"]
        after["w"] = reg["next"] if pin["first"] else reg["w"]
    return outputs, after


def pe_cube(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    psum = wrapped(pin["psum_in"] + product(reg["a"], reg["b"], leaf), leaf["acc_bits"])
    outputs = {"a_out": reg["a"], "b_out": reg["b"], "psum": reg["psum"]}
    return outputs, {"a": pin["a"], "b": pin["b"], "psum": psum}


def pe_matrix(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    acc = reg["acc"]
    if pin["valid"]:
        acc = wrapped((0 if pin["first"] else acc) + product(pin["a"], pin["b"], leaf), leaf["acc_bits"])
    if not leaf["drain"]:
        return {"c": reg["acc"]}, {"acc": acc}
    result = reg["acc"] if pin["done"] else pin["result_in"]
    return {"result": reg["result"]}, {"acc": acc, "result": result}


def tree_multiplier(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    resting = reg["w"] if leaf["overlap"] else reg["chain"]
    after = {
        "chain": pin["w"] if pin["load"] else reg["chain"],
        "product": wrapped(product(pin["a"], resting, leaf), leaf["a_bits"] + leaf["w_bits"]),
    }
    if leaf["overlap"]:
        after["w"] = reg["chain"] if pin["first"] else reg["w"]
    return {"w_out": reg["chain"], "product": reg["product"]}, after


def tree_adder(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"sum": reg["sum"]}, {"sum": wrapped(pin["x"] + pin["y"], leaf["bits"])}


def accumulate_adder(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"c": wrapped(pin["psum"] + pin["c_in"], leaf["acc_bits"])}, {}


def delay(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    stages = leaf["stages"]
    after = {"1": pin["d"]} | {str(i + 1): reg[str(i)] for i in range(1, stages)}
    return {"q": reg[str(stages)]}, after


def operand_register(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"q": reg["q"]}, {"q": pin["d"]}


def done_flag(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"done": reg["done"]}, {"done": pin["valid"] & pin["last"]}


def drain_flag(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"flag": reg["flag"]}, {"flag": pin["set"] | pin["above"]}


MODELS: dict[str, Model] = {
    "accumulate_adder": accumulate_adder,
    "delay": delay,
    "done_flag": done_flag,
    "drain_flag": drain_flag,
    "operand_register": operand_register,
    "pe_cube": pe_cube,
    "pe_matrix": pe_matrix,
    "pe_os": pe_os,
    "pe_ws": pe_ws,
    "tree_adder": tree_adder,
    "tree_multiplier": tree_multiplier,
}
