"""The tables of engines, machines and networks, as the registries have them: for the terminal, JSON and the docs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hwsim.arrays import ARRAYS
from hwsim.engine import ENGINES, defaults_of
from hwsim.machine_fields import MACHINE_FIELDS, MACHINES
from hwsim.macs import MACS
from hwsim.spec import parser_of
from hwsim.workload.loader import WORKLOADS
from sweeps.render.numbers import short
from sweeps.space import shown


@dataclass(frozen=True)
class Catalogue:
    """A titled table of text; ``key`` names it in JSON, where ``defaults`` (one mapping per row, if there are any) take
    the place of the last column."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    defaults: tuple[Mapping[str, object], ...] = ()

    def records(self) -> list[Mapping[str, object]]:
        """One mapping per row, keys in lower case with underscores; the key ``fields`` holds defaults by name."""
        names = [column.lower().replace(" ", "_") for column in self.columns]
        if not self.defaults:
            return [dict(zip(names, row, strict=True)) for row in self.rows]
        kept = [dict(zip(names[:-1], row[:-1], strict=True)) for row in self.rows]
        return [{**row, "fields": fields} for row, fields in zip(kept, self.defaults, strict=True)]

    def markdown(self) -> str:
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def engine_tables() -> tuple[Catalogue, ...]:
    """Arrays, MACs, presets of engines, fields and presets of machines."""
    housed = [", ".join(mac.name for mac in array.houses) for array in ARRAYS]
    arrays = tuple((x.name, _sentence(x.summary), y, _fields(x)) for x, y in zip(ARRAYS, housed, strict=True))
    macs = tuple((x.name, _sentence(x.summary), _fields(x)) for x in MACS)
    array_defaults, mac_defaults = (tuple(_plain(defaults_of(x)) for x in kinds) for kinds in (ARRAYS, MACS))
    machine = tuple((name, short(name, shown(f.default)), f.metadata["takes"]) for name, f in MACHINE_FIELDS.items())
    return (
        Catalogue("arrays", "Arrays", ("Array", "What it is", "MACs", "Fields and defaults"), arrays, array_defaults),
        Catalogue("macs", "MACs", ("MAC", "What it is", "Fields and defaults"), macs, mac_defaults),
        Catalogue("presets", "Presets", ("Preset", "Stands for"), tuple(ENGINES.items())),
        Catalogue("machine_fields", "The machine around an engine", ("Field", "Default", "Takes"), machine),
        Catalogue(
            "machines",
            "Presets of machines",
            ("Machine", "Differs by"),
            tuple((n, t or "–") for n, t in MACHINES.items()),
        ),
    )


def _plain(defaults: Mapping[str, object]) -> Mapping[str, object]:
    """Defaults as JSON holds them."""
    return {name: shown(default) for name, default in defaults.items()}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _fields(kind: type) -> str:
    return ", ".join(_field(name, default) for name, default in defaults_of(kind).items())


def _field(name: str, default: object) -> str:
    _, takes = parser_of(default)
    text = str(default).lower() if isinstance(default, bool) else str(shown(default))
    choice = f" ({takes.removeprefix('one of ').replace(', ', ' or ')})" if takes.startswith("one of ") else ""
    return f"{name}={text}{choice}"


def engine_page() -> str:
    """``docs/engines.md``."""
    head = (
        "# Engines\n\nAn engine is an array of PEs with a MAC in each: `systolic-os:rows=32,cols=32,mac=parallel`. "
        "What is not given has its default.\nWhat a cycle is, and how many each array needs, stands in "
        "[cycles.md](cycles.md).\n\nThis page is printed by `hwsim engines --markdown`."
    )
    return _page(head, engine_tables())


def workload_page() -> str:
    """``docs/workload_library.md``."""
    head = (
        "# The library of workloads\n\nNetworks that need no file; fields follow the name: "
        "`gpt2-small:seq=1024,batch=1`.\n"
        "Files are read too: `.onnx`, SCALE-Sim topologies (`.csv`), lists of matrix products (`.toml`) and mapping "
        "graphs (`.json`).\n\nThis page is printed by `hwsim workloads --markdown`."
    )
    return _page(head, workload_tables())


def _page(head: str, tables: Sequence[Catalogue]) -> str:
    return "\n\n".join([head, *(f"## {table.title}\n\n{table.markdown()}" for table in tables)]) + "\n"


def workload_tables() -> tuple[Catalogue, ...]:
    """The library, as the loader knows it."""
    rows = tuple((entry.name, entry.summary, entry.fields) for entry in WORKLOADS.values())
    defaults = tuple(_plain(entry.defaults) for entry in WORKLOADS.values())
    return (Catalogue("workloads", "Networks", ("Name", "What it is", "Fields and defaults"), rows, defaults),)
