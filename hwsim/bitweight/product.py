"""What a nest computes: the sides of one matrix product, its formats, and how A is written in digits."""

from __future__ import annotations

from dataclasses import dataclass, field

from hwsim.bitweight.loops import Dim
from hwsim.encodings.base import Encoding
from hwsim.encodings.booth import Booth
from hwsim.errors import SpecError
from hwsim.formats import INT8, IntFormat


@dataclass(frozen=True, slots=True)
class Product:
    """C (m, n) = A (m, k) @ B (k, n); A is the operand that is encoded."""

    m: int
    n: int
    k: int
    a: IntFormat = INT8
    b: IntFormat = INT8
    encoding: Encoding = field(default_factory=Booth)

    def __post_init__(self) -> None:
        for name in ("m", "n", "k"):
            if getattr(self, name) < 1:
                raise SpecError(f"a product has sides of at least 1, not {name}={getattr(self, name)}")
        if not isinstance(self.b, IntFormat):
            raise SpecError(f"a nest computes with integers: b cannot be {self.b}")
        self.encoding.check(self.a)

    @property
    def digits(self) -> int:
        """Digits of one operand of A: the size of dimension bw."""
        return self.encoding.digits(self.a)

    def size(self, dim: Dim) -> int:
        """How many values the index ``dim`` takes."""
        return {Dim.M: self.m, Dim.N: self.n, Dim.K: self.k, Dim.BW: self.digits}[dim]

    def __str__(self) -> str:
        return (
            f"C[m,n] = A[m,k] * B[k,n]: m={self.m}, n={self.n}, k={self.k}, a={self.a}, b={self.b}, "
            f"{self.digits} {self.encoding} digits of radix {self.encoding.radix}"
        )
