"""``hwsim rtl``: an engine as Verilog: linted, verified against its step model, proven leaf by leaf, and costed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.commands.baselines import baselines
from sweeps.commands.characterise import characterise
from sweeps.commands.failure import ANSWER_IS_BAD, SentenceGroup
from sweeps.commands.options import whole
from sweeps.commands.power import power
from sweeps.commands.printing import Json, print_json
from sweeps.commands.proofs import prove
from sweeps.commands.synthesis import curve, synth

if TYPE_CHECKING:
    from rtl.simulators import Simulator

gates = typer.Typer(
    cls=SentenceGroup, help="Emit, lint, verify, prove and cost the Verilog of an engine.", no_args_is_help=True
)

EngineArgument = Annotated[str, typer.Argument(metavar="ENGINE", help="A preset, an inline form or a .toml file.")]


@gates.command()
def emit(
    engine: EngineArgument,
    out: Annotated[Path, typer.Option("--out", help="Folder for the .v files, made if absent.")],
    json: Json = False,
) -> None:
    """Write the engine's Verilog, one file per module; the same engine gives the same bytes."""
    from hwsim.engine import load_engine
    from rtl.emission import emit as write
    from rtl.emission import top_name

    loaded = load_engine(engine)
    files = write(loaded, out)
    if json:
        print_json({"engine": loaded.spec, "top": top_name(loaded), "files": [str(path) for path in files]})
    else:
        lines = sum(path.read_text("utf-8").count("\n") for path in files)
        typer.echo(f"{loaded.spec}: {len(files)} modules, {lines:,} lines in {out}, top {top_name(loaded)}")


@gates.command()
def lint(engine: EngineArgument, json: Json = False) -> None:
    """Run Verilator's linter with all warnings over the engine's Verilog."""
    from hwsim.engine import load_engine
    from rtl.lint import lint as check

    loaded = load_engine(engine)
    result = check(loaded)
    if json:
        print_json({"engine": loaded.spec, "passed": result.passed, "findings": list(result.findings)})
    else:
        typer.echo(str(result))
    raise typer.Exit(0 if result.passed else ANSWER_IS_BAD)


@gates.command()
def verify(
    engine: EngineArgument,
    simulator: Annotated[str, typer.Option("--simulator", help="icarus or verilator.")] = "icarus",
    seed: Annotated[int, typer.Option("--seed", parser=whole, metavar="N", help="Seed of the random cases.")] = 0,
    cases: Annotated[int, typer.Option("--cases", parser=whole, metavar="N", help="How many products are run.")] = 6,
    json: Json = False,
) -> None:
    """Simulate the engine's Verilog and compare every output with the step model at every clock edge."""
    from hwsim.engine import load_engine
    from rtl.verification import verify as prove

    verdict = prove(load_engine(engine), _simulator(simulator), seed, cases)
    if json:
        print_json(
            {
                "engine": verdict.engine,
                "simulator": verdict.simulator.value,
                "version": verdict.version,
                "passed": verdict.passed,
                "cases": verdict.cases,
                "edges": verdict.edges,
                "lanes": verdict.lanes,
                "elements": verdict.elements,
                "mismatch_count": verdict.mismatch_count,
                "mismatches": [str(mismatch) for mismatch in verdict.mismatches],
            }
        )
    else:
        typer.echo(str(verdict))
    raise typer.Exit(0 if verdict.passed else ANSWER_IS_BAD)


def _simulator(name: str) -> Simulator:
    from rtl.simulators import Simulator
    from sweeps.reading import one_of

    return Simulator(one_of("--simulator", name, [known.value for known in Simulator]))


gates.command()(prove)
gates.command()(synth)
gates.command()(curve)
gates.command()(baselines)
gates.command()(power)
gates.command()(characterise)
