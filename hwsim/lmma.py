"""LMMA, the instruction of LUT Tensor Core: its text, and the engine that executes one in a cycle per weight bit.

``lmma.m2n64k4.int8.int2.int32.int32``: shape, activations, weights, accumulator, output; O[m, n] = A[m, k] W[n, k]^T +
Accum[m, n]. The paper writes lmma.{M}{N}{K}.{A}{W}{Accum}{O} (ISCA 2025, section 3.3.1) and gives no spelling; here
sides bear their letter and formats are parted by dots, as in PTX's mma. What an instruction leaves open (entries of
tables, who makes them, registers) are fields of the engine: ``lmma.m2n64k4.int8.int2.int32.int32:entry=symmetric``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hwsim.errors import SpecError
from hwsim.formats import Format, IntFormat, parse_format

MNEMONIC = "lmma"
_TEXT = re.compile(r"lmma\.m(0|[1-9][0-9]*)n(0|[1-9][0-9]*)k(0|[1-9][0-9]*)\.(\w+)\.(\w+)\.(\w+)\.(\w+)")


@dataclass(frozen=True, slots=True)
class Lmma:
    """One instruction; ``int1`` weights are -1 and +1.

    Raises SpecError for a side below 1, for weights that are not signed integers, and for an output in another format
    than the accumulator: converting results is an operator of its own.
    """

    m: int
    n: int
    k: int
    a: Format
    w: Format
    acc: Format
    out: Format

    def __post_init__(self) -> None:
        if min(self.m, self.n, self.k) < 1:
            raise SpecError(f"{self}: sides are at least 1")
        if not isinstance(self.w, IntFormat) or not self.w.signed:
            raise SpecError(f"{self}: weights are signed integers, not {self.w}")
        if self.out != self.acc:
            raise SpecError(f"{self}: results leave in the accumulator's format {self.acc}, not in {self.out}")

    def __str__(self) -> str:
        return f"{MNEMONIC}.m{self.m}n{self.n}k{self.k}.{self.a}.{self.w}.{self.acc}.{self.out}"

    @property
    def engine(self) -> str:
        """The inline form of the engine whose one step is this instruction."""
        return f"lut:m={self.m},n={self.n},k={self.k},a={self.a},w_bits={self.w.bits},acc={self.acc}"


def is_lmma(text: str) -> bool:
    """Whether ``text`` is meant to be an instruction."""
    return text.startswith(f"{MNEMONIC}.")


def parse_lmma(text: str) -> Lmma:
    """Return the instruction written as ``text``; raises SpecError for any other text."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise SpecError(f"{text!r} is not of the form lmma.mMnNkK.A.W.ACC.OUT, as lmma.m2n64k4.int8.int2.int32.int32")
    m, n, k = (int(side) for side in match.groups()[:3])
    try:
        a, w, acc, out = (parse_format(name) for name in match.groups()[3:])
    except SpecError as error:
        raise SpecError(f"{text!r}: {error}") from None
    return Lmma(m, n, k, a, w, acc, out)
