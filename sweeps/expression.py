"""The parts of an expression over named values: each knows its value and the names it speaks of."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from hwsim.errors import SpecError, nearest

Value = bool | int | float | str
Values = Mapping[str, Value | None]

ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}
ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
EQUALITIES: dict[str, Callable[[object, object], bool]] = {"==": operator.eq, "!=": operator.ne}
COMPARISONS = (*ORDERS, *EQUALITIES)


class Node(Protocol):
    """One part of an expression."""

    def value(self, values: Values) -> Value: ...
    def names(self) -> Iterator[str]: ...


def _number(value: Value, sign: str) -> int | float:
    if isinstance(value, (bool, str)):
        raise SpecError(f"{sign!r} needs numbers, not {_show(value)}")
    return value


def truth(value: Value, word: str) -> bool:
    if not isinstance(value, bool):
        raise SpecError(f"{word!r} needs true or false, not {_show(value)}")
    return value


def _show(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a quoted text, ``true`` or ``false``."""

    constant: Value

    def value(self, values: Values) -> Value:
        return self.constant

    def names(self) -> Iterator[str]:
        yield from ()


@dataclass(frozen=True, slots=True)
class Name:
    """A field of the machine or a result."""

    name: str

    def value(self, values: Values) -> Value:
        if self.name not in values:
            raise SpecError(f"{self.name!r} has no value{nearest(self.name, values)}")
        found = values[self.name]
        if found is None:
            raise SpecError(f"{self.name!r} is not known without a technology: [machine] technology = names one")
        return found

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class Minus:
    inner: Node

    def value(self, values: Values) -> Value:
        return -_number(self.inner.value(values), "-")

    def names(self) -> Iterator[str]:
        yield from self.inner.names()


@dataclass(frozen=True, slots=True)
class Not:
    inner: Node

    def value(self, values: Values) -> Value:
        return not truth(self.inner.value(values), "not")

    def names(self) -> Iterator[str]:
        yield from self.inner.names()


@dataclass(frozen=True, slots=True)
class Arithmetic:
    sign: str
    left: Node
    right: Node

    def value(self, values: Values) -> Value:
        left = _number(self.left.value(values), self.sign)
        right = _number(self.right.value(values), self.sign)
        try:
            return ARITHMETIC[self.sign](left, right)
        except ZeroDivisionError:
            raise SpecError(f"{left} {self.sign} {right} divides by zero") from None

    def names(self) -> Iterator[str]:
        yield from self.left.names()
        yield from self.right.names()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A chain as mathematics writes it: ``8 <= rows <= 64`` compares each neighbour."""

    signs: tuple[str, ...]
    terms: tuple[Node, ...]

    def value(self, values: Values) -> Value:
        found = [term.value(values) for term in self.terms]
        return all(
            _compare(sign, left, right) for sign, left, right in zip(self.signs, found[:-1], found[1:], strict=True)
        )

    def names(self) -> Iterator[str]:
        for term in self.terms:
            yield from term.names()


def _compare(sign: str, left: Value, right: Value) -> bool:
    if sign in ORDERS:
        return ORDERS[sign](_number(left, sign), _number(right, sign))
    if isinstance(left, str) != isinstance(right, str):
        raise SpecError(f"{sign!r} compares a number with a text: {_show(left)} and {_show(right)}")
    return EQUALITIES[sign](left, right)


@dataclass(frozen=True, slots=True)
class Joined:
    """``and`` or ``or`` over two or more parts; stops at the first that decides."""

    word: str
    parts: tuple[Node, ...]

    def value(self, values: Values) -> Value:
        join = all if self.word == "and" else any
        return join(truth(part.value(values), self.word) for part in self.parts)

    def names(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.names()
