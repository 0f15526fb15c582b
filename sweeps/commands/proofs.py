"""``hwsim rtl prove``: whether each leaf of an engine or bit-serial design does what its specification says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweeps.commands.failure import ANSWER_IS_BAD
from sweeps.commands.printing import Json, console, print_json

if TYPE_CHECKING:
    from hwsim.bit_serial import BitSerial
    from hwsim.engine import Engine
    from rtl.proof.engine_proof import LeafProof


def prove(
    engine: Annotated[
        str,
        typer.Argument(
            metavar="ENGINE", help="As elsewhere; or a design as of `hwsim bit-serial`, by its inline form."
        ),
    ],
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds for one leaf; what takes longer is open.")] = 120,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Prove everything now, and keep nothing.")] = False,
    json: Json = False,
) -> None:
    """Prove each leaf equal to its specification, for all inputs and states.

    Exit code 1: a leaf is refuted, or open.
    """
    from hwsim.errors import SpecError
    from rtl.proof.proving import Status

    if not timeout > 0:
        raise SpecError(f"--timeout is longer than 0 s, not {timeout:g}")
    loaded = _loaded(engine)
    proofs = _proofs(loaded, timeout, no_cache)
    if json:
        found = list(proofs)
        print_json(_facts(loaded, found))
    else:
        from sweeps.render.proofs import print_proofs

        found = print_proofs(console(), _text(loaded), proofs)
    raise typer.Exit(0 if all(each.proof.status is Status.PROVEN for each in found) else ANSWER_IS_BAD)


def _loaded(text: str) -> Engine | BitSerial:
    """An engine, or a bit-serial design where no engine has its name."""
    from hwsim.arrays import ARRAYS
    from hwsim.bit_serial import BIT_SERIAL, parse_design
    from hwsim.engine import ENGINES, load_engine
    from hwsim.errors import SpecError, nearest
    from hwsim.lmma import is_lmma

    name = text.partition(":")[0].strip()
    engines, designs = [*(kind.name for kind in ARRAYS), *ENGINES], [kind.name for kind in BIT_SERIAL]
    if name in engines or is_lmma(name) or text.endswith(".toml"):
        return load_engine(text)
    if name not in designs:
        raise SpecError(
            f"unknown engine {name!r}{nearest(name, [*engines, *designs])}; engines are {', '.join(engines)}; "
            f"bit-serial designs are {', '.join(designs)}"
        )
    return parse_design(text)


def _proofs(loaded: Engine | BitSerial, seconds: float, no_cache: bool) -> Iterator[LeafProof]:
    from hwsim.engine import Engine
    from rtl.proof.engine_proof import design_proofs, engine_proofs, proof_cache
    from rtl.synthesis.cache import NO_CACHE

    store = NO_CACHE if no_cache else proof_cache()
    if isinstance(loaded, Engine):
        return engine_proofs(loaded, store, seconds)
    return design_proofs(loaded, store, seconds)


def _text(loaded: Engine | BitSerial) -> str:
    from hwsim.bit_serial.registry import design_text
    from hwsim.engine import Engine

    return loaded.spec if isinstance(loaded, Engine) else design_text(loaded)


def _facts(loaded: Engine | BitSerial, proofs: Sequence[LeafProof]) -> dict[str, Any]:
    from rtl.proof.proving import Status
    from rtl.synthesis.yosys import yosys_version

    return {
        "engine": _text(loaded),
        "tools": {"pyosys": yosys_version()},
        **{status.value: sum(each.proof.status is status for each in proofs) for status in Status},
        "cpu_seconds": round(sum(each.proof.cpu_seconds for each in proofs), 2),
        "leaves": [each.facts for each in proofs],
    }
