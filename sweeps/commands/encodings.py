"""``hwsim encodings``: the digits of operands, how many are non-zero, and what they cost to issue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.commands.catalogue import Markdown
from sweeps.commands.options import whole
from sweeps.commands.printing import Json, console, print_json, write_text

if TYPE_CHECKING:
    from hwsim.encodings import DigitStatistics


def encodings(
    encoding: Annotated[list[str] | None, typer.Option("--encoding", help="One encoding; may be given again.")] = None,
    format: Annotated[str, typer.Option("--format", help="Format of the operands: int8, uint4, ...")] = "int8",
    data: Annotated[
        str, typer.Option("--data", help="normal:sigma=S, max-abs:elements=N, uniform, or an .npz file of integers.")
    ] = "normal",
    group: Annotated[
        int,
        typer.Option("--group", parser=whole, metavar="N", help="Operands whose digits of equal weight form a group."),
    ] = 4,
    empty_group_cycles: Annotated[
        int,
        typer.Option("--empty-group-cycles", parser=whole, metavar="N", help="What a group of zeros costs: 0 or 1."),
    ] = 1,
    svg: Annotated[Path | None, typer.Option("--svg", help="Draw the statistics; a file per tensor if many.")] = None,
    json: Json = False,
    markdown: Markdown = False,
) -> None:
    """List the digit encodings and their exact statistics over a distribution or over your own tensors."""
    from sweeps.render.encodings import encoding_table, record, reference_markdown, statistics_table

    if markdown:
        typer.echo(reference_markdown(), nl=False)
        return
    found = _statistics(encoding, format, data)
    if json:
        print_json([record(s, group, empty_group_cycles) for tensor in found for s in tensor])
    else:
        from sweeps.render.terminal import print_catalogue

        first = encoding_table([s.encoding for s in found[0]], found[0][0].distribution.format)
        print_catalogue(console(), [first, *(statistics_table(t, group, empty_group_cycles) for t in found)])
    if svg:
        _draw(found, svg)


def _statistics(names: list[str] | None, format_text: str, data: str) -> list[list[DigitStatistics]]:
    """Per distribution, the statistics of every encoding asked for."""
    from hwsim.encodings import ENCODINGS, DigitStatistics, parse_encoding
    from hwsim.formats import parse_format
    from sweeps.digit_data import distributions

    chosen = [parse_encoding(name) for name in names] if names else list(ENCODINGS)
    format = chosen[0].check(parse_format(format_text))
    return [[DigitStatistics(encoding, d) for encoding in chosen] for d in distributions(data, format)]


def _draw(found: list[list[DigitStatistics]], svg: Path) -> None:
    from sweeps.render.digit_plot import digit_plot

    for i, tensor in enumerate(found):
        path = svg if len(found) == 1 else svg.with_stem(f"{svg.stem}-{i}")
        write_text(path, digit_plot(tensor))
