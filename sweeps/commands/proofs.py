"""``hwsim rtl prove``: whether each leaf of an engine does what its specification says, for all inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweeps.commands.failure import ANSWER_IS_BAD
from sweeps.commands.printing import Json, console, print_json

if TYPE_CHECKING:
    from hwsim.engine import Engine
    from rtl.proof.engine_proof import LeafProof


def prove(
    engine: Annotated[str, typer.Argument(metavar="ENGINE", help="A preset, an inline form or a .toml file.")],
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds for one leaf; what takes longer is open.")] = 120,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Prove everything now, and keep nothing.")] = False,
    json: Json = False,
) -> None:
    """Prove each leaf equal to its specification, for all inputs and states.

    Exit code 1: a leaf is refuted, or open.
    """
    from hwsim.engine import load_engine
    from hwsim.errors import SpecError
    from rtl.proof.proving import Status

    if not timeout > 0:
        raise SpecError(f"--timeout is longer than 0 s, not {timeout:g}")
    loaded = load_engine(engine)
    proofs = _proofs(loaded, timeout, no_cache)
    if json:
        found = list(proofs)
        print_json(_facts(loaded, found))
    else:
        from sweeps.render.proofs import print_proofs

        found = print_proofs(console(), loaded.spec, proofs)
    raise typer.Exit(0 if all(each.proof.status is Status.PROVEN for each in found) else ANSWER_IS_BAD)


def _proofs(engine: Engine, seconds: float, no_cache: bool) -> Iterator[LeafProof]:
    from rtl.proof.engine_proof import engine_proofs, proof_cache
    from rtl.synthesis.cache import NO_CACHE

    return engine_proofs(engine, NO_CACHE if no_cache else proof_cache(), seconds)


def _facts(engine: Engine, proofs: Sequence[LeafProof]) -> dict[str, Any]:
    from rtl.proof.proving import Status
    from rtl.synthesis.yosys import yosys_version

    return {
        "engine": engine.spec,
        "tools": {"pyosys": yosys_version()},
        **{status.value: sum(each.proof.status is status for each in proofs) for status in Status},
        "cpu_seconds": round(sum(each.proof.cpu_seconds for each in proofs), 2),
        "leaves": [each.facts for each in proofs],
    }
