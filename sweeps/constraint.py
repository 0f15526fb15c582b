"""The small language of constraints: comparisons and arithmetic over named values, parsed here, never run as Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn

from hwsim.errors import SpecError
from sweeps.expression import (
    COMPARISONS,
    Arithmetic,
    Comparison,
    Joined,
    Literal,
    Minus,
    Name,
    Node,
    Not,
    Values,
)

MOST_NESTED = 40
"""Parentheses, signs and ``not`` within one another; more is refused before Python's own stack is."""

TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>\"[^\"]*\"|'[^']*')"
    r"|(?P<sign><=|>=|==|!=|[-+*/%()<>]))"
)


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition that machines of a study must meet."""

    text: str
    root: Node

    @property
    def names(self) -> frozenset[str]:
        """The fields and results that it speaks of."""
        return frozenset(self.root.names())

    def holds(self, values: Values) -> bool:
        """Whether ``values`` meet it; raises SpecError for a missing value, a wrong type or a division by zero."""
        try:
            value = self.root.value(values)
        except SpecError as error:
            raise SpecError(f"constraint {self.text!r}: {error}") from None
        if not isinstance(value, bool):
            raise SpecError(
                f"constraint {self.text!r} is {value!r}, neither true nor false; "
                'a constraint is a comparison such as "rows <= 64"'
            )
        return value


def parse_constraint(text: str) -> Constraint:
    """Return the condition that ``text`` states; raises SpecError naming what cannot be read and where."""
    return Constraint(text, _Parser(text).parse())


class _Parser:
    """Recursive descent, one method per precedence, loosest first."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.at = 0
        self.depth = 0

    def parse(self) -> Node:
        root = self.disjunction()
        if self.word:
            self.refuse("an operator")
        return root

    @property
    def word(self) -> str:
        return self.tokens[self.at][1]

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][1]

    def refuse(self, expected: str) -> NoReturn:
        column, found = self.tokens[self.at]
        what = repr(found) if found else "the end"
        raise SpecError(f"constraint {self.text!r}: expected {expected} at column {column + 1}, found {what}")

    def disjunction(self) -> Node:
        return self.joined("or", lambda: self.joined("and", self.negation))

    def joined(self, word: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self.word == word:
            self.take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def negation(self) -> Node:
        return Not(self.deeper(self.negation)) if self.word == "not" else self.comparison()

    def comparison(self) -> Node:
        terms, signs = [self.sum()], []
        while self.word in COMPARISONS:
            signs.append(self.take())
            terms.append(self.sum())
        return Comparison(tuple(signs), tuple(terms)) if signs else terms[0]

    def sum(self) -> Node:
        return self.chain(("+", "-"), lambda: self.chain(("*", "/", "%"), self.factor))

    def chain(self, signs: tuple[str, ...], part: Callable[[], Node]) -> Node:
        node = part()
        while self.word in signs:
            node = Arithmetic(self.take(), node, part())
        return node

    def factor(self) -> Node:
        word = self.word
        if word == "-":
            return Minus(self.deeper(self.factor))
        if word == "(":
            node = self.deeper(self.disjunction)
            if self.word != ")":
                self.refuse("')'")
            self.take()
            return node
        if not word or word in ("and", "or", "not") or not re.match(r"[\w.\"']", word):
            self.refuse("a number, a name or '('")
        return _leaf(self.take())

    def deeper(self, part: Callable[[], Node]) -> Node:
        """Step over the current token and into ``part``."""
        if self.depth == MOST_NESTED:
            raise SpecError(f"constraint {self.text[:40]!r}... is nested more than {MOST_NESTED} deep")
        self.depth += 1
        self.take()
        node = part()
        self.depth -= 1
        return node


def _leaf(word: str) -> Node:
    if word[0] in "\"'":
        return Literal(word[1:-1])
    if word in ("true", "false"):
        return Literal(word == "true")
    if word[0].isdigit() or word[0] == ".":
        digits = word.replace("_", "")
        return Literal(int(digits) if digits.isdigit() else float(digits))
    return Name(word)


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    """Columns (from 0) and words, and an empty word at the end."""
    at, end = 0, len(text.rstrip())
    while at < end:
        match = TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise SpecError(f"constraint {text!r}: {text[at]!r} at column {at + 1} is not part of the language")
        yield match.start(match.lastgroup or 0), match[match.lastgroup or 0]
        at = match.end()
    yield end, ""
