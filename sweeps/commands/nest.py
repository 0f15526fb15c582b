"""``hwsim nest``: a MAC as loops and primitives, before and after a transform, and what that changed in hardware."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweeps.commands.options import whole
from sweeps.commands.printing import Json, print_json

if TYPE_CHECKING:
    from hwsim.bitweight import Nest


def nest(
    step: Annotated[
        str, typer.Argument(metavar="STEP", help="mac, opt1, opt2, opt3, opt4c, opt4e, or a .json file of a nest.")
    ],
    m: Annotated[int, typer.Option("--m", parser=whole, metavar="N", help="Rows of A.")] = 32,
    n: Annotated[int, typer.Option("--n", parser=whole, metavar="N", help="Columns of B.")] = 32,
    k: Annotated[int, typer.Option("--k", parser=whole, metavar="N", help="Terms of a sum.")] = 768,
    kp: Annotated[
        int, typer.Option("--kp", parser=whole, metavar="N", help="Operands in space, or of a group, from opt2 on.")
    ] = 4,
    lanes: Annotated[int, typer.Option("--lanes", parser=whole, metavar="N", help="Lanes of opt4e.")] = 4,
    a: Annotated[str, typer.Option("--a", help="Format of the encoded operand.")] = "int8",
    b: Annotated[str, typer.Option("--b", help="Format of the other operand.")] = "int8",
    encoding: Annotated[str, typer.Option("--encoding", help="Encoding of A.")] = "booth",
    before: Annotated[
        str | None, typer.Option("--before", help="The step to compare with; by default the one before.")
    ] = None,
    json: Json = False,
) -> None:
    """Print a nest of the bit-weight notation, its hardware, and what its transform changed."""
    from hwsim.bitweight import STEPS, hardware, hardware_json, listing, to_json, transformed

    product = {"m": m, "n": n, "k": k, "a": a, "b": b, "encoding": encoding}
    shown = _read(Path(step)) if step.endswith(".json") else transformed(_parallel(product), step, kp, lanes)
    other = STEPS[STEPS.index(step) - 1] if before is None and step in STEPS[1:] else before
    start = None if other is None else transformed(_parallel(product), other, kp, lanes)
    if json:
        found: dict[str, Any] = {"nest": to_json(shown), "hardware": hardware_json(hardware(shown))}
        before_json = {} if start is None else {"before": hardware_json(hardware(start))}
        print_json(found | before_json | {"listing": listing(shown)})
    else:
        _print(step, shown, other, start)


def _parallel(product: dict[str, Any]) -> Nest:
    from hwsim.bitweight import Product, mac
    from hwsim.encodings import parse_encoding
    from hwsim.formats import parse_format

    formats = {key: parse_format(product[key]) for key in ("a", "b")}
    checked = Product(**product | formats | {"encoding": parse_encoding(product["encoding"])})
    return mac(checked.m, checked.n, checked.k, checked.a, checked.b, checked.encoding)


def _print(step: str, shown: Nest, other: str | None, start: Nest | None) -> None:
    from hwsim.bitweight import changes, listing, table

    if start is not None:
        typer.echo(f"{other}\n\n{listing(start)}")
    typer.echo(f"{step}\n\n{listing(shown)}")
    typer.echo(f"hardware\n\n{table({step: shown})}", nl=start is not None)
    if start is not None:
        typer.echo(f"what changed\n\n{changes(start, shown)}", nl=False)


def _read(path: Path) -> Nest:
    """The nest of a file; raises SpecError that begins with its name."""
    import json

    from hwsim.bitweight import from_json
    from hwsim.errors import SpecError

    try:
        return from_json(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror or error}") from None
    except (SpecError, ValueError) as error:
        raise SpecError(f"{path}: {error}") from None
