"""``hwsim bit-serial``: what bit-serial designs of the literature take for the same operands."""

from __future__ import annotations

from typing import Annotated

import typer

from sweeps.commands.catalogue import Markdown
from sweeps.commands.printing import Json, console, print_json


def bit_serial(
    design: Annotated[
        list[str] | None,
        typer.Option("--design", help="One design with its fields, pragmatic:group=8; may be given again."),
    ] = None,
    format: Annotated[str, typer.Option("--format", help="Format of the operands: int8, uint4, ...")] = "int8",
    data: Annotated[
        str, typer.Option("--data", help="normal:sigma=S, max-abs:elements=N, uniform, or an .npz file of integers.")
    ] = "normal",
    json: Json = False,
    markdown: Markdown = False,
) -> None:
    """Compare bit-serial designs: cycles per operand and speed-up, on a distribution or on your own tensors."""
    from sweeps.render.bit_serial import comparison_table, design_table, record, reference_markdown

    if markdown:
        typer.echo(reference_markdown(), nl=False)
        return
    from hwsim.bit_serial import BIT_SERIAL, parse_design
    from hwsim.encodings import TwosComplement
    from hwsim.formats import parse_format
    from sweeps.bit_serial import compare

    operands = TwosComplement().check(parse_format(format))
    designs = [parse_design(text, operands) for text in design or [kind.name for kind in BIT_SERIAL]]
    found = compare(designs, data, operands)
    if json:
        print_json([record(c) for tensor in found for c in tensor])
    else:
        from sweeps.render.terminal import print_catalogue

        print_catalogue(console(), [design_table(), *(comparison_table(tensor) for tensor in found)])
