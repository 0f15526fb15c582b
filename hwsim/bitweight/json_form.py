"""A nest as JSON values and back: what a file of loops and primitives says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hwsim.bitweight.draft import Placed
from hwsim.bitweight.loops import Dim, Kind, Loop
from hwsim.bitweight.nest import Nest
from hwsim.bitweight.primitive import Primitive
from hwsim.bitweight.primitives import PRIMITIVES
from hwsim.bitweight.product import Product
from hwsim.bitweight.sizing import Hardware
from hwsim.encodings.registry import parse_encoding
from hwsim.errors import SpecError, nearest
from hwsim.formats import IntFormat, parse_format

PRODUCT_KEYS = ("m", "n", "k", "a", "b", "encoding")
LOOP_KEYS = ("name", "dim", "extent", "kind", "stride", "group")
PLACED_KEYS = ("primitive", "within", "over", "bank", "bits")


def to_json(nest: Nest) -> dict[str, Any]:
    """``nest`` as dictionaries and lists of words and whole numbers; what is absent is what it is by default."""
    product = nest.product
    sides: dict[str, Any] = {"m": product.m, "n": product.n, "k": product.k}
    formats = {"a": product.a.name, "b": product.b.name, "encoding": product.encoding.name}
    return {
        "product": sides | formats,
        "loops": [_loop_json(loop) for loop in nest.loops],
        "body": [_placed_json(nest, placed) for placed in nest.body],
    }


def _loop_json(loop: Loop) -> dict[str, Any]:
    fields = {"name": loop.name, "dim": loop.dim.value, "extent": loop.extent, "kind": loop.kind.value}
    return fields | {"stride": loop.stride} | ({} if loop.group is None else {"group": loop.group})


def _placed_json(nest: Nest, placed: Placed) -> dict[str, Any]:
    fields: dict[str, Any] = {"primitive": placed.name, "within": list(nest.ordered(placed.within))}
    for key in ("over", "bank"):
        if names := nest.ordered(getattr(placed, key)):
            fields[key] = list(names)
    return fields if placed.bits is None else fields | {"bits": placed.bits}


def hardware_json(made: Hardware) -> dict[str, Any]:
    """``made`` as dictionaries and lists; every figure with its unit in its name."""
    demand = made.demand
    return {
        "pes": made.pes,
        "parts": [
            {"primitive": part.primitive, "place": part.place.name.lower(), "leaf": part.leaf.kind, "count": part.count}
            | dict(part.leaf.parameters)
            for part in made.parts
        ],
        "register_bits": made.register_bits,
        "simd_lanes": made.simd_lanes,
        "drains_per_output": made.drains_per_output,
        "drained_bits": made.drained_bits,
        "shortest_cycles": made.cycles.shortest,
        "longest_cycles": made.cycles.longest,
        "stall_cycles": made.stall_cycles,
        "a_digits_per_step": demand.a_digits,
        "a_operands_per_step": demand.a_operands,
        "b_words_per_step": demand.b_words,
        "b_words_per_step_and_pe": demand.b_words_per_pe,
    }


def from_json(value: Mapping[str, Any], primitives: Iterable[Primitive] = PRIMITIVES) -> Nest:
    """The nest that `to_json` wrote; ``primitives`` are those that its body may name.

    Raises SpecError for a key or a word that is unknown, a value of another type, and an illegal nest.
    """
    _check_keys("a nest", value, ("product", "loops", "body"), ("product", "loops", "body"))
    known = {primitive.name: primitive for primitive in primitives}
    loops = tuple(_loop(item) for item in _items("loops", value["loops"]))
    body = tuple(_placed(item, known) for item in _items("body", value["body"]))
    return Nest(_product(value["product"]), loops, body)


def _product(item: Any) -> Product:
    _check_keys("product", item, PRODUCT_KEYS, ("m", "n", "k"))
    sides = {key: _whole("product", key, item[key]) for key in ("m", "n", "k")}
    a, b = (_integers(key, item.get(key, "int8")) for key in ("a", "b"))
    return Product(
        **sides, a=a, b=b, encoding=parse_encoding(_word("product", "encoding", item.get("encoding", "booth")))
    )


def _integers(key: str, text: Any) -> IntFormat:
    found = parse_format(_word("product", key, text))
    if not isinstance(found, IntFormat):
        raise SpecError(f"product: {key}={text} is not an integer format such as int8")
    return found


def _loop(item: Any) -> Loop:
    _check_keys("a loop", item, LOOP_KEYS, ("name", "dim", "extent", "kind"))
    name, what = _word("a loop", "name", item["name"]), f"loop {item['name']}"
    dim = _one_of(what, "dim", item["dim"], [member.value for member in Dim])
    kind = _one_of(what, "kind", item["kind"], [member.value for member in Kind])
    group = None if item.get("group") is None else _word(what, "group", item["group"])
    extent, stride = _whole(what, "extent", item["extent"]), _whole(what, "stride", item.get("stride", 1))
    return Loop(name, Dim(dim), extent, Kind(kind), stride, group)


def _placed(item: Any, known: Mapping[str, Primitive]) -> Placed:
    _check_keys("a primitive", item, PLACED_KEYS, ("primitive", "within"))
    name = _one_of("body", "primitive", item["primitive"], list(known))
    within, over, bank = (_names(name, key, item.get(key, [])) for key in ("within", "over", "bank"))
    bits = None if item.get("bits") is None else _whole(name, "bits", item["bits"])
    return Placed(known[name], within, over, bank, bits)


def _check_keys(what: str, item: Any, allowed: Sequence[str], needed: Sequence[str]) -> None:
    if not isinstance(item, Mapping):
        raise SpecError(f"{what} is an object with the keys {', '.join(allowed)}, not {item!r}")
    for key in item:
        if key not in allowed:
            raise SpecError(f"{what} has no key {key!r}{nearest(str(key), allowed)}; its keys are {', '.join(allowed)}")
    for key in needed:
        if key not in item:
            raise SpecError(f"{what} lacks the key {key!r}")


def _items(key: str, value: Any) -> Sequence[Any]:
    if not isinstance(value, list):
        raise SpecError(f"{key} is a list, not {value!r}")
    return value


def _names(what: str, key: str, value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise SpecError(f"{what}: {key} is a list of names of loops, not {value!r}")
    return frozenset(value)


def _word(what: str, key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise SpecError(f"{what}: {key} is a word, not {value!r}")
    return value


def _whole(what: str, key: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise SpecError(f"{what}: {key} is a whole number, not {value!r}")
    return value


def _one_of(what: str, key: str, value: Any, allowed: Sequence[str]) -> str:
    word = _word(what, key, value)
    if word not in allowed:
        raise SpecError(f"{what}: {key}={word}{nearest(word, allowed)} is none of {', '.join(allowed)}")
    return word
