"""``hwsim lut-error``: what tables cost in accuracy, exact and quantised, beside quantised activations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.commands.options import whole
from sweeps.commands.printing import Json, console, print_json

if TYPE_CHECKING:
    from sweeps.table_errors import Quantised


def lut_error(
    w_bits: Annotated[int, typer.Option("--w-bits", parser=whole, metavar="N", help="Bits of a weight, 1 to 8.")] = 2,
    scheme: Annotated[
        str, typer.Option("--scheme", help="Levels of the weights: symmetric, signed, asymmetric or ternary.")
    ] = "symmetric",
    weight_scale: Annotated[
        str, typer.Option("--weight-scale", help="Weights that share a scale: tensor, channel or group:N.")
    ] = "channel",
    activation: Annotated[
        str, typer.Option("--activation", help="Format of activations: fp16, fp8e4m3, fp8e5m2, int8 or int16.")
    ] = "fp16",
    group: Annotated[int, typer.Option("--group", parser=whole, metavar="N", help="Activations of one table.")] = 4,
    bits: Annotated[
        int, typer.Option("--bits", parser=whole, metavar="N", help="Bits of a table's entry, and of an activation.")
    ] = 8,
    scale: Annotated[
        list[str] | None, typer.Option("--scale", help="Who shares a scale: table, group:N or token; may be repeated.")
    ] = None,
    m: Annotated[int, typer.Option("--m", parser=whole, metavar="N", help="Synthetic tokens.")] = 16,
    k: Annotated[int, typer.Option("--k", parser=whole, metavar="N", help="Synthetic activations of each.")] = 4096,
    n: Annotated[int, typer.Option("--n", parser=whole, metavar="N", help="Columns of synthetic weights.")] = 64,
    operands: Annotated[
        Path | None, typer.Option("--operands", help="An .npz with a (m, k) and w (k, n), in place of synthetic ones.")
    ] = None,
    json: Json = False,
) -> None:
    """Compare exact tables, quantised tables and quantised activations with the product in full precision."""
    from sweeps.render.table_errors import error_table, records
    from sweeps.table_errors import file_columns, synthetic_columns

    how = _quantised(w_bits, scheme, weight_scale, activation, group, bits, scale)
    columns = synthetic_columns(how, m, k, n) if operands is None else file_columns(how, operands)
    if json:
        print_json(records(columns))
        return
    from sweeps.render.terminal import print_catalogue

    title = f"NMSE of the product, W{w_bits} {scheme}, tables of {group} {activation} activations"
    print_catalogue(console(), [error_table(columns, title)])


def _quantised(
    w_bits: int, scheme: str, weight_scale: str, activation: str, group: int, bits: int, scales: list[str] | None
) -> Quantised:
    from hwsim.low_bit import Scheme, parse_granularity
    from hwsim.lut.error_study import SCALES
    from hwsim.lut.quantised_product import parse_table_scale
    from sweeps.reading import one_of
    from sweeps.table_errors import Quantised, table_activation

    of_weights = Scheme(one_of("--scheme", scheme, [known.value for known in Scheme]))
    shared = [parse_table_scale(text) for text in scales] if scales else SCALES
    weights = w_bits, of_weights, parse_granularity(weight_scale)
    return Quantised(weights, table_activation(activation), group, bits, shared)
