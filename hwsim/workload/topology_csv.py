"""SCALE-Sim topology files: one layer per row, convolutions or plain products, read with SCALE-Sim 3.0.0's meaning.

The first line is a header. Rows are ``name, ifmap height, ifmap width, filter height, filter width, channels, filters,
stride`` or ``name, M, N, K``; a sparsity column ``1:1`` may follow, and so may a trailing comma (SCALE-Sim itself needs
it and drops the last field without it). There is no padding, dilation or batch, and the file does not tell the graph.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hwsim.errors import WorkloadError
from hwsim.gemm import Gemm
from hwsim.workload.building import WorkloadBuilder, add_standalone_gemm, add_standalone_product
from hwsim.workload.convolution import Axis, Convolution
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Movement

CONV_COLUMNS = (
    "ifmap height",
    "ifmap width",
    "filter height",
    "filter width",
    "channels",
    "filters",
    "stride",
)
GEMM_COLUMNS = ("M", "N", "K")
DENSE = "1:1"
DEPTHWISE_MARK = "DP"

CHAIN = "a topology file does not tell the graph: each layer reads an input of its own and hands its output outside"
NO_PADDING = (
    "a topology file has no padding: an output side is ceil((input - filter + stride) / stride), "
    "and window positions beyond the edge are multiplied as zeros, as in SCALE-Sim 3.0.0"
)
DEPTHWISE = "a layer whose name contains 'DP' is depthwise: one product per channel, each with all filters of its row"


def convolution_row(sides: Sequence[int], depthwise: bool) -> Convolution:
    """The convolution of a row's seven numbers; a depthwise one gives each channel ``filters`` filters of its own."""
    height, width, filter_height, filter_width, channels, filters, stride = sides
    return Convolution(
        images=1,
        in_channels=channels,
        out_channels=filters * channels if depthwise else filters,
        axes=(_axis(height, filter_height, stride), _axis(width, filter_width, stride)),
        groups=channels if depthwise else 1,
    )


def _axis(side: int, taps: int, stride: int) -> Axis:
    """Windows without padding, their number rounded up (SCALE-Sim 3.0.0, ``topo_calc_hyperparams``)."""
    return Axis(side, -(-(side - taps + stride) // stride), taps, stride)


def load_topology_csv(path: str | Path, movement: Movement = Movement.UNIQUE) -> Workload:
    """Read a SCALE-Sim topology file of either form; ``movement`` is how its convolutions move their input.

    Raises WorkloadError, with the file and the line, for a row that is of neither form.
    """
    path = Path(path)
    builder = WorkloadBuilder(path.stem)
    notes = [CHAIN]
    names: Counter[str] = Counter()
    for line, fields in _rows(path):
        layer = fields[0] or f"layer{sum(names.values())}"
        names[layer] += 1
        name = layer if names[layer] == 1 else f"{layer}#{names[layer]}"
        row = _parse(f"{path}: line {line}", fields)
        if isinstance(row, Gemm):
            add_standalone_gemm(builder, name, row)
            continue
        _add_convolution(builder, name, row, movement)
        notes += [NO_PADDING, movement.assumption] + [DEPTHWISE] * (row.groups > 1)
    if not names:
        raise WorkloadError(f"{path}: no layers follow the header line")
    return builder.build(dict.fromkeys(notes))


def _add_convolution(builder: WorkloadBuilder, name: str, row: Convolution, movement: Movement) -> None:
    m, n, k, batch = row.sides
    shapes = (
        (1, row.in_channels, *row.positions),
        (row.out_channels, row.group_in, *row.kernel),
        (1, row.out_channels, *row.windows),
    )
    add_standalone_product(builder, name, "Conv", Gemm(m, n, k, batch=batch), row, shapes, movement)


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Line numbers and stripped fields of all rows after the header, without trailing commas."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = [(number, _stripped(fields)) for number, fields in enumerate(csv.reader(file), start=1)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise WorkloadError(f"{path}: {error}") from None
    if lines and len(lines[0][1]) > 1 and lines[0][1][1].isdecimal():
        raise WorkloadError(f"{path}: line 1 holds a layer; the first line of a topology file is its header")
    return [(number, fields) for number, fields in lines[1:] if fields]


def _stripped(fields: list[str]) -> list[str]:
    stripped = [field.strip() for field in fields]
    while stripped and not stripped[-1]:  # spreadsheets fill short rows up with commas
        stripped.pop()
    return stripped


def _parse(where: str, fields: list[str]) -> Convolution | Gemm:
    forms = {len(columns) + 1: columns for columns in (CONV_COLUMNS, GEMM_COLUMNS)}
    if len(fields) - 1 in forms and ":" in fields[-1]:
        _check_dense(where, fields.pop())
    if len(fields) not in forms:
        raise WorkloadError(
            f"{where} has {len(fields)} fields; a layer is name, {', '.join(CONV_COLUMNS)} (8 fields) "
            f"or name, {', '.join(GEMM_COLUMNS)} (4 fields)"
        )
    sides = [_side(where, c, text) for c, text in zip(forms[len(fields)], fields[1:], strict=True)]
    if len(sides) == len(GEMM_COLUMNS):
        m, n, k = sides
        return Gemm(m, n, k)
    _check_filter(where, sides)
    return convolution_row(sides, depthwise=DEPTHWISE_MARK in fields[0])


def _side(where: str, column: str, text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise WorkloadError(f"{where}: {column} is {text!r}; allowed is a whole number from 1 up")
    return int(text)


def _check_dense(where: str, sparsity: str) -> None:
    if sparsity.replace(" ", "") != DENSE:
        raise WorkloadError(f"{where}: sparsity {sparsity!r} is not supported; allowed is {DENSE!r} (dense)")


def _check_filter(where: str, sides: Sequence[int]) -> None:
    height, width, filter_height, filter_width = sides[:4]
    if filter_height > height or filter_width > width:
        raise WorkloadError(
            f"{where}: a filter of {filter_height} x {filter_width} does not fit an ifmap of {height} x {width}; "
            "there is no padding"
        )
