"""Geometries as products: element counts against brute force, sharing, equations that are and are not products."""

from __future__ import annotations

import re
from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hwsim.errors import WorkloadError
from hwsim.formats import FP32, INT8, INT32, UINT8
from hwsim.gemm import Gemm
from hwsim.workload import im2col
from hwsim.workload.contraction import Contraction, matmul, transposed_matmul
from hwsim.workload.convolution import Axis, Convolution, Ends, TransposedConvolution
from hwsim.workload.einsum import einsum
from hwsim.workload.geometry import Geometry
from hwsim.workload.lowering import ProductFormats, lower
from hwsim.workload.operator import Movement
from hwsim.workload.zero_points import correction, correction_ops

FEW = settings(max_examples=50, deadline=None)


def refused(message: str) -> pytest.RaisesContext[WorkloadError]:
    """The block raises a WorkloadError with exactly this text."""
    return pytest.raises(WorkloadError, match=f"^{re.escape(message)}$")


@st.composite
def axes(draw: st.DrawFn) -> Axis:
    side, kernel, stride, dilation = (draw(st.integers(1, top)) for top in (8, 3, 4, 3))
    if draw(st.booleans()):
        axis = Axis.same(side, kernel, stride, dilation, draw(st.sampled_from(Ends)))
    else:
        begin, end = draw(st.integers(0, 3)), draw(st.integers(0, 3))
        assume(side + begin + end > (kernel - 1) * dilation)
        axis = Axis.padded(side, kernel, stride, dilation, begin, end)
    assume(axis.touched)
    return axis


@st.composite
def grouped(draw: st.DrawFn) -> tuple[int, int, int, tuple[Axis, ...], int]:
    groups, images, per_in, per_out = (draw(st.integers(1, top)) for top in (3, 2, 2, 2))
    spatial = draw(st.lists(axes(), min_size=1, max_size=3))
    return images, groups * per_in, groups * per_out, tuple(spatial), groups


def positions_read(geometry: Convolution | TransposedConvolution) -> list[tuple[int, ...]]:
    """Real positions that every (window, tap) of one channel reads, one entry per read."""
    found = []
    for window in product(*map(range, geometry.windows)):
        for tap in product(*map(range, geometry.kernel)):
            rows = zip(geometry.axes, window, tap, strict=True)
            at = tuple(o * axis.stride + t * axis.dilation - axis.pad for axis, o, t in rows)
            if all(0 <= position < axis.side for axis, position in zip(geometry.axes, at, strict=True)):
                found.append(at)
    return found


@FEW
@given(sizes=grouped())
def test_a_convolution_reads_the_distinct_elements_under_its_windows(
    sizes: tuple[int, int, int, tuple[Axis, ...], int],
) -> None:
    conv = Convolution(*sizes)
    lowered = lower(conv, "a", "b", "c")
    distinct = len(set(positions_read(conv)))
    assert lowered.a_elements == conv.images * conv.group_in * distinct
    assert lowered.b_elements == conv.group_out * conv.group_in * prod(conv.kernel)
    assert lowered.c_elements == conv.images * conv.group_out * prod(conv.windows)


@FEW
@given(sizes=grouped())
def test_the_operand_of_a_convolution_holds_those_elements_and_padding(
    sizes: tuple[int, int, int, tuple[Axis, ...], int],
) -> None:
    """Number the elements from 1: what stands in A of a group is what the count says, and 0 is padding."""
    conv = Convolution(*sizes)
    shape = (conv.images, conv.in_channels, *conv.positions)
    x = np.arange(1, prod(shape) + 1).reshape(shape)
    w = np.zeros((conv.out_channels, conv.group_in, *conv.kernel), dtype=np.int64)
    a, _ = im2col.operands(conv, x, w)
    for member in a:
        assert len(np.unique(member[member > 0])) == conv.unique_elements[0]
    assert np.count_nonzero(a) == conv.images * conv.in_channels * len(positions_read(conv))


