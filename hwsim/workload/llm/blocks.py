"""The operators that transformers are made of, written with named axes: products as equations, vector work by element.

Axes: b sequences, t new tokens, c cached tokens, s keys (c + t), o tokens that the head sees, e residual stream,
h heads of keys and values, g query heads of each, d elements of a head, f MLP, w token table, v words or labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hwsim.formats import Format
from hwsim.workload.building import WorkloadBuilder
from hwsim.workload.convolution import Convolution
from hwsim.workload.einsum import einsum
from hwsim.workload.llm.config import ACTIVATIONS, Norm
from hwsim.workload.lowering import ProductFormats, lower
from hwsim.workload.operator import Kind, Operator
from hwsim.workload.tensor import Role

OPS_PER_ELEMENT: Mapping[str, int] = {
    "Add": 1,
    "Mul": 1,
    "LayerNorm": 7,  # sum, subtract mean, square, sum, times 1/deviation, gain, bias
    "RMSNorm": 4,  # square, sum, times 1/rms, gain
    "Softmax": 5,  # maximum, subtract, exp, sum, divide
    "Rotary": 3,  # x cos + rotated(x) sin
    "tanh": 1,
    **ACTIVATIONS,
}
"""Elementary operations of the vector unit per element, counted as those of ONNX operators are: exp or erf is one."""


class Blocks:
    """Adds operators to a builder; each method returns the name of the tensor that its operator makes."""

    def __init__(
        self, builder: WorkloadBuilder, lengths: Mapping[str, int], a: Format | None, w: Format | None
    ) -> None:
        self._builder = builder
        self._lengths = lengths
        self._a, self._w = a, w

    def shape(self, axes: str) -> tuple[int, ...]:
        return tuple(self._lengths[axis] for axis in axes)

    def tensor(self, name: str, axes: str, role: Role, format: Format | None = None) -> str:
        """Declare a tensor, by default in the format of activations."""
        return self._builder.tensor(name, self.shape(axes), format or self._a, role)

    def weight(self, name: str, axes: str) -> str:
        """Declare a parameter in the format of weights, or find it declared (a tied table)."""
        if name in self._builder:
            return name
        return self.tensor(name, axes, Role.PARAMETER, self._w)

    def linear(self, name: str, equation: str, x: str, bias: str = "", made: Role = Role.ACTIVATION) -> str:
        """``x`` times a weight of its own; ``bias`` names the axes of one that is added."""
        weight = self.weight(f"{name}.weight", _terms(equation)[1])
        return self.project(name, equation, x, weight, bias, made)

    def project(
        self, name: str, equation: str, x: str, weight: str, bias: str = "", made: Role = Role.ACTIVATION
    ) -> str:
        """``x`` times the parameter ``weight``; a bias is added once to each element."""
        added = [self.tensor(f"{name}.bias", bias, Role.PARAMETER)] if bias else []
        formats = ProductFormats(self._a, self._w)
        return self._product(name, "Linear", equation, (x, weight), added, made, formats, len(added))

    def attend(self, name: str, equation: str, a: str, b: str, cache: str | None, scaled: bool) -> str:
        """A product of two activations; the first rows of ``b`` may lie in ``cache``.

        The cache and the new rows are two tensors that the engine reads as one operand.
        """
        stored, new = (cache, [b]) if cache else (b, [])
        formats = ProductFormats(self._a, self._a)
        return self._product(name, "Attention", equation, (a, stored), new, Role.ACTIVATION, formats, int(scaled))

    def _product(
        self,
        name: str,
        op: str,
        equation: str,
        operands: tuple[str, str],
        more: Sequence[str],
        made: Role,
        formats: ProductFormats,
        ops_per_element: int,
    ) -> str:
        a_axes, b_axes, c_axes = _terms(equation)
        geometry = einsum(equation, self.shape(a_axes), self.shape(b_axes))
        c = self.tensor(f"{name}.out", c_axes, made)
        product = lower(geometry, *operands, c, formats)
        if self._builder[operands[1]].shape != self.shape(b_axes):
            product = replace(product, geometry=None)  # B is spread over two tensors
            counted = dict.fromkeys(more, 0)  # among the elements of B
        else:
            counted = {}
        ops = ops_per_element * self._builder[c].elements
        self._builder.add(
            Operator(name, op, Kind.PRODUCT, (*operands, *more), (c,), product, ops, elements_read=counted)
        )
        return c

    def vector(
        self, name: str, op: str, axes: str, inputs: Sequence[str], added: int = 0, made: Role = Role.ACTIVATION
    ) -> str:
        """Elementwise work with ``axes`` of its result; ``added`` counts further additions to each element."""
        out = self.tensor(f"{name}.out", axes, made)
        ops = (OPS_PER_ELEMENT[op] + added) * self._builder[out].elements
        self._builder.add(Operator(name, op, Kind.VECTOR, tuple(inputs), (out,), vector_ops=ops))
        return out

    def move(self, name: str, op: str, axes: str, inputs: Sequence[str]) -> str:
        """Elements copied from one place to another; of a larger input only as many are read as are written."""
        out = self.tensor(f"{name}.out", axes, Role.ACTIVATION)
        written = self._builder[out].elements
        read = {x: written for x in inputs if self._builder[x].elements > written}
        self._builder.add(Operator(name, op, Kind.MOVE, tuple(inputs), (out,), elements_read=read))
        return out

    def convolve(self, name: str, geometry: Convolution) -> str:
        """A convolution of an input image with a weight and a bias of its own; both layouts are ``geometry``'s."""
        sides = (geometry.images, geometry.in_channels, *geometry.positions)
        image = self._builder.tensor(f"{name}.image", sides, self._a, Role.INPUT)
        sides = (geometry.out_channels, geometry.group_in, *geometry.kernel)
        weight = self._builder.tensor(f"{name}.weight", sides, self._w, Role.PARAMETER)
        bias = self._builder.tensor(f"{name}.bias", (geometry.out_channels,), self._a, Role.PARAMETER)
        sides = (geometry.images, geometry.out_channels, *geometry.windows)
        out = self._builder.tensor(f"{name}.out", sides, self._a)
        product = lower(geometry, image, weight, out, ProductFormats(self._a, self._w))
        ops = self._builder[out].elements
        self._builder.add(Operator(name, "Conv", Kind.PRODUCT, (image, weight, bias), (out,), product, ops))
        return out

    def norm(self, name: str, norm: Norm, axes: str, width: str, x: str) -> str:
        """Normalise along the axes ``width``."""
        names = ("gain", "bias")[: norm.vectors]
        vectors = [self.tensor(f"{name}.{part}", width, Role.PARAMETER) for part in names]
        return self.vector(name, norm.value, axes, (x, *vectors))


def _terms(equation: str) -> tuple[str, str, str]:
    left, _, c = equation.partition("->")
    a, b = left.split(",")
    return a, b, c
