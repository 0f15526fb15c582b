"""Every engine in its variants at small sizes, as inline forms; an array that is missing here fails a test."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from hwsim.arrays import ARRAYS
from hwsim.encodings import ENCODINGS
from hwsim.macs import Opt4c

PLANES = ("rows=1,cols=1", "rows=2,cols=3", "rows=3,cols=2", "rows=4,cols=4")
CUBES = ("p=1", "p=2", "p=3")
TREES = ("k=1,n=1", "k=2,n=3", "k=3,n=2", "k=5,n=4")
SLICES = ("columns=1,rows=2", "columns=2,rows=4", "columns=3,rows=2,barrier=bw", "columns=2,rows=2,barrier=bank")
LOW_BITS = ("lut", "lut-conventional", "unpu", "bit-serial-add", "dequant-mac")
LOOKUPS = ("m=1,n=1,k=2", "m=2,n=3,k=4,w_bits=4", "m=1,n=2,k=3,tables=2,w_bits=1", "m=1,n=2,k=3,tables=3,w_bits=3")
OVERLAPS = ("overlap=false", "overlap=true")
DRAINS = ("drain=parallel", "drain=column")
ENTRIES: dict[str, Sequence[str]] = {
    "lut": ("entry=symmetric", "precompute=fused,entry=int8"),
    "lut-conventional": ("entry=symmetric",),
    "unpu": ("entry=symmetric",),
}
FUSED: dict[str, Sequence[str]] = {"lut": ("precompute=fused",)}
REGISTERS = ("pipeline=1", "registers=outside,pipeline=2")

SIZES: dict[str, Sequence[str]] = {
    "systolic-os": PLANES,
    "systolic-ws": PLANES,
    "systolic-is": PLANES,
    "cube": CUBES,
    "adder-tree": TREES,
    "matrix-2d": PLANES,
    "bitslice": SLICES,
    **dict.fromkeys(LOW_BITS, LOOKUPS),
}
OTHER_MACS = {array.name: [mac.name for mac in array.houses[1:]] for array in ARRAYS}
MODES: dict[str, Sequence[str]] = {
    name: [",".join(choice) for choice in product(OVERLAPS, DRAINS)]
    if name in ("systolic-os", "matrix-2d")
    else ("overlap=false", "chain=2,overlap=true")
    if name == "bitslice"
    else (*REGISTERS[:1], *ENTRIES.get(name, ()), *REGISTERS[1:], *FUSED.get(name, ()))
    if name in LOW_BITS
    else OVERLAPS
    for name in SIZES
}
FORMATS = (
    "a=uint8,w=int4,acc=int20",
    "a=int3,w=uint5,acc=int16",
    "a=uint4,w=uint2,acc=uint12",
    "a=int12,w=int9,acc=int40",
)

LOW_BIT_FORMATS = ("a=uint8,acc=int20", "a=int3,acc=int16", "a=int16,acc=int40")
FLOAT_FORMATS = ("a=fp16", "a=fp8e4m3,acc=fp32")
FLOAT_TABLES = ("a=fp16", "a=fp8e4m3,acc=int20", "a=fp8e5m2,registers=outside,pipeline=2")
"""Float activations whose tables come in INT8."""
WIDE = ("entry=symmetric,registers=outside", "precompute=fused,entry=int8")
"""Entries of int16 activations beside those that the last mode has."""


def formats_of(name: str) -> Sequence[str]:
    """Unusual operands and accumulators that an engine takes."""
    return LOW_BIT_FORMATS if name in LOW_BITS else FORMATS


def variants(sizes: dict[str, Sequence[str]]) -> list[str]:
    """Inline forms of every engine in every mode: at all of the given sizes, with its other MACs at one of them."""
    usual = [f"{name}:{size},{mode}" for name in SIZES for size in sizes[name] for mode in MODES[name]]
    return usual + [
        f"{name}:{middle_of(sizes[name])},{mode},mac={mac}"
        for name in SIZES
        for mac in OTHER_MACS[name]
        for mode in MODES[name]
    ]


def middle_of(sizes: Sequence[str]) -> str:
    """A size that is not square, where there is one."""
    return sizes[min(1, len(sizes) - 1)]


def other_formats() -> list[str]:
    """Inline forms of every engine in its last mode, with unusual operands and accumulators.

    Its other MACs take turns at the formats.
    """
    found = [f"{name}:{middle_of(SIZES[name])},{MODES[name][-1]},{fmt}" for name in SIZES for fmt in formats_of(name)]
    found += [f"lut:{middle_of(SIZES['lut'])},{mode},a=int16,acc=int40" for mode in WIDE]
    found += [f"lut:{middle_of(SIZES['lut'])},precompute=fused,entry=int8,{fmt}" for fmt in FLOAT_TABLES]
    pairs = zip(REGISTERS, FLOAT_FORMATS, strict=True)
    found += [f"{name}:{middle_of(LOOKUPS)},{mode},{fmt}" for mode, fmt in pairs for name in LOW_BITS]
    for turn, name in enumerate(SIZES):
        for place, mac in enumerate(OTHER_MACS[name]):
            fmt = FORMATS[(turn + place) % len(FORMATS)]
            found.append(f"{name}:{middle_of(SIZES[name])},{MODES[name][0]},mac={mac},{fmt}")
    return found


def encoded() -> list[str]:
    """Inline forms of sparse columns in the encodings that no other form here has."""
    others = [encoding for encoding in ENCODINGS if encoding != Opt4c().encoding]
    named = " ".join(SIZES["bitslice"])
    return [f"bitslice:columns=2,rows=1,encoding={each}" for each in others if f"encoding={each}" not in named]