@FEW
@given(sizes=grouped())
def test_a_transposed_convolution_writes_the_elements_under_its_windows(
    sizes: tuple[int, int, int, tuple[Axis, ...], int],
) -> None:
    conv = TransposedConvolution(*sizes)
    reads = positions_read(conv)
    _, _, c_elements = conv.unique_elements
    assert c_elements == conv.images * conv.group_out * len(set(reads))
    assert conv.overlap_additions == conv.images * conv.out_channels * (len(reads) - len(set(reads)))
    m, n, _, batch = conv.sides
    written = im2col.result(conv, np.ones((batch, m, n), dtype=np.int64))
    assert np.count_nonzero(written) == batch * c_elements


@FEW
@given(sizes=grouped())
def test_the_transpose_is_the_adjoint(sizes: tuple[int, int, int, tuple[Axis, ...], int]) -> None:
    """<conv(x), y> = <x, conv_transpose(y)> with the same weights, and both do the same multiplications."""
    images, inputs, outputs, spatial, groups = sizes
    conv, back = Convolution(*sizes), TransposedConvolution(images, outputs, inputs, spatial, groups)
    rng = np.random.default_rng(7)
    x = rng.integers(-5, 6, (images, inputs, *conv.positions))
    y = rng.integers(-5, 6, (images, outputs, *conv.windows))
    w = rng.integers(-5, 6, (outputs, inputs // groups, *conv.kernel))
    forth = im2col.result(conv, np.matmul(*im2col.operands(conv, x, w)))
    again = im2col.result(back, np.matmul(*im2col.operands(back, y, w)))
    assert np.sum(forth * y) == np.sum(x * again)
    assert prod(conv.sides) == prod(back.sides)


def test_a_stride_wider_than_the_kernel_leaves_elements_untouched() -> None:
    conv = Convolution(1, 4, 8, (Axis.padded(7, 1, 2, 1, 0, 0), Axis.padded(7, 1, 2, 1, 0, 0)))
    assert lower(conv, "a", "b", "c").a_elements == 4 * 4 * 4


def test_the_expanded_matrix_moves_when_asked() -> None:
    conv = Convolution(1, 3, 64, (Axis.padded(224, 7, 2, 1, 3, 3),) * 2)
    assert lower(conv, "a", "b", "c", movement=Movement.EXPANDED).a_elements == 112 * 112 * 147
    # Windows of 7 every 2: all 224 positions; padding is no element.
    assert lower(conv, "a", "b", "c", movement=Movement.UNIQUE).a_elements == 3 * 224 * 224
    back = TransposedConvolution(1, 64, 3, conv.axes)
    assert lower(back, "a", "b", "c", movement=Movement.EXPANDED).c_elements == 112 * 112 * 147
    assert lower(back, "a", "b", "c", movement=Movement.UNIQUE).c_elements == 3 * 224 * 224


def test_formats_of_integers_bring_int32_sums() -> None:
    geometry = transposed_matmul((2, 3), (3, 4), False, False)
    assert lower(geometry, "a", "b", "c", ProductFormats(UINT8, INT8)).gemm == Gemm(2, 4, 3, UINT8, INT8, INT32)
    assert lower(geometry, "a", "b", "c", ProductFormats(None, INT8)).gemm == Gemm(2, 4, 3, None, INT8, None)
    assert lower(geometry, "a", "b", "c", ProductFormats(FP32, FP32)).gemm == Gemm(2, 4, 3, FP32, FP32, None)
    assert lower(geometry, "a", "b", "c").gemm == Gemm(2, 4, 3)


MATMULS = [
    # a, b, B is a weight, (m, n, k, batch), (a shared, b shared)
    ((3, 4), (4, 5), False, (3, 5, 4, 1), (False, False)),
    ((2, 3, 4), (2, 4, 5), False, (3, 5, 4, 2), (False, False)),
    ((2, 3, 4), (4, 5), False, (3, 5, 4, 2), (False, True)),
    ((2, 3, 4), (4, 5), True, (6, 5, 4, 1), (False, False)),
    ((3, 4), (2, 4, 5), False, (3, 5, 4, 2), (True, False)),
    ((3, 4), (2, 4, 5), True, (3, 5, 4, 2), (True, False)),
    ((7, 2, 3, 4), (2, 4, 5), True, (21, 5, 4, 2), (False, False)),
    ((7, 1, 3, 4), (1, 2, 4, 5), False, (3, 5, 4, 14), (False, False)),
    ((7, 1, 3, 4), (1, 2, 4, 5), True, (21, 5, 4, 2), (True, False)),
    ((1, 3, 4), (1, 4, 5), False, (3, 5, 4, 1), (False, False)),
    ((4,), (4,), False, (1, 1, 4, 1), (False, False)),
    ((4,), (2, 4, 5), False, (1, 5, 4, 2), (True, False)),
    ((2, 3, 4), (4,), False, (3, 1, 4, 2), (False, True)),
    ((2, 3, 4), (4,), True, (6, 1, 4, 1), (False, False)),
]


@pytest.mark.parametrize(("a", "b", "weight", "sides", "shared"), MATMULS)
def test_matmul_batches_what_it_cannot_fold(
    a: tuple[int, ...],
    b: tuple[int, ...],
    weight: bool,
    sides: tuple[int, int, int, int],
    shared: tuple[bool, bool],
) -> None:
    geometry = matmul(a, b, fold_b=weight)
    assert (geometry.sides, geometry.shared) == (sides, shared)


@FEW
@given(st.data())
def test_every_letter_of_a_product_has_one_place(data: st.DataObject) -> None:
    """Any choice of batch, m, n and k letters in any stored order is a product, and numpy agrees with its value."""
    letters = data.draw(st.permutations("abcdef"))
    cuts = sorted(data.draw(st.lists(st.integers(0, 5), min_size=3, max_size=3)))
    k, batch, m, n = (letters[i:j] for i, j in zip([0, *cuts], [*cuts, 6], strict=True))
    assume(k)
    a, b, c = (data.draw(st.permutations(list(x))) for x in (batch + m + k, batch + n + k, batch + m + n))
    assume(a and b)
    lengths = {letter: data.draw(st.integers(1, 3), letter) for letter in letters}
    equation = f"{''.join(a)},{''.join(b)}->{''.join(c)}"
    rng = np.random.default_rng(3)
    x, y = (rng.integers(-5, 6, [lengths[letter] for letter in term]) for term in (a, b))
    geometry = einsum(equation, x.shape, y.shape)
    z = im2col.result(geometry, np.matmul(*im2col.operands(geometry, x, y)))
    np.testing.assert_array_equal(z, np.einsum(equation, x, y))


NO_PRODUCTS = [
    ("ij,jk->k", "the equation 'ij,jk->k' is not a matrix product: index 'i' occurs in one term only"),
    ("ij,jk->ijk", "the equation 'ij,jk->ijk' is not a matrix product: no index is summed over both operands"),
    ("ij,kl->ijkl", "the equation 'ij,kl->ijkl' is not a matrix product: no index is summed over both operands"),
    ("ii,ij->j", "the equation 'ii,ij->j' is not a matrix product: 'ii' names an index twice"),
    ("ij->ji", "the equation 'ij->ji' is not a matrix product: it has 1 operand(s), a product has 2"),
    ("ij,jk,kl->il", "the equation 'ij,jk,kl->il' is not a matrix product: it has 3 operand(s), a product has 2"),
    ("ij;jk", "the equation 'ij;jk' is not of the form 'ij,jk->ik'"),
    ("i.j,jk->ik", "the equation 'i.j,jk->ik' is not of the form 'ij,jk->ik'"),
    ("ij,jk->ikz", "the output of the equation 'ij,jk->ikz' has the index 'z', which no operand has"),
    ("ijk,jk->i", "the term 'ijk' of the equation 'ijk,jk->i' does not fit its operand's rank"),
    ("ij,kj->ik", "index 'j' of the equation 'ij,kj->ik' has the lengths 4 and 5"),
]


@pytest.mark.parametrize(("equation", "message"), NO_PRODUCTS)
def test_equations_that_are_no_product_are_refused(equation: str, message: str) -> None:
    with refused(message):
        einsum(equation, (3, 4), (4, 5))


BAD_GEOMETRIES = [
    (lambda: matmul((3, 4), (5, 6), False), "shapes [3, 4] and [5, 6] cannot be multiplied: their inner sides differ"),
    (
        lambda: matmul((2, 3, 4), (3, 4, 5), False),
        "shapes [2, 3, 4] and [3, 4, 5] cannot be broadcast together",
    ),
    (lambda: matmul((), (4,), False), "a matrix product of shapes [] and [4] needs at least one axis each"),
    (lambda: transposed_matmul((3, 4), (3, 4), False, False), "inner sides 4 and 3 differ"),
    (lambda: transposed_matmul((4,), (4, 3), False, False), "shapes [4] and [4, 3] must both have two axes"),
    (
        lambda: Axis.padded(4, 3, 1, 2, 0, 0),
        "a kernel that spans 5 positions does not fit an axis of 4 positions and padding",
    ),
    (lambda: Axis(4, 4, 3, stride=0), "the stride of a convolution's axis must be at least 1, not 0"),
    (
        lambda: Convolution(1, 4, 6, (Axis(4, 4, 1),), groups=4),
        "6 out_channels do not divide into 4 groups",
    ),
    (lambda: Convolution(0, 4, 4, (Axis(4, 4, 1),)), "images of a convolution must be at least 1, not 0"),
    (
        lambda: Convolution(1, 1, 1, (Axis.padded(1, 1, 2, 1, 1, 1),)),
        "no window of the convolution touches its tensor: all of them lie in the padding",
    ),
]


@pytest.mark.parametrize(("make", "message"), BAD_GEOMETRIES)
def test_geometries_that_cannot_exist_are_refused(make: object, message: str) -> None:
    assert callable(make)
    with refused(message):
        make()


def test_a_geometry_without_a_lowering_says_so() -> None:
    class Odd(Geometry):
        sides = (1, 1, 1, 1)
        unique_elements = (1, 1, 1)

    nothing = np.zeros((1, 1))
    with refused("Odd has no executable lowering"):
        im2col.operands(Odd(), nothing, nothing)
    with refused("Odd has no executable lowering"):
        im2col.result(Odd(), nothing)


@FEW
@given(seed=st.integers(0, 1000), sides=st.tuples(*[st.integers(1, 4)] * 4))
def test_zero_points_are_corrected(seed: int, sides: tuple[int, int, int, int]) -> None:
    batch, m, k, n = sides
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 256, (batch, m, k)), rng.integers(-128, 128, (batch, k, n))
    a_zero, b_zero = rng.integers(0, 256, (batch, m, 1)), rng.integers(-128, 128, (batch, 1, n))
    np.testing.assert_array_equal(a @ b + correction(a, b, a_zero, b_zero), (a - a_zero) @ (b - b_zero))


def test_a_correction_costs_what_is_not_known_beforehand() -> None:
    gemm = Gemm(m=10, n=3, k=7, batch=2)
    assert correction_ops(gemm, False, False, b_constant=True) == 0
    assert correction_ops(gemm, True, False, b_constant=True) == 2 * 30
    assert correction_ops(gemm, True, False, b_constant=False) == 2 * (21 + 30)
    assert correction_ops(gemm, False, True, b_constant=True) == 2 * (70 + 30)
    assert correction_ops(gemm, True, False, b_constant=False, shared=(False, True)) == 21 + 2 * 30
    assert correction_ops(gemm, False, True, b_constant=True, shared=(True, False)) == 70 + 2 * 30


def test_a_contraction_of_size_one_is_shared_by_nobody() -> None:
    geometry = Contraction(
        ("m", "k"), ("k", "n"), ("m", "n"), (), ("m",), ("n",), ("k",), (("m", 1), ("k", 1), ("n", 1))
    )
    assert geometry.shared == (False, False)
