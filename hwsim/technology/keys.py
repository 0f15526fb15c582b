"""What decides an engine's clock: array, MAC, modes and formats, but not how many PEs there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from hwsim.engine import Engine
from hwsim.float_patterns import FloatPatterns
from hwsim.formats import IntFormat
from hwsim.inventory import Leaf
from hwsim.macs import LowBitMac
from hwsim.spec import field_text
from hwsim.technology.interpolation import Place

SIDES = frozenset({"rows", "cols", "columns", "p", "m", "n", "k"})
"""Fields that only repeat leaves; ``k`` of low-bit arrays is the length of a group, which changes them."""

SCALED = frozenset(
    f"{name}_bits" for name in ("a", "acc", "digit", "entry", "pair", "pp", "step", "sum", "w", "whole")
) | {"bits", "group", "inputs", "k", "lanes", "planes", "stages", "tables"}
"""Parameters along which figures may be interpolated; all others are modes, which must agree."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """``family`` names what must agree, ``place`` the parameters along which families are interpolated."""

    family: str
    place: Place

    def __str__(self) -> str:
        return ":".join(filter(None, [self.family, ",".join(f"{name}={value}" for name, value in self.place)]))


def leaf_key(leaf: Leaf) -> Key:
    modes = [f"{name}{value}" for name, value in leaf.parameters if name not in SCALED]
    return Key("_".join([leaf.kind, *modes]), tuple((n, value) for n, value in leaf.parameters if n in SCALED))


def engine_key(engine: Engine) -> Key:
    """The same for engines that differ in size alone."""
    modes, place = [], {}
    for name, value in _fields(engine):
        if name in SCALED and isinstance(value, int) and not isinstance(value, bool):
            place[name] = value
        else:
            modes.append(f"{name}={value}")
    return Key(f"{engine.array.name}:{','.join([*modes, f'mac={engine.mac.name}'])}", tuple(sorted(place.items())))


def _fields(engine: Engine) -> Iterator[tuple[str, object]]:
    low_bit = isinstance(engine.mac, LowBitMac)
    for field in fields(engine.array):
        if field.name not in SIDES or (low_bit and field.name == "k"):
            yield field.name, _plain(getattr(engine.array, field.name))
    for field in fields(engine.mac):
        value = getattr(engine.mac, field.name)
        if isinstance(value, IntFormat) and not isinstance(value, FloatPatterns) and field.init:
            yield f"{field.name}_bits", value.bits
            yield f"{field.name}_signed", field_text(value.signed)
        elif field.init:
            yield field.name, _plain(value)
    if low_bit:
        yield "one_bit", field_text(engine.mac.w.bits == 1)  # -1 and +1: no narrower two's complement


def _plain(value: object) -> object:
    return value if isinstance(value, int) and not isinstance(value, bool) else field_text(value)
