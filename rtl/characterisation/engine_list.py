"""Which engines are characterised: every array with every MAC that it houses, its modes, formats and low-bit shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

from hwsim.arrays import ARRAYS
from hwsim.engine import Engine, load_engine, make_engine
from hwsim.errors import SpecError
from hwsim.inventory import Leaf
from hwsim.macs import LowBitMac
from hwsim.technology.keys import SIDES, engine_key
from rtl.synthesis.engine_cost import TIMED_SIDE

MODES = (
    "systolic-ws:overlap=true",
    "systolic-ws:overlap=true,mac=booth",
    "systolic-ws:overlap=true,mac=opt1",
    "systolic-is:overlap=true",
    "systolic-os:drain=column",
    "systolic-os:drain=column,mac=opt1",
    "systolic-os:overlap=true",
    "matrix-2d:drain=column",
    "cube:overlap=false",
    "adder-tree:overlap=false",
)
"""Beside the defaults: what else a user meets first."""

FORMATS = ("a=int4,w=int4", "a=int8,w=int4", "a=int16,w=int16,acc=int48")
"""Beside int8 times int8 in int32: widths between which others are interpolated."""

WIDENED = ("systolic-os", "systolic-ws", "matrix-2d")

LUT_FORMATS = ("w_bits=1", "w_bits=4", "w_bits=8", "a=int16", "a=fp16", "a=fp8e4m3")
BASELINES = ("lut-conventional", "unpu", "bit-serial-add", "dequant-mac")
BASELINE_FORMATS = ("w_bits=1", "w_bits=8", "a=fp16")
"""Fewer than for ``lut``: widths between which others are interpolated, and the floats of its claims."""

GROUPS = ("lut:k=2", "dequant-mac:k=1")

ENCODINGS = ("booth", "naf")

FURTHER: tuple[Leaf, ...] = (
    *(Leaf.of("delay", bits=bits, stages=stages) for bits in (1, 8) for stages in (1, 16, 1024)),
    *(Leaf.of("delay", bits=32, stages=stages) for stages in (1, 16, 256)),
    *(Leaf.of("delay", bits=bits, stages=1) for bits in (2, 16, 64)),
    *(Leaf.of("operand_register", bits=bits) for bits in (1, 8, 64, 512)),
    *(Leaf.of("held_register", bits=bits) for bits in (8, 64, 512)),
    *(Leaf.of("barrier", inputs=inputs) for inputs in (1, 2, 4, 16, 32, 64, 256)),
    *(Leaf.of("tree_adder", bits=bits) for bits in (9, 17, 20, 26)),
    *(Leaf.of("tree_compressor", bits=bits) for bits in (11, 20, 26)),
    *(Leaf.of("resolve_adder", bits=bits) for bits in (16, 20, 26, 32)),
)
"""Leaves whose sizes follow from an array's, at sizes between which any other lies."""

TREES = tuple(f"adder-tree:k={k},mac={mac}" for k in (1, 2, 1024) for mac in ("opt1", "opt2"))
"""Trees whose multipliers and last adders are as wide as the smallest and the largest sums are."""


def default_engines() -> tuple[Engine, ...]:
    """One engine of each key, with short sides."""
    specs = [*MODES, *_formats(), *GROUPS]
    found = [make_engine(array.name, {"mac": mac.name}) for array in ARRAYS for mac in array.houses]
    found += [load_engine(spec) for spec in specs]
    return tuple({engine_key(engine): small(engine) for engine in found}.values())


def _formats() -> Iterator[str]:
    yield from (f"{array}:{formats}" for array in WIDENED for formats in FORMATS)
    yield from (f"systolic-os:mac=opt1,{formats}" for formats in FORMATS)
    yield from (f"lut:{formats}" for formats in LUT_FORMATS)
    yield from (f"{array}:{formats}" for array in BASELINES for formats in BASELINE_FORMATS)
    yield from (f"bitslice:mac={mac},encoding={name}" for mac in ("opt4c", "opt4e") for name in ENCODINGS)


def small(engine: Engine) -> Engine:
    """``engine`` with sides of at most TIMED_SIDE, where that changes no more than how often leaves are there."""
    kept = {"k"} if isinstance(engine.mac, LowBitMac) else set()
    for name in (field.name for field in fields(engine.array) if field.name in SIDES - kept):
        if getattr(engine.array, name) > TIMED_SIDE:
            try:
                engine = Engine(replace(engine.array, **{name: TIMED_SIDE}), engine.mac)
            except SpecError:
                continue
    return engine


def default_leaves() -> tuple[Leaf, ...]:
    """Leaves beside those of ``default_engines``, for other sizes of these."""
    trees = [leaf for spec in TREES for leaf, _ in load_engine(spec).inventory()]
    wide = [leaf for leaf in trees if leaf.kind.startswith(("tree_multiplier", "tree_bit_weights"))]
    return tuple(dict.fromkeys([*FURTHER, *wide]))
