"""Conv and ConvTranspose: their attributes as geometry (ONNX operator documentation, opset 22)."""

from __future__ import annotations

from hwsim.errors import WorkloadError
from hwsim.workload.convolution import Axis, Convolution, Ends, TransposedConvolution
from hwsim.workload.onnx_import.node import Node
from hwsim.workload.onnx_import.reading import Context, Reading, product_operator
from hwsim.workload.operator import Kind, Operator

SAME = {"SAME_UPPER": Ends.UPPER, "SAME_LOWER": Ends.LOWER}
AUTO_PADS = ("NOTSET", "VALID", *SAME)
Shape = tuple[int, ...]


def convolution(node: Node, x: Shape, w: Shape) -> Convolution:
    """The geometry of a Conv (or of its quantised forms) over ``x`` (N, C, *) with ``w`` (M, C / group, *)."""
    groups = node.integer("group", 1)
    _check_ranks(x, w)
    _check_kernel(node, w)
    if w[1] * groups != x[1]:
        raise WorkloadError(f"weights for {w[1]} channels in each of {groups} group(s) do not fit {x[1]} channels")
    return Convolution(x[0], x[1], w[0], _conv_axes(node, x[2:], w[2:]), groups)


def _conv_axes(node: Node, sides: Shape, kernel: Shape) -> tuple[Axis, ...]:
    strides, dilations, begins, ends = _sliding(node, len(sides))
    ends_of = SAME.get(_auto_pad(node))
    rows = zip(sides, kernel, strides, dilations, begins, ends, strict=True)
    if ends_of is not None:
        return tuple(Axis.same(side, k, s, d, ends_of) for side, k, s, d, _, _ in rows)
    return tuple(Axis.padded(*row) for row in rows)


def transposed_convolution(node: Node, x: Shape, w: Shape) -> TransposedConvolution:
    """The geometry of a ConvTranspose over ``x`` (N, C, *) with ``w`` (C, M / group, *)."""
    groups = node.integer("group", 1)
    _check_ranks(x, w)
    _check_kernel(node, w)
    if w[0] != x[1]:
        raise WorkloadError(f"weights for {w[0]} channels do not fit {x[1]} channels")
    return TransposedConvolution(x[0], x[1], w[1] * groups, _transposed_axes(node, x[2:], w[2:]), groups)


def _transposed_axes(node: Node, sides: Shape, kernel: Shape) -> tuple[Axis, ...]:
    """The axes of the convolution that a ConvTranspose is the adjoint of: ``sides`` are its windows."""
    rank = len(sides)
    strides, dilations, begins, ends = _sliding(node, rank)
    extra = node.integers("output_padding", (0,) * rank)
    # An output_shape may name the batch and the channels too.
    wanted = node.attributes.get("output_shape")
    auto = _auto_pad(node)
    if isinstance(wanted, tuple):
        outputs: Shape | None = tuple(int(side) for side in wanted[-rank:])
    else:
        outputs = tuple(side * s for side, s in zip(sides, strides, strict=True)) if auto in SAME else None
    axes = []
    for i, side in enumerate(sides):
        full = (side - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1 + extra[i]
        if outputs is None:
            output, begin = full - begins[i] - ends[i], begins[i]
        else:
            # The specification: SAME_UPPER halves the total rounded down at the beginning, everything else rounded up.
            output, begin = outputs[i], SAME.get(auto, Ends.LOWER).begin(max(full - outputs[i], 0))
        axes.append(Axis(output, side, kernel[i], strides[i], dilations[i], begin))
    return tuple(axes)


def _sliding(node: Node, rank: int) -> tuple[Shape, Shape, Shape, Shape]:
    """Strides, dilations and explicit pads (begin, end), each of ``rank`` numbers."""
    pads = node.integers("pads", (0,) * (2 * rank)) if _auto_pad(node) == "NOTSET" else (0,) * (2 * rank)
    ones = (1,) * rank
    return node.integers("strides", ones), node.integers("dilations", ones), pads[:rank], pads[rank:]


def _auto_pad(node: Node) -> str:
    mode = node.text("auto_pad", "NOTSET")
    if mode not in AUTO_PADS:
        raise WorkloadError(f"auto_pad is {mode!r}; allowed are {', '.join(AUTO_PADS)}")
    return mode


def _check_ranks(x: Shape, w: Shape) -> None:
    if len(x) < 3 or len(x) != len(w):
        raise WorkloadError(f"input {list(x)} and weights {list(w)} must have the same rank, at least 3")


def _check_kernel(node: Node, w: Shape) -> None:
    kernel = node.integers("kernel_shape", w[2:])
    if kernel != w[2:]:
        raise WorkloadError(f"kernel_shape is {list(kernel)}, but the weights have {list(w[2:])}")


def bias_ops(node: Node, context: Context, position: int) -> int:
    """One addition per output element if the node has a bias."""
    return context.elements(node.outputs[0]) if node.input(position) else 0


def _read_conv(node: Node, context: Context) -> Operator:
    x, w = node.inputs[:2]
    geometry = convolution(node, context.shape(x), context.shape(w))
    return product_operator(node, context, geometry, x, w, bias_ops(node, context, 2))


def _read_conv_transpose(node: Node, context: Context) -> Operator:
    x, w = node.inputs[:2]
    geometry = transposed_convolution(node, context.shape(x), context.shape(w))
    ops = geometry.overlap_additions + bias_ops(node, context, 2)
    return product_operator(node, context, geometry, x, w, ops)


READINGS = {
    "Conv": Reading(Kind.PRODUCT, "1 per output element if there is a bias", _read_conv),
    "ConvTranspose": Reading(
        Kind.PRODUCT,
        "1 per addition where windows overlap, 1 per output element if there is a bias",
        _read_conv_transpose,
    ),
}
