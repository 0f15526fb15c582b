"""A study: one question over many machines, read from TOML and checked word by word."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hwsim.errors import SpecError
from hwsim.layer_run import Depth
from sweeps.canonical import digest
from sweeps.constraint import Constraint, parse_constraint
from sweeps.engine_depth import ENGINE_DEPTH
from sweeps.method_settings import MethodSettings, read_method
from sweeps.metrics import BY_NAME, RESULTS, Direction
from sweeps.plan_settings import words_of
from sweeps.point import Network
from sweeps.reading import Table, check_word, one_of
from sweeps.space import Axes, EngineSpace, known_names, read_engine_space, read_machine_axes, read_mapper_axes

DEPTHS = (ENGINE_DEPTH, *(known.value for known in Depth))
FILE_SUFFIXES = (".onnx", ".csv", ".toml", ".json")


@dataclass(frozen=True)
class Study:
    """``text`` is the TOML that it was read from, ``origin`` the name of its file; ``weights`` stand beside networks,
    None if the study gives none."""

    name: str
    question: str
    networks: tuple[Network, ...]
    weights: tuple[float, ...] | None
    engines: tuple[EngineSpace, ...]
    machine: Axes
    constraints: tuple[Constraint, ...]
    objectives: Mapping[str, Direction]
    depth: str
    mapper: Axes
    method: MethodSettings
    origin: str
    text: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the study says, its layout and comments left out."""
        return digest(tomllib.loads(self.text))

    @property
    def constraints_before(self) -> tuple[Constraint, ...]:
        """Those that fields alone decide: what fails them is not run."""
        return tuple(c for c in self.constraints if not c.names & RESULTS)

    @property
    def constraints_after(self) -> tuple[Constraint, ...]:
        """Those that need results: what fails them is shown, but stays off the front."""
        return tuple(c for c in self.constraints if c.names & RESULTS)


def load_study(path: str | Path) -> Study:
    """Read a study from a TOML file. Files named in it are found beside it.

    Raises SpecError, opened by the file's name, with the nearest allowed word for a misspelt one.
    """
    where = Path(path)
    try:
        text = where.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{where}: {getattr(error, 'strerror', None) or 'not a text file'}") from None
    return parse_study(text, str(where))


def parse_study(text: str, origin: str) -> Study:
    """Read a study from its TOML; ``origin`` is the file that it came from."""
    try:
        return _read(tomllib.loads(text), text, origin)
    except (tomllib.TOMLDecodeError, SpecError) as error:
        raise SpecError(f"{origin}: {error}") from None


def _read(given: Mapping[str, Any], text: str, origin: str) -> Study:
    top = Table("", given, ("study", "engine", "machine", "mapper", "constraints", "objectives", "method"))
    head = Table("[study]", top.table("study"), ("name", "question", "workloads", "depth", "plan_objective"))
    engines = tuple(space for block in top.blocks("engine") for space in read_engine_space(block))
    machine = read_machine_axes(top.table("machine", default={}))
    return Study(
        name=head.text("name"),
        question=head.text("question"),
        networks=_networks(head.sequence("workloads"), Path(origin).parent),
        weights=_weights(head.sequence("workloads")),
        engines=engines,
        machine=machine,
        constraints=_constraints(top.sequence("constraints", default=[]), engines, machine),
        objectives=_objectives(top.table("objectives")),
        depth=one_of("[study] depth", head.text("depth", default=Depth.CLOSED.value), DEPTHS),
        mapper=read_mapper_axes(_mapper(head, top)),
        method=read_method(top.table("method", default={})),
        origin=origin,
        text=text,
    )


def _mapper(head: Table, top: Table) -> Mapping[str, Any]:
    """The ``[mapper]`` table; ``plan_objective`` may stand in ``[study]``, as long as it is said once."""
    given = top.table("mapper", default={})
    if "plan_objective" not in head.given:
        return given
    if "plan_objective" in given:
        raise SpecError("plan_objective stands in [study] and in [mapper]; it is said once")
    word = head.text("plan_objective")
    return {**given, "plan_objective": one_of("[study] plan_objective", word, words_of("plan_objective"))}


def _networks(entries: list[object], folder: Path) -> tuple[Network, ...]:
    found: list[Network] = []
    for entry in entries:
        network = _network(entry, folder)
        if network in found:
            raise SpecError(f"[study] workloads holds {network.text!r} twice")
        found.append(network)
    return tuple(found)


def _network(entry: object, folder: Path) -> Network:
    if isinstance(entry, str):
        return Network(entry, folder=_folder_of(entry, folder))
    if not isinstance(entry, Mapping):
        raise SpecError(f"[study] workloads holds {entry!r}; a workload is a text or {{name=, dims={{...}}, weight=}}")
    table = Table("[study] workloads", entry, ("name", "dims", "weight"))
    dims = table.table("dims", default={})
    for name, size in dims.items():
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise SpecError(f"[study] workloads: dims.{name}={size!r} is not a whole number of at least 1")
    name = table.text("name")
    return Network(name, tuple(sorted(dims.items())), _folder_of(name, folder))


def _weights(entries: list[object]) -> tuple[float, ...] | None:
    """Weights of the workloads, 1 where one is not given; None if none is."""
    given = [entry.get("weight") if isinstance(entry, Mapping) else None for entry in entries]
    for weight in given:
        numeric = isinstance(weight, (int, float)) and not isinstance(weight, bool)
        if weight is not None and not (numeric and 0 < weight < float("inf")):
            raise SpecError(f"[study] workloads: weight={weight!r} is not a number above 0")
    return None if set(given) == {None} else tuple(1.0 if weight is None else float(weight) for weight in given)


def _folder_of(text: str, folder: Path) -> str:
    """A file is found beside the study; everything else is a name of the library. Fields may follow a colon."""
    name = text.partition(":")[0] if "=" in text else text
    is_file = name.lower().endswith(FILE_SUFFIXES) and not Path(name).is_absolute()
    return str(folder) if is_file else ""


def _constraints(entries: list[object], engines: tuple[EngineSpace, ...], machine: Axes) -> tuple[Constraint, ...]:
    known = known_names(engines, machine)
    found = []
    for entry in entries:
        if not isinstance(entry, str):
            raise SpecError(f'constraints holds {entry!r}; a constraint is a text such as "pe_count <= 1024"')
        constraint = parse_constraint(entry)
        for name in sorted(constraint.names):
            check_word(f"constraint {entry!r}", "name", name, known)
        found.append(constraint)
    return tuple(found)


def _objectives(given: Mapping[str, object]) -> Mapping[str, Direction]:
    if not given:
        raise SpecError('[objectives] is empty; it holds lines such as total_cycles = "minimise"')
    found = {}
    for name, direction in given.items():
        check_word("[objectives]", "result", name, BY_NAME)
        words = [d.value for d in Direction]
        found[name] = Direction(one_of(f"[objectives] {name}", str(direction), words))
    return found
