"""Verdicts on the gates of a front: each of its engines emitted, simulated and compared with its step model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwsim.engine import Engine, make_engine
from hwsim.errors import HwsimError, MissingToolError
from sweeps.canonical import code_version, digest, digest_of_files

if TYPE_CHECKING:
    from sweeps.store import Store
    from sweeps.table import Table

WHOLE_PES = 1024
"""Engines of more PEs are verified with shorter sides: simulating their gates takes minutes and more."""

SHORT_SIDE = 8
"""The longest side of an engine that is verified in place of a larger one. Every module is in it."""

CASES = 2
"""Products that are simulated, alone and back to back."""


@dataclass(frozen=True, slots=True)
class FrontVerdict:
    """What the simulation of ``verified`` (the engine, or the same with shorter sides) came to; ``said`` is one
    sentence."""

    key: str
    engine: str
    verified: str
    passed: bool
    said: str
    version: str

    def __str__(self) -> str:
        word = "passed" if self.passed else "FAILED"
        stand_in = "" if self.verified == self.engine else f" (verified as {self.verified})"
        return f"{self.engine}{stand_in}: {word}, {self.said}"


def engine_key(fields: Mapping[str, Any]) -> str:
    """What tells the engine of a point from all others: the digest of its fields."""
    return digest({"array": fields["array"], "engine": fields["engine"]})


def check_simulator() -> None:
    """Raise MissingToolError, before any work is done, if there is nothing to simulate gates with."""
    from rtl.simulators import Simulator, find

    find(Simulator.ICARUS)


def verify_front(table: Table, store: Store) -> Iterator[FrontVerdict]:
    """One verdict for each engine on the front, stored as it comes; those that stand there already are not made again.

    Fronts of designs over several weighed workloads count too. Raises MissingToolError without Icarus Verilog.
    """
    known = {verdict.key: verdict for verdict in store.verdicts() if verdict.version == rtl_version()}
    by_engine: dict[str, FrontVerdict] = {}
    for key, engine in engines_on_front(table).items():
        if key not in known:
            known[key] = _verdict(key, engine, by_engine)
            store.put_verdict(known[key])
        yield known[key]


def engines_on_front(table: Table) -> dict[str, Engine]:
    """Every engine on a front of the study, once, by its key."""
    from sweeps.design_table import weighted_table

    designs = weighted_table(table)
    fronts = [*table.front, *(designs.front if designs else ())]
    fields = {engine_key(entry.fields): entry.fields for entry in fronts}
    return {key: make_engine(found["array"], found["engine"]) for key, found in fields.items()}


def stand_in(engine: Engine) -> Engine:
    """The engine that is verified: itself, or with sides of at most SHORT_SIDE where it has more than WHOLE_PES."""
    from rtl.synthesis.engine_cost import sides_of, with_side

    if engine.pe_count > WHOLE_PES:
        for name in sides_of(engine):
            engine = with_side(engine, name, SHORT_SIDE) or engine
    return engine


def _verdict(key: str, engine: Engine, by_engine: dict[str, FrontVerdict]) -> FrontVerdict:
    """Simulate, unless another engine of this front has the same stand-in."""
    verified = stand_in(engine)
    if verified.spec not in by_engine:
        passed, said = _simulated(verified)
        by_engine[verified.spec] = FrontVerdict(key, engine.spec, verified.spec, passed, said, rtl_version())
    same = by_engine[verified.spec]
    return FrontVerdict(key, engine.spec, verified.spec, same.passed, same.said, same.version)


def _simulated(engine: Engine) -> tuple[bool, str]:
    from rtl.verification import verify

    try:
        verdict = verify(engine, cases=CASES)
    except MissingToolError:
        raise
    except HwsimError as error:
        return False, str(error)
    compared = f"{verdict.lanes:,} lane values and {verdict.elements:,} elements after {verdict.edges:,} clock edges"
    if verdict.passed:
        return True, f"{compared} equal to the step model ({verdict.simulator.value} {verdict.version})"
    first = f", the first: {verdict.mismatches[0]}" if verdict.mismatches else ""
    return False, f"{verdict.mismatch_count} mismatches with the step model in {compared}{first}"


@lru_cache(maxsize=1)
def rtl_version() -> str:
    """The sources that decide a verdict: those of results, and those that make gates and simulate them."""
    import rtl

    root = Path(rtl.__path__[0])
    files = sorted(path for path in root.rglob("*") if path.suffix in (".py", ".v", ".vlt"))
    return f"{code_version()}+{digest_of_files((p.relative_to(root).as_posix(), p) for p in files)[:12]}"
