"""Boolean functions as Liberty writes them (``(A*!B)+C'``), and how often one holds when all signals are random."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import CodeType

from hwsim.errors import SpecError

_WORD = re.compile(r"\s*([A-Za-z_]\w*|[01!'*&+|^()])")


@dataclass(frozen=True, slots=True)
class Condition:
    """A function of named signals, compiled from Python's own operators on 0 and 1."""

    text: str
    signals: frozenset[str]
    code: CodeType

    def holds(self, values: Mapping[str, int]) -> bool:
        return bool(eval(self.code, {"__builtins__": {}}, {"signal": values}))  # only what `condition` wrote


def condition(text: str) -> Condition:
    """Read a Liberty function; raises SpecError if it is none.

    ``!`` and a trailing ``'`` negate; ``*``, ``&`` and a blank are AND, ``+`` and ``|`` OR, ``^`` exclusive OR, which
    binds tighter than AND, as AND does than OR.
    """
    words = _words(text)
    reader = _Reader(text, words)
    code = reader.alternatives()
    if reader.rest:
        raise SpecError(f"{text!r} is not a function of Liberty: {reader.rest[0]!r} is out of place")
    return Condition(text, frozenset(filter(_is_name, words)), compile(code, "condition", "eval"))


def _is_name(word: str) -> bool:
    return word[0].isalpha() or word[0] == "_"


def _words(text: str) -> list[str]:
    words, at = [], 0
    while text[at:].strip():
        match = _WORD.match(text, at)
        if match is None:
            raise SpecError(f"{text!r} is not a function of Liberty: {text[at:].strip()[0]!r} means nothing there")
        words.append(match[1])
        at = match.end()
    return words


class _Reader:
    """Recursive descent, one method for each level of binding."""

    def __init__(self, text: str, words: Sequence[str]) -> None:
        self._text, self.rest = text, list(words)

    def alternatives(self) -> str:
        return self._joined(self._all_of, "+|", "|")

    def _all_of(self) -> str:
        parts = [self._differing()]
        while self.rest and self.rest[0] not in "+|)":
            if self.rest[0] in "*&":
                self.rest.pop(0)
            parts.append(self._differing())
        return "&".join(parts)

    def _differing(self) -> str:
        return self._joined(self._one, "^", "^")

    def _joined(self, part: object, signs: str, sign: str) -> str:
        assert callable(part)
        parts = [part()]
        while self.rest and self.rest[0] in signs:
            self.rest.pop(0)
            parts.append(part())
        return f"({sign.join(parts)})"

    def _one(self) -> str:
        word = self.rest.pop(0) if self.rest else ""
        if word == "!":
            return f"(1^{self._one()})"
        if word == "(":
            code = self.alternatives()
            if not self.rest or self.rest.pop(0) != ")":
                raise SpecError(f"{self._text!r} is not a function of Liberty: a parenthesis is not closed")
        elif word and word not in "'*&+|^)":
            code = f"signal[{word!r}]" if _is_name(word) else word
        else:
            raise SpecError(f"{self._text!r} is not a function of Liberty: an operand is missing")
        while self.rest and self.rest[0] == "'":
            self.rest.pop(0)
            code = f"(1^{code})"
        return code


def states(free: Sequence[str], derived: Mapping[str, Condition]) -> Iterator[dict[str, int]]:
    """Every assignment of ``free`` signals, with those that are ``derived`` from them; in this order."""
    for bits in product((0, 1), repeat=len(free)):
        values = dict(zip(free, bits, strict=True))
        for name, function in derived.items():
            values[name] = int(function.holds(values))
        yield values


def share(function: Condition, among: Sequence[Mapping[str, int]]) -> float:
    """The part of the states in which ``function`` holds; signals that no state knows are random beside them."""
    unknown = sorted(function.signals - set(among[0])) if among else []
    every = [{**state, **more} for state in among for more in states(unknown, {})]
    return sum(function.holds(state) for state in every) / len(every) if every else 0.0
