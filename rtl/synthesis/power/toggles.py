"""Transitions counted in a value change dump (IEEE 1364-2005, section 18) while it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

_CHUNK = 1 << 20
_WORD = ord("b")
"""Opens the value of a bus; what is counted are pins, which are wires of one bit."""
_ZERO, _BOTH = ord("0"), ord("0") + ord("1")


@dataclass(frozen=True, slots=True)
class Toggles:
    """``places`` are the wires of the dump by their code, each as its scopes and its name: several if they are one net.
    ``counts`` are its changes from 0 to 1 and back, at most one at a time step."""

    places: Mapping[bytes, tuple[tuple[str, ...], ...]]
    counts: Mapping[bytes, int]


def count_toggles(stream: IO[bytes]) -> Toggles:
    """Read a dump to its end; wires of more than one bit are not counted.

    A wire that is set twice at one time step is judged by what it has at its end, which is what Icarus writes.
    """
    lines = _lines(stream)
    return Toggles(_places(lines), _counts(lines))


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
    yield rest


def _places(lines: Iterator[bytes]) -> dict[bytes, tuple[tuple[str, ...], ...]]:
    """The declarations; ``lines`` stand behind them afterwards."""
    places: dict[bytes, list[tuple[str, ...]]] = {}
    scopes: list[str] = []
    for line in lines:
        words = line.split()
        if words[:1] == [b"$scope"]:
            scopes.append(_name(words[2]))
        elif words[:1] == [b"$upscope"]:
            scopes.pop()
        elif words[:1] == [b"$var"]:
            places.setdefault(words[3], []).append((*scopes, _name(words[4])))
        elif words[:1] == [b"$enddefinitions"]:
            break
    return {code: tuple(found) for code, found in places.items()}


def _name(word: bytes) -> str:
    return word.decode("ascii").removeprefix("\\")


def _counts(lines: Iterator[bytes]) -> Counter[bytes]:
    """0 and 1 sum up to the same whichever came first; what is unknown sums up to more."""
    counts: Counter[bytes] = Counter()
    last: dict[bytes, int] = {}
    for line in lines:
        if line and (value := line[0]) >= _ZERO and value != _WORD:  # not a time, nor a keyword
            code = line[1:]
            if last.get(code, 0) + value == _BOTH:
                counts[code] += 1
            last[code] = value
    return counts
